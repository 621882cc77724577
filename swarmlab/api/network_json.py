"""A network as `GET /networks` shows it. Source: moby daemon/network.go (buildNetworkResource), daemon/cluster/convert.

Simplification: `verbose` shows no services.
"""

from __future__ import annotations

from hashlib import sha256

from swarmlab.api.times import timestamp
from swarmlab.api.wire import Json, encode
from swarmlab.engine import model
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.host.container import mac_of
from swarmlab.engine.host.local_network import LocalNetwork


def network_json(daemon: Daemon, network: LocalNetwork, *, listed: bool = False) -> Json:
    """A network; a list does not say who is attached."""
    elsewhere = network.scope == "swarm" and not network.endpoints and not network.ingress
    attached = ({} if network.scope == "local" else None) if listed else _containers(daemon, network, elsewhere)
    return {
        "Name": network.name,
        "Id": network.id,
        "Created": timestamp(network.created_at),
        "Scope": network.scope,
        "Driver": network.driver,
        "EnableIPv4": True,
        "EnableIPv6": False,
        "IPAM": {"Driver": network.ipam_driver, "Options": network.ipam_options, "Config": _ranges(network)},
        "Internal": network.internal,
        "Attachable": network.attachable,
        "Ingress": network.ingress,
        "ConfigFrom": {"Network": network.config_from},
        "ConfigOnly": network.config_only,
        "Containers": attached,
        "Options": None if not network.ipam_driver and not network.options else encode(network.options),
        "Labels": None if elsewhere and not network.labels else encode(network.labels),
        **({"Peers": _peers(daemon, network)} if network.scope == "swarm" and not elsewhere and not listed else {}),
    }


def predefined_json(network: model.Network) -> Json:
    """One of the networks that are each host's own, as the swarm knows it."""
    return {
        "Name": network.spec.name,
        "Id": network.id,
        "Created": timestamp(network.meta.created_at),
        "Scope": "swarm",
        "Driver": network.spec.driver,
        "EnableIPv4": True,
        "EnableIPv6": False,
        "IPAM": {"Driver": "", "Options": None, "Config": []},
        "Internal": False,
        "Attachable": False,
        "Ingress": False,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": None,
        "Options": None,
        "Labels": encode(network.spec.labels),
    }


def _ranges(network: LocalNetwork) -> list[Json] | None:
    if not network.ranges:
        return [] if network.driver and not network.ipam_driver else None
    return [_range(range_) for range_ in network.ranges]


def _range(range_: model.IPAMConfig) -> Json:
    values = {
        "Subnet": range_.subnet,
        "IPRange": range_.ip_range,
        "Gateway": range_.gateway,
        "AuxiliaryAddresses": encode(range_.auxiliary_addresses),
    }
    return {key: value for key, value in values.items() if value}


def _containers(daemon: Daemon, network: LocalNetwork, elsewhere: bool) -> Json | None:
    if elsewhere:
        return None
    attached = {
        id_: _attached(daemon.containers.find(id_).name, endpoint.endpoint_id, endpoint.mac, endpoint.address)
        for id_, endpoint in sorted(network.endpoints.items())
    }
    return {**attached, **_balancer(daemon, network)}


def _attached(name: str, endpoint_id: str, mac: str, address: str) -> Json:
    return {
        "Name": name,
        "EndpointID": endpoint_id,
        "MacAddress": mac,
        "IPv4Address": address,
        "IPv6Address": "",
    }


def _balancer(daemon: Daemon, network: LocalNetwork) -> Json:
    """The node's own place on a network of the swarm, from which it balances load."""
    address = daemon.balancer_address(network.id)
    if not address:
        return {}
    endpoint_id = sha256(f"{daemon.membership.node_id} on {network.id}".encode()).hexdigest()
    key = "ingress-sbox" if network.ingress else f"lb-{network.name}"
    prefix = network.subnet.partition("/")[2]
    return {key: _attached(f"{network.name}-endpoint", endpoint_id, mac_of(address), f"{address}/{prefix}")}


def _peers(daemon: Daemon, network: LocalNetwork) -> list[Json]:
    """The nodes that have the network too, as far as this one has heard: their gossip names and addresses."""
    swarm = daemon.membership.swarm
    if swarm is None:
        return []
    nodes = swarm.store.all(model.Node)
    hosts = set(daemon.peers(network.id, everywhere=network.ingress))
    found = {node.status.addr: sha256(f"gossip of {node.id}".encode()).hexdigest()[:12] for node in nodes
             if node.hostname in hosts and node.status.addr}  # fmt: skip
    return [{"Name": name, "IP": address} for address, name in sorted(found.items())]
