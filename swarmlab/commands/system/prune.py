"""`docker system prune`: everything goes that nothing uses.

Source: docker/cli cli/command/system/prune.go and the prune.go of each kind.
"""

from __future__ import annotations

from dataclasses import dataclass

from swarmlab.client.tables import natural
from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.resources.pruning import (
    Pruned,
    is_meant,
    prune_containers,
    prune_images,
    prune_networks,
    prune_volumes,
)
from swarmlab.commands.session import Session, filters, typed_filters
from swarmlab.commands.spelling.options import Many, Switch, flag

_SHOWN = ("label", "label!", "until")


@dataclass(frozen=True, kw_only=True)
class SystemPrune(Command, path="system prune"):
    """Remove stopped containers, unused networks and images; volumes only when told to."""

    usage = "[OPTIONS]"
    summary = "Remove unused data"

    all: Switch = flag("-a, --all", "Remove all unused images not just dangling ones")
    filter: Many = flag("--filter filter", 'Provide filter values (e.g. "label=<key>=<value>")')
    force: Switch = flag("-f, --force", "Do not prompt for confirmation")
    volumes: Switch = flag("--volumes", "Prune anonymous volumes")

    def sdk(self) -> str:
        """See Command."""
        volumes = "\nclient.volumes.prune()" if self.volumes else ""
        images = f"client.images.prune(filters={{'dangling': {not self.all}}})"
        return f"client.containers.prune()\nclient.networks.prune(){volumes}\n{images}"

    def perform(self, session: Session) -> None:
        """See Command."""
        wanted = typed_filters(self.filter)
        if self.volumes and "until" in wanted:
            raise DockerError('ERROR: The "until" filter is not supported with "--volumes"')
        if not is_meant(session, self._warning(wanted), force=self.force):
            return
        done = [prune_containers(session, wanted), prune_networks(session, wanted)]
        if self.volumes:
            done.append(prune_volumes(session, wanted))
        done += [prune_images(session, wanted, dangling=not self.all), self._prune_builds(session, wanted)]
        texts = [pruned.text for pruned in done if pruned.text]
        Pruned(text="\n".join(texts), size_bytes=sum(pruned.size_bytes for pruned in done)).tell(session)

    def _prune_builds(self, session: Session, wanted: dict[str, list[str]]) -> Pruned:
        """What was kept of builds."""
        answer = session.post("/build/prune", params=filters(wanted) | ({"all": 1} if self.all else {}))
        return Pruned.of("Deleted build cache objects:", answer.get("CachesDeleted") or (), answer["SpaceReclaimed"])

    def _warning(self, wanted: dict[str, list[str]]) -> str:
        volumes = ["all anonymous volumes not used by at least one container"] if self.volumes else []
        images = "all images without at least one container associated to them" if self.all else "all dangling images"
        cache = "all build cache" if self.all else "unused build cache"
        networks = "all networks not used by at least one container"
        warnings = ["all stopped containers", networks, *volumes, images, cache]
        shown = sorted((f"{name}={value}" for name in _SHOWN for value in wanted.get(name, ())), key=natural)
        filtered = ["\n  Items to be pruned will be filtered with:", *(f"  - {text}" for text in shown)]
        lines = [f"  - {text}" for text in warnings] + (filtered if shown else [])
        return "\n".join(["This will remove:", *lines, ""])
