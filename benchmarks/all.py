"""Every number in one table: `make bench`.

Usage: python benchmarks/all.py [--write]    --write also keeps it in benchmarks/results/, in a file with today's date

Each topic is a program of this folder that prints figures as JSON with `--figures`; it runs in a process of its own, so
that no topic pays for another. What needs real engines or a browser is left out, by name, where there is none.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.figures import Figure, as_table, machine
from tests.needs import NEEDS

HERE = Path(__file__).parent
TOPICS = {
    "A lab": ("start_to_running.py", "real"),
    "Answers of the Docker Engine API": ("answers.py", "real"),
    "From the click to the screen": ("board.py", "browser"),
    "Binder": ("binder.py", ""),
    "Memory: lessons open one after the other": ("memory.py", ""),
    "The engine at scale": ("engine.py", ""),
    "The lessons": ("lessons.py", ""),
    "The package": ("package.py", ""),
}
"""By title: the program, and what it needs beside Python to compare with or to measure at all."""


def figures_of(program: str) -> list[Figure]:
    """What a topic's program measures."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(HERE / program), "--figures"]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=folder)
    return [Figure(**figure) for figure in json.loads(done.stdout)]


def main() -> None:
    """Measure, print, and keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="keep it in benchmarks/results/")
    given = parser.parse_args()
    now = datetime.now(UTC)
    parts = [f"# Numbers of {now:%Y-%m-%d}\n\nMeasured by `make bench` on this machine: `{machine()}`."]
    for title, (program, need) in TOPICS.items():
        missing = f" ({NEEDS[need].what}: missing here)" if need and not NEEDS[need].is_there() else ""
        parts.append(f"## {title}{missing}\n\n{as_table(figures_of(program))}")
        print(parts[-1], end="\n\n", flush=True)
    if given.write:
        kept = HERE / "results" / f"{now:%Y-%m-%d}.md"
        kept.parent.mkdir(exist_ok=True)
        kept.write_text("\n\n".join(parts) + "\n")
        print(f"Kept in {kept.relative_to(HERE.parent)}.")


if __name__ == "__main__":
    main()
