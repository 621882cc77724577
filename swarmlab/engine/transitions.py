"""The legal moves of a task's observed state, as one table, grouped by the component that makes them.

A move that is not here is a bug of the engine and raises. Source: swarmkit design/task_model.md, design/tla,
manager/dispatcher/dispatcher.go (processUpdates: state never goes down).
"""

from __future__ import annotations

from swarmlab.engine.model import TaskState as S

Move = tuple[S, S]

_AGENT_PATH = (S.ASSIGNED, S.ACCEPTED, S.PREPARING, S.READY, S.STARTING, S.RUNNING)
_LIVE = (S.NEW, S.PENDING, *_AGENT_PATH)

MOVES: dict[str, frozenset[Move]] = {
    "allocator": frozenset({(S.NEW, S.PENDING)}),
    "scheduler": frozenset({(S.PENDING, S.ASSIGNED), (S.PENDING, S.SHUTDOWN)}),
    # The dispatcher batches an agent's reports, so a watcher may see any step forward at once.
    "agent": frozenset(
        {(a, b) for i, a in enumerate(_AGENT_PATH) for b in _AGENT_PATH[i + 1 :]}
        | {(a, b) for a in _AGENT_PATH for b in (S.COMPLETE, S.SHUTDOWN, S.FAILED, S.REJECTED)}
    ),
    # A job's complete task is still wanted, so it is rejected like one that runs.
    "enforcer": frozenset({(a, S.REJECTED) for a in (*_LIVE, S.COMPLETE)}),
    "dispatcher": frozenset({(a, S.ORPHANED) for a in _AGENT_PATH}),
    "node removal": frozenset({(a, S.ORPHANED) for a in _LIVE}),
}

LEGAL: frozenset[Move] = frozenset().union(*MOVES.values())


class IllegalMove(Exception):
    """A component moved a task as no table row allows: a bug, never a user's mistake."""


def check_move(before: S, after: S) -> None:
    """Raise IllegalMove unless a task may go from `before` to `after`; staying put is always legal."""
    if before != after and (before, after) not in LEGAL:
        raise IllegalMove(f"no component may move a task from {before.name} to {after.name}")
