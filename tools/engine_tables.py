"""The drawings and tables of docs/how-the-engine-works.md, made from the engine's own: layers, moves, loops, filters.

python tools/engine_tables.py             write them
python tools/engine_tables.py --check     fail if they are not current
"""

from __future__ import annotations

import inspect
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import swarmlab
from swarmlab.engine.manager.filters import FILTERS
from swarmlab.engine.model import TaskState
from swarmlab.engine.states import build
from swarmlab.engine.transitions import MOVES, Move
from tools.generated import between, keep
from tools.lessons import ROOT

PAGE = ROOT / "docs" / "how-the-engine-works.md"
BEGIN = "<!-- {}: begin (made by tools/engine_tables.py) -->"
END = "<!-- {}: end -->"
ALIVE = tuple(state for state in TaskState if not state.is_terminal)
ON_A_NODE = tuple(state for state in ALIVE if state >= TaskState.ASSIGNED)
GROUPS = {"alive": ALIVE, "on_a_node": ON_A_NODE}
"""States that the drawing puts into one frame, so that an arrow may begin at all of them."""


def layers() -> str:
    """Which part of the package lies above which."""
    drawn = re.search(r"(?:^    .*\n)+", inspect.getdoc(swarmlab) or "", flags=re.MULTILINE)
    if drawn is None:
        raise ValueError("swarmlab/__init__.py draws no layers any more")
    return f"```\n{inspect.cleandoc(drawn[0])}\n```"


def drawing() -> str:
    """Every move of a task, as a diagram; of the moves along the path only the single steps."""
    return "\n".join(
        [
            "```mermaid",
            "flowchart LR",
            "  subgraph alive [not ended]",
            *(f"    {name(state)}" for state in ALIVE if state not in ON_A_NODE),
            "    subgraph on_a_node [on a node]",
            *(f"      {name(state)}" for state in ON_A_NODE),
            "    end",
            "  end",
            *(
                f"  {source} -- {owner} --> {target}"
                for owner, moves in MOVES.items()
                for source, target in arrows(moves)
            ),
            "```",
        ]
    )


def arrows(moves: Iterable[Move]) -> list[tuple[str, str]]:
    """The moves of one owner: from a frame where all of it may make the move, else from single states."""
    sources: dict[TaskState, set[TaskState]] = defaultdict(set)
    for before, after in moves:
        if after.is_terminal or ALIVE.index(after) == ALIVE.index(before) + 1:
            sources[after].add(before)
    found = []
    for after, left in sorted(sources.items()):
        for group, members in GROUPS.items():
            if left.issuperset(members):
                found.append((group, name(after)))
                left -= set(members)
        found += [(name(before), name(after)) for before in sorted(left)]
    return found


def moves() -> str:
    """Every move of a task, as a table: from each state, who may move it where."""
    rows = [["From", *MOVES]]
    for before in TaskState:
        cells = [[name(b) for a, b in sorted(made) if a is before] for made in MOVES.values()]
        if any(cells):
            rows.append([f"**{name(before)}**", *map(", ".join, cells)])
    return table(rows)


def name(state: TaskState) -> str:
    """As the API writes it."""
    return state.name.lower()


def loops() -> str:
    """The leader's loops, in the order in which they take their turns."""
    (swarm,) = build("formed").swarms()
    rows = [["", "Loop", "What it owns, in its own words"]]
    for number, loop in enumerate(swarm._manager._loops, 1):
        path = Path(inspect.getfile(type(loop)))
        text = inspect.getdoc(sys.modules[type(loop).__module__]) or ""
        link = f"[{path.stem.rstrip('_')}](../{path.relative_to(ROOT)})"
        rows.append([str(number), link, paragraphs(text)])
    return table(rows)


def paragraphs(text: str) -> str:
    """What a module says of itself, up to where it names its source."""
    said = text.replace("\n\n", " ").partition("Source:")[0].partition("Simplification:")[0]
    return " ".join(said.split())


def filters() -> str:
    """The scheduler's rules, in their order."""
    rows = [["", "Filter", "A node passes if", "Said of one node", "Said of several"]]
    for number, each in enumerate(FILTERS, 1):
        rule = [f"`{rule_name(each.check_for)}`", holds(each.check_for)]
        rows.append([str(number), *rule, each.explain(1), each.several.format("N")])
    return table(rows)


def rule_name(rule: Callable[..., object]) -> str:
    """What the code calls a rule."""
    return rule.__name__


def holds(rule: Callable[..., object]) -> str:
    """The condition, as the rule itself says it."""
    sentence = (inspect.getdoc(rule) or "").partition("\n")[0].rstrip(".")
    return sentence[0].lower() + sentence[1:]


def table(rows: list[list[str]]) -> str:
    """Rows in Markdown, the first as the head."""
    head, *rest = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join([head, "|" + "---|" * len(rows[0]), *rest])


def make_page() -> str:
    """The page with the tables of today."""
    page = PAGE.read_text()
    for part, text in (
        ("layers", layers()),
        ("drawing", drawing()),
        ("moves", moves()),
        ("loops", loops()),
        ("filters", filters()),
    ):
        page = between(page, BEGIN.format(part), END.format(part), text)
    return page


if __name__ == "__main__":
    sys.exit(keep({PAGE: make_page()}, sys.argv[1:]))
