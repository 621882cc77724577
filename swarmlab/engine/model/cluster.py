"""The swarm itself as a stored object: settings, tokens, root certificate."""

from __future__ import annotations

from dataclasses import dataclass, field

from swarmlab.engine.ids import ClusterId
from swarmlab.engine.model.meta import Labels, Meta
from swarmlab.engine.model.nodes import TLSInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSpec:
    """The swarm's settings. Periods in seconds. Source: swarm-wide defaults of swarmkit manager/manager.go."""

    name: str = "default"
    labels: Labels = field(default_factory=dict)
    task_history_retention_limit: int = 5
    snapshot_interval: int = 10000
    keep_old_snapshots: int = 0
    log_entries_for_slow_followers: int = 500
    election_tick: int = 10
    heartbeat_tick: int = 1
    heartbeat_period_s: float = 5
    node_cert_expiry_s: float = 7776000
    force_rotate: int = 0
    autolock_managers: bool = False


DEFAULT_ADDR_POOL = ("10.0.0.0/8",)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterObject:
    """The swarm itself as a stored object: settings, tokens, root certificate.

    `default_addr_pool` is what was asked for; empty (which is what the docker CLI asks for) means DEFAULT_ADDR_POOL.
    """

    id: ClusterId
    meta: Meta = Meta()
    spec: ClusterSpec = ClusterSpec()
    tls_info: TLSInfo
    worker_token: str
    manager_token: str
    root_rotation_in_progress: bool = False
    default_addr_pool: tuple[str, ...] = DEFAULT_ADDR_POOL
    subnet_size: int = 24
    data_path_port: int = 4789
