"""`/networks`: this host's own, and the swarm's as this host knows them.

Source: moby daemon/server/router/network/network_routes.go, daemon/cluster/convert/network.go.
"""

from __future__ import annotations

from dataclasses import replace

from swarmlab.api.container_filters import PRUNE_KEYS, pruned
from swarmlab.api.filters import Filters, one_of, parse
from swarmlab.api.messages import Answer, Reply, Request, Response, empty, json_list, json_response
from swarmlab.api.network_json import network_json, predefined_json
from swarmlab.api.wire import Json, object_of, refuse_unknown
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import InvalidParameter, NoSuchContainer, NotFound
from swarmlab.engine.host.container import Container, EndpointConfig
from swarmlab.engine.host.local_network import PREDEFINED, LocalNetwork
from swarmlab.engine.host.network_rules import NetworkRequest
from swarmlab.engine.model import IPAMConfig, Network, NetworkSpec
from swarmlab.engine.swarm.swarm_requests import LocalNodeState

FILTERS = ("dangling", "driver", "id", "label", "name", "scope", "type")


def list_(daemon: Daemon, request: Request) -> Answer:
    """Every network that this host knows."""
    filters = parse(request.query, FILTERS)
    one_of(filters, "type", ("builtin", "custom"), "invalid filter: 'type'='{}'")
    found = [network for network in daemon.networks.list() if _fits(network, filters)]
    return json_list({**network_json(daemon, network), **_listed(daemon, network)} for network in found)


def _listed(daemon: Daemon, network: LocalNetwork) -> Json:
    """A list does not say who is attached; a manager has the swarm's networks from the store."""
    stored = network.scope == "swarm" and daemon.membership.hears_leader()
    return {"Containers": None if stored else {}}


def _fits(network: LocalNetwork, filters: Filters) -> bool:
    dangling = filters.yes_or_no("dangling")
    return (
        filters.match("name", network.name)
        and filters.prefix("id", network.id)
        and filters.exact("driver", network.driver)
        and filters.exact("scope", network.scope)
        and filters.labels("label", network.labels)
        and filters.exact("type", "builtin" if network.name in PREDEFINED else "custom")
        and (dangling is None or dangling == (not network.endpoints and network.name not in PREDEFINED))
    )


def inspect(daemon: Daemon, request: Request) -> Reply:
    """One network."""
    reference, scope = request.parameters["id"], request.query.get("scope", "")
    if scope == "swarm" and reference in ("bridge", "host") and daemon.membership.info().control_available:
        return daemon.ask(lambda control: json_response(predefined_json(control.store.find(Network, reference))))
    network = daemon.networks.find(reference)
    by_id = network.id == reference and network.scope == "swarm" and daemon.membership.info().control_available
    if scope not in ("", network.scope) and not by_id:
        raise NotFound("network", reference)
    return json_response(network_json(daemon, network))


def create(daemon: Daemon, request: Request) -> Reply:
    """Make a network of this host, or with the driver `overlay` or the scope `swarm` one of the swarm."""
    wanted = _wanted(object_of(request.json(), "body"))
    info = daemon.membership.info()
    if not wanted.is_for_swarm:
        return _created(daemon.networks.create(wanted, manages=info.control_available).id)
    is_node = info.local_node_state is LocalNodeState.ACTIVE
    daemon.networks.check_for_swarm(wanted, manages=info.control_available, is_node=is_node)
    spec = _swarm_spec(wanted)
    return daemon.ask(lambda control: control.create_network(spec)).then(lambda network: _created(network.id))


def _wanted(given: Json) -> NetworkRequest:
    refuse_unknown(given.get("EnableIPv6"), "EnableIPv6")
    ipam, scope = object_of(given.get("IPAM") or {}, "IPAM"), str(given.get("Scope") or "")
    options = ipam.get("Options")
    if scope not in ("", "local", "swarm"):
        refuse_unknown(scope, "Scope")
    return NetworkRequest(
        name=str(given.get("Name") or ""),
        driver=str(given.get("Driver") or ("" if scope == "swarm" else "bridge")),
        scope=scope,
        ranges=tuple(map(_range, ipam.get("Config") or [])),  # type: ignore[call-overload]
        ipam_driver=str(ipam.get("Driver") or ""),
        ipam_options=None if options is None else _texts(ipam, "Options"),
        enable_ipv4=given.get("EnableIPv4") is not False,
        labels=_texts(given, "Labels"),
        options=_texts(given, "Options"),
        internal=bool(given.get("Internal")),
        attachable=bool(given.get("Attachable")),
        ingress=bool(given.get("Ingress")),
        config_only=bool(given.get("ConfigOnly")),
        config_from=str(object_of(given.get("ConfigFrom") or {}, "ConfigFrom").get("Network") or ""),
    )


def _created(id_: str) -> Response:
    return json_response({"Id": id_, "Warning": ""}, 201)


def _swarm_spec(wanted: NetworkRequest) -> NetworkSpec:
    """As the swarm is asked for it. Source: moby daemon/cluster/convert/network.go, BasicNetworkCreateToGRPC."""
    options = wanted.ipam_options
    return NetworkSpec(
        name=wanted.name,
        driver=wanted.driver,
        labels=wanted.labels,
        options=wanted.options,
        internal=wanted.internal,
        attachable=wanted.attachable,
        ingress=wanted.ingress,
        ipam_driver=wanted.ipam_driver,
        ipam_options={**options, "com.docker.network.ipam.serial": "true"} if options else {},
        ipam=tuple(replace(range_, auxiliary_addresses={}) for range_ in wanted.ranges),
        config_from=wanted.config_from,
    )


def _range(content: object) -> IPAMConfig:
    given = object_of(content, "IPAM.Config")
    return IPAMConfig(
        subnet=str(given.get("Subnet") or ""),
        gateway=str(given.get("Gateway") or ""),
        ip_range=str(given.get("IPRange") or ""),
        auxiliary_addresses=_texts(given, "AuxiliaryAddresses"),
    )


def remove(daemon: Daemon, request: Request) -> Reply:
    """Remove a network."""
    network = daemon.networks.find(request.parameters["id"])
    if network.scope == "swarm":
        return daemon.ask(lambda control: control.remove_network(network.id)).then(lambda gone: empty(204))
    daemon.networks.remove(network.id)
    return empty(204)


# --- containers come and go ----------------------------------------------------------------------------------------


def connect(daemon: Daemon, request: Request) -> Reply:
    """Put a container on one more network."""
    given = object_of(request.json(), "body")
    container = _container(daemon, given)
    settings = object_of(given.get("EndpointConfig") or {}, "EndpointConfig")
    for key in settings.keys() - {"Aliases", "IPAMConfig", "DriverOpts"}:
        refuse_unknown(settings[key], f"EndpointConfig.{key}")
    ipam = object_of(settings.get("IPAMConfig") or {}, "EndpointConfig.IPAMConfig")
    for key in ipam.keys() - {"IPv4Address"}:
        refuse_unknown(ipam[key], f"EndpointConfig.IPAMConfig.{key}")
    config = EndpointConfig(
        network=request.parameters["id"],
        address=str(ipam.get("IPv4Address") or ""),
        aliases=tuple(str(alias) for alias in settings.get("Aliases") or ()),  # type: ignore[attr-defined]
    )
    return daemon.connecting.connect(container, config).then(lambda _: empty(200))


def disconnect(daemon: Daemon, request: Request) -> Answer:
    """Take a container off a network."""
    given = object_of(request.json(), "body")
    reference, force = request.parameters["id"], given.get("Force") is True
    try:
        container = _container(daemon, given)
    except NoSuchContainer:
        if not force:
            raise
        daemon.networks.find_here(reference)
        raise NoSuchEndpoint(str(given["Container"])) from None
    daemon.connecting.disconnect(container, reference, force=force)
    return empty(200)


class NoSuchEndpoint(NotFound):
    """Nothing of that name is on the network."""

    def __init__(self, name: str) -> None:
        super(NotFound, self).__init__(f"endpoint {name} not found")


def _container(daemon: Daemon, given: Json) -> Container:
    reference = str(given.get("Container") or "")
    if not reference:
        raise InvalidParameter('invalid name or ID supplied: ""')
    return daemon.containers.find(reference)


def prune(daemon: Daemon, request: Request) -> Reply:
    """Remove the networks that nothing uses: the swarm's first, where this node manages, then this host's."""
    is_meant = pruned(parse(request.query, PRUNE_KEYS), daemon.clock.now)
    local = [network for network in daemon.networks.unused() if is_meant(network.labels, network.created_at)]

    def answer(gone: list[str]) -> Response:
        for network in local:
            daemon.networks.remove(network.id)
        daemon.events.pruned("network", 0)
        names = [*gone, *(network.name for network in local)]
        return json_response({"NetworksDeleted": names or None})

    if not daemon.membership.info().control_available:
        return answer([])
    wanted = {network.id for network in daemon.networks.list() if is_meant(network.labels, network.created_at)}
    return daemon.ask(lambda control: control.prune_networks(wanted)).then(answer)


def _texts(given: Json, key: str) -> dict[str, str]:
    return {name: str(text) for name, text in object_of(given.get(key) or {}, key).items()}
