"""`docker swarm …`: forming a swarm, joining and leaving it, its settings.

Source: docker/cli cli/command/swarm/.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.session import Session
from swarmlab.commands.spelling.authorities import external_cas
from swarmlab.commands.spelling.options import Many, Number, Switch, Text, argument, flag, flags_of
from swarmlab.commands.spelling.typed import duration
from swarmlab.commands.spelling.usage import Help
from swarmlab.commands.swarm.keys import print_join_command, print_unlock_key, update_params

LISTEN = "0.0.0.0:2377"
SUBNET_SIZE = 24
_ADDRESS = 'Advertised address (format: "<ip|interface>[:port]")'
_AVAILABILITY = 'Availability of the node ("active", "pause", "drain")'
_LISTEN_HELP = 'Listen address (format: "<ip|interface>[:port]")'
_DATA_PATH = 'Address or interface to use for data path traffic (format: "<ip|interface>")'


@dataclass(frozen=True, kw_only=True)
class SwarmSettings(Command):
    """Settings of the whole swarm that `init` and `update` share."""

    cert_expiry: Text = flag(
        "--cert-expiry duration", "Validity period for node certificates (ns|us|ms|s|m|h)", "2160h0m0s"
    )
    dispatcher_heartbeat: Text = flag(
        "--dispatcher-heartbeat duration", "Dispatcher heartbeat period (ns|us|ms|s|m|h)", "5s"
    )
    max_snapshots: Number = flag("--max-snapshots uint", "Number of additional Raft snapshots to retain")
    snapshot_interval: Number = flag(
        "--snapshot-interval uint", "Number of log entries between Raft snapshots", "10000"
    )
    task_history_limit: Number = flag("--task-history-limit int", "Task history retention limit", "5")
    external_ca: Many = flag("--external-ca external-ca", "Specifications of one or more certificate signing endpoints")

    def merge_into(self, spec: dict[str, Any], autolock: bool | None, *, root: str = "") -> dict[str, Any]:
        """The swarm's spec with what was typed; the rest stays. External authorities sign for `root`."""
        values = (
            ("Orchestration", "TaskHistoryRetentionLimit", self.task_history_limit),
            ("Dispatcher", "HeartbeatPeriod", duration(self.dispatcher_heartbeat)),
            ("CAConfig", "NodeCertExpiry", duration(self.cert_expiry)),
            ("CAConfig", "ExternalCAs", external_cas(self.external_ca, root) or None),
            ("Raft", "SnapshotInterval", self.snapshot_interval),
            ("Raft", "KeepOldSnapshots", self.max_snapshots),
            ("EncryptionConfig", "AutoLockManagers", autolock),
        )
        for part, name, value in values:
            if value is not None:
                spec[part] = {**(spec.get(part) or {}), name: value}
        return spec


@dataclass(frozen=True, kw_only=True)
class SwarmInit(SwarmSettings, path="swarm init"):
    """Make this node the first manager of a new swarm."""

    usage = "[OPTIONS]"
    summary = "Initialize a swarm"

    advertise_addr: Text = flag("--advertise-addr string", _ADDRESS)
    autolock: Switch = flag(
        "--autolock", "Enable manager autolocking (requiring an unlock key to start a stopped manager)"
    )
    availability: Text = flag("--availability string", _AVAILABILITY, '"active"')
    data_path_addr: Text = flag("--data-path-addr string", _DATA_PATH)
    data_path_port: Number = flag(
        "--data-path-port uint32",
        "Port number to use for data path traffic (1024 - 49151). If no value is set or is set to 0, the default port "
        "(4789) is used.",
    )
    default_addr_pool: Many = flag("--default-addr-pool ipNetSlice", "default address pool in CIDR format", "[]")
    default_addr_pool_mask_length: Number = flag(
        "--default-addr-pool-mask-length uint32", "default address pool subnet mask length", "24"
    )
    force_new_cluster: Switch = flag("--force-new-cluster", "Force create a new cluster from current state")
    listen_addr: Text = flag("--listen-addr node-addr", _LISTEN_HELP, LISTEN)

    def sdk(self) -> str:
        """See Command."""
        force = ", force_new_cluster=True" if self.force_new_cluster else ""
        autolock = ", autolock_managers=True" if self.autolock else ""
        listen = _listen(self.listen_addr)
        return f"client.swarm.init(advertise_addr={self.advertise_addr!r}, listen_addr={listen!r}{force}{autolock})"

    def perform(self, session: Session) -> None:
        """See Command."""
        _check_availability(self.availability)
        node_id = session.post("/swarm/init", self._body())
        terminal = session.terminal
        terminal.print(f"Swarm initialized: current node ({node_id}) is now a manager.\n")
        print_join_command(session, node_id, "worker")
        terminal.print(
            "To add a manager to this swarm, run 'docker swarm join-token manager' and follow the instructions."
        )
        if self.autolock:
            print_unlock_key(session)

    def _body(self) -> dict[str, Any]:
        return {
            "ListenAddr": _listen(self.listen_addr),
            "AdvertiseAddr": self.advertise_addr or "",
            "DataPathAddr": self.data_path_addr or "",
            "DataPathPort": self.data_path_port or 0,
            "DefaultAddrPool": list(self.default_addr_pool),
            "ForceNewCluster": bool(self.force_new_cluster),
            "Spec": self.merge_into({"EncryptionConfig": {"AutoLockManagers": False}}, self.autolock),
            "AutoLockManagers": bool(self.autolock),
            "Availability": self.availability or "active",
            "SubnetSize": self.default_addr_pool_mask_length or SUBNET_SIZE,
        }


@dataclass(frozen=True, kw_only=True)
class SwarmJoin(Command, path="swarm join"):
    """Make this node a member of a swarm; the token says whether as worker or as manager."""

    usage = "[OPTIONS] HOST:PORT"
    summary = "Join a swarm as a node and/or manager"

    advertise_addr: Text = flag("--advertise-addr string", _ADDRESS)
    availability: Text = flag("--availability string", _AVAILABILITY, '"active"')
    data_path_addr: Text = flag("--data-path-addr string", _DATA_PATH)
    listen_addr: Text = flag("--listen-addr node-addr", _LISTEN_HELP, LISTEN)
    token: Text = flag("--token string", "Token for entry into the swarm")
    manager: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return f"client.swarm.join(remote_addrs=[{self.manager!r}], join_token={self.token!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        _check_availability(self.availability)
        session.post("/swarm/join", self._body())
        info = session.get("/info")
        role = "manager" if info["Swarm"].get("ControlAvailable") else "worker"
        session.terminal.print(f"This node joined a swarm as a {role}.")

    def _body(self) -> dict[str, Any]:
        return {
            "ListenAddr": _listen(self.listen_addr),
            "AdvertiseAddr": self.advertise_addr or "",
            "DataPathAddr": self.data_path_addr or "",
            "RemoteAddrs": [self.manager],
            "JoinToken": self.token or "",
            "Availability": self.availability or "active",
        }


@dataclass(frozen=True, kw_only=True)
class SwarmLeave(Command, path="swarm leave"):
    """Leave the swarm; the others keep this node's record as `Down`."""

    usage = "[OPTIONS]"
    summary = "Leave the swarm"

    force: Switch = flag("-f, --force", "Force this node to leave the swarm, ignoring warnings")

    def sdk(self) -> str:
        """See Command."""
        return f"client.swarm.leave(force={bool(self.force)})"

    def perform(self, session: Session) -> None:
        """See Command."""
        session.post("/swarm/leave", params={"force": 1} if self.force else None)
        session.terminal.print("Node left the swarm.")


@dataclass(frozen=True, kw_only=True)
class SwarmUpdate(SwarmSettings, path="swarm update"):
    """Change the settings of the whole swarm."""

    usage = "[OPTIONS]"
    summary = "Update the swarm"

    autolock: Switch = flag("--autolock", "Change manager autolocking setting (true|false)")

    def sdk(self) -> str:
        """See Command."""
        return f"client.swarm.update(task_history_retention_limit={self.task_history_limit!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        if not any(each.spell(getattr(self, each.name)) for each in flags_of(self)):
            Help(topic=self.path).perform(session)
            return
        swarm = session.get("/swarm")
        locked = swarm["Spec"].get("EncryptionConfig", {}).get("AutoLockManagers", False)
        spec = self.merge_into(swarm["Spec"], self.autolock, root=swarm["TLSInfo"]["TrustRoot"])
        session.post("/swarm/update", spec, update_params(swarm))
        session.terminal.print("Swarm updated.")
        if self.autolock and not locked:
            print_unlock_key(session)


def _listen(address: str | None) -> str:
    given = address or LISTEN
    return given if ":" in given else f"{given}:2377"


def _check_availability(availability: str | None) -> None:
    if availability and availability not in ("active", "pause", "drain"):
        raise DockerError(f'invalid availability "{availability}", only active, pause and drain are supported')
