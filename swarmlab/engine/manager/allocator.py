"""The allocator: ranges for networks, virtual addresses and ports for services, addresses for tasks and nodes.

Owns a task's state PENDING, the addresses and ports in it, a service's endpoint, a network's ranges, a node's
attachments. What cannot be had now (range exhausted, port taken) is tried again when something is freed, at the latest
after five minutes; its tasks stay NEW meanwhile.
Source: swarmkit manager/allocator/network.go, moby libnetwork/cnmallocator; order of addresses recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from swarmlab.engine.clock import Clock, Timer
from swarmlab.engine.ids import NetworkId, ServiceId, TaskId
from swarmlab.engine.manager.attachments import NodeAttachments
from swarmlab.engine.manager.ipam import Addresses, Exhausted
from swarmlab.engine.manager.ports import PortAllocator, needs_ingress
from swarmlab.engine.manager.ranges import Ranges
from swarmlab.engine.model import (
    ATTACHMENT,
    DEFAULT_ADDR_POOL,
    Endpoint,
    Network,
    NetworkAttachment,
    NetworkAttachmentConfig,
    Node,
    Service,
    Task,
    TaskStatus,
    VirtualIP,
    with_addresses,
)
from swarmlab.engine.model.words import NEW, PENDING
from swarmlab.engine.store import Change, Hears, Store, Transaction

RETRY_S = 300.0


class Allocator:
    """Hands out addresses and ports.

    Args:
        store: the swarm's store.
        clock: engine time.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._forget()

    def _forget(self) -> None:
        self._addresses = Addresses()
        self._ranges = Ranges(self._addresses)
        self._ports = PortAllocator()
        self._nodes = NodeAttachments(self._addresses)
        self._is_new = False
        self._new_networks: dict[NetworkId, None] = {}
        self._new_services: dict[ServiceId, None] = {}
        self._new_tasks: dict[TaskId, None] = {}
        self._stuck_networks: dict[NetworkId, None] = {}
        self._stuck_services: dict[ServiceId, None] = {}
        self._stuck_tasks: dict[TaskId, None] = {}
        self._retry: Timer | None = None

    def start(self) -> None:
        """Take what the store says is handed out, then mark the rest as to be done."""
        self._is_new = True
        cluster = self._store.cluster()
        self._ranges = Ranges(self._addresses, cluster.default_addr_pool or DEFAULT_ADDR_POOL, cluster.subnet_size)
        for network in sorted(self._store.all(Network), key=lambda network: not network.spec.ingress):
            self._learn_network(network)
        for service in self._store.all(Service):
            self._learn_service(service)
        for node in self._store.all(Node):
            self._addresses.keep(node.attachments)
            self._nodes.dirty[node.id] = None
        for task in self._store.all(Task):
            if not task.state.is_terminal:
                self._addresses.keep(task.networks)
                self._learn_task(task)

    def stop(self) -> None:
        """Forget everything; the next leader reads it from the store."""
        if self._retry is not None:
            self._retry.cancel()
        self._forget()

    # --- learning ---

    def _learn_network(self, network: Network) -> None:
        if network.spec.ingress:
            self._nodes.ingress = network.id
        if network.ipam:
            self._ranges.keep(network)
        elif network.predefined:
            self._addresses.add_without(network.id)
        else:
            self._new_networks[network.id] = None

    def _learn_service(self, service: Service) -> None:
        vips = service.endpoint.virtual_ips if service.endpoint else ()
        self._addresses.keep(NetworkAttachment(network_id=vip.network_id, addresses=(vip.address,)) for vip in vips)
        self._ports.keep(service)
        self._new_services[service.id] = None

    def _learn_task(self, task: Task) -> None:
        if task.status.state is NEW:
            self._new_tasks[task.id] = None
        if task.node_id:
            self._nodes.use(task)

    @property
    def hears(self) -> Hears:
        """What needs an address is marked, what is over is freed."""
        return {
            Task: self._on_tasks,
            Network: self._on_networks,
            Service: self._on_services,
            Node: self._on_nodes,
        }

    def _on_tasks(self, changes: Sequence[Change[Task]]) -> None:
        for change in changes:
            task, before = change.object, change.before
            if change.after is None or task.status.state.is_terminal:
                self._free_task(task, was_live=before is not None and not before.state.is_terminal)
            elif before is None or before.node_id != task.node_id or before.networks is not task.networks:
                self._learn_task(task)

    def _on_networks(self, changes: Sequence[Change[Network]]) -> None:
        for change in changes:
            network = change.object
            if change.after is None:
                self._free_network(network)
            elif change.before is None:
                self._learn_network(network)
                if network.spec.ingress:
                    self._nodes.dirty |= {node.id: None for node in self._store.all(Node)}

    def _on_services(self, changes: Sequence[Change[Service]]) -> None:
        for change in changes:
            if change.after is None:
                self._free_service(change.object)
            else:
                self._new_services[change.object.id] = None

    def _on_nodes(self, changes: Sequence[Change[Node]]) -> None:
        for change in changes:
            if change.after is None:
                self._nodes.forget_node(change.object)
            elif change.before is None:
                self._nodes.dirty[change.object.id] = None

    # --- freeing ---

    def _free_network(self, network: Network) -> None:
        self._new_networks.pop(network.id, None)
        self._stuck_networks.pop(network.id, None)
        self._ranges.free(network)
        self._nodes.forget_network(network.id, list(self._store.all(Node)))
        self._addresses.freed = True

    def _free_service(self, service: Service) -> None:
        self._new_services.pop(service.id, None)
        self._stuck_services.pop(service.id, None)
        for vip in service.endpoint.virtual_ips if service.endpoint else ():
            self._addresses.free(vip.network_id, vip.address)
        self._ports.free(service)
        self._addresses.freed = True

    def _free_task(self, task: Task, *, was_live: bool) -> None:
        self._new_tasks.pop(task.id, None)
        self._stuck_tasks.pop(task.id, None)
        if was_live:
            for attachment in task.networks:
                for address in attachment.addresses:
                    self._addresses.free(attachment.network_id, address)
        self._nodes.leave(task)

    # --- handing out ---

    def tick(self) -> bool:
        """Hand out what is asked for, and try again what could not be had if something was freed."""
        before = self._store.version
        if self._is_new:
            self._write_again()
        if self._addresses.freed:
            self._addresses.freed = False
            self._try_again()
        for waiting, allocate in (
            (self._new_networks, self._allocate_networks),
            (self._new_services, self._allocate_services),
            (self._nodes.dirty, self._allocate_nodes),
            (self._new_tasks, self._allocate_tasks),
        ):
            if waiting:
                with self._store.transaction() as transaction:
                    allocate(transaction)
        if self._retry is None and (self._stuck_networks or self._stuck_services or self._stuck_tasks):
            self._retry = self._clock.after(RETRY_S, self._retry_now)
        return self._store.version != before

    def _write_again(self) -> None:
        """A new leader takes over what was handed out, and writes it once more, kind by kind.

        Source: moby libnetwork/cnmallocator, swarmkit manager/allocator/network.go (doNetworkInit); recorded from
        28.5.2: the versions of services and nodes are new after an election.
        """
        self._is_new = False
        networks = [network for network in self._store.all(Network) if network.ipam or network.predefined]
        for kind in (
            [network for network in networks if network.spec.ingress],
            [network for network in networks if not network.spec.ingress],
            [node for node in self._store.all(Node) if node.attachments],
            [service for service in self._store.all(Service) if service.endpoint],
        ):
            with self._store.transaction() as transaction:
                for obj in kind:
                    transaction.update(obj)

    def _retry_now(self) -> None:
        self._retry, self._addresses.freed = None, True

    def _try_again(self) -> None:
        self._new_networks |= self._stuck_networks
        self._new_services |= self._stuck_services
        self._new_tasks |= self._stuck_tasks
        self._stuck_networks, self._stuck_services, self._stuck_tasks = {}, {}, {}

    def _allocate_networks(self, transaction: Transaction) -> None:
        waiting, self._new_networks = self._new_networks, {}
        for id_ in waiting:
            network = transaction.get(Network, id_)
            if network is None or network.ipam:
                continue
            try:
                transaction.update(self._ranges.allocate(network))
            except Exhausted:
                self._stuck_networks[id_] = None

    def _allocate_services(self, transaction: Transaction) -> None:
        waiting, self._new_services = self._new_services, {}
        for id_ in waiting:
            was_stuck = self._stuck_services.pop(id_, True) is None
            service = transaction.get(Service, id_)
            if service is None:
                continue
            try:
                endpoint = self._endpoint(service)
            except Exhausted:
                self._stuck_services[id_] = None
                continue
            self._addresses.freed |= was_stuck
            if endpoint != service.endpoint:
                transaction.update(replace(service, endpoint=endpoint))

    def _endpoint(self, service: Service) -> Endpoint | None:
        """The service's endpoint as it should be; what fits in the present one is kept. None where none is needed."""
        spec, present = service.spec.endpoint, service.endpoint or Endpoint()
        networks = self._vip_networks(service)
        if service.endpoint is None and not networks and not (spec and spec.ports):
            return None
        ports = self._ports.allocate(service)
        kept = {vip.network_id: vip for vip in present.virtual_ips}
        for vip in present.virtual_ips:
            if vip.network_id not in networks:
                self._addresses.free(vip.network_id, vip.address)
        new = self._addresses.address(NetworkAttachment(network_id=id_) for id_ in networks if id_ not in kept)
        kept |= {at.network_id: VirtualIP(network_id=at.network_id, address="".join(at.addresses[:1])) for at in new}
        return Endpoint(spec=spec, ports=ports, virtual_ips=tuple(kept[id_] for id_ in networks))

    def _vip_networks(self, service: Service) -> list[NetworkId]:
        """On which networks the service has an address of its own: ingress first, then those of its spec."""
        spec = service.spec.endpoint
        if spec is not None and spec.mode == "dnsrr":
            return []
        if needs_ingress(service.spec) and self._nodes.ingress is None:
            raise Exhausted("ingress network is missing")
        return [attachment.network_id for attachment in self._attachments(service, service.spec.task.networks)]

    def _attachments(
        self, service: Service, configs: tuple[NetworkAttachmentConfig, ...]
    ) -> tuple[NetworkAttachment, ...]:
        """The networks of a service or of one of its tasks, without addresses yet; those that are gone left out."""
        wanted = self._nodes.ingress if needs_ingress(service.spec) else None
        ingress = (NetworkAttachment(network_id=wanted),) if wanted else ()
        there = [
            NetworkAttachment(network_id=NetworkId(config.target), aliases=config.aliases)
            for config in configs or service.spec.networks
            if self._store.get(Network, config.target)
        ]
        return (*ingress, *there)

    def _allocate_nodes(self, transaction: Transaction) -> None:
        waiting, self._nodes.dirty = self._nodes.dirty, {}
        for id_ in waiting:
            node = transaction.get(Node, id_)
            attachments = self._nodes.of(node) if node else ()
            if node is not None and attachments != node.attachments:
                transaction.update(replace(node, attachments=attachments))

    def _allocate_tasks(self, transaction: Transaction) -> None:
        waiting, self._new_tasks = self._new_tasks, {}
        status = TaskStatus(timestamp=self._clock.now, state=PENDING, message="pending task scheduling")
        for id_ in waiting:
            task = transaction.get(Task, id_)
            service = transaction.get(Service, task.service_id) if task else None
            if task is None or task.status.state is not NEW:
                continue
            if service is None and task.spec.runtime != ATTACHMENT:
                continue
            try:
                transaction.update(self._pending(task, service, status))
            except Exhausted:
                self._stuck_tasks[id_] = None

    def _pending(self, task: Task, service: Service | None, status: TaskStatus) -> Task:
        if service is None:
            places = (
                NetworkAttachment(network_id=NetworkId(each.target), addresses=each.addresses)
                for each in task.spec.networks
            )
            networks = self._addresses.address(places)
        elif service.id in self._stuck_services:
            raise Exhausted(f"service {service.id} to which task {task.id} belongs has pending allocations")
        else:
            networks = self._addresses.address(self._attachments(service, task.spec.networks))
        endpoint = service.endpoint if service is not None else None
        return with_addresses(task, status, networks, task.endpoint if endpoint is None else endpoint)
