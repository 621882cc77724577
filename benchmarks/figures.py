"""What is measured, as values and as a Markdown table: a figure beside the one that it is compared with."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

HEAD = "| measured | | compared with | | ratio |\n|---|--:|---|--:|--:|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One thing measured.

    Attributes:
        what: a phrase.
        value: in `unit`.
        unit: as it is printed behind the value.
        against: a phrase for what it is compared with; empty where there is nothing.
        other: the value of that, in the same unit.
    """

    what: str
    value: float
    unit: str
    against: str = ""
    other: float | None = None

    def as_row(self) -> str:
        """One line of the table."""
        compared = "" if self.other is None else _amount(self.other, self.unit)
        ratio = "" if not self.other else f"{self.value / self.other:.2g}"
        return f"| {self.what} | {_amount(self.value, self.unit)} | {self.against} | {compared} | {ratio} |"


def _amount(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if abs(value) >= 100 else f"{value:.3g} {unit}"


def as_table(figures: Iterable[Figure]) -> str:
    """All of them."""
    return "\n".join([HEAD, *(figure.as_row() for figure in figures)])


def tell(figures: Callable[[], Iterable[Figure]], description: str | None) -> None:
    """Be the program that measures them: print a table, or JSON for `all.py` with `--figures`."""
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    parser.add_argument("--figures", action="store_true", help="print JSON instead of a table")
    as_json = parser.parse_args().figures
    found = list(figures())
    print(json.dumps([asdict(figure) for figure in found]) if as_json else as_table(found))


def machine() -> str:
    """What it was measured on, in a sentence."""
    words = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
    model = {key.strip(): value.strip() for key, value in words.items()}.get("model name", platform.machine())
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    cores, system = os.cpu_count(), f"{platform.system()} {platform.release()}"
    return f"{cores} cores of {model}, {memory_gb:.0f} GB, {system}, Python {platform.python_version()}"
