"""Containers that are no tasks on the swarm's attachable overlays: `docker run --network`, `docker network connect`.

Owns which of this host's containers have which attachment. The leader gives the address, and takes it back when the
container stops or is disconnected. Source: moby daemon/container_operations.go (findAndAttachNetwork),
daemon/cluster/networks.go; texts recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import EngineError, RpcError, ServerError
from swarmlab.engine.host.container import Container, Endpoint, EndpointConfig
from swarmlab.engine.host.container_creation import endpoints_of
from swarmlab.engine.host.networks import Networks
from swarmlab.engine.host.overlay import Overlay, Record
from swarmlab.engine.ids import TaskId
from swarmlab.engine.model import NetworkAttachment, Task
from swarmlab.engine.pending import Pending, resolved

PATIENCE_S = 20.0
"""How long an address is waited for. Source: moby daemon/cluster/cluster.go, swarmRequestTimeout."""

_NO_ADDRESS = (
    "attaching to network failed, make sure your network options are correct and check manager logs: context deadline "
    "exceeded"
)


class Leader(Protocol):
    """What a node asks of its swarm's leader."""

    def attach(self, reference: str, address: str = "") -> Pending[Task]:
        """A place on a network; fails with an RpcError when it refuses."""

    def detach(self, task_id: TaskId) -> None:
        """Give a place back."""


class Attaching:
    """The attachments of one host.

    Args:
        in_swarm: whether this host is a node.
    """

    def __init__(
        self,
        host: str,
        clock: Clock,
        networks: Networks,
        overlay: Overlay,
        leader: Leader,
        *,
        in_swarm: Callable[[], bool],
    ) -> None:
        self._host, self._clock = host, clock
        self._networks = networks
        self._overlay = overlay
        self._leader = leader
        self._in_swarm = in_swarm
        self._held: dict[tuple[str, str], TaskId] = {}
        networks.joined, networks.left = self._joined, self._left

    def prepare(self, container: Container) -> Pending[None]:
        """Before a start: have an address on every overlay that the container is to be on."""
        ready: Pending[None] = resolved(None)
        if container.config.managed:
            return ready  # a task comes with its addresses
        wanted = [config for config in endpoints_of(container.config) if self._is_to_be_attached(config)]
        for config in wanted:
            ready = self._then(ready, partial(self.attach, container, config))
        return _explained(ready) if wanted else ready

    @staticmethod
    def _then(first: Pending[None], following: Callable[[], Pending[None]]) -> Pending[None]:
        both: Pending[None] = Pending()

        def go_on() -> None:
            try:
                first.result()
            except EngineError as error:
                both.fail(error)
            else:
                following().pass_on(both)

        first.on_done(go_on)
        return both

    def _is_to_be_attached(self, config: EndpointConfig) -> bool:
        """Whether it is a network of the swarm."""
        return config.network != "bridge" and self._in_swarm() and not self._networks.is_local(config.network)

    def attach(self, container: Container, config: EndpointConfig) -> Pending[None]:
        """Ask the leader for an address on a network, by its name or id."""
        answer: Pending[None] = Pending()
        asked = self._leader.attach(config.network, config.address)

        def go_on() -> None:
            try:
                task = asked.result()
            except RpcError as error:
                answer.fail(ServerError(f"Could not attach to network {config.network}: {error}"))
            except EngineError as error:
                answer.fail(error)
            else:
                came = self._networks.wait_for(task.id)
                timer = self._clock.after(PATIENCE_S, lambda: self._give_up(task.id, answer))
                answer.on_done(timer.cancel)
                came.on_done(lambda: self._came(container, task.id, came.result(), answer))

        asked.on_done(go_on)
        return answer

    def _give_up(self, task_id: TaskId, answer: Pending[None]) -> None:
        """The address does not come: somebody else has it, or none is left."""
        self._networks.wait_no_more(task_id)
        self._leader.detach(task_id)
        answer.fail(ServerError(_NO_ADDRESS))

    def _came(self, container: Container, task_id: TaskId, place: NetworkAttachment, answer: Pending[None]) -> None:
        key = (container.id, place.network_id)
        self._held[key] = task_id
        self._networks.given[key] = "".join(place.addresses[:1])
        answer.resolve(None)

    def _joined(self, container: Container, endpoint: Endpoint) -> None:
        """A container has come to an overlay: let the other nodes know."""
        if (container.id, endpoint.network_id) in self._held:
            record = Record(
                network_id=endpoint.network_id,
                container_id=container.id,
                address=endpoint.address.partition("/")[0],
                task_name=container.name,
                aliases=endpoint.aliases,
            )
            self._overlay.publish(self._host, record)

    def _left(self, container: Container, endpoint: Endpoint) -> None:
        """A container has left an overlay: give its address back."""
        task_id = self._held.pop((container.id, endpoint.network_id), None)
        if task_id is not None:
            del self._networks.given[container.id, endpoint.network_id]
            self._overlay.withdraw(self._host, container.id, endpoint.network_id)
            self._networks.drop_overlay(endpoint.network_id)
            self._leader.detach(task_id)


def _explained(ready: Pending[None]) -> Pending[None]:
    """What fails here fails the start of a container, and says so."""
    explained: Pending[None] = Pending()

    def settle() -> None:
        try:
            explained.resolve(ready.result())
        except ServerError as error:
            explained.fail(ServerError(f"failed to set up container networking: {error}"))
        except EngineError as error:
            explained.fail(error)

    ready.on_done(settle)
    return explained
