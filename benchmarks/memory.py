"""Memory of JupyterLab, the embedded lab and the lessons, as Binder starts them: `binder/start jupyter-lab`.

Usage: python benchmarks/memory.py [--json]                  every lesson
       python benchmarks/memory.py --lessons 00 [--json]     these
       python benchmarks/memory.py --figures                 every lesson, as JSON for all.py

The lessons are opened one after the other, and each is run to its end, in manual time; their kernels are left running,
as a learner leaves them. After each cell the memory of the server and of all that it started is added up: proportional
set size, which counts a page that n processes share as 1/n in each. `mb` is the most that was seen in a lesson. No page
is open in a browser, whose own memory is not Binder's. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TypedDict

sys.path.insert(0, str(Path(__file__).parent.parent))

import psutil

from benchmarks.figures import Figure
from tests.jupyter_server import Kernel, kernel_of, wait_until_it_answers
from tests.jupyterlab import running_lab
from tools.lessons import ROOT, code_cells, lesson_paths, needs_hosts, read_lesson

COMMAND = [str(ROOT / "binder/start"), "jupyter-lab", "--no-browser", "--ip=127.0.0.1", "--allow-root"]
MB = 1_000_000


class Row(TypedDict):
    """One line of the table."""

    open: str
    kernels: int
    mb: float


def measure(numbers: list[str]) -> Iterator[Row]:
    """A row for the server alone, and one after each lesson."""
    variables = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "SWARMLAB_TIME": "manual"}
    with (
        tempfile.TemporaryDirectory(prefix="swarmlab-", ignore_cleanup_errors=True) as home,
        running_lab(COMMAND, home=Path(home), cwd=ROOT, **variables, TMPDIR=home) as lab,
    ):
        wait_until_it_answers(lab)
        yield {"open": "JupyterLab", "kernels": 0, "mb": used_mb()}
        here = [path for path in lesson_paths() if not needs_hosts(path)]
        paths = [path for path in here if path.stem[:2] in numbers or not numbers]
        for kernels, path in enumerate(paths, start=1):
            with kernel_of(lab, str(path.relative_to(ROOT))) as kernel:
                yield {"open": path.stem, "kernels": kernels, "mb": max(while_running(path, kernel))}


def while_running(path: Path, kernel: Kernel) -> Iterator[float]:
    """What is used after each cell of a lesson."""
    for cell in code_cells(read_lesson(path)):
        outputs = kernel.run(cell.source)
        failed = [output for output in outputs if output.output_type == "error"]
        assert not failed or "raises-exception" in cell.metadata.get("tags", []), failed
        yield used_mb()


def used_mb() -> float:
    """What everything uses that this process has started."""
    used = 0
    for process in psutil.Process().children(recursive=True):
        try:
            used += process.memory_full_info().pss
        except psutil.NoSuchProcess:
            continue
    return round(used / MB, 1)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lessons", nargs="*", default=[], metavar="NN")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--figures", action="store_true", help="print JSON for all.py")
    options = parser.parse_args()
    rows = measure(options.lessons)
    if options.figures:
        print(json.dumps([asdict(Figure(what=row["open"], value=row["mb"], unit="MB")) for row in rows]))
        return
    if options.json:
        print(json.dumps(list(rows)))
        return
    print("| open, one after the other | kernels | MB |\n|---|---|---|")
    for row in rows:
        print(f"| {row['open']} | {row['kernels']} | {row['mb']:.0f} |", flush=True)


if __name__ == "__main__":
    main()
