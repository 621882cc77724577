"""What a node's container is made from: image, addresses, rights, the engine's arguments, its files.

Pure: it makes what is sent to the local Docker, and sends nothing.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from swarmlab.backends.dind.certificates import Credentials

DEFAULT_IMAGE = "docker:dind"
API_PORT = 2376

STOP_TIMEOUT_S = 1
"""For the engine when the local Docker is stopped. That is a power cut anyway: `ping` as a task never ends in time."""

FOLDER = "/swarmlab"
"""Where a lab's own files lie in a node container; the entry script's head says which they are."""

ENTRY = f"{FOLDER}/node-entry.sh"

# Every capability of Linux but those that the environment of a CI machine may lack: CHECKPOINT_RESTORE, PERFMON,
# BPF, SYS_RESOURCE. An engine was seen to work without these.
CAPABILITIES = (
    "AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK "
    "IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST "
    "NET_RAW SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT "
    "SYS_PTRACE SYS_RAWIO SYS_TIME SYS_TTY_CONFIG WAKE_ALARM"
).split()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePlan:
    """What one node's container is made from.

    Attributes:
        name: hostname, `docker-swarm-1`.
        container: name of its container and of its volume on the local Docker.
        image: holds a Docker Engine.
        network: the lab's network on the local Docker.
        address: the node's address there.
        registry: `address:port` of the lab's registry.
        publish_at: address on the local Docker's machine where the API's port is published.
        reach_at: name or address under which this process reaches that.
        labels: of everything created.
        server: the engine's certificate.
        learner: directory of the certificate and key that it is asked with.
    """

    name: str
    container: str
    image: str
    network: str
    address: str
    registry: str
    publish_at: str
    reach_at: str
    labels: Mapping[str, str]
    server: Credentials
    learner: Path

    def container_config(self, *, port: int, privileged: bool) -> dict[str, Any]:
        """Body of the request that creates the container, its API published at `port`."""
        published = {"HostIp": self.publish_at, "HostPort": str(port)}
        address = {"IPAMConfig": {"IPv4Address": self.address}}
        return {
            "Image": self.image,
            "Entrypoint": ["/bin/sh"],
            "Cmd": [ENTRY, "engine", *self._engine_arguments()],
            "Hostname": self.name,
            "Labels": dict(self.labels),
            "StopTimeout": STOP_TIMEOUT_S,
            "ExposedPorts": {f"{API_PORT}/tcp": {}},
            "HostConfig": {
                "Binds": [f"{self.container}:/var/lib/docker"],
                "PortBindings": {f"{API_PORT}/tcp": [published]},
                "NetworkMode": self.network,
                **_permissions(privileged=privileged),
            },
            "NetworkingConfig": {"EndpointsConfig": {self.network: address}},
        }

    def files(self) -> dict[str, bytes]:
        """The files of the lab in a new container, by their names there."""
        entry = resources.files("swarmlab.backends.dind").joinpath("node-entry.sh").read_bytes()
        return {"node-entry.sh": entry, **self.server.files()}

    def _engine_arguments(self) -> Sequence[str]:
        return [
            "--host=unix:///var/run/docker.sock",
            f"--host=tcp://0.0.0.0:{API_PORT}",
            "--tlsverify",
            f"--tlscacert={FOLDER}/ca.pem",
            f"--tlscert={FOLDER}/cert.pem",
            f"--tlskey={FOLDER}/key.pem",
            f"--insecure-registry={self.registry}",
            f"--registry-mirror=http://{self.registry}",
            f"--dns={self.address}",
        ]


def archive(files: Mapping[str, bytes]) -> bytes:
    """A tar archive of files of the lab, to be unpacked at the root of a node container."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"{FOLDER}/{name}".lstrip("/"))
            member.size = len(content)
            member.mode = 0o600
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _permissions(*, privileged: bool) -> dict[str, object]:
    """Parts of the HostConfig. No masked and read-only paths is what the CLI calls `systempaths=unconfined`."""
    if privileged:
        return {"Privileged": True}
    return {
        "CapAdd": CAPABILITIES,
        "SecurityOpt": ["seccomp=unconfined", "apparmor=unconfined"],
        "MaskedPaths": [],
        "ReadonlyPaths": [],
        "DeviceCgroupRules": ["a *:* rwm"],
    }
