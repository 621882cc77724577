"""One swarm: its store, its certificate authority, its managers, and the leader's loops while there is a leader.

Owns who is a member, `manager_status` of nodes, and when the loops run. What a node makes of its membership is
membership.py's, changes of role are roles.py's, who leads is raft.py's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from swarmlab.engine.assignment import AgentLink
from swarmlab.engine.ids import Chance, ClusterId, NetworkId, NodeId
from swarmlab.engine.manager.control import Control
from swarmlab.engine.manager.control_networks import ingress_network
from swarmlab.engine.manager.dispatcher import Dispatcher
from swarmlab.engine.manager.logbroker import LogBroker
from swarmlab.engine.manager.manager import Manager
from swarmlab.engine.model import (
    DEFAULT_ADDR_POOL,
    Availability,
    ClusterObject,
    ClusterSpec,
    ManagerStatus,
    Network,
    NetworkSpec,
    Node,
    NodeSpec,
    NodeState,
    Role,
    StoreObject,
)
from swarmlab.engine.store import Change, Store
from swarmlab.engine.swarm.certificates import JoinToken, NodeCertificate, RootCA, parse_join_token
from swarmlab.engine.swarm.contacts import RemoteManager
from swarmlab.engine.swarm.member import Link, Member
from swarmlab.engine.swarm.raft import Raft
from swarmlab.engine.swarm.roles import RoleKeeper
from swarmlab.engine.turns import SWARMS, Turns

_PREDEFINED = {"com.docker.swarm.predefined": "true"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """What a new swarm is given."""

    spec: ClusterSpec = ClusterSpec()
    default_addr_pool: tuple[str, ...] = DEFAULT_ADDR_POOL
    subnet_size: int = 24
    data_path_port: int = 4789


class Swarm:
    """One swarm.

    Args:
        turns: gives the swarm its turn when its store was written, a timer ran, or a member changed.
        chance: the seeded source.
        founding: its settings.
    """

    def __init__(self, turns: Turns, chance: Chance, founding: Founding) -> None:
        self._clock = clock = turns.take_part(self.step, rank=SWARMS)
        self._chance = chance
        self.id = ClusterId(chance.object_id())
        self.ca = RootCA(chance, clock.now)
        self.store = Store(clock)
        self.members: dict[NodeId, Member] = {}
        self.certificates: dict[NodeId, NodeCertificate] = {}
        self.raft = Raft(clock, chance, contact=self._contact, on_leader=self._mark_leadership)
        self.roles = RoleKeeper(self.store, clock, self)
        self.dispatcher = Dispatcher(self.store, clock, chance, self.link)
        self.logs = LogBroker(self.store, self.link)
        self.control = Control(self.store, clock, chance, self.raft)
        self._manager = Manager(self.store, clock, chance, more=(self.dispatcher, self.roles))
        self._leader: NodeId | None = None
        self._leadership_dirty = False
        self._managers_dirty = False
        self._published: list[NodeId] = []
        self._hearing: set[NodeId] = set()
        self._doubtful: dict[NodeId, None] = {}
        self._ready: list[NodeId] = []
        self._waiting: list[Callable[[], None]] = []
        self.store.subscribe(self._on_change, Node)
        self._found(founding)

    def _found(self, founding: Founding) -> None:
        """Write what every swarm has from the start. Source: swarmkit manager/manager.go, becomeLeader."""
        cluster = ClusterObject(
            id=self.id,
            spec=founding.spec,
            tls_info=self.ca.tls_info,
            worker_token=self.ca.make_join_token(),
            manager_token=self.ca.make_join_token(),
            default_addr_pool=founding.default_addr_pool,
            subnet_size=founding.subnet_size,
            data_path_port=founding.data_path_port,
        )
        with self.store.transaction() as transaction:
            transaction.create(cluster)
            transaction.create(ingress_network(self._chance))
            for name in ("bridge", "host"):
                spec = NetworkSpec(name=name, driver=name, labels=_PREDEFINED)
                transaction.create(Network(id=NetworkId(self._chance.object_id()), spec=spec, predefined=True))

    # --- members ---

    def role_of(self, token: JoinToken) -> Role | None:
        """The role that a token stands for; None when its secret is not one of this swarm's."""
        cluster = self.store.cluster()
        roles = {cluster.worker_token: Role.WORKER, cluster.manager_token: Role.MANAGER}
        return next((role for text, role in roles.items() if parse_join_token(text).secret == token.secret), None)

    def admit(self, member: Member, role: Role, availability: Availability) -> NodeId:
        """Issue a certificate and make the record of a new node; it is `unknown` until its agent has registered."""
        node_id = NodeId(self._chance.object_id())
        node = Node(id=node_id, spec=NodeSpec(role=role, availability=availability), role=role)
        with self.store.transaction() as transaction:
            transaction.create(node)
        self.members[node_id] = member
        self.issue(node_id, role)
        return node_id

    def issue(self, node_id: NodeId, role: Role) -> None:
        """Give a node its certificate."""
        valid_s = self.store.cluster().spec.node_cert_expiry_s
        self.certificates[node_id] = self.ca.issue(node_id, role, self.id, now=self._clock.now, valid_s=valid_s)

    def forget(self, node_id: NodeId) -> None:
        """The engine left: it is no node of this swarm any more; its record and its place in raft stay."""
        self.members.pop(node_id, None)
        self.raft.lose(node_id)
        self._doubtful[node_id] = None

    def link(self, node_id: NodeId) -> AgentLink | None:
        """The way to a node's agent, for the dispatcher and the log broker."""
        member = self.members.get(node_id)
        return None if member is None else Link(agent=member.agent, connected_now=lambda: self.connected(node_id))

    def connected(self, node_id: NodeId) -> bool:
        """Whether a node is on, and some manager that it reaches hears the leader."""
        member = self.members.get(node_id)
        return member is not None and member.running and member.finds_manager()

    # --- managers ---

    def _contact(self, one: NodeId, other: NodeId) -> bool:
        first, second = self.members.get(one), self.members.get(other)
        if first is None or second is None or not (first.running and second.running):
            return False
        peers = self.raft.peers
        return first is second or (first.exchanges_with(peers[other].addr) and second.exchanges_with(peers[one].addr))

    @property
    def leader_host(self) -> str | None:
        """The host of the leader; None when there is none."""
        leader = self.members.get(self.raft.leader) if self.raft.leader is not None else None
        return leader.hostname if leader is not None else None

    def begin_anew(self, node_id: NodeId, addr: str) -> None:
        """This manager goes on alone (`--force-new-cluster`); the others that run find out by and by."""
        expelled = [other for other in self.raft.peers if other != node_id]
        self.raft.shrink_to(node_id, addr)
        for other in expelled:
            if (member := self.members.get(other)) is not None and member.running:
                member.be_expelled()

    def _mark_leadership(self, leader: NodeId | None) -> None:
        self._leadership_dirty |= leader != self._leader
        self._managers_dirty = True

    def recheck(self, node_id: NodeId) -> None:
        """Power, links or walls of a node's host changed: its way to the leader, and, where it manages, that of all."""
        self.raft.recheck()
        self._doubtful |= dict.fromkeys(self.members if self.raft.is_member(node_id) else (node_id,))

    def call_again(self, callback: Callable[[], None]) -> None:
        """Call `callback` once, after the swarm's next turn: something may have changed then."""
        self._waiting.append(callback)

    @property
    def leads(self) -> bool:
        """Whether the leader's loops run; without a majority they run idle."""
        return self._manager.leads

    @property
    def has_leader(self) -> bool:
        """Whether the leader's loops run and can commit."""
        return self._manager.leads and not self.store.frozen

    def step(self) -> None:
        """Do what is to be done now, and let the leader's loops run. Called by turns.py, after the swarm was woken."""
        if self.raft.tick():
            self._look_who_hears()
        self._follow_leadership()
        if self._manager.leads:
            self._lead()
        waiting, self._waiting = self._waiting, []
        for callback in waiting:
            callback()

    def _lead(self) -> None:
        # Real Swarm does not store what raft knows of the managers, so that shows without a majority too.
        self.store.frozen = False
        if self._managers_dirty:
            self._publish_managers()
        if self._doubtful:
            self._recheck_nodes()
        self.store.frozen = not self.raft.has_quorum
        if not self.store.frozen:
            self._manager.step()
            self._announce_ready()

    def _follow_leadership(self) -> None:
        """A new leader begins anew: what only the old one had in memory is lost."""
        if not self._leadership_dirty:
            return
        self._leadership_dirty = False
        self._leader = self.raft.leader
        if self._manager.leads:
            self._manager.stop()
        if self._leader is not None:
            self._manager.start()

    def _look_who_hears(self) -> None:
        """Where other managers hear the leader than before, any node's way to it may have opened or closed."""
        self._managers_dirty |= self._published != list(self.raft.peers)
        hearing = {node_id for node_id in self.raft.peers if self.raft.hears_leader(node_id)}
        if hearing != self._hearing:
            self._hearing = hearing
            self._doubtful |= dict.fromkeys(self.members)

    def _publish_managers(self) -> None:
        """Write what raft knows of the managers to their nodes; all nodes are to hear of it."""
        self._managers_dirty = False
        nodes = [self.store.get(Node, node_id) for node_id in dict.fromkeys([*self._published, *self.raft.peers])]
        self._published = list(self.raft.peers)
        with self.store.transaction() as transaction:
            for node in nodes:
                if node is not None and (changed := self._with_manager_status(node)) is not None:
                    transaction.update(changed)
        self._doubtful |= dict.fromkeys(self.members)

    def _recheck_nodes(self) -> None:
        """Nodes whose way to the leader may have changed: the dispatcher looks at them, and they hear who manages."""
        doubtful, self._doubtful = self._doubtful, {}
        managers = tuple(RemoteManager(node_id=peer.node_id, addr=peer.addr) for peer in self.raft.peers.values())
        for node_id in doubtful:
            self.dispatcher.recheck(node_id)
            if self.connected(node_id):
                self.members[node_id].contacts.learn(managers)

    def _with_manager_status(self, node: Node) -> Node | None:
        """The node with its place in raft; None when that stands there already."""
        status = None
        if peer := self.raft.peers.get(node.id):
            status = ManagerStatus(
                leader=node.id == self.raft.leader, reachability=self.raft.reachability(node.id), addr=peer.addr
            )
        return None if node.manager_status == status else replace(node, manager_status=status)

    # --- who hears of what ---

    def _on_change(self, change: Change) -> None:
        if change.after is None:
            self._managers_dirty = True
        elif _is_ready(change.after) and not _is_ready(change.before):
            self._ready.append(change.object.id)

    def _announce_ready(self) -> None:
        """Tell nodes that have just become ready; they hear who manages."""
        ready, self._ready = self._ready, []
        for node_id in ready:
            if (member := self.members.get(node_id)) is not None:
                member.become_ready()
                self._doubtful[node_id] = None
                self._clock.wake()


def _is_ready(node: StoreObject | None) -> bool:
    return isinstance(node, Node) and node.status.state is NodeState.READY
