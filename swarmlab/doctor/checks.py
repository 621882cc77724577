"""The one value that everything here leads to: a check, with its verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["ok", "failed", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One question, and what was found.

    Attributes:
        subject: whose it is: a host, a pair of hosts (`docker-swarm-1 → docker-swarm-3`), or this machine.
        question: a word or two.
        verdict: `unknown` where it could not be seen, whatever is likely.
        found: what was seen, or why nothing could be.
        advice: what to do, a line each, most likely first; of a failed check only.
    """

    subject: str
    question: str
    verdict: Verdict
    found: str
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Checks that belong together, under a heading."""

    title: str
    checks: tuple[Check, ...]


def ok(subject: str, question: str, found: str) -> Check:
    """A check that says yes."""
    return Check(subject=subject, question=question, verdict="ok", found=found)


def failed(subject: str, question: str, found: str, *advice: str) -> Check:
    """A check that says no, and what to do."""
    return Check(subject=subject, question=question, verdict="failed", found=found, advice=advice)


def unknown(subject: str, question: str, why: str) -> Check:
    """A check that nothing could be seen of."""
    return Check(subject=subject, question=question, verdict="unknown", found=why)
