"""The allocator: ranges for networks, virtual addresses and ports for services, addresses for tasks and nodes.

Owns a task's state PENDING, the addresses and ports in it, a service's endpoint, a network's ranges, a node's
attachments (the address from which a node balances load on a network). What cannot be had now (range exhausted, port
taken) is tried again when something is freed, at the latest after five minutes; its tasks stay NEW meanwhile.
Source: swarmkit manager/allocator/network.go, moby libnetwork/cnmallocator; order of addresses recorded from 28.5.2.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from swarmlab.engine.clock import Clock, Timer
from swarmlab.engine.ids import NetworkId, NodeId, ServiceId, TaskId
from swarmlab.engine.ipam import FIRST_VXLAN_ID, AddressPool, Exhausted, Numbers, SubnetPool
from swarmlab.engine.model import (
    Endpoint,
    IPAMConfig,
    Network,
    NetworkAttachment,
    NetworkAttachmentConfig,
    Node,
    Service,
    Task,
    TaskState,
    TaskStatus,
    VirtualIP,
)
from swarmlab.engine.ports import PortAllocator, needs_ingress
from swarmlab.engine.store import Action, Change, Store, Transaction

RETRY_S = 300.0
VXLAN_OPTION = "com.docker.network.driver.overlay.vxlanid_list"


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
        self._subnets = SubnetPool((), 24)
        self._vxlan_ids = Numbers(FIRST_VXLAN_ID, 2**24 - 1)
        self._pools: dict[NetworkId, AddressPool] = {}
        self._ports = PortAllocator()
        self._ingress: NetworkId | None = None
        self._users: dict[tuple[NodeId, NetworkId], set[TaskId]] = defaultdict(set)
        self._on_node: dict[NodeId, dict[NetworkId, None]] = defaultdict(dict)
        self._new_networks: dict[NetworkId, None] = {}
        self._new_services: dict[ServiceId, None] = {}
        self._new_tasks: dict[TaskId, None] = {}
        self._nodes: dict[NodeId, None] = {}
        self._stuck_networks: dict[NetworkId, None] = {}
        self._stuck_services: dict[ServiceId, None] = {}
        self._stuck_tasks: dict[TaskId, None] = {}
        self._freed = False
        self._retry: Timer | None = None

    def start(self) -> None:
        """Take what the store says is handed out, then mark the rest as to be done."""
        cluster = self._store.cluster()
        self._subnets = SubnetPool(cluster.default_addr_pool, cluster.subnet_size)
        for network in sorted(self._store.all(Network), key=lambda network: not network.spec.ingress):
            self._learn_network(network)
        for service in self._store.all(Service):
            self._learn_service(service)
        for node in self._store.all(Node):
            self._keep(node.attachments)
            self._nodes[node.id] = None
        for task in self._store.all(Task):
            if not task.state.is_terminal:
                self._keep(task.networks)
            self._learn_task(task)

    def stop(self) -> None:
        """Forget everything; the next leader reads it from the store."""
        if self._retry is not None:
            self._retry.cancel()
        self._forget()

    # --- learning ---

    def _learn_network(self, network: Network) -> None:
        if network.spec.ingress:
            self._ingress = network.id
        if network.ipam:
            self._subnets.take(network.ipam[0].subnet)
            self._pools[network.id] = AddressPool(network.ipam[0])
            self._vxlan_ids.keep(int(network.driver_options[VXLAN_OPTION]))
        else:
            self._new_networks[network.id] = None

    def _learn_service(self, service: Service) -> None:
        for vip in service.endpoint.virtual_ips if service.endpoint else ():
            self._pools[vip.network_id].keep(vip.address)
        self._ports.keep(service)
        self._new_services[service.id] = None

    def _keep(self, attachments: tuple[NetworkAttachment, ...]) -> None:
        for attachment in attachments:
            for address in attachment.addresses:
                self._pools[attachment.network_id].keep(address)

    def on_change(self, change: Change) -> None:
        """Mark what needs an address, free what is over."""
        removed = change.action is Action.REMOVE
        match change.object:
            case Network() as network:
                if removed:
                    self._free_network(network)
                elif change.action is Action.CREATE:
                    self._learn_network(network)
            case Service() as service:
                if removed:
                    self._free_service(service)
                else:
                    self._new_services[service.id] = None
            case Node() as node:
                if removed:
                    self._free_node(node)
                elif change.action is Action.CREATE:
                    self._nodes[node.id] = None
            case Task() as task:
                was_live = isinstance(change.before, Task) and not change.before.state.is_terminal
                self._on_task(task, ended=removed or task.state.is_terminal, was_live=was_live)

    def _on_task(self, task: Task, *, ended: bool, was_live: bool) -> None:
        if ended:
            self._free_task(task, was_live)
        else:
            self._learn_task(task)

    def _learn_task(self, task: Task) -> None:
        if task.state is TaskState.NEW:
            self._new_tasks[task.id] = None
        if task.node_id and not task.state.is_terminal:
            for attachment in task.networks:
                if attachment.network_id not in self._on_node[task.node_id]:
                    self._on_node[task.node_id][attachment.network_id] = None
                    self._nodes[task.node_id] = None
                self._users[task.node_id, attachment.network_id].add(task.id)

    # --- freeing ---

    def _free_network(self, network: Network) -> None:
        self._new_networks.pop(network.id, None)
        self._stuck_networks.pop(network.id, None)
        if self._ingress == network.id:
            self._ingress = None
        if self._pools.pop(network.id, None) is not None:
            self._subnets.free(network.ipam[0].subnet)
            self._vxlan_ids.free(int(network.driver_options[VXLAN_OPTION]))
        for node in self._store.all(Node):
            if any(attachment.network_id == network.id for attachment in node.attachments):
                self._on_node[node.id].pop(network.id, None)
                self._nodes[node.id] = None
        self._freed = True

    def _free_service(self, service: Service) -> None:
        self._new_services.pop(service.id, None)
        self._stuck_services.pop(service.id, None)
        for vip in service.endpoint.virtual_ips if service.endpoint else ():
            self._free_address(vip.network_id, vip.address)
        self._ports.free(service)
        self._freed = True

    def _free_node(self, node: Node) -> None:
        self._nodes.pop(node.id, None)
        self._on_node.pop(node.id, None)
        for attachment in node.attachments:
            for address in attachment.addresses:
                self._free_address(attachment.network_id, address)

    def _free_task(self, task: Task, was_live: bool) -> None:
        self._new_tasks.pop(task.id, None)
        self._stuck_tasks.pop(task.id, None)
        for attachment in task.networks:
            for address in attachment.addresses if was_live else ():
                self._free_address(attachment.network_id, address)
            users = self._users.get((task.node_id, attachment.network_id))
            if users is not None:
                users.discard(task.id)
                if not users:
                    del self._users[task.node_id, attachment.network_id]
                    self._on_node[task.node_id].pop(attachment.network_id, None)
                    self._nodes[task.node_id] = None

    def _free_address(self, network_id: NetworkId, address: str) -> None:
        if network_id in self._pools:
            self._pools[network_id].free(address)
            self._freed = True

    # --- handing out ---

    def tick(self) -> bool:
        """Hand out what is asked for, and try again what could not be had if something was freed."""
        before = self._store.version
        if self._freed:
            self._freed = False
            self._try_again()
        for allocate in (self._allocate_networks, self._allocate_services, self._allocate_nodes, self._allocate_tasks):
            with self._store.transaction() as transaction:
                allocate(transaction)
        if self._retry is None and (self._stuck_networks or self._stuck_services or self._stuck_tasks):
            self._retry = self._clock.after(RETRY_S, self._retry_now)
        return self._store.version != before

    def _retry_now(self) -> None:
        self._retry, self._freed = None, True

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
                transaction.update(self._with_ranges(network))
            except Exhausted:
                self._stuck_networks[id_] = None

    def _with_ranges(self, network: Network) -> Network:
        wanted = network.spec.ipam[0] if network.spec.ipam else IPAMConfig()
        subnet = self._subnets.take(wanted.subnet)
        gateway = wanted.gateway or str(subnet.network_address + 1)
        config = replace(wanted, subnet=str(subnet), gateway=gateway)
        self._pools[network.id] = AddressPool(config)
        options = {VXLAN_OPTION: str(self._vxlan_ids.take()), **network.spec.options}
        return replace(network, ipam=(config,), driver_options=options)

    def _allocate_services(self, transaction: Transaction) -> None:
        waiting, self._new_services = self._new_services, {}
        for id_ in waiting:
            service = transaction.get(Service, id_)
            was_stuck = id_ in self._stuck_services
            self._stuck_services.pop(id_, None)
            if service is None:
                continue
            try:
                endpoint = self._endpoint(service)
            except Exhausted:
                self._stuck_services[id_] = None
                continue
            self._freed |= was_stuck
            if endpoint != service.endpoint:
                transaction.update(replace(service, endpoint=endpoint))

    def _endpoint(self, service: Service) -> Endpoint | None:
        """The service's endpoint as it should be; what fits in the present one is kept. None where none is needed."""
        present = service.endpoint or Endpoint()
        networks = self._vip_networks(service)
        spec = service.spec.endpoint
        if service.endpoint is None and not networks and not (spec and spec.ports):
            return None
        ports = self._ports.allocate(service)
        kept = {vip.network_id: vip for vip in present.virtual_ips}
        for vip in present.virtual_ips:
            if vip.network_id not in networks:
                self._free_address(vip.network_id, vip.address)
        new = self._addressed(tuple(NetworkAttachment(network_id=id_) for id_ in networks if id_ not in kept))
        kept |= {at.network_id: VirtualIP(network_id=at.network_id, address=at.addresses[0]) for at in new}
        return Endpoint(spec=spec, ports=ports, virtual_ips=tuple(kept[id_] for id_ in networks))

    def _take(self, network_id: NetworkId) -> str:
        if network_id not in self._pools:
            raise Exhausted(f"network {network_id} is not allocated")
        return self._pools[network_id].take()

    def _vip_networks(self, service: Service) -> list[NetworkId]:
        """On which networks the service has an address of its own: ingress first, then those of its spec."""
        spec = service.spec.endpoint
        if spec is not None and spec.mode == "dnsrr":
            return []
        return [attachment.network_id for attachment in self._attachments(service)]

    def _attachments(self, service: Service) -> list[NetworkAttachment]:
        """The networks of the service's tasks, without addresses yet."""
        if needs_ingress(service.spec) and self._ingress is None:
            raise Exhausted("ingress network is missing")
        return [*self._ingress_of(service), *map(_attachment, service.spec.task.networks or service.spec.networks)]

    def _ingress_of(self, service: Service) -> list[NetworkAttachment]:
        wanted = self._ingress if needs_ingress(service.spec) else None
        return [NetworkAttachment(network_id=wanted)] if wanted else []

    def _allocate_nodes(self, transaction: Transaction) -> None:
        waiting, self._nodes = self._nodes, {}
        for id_ in waiting:
            node = transaction.get(Node, id_)
            if node is None:
                continue
            attachments = self._node_attachments(node)
            if attachments != node.attachments:
                transaction.update(replace(node, attachments=attachments))

    def _node_attachments(self, node: Node) -> tuple[NetworkAttachment, ...]:
        """One address on ingress and on each network that a task on the node uses."""
        wanted = dict.fromkeys([*self._on_node[node.id], *([self._ingress] if self._ingress else [])])
        kept = []
        for attachment in node.attachments:
            if wanted.pop(attachment.network_id, True) is None:
                kept.append(attachment)
            elif attachment.addresses:
                self._free_address(attachment.network_id, attachment.addresses[0])
        for network_id in wanted:
            try:
                kept.append(NetworkAttachment(network_id=network_id, addresses=(self._take(network_id),)))
            except Exhausted:
                continue
        return tuple(kept)

    def _allocate_tasks(self, transaction: Transaction) -> None:
        waiting, self._new_tasks = self._new_tasks, {}
        for id_ in waiting:
            task = transaction.get(Task, id_)
            service = transaction.get(Service, task.service_id) if task else None
            if task is None or service is None or task.state is not TaskState.NEW:
                continue
            try:
                transaction.update(self._pending(task, service))
            except Exhausted:
                self._stuck_tasks[id_] = None

    def _pending(self, task: Task, service: Service) -> Task:
        if service.id in self._stuck_services:
            raise Exhausted(f"service {service.id} to which task {task.id} belongs has pending allocations")
        networks = self._addressed(task.networks or self._task_attachments(task, service))
        status = TaskStatus(timestamp=self._clock.now, state=TaskState.PENDING, message="pending task scheduling")
        return replace(task, networks=networks, endpoint=service.endpoint or task.endpoint, status=status)

    def _task_attachments(self, task: Task, service: Service) -> tuple[NetworkAttachment, ...]:
        networks = task.spec.networks or service.spec.networks
        known = [config for config in networks if self._store.get(Network, config.target) is not None]
        return (*self._ingress_of(service), *map(_attachment, known))

    def _addressed(self, attachments: tuple[NetworkAttachment, ...]) -> tuple[NetworkAttachment, ...]:
        """The attachments with an address each, or none taken at all."""
        done: list[NetworkAttachment] = []
        try:
            for attachment in attachments:
                done.append(replace(attachment, addresses=(self._take(attachment.network_id),)))
        except Exhausted:
            for attachment in done:
                self._free_address(attachment.network_id, attachment.addresses[0])
            self._freed = False
            raise
        return tuple(done)


def _attachment(config: NetworkAttachmentConfig) -> NetworkAttachment:
    return NetworkAttachment(network_id=NetworkId(config.target), aliases=config.aliases)
