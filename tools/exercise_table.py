"""The list of the exercises, tests/lessons/README.md: what each asks, and what a test sees in each of its three states.

python tools/exercise_table.py             write it
python tools/exercise_table.py --check     fail if it is not current
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from swarmlab.lessons.catalogue import EXERCISES
from swarmlab.lessons.exercise import Exercise
from tests.lessons.on_labs.test_exercises import DETOURS, STORIES
from tools.conformance_table import ROOT, collect
from tools.generated import keep

MODULE = "tests/lessons/on_labs/test_exercises.py"
TEST = "test_an_exercise_knows_its_three_states"
PAGE = ROOT / "tests" / "lessons" / "README.md"
HEAD = """\
# The exercises and their tests

{count} exercises. `{test}` in
[test_exercises.py](on_labs/test_exercises.py) checks each three times: as it begins (*not attempted*), after a wrong
attempt (*not yet*), and after its own solution (*right*); the words of each verdict are compared. `make test` runs it
on the embedded lab, `make real` on real Docker Engines; `ARGS="-k three_states[05-a]"` chooses one exercise.
`test_what_only_looks_done_is_not_yet` plays {detours} more ways that miss what was asked: "+ 1" under *not yet*.

| Exercise | Lesson | To be done | Not attempted: as it begins | Not yet: a wrong attempt | Right: its solution |
|---|---|---|---|---|---|
"""


def make_page() -> str:
    """The whole page.

    Raises:
        ValueError: an exercise has no test of its states.
    """
    tests = set(collect(MODULE))
    if missing := [each for each in EXERCISES if f"{MODULE}::{TEST}[{each}]" not in tests]:
        raise ValueError(f"{MODULE} has no test of these exercises' states: {', '.join(missing)}")
    head = HEAD.format(count=len(EXERCISES), test=TEST, detours=len(DETOURS))
    return head + "".join(map(_row, EXERCISES.values()))


def _row(exercise: Exercise) -> str:
    story = STORIES[exercise.id]
    more = sum(detour.startswith(exercise.id) for detour in DETOURS)
    begins = "nothing is broken yet; begun: " if exercise.breaks else ""
    lesson = next((ROOT / "notebooks").glob(f"{exercise.lesson}*.ipynb"))
    cells = (
        f"`{exercise.id}` {exercise.title}",
        f"[{exercise.lesson}](../../notebooks/{lesson.name})",
        exercise.asks,
        begins + story.untouched,
        _words(story.not_yet) + (f" + {more}" if more else ""),
        f"{exercise.praise}.",
    )
    return "| " + " | ".join(" ".join(cell.split()).replace("|", r"\|") for cell in cells) + " |\n"


def _words(pattern: str) -> str:
    """A pattern as a reader may have it."""
    text = re.sub(r"\\w\{\d+\}", "…", pattern).replace(r"\d", "N")
    return re.sub(r"\\(.)", r"\1", text).replace(".*", "…")


if __name__ == "__main__":
    sys.exit(keep({PAGE: make_page()}, sys.argv[1:]))
