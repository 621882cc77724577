"""`docker volume ls | create | inspect | rm`: what stays when containers are gone; update is in cluster_volume.py.

Source: docker/cli cli/command/volume/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from swarmlab.client.tables import natural
from swarmlab.commands.command import Command
from swarmlab.commands.printing.inspecting import Found, each, inspect
from swarmlab.commands.printing.listing import Kind, Listing, Row, columns, label_of
from swarmlab.commands.printing.templates import FORMAT_INSPECT, FORMAT_TABLE
from swarmlab.commands.printing.units import decimal_size
from swarmlab.commands.resources.cluster_volume import ClusterVolumeFlags, cluster_cells, of_the_swarm
from swarmlab.commands.session import Session, filters, path_to, typed_filters
from swarmlab.commands.spelling.options import Many, Switch, Text, argument, arguments, flag
from swarmlab.commands.spelling.typed import given, pairs

NOT_KNOWN = "N/A"
_COLUMNS = {"Driver": "DRIVER", "Name": "VOLUME NAME"}
_CLUSTER_COLUMNS = ("Name", "Group", "Driver", "Availability", "Status")
VOLUMES = Kind(
    type="*formatter.volumeContext",
    headers={
        **_COLUMNS,
        **{name: name.upper() for name in ("Scope", "Mountpoint", "Labels", "Links", "Size")},
        **{name: name.upper() for name in ("Availability", "Group", "Status")},
    },
    table=columns(_COLUMNS),
    quiet="{{.Name}}",
    raw=r"name: {{.Name}}\ndriver: {{.Driver}}\n",
    quiet_raw="name: {{.Name}}",
)


@dataclass(frozen=True, kw_only=True)
class VolumeLs(Command, path="volume ls", also=("volume list",)):
    """The volumes of this engine."""

    usage = "[OPTIONS]"
    summary = "List volumes"

    cluster: Switch = flag("--cluster", "Display only cluster volumes, and use cluster volume list formatting")
    filter: Many = flag("-f, --filter filter", 'Provide filter values (e.g. "dangling=true")')
    format: Text = flag("--format string", FORMAT_TABLE)
    quiet: Switch = flag("-q, --quiet", "Only display volume names")

    def sdk(self) -> str:
        """See Command."""
        return f"client.volumes.list(filters={typed_filters(self.filter)!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        volumes = session.get("/volumes", filters(typed_filters(self.filter))).get("Volumes") or []
        volumes.sort(key=lambda volume: natural(volume["Name"]))
        shown = of_the_swarm(volumes) if self.cluster else volumes
        kind = replace(VOLUMES, table=columns(_CLUSTER_COLUMNS)) if self.cluster else VOLUMES
        template = "" if self.cluster else self.format or ""  # the real command, too, then minds no format
        Listing(session.terminal, kind).print(map(volume_row, shown), quiet=bool(self.quiet), template=template)


def volume_row(volume: Mapping[str, Any]) -> Row:
    """One line of `volume ls`."""
    labels, usage = volume.get("Labels") or {}, volume.get("UsageData")
    return {
        "Name": volume["Name"],
        "Driver": volume["Driver"],
        "Scope": volume.get("Scope", ""),
        "Mountpoint": volume.get("Mountpoint", ""),
        "Labels": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
        "Label": label_of(labels),
        "Links": str(usage["RefCount"]) if usage else NOT_KNOWN,
        "Size": decimal_size(usage["Size"], digits=4) if usage else NOT_KNOWN,
        **dict.fromkeys(("Availability", "Group", "Status"), NOT_KNOWN),
        **cluster_cells(volume),
    }


@dataclass(frozen=True, kw_only=True)
class VolumeCreate(ClusterVolumeFlags, path="volume create"):
    """Make a volume before anything uses it."""

    usage = "[OPTIONS] [VOLUME]"
    summary = "Create a volume"

    driver: Text = flag("-d, --driver string", "Specify volume driver name", '"local"')
    label: Many = flag("--label list", "Set metadata for a volume")
    opt: Many = flag("-o, --opt map", "Set driver specific options", "map[]")
    name: str | None = argument(optional=True)

    def sdk(self) -> str:
        """See Command."""
        return f"client.volumes.create({self.name!r}, driver={self.driver or 'local'!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        body = {
            "Name": self.name or "",
            "Driver": self.driver or "local",
            "DriverOpts": pairs(self.opt),
            "Labels": pairs(self.label),
            **given({"ClusterVolumeSpec": self.cluster_spec()}),
        }
        session.terminal.print(session.post("/volumes/create", body)["Name"])


@dataclass(frozen=True, kw_only=True)
class VolumeInspect(Command, path="volume inspect"):
    """Where a volume's files are, and who may use it."""

    usage = "[OPTIONS] VOLUME [VOLUME...]"
    summary = "Display detailed information on one or more volumes"

    format: Text = flag("-f, --format string", FORMAT_INSPECT)
    volumes: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.volumes.get({name!r}).attrs" for name in self.volumes)

    def perform(self, session: Session) -> None:
        """See Command."""
        inspect(
            session,
            self.volumes,
            lambda name: Found(session.raw(path_to("volume", name)), "volume.Volume"),
            self.format or "",
        )


@dataclass(frozen=True, kw_only=True)
class VolumeRm(Command, path="volume rm", also=("volume remove",)):
    """Remove volumes and all that is in them."""

    usage = "[OPTIONS] VOLUME [VOLUME...]"
    summary = "Remove one or more volumes. You cannot remove a volume that is in use by a container."

    force: Switch = flag("-f, --force", "Force the removal of one or more volumes")
    volumes: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.volumes.get({name!r}).remove(force={bool(self.force)})" for name in self.volumes)

    def perform(self, session: Session) -> None:
        """See Command."""

        def remove(name: str) -> None:
            session.delete(path_to("volume", name), {"force": 1} if self.force else None)
            session.terminal.print(name)

        each(self.volumes, remove)
