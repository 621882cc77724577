"""Whether a node may make a swarm, and what the swarm is given. Owns no state.

Source: moby daemon/cluster/swarm.go (Init, validateAndSanitizeInitRequest); texts recorded from 28.5.2.
"""

from __future__ import annotations

from typing import Protocol

from swarmlab.engine.errors import InvalidParameter, NotImplementedHere, ServerError, Unavailable
from swarmlab.engine.ids import NodeId
from swarmlab.engine.model import DEFAULT_ADDR_POOL
from swarmlab.engine.swarm.cluster import Founding, Swarm
from swarmlab.engine.swarm.manager_service import ManagerService
from swarmlab.engine.swarm.swarm_requests import ALREADY_IN_SWARM, NO_MANAGER, InitRequest, LocalNodeState

_MIN_EXPIRY_S = 3600
_REFUSED = "error updating cluster settings: rpc error: code = InvalidArgument desc ="


class Initiator(Protocol):
    """What is asked of the node."""

    state: LocalNodeState
    swarm: Swarm | None
    node_id: NodeId
    manager: ManagerService


def check_init(request: InitRequest, node: Initiator) -> None:
    """Look at everything but the addresses.

    Raises:
        Unavailable: the node is in a swarm; with force: it does not manage it.
        InvalidParameter, ServerError: a setting is wrong.
        NotImplementedHere: autolock, or a swarm that would be in two.
    """
    if node.state is not LocalNodeState.INACTIVE:
        _check_force(request, node)
    if request.spec.name != "default":
        raise InvalidParameter('swarm spec must be named "default"')
    if request.spec.autolock_managers:
        raise NotImplementedHere("this engine has no autolock")
    if 0 < request.spec.node_cert_expiry_s < _MIN_EXPIRY_S:
        raise ServerError(f"{_REFUSED} minimum certificate expiry time is: 1h0m0s")
    if request.spec.heartbeat_period_s < 0:
        raise ServerError(f"{_REFUSED} heartbeat time period cannot be a negative duration")


def _check_force(request: InitRequest, node: Initiator) -> None:
    if not request.force_new_cluster:
        raise Unavailable(ALREADY_IN_SWARM)
    if not node.manager.runs or node.swarm is None:
        raise Unavailable(NO_MANAGER)
    if node.swarm.raft.others_can_lead(node.node_id):
        raise NotImplementedHere("--force-new-cluster while the other managers still have a majority")


def founding_of(request: InitRequest) -> Founding:
    """What the new swarm is given, with the defaults of what was not asked for."""
    return Founding(
        spec=request.spec,
        default_addr_pool=DEFAULT_ADDR_POOL if request.default_addr_pool is None else request.default_addr_pool,
        subnet_size=request.subnet_size or 24,
        data_path_port=request.data_path_port or 4789,
    )
