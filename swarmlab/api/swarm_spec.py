"""A swarm's settings as JSON, and back. Source: moby daemon/cluster/convert/swarm.go; compared with 28.5.2."""

from __future__ import annotations

from dataclasses import replace

from swarmlab.api.times import nanoseconds, seconds
from swarmlab.api.wire import Json, encode, list_of, object_of, refuse_unknown, wrong_type
from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.model import ClusterSpec, ExternalCA

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
    "CAConfig": {
        "NodeCertExpiry": "node_cert_expiry_s",
        "ExternalCAs": "external_cas",
        "SigningCACert": "signing_ca_cert",
        "SigningCAKey": "signing_ca_key",
        "ForceRotate": "force_rotate",
    },
    "TaskDefaults": {},
    "EncryptionConfig": {"AutoLockManagers": "autolock_managers"},
}
"""Where each setting stands in `Spec`, and the field that it is; `_s` marks durations."""

_SHOWN_WHEN_ZERO = frozenset(
    {"TaskHistoryRetentionLimit", "KeepOldSnapshots", "ElectionTick", "HeartbeatTick", "AutoLockManagers"}
)

_NOTHING_SET = ClusterSpec(
    name="",
    task_history_retention_limit=0,
    snapshot_interval=0,
    log_entries_for_slow_followers=0,
    election_tick=0,
    heartbeat_tick=0,
    heartbeat_period_s=0,
    node_cert_expiry_s=0,
)
_MAY_BE_ZERO = frozenset({"task_history_retention_limit", "keep_old_snapshots"})


def spec_json(spec: ClusterSpec) -> Json:
    """A swarm's settings."""
    sections = {name: _section_json(spec, fields) for name, fields in _SECTIONS.items()}
    return {"Name": spec.name, "Labels": encode(spec.labels), **sections}


def _section_json(spec: ClusterSpec, fields: dict[str, str]) -> Json:
    result: Json = {}
    for key, name in fields.items():
        value = getattr(spec, name)
        if value or key in _SHOWN_WHEN_ZERO:
            result[key] = nanoseconds(value) if name.endswith("_s") else _shown(value)
    return result


def _shown(value: object) -> object:
    return [_external_ca_json(each) for each in value] if isinstance(value, tuple) else value


def _external_ca_json(authority: ExternalCA) -> Json:
    options: Json = {"Options": encode(authority.options)} if authority.options else {}
    return {"Protocol": authority.protocol, "URL": authority.url, **options, "CACert": authority.ca_cert}


def spec_of(body: object) -> ClusterSpec:
    """A swarm's settings as a request has them: what it leaves out is zero. Raises as `settings_of`."""
    return replace(_NOTHING_SET, **settings_of(body))  # type: ignore[arg-type]


def settings_at_start(body: object) -> Json:
    """The settings that an init names. Zero counts as not named, but for the two that are pointers in Docker's types.

    Raises as `settings_of`. Source: moby daemon/cluster/convert/swarm.go, MergeSwarmSpecToGRPC.
    """
    return {name: value for name, value in settings_of(body).items() if value or name in _MAY_BE_ZERO}


def settings_of(body: object) -> Json:
    """The settings that a request names, by the names of their fields.

    Raises:
        InvalidParameter: a value is of the wrong type.
        NotImplementedHere: it holds a setting that this engine does not have.
    """
    changes: Json = {}
    for key, content in object_of(body, "Spec").items():
        if key == "TaskDefaults":
            continue  # read by no engine 28.5.2: it is neither kept nor passed on
        if key in _SECTIONS:
            changes.update(_section(key, object_of(content or {}, f"Spec.{key}")))
        elif key in ("Name", "Labels"):
            changes.update({key.lower(): content} if content else {})
        else:
            refuse_unknown(content, f"Spec.{key}")
    return changes


def _section(name: str, given: Json) -> Json:
    fields, result = _SECTIONS[name], {}
    for key, content in given.items():
        if key not in fields:
            refuse_unknown(content, f"Spec.{name}.{key}")
        elif content is not None:
            result[fields[key]] = _setting(fields[key], content, f"Spec.{name}.{key}")
    return result


def _setting(field: str, content: object, place: str) -> object:
    if field.endswith("_s"):
        return seconds(content)
    if field == "external_cas":
        return tuple(_external_ca(object_of(each, place), place) for each in list_of(content, place))
    kind = str if field.startswith("signing") else int
    if not isinstance(content, kind):
        raise wrong_type(place, type(content).__name__, kind.__name__)
    return content


def _external_ca(given: Json, place: str) -> ExternalCA:
    protocol = str(given.get("Protocol") or "")
    if protocol.lower() != "cfssl":
        raise InvalidParameter(f'invalid protocol: "{protocol}"')
    options = {str(key): str(value) for key, value in object_of(given.get("Options") or {}, place).items()}
    return ExternalCA(url=str(given.get("URL") or ""), options=options, ca_cert=str(given.get("CACert") or ""))
