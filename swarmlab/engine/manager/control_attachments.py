"""What nodes ask for their own containers: a place on an attachable network, and to give it back.

Owns attachment tasks: tasks of no service that stand for one container's place on one network. They go through the
states of a task, so that addresses are given and kept as for any other; no list of tasks shows them.
Source: swarmkit manager/resourceapi/allocator.go.
"""

from __future__ import annotations

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import NotFound, RpcNotFound, RpcPermissionDenied
from swarmlab.engine.ids import Chance, NodeId, ServiceId, TaskId
from swarmlab.engine.model import (
    ATTACHMENT,
    ContainerSpec,
    Network,
    NetworkAttachmentConfig,
    Task,
    TaskSpec,
    TaskState,
    TaskStatus,
)
from swarmlab.engine.store import Store


class Attachments:
    """Requests of nodes about networks.

    Args:
        store: the swarm's store.
        clock: engine time.
        chance: ids.
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance) -> None:
        self._store, self._clock, self._chance = store, clock, chance

    def attach(self, reference: str, node_id: NodeId, address: str = "") -> Task:
        """Ask for a container's place on a network, given by name or id. Its address comes with the task.

        One that is wanted and taken is waited for, until whoever asks gives up.
        """
        try:
            network = self._store.find(Network, reference)
        except NotFound:
            raise RpcNotFound(f"network {reference} not found") from None
        if not network.spec.attachable:
            raise RpcPermissionDenied(f"network {network.spec.name} not manually attachable")
        target = NetworkAttachmentConfig(target=network.id, addresses=(address,) if address else ())
        task = Task(
            id=TaskId(self._chance.object_id()),
            spec=TaskSpec(container=ContainerSpec(), networks=(target,), runtime=ATTACHMENT),
            service_id=ServiceId(""),
            service_name="",
            node_id=node_id,
            status=TaskStatus(timestamp=self._clock.now, state=TaskState.NEW, message="created"),
            desired_state=TaskState.RUNNING,
        )
        with self._store.transaction() as transaction:
            transaction.create(task)
        return task

    def detach(self, task_id: TaskId) -> None:
        """The container has left the network; harmless when that is known already."""
        task = self._store.get(Task, task_id)
        if task is not None:
            with self._store.transaction() as transaction:
                transaction.remove(task)
