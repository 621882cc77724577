"""Whether a key unlocks a manager. Owns no state.

Source: moby daemon/cluster/swarm.go (UnlockSwarm), errors.go; recorded from 28.5.2.
"""

from __future__ import annotations

from swarmlab.engine.errors import Conflict, Unauthorized
from swarmlab.engine.swarm.membership_info import Asked, refusal
from swarmlab.engine.swarm.swarm_requests import LocalNodeState
from swarmlab.engine.swarm.tokens import check_unlock_key


def check_unlock(node: Asked, key: str) -> None:
    """Look at everything that speaks against it.

    Raises:
        Unavailable: the node manages no swarm.
        Conflict: nothing is locked.
        InvalidParameter: it is no key.
        Unauthorized: it is the wrong one.
    """
    if node.state is not LocalNodeState.LOCKED:
        raise refusal(node) or Conflict("swarm is not locked")
    check_unlock_key(key)
    if key != node.manager.lock_key:
        raise Unauthorized("swarm could not be unlocked: invalid key provided")
