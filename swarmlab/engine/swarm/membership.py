"""One node's part in a swarm: init, join, leave, and what it is at the moment.

Owns the node's local swarm state (inactive, pending, active, error) and whether it serves as a manager. The swarm
itself, with its store and its leader, is cluster.py; an attempt to join is joining.py; whom the node reaches is
contacts.py; what it answers is membership_info.py.
Source: moby daemon/cluster/{swarm,noderunner,cluster}.go; texts and times recorded from 28.5.2.
Simplification: an attempt to join that has not come to an end is forgotten when the engine dies.
"""

from __future__ import annotations

from collections.abc import Callable

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import EngineError, Unavailable
from swarmlab.engine.host.agent import Agent
from swarmlab.engine.ids import NodeId
from swarmlab.engine.model import Availability, Node, Role
from swarmlab.engine.named_timers import NamedTimers
from swarmlab.engine.pending import Pending
from swarmlab.engine.swarm.addresses import check_can_listen
from swarmlab.engine.swarm.certificates import parse_join_token
from swarmlab.engine.swarm.cluster import Founding, Swarm
from swarmlab.engine.swarm.contacts import Contacts, RemoteManager
from swarmlab.engine.swarm.initiating import check_init, founding_of
from swarmlab.engine.swarm.joining import Joining
from swarmlab.engine.swarm.leaving import refuse_to_leave
from swarmlab.engine.swarm.manager_service import START_S, ManagerService
from swarmlab.engine.swarm.membership_info import refusal, swarm_info
from swarmlab.engine.swarm.node_addresses import NodeAddresses, addresses_to_init, addresses_to_join
from swarmlab.engine.swarm.swarm_requests import (
    ALREADY_IN_SWARM,
    NOT_IN_SWARM,
    InitRequest,
    JoinRequest,
    LocalNodeState,
    SwarmInfo,
)
from swarmlab.engine.world import SWARM_PORTS, Outcome, World

__all__ = ["InitRequest", "JoinRequest", "LocalNodeState", "Membership", "RemoteManager", "SwarmInfo"]

_NODE_PORTS = SWARM_PORTS[1:]
_FORCED_ELECTION_S = 12.0
_LEAVE_S = 1.7
_RETURN_S = 0.9


class Membership:
    """What this node is in which swarm.

    Args:
        agent: runs the tasks that the swarm assigns to this node.
        neighbours: the membership of another host's engine.
        make_swarm: makes a new swarm.

    Attributes:
        swarm: the swarm that it belongs to, or None.
        manager: its service as a manager.
        error: why it is in state `error`.
    """

    def __init__(
        self,
        hostname: str,
        clock: Clock,
        world: World,
        *,
        agent: Agent,
        neighbours: Callable[[str], Membership],
        make_swarm: Callable[[Founding], Swarm],
    ) -> None:
        self.hostname = hostname
        self.agent = agent
        self.contacts = Contacts(hostname, world, neighbours)
        self._clock = clock
        self._make_swarm = make_swarm
        self._world = world
        self._host = world.hosts[hostname]
        self._neighbours = neighbours
        self._timers = NamedTimers(clock)
        self._reset()

    def _reset(self) -> None:
        """Be in no swarm."""
        self._clock.wake()
        self.state = LocalNodeState.INACTIVE
        self.swarm: Swarm | None = None
        self.node_id = NodeId("")
        self.addresses = NodeAddresses()
        self.manager = ManagerService(self.hostname, self._clock, self._world, self._look_whether_active)
        self.error = ""
        self.contacts.forget()
        self._seen_ready = False
        self._availability = Availability.ACTIVE
        self._joining: Joining | None = None
        self._initiating: Pending[NodeId] | None = None

    # --- init ---

    def init(self, request: InitRequest) -> Pending[NodeId]:
        """Make a new swarm with this node as its manager; or, by force, go on alone with the one it has.

        Fails (Unavailable, InvalidParameter, ServerError) when the node is in a swarm or an address is wrong.
        """
        answer: Pending[NodeId] = Pending()
        try:
            check_init(request, self)
            self.addresses = addresses_to_init(request, self._host.interfaces)
        except EngineError as error:
            answer.fail(error)
            return answer
        if self.swarm is None:
            self._found(request)
        else:
            self._begin_alone(self.swarm)
        self.state, self._seen_ready, self._initiating = LocalNodeState.PENDING, False, answer
        return answer

    def _found(self, request: InitRequest) -> None:
        self.swarm = swarm = self._make_swarm(founding_of(request))
        self.node_id = swarm.admit(self, Role.MANAGER, request.availability)
        self.manager.start(self.addresses.served)
        self._clock.wake()
        self._timers.plan("lead", START_S, lambda: self._lead(swarm))

    def _lead(self, swarm: Swarm) -> None:
        self.manager.be_ready()
        self._listen()
        swarm.raft.add(self.node_id, self.addresses.manager)
        self.agent.join(self.node_id)
        swarm.dispatcher.announce(self.node_id)

    def _begin_alone(self, swarm: Swarm) -> None:
        self.contacts.hang_up()
        self.manager.be_ready_soon()
        self._timers.plan("lead", _FORCED_ELECTION_S, lambda: swarm.begin_anew(self.node_id, self.addresses.manager))

    # --- join ---

    def join(self, request: JoinRequest) -> Pending[None]:
        """Join a swarm; fails after 20 s while the attempt goes on in the background."""
        try:
            self._joining = self._begin_join(request)
        except EngineError as error:
            answer: Pending[None] = Pending()
            answer.fail(error)
            return answer
        return self._joining.answer

    def _begin_join(self, request: JoinRequest) -> Joining:
        if self.state is not LocalNodeState.INACTIVE:
            raise Unavailable(ALREADY_IN_SWARM)
        addresses, remotes = addresses_to_join(request, self._host.interfaces)
        token = parse_join_token(request.join_token)
        self.state, self.addresses = LocalNodeState.PENDING, addresses
        self.contacts.learn(tuple(RemoteManager(node_id=NodeId(""), addr=remote) for remote in remotes))
        self._availability = request.availability
        return Joining(self._clock, self._world, self, remotes=remotes, token=token, advertised=addresses.manager)

    def swarm_at(self, hostname: str) -> Swarm | None:
        """The swarm that a host's manager belongs to; None where none manages, or none hears a leader."""
        other = self._neighbours(hostname)
        return other.swarm if other.hears_leader() else None

    def enter(self, swarm: Swarm, role: Role) -> None:
        """Become a node of `swarm`, in the role that the token stands for.

        Raises:
            ServerError: a manager cannot listen at its address.
        """
        self.swarm = swarm
        self.node_id = swarm.admit(self, role, self._availability)
        if role is Role.MANAGER:
            check_can_listen(self.addresses.listen_host, self.addresses.listen_port, self._host.interfaces)
            self.manager.start(self.addresses.served)
        self._listen()
        self._clock.wake()
        self.agent.join(self.node_id)
        swarm.dispatcher.announce(self.node_id)

    def way_back(self) -> Outcome:
        """Whether the swarm's leader reaches this node at its advertised address."""
        return self.contacts.way_back(self.addresses.manager, self.swarm.leader_host if self.swarm else None)

    def complete(self) -> None:
        """The way back is open: a manager takes its place among the managers."""
        if self.swarm is not None:
            self.swarm.raft.add(self.node_id, self.addresses.manager)
        self.manager.be_ready_soon()

    def abandon(self, error: EngineError, *, in_background: bool) -> None:
        """The attempt is over without success: as if nothing had been, or with the error for all to see."""
        addresses = self.addresses
        self._drop_out()
        if in_background:
            self.state, self.error, self.addresses = LocalNodeState.ERROR, str(error), addresses

    # --- leave ---

    def leave(self, *, force: bool = False) -> Pending[None]:
        """Leave the swarm; a manager needs `force`. The node's record stays, and goes Down."""
        answer: Pending[None] = Pending()
        if self.state is LocalNodeState.INACTIVE:
            answer.fail(Unavailable(NOT_IN_SWARM))
        elif self.manager.ready and self.swarm is not None and not force:
            answer.fail(refuse_to_leave(self.swarm.raft, self.node_id))
        else:
            takes_s = _LEAVE_S if self.node_id else 0
            self._drop_out()
            self._clock.after(takes_s, lambda: answer.resolve(None))
        return answer

    def _drop_out(self) -> None:
        self._timers.cancel()
        self.manager.end()
        if self._joining is not None:
            self._joining.stop()
        if self.node_id:
            self.agent.leave()
        swarm, node_id = self.swarm, self.node_id
        self._reset()
        self._world.close(self.hostname, *_NODE_PORTS)
        if swarm is not None:
            swarm.forget(node_id)

    # --- what the swarm tells this node ---

    @property
    def running(self) -> bool:
        """Whether the engine is on."""
        return self._host.powered

    @property
    def is_busy(self) -> bool:
        """Whether it is on its way into the swarm, or out of the managers."""
        return self._joining is not None or self.manager.expelled or self.manager.closing

    def become_manager(self) -> str:
        """Serve as a manager from now on; returns the advertised `address:port`."""
        self.manager.start(self.addresses.served)
        self.manager.be_ready_soon()
        self._clock.wake()
        return self.addresses.manager

    def become_worker(self) -> None:
        """Serve as a manager no more."""
        self.manager.demote(led=self.swarm is not None and self.swarm.raft.was_leader(self.node_id))

    def be_expelled(self) -> None:
        """The other managers went on without this one: it finds out, and is a worker until it is promoted again."""
        self.manager.expel()

    def become_ready(self) -> None:
        """The swarm has seen this node at work."""
        self._seen_ready = True
        self._look_whether_active()

    def _look_whether_active(self) -> None:
        started = self._seen_ready and self.manager.ready == self.manager.runs
        if self.state is not LocalNodeState.PENDING or not started:
            return
        self.state = LocalNodeState.ACTIVE
        if self._joining is not None:
            self._joining.succeed()
        if self._initiating is not None:
            self._initiating.resolve(self.node_id)
        self._joining = self._initiating = None

    # --- whom it reaches ---

    def hears_leader(self) -> bool:
        """Whether this node manages, and its requests get through to the leader."""
        return self.manager.runs and self.swarm is not None and self.swarm.raft.hears_leader(self.node_id)

    def finds_manager(self) -> bool:
        """Whether the swarm's leader hears of this node, by itself or through a manager that it reaches."""
        return self.hears_leader() or self.contacts.finds_manager(self.swarm)

    def exchanges_with(self, addr: str) -> bool:
        """Whether this manager's messages reach another one's `address:port`."""
        return self.contacts.reach(addr).ok

    # --- power ---

    def power_off(self) -> None:
        """The engine dies; what is on disk stays."""
        self._timers.cancel()
        if self._joining is not None:
            self._drop_out()
        self.manager.power_off()
        self._seen_ready = False
        self.contacts.hang_up()

    def power_on(self) -> None:
        """The engine is back: a member looks for its swarm again."""
        swarm = self.swarm
        if swarm is None:
            return
        self._listen()
        self.manager.power_on(is_member=swarm.raft.is_member(self.node_id))
        known = swarm.store.get(Node, self.node_id) is not None and self.finds_manager()
        self.state = LocalNodeState.ACTIVE if known or self.manager.runs else LocalNodeState.PENDING
        self._timers.plan("announce", _RETURN_S, lambda: swarm.dispatcher.announce(self.node_id))

    def _listen(self) -> None:
        self._world.listen(self.hostname, *_NODE_PORTS)

    # --- what it answers ---

    def refusal(self) -> EngineError | None:
        """Why requests about the swarm cannot be made here; None where they can."""
        return refusal(self)

    def info(self) -> SwarmInfo:
        """What `docker info` says of this node's swarm."""
        return swarm_info(self)
