"""Requests of users to their swarm's leader: run at once, or as soon as there is a leader, or refused.

Owns the requests of one engine that wait. Source: moby daemon/cluster/cluster.go (lockedManagerAction, 20 s),
swarmkit manager/raftselector; texts and times recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import RpcDeadlineExceeded, RpcUnknown
from swarmlab.engine.pending import Pending
from swarmlab.engine.store import Uncommitted
from swarmlab.engine.swarm.cluster import Swarm
from swarmlab.engine.swarm.membership import Membership
from swarmlab.engine.swarm.swarm_requests import NO_LEADER

T = TypeVar("T")

_PATIENCE_S = 20.0


class Requests:
    """The requests of one engine.

    Args:
        membership: the engine's part in a swarm.
    """

    def __init__(self, clock: Clock, membership: Membership) -> None:
        self._clock = clock
        self._membership = membership
        self._waiting: list[Callable[[], bool]] = []

    def ask(self, function: Callable[[Swarm], T]) -> Pending[T]:
        """Run `function` with the swarm once its leader hears this node; see `Daemon.ask`."""
        answer: Pending[T] = Pending()
        if self._attempt(function, answer):
            return answer
        swarm = self._membership.swarm
        if swarm is not None and swarm.raft.refuses(self._membership.node_id):
            answer.fail(RpcUnknown(NO_LEADER))
            return answer
        self._waiting.append(lambda: answer.done or self._attempt(function, answer))
        self._clock.wake()
        limit = self._clock.after(_PATIENCE_S, lambda: answer.fail(RpcDeadlineExceeded("context deadline exceeded")))
        answer.on_done(limit.cancel)
        return answer

    def ask_as_node(self, function: Callable[[Swarm], T]) -> Pending[T]:
        """Run `function` with the swarm, for what any node may ask: it is enough that the leader hears of it."""
        answer: Pending[T] = Pending()
        if self._attempt_as_node(function, answer):
            return answer
        self._waiting.append(lambda: answer.done or self._attempt_as_node(function, answer))
        self._clock.wake()
        limit = self._clock.after(_PATIENCE_S, lambda: answer.fail(RpcDeadlineExceeded("context deadline exceeded")))
        answer.on_done(limit.cancel)
        return answer

    def _attempt_as_node(self, function: Callable[[Swarm], T], answer: Pending[T]) -> bool:
        swarm = self._membership.swarm
        if swarm is None or not swarm.leads or not swarm.connected(self._membership.node_id):
            return False
        return _was_answered(answer, function, swarm)

    def _attempt(self, function: Callable[[Swarm], T], answer: Pending[T]) -> bool:
        """Answer if that can be done now; says whether it was."""
        refusal = self._membership.refusal()
        swarm = self._membership.swarm
        if refusal is not None:
            answer.fail(refusal)
        elif swarm is None or not swarm.leads or not self._membership.hears_leader():
            return False
        else:
            return _was_answered(answer, function, swarm)
        return True

    def tick(self) -> bool:
        """Try the waiting ones again. Returns whether any was answered."""
        if not self._waiting:
            return False
        waiting, self._waiting = self._waiting, []
        still = [attempt for attempt in waiting if not attempt()]
        self._waiting = still + self._waiting
        if self._waiting and self._membership.swarm is not None:
            self._membership.swarm.call_again(self._clock.wake)
        return len(still) < len(waiting)

    def power_off(self) -> None:
        """The engine dies, and nobody is left to answer."""
        self._waiting.clear()


def _was_answered(answer: Pending[T], function: Callable[[Swarm], T], swarm: Swarm) -> bool:
    """Ask the leader; without its majority nothing is committed, and there is no answer yet."""
    try:
        answer.resolve(function(swarm))
    except Uncommitted:
        return False
    except Exception as error:
        answer.fail(error)
    return True
