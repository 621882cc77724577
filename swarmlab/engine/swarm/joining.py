"""One attempt to join a swarm: it outlives the request that began it.

Owns the tries: five for the root certificate and then for the node's own, two seconds apart, each at most five seconds
long where nothing answers; then, for a manager, the way back to it. Whoever asked hears of the end, or after 20 s that
it goes on in the background. Source: swarmkit ca/config.go (DownloadRootCA), moby daemon/cluster/cluster.go; texts and
times recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import (
    EngineError,
    RpcDeadlineExceeded,
    RpcInvalidArgument,
    RpcUnavailable,
    ServerError,
    Unavailable,
)
from swarmlab.engine.model import Role
from swarmlab.engine.pending import Pending
from swarmlab.engine.swarm.addresses import split_host_port
from swarmlab.engine.swarm.cluster import Swarm
from swarmlab.engine.swarm.tokens import JoinToken
from swarmlab.engine.world import Outcome, World

_TRIES = 5
_PAUSE_S = 2.0
_KNOCKS_S = (1.0, 2.0)
_TRY_S = 5.0
_PATIENCE_S = 20.0
_CERTIFICATE_S = 0.06
_NOT_READY = "context deadline exceeded while waiting for connections to become ready"

SWARM_TIMEOUT = (
    "Timeout was reached before node joined. The attempt to join the swarm will continue in the background. "
    'Use the "docker info" command to see the current swarm status of your node.'
)


class Candidate(Protocol):
    """The node that joins."""

    hostname: str

    def swarm_at(self, hostname: str) -> Swarm | None:
        """The swarm that a host's manager belongs to; None where none manages, or none hears a leader."""

    def enter(self, swarm: Swarm, role: Role) -> None:
        """Become a node of `swarm`, in the role that the token stands for; raises ServerError where it cannot."""

    def way_back(self) -> Outcome:
        """Whether the swarm's leader reaches this node at its advertised address."""

    def complete(self) -> None:
        """The way back is open: a manager takes its place among the managers."""

    def abandon(self, error: EngineError, *, in_background: bool) -> None:
        """The attempt is over without success."""


class Joining:
    """An attempt; it begins at once.

    Args:
        remotes: addresses of managers, tried in turn (`host:port`).
        advertised: the address that a joining manager says it has, for the words of a refusal.

    Attributes:
        answer: what whoever asked hears.
    """

    def __init__(
        self,
        clock: Clock,
        world: World,
        node: Candidate,
        *,
        remotes: tuple[str, ...],
        token: JoinToken,
        advertised: str,
    ) -> None:
        self._clock = clock
        self._world = world
        self._node = node
        self._remotes = remotes
        self._token = token
        self._advertised = advertised
        self._tries = 0
        self._over = False
        self.answer: Pending[None] = Pending()
        self._step = clock.after(0, self._try)
        self._limit = clock.after(_PATIENCE_S, lambda: self.answer.fail(Unavailable(SWARM_TIMEOUT)))

    @property
    def remote(self) -> str:
        """The manager that this try asks."""
        return self._remotes[self._tries % len(self._remotes)]

    def stop(self) -> None:
        """The node gave up: forget everything."""
        self._step.cancel()
        self._limit.cancel()
        self._over = True

    def succeed(self) -> None:
        """The swarm has seen the node at work."""
        self.stop()
        self.answer.resolve(None)

    # --- certificates ---

    def _try(self) -> None:
        self._knock(_KNOCKS_S, _TRY_S)

    def _knock(self, pauses: tuple[float, ...], left_s: float) -> None:
        """Ask the manager; where nothing answers, the packet is sent again after one and after two more seconds."""
        host, port = split_host_port(self.remote) or (self.remote, "2377")
        reach = self._world.reaches(self._node.hostname, host, f"{port}/tcp")
        swarm = self._node.swarm_at(reach.hostname) if reach.ok and reach.hostname else None
        if reach.outcome is Outcome.REFUSED:
            self._fail(RpcUnavailable(_refused(self.remote)))
        elif swarm is not None:
            self._ask(swarm)
        elif pauses:
            self._later(pauses[0], lambda: self._knock(pauses[1:], left_s - pauses[0]))
        else:
            self._later(left_s, lambda: self._fail(RpcDeadlineExceeded(_NOT_READY)))

    def _ask(self, swarm: Swarm) -> None:
        role = swarm.authority.role_of(self._token)
        if not swarm.authority.signed_for(self._token):
            self._fail(ServerError(f"remote CA does not match fingerprint. Expected: {self._token.digest}"))
        elif role is None:
            self._fail(RpcInvalidArgument("A valid join token is necessary to join this cluster"))
        else:
            self._later(_CERTIFICATE_S, lambda: self._enter(swarm, role))

    def _enter(self, swarm: Swarm, role: Role) -> None:
        if not swarm.has_leader:
            self._knock((), _TRY_S)
            return
        try:
            self._node.enter(swarm, role)
        except EngineError as error:
            self._give_up(error)
            return
        if role is Role.MANAGER:
            self._look_back()

    def _fail(self, error: EngineError) -> None:
        self._tries += 1
        if self._tries < _TRIES:
            self._later(_PAUSE_S, self._try)
        else:
            self._later(_PAUSE_S, lambda: self._give_up(error))

    # --- a manager must be reachable itself ---

    def _look_back(self) -> None:
        match self._node.way_back():
            case Outcome.OK:
                self._node.complete()
            case Outcome.REFUSED:
                self._give_up(_no_way_back(RpcUnavailable(_refused(self._advertised))))
            case Outcome.SILENT:
                self._later(_TRY_S, lambda: self._give_up(_no_way_back(RpcDeadlineExceeded(_NOT_READY))))

    def _give_up(self, error: EngineError) -> None:
        in_background = self.answer.done
        self.stop()
        self._node.abandon(error, in_background=in_background)
        self.answer.fail(error)

    def _later(self, delay_s: float, callback: Callable[[], None]) -> None:
        if not self._over:
            self._step = self._clock.after(delay_s, callback)


def _refused(remote: str) -> str:
    return f'connection error: desc = "transport: Error while dialing: dial tcp {remote}: connect: connection refused"'


def _no_way_back(error: RpcUnavailable | RpcDeadlineExceeded) -> EngineError:
    kind = Unavailable if isinstance(error, RpcUnavailable) else ServerError
    return kind(
        f"manager stopped: can't initialize raft node: rpc error: code = {error.code} desc = "
        f"could not connect to prospective new cluster member using its advertised address: {error}"
    )
