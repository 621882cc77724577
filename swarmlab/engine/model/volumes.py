"""Cluster volumes: what a user asks of a CSI plugin, for the whole swarm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from swarmlab.engine.ids import SecretId, VolumeId
from swarmlab.engine.model.meta import Labels, Meta
from swarmlab.engine.model.words import Availability


@dataclass(frozen=True, slots=True, kw_only=True)
class MountVolume:
    """The volume is used as a file system."""

    fs_type: str = ""
    mount_flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockVolume:
    """The volume is used as a device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeAccessMode:
    """On how many nodes at once, by how many tasks of one node, and as what. Exactly one of the last two is set."""

    scope: str = "single"
    sharing: str = "none"
    mount_volume: MountVolume | None = None
    block_volume: BlockVolume | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Topology:
    """A place from which a volume can be reached, in the plugin's own words."""

    segments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TopologyRequirement:
    """From where the volume must be reachable, and from where it had better be."""

    requisite: tuple[Topology, ...] = ()
    preferred: tuple[Topology, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityRange:
    """At least and at most so many bytes; 0 is not said."""

    required_bytes: int = 0
    limit_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeSecret:
    """What the plugin is told under this key: the data of the secret with this id."""

    key: str = ""
    secret: SecretId = SecretId("")


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeSpec:
    """What is asked for. Of this only the availability can be changed."""

    name: str = ""
    labels: Labels = field(default_factory=dict)
    driver: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    group: str = ""
    access_mode: VolumeAccessMode | None = None
    accessibility_requirements: TopologyRequirement | None = None
    capacity_range: CapacityRange | None = None
    secrets: tuple[VolumeSecret, ...] = ()
    availability: Availability = Availability.ACTIVE


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterVolume:
    """A volume that a CSI plugin is to make. With `pending_delete` it is to be unmade and then forgotten."""

    id: VolumeId
    meta: Meta = Meta()
    spec: VolumeSpec
    pending_delete: bool = False
