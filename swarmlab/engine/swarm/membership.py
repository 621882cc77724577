"""One node's part in a swarm: init, join, unlock, leave, and what it is at the moment.

Owns the node's local swarm state (inactive, pending, active, error, locked). The swarm itself, with its store and its
leader, is cluster.py; an attempt to join is joining.py; its service as a manager is manager_service.py; its certificate
is identity.py; whom the node reaches is contacts.py; what it answers is membership_info.py.
Source: moby daemon/cluster/{swarm,noderunner,cluster}.go; texts and times recorded from 28.5.2: an attempt to join that
has not come to an end is forgotten when the engine dies, too.
"""

from __future__ import annotations

from collections.abc import Callable

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import EngineError, EngineStopped, Unavailable
from swarmlab.engine.host.agent import Agent
from swarmlab.engine.ids import Chance, NodeId
from swarmlab.engine.model import Availability, ClusterObject, Node, Role
from swarmlab.engine.named_timers import NamedTimers
from swarmlab.engine.pending import Pending
from swarmlab.engine.store import Store
from swarmlab.engine.swarm.addresses import check_can_listen
from swarmlab.engine.swarm.certificates import NodeCertificate
from swarmlab.engine.swarm.cluster import Swarm
from swarmlab.engine.swarm.contacts import Contacts, RemoteManager
from swarmlab.engine.swarm.founding import found, note_keys
from swarmlab.engine.swarm.identity import Identity
from swarmlab.engine.swarm.initiating import check_init, founding_of, with_settings
from swarmlab.engine.swarm.joining import Joining
from swarmlab.engine.swarm.leaving import refuse_to_leave
from swarmlab.engine.swarm.manager_service import START_S, ManagerService
from swarmlab.engine.swarm.membership_info import refusal, swarm_info
from swarmlab.engine.swarm.node_addresses import NodeAddresses, addresses_to_init, addresses_to_join
from swarmlab.engine.swarm.swarm_requests import (
    ALREADY_IN_SWARM,
    LOCKED,
    LOCKED_LEAVE,
    NOT_IN_SWARM,
    InitRequest,
    JoinRequest,
    LocalNodeState,
    SwarmInfo,
    UnlockRequest,
)
from swarmlab.engine.swarm.tokens import parse_join_token
from swarmlab.engine.swarm.unlocking import check_unlock
from swarmlab.engine.world import SWARM_PORTS, Outcome, World

__all__ = ["InitRequest", "JoinRequest", "LocalNodeState", "Membership", "RemoteManager", "SwarmInfo", "UnlockRequest"]

_NODE_PORTS = SWARM_PORTS[1:]
_FINDS_S = (1.0, 5.5)
"""Recorded from 28.5.2: a leader that was demoted was ready again after 2.3 and 5.7 s."""
_FORCED_S = 0.7
_FORCED_ELECTION_S = 12.0
_LEAVE_S = 1.7
_RETURN_S = 0.9


class Membership:
    """What this node is in which swarm.

    Args:
        agent: runs the tasks that the swarm assigns to this node.
        neighbours: the membership of another host's engine.
        make_swarm: makes a swarm, with what the function writes into its store.

    Attributes:
        swarm: the swarm that it belongs to, or None.
        manager: its service as a manager.
        identity: its certificate.
        error: why it is in state `error`.
    """

    def __init__(  # noqa: PLR0913 (a node's part in a swarm touches all of its host)
        self,
        hostname: str,
        clock: Clock,
        chance: Chance,
        world: World,
        *,
        agent: Agent,
        neighbours: Callable[[str], Membership],
        make_swarm: Callable[[Callable[[Store], None]], Swarm],
    ) -> None:
        self.hostname = hostname
        self.agent = agent
        self.contacts = Contacts(hostname, world, neighbours)
        self.identity = Identity(
            clock, chance.stream("certificates"), obtain=self._request_certificate, on_new=self._describe_again
        )
        self._clock = clock
        self._chance = chance
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
        self.manager = ManagerService(
            self.hostname, self._clock, self._world, on_ready=self._look_whether_active, on_free=self._be_free
        )
        self.identity.forget()
        self.error = ""
        self.contacts.forget()
        self._seen_ready = False
        self._availability = Availability.ACTIVE
        self._joining: Joining | None = None
        self._initiating: Pending[NodeId] | None = None
        self._unlocking: Pending[None] | None = None

    # --- init ---

    def init(self, request: InitRequest) -> Pending[NodeId]:
        """Make a new swarm with this node as its manager; or, by force, go on alone with the one it has.

        Fails (Unavailable, InvalidParameter, ServerError) when the node is in a swarm or an address is wrong.
        """
        answer: Pending[NodeId] = Pending()
        try:
            check_init(request, self)
            self.addresses = addresses_to_init(request, self._host.interfaces)
            self._check_key(keeps=request.force_new_cluster)
        except EngineError as error:
            answer.fail(error)
            return answer
        had = self.swarm
        if had is None:
            self._found(request, answer)
        else:
            self._begin_alone(had)
        self.state, self._seen_ready, self._initiating = LocalNodeState.PENDING, False, answer
        return answer.then(lambda _: with_settings(request, self, is_new=had is None))

    def _check_key(self, *, keeps: bool) -> None:
        """A node starts anew, and what is on its disk may be locked: it is in no swarm then.

        Who was to go on alone keeps what is there, for an engine that is started and unlocked; who is to begin or to
        join a swarm loses it, and can do so then.
        Recorded from 28.5.2.

        Raises:
            Unavailable: it is locked.
        """
        if self.swarm is None or not self.manager.lock_key:
            return
        if keeps:
            self.power_off()
            self.agent.power_off()
            self._world.close(self.hostname, *SWARM_PORTS)
            self.state = LocalNodeState.INACTIVE
        else:
            self._drop_out()
        raise Unavailable(LOCKED)

    def _found(self, request: InitRequest, answer: Pending[NodeId]) -> None:
        founding = founding_of(request)
        self.swarm = swarm = self._make_swarm(lambda store: found(founding, store, self._chance, self._clock.now))
        self.node_id = swarm.admit(self, Role.MANAGER, request.availability)
        self._begin_to_lead(swarm, answer)

    def _begin_to_lead(self, swarm: Swarm, answer: Pending[NodeId]) -> None:
        answer.then(lambda _: note_keys(swarm.store))
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
        takes_s = _FORCED_S if self.hears_leader() else _FORCED_ELECTION_S
        self._timers.plan("lead", takes_s, lambda: self._lead_alone(swarm))

    def _lead_alone(self, swarm: Swarm) -> None:
        """Go on with a copy of everything; the others stay with the old one until they hear of it."""
        self.swarm = copy = self._make_swarm(lambda store: store.take_over(swarm.store))
        swarm.hand_on(copy, self.node_id, self.addresses.manager)
        copy.dispatcher.announce(self.node_id)
        self._clock.wake()

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
        self._check_key(keeps=False)
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
        elif (refusal := self._refuse_to_leave()) is not None and not force:
            answer.fail(refusal)
        else:
            takes_s = _LEAVE_S if self.node_id else 0
            self._drop_out()
            self._clock.after(takes_s, lambda: answer.resolve(None))
        return answer

    def _refuse_to_leave(self) -> Unavailable | None:
        if self.state is LocalNodeState.LOCKED:
            return Unavailable(LOCKED_LEAVE)
        manages = self.manager.ready and self.swarm is not None
        return refuse_to_leave(self.swarm.raft, self.node_id) if manages and self.swarm else None

    def _drop_out(self) -> None:
        self._timers.cancel()
        self.manager.end()
        if self._joining is not None:
            self._joining.stop()
        if self.node_id:
            self.agent.leave()
            self.agent.power_on()
        swarm, node_id = self.swarm, self.node_id
        self._reset()
        self._world.close(self.hostname, *_NODE_PORTS)
        if swarm is not None:
            swarm.forget(node_id)

    # --- what the swarm tells this node ---

    @property
    def running(self) -> bool:
        """Whether the engine is on, and its node with it."""
        return self._host.works and self.state in (LocalNodeState.PENDING, LocalNodeState.ACTIVE)

    @property
    def paused(self) -> bool:
        """Whether its machine stands still, with whatever it was about to do."""
        return self._host.paused

    def manages(self, swarm: Swarm) -> bool:
        """Whether it runs and is a manager of this swarm."""
        return self.running and self.swarm is swarm and self.manager.runs

    @property
    def is_busy(self) -> bool:
        """Whether it is on its way into the swarm, or out of the managers."""
        return self._joining is not None or self.manager.expelled or self.manager.closing or self.manager.waits

    def become_manager(self) -> str:
        """Serve as a manager from now on; returns the advertised `address:port`."""
        self.manager.start(self.addresses.served)
        self.manager.be_ready_soon()
        self._clock.wake()
        return self.addresses.manager

    def stop_managing(self) -> None:
        """The managers took this one out: serve as a manager no more, and wait for another role."""
        led = self.swarm is not None and self.swarm.raft.was_leader(self.node_id)
        self.manager.stop(led=led)
        if led:
            self._timers.plan("find", self._chance.between(*_FINDS_S), self._find_again)

    def _find_again(self) -> None:
        """A leader's own agent, whose manager is gone, finds another one: it tries ever more seldom."""
        if self.swarm is not None:
            self.swarm.recheck(self.node_id)

    def become_worker(self) -> None:
        """The role has come: it is a worker."""
        self.manager.take_role()

    def _be_free(self) -> None:
        if self.swarm is not None:
            self.swarm.roles.recheck(self.node_id)

    def be_expelled(self, successor: Swarm, *, leads: bool) -> None:
        """A manager that this one sends messages to goes on without it: it finds out, and is a worker there."""
        self.manager.expel(leads=leads, then=lambda: self._go_over(successor))

    def _go_over(self, successor: Swarm) -> None:
        self.swarm = successor
        self.contacts.hang_up()
        self._clock.wake()
        successor.recheck(self.node_id)
        successor.dispatcher.announce(self.node_id)

    def hear(self, managers: tuple[RemoteManager, ...], cluster: ClusterObject) -> None:
        """The swarm tells who manages, whom to trust, and how managers' keys are locked."""
        self.contacts.learn(managers)
        self.identity.trust(cluster.root)
        if self.manager.runs:
            self.manager.lock_key = cluster.unlock_key
        if self._unlocking is not None:
            self.become_ready()

    def _request_certificate(self) -> NodeCertificate | None:
        swarm = self.swarm
        if swarm is None or not swarm.has_leader or not swarm.connected(self.node_id):
            return None
        node = swarm.store.get(Node, self.node_id)
        return swarm.authority.issue(self.node_id, node.role) if node is not None else None

    def _describe_again(self) -> None:
        if self.swarm is not None:
            self.swarm.dispatcher.describe(self.node_id)

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
        if self._unlocking is not None:
            self._unlocking.resolve(None)
        self._joining = self._initiating = self._unlocking = None

    # --- whom it reaches ---

    def hears_leader(self) -> bool:
        """Whether this node manages, and its requests get through to the leader."""
        return self.manager.runs and self.swarm is not None and self.swarm.raft.hears_leader(self.node_id)

    def finds_manager(self, swarm: Swarm) -> bool:
        """Whether the swarm's leader hears of this node, by itself or through a manager that it reaches."""
        if self.identity.expired or self.swarm is None or "find" in self._timers:
            return False
        if self.hears_leader():
            return self.swarm is swarm
        found = self.contacts.find_swarm(self.swarm.id)
        if found is swarm and not self.manager.runs:
            self.swarm = swarm
        return found is swarm is self.swarm

    def exchanges_with(self, addr: str) -> bool:
        """Whether this manager's messages reach another one's `address:port`."""
        return self.contacts.reach(addr).ok

    # --- unlock ---

    def unlock(self, key: str) -> Pending[None]:
        """Start a manager that is locked; fails where nothing is locked, or with a wrong key."""
        answer: Pending[None] = Pending()
        try:
            check_unlock(self, key)
        except EngineError as error:
            answer.fail(error)
            return answer
        self._unlocking = answer
        self._start(LocalNodeState.PENDING, after_s=0)
        return answer

    # --- power ---

    def power_off(self) -> None:
        """The engine dies; what is on disk stays."""
        self._timers.cancel()
        asked = (self._initiating, self._joining.answer if self._joining else None, self._unlocking)
        if self._joining is not None:
            self._drop_out()
        self.manager.power_off()
        self.identity.rest()
        self._seen_ready = False
        self._initiating = self._unlocking = None
        self.contacts.hang_up()
        for answer in asked:
            if answer is not None:
                answer.fail(EngineStopped())

    def power_on(self) -> None:
        """The engine is back: a member looks for its swarm again, unless its key is locked or its certificate old.

        Who died while it made a swarm goes on with that.
        """
        if self.swarm is None:
            self.agent.power_on()
        elif self.identity.expired:
            self.state, self.error = LocalNodeState.ERROR, self.identity.describe_expiry()
        elif self.manager.runs and self.manager.lock_key:
            self.state, self.error = LocalNodeState.LOCKED, LOCKED
        elif self.manager.runs and not self.swarm.raft.peers:
            self.agent.power_on()
            self.identity.watch()
            self._initiating = Pending()
            self._begin_to_lead(self.swarm, self._initiating)
        else:
            known = self.swarm.store.get(Node, self.node_id) is not None and self.finds_manager(self.swarm)
            state = LocalNodeState.ACTIVE if known or self.manager.runs else LocalNodeState.PENDING
            self._start(state, after_s=_RETURN_S)

    def _start(self, state: LocalNodeState, *, after_s: float) -> None:
        """The node works again; it registers after some time."""
        swarm = self.swarm
        assert swarm is not None
        self.state, self.error = state, ""
        self.agent.power_on()
        self.identity.watch()
        self._listen()
        self.manager.power_on(is_member=swarm.raft.is_member(self.node_id))
        self._timers.plan("announce", after_s, lambda: swarm.dispatcher.announce(self.node_id))

    def _listen(self) -> None:
        self._world.listen(self.hostname, *_NODE_PORTS)

    # --- what it answers ---

    def refusal(self) -> EngineError | None:
        """Why requests about the swarm cannot be made here; None where they can."""
        return refusal(self)

    def info(self, error: Exception | None = None) -> SwarmInfo:
        """What this node knows of its swarm; `error` is what it heard when it asked the leader."""
        return swarm_info(self, error)
