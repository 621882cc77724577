"""The swarm's part of `GET /events`: what a manager tells of changes of what is declared.

Owns nothing but the subscription: every manager that hears the leader tells of every write.
Source: moby daemon/events.go (logNodeEvent, logServiceEvent, logNetworkEvent); recorded from 28.5.2, where a change of
leader shows as an update without attributes, since what raft knows is not stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from swarmlab.engine.host.events import Events
from swarmlab.engine.model import Config, ContainerSpec, Network, Node, Replicated, Secret, Service
from swarmlab.engine.store import Action, AnyChange, Store
from swarmlab.engine.swarm.membership import Membership

Attributes = dict[str, str]
Told = Node | Service | Network | Secret | Config


class SwarmEvents:
    """Tells one engine's listeners of the swarm that it belongs to.

    Args:
        events: where they are told.
        membership: which swarm it is.
    """

    def __init__(self, events: Events, membership: Membership) -> None:
        self._events = events
        self._membership = membership
        self._store: Store | None = None

    def follow(self) -> None:
        """Listen to the store of the swarm that the node manages now."""
        membership = self._membership
        store = membership.swarm.store if membership.swarm is not None and membership.manager.runs else None
        if store is self._store:
            return
        if self._store is not None:
            self._store.unsubscribe(self._tell)
        self._store = store
        if store is not None:
            store.subscribe(self._tell, Node, Service, Network, Secret, Config)

    def _tell(self, changes: Sequence[AnyChange]) -> None:
        membership = self._membership
        if membership.swarm is None or membership.swarm.store is not self._store:
            return
        if not (membership.running and membership.manager.ready and membership.hears_leader()):
            return
        for change in changes:
            match change.object:
                case Node() | Service() | Network() | Secret() | Config() as obj:
                    attributes = {"name": _name(obj), **_what_changed(change)}
                    self._events.emit(_type(obj), change.action.value, obj.id, attributes, scope="swarm")


def _type(obj: Told) -> str:
    return type(obj).__name__.lower()


def _name(obj: Told) -> str:
    return obj.hostname if isinstance(obj, Node) else obj.spec.name


def _what_changed(change: AnyChange) -> Attributes:
    """`x.old` and `x.new` of what users care for, where it changed."""
    if change.action is not Action.UPDATE:
        return {}
    match change.before, change.after:
        case Node() as before, Node() as after:
            return _differences(dict(_node_facts(before)), dict(_node_facts(after)))
        case Service() as before, Service() as after:
            return _differences(dict(_service_facts(before)), dict(_service_facts(after)))
    return {}


def _differences(before: Attributes, after: Attributes) -> Attributes:
    found: Attributes = {}
    for key, value in after.items():
        if value == before.get(key, ""):
            continue
        if before.get(key):
            found[f"{key}.old"] = before[key]
        found[f"{key}.new"] = value
    return found


def _node_facts(node: Node) -> Iterator[tuple[str, str]]:
    yield "availability", node.spec.availability.value
    yield "role", node.spec.role.value
    yield "state", node.status.state.value


def _service_facts(service: Service) -> Iterator[tuple[str, str]]:
    container: ContainerSpec = service.spec.task.container
    yield "image", container.image
    if isinstance(service.spec.mode, Replicated):
        yield "replicas", str(service.spec.mode.replicas)
    if service.update_status is not None:
        yield "updatestate", service.update_status.state.value
