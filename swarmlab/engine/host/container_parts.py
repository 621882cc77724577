"""What starts, stops, ends and power have in common: one host's containers, what runs in them, who waits for them.

Owns no state of its own, but for how a container is removed from all of it.
"""

from __future__ import annotations

from collections.abc import Callable

from swarmlab.engine.host.container import Container
from swarmlab.engine.host.container_contexts import Connect
from swarmlab.engine.host.container_restarts import Restarts
from swarmlab.engine.host.container_runs import Exited, Runs, emit
from swarmlab.engine.host.container_table import ContainerTable
from swarmlab.engine.host.container_waits import Waits
from swarmlab.engine.host.execs import Execs
from swarmlab.engine.host.health import HealthChecks
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.keyboard import Keyboard


class ContainerParts:
    """The containers of one host with all that belongs to them.

    Args:
        connect: what a container's programs see of the network.
        exited: called when a container's process ends, with its exit code.
        start_again: starts a container whose policy wants it.

    Attributes:
        host: what the host has besides.
        runs, execs, health: what runs in the containers, and what their health checks show.
        restarts, waits: the starts that are planned, and the open answers.
    """

    def __init__(
        self, host: HostParts, *, connect: Connect, exited: Exited, start_again: Callable[[Container], object]
    ) -> None:
        self.host = host
        self.clock = host.clock
        self.table = ContainerTable()
        self.runs = Runs(host, connect=connect, find=self.table.find, exited=exited)
        self.execs = Execs(host, self.runs)
        self.health = HealthChecks(host, self.execs)
        self.restarts = Restarts(host.clock, start_again)
        self.waits = Waits()

    def tell(self, container: Container, action: str, **more: str) -> None:
        """Tell of something that happened to a container."""
        emit(self.host.events, container, action, **more)

    def give_keyboard(self, container: Container) -> None:
        """Let clients type into a container, where its standard input is open."""
        config, log, clock = container.config, container.log, self.clock
        if config.tty or config.open_stdin:
            show = (lambda text: log.write(clock.now, "stdout", text)) if config.tty else None
            container.keyboard = Keyboard(show)

    def delete(self, container: Container, *, volumes: bool) -> None:
        """Have a container no more that does not run; with `volumes` its anonymous volumes neither."""
        self.table.remove(container)
        for mount in container.mounts:
            if mount.type == "volume":
                volume = self.host.volumes.find(mount.name)
                volume.users.pop(container.id, None)
                if volumes and volume.anonymous and not volume.users:
                    self.host.volumes.remove(volume.name)
        self.tell(container, "destroy")
        self.waits.removed(container.id, container.state.exit_code)
