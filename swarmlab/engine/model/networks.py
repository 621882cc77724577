"""Networks of the swarm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from swarmlab.engine.ids import NetworkId
from swarmlab.engine.model.meta import Labels, Meta


@dataclass(frozen=True, slots=True, kw_only=True)
class IPAMConfig:
    """One address range of a network. `auxiliary_addresses`, by name, are given to nobody."""

    subnet: str = ""
    gateway: str = ""
    ip_range: str = ""
    auxiliary_addresses: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkSpec:
    """A network that the whole swarm can use. `ipam_driver` is as it was sent, empty means `default`.

    `config_from` names a network of each host that has what is to be different on each of them.
    """

    name: str
    driver: str = "overlay"
    labels: Labels = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    ipam_driver: str = ""
    ipam_options: Mapping[str, str] = field(default_factory=dict)
    config_from: str = ""
    ipam: tuple[IPAMConfig, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A swarm network with the ranges and options (VXLAN id) that it was given."""

    id: NetworkId
    meta: Meta = Meta()
    spec: NetworkSpec
    ipam: tuple[IPAMConfig, ...] = ()
    driver_options: Mapping[str, str] = field(default_factory=dict)
    predefined: bool = False
