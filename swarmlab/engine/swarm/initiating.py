"""Whether a node may make a swarm, and what the swarm is given. Owns no state.

Source: moby daemon/cluster/swarm.go (Init, validateAndSanitizeInitRequest); texts recorded from 28.5.2.
"""

from __future__ import annotations

from typing import Protocol

from swarmlab.engine.errors import EngineError, InvalidParameter, ServerError, Unavailable
from swarmlab.engine.ids import NodeId
from swarmlab.engine.manager.control_cluster import check_settings
from swarmlab.engine.model import DEFAULT_ADDR_POOL, ClusterSpec
from swarmlab.engine.swarm.cluster import Swarm
from swarmlab.engine.swarm.founding import Founding
from swarmlab.engine.swarm.manager_service import ManagerService
from swarmlab.engine.swarm.swarm_requests import ALREADY_IN_SWARM, NO_MANAGER, InitRequest, LocalNodeState


class Initiator(Protocol):
    """What is asked of the node."""

    state: LocalNodeState
    swarm: Swarm | None
    node_id: NodeId
    manager: ManagerService

    @property
    def running(self) -> bool:
        """Whether the engine is on, and its node with it."""


def check_init(request: InitRequest, node: Initiator) -> None:
    """Look at everything but the addresses, and the settings that are written once the swarm is there.

    Raises:
        Unavailable: the node is in a swarm; with force: it does not manage it.
        InvalidParameter: the swarm is to have another name.
    """
    if node.state is not LocalNodeState.INACTIVE:
        _check_force(request, node)
    if request.spec.name != "default":
        raise InvalidParameter('swarm spec must be named "default"')


def with_settings(request: InitRequest, node_id: NodeId) -> NodeId:
    """The new manager, once its swarm is there: the swarm stays, with none of the settings, when one is wrong.

    Raises:
        ServerError: a setting is wrong.
    """
    if wrong := _wrong_setting(request):
        raise ServerError(f"error updating cluster settings: {wrong}")
    return node_id


def _wrong_setting(request: InitRequest) -> str:
    try:
        check_settings(request.spec)
    except EngineError as error:
        return str(error)
    return ""


def _check_force(request: InitRequest, node: Initiator) -> None:
    if not request.force_new_cluster:
        raise Unavailable(ALREADY_IN_SWARM)
    if not node.manager.runs or node.swarm is None or not node.running:
        raise Unavailable(NO_MANAGER)


def founding_of(request: InitRequest) -> Founding:
    """What the new swarm is given, with the defaults of what was not asked for."""
    return Founding(
        spec=ClusterSpec() if _wrong_setting(request) else request.spec,
        default_addr_pool=DEFAULT_ADDR_POOL if request.default_addr_pool is None else request.default_addr_pool,
        subnet_size=request.subnet_size or 24,
        data_path_port=request.data_path_port or 4789,
    )
