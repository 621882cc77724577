"""Whether a manager may leave without force: it may not, and the words tell what would be lost.

Source: moby daemon/cluster/swarm.go (Leave), utils.go (removingManagerCausesLossOfQuorum); recorded from 28.5.2.
"""

from __future__ import annotations

from swarmlab.engine.errors import Unavailable
from swarmlab.engine.ids import NodeId
from swarmlab.engine.model import Reachability
from swarmlab.engine.swarm.raft import Raft

_BEGIN = "You are attempting to leave the swarm on a node that is participating as a manager. "
_LAST = "Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message. "
_UNKNOWN = "Doing so may lose the consensus of your cluster. "
_END = (
    "The only way to restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. "
    "Use `--force` to suppress this message."
)


def refuse_to_leave(raft: Raft, node_id: NodeId) -> Unavailable:
    """The refusal for a manager that would leave without force."""
    return Unavailable(_BEGIN + _what_is_lost(raft, node_id))


def _what_is_lost(raft: Raft, node_id: NodeId) -> str:
    if not raft.hears_leader(node_id):
        return _UNKNOWN + _END
    known = [raft.reachability(peer) for peer in raft.peers]
    reachable, unreachable = known.count(Reachability.REACHABLE), known.count(Reachability.UNREACHABLE)
    if reachable - 2 > unreachable:
        return _END
    if reachable == 1 and unreachable == 0:
        return _LAST
    return (
        f"Removing this node leaves {reachable - 1} managers out of {reachable + unreachable}. "
        f"Without a Raft quorum your swarm will be inaccessible. {_END}"
    )
