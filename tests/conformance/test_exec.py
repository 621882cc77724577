"""Further commands in a running container: codes, texts, events, what `inspect` tells."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, ask, demand

STARTS_FROM = "separate"
RUNC = "OCI runtime exec failed: exec failed: unable to start container process: "


@dataclass
class Seen:
    """What the story left."""

    id: str = ""
    ran: dict[str, tuple[int, str]] = field(default_factory=dict)
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    created: dict[str, Any] = field(default_factory=dict)
    ended: dict[str, Any] = field(default_factory=dict)
    running: dict[str, Any] = field(default_factory=dict)
    killed: dict[str, Any] = field(default_factory=dict)
    ids: list[list[str] | None] = field(default_factory=list)
    typed: bytes = b""
    events: list[tuple[str, str | None]] = field(default_factory=list)


@pytest.fixture(scope="module")
def seen(lab: Lab) -> Iterator[Seen]:  # noqa: PLR0915  (one story, told once)
    """One container, and all that is asked of it."""
    node, seen = lab[MANAGER], Seen()
    node.client.images.pull("alpine", "latest")
    began = lab.clock.now()
    container = node.client.containers.run("alpine", ["sleep", "1000"], name="one", detach=True, hostname="first")
    seen.id = container.id

    def run(name: str, command: list[str], **options: Any) -> None:
        result = container.exec_run(command, **options)
        seen.ran[name] = (result.exit_code, result.output.decode())

    run("code", ["sh", "-c", "hostname; exit 3"])
    run("surroundings", ["sh", "-c", "echo $A; pwd"], environment={"A": "1"}, workdir="/tmp")
    run("user", ["id"], user="1000")
    run("terminal", ["echo", "hi"], tty=True)
    run("file", ["touch", "/tmp/x"])
    run("files", ["ls", "/tmp"])
    run("unknown", ["nosuch"])
    run("no path", ["/nosuch"])
    run("no directory", ["ls"], workdir="/nosuch")

    def make(body: object, container: str = "one") -> str:
        return str(demand(node, "POST", f"/containers/{container}/exec", body)["Id"])

    def refuse(name: str, method: str, path: str, body: object = None) -> None:
        answer = ask(node, method, path, body)
        seen.refused[name] = (answer.status_code, answer.json().get("message", ""))

    once = make({"Cmd": ["echo", "hi"], "AttachStdout": True, "User": "root"})
    seen.created = demand(node, "GET", f"/exec/{once}/json")
    seen.ids.append(demand(node, "GET", "/containers/one/json")["ExecIDs"])
    demand(node, "POST", f"/exec/{once}/start", {"Detach": True})
    _wait_exec(lab, node, once)
    seen.ended = demand(node, "GET", f"/exec/{once}/json")
    refuse("again", "POST", f"/exec/{once}/start", {"Detach": True})
    lasting = make({"Cmd": ["sleep", "100"]})
    demand(node, "POST", f"/exec/{lasting}/start", {"Detach": True})
    seen.running = demand(node, "GET", f"/exec/{lasting}/json")
    seen.ids.append(demand(node, "GET", "/containers/one/json")["ExecIDs"])
    refuse("twice", "POST", f"/exec/{lasting}/start", {"Detach": True})
    refuse("no command", "POST", "/containers/one/exec", {})
    refuse("no container", "POST", "/containers/nosuch/exec", {"Cmd": ["ls"]})
    refuse("no exec", "GET", "/exec/nosuch/json")
    refuse("no start", "POST", "/exec/nosuch/start", {})
    missing = make({"Cmd": ["nosuch"]})
    refuse("no program", "POST", f"/exec/{missing}/start", {"Detach": True})
    refuse("no user", "POST", "/containers/one/exec", {"Cmd": ["ls"], "User": "nouser"})
    refuse("size", "POST", f"/exec/{lasting}/resize?h=a&w=2")
    seen.typed = _typed(node, container)
    demand(node, "POST", "/containers/one/pause")
    refuse("paused", "POST", "/containers/one/exec", {"Cmd": ["ls"]})
    demand(node, "POST", "/containers/one/unpause")
    demand(node, "POST", "/containers/one/kill")
    lab.wait_until(
        lambda: "" if not demand(node, "GET", "/containers/one/json")["State"]["Running"] else "runs",
        "ended",
        timeout_s=10,
    )
    seen.killed = demand(node, "GET", f"/exec/{lasting}/json")
    seen.ids.append(demand(node, "GET", "/containers/one/json")["ExecIDs"])
    refuse("stopped", "POST", "/containers/one/exec", {"Cmd": ["ls"]})
    lab.clock.sleep(1.5)
    for event in node.client.events(
        since=began, until=lab.clock.now(), decode=True, filters={"container": "one", "type": "container"}
    ):
        if event["Action"].startswith("exec_"):
            seen.events.append((event["Action"], event["Actor"]["Attributes"].get("exitCode")))
    yield seen
    demand(node, "DELETE", "/containers/one")


def _wait_exec(lab: Lab, node: Any, id_: str) -> None:
    lab.wait_until(
        lambda: "runs" if demand(node, "GET", f"/exec/{id_}/json")["Running"] else "", "the exec ended", timeout_s=10
    )


def _typed(node: Any, container: Any) -> bytes:
    """`echo hi | docker exec -i one cat`, over the raw connection."""
    api = node.client.api
    id_ = api.exec_create(container.id, ["cat"], stdin=True)["Id"]
    wire = api.exec_start(id_, socket=True)
    raw = getattr(wire, "_sock", wire)
    raw.settimeout(10)
    raw.sendall(b"hi\n")
    received = b""
    end = time.monotonic() + 10
    while b"hi\n" not in received and time.monotonic() < end:
        received += raw.recv(4096)
    wire._response.close()
    wire.close()
    return received


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("code", (3, "first\n")),
        ("surroundings", (0, "1\n/tmp\n")),
        ("user", (0, "uid=1000 gid=0(root) groups=0(root)\n")),
        ("terminal", (0, "hi\r\n")),
        ("files", (0, "x\n")),
        ("unknown", (127, f'{RUNC}exec: "nosuch": executable file not found in $PATH\r\n')),
        ("no path", (127, f'{RUNC}exec: "/nosuch": stat /nosuch: no such file or directory\r\n')),
        (
            "no directory",
            (127, f'{RUNC}chdir to cwd ("/nosuch") set in config.json failed: no such file or directory\r\n'),
        ),
    ],
)
def test_a_command_runs_in_the_container(seen: Seen, name: str, expected: tuple[int, str]) -> None:
    """Its code and what it wrote; what cannot run says so in the output."""
    assert seen.ran[name] == expected


@pytest.mark.parametrize(
    ("name", "status", "text"),
    [
        ("no command", 400, "No exec command specified"),
        ("no container", 404, "No such container: nosuch"),
        ("no exec", 404, "No such exec instance: nosuch"),
        ("no start", 404, "No such exec instance: nosuch"),
        ("no program", 400, f'{RUNC}exec: "nosuch": executable file not found in $PATH'),
        ("no user", 400, "unable to find user nouser: no matching entries in passwd file"),
        ("size", 400, 'invalid resize height "a": invalid syntax'),
        ("paused", 409, "Container one is paused, unpause the container before exec"),
        ("stopped", 409, "container {container} is not running"),
        ("again", 409, "exec command {ended} has already run"),
        ("twice", 409, "exec command {running} is already running"),
    ],
)
def test_a_refusal_is_worded(seen: Seen, name: str, status: int, text: str) -> None:
    """Status and text."""
    names = {"container": seen.id, "ended": seen.ended["ID"], "running": seen.running["ID"]}
    assert seen.refused[name] == (status, text.format(**names))


def test_inspect_tells_of_its_life(seen: Seen) -> None:
    """Made, running, ended, ended with its container."""
    states = [(each["Running"], each["ExitCode"]) for each in (seen.created, seen.running, seen.ended, seen.killed)]
    assert states == [(False, None), (True, None), (False, 0), (False, 137)]
    assert seen.created["ProcessConfig"] == {
        "tty": False,
        "entrypoint": "echo",
        "arguments": ["hi"],
        "privileged": False,
        "user": "root",
    }
    assert seen.created["ContainerID"] == seen.id
    assert [seen.created["Pid"] == 0, seen.running["Pid"] > 0] == [True, True]
    assert (seen.created["OpenStdin"], seen.created["OpenStdout"], seen.created["CanRemove"]) == (False, True, False)


def test_the_container_names_those_that_have_not_ended(seen: Seen) -> None:
    """Null when there are none."""
    assert seen.ids == [[seen.created["ID"]], [seen.running["ID"]], None]


def test_what_is_typed_comes_back_in_a_frame(seen: Seen) -> None:
    """The stream's number, three zeros, the length."""
    assert seen.typed == b"\x01\x00\x00\x00\x00\x00\x00\x03hi\n"


def test_events_tell_of_it(seen: Seen) -> None:
    """With the command; what could not run has no end."""
    assert seen.events[:3] == [
        ("exec_create: sh -c hostname; exit 3", None),
        ("exec_start: sh -c hostname; exit 3", None),
        ("exec_die", "3"),
    ]
    unknown = seen.events.index(("exec_start: nosuch ", None))
    assert seen.events[unknown + 1][0] == "exec_create: /nosuch "
    assert seen.events[-1] == ("exec_die", "137")
