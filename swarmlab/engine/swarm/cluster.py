"""One swarm: its store, its certificate authority, its managers, and the leader's loops while there is a leader.

Owns who is a member, `manager_status` of nodes, and when the loops run. What a node makes of its membership is
membership.py's, changes of role are roles.py's, who leads is raft.py's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from swarmlab.engine.assignment import AgentLink
from swarmlab.engine.ids import Chance, ClusterId, NodeId
from swarmlab.engine.manager.control import Control
from swarmlab.engine.manager.dispatcher import Dispatcher
from swarmlab.engine.manager.logbroker import LogBroker
from swarmlab.engine.manager.manager import Manager
from swarmlab.engine.model import (
    Availability,
    ClusterObject,
    ManagerStatus,
    Node,
    NodeSpec,
    NodeState,
    Role,
    StoreObject,
)
from swarmlab.engine.store import Change, Store
from swarmlab.engine.swarm.authority import Authority
from swarmlab.engine.swarm.contacts import RemoteManager
from swarmlab.engine.swarm.member import Link, Member
from swarmlab.engine.swarm.raft import Raft
from swarmlab.engine.swarm.roles import RoleKeeper
from swarmlab.engine.swarm.rotation import RootRotation
from swarmlab.engine.turns import SWARMS, Turns

_SPREAD_ROOT_S = 0.25


class Swarm:
    """One swarm.

    Args:
        turns: gives the swarm its turn when its store was written, a timer ran, or a member changed.
        chance: the seeded source.
        furnish: writes what the swarm begins with into its store.
    """

    def __init__(self, turns: Turns, chance: Chance, furnish: Callable[[Store], None]) -> None:
        self._clock = clock = turns.take_part(self.step, rank=SWARMS)
        self._chance = chance
        self.store = Store(clock)
        furnish(self.store)
        self.id: ClusterId = self.store.cluster().id
        self.members: dict[NodeId, Member] = {}
        self.authority = Authority(self.store, clock, chance)
        self.raft = Raft(
            clock,
            chance,
            contact=self._contact,
            paused=self._paused,
            log=self.store,
            on_leader=self._mark_leadership,
        )
        self.roles = RoleKeeper(self.store, clock, self)
        self.rotation = RootRotation(self.store, clock, chance, self)
        self.dispatcher = Dispatcher(self.store, clock, chance, self.link)
        self.logs = LogBroker(self.store, self.link)
        self.control = Control(self.store, clock, chance, self.raft)
        self._manager = Manager(self.store, clock, chance, more=(self.dispatcher, self.roles, self.rotation))
        self._leader: NodeId | None = None
        self._leadership_dirty = False
        self._managers_dirty = False
        self._published: list[NodeId] = []
        self._hearing: set[NodeId] = set()
        self._doubtful: dict[NodeId, None] = {}
        self._ready: list[NodeId] = []
        self._waiting: list[Callable[[], None]] = []
        self.successor: Swarm | None = None
        self._predecessor: Swarm | None = None
        self.store.subscribe(self._on_nodes, Node)
        self.store.subscribe(self._on_cluster, ClusterObject)

    # --- members ---

    def admit(self, member: Member, role: Role, availability: Availability) -> NodeId:
        """Make the record of a new node and issue its certificate; it is `unknown` until its agent has registered."""
        node_id = NodeId(self._chance.object_id())
        node = Node(id=node_id, spec=NodeSpec(role=role, availability=availability), role=role)
        with self.store.transaction() as transaction:
            transaction.create(node)
        self.members[node_id] = member
        self.store.note_entries()
        self._hand_out(node_id, role)
        return node_id

    def issue(self, node_id: NodeId, role: Role) -> None:
        """Give a node a certificate: that it asks for one, and that it has one, are entries of the log."""
        self.store.note_entries(2)
        self._hand_out(node_id, role)

    def _hand_out(self, node_id: NodeId, role: Role) -> None:
        if (member := self.members.get(node_id)) is not None:
            member.identity.take(self.authority.issue(node_id, role), self.store.cluster().root)

    def ask_to_renew(self, node_id: NodeId) -> None:
        """Tell a node to renew its certificate, where it can be told."""
        if self.connected(node_id):
            self.members[node_id].identity.renew()

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
        return member is not None and member.running and member.finds_manager(self)

    # --- managers ---

    def _contact(self, one: NodeId, other: NodeId) -> bool:
        first, second = self.members.get(one), self.members.get(other)
        if first is None or second is None or not (first.manages(self) and second.manages(self)):
            return False
        peers = self.raft.peers
        return first is second or (first.exchanges_with(peers[other].addr) and second.exchanges_with(peers[one].addr))

    def _paused(self, node_id: NodeId) -> bool:
        member = self.members.get(node_id)
        return member is not None and member.paused

    @property
    def leader_host(self) -> str | None:
        """The host of the leader; None when there is none."""
        leader = self.members.get(self.raft.leader) if self.raft.leader is not None else None
        return leader.hostname if leader is not None else None

    # --- a swarm that goes on from a copy of this one ---

    def hand_on(self, successor: Swarm, node_id: NodeId, addr: str) -> None:
        """A manager goes on alone with a copy of everything (`--force-new-cluster`); the others stay behind at first.

        It counts them as removed, and says so to whoever sends it a message: that one is a node of the copy then, and
        manages no more. Source: swarmkit manager/state/raft/raft.go (ErrMemberRemoved); recorded from 28.5.2.
        """
        self.successor, successor._predecessor = successor, self
        successor.members.update(self.members)
        successor._published = list(self.raft.peers)
        successor.raft.add(node_id, addr)
        self.recheck(node_id)

    def _lose_members(self) -> None:
        """Managers that reach the one that went on alone hear that they are none: the leader first."""
        newest = self.successor
        while newest is not None and newest.successor is not None:
            newest = newest.successor
        if newest is None:
            return
        for node_id in self.raft.peers:
            member = self.members.get(node_id)
            if member is not None and member.manages(self) and newest.exchanges_with(member):
                member.be_expelled(newest, leads=node_id == self.raft.leader)

    def exchanges_with(self, member: Member) -> bool:
        """Whether messages pass between the leader and an engine."""
        leader = self.raft.peers.get(self.raft.leader) if self.raft.leader is not None else None
        return leader is not None and member.exchanges_with(leader.addr)

    def _mark_leadership(self, leader: NodeId | None) -> None:
        self._leadership_dirty |= leader != self._leader
        self._managers_dirty = True

    def recheck(self, node_id: NodeId) -> None:
        """Power, links or walls of a node's host changed: its way to the leader, and, where it manages, that of all."""
        self.raft.recheck()
        older = self._predecessor
        while older is not None:
            older.raft.recheck()
            older = older._predecessor
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
            self._lose_members()
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
            self._doubt_everybody()
            if self.successor is not None:
                self.successor._doubt_everybody()

    def _doubt_everybody(self) -> None:
        self._doubtful |= dict.fromkeys(self.members)
        self._clock.wake()

    def _publish_managers(self) -> None:
        """Write what raft knows of the managers to their nodes; all nodes are to hear of it."""
        self._managers_dirty = False
        nodes = [self.store.get(Node, node_id) for node_id in dict.fromkeys([*self._published, *self.raft.peers])]
        self._published = list(self.raft.peers)
        with self.store.transaction(logged=False) as transaction:
            for node in nodes:
                if node is not None and (changed := self._with_manager_status(node)) is not None:
                    transaction.update(changed)
        self._doubtful |= dict.fromkeys(self.members)

    def _recheck_nodes(self) -> None:
        """Nodes whose way to the leader may have changed: the dispatcher looks at them, and they hear who manages."""
        doubtful, self._doubtful = self._doubtful, {}
        managers = tuple(RemoteManager(node_id=peer.node_id, addr=peer.addr) for peer in self.raft.peers.values())
        cluster = self.store.cluster()
        for node_id in doubtful:
            self.dispatcher.recheck(node_id)
            if self.connected(node_id):
                self.members[node_id].hear(managers, cluster)
                self.rotation.meet(node_id)

    def _with_manager_status(self, node: Node) -> Node | None:
        """The node with its place in raft; None when that stands there already."""
        status = None
        if peer := self.raft.peers.get(node.id):
            status = ManagerStatus(
                leader=node.id == self.raft.leader, reachability=self.raft.reachability(node.id), addr=peer.addr
            )
        return None if node.manager_status == status else replace(node, manager_status=status)

    # --- who hears of what ---

    def _on_nodes(self, changes: Sequence[Change[Node]]) -> None:
        for change in changes:
            if change.after is None:
                self._managers_dirty = True
            elif _is_ready(change.after) and not _is_ready(change.before):
                self._ready.append(NodeId(change.object.id))

    def _on_cluster(self, changes: Sequence[Change[ClusterObject]]) -> None:
        """Managers hear at once how their keys are locked, all nodes in a moment whom they are to trust."""
        before, after = changes[0].before, changes[-1].after
        assert before is not None
        assert after is not None
        if before.unlock_key != after.unlock_key:
            self._doubtful |= dict.fromkeys(self.raft.peers)
        if before.root != after.root:
            self._clock.after(_SPREAD_ROOT_S, lambda: self._doubtful.update(dict.fromkeys(self.members)))

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
