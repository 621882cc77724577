"""`docker image prune`, `docker network prune`, `docker volume prune`: what nothing uses goes.

Owns how each kind is pruned and told of, for `docker container prune` and `docker system prune` too.
Source: docker/cli cli/command/{container,image,network,volume}/prune.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from swarmlab.commands.command import Command
from swarmlab.commands.printing.units import decimal_size
from swarmlab.commands.session import Session, filters, typed_filters
from swarmlab.commands.spelling.options import Many, Switch, flag

Wanted = Mapping[str, Iterable[str]]
_UNTIL = 'Provide filter values (e.g. "until=<timestamp>")'


def is_meant(session: Session, warning: str, *, force: Switch) -> bool:
    """Whether to go on; here nobody is asked, and no answer means no."""
    if not force:
        session.terminal.write(f"WARNING! {warning}\nAre you sure you want to continue? [y/N] ")
    return bool(force)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What is gone, as it is told, and how much of the disk is free again."""

    text: str
    size_bytes: int

    @classmethod
    def of(cls, title: str, gone: Iterable[str], size_bytes: int = 0) -> Self:
        """Lines under a title, a blank one after them; nothing where nothing went."""
        lines = list(gone)
        return cls(text="\n".join([title, *lines, ""]) if lines else "", size_bytes=size_bytes)

    def tell(self, session: Session) -> None:
        """Print it, and what it brought."""
        if self.text:
            session.terminal.print(self.text)
        session.terminal.print(f"Total reclaimed space: {decimal_size(self.size_bytes, digits=4)}")


def prune_containers(session: Session, wanted: Wanted) -> Pruned:
    """Remove the containers that do not run."""
    answer = session.post("/containers/prune", params=filters(wanted))
    return Pruned.of("Deleted Containers:", answer["ContainersDeleted"] or (), answer["SpaceReclaimed"])


def prune_networks(session: Session, wanted: Wanted) -> Pruned:
    """Remove the networks that nothing is attached to."""
    answer = session.post("/networks/prune", params=filters(wanted))
    return Pruned.of("Deleted Networks:", answer["NetworksDeleted"] or ())


def prune_volumes(session: Session, wanted: Wanted) -> Pruned:
    """Remove the volumes that no container uses."""
    answer = session.post("/volumes/prune", params=filters(wanted))
    return Pruned.of("Deleted Volumes:", answer["VolumesDeleted"] or (), answer["SpaceReclaimed"])


def prune_images(session: Session, wanted: Wanted, *, dangling: bool) -> Pruned:
    """Remove the images without a name, or those without a container."""
    params = filters({"dangling": ["true" if dangling else "false"], **wanted})
    answer = session.post("/images/prune", params=params)
    gone = (f"{what.lower()}: {name}" for each in answer["ImagesDeleted"] or () for what, name in each.items())
    return Pruned.of("Deleted Images:", gone, answer["SpaceReclaimed"])


@dataclass(frozen=True, kw_only=True)
class ImagePrune(Command, path="image prune"):
    """Remove images that have no name, with `--all` those that no container is made of."""

    usage = "[OPTIONS]"
    summary = "Remove unused images"

    all: Switch = flag("-a, --all", "Remove all unused images, not just dangling ones")
    filter: Many = flag("--filter filter", _UNTIL)
    force: Switch = flag("-f, --force", "Do not prompt for confirmation")

    def sdk(self) -> str:
        """See Command."""
        return f"client.images.prune(filters={{'dangling': {not self.all}}})"

    def perform(self, session: Session) -> None:
        """See Command."""
        unused = "all images without at least one container associated to them." if self.all else "all dangling images."
        if not is_meant(session, f"This will remove {unused}", force=self.force):
            return
        prune_images(session, typed_filters(self.filter), dangling=not self.all).tell(session)


@dataclass(frozen=True, kw_only=True)
class NetworkPrune(Command, path="network prune"):
    """Remove the networks that no container is attached to."""

    usage = "[OPTIONS]"
    summary = "Remove all unused networks"

    filter: Many = flag("--filter filter", _UNTIL)
    force: Switch = flag("-f, --force", "Do not prompt for confirmation")

    def sdk(self) -> str:
        """See Command."""
        return f"client.networks.prune(filters={typed_filters(self.filter)!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        warning = "This will remove all custom networks not used by at least one container."
        if not is_meant(session, warning, force=self.force):
            return
        pruned = prune_networks(session, typed_filters(self.filter))
        if pruned.text:
            session.terminal.print(pruned.text)


@dataclass(frozen=True, kw_only=True)
class VolumePrune(Command, path="volume prune"):
    """Remove the anonymous volumes that no container uses, with `--all` the named ones too."""

    usage = "[OPTIONS]"
    summary = "Remove unused local volumes"

    all: Switch = flag("-a, --all", "Remove all unused volumes, not just anonymous ones")
    filter: Many = flag("--filter filter", 'Provide filter values (e.g. "label=<label>")')
    force: Switch = flag("-f, --force", "Do not prompt for confirmation")

    def sdk(self) -> str:
        """See Command."""
        return f"client.volumes.prune(filters={self._filters()!r})"

    def _filters(self) -> dict[str, list[str]]:
        return {**typed_filters(self.filter), **({"all": ["true"]} if self.all else {})}

    def perform(self, session: Session) -> None:
        """See Command."""
        kind = "all local volumes" if self.all else "anonymous local volumes"
        if not is_meant(session, f"This will remove {kind} not used by at least one container.", force=self.force):
            return
        prune_volumes(session, self._filters()).tell(session)
