"""Compose files are read, refused, merged and written as the docker CLI does it: byte for byte, no engine asked."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from swarmlab.commands import DockerError
from swarmlab.commands.stacks.compose import read_compose
from swarmlab.commands.stacks.compose_output import compose_text
from swarmlab.commands.standard_input import ReadsInput

pytestmark = pytest.mark.cli

FILES = Path(__file__).parent / "files"


def theirs(*words: str, text: str = "") -> str:
    """What `docker stack config` leaves."""
    done = subprocess.run(["docker", "stack", "config", *words], input=text, capture_output=True, text=True)
    return (done.stdout + "\n".join(line for line in done.stderr.splitlines() if "level=warning" not in line)).strip()


def ours(*paths: str, text: str = "", interpolated: bool = True) -> str:
    """What ours does."""
    try:
        return compose_text(read_compose(ReadsInput(stdin=text), paths, interpolated=interpolated)).strip()
    except DockerError as error:
        return str(error).strip()


@pytest.mark.parametrize("names", [("full.yml",), ("full.yml", "more.yml"), ("stack.yml",), ("nosuch.yml",), (".",)])
def test_files_are_merged_and_written(names: tuple[str, ...]) -> None:
    """Every key that a compose file may hold, in the order of the CLI, in one form."""
    paths = [str(FILES / name) for name in names]
    assert ours(*paths) == theirs(*(word for path in paths for word in ("-c", path)))


def test_variables_may_stay(tmp_path: Path) -> None:
    """`--skip-interpolation` merges only."""
    path = tmp_path / "compose.yml"
    path.write_text('services: {web: {image: "nginx:$TAG", command: "echo $$HOME"}}')
    assert ours(str(path), interpolated=False) == theirs("--skip-interpolation", "-c", str(path))


WEB = "services: {web: {image: a, %s}}"
TEXTS = (
    # What Go's YAML 1.2 takes for a text, and PyYAML for something else.
    WEB % "ports: [22:22], labels: {on: yes, off: no, y: n, time: 12:30:45}, tty: true",
    WEB % "tty: yes",
    WEB % "labels: {a: TRUE}",
    WEB % "labels: {a: 0o17, b: 017, c: 1_000, d: 1e3, e: 0x1F, f: .5, g: ~, h: +1, i: 0b11, j: 1., k: 09, l: -0}",
    WEB % "labels: {a: 0.10, b: 1e+20, c: 123456789012345678901, d: 1_0.5, f: 0, g: 1234567.5, h: 1e-7}",
    WEB % "deploy: {replicas: 0x2}",
    "",
    "- a",
    "foo: 1",
    "name: x",
    "services: []",
    "services: {web: 1}",
    "services: {web: }",
    "services: {web: {}}",
    'services: {"we b": {image: a}}',
    "services: {web: {image: 1}}",
    WEB % "foo: 1",
    WEB % "profiles: [x]",
    WEB % "volume_driver: x",
    WEB % "mem_limit: 5m",
    WEB % "ports: 80",
    WEB % 'ports: ["x:y"]',
    WEB % 'ports: [{target: "80"}]',
    WEB % "ports: [{target: 80, mode: foo}]",
    WEB % "ports: [80, 81-82, 1000-1001:83-84/udp]",
    WEB % 'deploy: {replicas: "x"}',
    WEB % "deploy: {replicas: 1.5}",
    WEB % "deploy: {foo: x}",
    WEB % "deploy: {mode: foo, endpoint_mode: bar}",
    WEB % 'deploy: {replicas: "${NO_SUCH:-3}"}',
    WEB % "environment: {A: [1]}",
    WEB % "environment: {A: 1, B: true, C: 1.5, D: }",
    WEB % "environment: [A=1, B=, C]",
    WEB % "networks: [a, a]",
    WEB % "networks: {a: {aliases: [b]}, c: }",
    WEB % 'volumes: ["xx:/y", "/z", "xx:/n:ro,nocopy"]',
    WEB % "volumes: [{target: /x}]",
    WEB % "healthcheck: {interval: 5}",
    WEB % "healthcheck: {interval: x}",
    WEB % "healthcheck: {test: exit 1, interval: 90s, disable: true}",
    WEB % "stop_grace_period: 5",
    WEB % "depends_on: {b: {condition: x}}",
    WEB % "env_file: /nosuch",
    WEB % 'command: "a \\"b"',
    WEB % "secrets: [a, {source: b, mode: 0400}]",
    WEB % "build: ., links: [b], container_name: c, privileged: true, restart: always, tmpfs: /x, sysctls: [a=b]",
    WEB % "devices: [a], network_mode: host, pid: host, ipc: host, security_opt: [a], userns_mode: host, expose: [80]",
    WEB % "cgroup_parent: x, external_links: [a], mac_address: x, shm_size: 1m, domainname: d, depends_on: [b]",
    WEB % 'labels: {a: "yes", "y": "1", c: "1.5", d: "0x1", e: "1:20", f: "~", g: "a: b", h: " x", i: "#", j: ""}',
    WEB % 'labels: {a: "two\\nlines", b: "*x", c: "&x", d: "!x", e: "%x", f: "@x", g: "its", h: "null", i: "-"}',
    "networks: {x: {external: {name: y}}}",
    "networks: {x: {external: true, driver: overlay}}",
    "volumes: {x: {external: true, driver: local}}",
    "volumes: {x: {external: true, name: y}}",
    "volumes: {x: {external: {name: z}, name: y}}",
    "secrets: {x: {external: true}}",
    "secrets: {x: {environment: X}}",
    "configs: {x: }",
    "configs: {x: {file: /y, template_driver: golang, labels: [a=b]}}",
    'version: "2"',
    'version: "9"',
    'version: "3.0"',
    "version: 3",
    'services: {web: {image: "${NO_SUCH:?must be}"}}',
    'services: {web: {image: "${NO_SUCH?must}"}}',
    'services: {web: {image: "${NO_SUCH+x}"}}',
    'services: {web: {image: "${bad"}}',
    'services: {web: {image: "${}"}}',
    'services: {web: {image: "$"}}',
    'services: {web: {image: "a$$b", hostname: "$NO_SUCH", user: "${NO_SUCH-d}"}}',
    "services: {web: {image: a, image: b}}",
    "a: b: c",
    "\tx: 1",
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_file_is_read_or_refused_alike(text: str) -> None:
    """What is wrong is said in the CLI's words, of several things the same one."""
    assert ours("-", text=text) == theirs("-c", "-", text=text)
