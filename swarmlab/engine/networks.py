"""The networks of one host, as its daemon shows them: bridge, host, none, docker_gwbridge, bridges made by hand, and
the swarm's overlays that a container of this host is attached to (a manager knows all of them).

Owns local networks and the addresses on them. Addresses on overlays are the swarm's allocator's; what travels on
overlays is overlay.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from swarmlab.engine.clock import Clock
from swarmlab.engine.container import Container, Endpoint, EndpointConfig
from swarmlab.engine.events import Events
from swarmlab.engine.ids import Chance
from swarmlab.engine.model import Network


@dataclass(slots=True, kw_only=True)
class LocalNetwork:
    """A network as this host's daemon knows it; `scope` is `local` or `swarm`. `endpoints` by container id."""

    id: str
    name: str
    driver: str
    scope: str
    created_at: float
    subnet: str = ""
    gateway: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    internal: bool = False
    attachable: bool = False
    ingress: bool = False
    endpoints: dict[str, Endpoint] = field(default_factory=dict)


class Networks:
    """All networks of one host.

    Args:
        swarm: the swarm's networks that this node may read: all on a manager with a leader, none elsewhere.
    """

    def __init__(
        self, clock: Clock, chance: Chance, events: Events, *, swarm: Callable[[], Iterable[Network]] = lambda: ()
    ) -> None:
        raise NotImplementedError

    def list(self) -> list[LocalNetwork]:
        """Every network, by name."""
        raise NotImplementedError

    def find(self, reference: str) -> LocalNetwork:
        """By id, name, id prefix. Raises NotFound (`network x not found`)."""
        raise NotImplementedError

    def create(
        self,
        name: str,
        *,
        driver: str = "bridge",
        subnet: str = "",
        gateway: str = "",
        labels: Mapping[str, str] | None = None,
        options: Mapping[str, str] | None = None,
        internal: bool = False,
    ) -> LocalNetwork:
        """Make a bridge of this host. Raises Conflict (`network with name x already exists`)."""
        raise NotImplementedError

    def remove(self, reference: str) -> LocalNetwork:
        """Remove a local network that no container is attached to."""
        raise NotImplementedError

    def attach(self, container: Container, config: EndpointConfig) -> Endpoint:
        """Give a starting container its place on a network."""
        raise NotImplementedError

    def detach(self, container: Container) -> None:
        """Take a stopped container off its networks."""
        raise NotImplementedError

    # --- what a swarm node has besides ---

    def join_swarm(self, ingress: Network) -> None:
        """This host became a node: it has docker_gwbridge and the ingress network now."""
        raise NotImplementedError

    def leave_swarm(self) -> None:
        """This host is no node any more: overlays go, docker_gwbridge stays."""
        raise NotImplementedError

    def add_overlay(self, network: Network) -> LocalNetwork:
        """A task of this network comes to this host."""
        raise NotImplementedError

    def drop_unused_overlays(self) -> None:
        """Forget overlays (but ingress) that no container of this host is attached to any more."""
        raise NotImplementedError
