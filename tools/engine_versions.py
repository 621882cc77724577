"""docs/engine-versions.md: what older real engines do otherwise. tools/conformance_table.py writes it.

Made of docs/engine-versions.toml and of what transcripts say under `---- 20.10`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from tests.older_engines import Difference, Engine, engines
from tests.transcripts.typed import Step, parse

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "engine-versions.md"
TRANSCRIPTS = ROOT / "tests" / "transcripts"
PLAYS = "tests/transcripts/test_transcripts.py"
HEAD = """\
# What older engines do otherwise

For whoever has an engine older than 28.5, or wants to know what became otherwise.

Docker Engine 28.5.2 says what is right: the embedded lab shows what it shows. The same conformance tests and
transcripts can run on older engines, too: `SWARMLAB_NODE_IMAGE` names them, and `.ci/node-image bookworm` makes an
image with 20.10.24. What is otherwise there stands here, made from `docs/engine-versions.toml` and the transcripts, and
is compared as well: a listed test that finds no difference, or another one, fails.

Where `.ci/run` makes its own images, it compares five modules (refusals, jobs, updates, secrets and networks) and the
walk each time. What else is counted as compared was so once, by hand, on 2026-11-28; tests and modules that came later
are not compared.
"""
_BAR = re.compile(r"(?<!\\)\|")


def render(collected: Sequence[str]) -> str:
    """The whole page.

    Args:
        collected: node ids of all tests that are compared.

    Raises:
        ValueError: a test is listed that is not there.
    """
    parts = [HEAD]
    for name, engine in engines().items():
        if lost := [test for difference in engine.differences for test in difference.tests if test not in collected]:
            raise ValueError(f"docs/engine-versions.toml lists tests that are not there: {', '.join(lost)}")
        steps = _otherwise(name)
        parts += [
            f"\n## Docker Engine {engine.version}\n\n",
            *_counts(engine, collected, {transcript for transcript, _ in steps}),
            *_tests(engine),
            *_typed(name, [step for _, step in steps]),
        ]
    return "".join(parts)


def _counts(engine: Engine, collected: Sequence[str], typed: Collection[str]) -> Iterator[str]:
    """Module by module, how many tests were compared, and how many differ, as those of transcripts `typed` do."""
    run = [test for test in collected if not engine.why_left_out(test)]
    otherwise = [test for test in run if test in engine.by_test() or _transcript_of(test) in typed]
    tests, listed = (Counter(test.partition("::")[0] for test in ids) for ids in (run, otherwise))
    compared = {name: min(engine.compared.get(Path(name).name, 0), tests[name]) for name in sorted(tests)}
    total = sum(compared.values())
    yield f"{total} tests were compared: {total - len(otherwise)} find what they find on 28.5.2, "
    yield f"{len(otherwise)} what is listed below.\n{len(run) - total} tests are not compared yet. "
    yield f"{len(collected) - len(run)} are left out:\n\n"
    yield from (f"- `{_short(left)}`: {reason}.\n" for left, reason in engine.left_out.items())
    yield "\n| Module | As on 28.5.2 | Otherwise | Not compared |\n|---|---|---|---|\n"
    for name, count in compared.items():
        yield f"| `{_short(name)}` | {count - listed[name]} | {listed[name] or ''} | {tests[name] - count or ''} |\n"


def _transcript_of(test: str) -> str:
    """The name of the transcript that a test plays; empty for every other test."""
    module, _, parameter = test.rstrip("]").partition("[")
    return parameter if module.startswith(PLAYS) else ""


def _short(test: str) -> str:
    """The name of a module or test without its folder."""
    return test.rpartition("/")[2].replace(".py", "")


def _tests(engine: Engine) -> Iterator[str]:
    """What is listed, and in how many tests of which modules it is seen."""
    yield f"\n| What | {engine.version} | 28.5.2, and the embedded lab | Seen by |\n|---|---|---|---|\n"
    for difference in engine.differences:
        yield f"| {_cells(difference.what, difference.older, difference.newest, _seen_by(difference))} |\n"


def _seen_by(difference: Difference) -> str:
    modules = Counter(Path(test.partition("::")[0]).stem for test in difference.tests)
    return ", ".join(f"{count} in `{module}`" for module, count in modules.items())


def _otherwise(engine: str) -> list[tuple[str, Step]]:
    """The commands of the transcripts that print something else with an engine, with their transcripts' names."""
    paths = sorted(TRANSCRIPTS.glob("*.txt"))
    return [(path.stem, step) for path in paths for step in parse(path.read_text()) if engine in step.older]


def _typed(engine: str, steps: Sequence[Step]) -> Iterator[str]:
    """What the transcripts say of an engine; commands with the same difference share a row."""
    rows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for step in steps:
        rows[_printed(step, engine)].append(step.line)
    yield f"\nTyped with the docker CLI 28, {len(steps)} commands of the transcripts print something else:\n\n"
    yield "| Typed | Printed with this engine | With 28.5.2, and on the embedded lab |\n|---|---|---|\n"
    for (older, newest), lines in rows.items():
        yield f"| {_cells('<br>'.join(map(_code, lines)), older, newest)} |\n"


def _printed(step: Step, engine: str) -> tuple[str, str]:
    """What an engine prints and the newest does not, and the other way round."""
    older, newest = step.older[engine], step.expected
    if sorted(older) == sorted(newest):
        return _shown(older), _shown(newest)
    return _shown([line for line in older if line not in newest]), _shown(
        [line for line in newest if line not in older]
    )


def _shown(lines: Sequence[str]) -> str:
    return "<br>".join(map(_code, lines)) or "(without)"


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}"


def _cells(*texts: str) -> str:
    return " | ".join(_BAR.sub(r"\\|", text) for text in texts)
