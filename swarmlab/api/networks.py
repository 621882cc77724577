"""`/networks`: this host's own, and the swarm's as this host knows them.

Source: moby daemon/server/router/network/network_routes.go, daemon/cluster/convert/network.go.
Simplification: `Peers` and `--verbose` are not shown.
"""

from __future__ import annotations

from hashlib import sha256

from swarmlab.api.filters import Filters, one_of, parse
from swarmlab.api.messages import Answer, Reply, Request, Response, empty, json_list, json_response
from swarmlab.api.system import NETWORK_DRIVERS
from swarmlab.api.wire import Json, encode, refuse_unknown, timestamp
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import Forbidden, InvalidParameter, NotFound, NotImplementedHere
from swarmlab.engine.host.local_network import LocalNetwork
from swarmlab.engine.model import IPAMConfig, NetworkSpec, Node

FILTERS = ("dangling", "driver", "id", "label", "name", "scope", "type")
_NO_MANAGER = (
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm '
    "and try again."
)
_PREDEFINED = ("bridge", "host", "none")
_CREATE = frozenset(
    "Name Driver Scope IPAM Internal Attachable Ingress Options Labels CheckDuplicate EnableIPv4 EnableIPv6".split()
)


def network_json(daemon: Daemon, network: LocalNetwork) -> Json:
    """A network."""
    elsewhere = network.scope == "swarm" and not network.endpoints and not network.ingress
    range_ = {"Subnet": network.subnet, **({"Gateway": network.gateway} if network.gateway else {})}
    return {
        "Name": network.name,
        "Id": network.id,
        "Created": timestamp(network.created_at),
        "Scope": network.scope,
        "Driver": network.driver,
        "EnableIPv4": True,
        "EnableIPv6": False,
        "IPAM": {"Driver": "default", "Options": None, "Config": [range_] if network.subnet else None},
        "Internal": network.internal,
        "Attachable": network.attachable,
        "Ingress": network.ingress,
        "ConfigFrom": {"Network": ""},
        "ConfigOnly": False,
        "Containers": None if elsewhere else _containers(daemon, network),
        "Options": encode(network.options),
        "Labels": None if elsewhere and not network.labels else encode(network.labels),
    }


def _containers(daemon: Daemon, network: LocalNetwork) -> Json:
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
    swarm = daemon.membership.swarm
    node = swarm.store.get(Node, daemon.membership.info().node_id) if swarm is not None else None
    own = next((a for a in node.attachments if a.network_id == network.id), None) if node else None
    if node is None or own is None or not own.addresses:
        return {}
    (address, *_) = own.addresses
    mac = ":".join(["02", "42", *(f"{int(part):02x}" for part in address.partition("/")[0].split("."))])
    endpoint_id = sha256(f"{node.id} on {network.id}".encode()).hexdigest()
    key = "ingress-sbox" if network.ingress else f"lb-{network.name}"
    return {key: _attached(f"{network.name}-endpoint", endpoint_id, mac, address)}


def list_(daemon: Daemon, request: Request) -> Answer:
    """Every network that this host knows."""
    filters = parse(request.query, FILTERS)
    one_of(filters, "type", ("builtin", "custom"), "invalid filter: 'type'='{}'")
    found = [network for network in daemon.networks.list() if _fits(network, filters)]
    return json_list({**network_json(daemon, network), **_listed(network)} for network in found)


def _listed(network: LocalNetwork) -> Json:
    """A list does not say who is attached."""
    return {"Containers": None if network.scope == "swarm" else {}}


def _fits(network: LocalNetwork, filters: Filters) -> bool:
    dangling = filters.yes_or_no("dangling")
    return (
        filters.match("name", network.name)
        and filters.prefix("id", network.id)
        and filters.exact("driver", network.driver)
        and filters.exact("scope", network.scope)
        and filters.labels("label", network.labels)
        and filters.exact("type", "builtin" if network.name in _PREDEFINED else "custom")
        and (dangling is None or dangling == (not network.endpoints and network.name not in _PREDEFINED))
    )


def inspect(daemon: Daemon, request: Request) -> Answer:
    """One network."""
    reference, scope = request.parameters["id"], request.query.get("scope", "")
    network = daemon.networks.find(reference)
    if scope not in ("", network.scope):
        if network.name in ("bridge", "host") and daemon.membership.info().control_available:
            raise NotImplementedHere(f"this engine has no services on the network {network.name}")
        raise NotFound("network", reference)
    return json_response(network_json(daemon, network))


def create(daemon: Daemon, request: Request) -> Reply:
    """Make a network of this host, or with the driver `overlay` one of the swarm."""
    given = _object(request.json())
    for key in given.keys() - _CREATE:
        refuse_unknown(given[key], key)
    refuse_unknown(given.get("EnableIPv6"), "EnableIPv6")
    driver = str(given.get("Driver") or "bridge")
    if driver not in NETWORK_DRIVERS:
        raise NotFound("plugin", f'"{driver}"')
    if driver == "overlay" or given.get("Scope") == "swarm":
        if not daemon.membership.info().control_available:
            raise Forbidden(_NO_MANAGER)
        spec = _swarm_spec(given)
        return daemon.ask(lambda control: control.create_network(spec)).then(lambda network: _created(network.id))
    return _created(_create_local(daemon, given).id)


def _created(id_: str) -> Response:
    return json_response({"Id": id_, "Warning": ""}, 201)


def _swarm_spec(given: Json) -> NetworkSpec:
    ipam = _object(given.get("IPAM") or {})
    return NetworkSpec(
        name=str(given.get("Name") or ""),
        driver=str(given.get("Driver") or "overlay"),
        labels=_texts(given.get("Labels")),
        options=_texts(given.get("Options")),
        internal=bool(given.get("Internal")),
        attachable=bool(given.get("Attachable")),
        ingress=bool(given.get("Ingress")),
        ipam_driver=str(ipam.get("Driver") or ""),
        ipam=_ranges(ipam),
    )


def _create_local(daemon: Daemon, given: Json) -> LocalNetwork:
    for key in ("Attachable", "Ingress"):
        refuse_unknown(given.get(key), key)
    ranges = _ranges(_object(given.get("IPAM") or {}))
    chosen = ranges[0] if ranges else IPAMConfig()
    refuse_unknown([each.subnet for each in ranges[1:]] or chosen.ip_range, "IPAM.Config")
    return daemon.networks.create(
        str(given.get("Name") or ""),
        driver=str(given.get("Driver") or "bridge"),
        range_=chosen,
        labels=_texts(given.get("Labels")),
        options=_texts(given.get("Options")),
        internal=bool(given.get("Internal")),
    )


def _ranges(ipam: Json) -> tuple[IPAMConfig, ...]:
    refuse_unknown(ipam.get("Options"), "IPAM.Options")
    return tuple(map(_range, ipam.get("Config") or []))  # type: ignore[call-overload]


def _range(content: object) -> IPAMConfig:
    given = _object(content)
    refuse_unknown(given.get("AuxiliaryAddresses"), "IPAM.Config.AuxiliaryAddresses")
    return IPAMConfig(
        subnet=str(given.get("Subnet") or ""),
        gateway=str(given.get("Gateway") or ""),
        ip_range=str(given.get("IPRange") or ""),
    )


def remove(daemon: Daemon, request: Request) -> Reply:
    """Remove a network."""
    network = daemon.networks.find(request.parameters["id"])
    if network.scope == "swarm":
        return daemon.ask(lambda control: control.remove_network(network.id)).then(lambda gone: empty(204))
    daemon.networks.remove(network.id)
    return empty(204)


def _texts(value: object) -> dict[str, str]:
    return {key: str(text) for key, text in _object(value or {}).items()}


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise InvalidParameter("invalid JSON: an object is wanted")
    return value
