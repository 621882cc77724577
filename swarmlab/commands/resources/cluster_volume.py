"""`docker volume create` with the flags of cluster volumes, `docker volume update`, and how lists show them.

Source: docker/cli cli/command/volume/{create,update}.go, cli/command/formatter/volume.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing import units
from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.options import Many, Text, argument, flag
from swarmlab.commands.spelling.typed import pairs

Volume = Mapping[str, Any]

_AVAILABILITY = 'Cluster Volume availability ("active", "pause", "drain")'
_TYPES: dict[str, dict[str, Any]] = {"mount": {"MountVolume": {}}, "block": {"BlockVolume": {}}}


@dataclass(frozen=True, kw_only=True)
class ClusterVolumeFlags(Command):
    """What a CSI plugin is asked for."""

    availability: Text = flag("--availability string", _AVAILABILITY, '"active"')
    group: Text = flag("--group string", "Cluster Volume group (cluster volumes)")
    limit_bytes: Text = flag("--limit-bytes bytes", "Minimum size of the Cluster Volume in bytes")
    required_bytes: Text = flag("--required-bytes bytes", "Maximum size of the Cluster Volume in bytes")
    scope: Text = flag("--scope string", 'Cluster Volume access scope ("single", "multi")', '"single"')
    secret: Many = flag("--secret map", "Cluster Volume secrets", "map[]", syntax="map")
    sharing: Text = flag(
        "--sharing string", 'Cluster Volume access sharing ("none", "readonly", "onewriter", "all")', '"none"'
    )
    topology_preferred: Many = flag(
        "--topology-preferred list", "A topology that the Cluster Volume would be preferred in"
    )
    topology_required: Many = flag(
        "--topology-required list", "A topology that the Cluster Volume must be accessible from"
    )
    type: Text = flag("--type string", 'Cluster Volume access type ("mount", "block")', '"block"')

    def cluster_spec(self) -> dict[str, Any] | None:
        """What is asked of the swarm; nothing where only secrets or topologies were typed, as with the real command."""
        typed = (self.availability, self.group, self.limit_bytes, self.required_bytes, self.scope, self.sharing)
        if all(each is None for each in (*typed, self.type)):
            return None
        secrets = sorted(pairs(self.secret).items())
        sizes = {"RequiredBytes": _size(self.required_bytes), "LimitBytes": _size(self.limit_bytes)}
        return {
            "Group": self.group or "",
            "AccessMode": {
                "Scope": "single" if self.scope is None else self.scope,
                "Sharing": "none" if self.sharing is None else self.sharing,
                **_TYPES.get("block" if self.type is None else self.type, {}),
            },
            "AccessibilityRequirements": {
                "Requisite": _topologies(self.topology_required),
                "Preferred": _topologies(self.topology_preferred),
            },
            "CapacityRange": sizes,
            "Secrets": [{"Key": key, "Secret": secret} for key, secret in secrets],
            "Availability": "active" if self.availability is None else self.availability,
        }


def _size(text: Text) -> int:
    return units.read_bytes(text or "0")


def _topologies(texts: Many) -> list[dict[str, Any]]:
    return [{"Segments": pairs(tuple(text.split(",")))} for text in texts]


@dataclass(frozen=True, kw_only=True)
class VolumeUpdate(Command, path="volume update"):
    """Change what the scheduler may do with a volume of the swarm."""

    usage = "[OPTIONS] [VOLUME]"
    summary = "Update a volume (cluster volumes only)"

    availability: Text = flag("--availability string", _AVAILABILITY, '"active"')
    volume: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return (
            f"volume = client.volumes.get({self.volume!r}).attrs['ClusterVolume']\n"
            f"spec = {{**volume['Spec'], 'Availability': {self.availability or 'active'!r}}}\n"
            "client.api._put(client.api._url('/volumes/{}', volume['ID']), json={'Spec': spec},\n"
            "                params={'version': volume['Version']['Index']})"
        )

    def perform(self, session: Session) -> None:
        """See Command."""
        found = session.get(path_to("volume", self.volume)).get("ClusterVolume")
        if found is None:
            raise DockerError("can only update cluster volumes")
        spec = found["Spec"] if self.availability is None else {**found["Spec"], "Availability": self.availability}
        session.put(f"/volumes/{found['ID']}", {"Spec": spec}, {"version": found["Version"]["Index"]})


# --- how they are listed -------------------------------------------------------------------------------------------


def of_the_swarm(volumes: Iterable[Volume]) -> list[Volume]:
    """Those that are the swarm's."""
    return [volume for volume in volumes if volume.get("ClusterVolume")]


def cluster_cells(volume: Volume) -> dict[str, str]:
    """What a list says of a volume of the swarm; nothing of another."""
    cluster = volume.get("ClusterVolume")
    if not cluster:
        return {}
    spec = cluster.get("Spec") or {}
    return {"Availability": spec.get("Availability", ""), "Group": spec.get("Group", ""), "Status": _status(cluster)}


def _status(cluster: Volume) -> str:
    """How far the plugin is."""
    if not (cluster.get("Info") or {}).get("VolumeID"):
        return "pending creation"
    places = len(cluster.get("PublishStatus") or [])
    return f"in use ({places} node{'s' if places > 1 else ''})" if places else "created"
