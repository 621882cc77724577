"""How long the lessons take to run: each alone in a kernel of its own, and all of them as `make test` compares them.

Usage: python benchmarks/lessons.py [--figures]

On the embedded lab in manual time. What a lesson's run takes includes the start of its kernel.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.figures import Figure, tell
from tools.lessons import ROOT, lesson_paths, needs_hosts

WITHIN_S = 60.0
"""What all lessons together may take on two cores."""


def seconds(lessons: list[Path], *options: str) -> float:
    """Of a run of pytest that compares every output of these lessons."""
    command = [sys.executable, "-m", "pytest", "--quiet", "--nbval", "-p", "no:cacheprovider", *options, *lessons]
    environment = {**os.environ, "SWARMLAB_BACKEND": "embedded", "SWARMLAB_TIME": "manual"}
    began = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def figures() -> Iterator[Figure]:
    """Each lesson, then all."""
    with tempfile.TemporaryDirectory() as folder:
        nothing = Path(folder, "test_nothing.py")
        nothing.write_text("def test_nothing() -> None:\n    pass\n")
        alone = seconds([nothing])
    lessons = [path for path in lesson_paths() if not needs_hosts(path)]
    for lesson in lessons:
        yield Figure(what=f"`{lesson.name}`, compared by nbval", value=seconds([lesson]) - alone, unit="s")
    yield Figure(
        what="all of them, two at a time, with the start of pytest",
        value=seconds(lessons, "--numprocesses", "2", "--dist", "loadscope"),
        unit="s",
        against="what they may take",
        other=WITHIN_S,
    )


if __name__ == "__main__":
    tell(figures, __doc__)
