"""`docker run`: create a container, fetch its image where it is missing, start it, show what it writes.

Source: docker/cli cli/command/container/run.go, create.go, opts.go.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Any

from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing import units
from swarmlab.commands.printing.following import INTERRUPT, STEP_S, follow
from swarmlab.commands.printing.streams import Frames, Stream
from swarmlab.commands.resources.image_pull import pull
from swarmlab.commands.services.flags import HealthFlags, given, pairs
from swarmlab.commands.services.images import tagged
from swarmlab.commands.session import Session, filters
from swarmlab.commands.spelling.mounts import read_mount
from swarmlab.commands.spelling.options import Many, Switch, Text, argument, arguments, flag
from swarmlab.commands.spelling.ports import read_ports

EMPTY = (
    "Dns DnsOptions DnsSearch Devices Ulimits BlkioWeightDevice BlkioDeviceReadBps BlkioDeviceWriteBps"
    " BlkioDeviceReadIOps BlkioDeviceWriteIOps"
).split()
"""Lists that the CLI sends although nothing is in them."""

LAST_WORDS_S = 15.0
"""How long a container may still write after Ctrl-C."""


@dataclass(frozen=True, kw_only=True)
class ContainerRun(HealthFlags, path="run", also=("container run",)):
    """One container on one engine: Docker's unit, where Swarm's is the service."""

    usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]"
    summary = "Create and run a new container from an image"
    aliases = "docker container run, docker run"
    interspersed = False
    lacks = frozenset(
        "--annotation -a --attach --blkio-weight --blkio-weight-device --cap-add --cap-drop --cgroup-parent"
        " --cgroupns --cidfile --cpu-count --cpu-percent --cpu-period --cpu-quota --cpu-rt-period --cpu-rt-runtime"
        " -c --cpu-shares --cpuset-cpus --cpuset-mems --detach-keys --device --device-cgroup-rule --device-read-bps"
        " --device-read-iops --device-write-bps --device-write-iops --disable-content-trust --dns --dns-option"
        " --dns-search --domainname --env-file --expose --gpus --group-add"
        " --init -i --interactive"
        " --io-maxbandwidth --io-maxiops --ip6 --ipc --kernel-memory --label-file --link"
        " --link-local-ip --mac-address --memory-reservation --memory-swap"
        " --memory-swappiness --network-alias --oom-kill-disable --oom-score-adj --pid --pids-limit"
        " --platform --privileged -P --publish-all --runtime --security-opt --shm-size --sig-proxy"
        " --stop-signal --stop-timeout --storage-opt --sysctl --ulimit --use-api-socket --userns"
        " --uts --volume-driver --volumes-from".split()
    )

    add_host: Many = flag("--add-host list", "Add a custom host-to-IP mapping (host:ip)")
    cpus: Text = flag("--cpus decimal", "Number of CPUs")
    detach: Switch = flag("-d, --detach", "Run container in background and print container ID")
    entrypoint: Text = flag("--entrypoint string", "Overwrite the default ENTRYPOINT of the image")
    env: Many = flag("-e, --env list", "Set environment variables", syntax="env")
    hostname: Text = flag("-h, --hostname string", "Container host name")
    ip: Text = flag("--ip string", "IPv4 address (e.g., 172.30.100.104)")
    isolation: Text = flag("--isolation string", "Container isolation technology")
    label: Many = flag("-l, --label list", "Set meta data on a container")
    log_driver: Text = flag("--log-driver string", "Logging driver for the container")
    log_opt: Many = flag("--log-opt list", "Log driver options")
    memory: Text = flag("-m, --memory bytes", "Memory limit")
    mount: Many = flag("--mount mount", "Attach a filesystem mount to the container")
    name: Text = flag("--name string", "Assign a name to the container")
    network: Text = flag("--network string", "Connect a container to a network")
    publish: Many = flag("-p, --publish list", "Publish a container's port(s) to the host", syntax="port")
    pull: Text = flag("--pull string", 'Pull image before running ("always", "missing", "never")', '"missing"')
    quiet: Switch = flag("-q, --quiet", "Suppress the pull output")
    read_only: Switch = flag("--read-only", "Mount the container's root filesystem as read only")
    restart: Text = flag("--restart string", "Restart policy to apply when a container exits", '"no"')
    rm: Switch = flag("--rm", "Automatically remove the container and its associated anonymous volumes when it exits")
    tmpfs: Many = flag("--tmpfs list", "Mount a tmpfs directory")
    tty: Switch = flag("-t, --tty", "Allocate a pseudo-TTY")
    user: Text = flag("-u, --user string", "Username or UID (format: <name|uid>[:<group|gid>])")
    volume: Many = flag("-v, --volume list", "Bind mount a volume")
    workdir: Text = flag("-w, --workdir string", "Working directory inside the container")
    image: str = argument()
    command: Many = arguments(least=0)

    def sdk(self) -> str:
        """See Command."""
        words = f", {shlex.join(self.command)!r}" if self.command else ""
        name = f", name={self.name!r}" if self.name else ""
        remove = ", remove=True" if self.rm else ""
        return f"client.containers.run({self.image!r}{words}{name}, detach={bool(self.detach)}{remove})"

    def perform(self, session: Session) -> None:
        """See Command."""
        try:
            container = self._created(session)
            if self.detach:
                session.terminal.print(container)  # the CLI too tells the id of a container that does not start
                session.post(f"/containers/{container}/start")
                return
            code = self._attended(session, container)
        except DockerError as error:
            raise _of_docker(error) from None
        if code:
            raise DockerError("", exit_code=code)

    def _created(self, session: Session) -> str:
        """The new container's id."""
        if self.pull == "always":
            pull(session, tagged(self.image), quiet=bool(self.quiet))
        params = {"name": self.name} if self.name else {}
        try:
            answer = session.post("/containers/create", self.body(), params)
        except DockerError as error:
            if error.status != 404 or "No such image" not in str(error) or self.pull == "never":
                raise
            if not self.quiet:
                session.terminal.print(f"Unable to find image '{tagged(self.image)}' locally")
            pull(session, tagged(self.image), quiet=bool(self.quiet))
            answer = session.post("/containers/create", self.body(), params)
        for warning in answer.get("Warnings") or []:
            session.terminal.print(f"WARNING: {warning}")
        return str(answer["Id"])

    def body(self) -> dict[str, Any]:
        """The request that creates the container."""
        output = not self.detach
        ports = [port for text in self.publish for port in read_ports(text)]
        keys = [f"{port['TargetPort']}/{port['Protocol']}" for port in ports]
        health: dict[str, Any] = {}
        self.merge_health(health)
        return {
            **health,
            "Image": self.image,
            "Cmd": list(self.command) or None,
            "Entrypoint": None if self.entrypoint is None else [self.entrypoint],
            "Hostname": self.hostname or "",
            "User": self.user or "",
            "WorkingDir": self.workdir or "",
            "Tty": bool(self.tty),
            "AttachStdin": False,
            "AttachStdout": output,
            "AttachStderr": output,
            "Env": list(self.env) or None,
            "Labels": pairs(self.label),
            "ExposedPorts": {key: {} for key in keys},
            "HostConfig": self._host_config(ports, keys),
            **self._networking(),
        }

    def _networking(self) -> dict[str, Any]:
        """An address of one's own choice on the one network."""
        if not self.ip:
            return {}
        endpoint = {"IPAMConfig": {"IPv4Address": self.ip}}
        return {"NetworkingConfig": {"EndpointsConfig": {self.network or "bridge": endpoint}}}

    def _host_config(self, ports: list[dict[str, Any]], keys: list[str]) -> dict[str, Any]:
        name, _, retries = (self.restart or "no").partition(":")
        bindings: dict[str, list[dict[str, str]]] = {}
        for key, port in zip(keys, ports, strict=True):
            bindings.setdefault(key, []).append({"HostIp": "", "HostPort": str(port.get("PublishedPort", ""))})
        return given(
            {
                "AutoRemove": bool(self.rm),
                "ExtraHosts": list(self.add_host) or None,
                "ReadonlyRootfs": bool(self.read_only),
                "Tmpfs": {path: options for path, _, options in (text.partition(":") for text in self.tmpfs)} or None,
                "Binds": list(self.volume) or None,
                "Mounts": [read_mount(text) for text in self.mount] or None,
                "NetworkMode": self.network or "bridge",
                "PortBindings": bindings,
                **dict.fromkeys(EMPTY, ()),
                "RestartPolicy": {"Name": name, "MaximumRetryCount": int(retries or 0)},
                "LogConfig": self._log_config(),
                "Isolation": self.isolation,
                "Memory": units.read_bytes(self.memory or "0"),
                "NanoCpus": units.read_nano_cpus(self.cpus or "0"),
            }
        )

    def _log_config(self) -> dict[str, Any]:
        """Source: docker/cli cli/command/container/opts.go, parseLoggingOpts."""
        if self.log_driver == "none" and self.log_opt:
            raise DockerError("invalid logging opts for driver none", exit_code=125)
        return {"Type": self.log_driver or "", "Config": pairs(self.log_opt)}

    def _attended(self, session: Session, container: str) -> int:
        """Start it and print what it writes; its exit code."""
        where = f"/containers/{container}"
        wanted = {"stream": 1, "stdout": 1, "stderr": 1}
        output = Stream(session.request("post", f"{where}/attach", params=wanted, upgrade=True, stream=True))
        death = filters({"container": [container], "event": ["die"]})
        ending = Stream(session.request("get", "/events", params=death, stream=True))
        try:
            self._start(session, where)
            return self._watched(session, where, output, ending)
        finally:
            output.close()
            ending.close()

    def _start(self, session: Session, where: str) -> None:
        try:
            session.post(f"{where}/start")
        except DockerError as error:
            code = 127 if "executable file not found" in str(error) or "no such file" in str(error) else 125
            raise DockerError(str(error), status=error.status, exit_code=code) from None

    def _watched(self, session: Session, where: str, output: Stream, ending: Stream) -> int:
        frames = None if self.tty else Frames()

        def take(data: bytes) -> None:
            for text in [data.decode("utf-8", "replace")] if frames is None else frames.feed(data):
                session.terminal.write(text)

        if follow(session, output, take):
            session.terminal.write(INTERRUPT)
            session.post(f"{where}/kill", params={"signal": "SIGINT"})
            session.grant(LAST_WORDS_S)
            if follow(session, output, take):
                return 0
        return _exit_code(session, ending)


def _exit_code(session: Session, ending: Stream) -> int:
    """What the event of the container's death tells; the answer to `wait` could be asked for only before its start.

    A request that waits for an end makes manual time run there, an event stream does not.
    """
    session.grant(LAST_WORDS_S)
    told = b""
    for _ in range(int(LAST_WORDS_S / STEP_S)):
        told += ending.read()
        if b"\n" in told or ending.ended:
            break
        session.wait(STEP_S)
    return int(json.loads(told)["Actor"]["Attributes"]["exitCode"]) if told.strip() else 0


def _of_docker(error: DockerError) -> DockerError:
    if not str(error) or error.exit_code not in (1, 125, 127):
        return error
    code = 125 if error.exit_code == 1 else error.exit_code
    return DockerError(
        f"docker: {error}\n\nRun 'docker run --help' for more information", status=error.status, exit_code=code
    )
