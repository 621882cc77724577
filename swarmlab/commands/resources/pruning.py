"""`docker image prune`, `docker network prune`, `docker volume prune`: what nothing uses goes.

Source: docker/cli cli/command/{image,network,volume}/prune.go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.printing.units import decimal_size
from swarmlab.commands.session import Session, filters, typed_filters
from swarmlab.commands.spelling.options import Many, Switch, flag

_UNTIL = 'Provide filter values (e.g. "until=<timestamp>")'


def is_meant(session: Session, warning: str, *, force: Switch) -> bool:
    """Whether to go on; here nobody is asked, and no answer means no."""
    if not force:
        session.terminal.write(f"WARNING! {warning}\nAre you sure you want to continue? [y/N] ")
    return bool(force)


def _reclaimed(session: Session, size: int) -> None:
    session.terminal.print(f"Total reclaimed space: {decimal_size(size, digits=4)}")


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
        wanted = {"dangling": ["false" if self.all else "true"], **typed_filters(self.filter)}
        answer: dict[str, Any] = session.post("/images/prune", params=filters(wanted))
        if answer["ImagesDeleted"]:
            session.terminal.print("Deleted Images:")
            for gone in answer["ImagesDeleted"]:
                (what, name), *_ = gone.items()
                session.terminal.print(f"{what.lower()}: {name}")
            session.terminal.print()
        _reclaimed(session, answer["SpaceReclaimed"])


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
        gone = session.post("/networks/prune", params=filters(typed_filters(self.filter)))["NetworksDeleted"]
        if gone:
            session.terminal.print("\n".join(["Deleted Networks:", *gone, ""]))


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
        kind = "all volumes" if self.all else "anonymous local volumes"
        if not is_meant(session, f"This will remove {kind} not used by at least one container.", force=self.force):
            return
        answer = session.post("/volumes/prune", params=filters(self._filters()))
        if answer["VolumesDeleted"]:
            session.terminal.print("\n".join(["Deleted Volumes:", *answer["VolumesDeleted"], ""]))
        _reclaimed(session, answer["SpaceReclaimed"])
