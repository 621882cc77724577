"""`/nodes`. Source: moby daemon/server/router/swarm/cluster_routes.go, daemon/cluster/{nodes,filters}.go."""

from __future__ import annotations

from swarmlab.api.filters import Filters, one_of_the_swarms, parse
from swarmlab.api.messages import Request, Response, empty, json_list, json_response
from swarmlab.api.objects import node_json
from swarmlab.api.wire import decode
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.go_numbers import NotANumber, parse_uint
from swarmlab.engine.manager.control import Control
from swarmlab.engine.model import Node, NodeSpec, Role
from swarmlab.engine.pending import Pending

FILTERS = ("id", "label", "membership", "name", "node.label", "role")


def version_of(request: Request, kind: str) -> int:
    """The index that an update says it is based on.

    Raises:
        InvalidParameter: no whole number of 64 bits.
    """
    text = request.query.get("version", "")
    try:
        return parse_uint(text)
    except NotANumber as error:
        raise InvalidParameter(f"invalid {kind} version '{text}': {error}") from None


def list_(daemon: Daemon, request: Request) -> Pending[Response]:
    """Every node, in the order of ids."""
    filters = parse(request.query, FILTERS, before_keys=daemon.check_manages)
    one_of_the_swarms(filters, "role", [role.value for role in Role])
    one_of_the_swarms(filters, "membership", ("accepted", "pending"))
    return daemon.ask(lambda control: json_list(map(node_json, _matching(control, filters))))


def _matching(control: Control, filters: Filters) -> list[Node]:
    return sorted((node for node in control.store.all(Node) if _fits(node, filters)), key=lambda node: node.id)


def _fits(node: Node, filters: Filters) -> bool:
    engine_labels = node.description.engine.labels if node.description else {}
    return (
        filters.prefix("id", node.id)
        and filters.prefix("name", node.hostname, node.spec.name)
        and filters.labels("label", engine_labels)
        and filters.labels("node.label", node.spec.labels)
        and filters.exact("role", node.role)
        and filters.exact("membership", "accepted")
    )


def inspect(daemon: Daemon, request: Request) -> Pending[Response]:
    """One node."""
    reference = request.parameters["id"]
    return daemon.ask(lambda control: json_response(node_json(control.store.find(Node, reference))))


def update(daemon: Daemon, request: Request) -> Pending[Response]:
    """Change a node's role, availability or labels."""
    body = request.json()
    version = version_of(request, "node")
    daemon.check_manages()
    spec = decode(NodeSpec, body, "NodeSpec")
    _refuse_empty(body)
    return daemon.ask(lambda control: control.update_node(request.parameters["id"], version, spec)).then(
        lambda node: empty()
    )


def _refuse_empty(body: object) -> None:
    assert isinstance(body, dict)
    for key in ("Role", "Availability"):
        if not body.get(key):
            raise InvalidParameter(f'invalid {key}: ""')


def remove(daemon: Daemon, request: Request) -> Pending[Response]:
    """Forget a node."""
    reference, force = request.parameters["id"], request.flag("force")
    return daemon.ask(lambda control: control.remove_node(reference, force=force)).then(lambda node: empty())
