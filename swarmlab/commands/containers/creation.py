"""What `docker run` and `docker create` share: their flags, and the request that they make of them.

Source: docker/cli cli/command/container/{create,opts}.go.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

from swarmlab.commands.containers.health_flags import ContainerHealthFlags
from swarmlab.commands.containers.limit_flags import LimitFlags
from swarmlab.commands.containers.network_flags import NetworkFlags
from swarmlab.commands.containers.restarts import read_restart
from swarmlab.commands.containers.rights_flags import RightsFlags
from swarmlab.commands.containers.storage_flags import StorageFlags
from swarmlab.commands.errors import DockerError
from swarmlab.commands.services.rights import read_env_files, read_label_files
from swarmlab.commands.spelling.options import Many, Number, Switch, Text, argument, arguments, flag
from swarmlab.commands.spelling.typed import pairs

Body = dict[str, Any]
_WINDOWS = "is only supported on a Docker daemon running on windows, but the Docker daemon is running on linux"
_PULLS = ("always", "missing", "never")


@dataclass(frozen=True, kw_only=True)
class CreationFlags(ContainerHealthFlags, LimitFlags, NetworkFlags, RightsFlags, StorageFlags):
    """What a container is to be like."""

    usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]"
    interspersed = False
    shows_help = True
    lacks = frozenset({"--disable-content-trust", "--use-api-socket"})
    refused = dict.fromkeys(("--cpu-count", "--cpu-percent", "--io-maxbandwidth", "--io-maxiops"), _WINDOWS)

    annotation: Many = flag(
        "--annotation map", "Add an annotation to the container (passed through to the OCI runtime)", "map[]"
    )
    attach: Many = flag("-a, --attach list", "Attach to STDIN, STDOUT or STDERR", syntax="stream")
    cidfile: Text = flag("--cidfile string", "Write the container ID to the file")
    domainname: Text = flag("--domainname string", "Container NIS domain name")
    entrypoint: Text = flag("--entrypoint string", "Overwrite the default ENTRYPOINT of the image")
    env: Many = flag("-e, --env list", "Set environment variables", syntax="env")
    env_file: Many = flag("--env-file list", "Read in a file of environment variables")
    hostname: Text = flag("-h, --hostname string", "Container host name")
    interactive: Switch = flag("-i, --interactive", "Keep STDIN open even if not attached")
    label: Many = flag("-l, --label list", "Set meta data on a container", syntax="label")
    label_file: Many = flag("--label-file list", "Read in a line delimited file of labels")
    name: Text = flag("--name string", "Assign a name to the container")
    platform: Text = flag("--platform string", "Set platform if server is multi-platform capable")
    pull: Text = flag("--pull string", 'Pull image before creating ("always", "|missing", "never")', '"missing"')
    quiet: Switch = flag("-q, --quiet", "Suppress the pull output")
    restart: Text = flag("--restart string", "Restart policy to apply when a container exits", '"no"')
    rm: Switch = flag("--rm", "Automatically remove the container and its associated anonymous volumes when it exits")
    stop_signal: Text = flag("--stop-signal string", "Signal to stop the container")
    stop_timeout: Number = flag("--stop-timeout int", "Timeout (in seconds) to stop a container")
    tty: Switch = flag("-t, --tty", "Allocate a pseudo-TTY")
    user: Text = flag("-u, --user string", "Username or UID (format: <name|uid>[:<group|gid>])")
    workdir: Text = flag("-w, --workdir string", "Working directory inside the container")
    image: str = argument()
    command: Many = arguments(least=0)

    def body(self) -> Body:
        """The request that creates the container.

        What makes no sense is found in the order in which the CLI finds it.

        Raises:
            DockerError: in the CLI's words, see `refusal`.
        """
        self._check_pull()
        self.check_mac_address()
        self.check_swappiness()
        binds, volumes = self.volumes()
        bindings = self.bindings()
        ports: Body = {port: {} for port in [*bindings, *self.exposed()]}
        devices = self.devices()
        config = {**self._config(), "Volumes": volumes, **({"ExposedPorts": ports} if ports else {})}
        self.check_namespaces()
        host: Body = {"Binds": binds or None, "PortBindings": bindings, "Devices": devices, **self._host_config()}
        health = self.health()
        if self.rm and host["RestartPolicy"]["Name"] not in ("", "no"):
            raise DockerError("conflicting options: cannot specify both --restart and --rm")
        endpoints = {"EndpointsConfig": self.endpoints()}
        return {
            **config,
            **({"Healthcheck": health} if health else {}),
            "HostConfig": host,
            "NetworkingConfig": endpoints,
        }

    def _check_pull(self) -> None:
        if self.pull not in (None, "", *_PULLS):
            raise DockerError(f'invalid pull option: \'{self.pull}\': must be one of "always", "missing" or "never"')

    def _config(self) -> Body:
        typed = {text.partition("=")[0]: text for text in map(from_here, self.env)}
        env = [*read_env_files(self.env_file), *typed.values()]
        labels = pairs((*read_label_files(self.label_file), *self.label))
        optional = {"StopSignal": self.stop_signal or None, "StopTimeout": self.stop_timeout}
        return {
            "Hostname": self.hostname or "",
            "Domainname": self.domainname or "",
            "User": self.user or "",
            **self._streams(),
            "Tty": bool(self.tty),
            "Env": env or None,
            "Cmd": list(self.command) or None,
            "Image": self.image,
            "WorkingDir": self.workdir or "",
            "Entrypoint": None if self.entrypoint is None else [self.entrypoint],
            "OnBuild": None,
            "Labels": labels,
            **{key: value for key, value in optional.items() if value is not None},
        }

    def _streams(self) -> Body:
        """Which streams the client is attached to; a container's input ends with the client that is attached to it."""
        stdin = bool(self.interactive) or "stdin" in self.attach
        return {
            "AttachStdin": stdin,
            "AttachStdout": not self.attach or "stdout" in self.attach,
            "AttachStderr": not self.attach or "stderr" in self.attach,
            "OpenStdin": bool(self.interactive),
            "StdinOnce": bool(self.interactive) and stdin,
        }

    def _host_config(self) -> Body:
        restart = read_restart("no" if self.restart is None else self.restart)
        logs = self.log_config()
        security = self.security()
        return {
            **self.storage(),
            **self.limits(),
            **self.names(),
            **self.rights(),
            **security,
            "ContainerIDFile": self.cidfile or "",
            "LogConfig": logs,
            "RestartPolicy": restart,
            "AutoRemove": bool(self.rm),
            "ConsoleSize": [0, 0],
            "Cgroup": "",
            **({"Annotations": pairs(self.annotation)} if self.annotation else {}),
        }

    def refusal(self, error: DockerError) -> DockerError:
        """Why the line makes no sense, as the CLI says it."""
        words = f"docker: {error}\n\nRun 'docker {self.path} --help' for more information"
        return DockerError(words, status=error.status, exit_code=125)


def from_here(text: str) -> str:
    """`HOME` with the value that it has where the command is typed; without one as it is, to unset it."""
    return f"{text}={os.environ[text]}" if "=" not in text and text in os.environ else text
