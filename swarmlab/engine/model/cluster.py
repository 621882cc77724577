"""The swarm itself as a stored object: settings, tokens, root certificate and its rotation, unlock key."""

from __future__ import annotations

from dataclasses import dataclass, field

from swarmlab.engine.ids import ClusterId
from swarmlab.engine.model.meta import Labels, Meta
from swarmlab.engine.model.nodes import TLSInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalCA:
    """A signing service outside the swarm; `ca_cert` (PEM) is the root certificate that it signs for."""

    protocol: str = "cfssl"
    url: str = ""
    options: Labels | None = None
    ca_cert: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterSpec:
    """The swarm's settings. Periods in seconds. Source: swarm-wide defaults of swarmkit manager/manager.go.

    The signing certificate and key are what a request asks for; they are never stored here, nor shown.
    """

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
    external_cas: tuple[ExternalCA, ...] = ()
    signing_ca_cert: str = ""
    signing_ca_key: str = ""
    force_rotate: int = 0
    autolock_managers: bool = False


DEFAULT_ADDR_POOL = ("10.0.0.0/8",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """A root certificate and its key, both PEM."""

    certificate: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterObject:
    """The swarm itself as a stored object.

    `default_addr_pool` is what was asked for; empty (which is what the docker CLI asks for) means DEFAULT_ADDR_POOL.

    Attributes:
        tls_info: the root certificate that nodes trust, and who is to have issued theirs.
        root: the root certificate that nodes trust.
        next_root: the one that is to take its place, while nodes still need certificates of it.
        last_forced_rotation: `force_rotate` of the settings when a rotation was last begun for it.
        unlock_key: what locks managers' keys on their disks; empty where they are not locked.
    """

    id: ClusterId
    meta: Meta = Meta()
    spec: ClusterSpec = ClusterSpec()
    tls_info: TLSInfo
    worker_token: str
    manager_token: str
    root: Root = Root()
    next_root: Root | None = None
    last_forced_rotation: int = 0
    unlock_key: str = ""
    default_addr_pool: tuple[str, ...] = DEFAULT_ADDR_POOL
    subnet_size: int = 24
    data_path_port: int = 4789

    @property
    def root_rotation_in_progress(self) -> bool:
        """Whether nodes are getting certificates of a new root."""
        return self.next_root is not None
