"""Whether a node may make a swarm, and what the swarm is given. Owns no state.

Source: moby daemon/cluster/swarm.go (Init, validateAndSanitizeInitRequest); texts recorded from 28.5.2.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from swarmlab.engine.errors import EngineError, InvalidParameter, ServerError, Unavailable
from swarmlab.engine.ids import NodeId
from swarmlab.engine.manager.control_cluster import check_settings
from swarmlab.engine.model import DEFAULT_ADDR_POOL, ClusterSpec, ExternalCA
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
    if request.spec.get("name", "default") != "default":
        raise InvalidParameter('swarm spec must be named "default"')


def with_settings(request: InitRequest, node: Initiator, *, is_new: bool) -> NodeId:
    """The manager's id, once its swarm is there: the swarm stays, with the settings as they are, when one is wrong.

    A new swarm has its settings from its first moment, by force or not; one that goes on alone gets them now.

    Raises:
        ServerError: a setting is wrong.
    """
    try:
        check_settings(_merged(ClusterSpec(), request))
        if not is_new and node.swarm is not None:
            cluster = node.swarm.store.cluster()
            node.swarm.control.update_cluster(cluster.meta.version, _merged(cluster.spec, request))
    except EngineError as error:
        raise ServerError(f"error updating cluster settings: {error}") from None
    return node.node_id


def _merged(spec: ClusterSpec, request: InitRequest) -> ClusterSpec:
    """What is not named stays, but for these. Source: moby daemon/cluster/convert/swarm.go, MergeSwarmSpecToGRPC."""
    named = {"autolock_managers": False, "force_rotate": 0, **request.spec}
    more: tuple[ExternalCA, ...] = request.spec.get("external_cas", ())  # type: ignore[assignment]
    return replace(spec, **{**named, "external_cas": (*spec.external_cas, *more)})  # type: ignore[arg-type]


def _check_force(request: InitRequest, node: Initiator) -> None:
    if not request.force_new_cluster:
        raise Unavailable(ALREADY_IN_SWARM)
    if not node.manager.runs or node.swarm is None or not node.running:
        raise Unavailable(NO_MANAGER)


def founding_of(request: InitRequest) -> Founding:
    """What the new swarm is given, with the defaults of what was not asked for."""
    spec = _merged(ClusterSpec(), request)
    return Founding(
        spec=ClusterSpec() if _is_wrong(spec) else spec,
        default_addr_pool=DEFAULT_ADDR_POOL if request.default_addr_pool is None else request.default_addr_pool,
        subnet_size=request.subnet_size or 24,
        data_path_port=request.data_path_port or 4789,
    )


def _is_wrong(spec: ClusterSpec) -> bool:
    try:
        check_settings(spec)
    except EngineError:
        return True
    return False
