"""A Docker that a test may restart, cripple and put on another machine: a daemon of the test's own.

It lives in a network namespace and a mount namespace of its own, so nothing that is done to it, packet filter rules
included, touches another Docker of this machine. Its tests are marked `dockerd`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import docker
from docker import DockerClient

from swarmlab.backends.dind.local_docker import require_image
from tests.real.waiting import wait_until

DRIVER = os.environ.get("SWARMLAB_OUTER_DRIVER", "overlay2")


class Machine:
    """A network of its own and mounts of its own, as a machine has them."""

    def __init__(self) -> None:
        # Its first process only keeps the namespaces alive; `cat` ends with the pipe, however this process ends.
        command = ["unshare", "--net", "--mount", "sh", "-c", "ip link set lo up && echo up && exec cat"]
        self._keeper = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._keeper.stdout is not None
        assert self._keeper.stdout.readline() == "up\n"

    @property
    def inside(self) -> list[str]:
        """What a command begins with that is to run there."""
        return ["nsenter", "--net", "--mount", "--target", str(self._keeper.pid), "--"]

    def run(self, *command: str) -> None:
        """Run a command there."""
        subprocess.run([*self.inside, *command], check=True, capture_output=True)

    def link(self, other: Machine, address: str, other_address: str) -> None:
        """Lay a cable to another machine."""
        pid = str(other._keeper.pid)
        self.run("ip", "link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", pid)
        for machine, mine in ((self, address), (other, other_address)):
            machine.run("ip", "address", "add", f"{mine}/24", "dev", "cable")
            machine.run("ip", "link", "set", "cable", "up")

    def end(self) -> None:
        """Switch it off."""
        self._keeper.communicate()


class OwnDocker:
    """A Docker daemon in a machine of its own."""

    def __init__(self) -> None:
        self.machine = Machine()
        self.folder = Path(tempfile.mkdtemp(prefix="sl-docker-", dir="/tmp"))  # short: socket paths are
        self._daemon: subprocess.Popen[bytes] | None = None

    @property
    def docker_host(self) -> str:
        """Value of DOCKER_HOST on its machine."""
        return f"unix://{self.folder}/docker.sock"

    def start(self, *arguments: str, within: Sequence[str] = ()) -> None:
        """Start the daemon, with these arguments and behind these words of a command; returns once it answers."""
        command = [
            "dockerd", "--data-root", f"{self.folder}/data", "--exec-root", f"{self.folder}/exec",
            "--pidfile", f"{self.folder}/pid", "--host", self.docker_host, "--bridge", "none", *arguments,
        ]  # fmt: skip
        with self.log.open("ab") as log:
            self._daemon = subprocess.Popen([*self.machine.inside, *within, *command], stdout=log, stderr=log)
        wait_until(self._answers, "the test's own Docker to answer")

    def stop(self) -> None:
        """Stop the daemon, as `systemctl stop docker` does: its containers end with it."""
        if self._daemon is not None:
            self._daemon.send_signal(signal.SIGTERM)
            self._daemon.wait(60)
            self._daemon = None

    def restart(self) -> None:
        """As `systemctl restart docker`."""
        self.stop()
        self.start("--storage-driver", DRIVER)

    def load(self, *images: str) -> None:
        """Copy images from the Docker that the other tests use."""
        with closing(docker.from_env()) as source, closing(self.client()) as target:
            for image in images:
                require_image(source, image, "The tests need it.")
                target.images.load(source.images.get(image).save(named=image))

    def client(self) -> DockerClient:
        """A client; the caller closes it."""
        return DockerClient(base_url=self.docker_host, timeout=120)

    @property
    def log(self) -> Path:
        """What the daemon says."""
        return self.folder / "log"

    def end(self) -> None:
        """Stop it and remove everything."""
        self.stop()
        self.machine.end()
        subprocess.run(["umount", f"{self.folder}/data"], check=False, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder)

    def _answers(self) -> bool:
        assert self._daemon is not None
        assert self._daemon.poll() is None, self.log.read_text()
        try:
            with closing(self.client()) as client:
                return bool(client.ping())
        except docker.errors.DockerException:
            return False


class LabProcess:
    """Another process that has a lab: it evaluates what it is told to, and answers."""

    PROGRAM = """
import json, sys
from swarmlab import Lab
for line in sys.stdin:
    try:
        answer = {"is": eval(line)}
    except Exception as error:
        answer = {"raised": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer, default=repr), flush=True)
"""

    def __init__(
        self, runtime: Path, *, machine: Machine | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        inside = machine.inside if machine else []
        added = {"SWARMLAB_BACKEND": "dind", "SWARMLAB_RUNTIME_DIR": str(runtime), **(environment or {})}
        self._process = subprocess.Popen(
            [*inside, sys.executable, "-c", self.PROGRAM],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **added},
        )  # fmt: skip

    def ask(self, expression: str) -> Any:
        """What the expression is worth there."""
        self.tell(expression)
        return self.answer()

    def tell(self, expression: str) -> None:
        """Let it begin, and do not wait."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{expression}\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        """Wait for what was begun."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self._process.communicate()[1]
        answer = json.loads(line)
        if "raised" in answer:
            raise Raised(answer["raised"])
        return answer["is"]

    def kill(self) -> None:
        """SIGKILL: it can do nothing about its lab."""
        self._process.kill()
        self._process.communicate()

    def end(self) -> str:
        """Let it end, and its lab with it; returns what it wrote to its error output."""
        return self._process.communicate()[1]


class Raised(Exception):
    """What the other process raised, as text."""
