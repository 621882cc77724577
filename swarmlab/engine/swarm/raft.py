"""The managers of a swarm as a raft group: who leads, whom the leader reaches, who knows of no leader.

Owns leadership, terms and reachability. The log itself is the swarm's one store: a manager that follows has everything
that was committed, one that does not has what was committed when it ceased to. Messages go both ways between two
managers, or they have no contact.

Who has not heard of a leader for 10 to 20 s stands for election, in a term of its own. It is elected by a majority of
those who hear of no leader either and have no longer log; whoever is asked begins to wait anew. Who stood for election
while it was cut off comes back with a higher term than the leader's, which ends that one's rule: a new election.
Source: swarmkit manager/state/raft/raft.go (tick 1 s, election tick 10, CheckQuorum, no PreVote), etcd raft/raft.go
(Step, campaign, becomeFollower); times recorded from 28.5.2: another leader 11.3, 12.3, 15.8 s after one died, and
none 4 to 12 s after a manager came back that had been cut off for longer than it waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from swarmlab.engine.clock import Clock
from swarmlab.engine.ids import Chance, NodeId
from swarmlab.engine.model import Reachability
from swarmlab.engine.named_timers import NamedTimers

_ELECTION_S = (10.0, 20.0)
_ALONE_S = (0.5, 0.8)
_STEP_DOWN_S = (10.0, 11.0)
_NOTICE_LOSS_S = (2.0, 3.0)
_NOTICE_RETURN_S = (4.0, 5.5)
_PATIENCE_S = 10.0
"""How long a manager has known of no leader when it refuses at once: more than ten ticks, the first when it noticed."""

Contact = Callable[[NodeId, NodeId], bool]


class Log(Protocol):
    """What was committed, entry by entry."""

    version: int

    def note_entries(self, count: int = 1) -> None:
        """Add entries that change no object."""


@dataclass(slots=True, kw_only=True)
class Peer:
    """One member of the group.

    Attributes:
        addr: where the others reach it, `address:port`.
        reachable: as the leader sees it.
        follows: whether it hears from a leader.
        leaderless_since: when it noticed that there is no leader; None while it follows or still believes in one.
        term: the latest term that it knows of.
        log: how far its log goes where it has not all that was committed; None where it has.
    """

    node_id: NodeId
    addr: str
    reachable: bool = True
    follows: bool = True
    leaderless_since: float | None = None
    term: int = 0
    log: int | None = None
    timers: NamedTimers


class Raft:
    """One group.

    Args:
        contact: whether messages pass between two members, both of them running; a member with itself: it runs.
        paused: whether a member's machine stands still, and it with all that it believes.
        log: how far it goes; it gets entries of raft's own: each leader's first, and every change of the members.
        on_leader: hears of every change of leadership or reachability, with the leader or None.

    Attributes:
        leader: who leads, also while it has lost its majority and does not know it yet.
        has_quorum: whether the leader has a majority behind it, so that it can commit.
    """

    def __init__(
        self,
        clock: Clock,
        chance: Chance,
        *,
        contact: Contact,
        paused: Callable[[NodeId], bool],
        log: Log,
        on_leader: Callable[[NodeId | None], None],
    ) -> None:
        self._clock = clock
        self._chance = chance
        self._contact = contact
        self._paused = paused
        self._log = log
        self._on_leader = on_leader
        self._candidates: list[NodeId] = []
        self._dirty = False
        self.peers: dict[NodeId, Peer] = {}
        self.leader: NodeId | None = None
        self.has_quorum = False
        self._former_leader: NodeId | None = None

    # --- membership ---

    def add(self, node_id: NodeId, addr: str) -> None:
        """Make a node a member; the first one leads."""
        if self.leader is not None:
            self._log.note_entries()
        self.peers[node_id] = self._make_peer(node_id, addr)
        if len(self.peers) == 1:
            self._lead(node_id)
        self.recheck()

    def _make_peer(self, node_id: NodeId, addr: str) -> Peer:
        return Peer(node_id=node_id, addr=addr, timers=NamedTimers(self._clock))

    def remove(self, node_id: NodeId) -> None:
        """Take a member out; a leader hands leadership over first."""
        if node_id == self.leader:
            self._hand_over(node_id)
            self._former_leader = node_id
        if peer := self.peers.pop(node_id, None):
            self._log.note_entries()
            peer.timers.cancel()
        self.recheck()

    def shrink_to(self, node_id: NodeId, addr: str) -> None:
        """Begin anew with this member alone, as its leader."""
        for peer in self.peers.values():
            peer.timers.cancel()
        self.peers = {node_id: self._make_peer(node_id, addr)}
        self._lead(node_id)

    def lose(self, node_id: NodeId) -> None:
        """A member's engine left for good, and said so to those it was connected with."""
        if node_id in self.peers:
            self._set_unreachable(self.peers[node_id])
        self.recheck()

    def was_leader(self, node_id: NodeId) -> bool:
        """Whether this former member led until it was taken out."""
        return node_id == self._former_leader

    def is_member(self, node_id: NodeId) -> bool:
        """Whether the node belongs to the group, reachable or not."""
        return node_id in self.peers

    def can_lose(self, node_id: NodeId) -> bool:
        """Whether a majority of the remaining members is reachable once this member is gone."""
        rest = [peer for peer in self.peers.values() if peer.node_id != node_id]
        return sum(peer.reachable for peer in rest) > len(rest) // 2

    def reachability(self, node_id: NodeId) -> Reachability:
        """What the leader knows of a member."""
        return Reachability.REACHABLE if self.peers[node_id].reachable else Reachability.UNREACHABLE

    # --- what one member knows ---

    def hears_leader(self, node_id: NodeId) -> bool:
        """Whether requests to this member get through to the leader."""
        peer = self.peers.get(node_id)
        if peer is None or self.leader is None or not peer.follows:
            return False
        return self._contact(node_id, self.leader)

    def refuses(self, node_id: NodeId) -> bool:
        """Whether this member has known of no leader for so long that it refuses at once."""
        peer = self.peers.get(node_id)
        since = peer.leaderless_since if peer is not None else None
        return since is not None and self._clock.now - since > _PATIENCE_S

    # --- what changes ---

    def recheck(self) -> None:
        """Power, links, walls or members changed: look at the contacts at the next tick."""
        self._dirty = True
        self._clock.wake()

    def tick(self) -> bool:
        """Look at contacts that may have changed, hold the elections that are due. Returns whether there was work."""
        if not self._dirty and not self._candidates:
            return False
        self._dirty = False
        candidates, self._candidates = self._candidates, []
        for node_id in candidates:
            self._stand_for_election(node_id)
        self._look_at_leader()
        for peer in self.peers.values():
            self._look_at(peer)
        return True

    def _look_at_leader(self) -> None:
        """A leader without a majority steps down; one whose engine died just leads no more.

        One that stands still goes on to lead when it goes on, if no other does by then.
        """
        self.has_quorum = self.leader is not None and self._has_majority(self.leader)
        if self.leader is None:
            return
        leader = self.peers[self.leader]
        if self._paused(leader.node_id):
            leader.timers.cancel("step down")
        elif not self._contact(leader.node_id, leader.node_id):
            self._lose_leader()
        elif self.has_quorum:
            leader.timers.cancel("step down")
        else:
            self._plan(leader, "step down", _STEP_DOWN_S, self._step_down)

    def _look_at(self, peer: Peer) -> None:
        led = self._led(peer)
        if not led and peer.log is None:
            peer.log = self._log.version
        if self._paused(peer.node_id):
            peer.timers.cancel("election", "return")
        elif not self._contact(peer.node_id, peer.node_id):
            # Its engine is off: it knows nothing but its term, and starts afresh.
            peer.follows, peer.leaderless_since = False, None
            peer.timers.cancel("election", "return")
        elif led:
            peer.timers.cancel("election")
            if not peer.follows:
                self._plan(peer, "return", _NOTICE_RETURN_S, lambda: self._follow_again(peer))
        else:
            peer.follows = False
            peer.timers.cancel("return")
            alone = len(self.peers) == 1
            self._plan(peer, "election", _ALONE_S if alone else _ELECTION_S, lambda: self._election_due(peer))
        self._look_at_reachability(peer)

    def _look_at_reachability(self, peer: Peer) -> None:
        """The leader notices a lost member after some seconds."""
        if self.leader is None:
            return
        if self._led(peer):
            peer.timers.cancel("notice")
        elif peer.reachable:
            self._plan(peer, "notice", _NOTICE_LOSS_S, lambda: self._set_unreachable(peer))

    def _led(self, peer: Peer) -> bool:
        return self.leader is not None and self._contact(peer.node_id, self.leader)

    def _follow_again(self, peer: Peer) -> None:
        """The leader's messages have come through; whoever knows of a later term refuses them, and its own is over."""
        if self.leader is not None and peer.term > self.peers[self.leader].term:
            peer.reachable = True
            self.peers[self.leader].term = peer.term
            self._step_down()
        else:
            self._follow(peer)
            peer.reachable = True
            self._on_leader(self.leader)

    def _follow(self, peer: Peer) -> None:
        peer.follows, peer.leaderless_since, peer.log = True, None, None
        if self.leader is not None:
            peer.term = self.peers[self.leader].term

    def _set_unreachable(self, peer: Peer) -> None:
        peer.reachable = False
        self._on_leader(self.leader)

    # --- elections ---

    def _election_due(self, peer: Peer) -> None:
        if peer.leaderless_since is None:
            peer.leaderless_since = self._clock.now
        self._candidates.append(peer.node_id)

    def _stand_for_election(self, node_id: NodeId) -> None:
        peer = self.peers.get(node_id)
        if peer is None or self._led(peer):
            return
        peer.term += 1
        votes = [self._votes(voter, peer) for voter in self._contacts(node_id)]
        if sum(votes) > len(self.peers) // 2:
            self._lead(node_id)

    def _votes(self, voter: Peer, candidate: Peer) -> bool:
        """Whether a member votes for another, which has just begun a term; who hears of a leader does not listen."""
        if voter is candidate:
            return True
        if self._led(voter) or voter.term >= candidate.term:
            return False
        voter.term = candidate.term
        voter.timers.cancel("election")
        return self._log_of(voter) <= self._log_of(candidate)

    def _log_of(self, peer: Peer) -> int:
        return self._log.version if peer.log is None else peer.log

    def _has_majority(self, node_id: NodeId) -> bool:
        return sum(1 for _ in self._contacts(node_id)) > len(self.peers) // 2

    def _contacts(self, node_id: NodeId) -> Iterator[Peer]:
        return (peer for peer in self.peers.values() if self._contact(node_id, peer.node_id))

    def _lead(self, node_id: NodeId) -> None:
        self.leader = node_id
        self._log.note_entries()
        for peer in self.peers.values():
            peer.timers.cancel()
            peer.reachable = self._contact(node_id, peer.node_id)
            if peer.reachable:
                self._follow(peer)
            else:
                peer.follows = False
        self.recheck()
        self._on_leader(node_id)

    def _hand_over(self, node_id: NodeId) -> None:
        others = [peer for peer in self._contacts(node_id) if peer.node_id != node_id]
        if others:
            others[0].term = self.peers[node_id].term + 1
            self._lead(others[0].node_id)
        else:
            self._lose_leader()

    def _step_down(self) -> None:
        for peer in self._contacts(self.leader) if self.leader else ():
            peer.follows, peer.leaderless_since = False, self._clock.now
        self._lose_leader()

    def _lose_leader(self) -> None:
        self.leader = None
        self.recheck()
        self._on_leader(None)

    def _plan(self, peer: Peer, name: str, between: tuple[float, float], callback: Callable[[], None]) -> None:
        """Run `callback` some time later and look at everything then, unless that is planned already."""
        if name not in peer.timers:
            peer.timers.plan(name, self._chance.between(*between), lambda: self._run(callback))

    def _run(self, callback: Callable[[], None]) -> None:
        callback()
        self.recheck()
