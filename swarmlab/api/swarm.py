"""`/swarm`: init, join, leave, inspect, update. Source: moby daemon/cluster/swarm.go, convert/swarm.go."""

from __future__ import annotations

from dataclasses import replace

from swarmlab.api.messages import Request, Response, empty, json_response
from swarmlab.api.nodes import version_of
from swarmlab.api.objects import head
from swarmlab.api.wire import Json, decode, encode, nanoseconds, refuse_unknown, seconds
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import InvalidParameter, NotImplementedHere
from swarmlab.engine.model import ClusterObject, ClusterSpec
from swarmlab.engine.pending import Pending
from swarmlab.engine.swarm.membership import InitRequest, JoinRequest

_SECTIONS: dict[str, dict[str, str]] = {
    "Orchestration": {"TaskHistoryRetentionLimit": "task_history_retention_limit"},
    "Raft": {
        "SnapshotInterval": "snapshot_interval",
        "KeepOldSnapshots": "keep_old_snapshots",
        "LogEntriesForSlowFollowers": "log_entries_for_slow_followers",
        "ElectionTick": "election_tick",
        "HeartbeatTick": "heartbeat_tick",
    },
    "Dispatcher": {"HeartbeatPeriod": "heartbeat_period_s"},
    "CAConfig": {"NodeCertExpiry": "node_cert_expiry_s", "ForceRotate": "force_rotate"},
    "TaskDefaults": {},
    "EncryptionConfig": {"AutoLockManagers": "autolock_managers"},
}
"""Where each setting stands in `Spec`, and the field that it is; `_s` marks durations."""

_NOTHING_SET = ClusterSpec(
    task_history_retention_limit=0,
    snapshot_interval=0,
    log_entries_for_slow_followers=0,
    election_tick=0,
    heartbeat_tick=0,
    heartbeat_period_s=0,
    node_cert_expiry_s=0,
)
"""What an update is read onto: what it leaves out becomes zero."""


# --- the settings as JSON ------------------------------------------------------------------------------------------


def spec_json(spec: ClusterSpec) -> Json:
    """A swarm's settings."""
    sections = {name: _section_json(spec, fields) for name, fields in _SECTIONS.items()}
    return {"Name": spec.name, "Labels": encode(spec.labels), **sections}


def _section_json(spec: ClusterSpec, fields: dict[str, str]) -> Json:
    result: Json = {}
    for key, name in fields.items():
        value = getattr(spec, name)
        if key != "ForceRotate" or value:
            result[key] = nanoseconds(value) if name.endswith("_s") else value
    return result


def spec_of(body: object, base: ClusterSpec) -> ClusterSpec:
    """A swarm's settings as a request has them; what it leaves out is `base`'s.

    Raises:
        NotImplementedHere: it holds a setting that this engine does not have.
    """
    given = _object(body, "Spec")
    changes: Json = {}
    for key, content in given.items():
        if key in _SECTIONS:
            changes.update(_section(key, _object(content or {}, f"Spec.{key}")))
        elif key in ("Name", "Labels"):
            changes.update({key.lower(): content} if content else {})
        else:
            refuse_unknown(content, f"Spec.{key}")
    return replace(base, **changes)  # type: ignore[arg-type]


def _section(name: str, given: Json) -> Json:
    fields, result = _SECTIONS[name], {}
    for key, content in given.items():
        if key not in fields:
            refuse_unknown(content, f"Spec.{name}.{key}")
        elif content is not None:
            result[fields[key]] = seconds(content) if fields[key].endswith("_s") else _setting(content, name, key)
    return result


def _setting(content: object, name: str, key: str) -> object:
    if not isinstance(content, int):
        raise InvalidParameter(f"invalid JSON: Spec.{name}.{key} is of the wrong type")
    return content


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
    body = dict(_object(request.json(), "body"))
    spec = _settings_at_start(body.pop("Spec", None) or {})
    if body.pop("AutoLockManagers", False) or spec.autolock_managers:
        raise NotImplementedHere("autolock is not implemented by this engine")
    _check_listen_address(body)
    wanted = replace(decode(InitRequest, body, "InitRequest"), spec=spec)
    return daemon.membership.init(wanted).then(lambda node_id: json_response(node_id))


def _settings_at_start(body: object) -> ClusterSpec:
    """The settings of a new swarm: zero means the default."""
    sent = spec_of(body, _NOTHING_SET)
    chosen = {name: value for name in _field_names() if (value := getattr(sent, name))}
    return replace(ClusterSpec(labels=sent.labels, name=sent.name), **chosen)


def _field_names() -> list[str]:
    return [name for fields in _SECTIONS.values() for name in fields.values()]


def join(daemon: Daemon, request: Request) -> Pending[Response]:
    """Make this node a member of a swarm."""
    given = {key: value for key, value in _object(request.json(), "body").items() if value is not None}
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
    spec, version = spec_of(request.json(), _NOTHING_SET), version_of(request, "swarm")
    if spec.autolock_managers or request.flag("rotateManagerUnlockKey"):
        raise NotImplementedHere("autolock is not implemented by this engine")
    worker, manager = request.flag("rotateWorkerToken"), request.flag("rotateManagerToken")
    return daemon.ask(
        lambda control: control.update_cluster(version, spec, rotate_worker_token=worker, rotate_manager_token=manager)
    ).then(lambda cluster: empty())


def unlock_key(daemon: Daemon, request: Request) -> Pending[Response]:
    """The key that unlocks managers; empty, since this engine locks none."""
    return daemon.ask(lambda control: json_response({"UnlockKey": ""}))


def _object(value: object, path: str) -> Json:
    if not isinstance(value, dict):
        raise InvalidParameter(f"invalid JSON: {path} must be an object")
    return value
