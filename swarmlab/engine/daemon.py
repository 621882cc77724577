"""What one `dockerd` owns: the local engine of one host and its membership. The API talks to this and to nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from swarmlab.engine.clock import Clock
from swarmlab.engine.logs import LogOptions, LogStream
from swarmlab.engine.membership import Membership
from swarmlab.engine.pending import Pending
from swarmlab.engine.world import Host

if TYPE_CHECKING:
    from swarmlab.engine.control import Control

T = TypeVar("T")

VERSION = "28.5.2"


class Daemon:
    """The engine of one host.

    Attributes:
        hostname: the host's name.
        host: its place in the world: addresses, CPUs, memory, walls.
        id: the engine's own id (`docker info`: ID), not the node id.
        clock: engine time.
        version: the version it says it has.
        running: whether the host has power.
        containers, images, volumes, networks, events: the local engine.
        membership: this node's part in a swarm.
    """

    hostname: str
    host: Host
    id: str
    clock: Clock
    version: str = VERSION
    running: bool
    membership: Membership
    # containers: Containers; images: Images; volumes: Volumes; networks: Networks; events: Events

    def ask(self, function: Callable[[Control], T]) -> Pending[T]:
        """Run `function` with the control of this swarm's leader, as soon as there is one.

        `function` runs once, at once when a leader is reachable. What it raises fails the answer, and so do: this node
        is no manager or in no swarm (Unavailable), no leader within 20 s (RpcUnknown `context deadline exceeded`), no
        leader for longer already (RpcUnknown, the "does not have a leader" text).
        """
        raise NotImplementedError

    def service_logs(self, reference: str, options: LogOptions) -> Pending[LogStream]:
        """The lines of a service's tasks, by the leader's log broker; fails as `ask` does, and with NotFound."""
        raise NotImplementedError

    def task_logs(self, reference: str, options: LogOptions) -> Pending[LogStream]:
        """The lines of one task, in the same way."""
        raise NotImplementedError

    def power_off(self) -> None:
        """The engine dies at once, and every container with it."""
        raise NotImplementedError

    def power_on(self) -> None:
        """The engine starts again from what it had on disk: containers exited, membership as it was."""
        raise NotImplementedError
