"""Checks as people read them, and as programs do."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from itertools import groupby

from swarmlab.doctor.checks import Check, Section, Verdict

SIGNS: dict[Verdict, str] = {"ok": "✓", "failed": "✗", "unknown": "?"}


def table(sections: Sequence[Section]) -> str:
    """A line a check, what to do below each red one, and the sum of it all at the end.

    Neighbours of one subject that found the same share a line: `2377/tcp, 7946/tcp`.
    """
    blocks = ["\n".join([section.title, *_lines(section.checks)]) for section in sections if section.checks]
    return "\n\n".join([*blocks, _sum(sections)])


def as_json(sections: Sequence[Section]) -> str:
    """Every check by itself, nothing folded."""
    checks = [{"section": section.title, **asdict(check)} for section in sections for check in section.checks]
    return json.dumps({"ok": not has_failed(sections), "checks": checks}, indent=2, ensure_ascii=False)


def has_failed(sections: Iterable[Section]) -> bool:
    """Whether any check said no."""
    return any(check.verdict == "failed" for section in sections for check in section.checks)


def _folded(checks: Iterable[Check]) -> Iterable[Check]:
    for _, alike in groupby(checks, key=lambda check: (check.subject, check.verdict, check.found, check.advice)):
        first, *others = alike
        yield replace(first, question=", ".join(check.question for check in (first, *others)))


def _lines(checks: Iterable[Check]) -> Iterable[str]:
    folded = list(_folded(checks))
    subject, question = max(len(one.subject) for one in folded), max(len(one.question) for one in folded)
    for check in folded:
        sign = SIGNS[check.verdict]
        yield f"  {sign} {check.subject:<{subject}}  {check.question:<{question}}  {check.found}".rstrip()
        yield from (f"      → {line}" for line in check.advice)


def _sum(sections: Iterable[Section]) -> str:
    verdicts = Counter(check.verdict for section in sections for check in section.checks)
    counted = [f"{verdicts[verdict]} {verdict}" for verdict in ("failed", "unknown", "ok") if verdicts[verdict]]
    return f"{', '.join(counted)}."
