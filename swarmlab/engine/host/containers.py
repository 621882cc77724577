"""The containers of one host, as `docker run` and the agent use them: one facade over all that happens to them.

Owns no state but binds who does: which there are (container_table.py), starts, stops, ends and power
(container_starts.py, container_stops.py, container_ends.py, container_power.py), what runs in them (container_runs.py,
execs.py). How one is made from what was asked for is in container_creation.py.
Source: moby daemon/{create,delete,rename,wait,attach}.go; texts recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from swarmlab.engine.errors import Conflict, InvalidParameter, NoSuchContainer
from swarmlab.engine.host.container import Container, ContainerConfig, EndpointConfig
from swarmlab.engine.host.container_contexts import Connect
from swarmlab.engine.host.container_creation import Pattern, make_alike, make_container
from swarmlab.engine.host.container_ends import Ends
from swarmlab.engine.host.container_parts import ContainerParts
from swarmlab.engine.host.container_power import Power
from swarmlab.engine.host.container_settings import check_settings
from swarmlab.engine.host.container_starts import Starts
from swarmlab.engine.host.container_stops import Stops
from swarmlab.engine.host.entrusted import EntrustedFile
from swarmlab.engine.host.files import Files
from swarmlab.engine.host.host_parts import HostParts
from swarmlab.engine.host.logs import Attached
from swarmlab.engine.ids import ContainerId
from swarmlab.engine.model import Labels
from swarmlab.engine.pending import Pending, resolved
from swarmlab.engine.programs.processes import Running


class Containers:
    """All containers of one host.

    Args:
        connect: what a container's programs see of the network.

    Attributes:
        list, find, named: the containers that there are (ContainerTable).
        start, is_up: how they begin (Starts).
        stop, kill, pause, unpause: what their users do to them (Stops).
        power_off, power_on, lose: what happens to their host (Power).
        tick: run the processes that are due; returns whether anything happened.
        tell: tell of something that happened to one.
        execs: what runs in them besides.
        health: what their health checks show.
    """

    def __init__(self, parts: HostParts, *, connect: Connect) -> None:
        self._host = parts
        self._parts = of = ContainerParts(
            parts,
            connect=connect,
            exited=lambda container, code: self._ends.exited(container, code),
            start_again=lambda container: self._starts.begin(container),
        )
        self._table = of.table
        self._starts = Starts(of)
        self._stops = stops = Stops(of, self._starts)
        self._ends = Ends(of, stopped=stops.stopped)
        power = Power(of, self._starts, stops)
        self.list, self.find, self.named = of.table.list, of.table.find, of.table.named
        self.start, self.is_up = self._starts.start, self._starts.is_up
        self.stop, self.kill, self.pause, self.unpause = stops.stop, stops.kill, stops.pause, stops.unpause
        self.power_off, self.power_on, self.lose = power.off, power.on, power.lose
        self.tick, self.tell = of.runs.tick, of.tell
        self.execs, self.health = of.execs, of.health
        parts.images.in_use = of.table.made_of

    def prepare_with(self, prepare: Callable[[Container], Pending[None]]) -> None:
        """Have `prepare` give each container its places on the swarm's networks before it starts."""
        self._starts.prepare = prepare

    # --- create, rename, update, remove ---

    def create(self, config: ContainerConfig) -> Container:
        """Make a container.

        Raises:
            NoSuchImage: its image does not lie on the host.
            Conflict: the name is taken.
            InvalidParameter: a bad name, a bad mount, a setting that makes no sense.
            NotImplementedHere: it needs what this engine does not have.
        """
        check_settings(config)
        image = self._host.images.find(config.image)
        name = config.name or self._table.free_name(self._host.chance)
        self._table.check_free(name)
        self._host.networks.check_chosen(config.endpoints)
        id_ = ContainerId(self._host.chance.hex_id())
        return self._take(make_container(id_, name, config, image, self._host, self._table.find))

    def create_alike(
        self, pattern: Pattern, *, name: str, labels: Labels, endpoints: tuple[EndpointConfig, ...]
    ) -> Container:
        """Make one more container of a pattern, whose image still lies here under its name. Raises as `create` does."""
        self._table.check_free(name)
        self._host.networks.check_chosen(endpoints)
        id_ = ContainerId(self._host.chance.hex_id())
        return self._take(make_alike(pattern, id_, name, labels, endpoints, self._host.clock.now))

    def _take(self, container: Container) -> Container:
        self._parts.give_keyboard(container)
        self._table.add(container)
        self.tell(container, "create")
        return container

    def entrust(self, reference: str, files: tuple[EntrustedFile, ...]) -> None:
        """Give a container, which is about to start, the files of its secrets and configs."""
        self.find(reference).entrusted = files

    def rename(self, reference: str, name: str) -> None:
        """Give it another name. Raises Conflict, InvalidParameter."""
        name = name.removeprefix("/")
        if not name:
            raise InvalidParameter("Neither old nor new names may be empty")
        container = self.find(reference)
        if name == container.name:
            raise InvalidParameter("Renaming a container with the same name as its current name")
        self._table.check_free(name)
        old = container.name
        self._table.rename(container, name)
        self.tell(container, "rename", oldName=f"/{old}")

    def update(self, reference: str, change: Callable[[ContainerConfig], ContainerConfig]) -> None:
        """Change what was asked for: limits, the restart policy."""
        container = self.find(reference)
        container.config = change(container.config)
        self.tell(container, "update")

    def remove(self, reference: str, *, force: bool = False, volumes: bool = False) -> None:
        """Remove a stopped container, with `force` a running one; with `volumes` its anonymous volumes too.

        Raises:
            Conflict: it runs.
        """
        container = self.find(reference)
        if container.state.running and not force:
            reason = f"{container.state.status}: stop the container before removing or force remove"
            reason = "paused and must be unpaused first" if container.state.paused else reason
            raise Conflict(f'cannot remove container "{reference}": container is {reason}')
        self._parts.restarts.cancel(container)
        if container.state.running:
            container.config = replace(container.config, auto_remove=False, restart="no")
            self._parts.runs.signal(container, "SIGKILL")
        self._starts.cancel(container, NoSuchContainer(reference))
        self._parts.delete(container, volumes=volumes)

    def restart(self, reference: str, *, timeout_s: float | None = None, signal: str = "") -> Pending[None]:
        """Stop, then start, unless its policy starts it already."""
        container = self.find(reference)
        pending: Pending[None] = Pending()

        def go_on() -> None:
            if container.state.running:
                pending.resolve(None)
            else:
                self.start(container.id).pass_on(pending)

        def tell() -> None:
            if container.state.running:
                self.tell(container, "restart")

        pending.on_done(tell)
        if container.state.running:
            self._ends.keep(container)
            self.stop(container.id, timeout_s=timeout_s, signal=signal).on_done(go_on)
        else:
            go_on()
        return pending

    # --- what it shows ---

    def files(self, container: Container) -> Files:
        """The files that a container sees."""
        return self._parts.runs.contexts.files(container)

    def running(self, container: Container) -> list[Running]:
        """What runs in a container, its process 1 first."""
        return self._parts.runs.running(container)

    def wait(self, reference: str, condition: str = "not-running") -> Pending[int]:
        """Its exit code once it is `not-running`, after its `next-exit`, or once it is `removed`."""
        container, waits = self.find(reference), self._parts.waits
        if condition == "removed":
            return waits.for_removal(container.id)
        if condition == "next-exit" or container.state.running:
            return waits.for_exit(container.id)
        return resolved(container.state.exit_code)

    def attach(self, reference: str, *, stdout: bool = True, stderr: bool = True) -> Attached:
        """What it writes from now on, as it writes it; ends with the container's process."""
        container = self.find(reference)
        attached = Attached(stdout=stdout, stderr=stderr)
        container.log.attach(attached)
        self.tell(container, "attach")
        return attached

    def detach(self, container: Container) -> None:
        """Whoever was attached pressed the keys that detach."""
        self.tell(container, "detach")
