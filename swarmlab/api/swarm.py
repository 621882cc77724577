"""`/swarm`: init, join, leave, inspect, update, unlock. Source: moby daemon/cluster/swarm.go."""

from __future__ import annotations

from dataclasses import replace

from swarmlab.api.messages import Request, Response, empty, json_response
from swarmlab.api.nodes import version_of
from swarmlab.api.objects import head
from swarmlab.api.swarm_spec import settings_at_start, spec_json, spec_of
from swarmlab.api.wire import Json, decode, encode, object_of
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.manager.control import Rotation
from swarmlab.engine.model import ClusterObject
from swarmlab.engine.pending import Pending
from swarmlab.engine.swarm.membership import InitRequest, JoinRequest, UnlockRequest

_TRUE = ("1", "t", "T", "true", "TRUE", "True")
_FALSE = ("0", "f", "F", "false", "FALSE", "False")


def cluster_json(cluster: ClusterObject) -> Json:
    """A swarm as `docker info` shows it; `GET /swarm` has the join tokens too."""
    return {
        **head(cluster.id, cluster.meta),
        "Spec": spec_json(cluster.spec),
        "TLSInfo": encode(cluster.tls_info),
        "RootRotationInProgress": cluster.root_rotation_in_progress,
        "DefaultAddrPool": list(cluster.default_addr_pool) or None,
        "SubnetSize": cluster.subnet_size,
        "DataPathPort": cluster.data_path_port,
    }


# --- requests ------------------------------------------------------------------------------------------------------


def init(daemon: Daemon, request: Request) -> Pending[Response]:
    """Make this node the manager of a new swarm; the answer is its id."""
    body = dict(object_of(request.json(), "body"))
    spec = settings_at_start(body.pop("Spec", None) or {})
    if body.pop("AutoLockManagers", False):
        spec["autolock_managers"] = True
    _check_listen_address(body)
    wanted = replace(decode(InitRequest, body, "InitRequest"), spec=spec)
    return daemon.membership.init(wanted).then(lambda node_id: json_response(node_id))


def join(daemon: Daemon, request: Request) -> Pending[Response]:
    """Make this node a member of a swarm."""
    given = {key: value for key, value in object_of(request.json(), "body").items() if value is not None}
    _check_listen_address(given)
    wanted = decode(JoinRequest, {"RemoteAddrs": [], "JoinToken": "", **given}, "JoinRequest")
    return daemon.membership.join(wanted).then(lambda done: empty())


def _check_listen_address(body: Json) -> None:
    if not body.get("ListenAddr"):
        raise InvalidParameter('invalid ListenAddr "": invalid empty address')


def leave(daemon: Daemon, request: Request) -> Pending[Response]:
    """Leave the swarm."""
    return daemon.membership.leave(force=request.flag("force")).then(lambda done: empty())


def inspect(daemon: Daemon, request: Request) -> Pending[Response]:
    """The swarm, with its join tokens."""
    return daemon.ask(lambda control: json_response(_with_tokens(control.store.cluster())))


def _with_tokens(cluster: ClusterObject) -> Json:
    return {**cluster_json(cluster), "JoinTokens": {"Worker": cluster.worker_token, "Manager": cluster.manager_token}}


def update(daemon: Daemon, request: Request) -> Pending[Response]:
    """Change the swarm's settings, rotate its tokens."""
    body, version = request.json(), version_of(request, "swarm")
    rotation = Rotation(
        worker_token=_rotates(request, "rotateWorkerToken"),
        manager_token=_rotates(request, "rotateManagerToken"),
        unlock_key=_rotates(request, "rotateManagerUnlockKey"),
    )
    daemon.check_manages()
    if object_of(body, "body").get("Name", "default") not in ("", "default"):
        raise InvalidParameter('swarm spec must be named "default"')
    spec = spec_of(body)
    return daemon.ask(lambda control: control.update_cluster(version, spec, rotation)).then(lambda cluster: empty())


def _rotates(request: Request, name: str) -> bool:
    """A switch of the query. Source: moby daemon/server/router/swarm/cluster_routes.go (strconv.ParseBool)."""
    text = request.query.get(name, "")
    if text not in ("", *_TRUE, *_FALSE):
        raise InvalidParameter(f"invalid value for {name}: {text}")
    return text in _TRUE


def unlock_key(daemon: Daemon, request: Request) -> Pending[Response]:
    """The key that unlocks managers after a restart; empty where none is locked."""
    return daemon.ask(lambda control: json_response({"UnlockKey": control.store.cluster().unlock_key}))


def unlock(daemon: Daemon, request: Request) -> Pending[Response]:
    """Start a manager that is locked."""
    body = decode(UnlockRequest, request.json(), "UnlockRequest")
    return daemon.membership.unlock(body.unlock_key).then(lambda done: empty())
