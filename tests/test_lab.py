"""The Lab: which backend, which state, and its end, however it comes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarmlab import Lab
from swarmlab.commands import Session, parse

SCRIPT = """
import sys
from swarmlab import Lab
lab = Lab.start("formed")
print(lab.nodes[0].host.docker_host, flush=True)
sys.stdin.readline()
"""


@pytest.fixture(autouse=True)
def runtime(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Labs of these tests lie in a directory of their own."""
    directory = tmp_path_factory.mktemp("labs")
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(directory))
    monkeypatch.setenv("SWARMLAB_BACKEND", "embedded")
    return directory


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab.start("formed") as lab:
        yield lab


def hostnames(lab: Lab) -> list[str]:
    """The nodes of the swarm, as its manager lists them."""
    return sorted(node.attrs["Description"]["Hostname"] for node in lab.manager().client.nodes.list())


def test_a_lab_gives_nodes_and_a_client_for_each(lab: Lab) -> None:
    """The name of a node is its hostname; its client talks to its engine."""
    assert [node.name for node in lab] == ["docker-swarm-1", "docker-swarm-2", "docker-swarm-3"]
    assert [node.client.info()["Name"] for node in lab] == [node.name for node in lab]
    assert lab.manager() is lab["docker-swarm-3"]
    with pytest.raises(KeyError, match="no node 'docker-swarm-4' in this lab; it has docker-swarm-1"):
        lab["docker-swarm-4"]


def test_reset_brings_a_named_state_whatever_was_broken(lab: Lab) -> None:
    """Nothing is left of faults and of what ran before."""
    lab["docker-swarm-1"].stop()
    lab["docker-swarm-2"].block("2377/tcp")
    lab.reset("helloworld")
    assert hostnames(lab) == ["docker-swarm-1", "docker-swarm-2", "docker-swarm-3"]
    assert [service.name for service in lab.manager().client.services.list()] == ["helloworld"]
    lab.reset("separate")
    assert not any(node.is_manager() for node in lab)


def test_every_port_is_tried_between_every_two_hosts(lab: Lab) -> None:
    """A line a direction; closed is what leads to the host whose port is closed."""
    assert (len(lab.check_ports()), lab.check_ports().closed) == (24, [])
    lab["docker-swarm-3"].block("2377/tcp", at="firewall")
    assert [(check.peer, check.node, check.port) for check in lab.check_ports().closed] == [
        ("docker-swarm-1", "docker-swarm-3", "2377/tcp"),
        ("docker-swarm-2", "docker-swarm-3", "2377/tcp"),
    ]
    lines = repr(lab.check_ports()).splitlines()
    assert lines[0] == "FROM             TO               2377/tcp   7946/tcp   7946/udp   4789/udp"
    assert lines[5:] == [
        "docker-swarm-1   docker-swarm-3   CLOSED     open       open       open",
        "docker-swarm-2   docker-swarm-3   CLOSED     open       open       open",
    ]


def test_panels_end_with_their_lab(runtime: Path) -> None:
    """One place to open them from, and no thread of theirs is left."""
    with Lab.start("formed") as lab:
        panel = lab.panels.services()
        assert lab.panels is lab.panels
    assert panel.comm is not None  # it says that the lab has ended
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("swarmlab")] == []


def test_one_seed_gives_one_lab(lab: Lab) -> None:
    """In manual time a lab of the same state has the same ids, however often it is reset."""
    before = [node.id for node in lab.manager().client.nodes.list()]
    lab.reset("formed")
    assert [node.id for node in lab.manager().client.nodes.list()] == before


def test_starting_again_ends_the_lab_before(runtime: Path) -> None:
    """A cell that is run again leaves one lab, not two."""
    first = Lab.start()
    with Lab.start() as second:
        assert [path.name for path in runtime.iterdir() if path.is_dir() and not path.is_symlink()] == [
            second.backend.lab_id
        ]
        assert first.backend.lab_id != second.backend.lab_id


def test_a_closed_lab_leaves_nothing(runtime: Path) -> None:
    """No socket, no context, no link; closing twice is harmless."""
    lab = Lab.start("formed")
    lab.close()
    lab.close()
    assert list(runtime.iterdir()) == []


@pytest.mark.parametrize(("arguments", "problem"), [
    ({"state": "formd"}, "no lab state 'formd'; there are separate, formed, three-managers, helloworld"),
    ({"backend": "docker"}, "no backend 'docker'; SWARMLAB_BACKEND may be embedded, dind or hosts:lab.toml"),
])  # fmt: skip
def test_a_wrong_name_is_refused_with_the_right_ones(arguments: dict[str, str], problem: str, runtime: Path) -> None:
    """And the lab that runs stays as it was."""
    with Lab.start() as lab:
        with pytest.raises(ValueError, match=problem):
            Lab.start(**arguments)  # type: ignore[arg-type]
        assert lab["docker-swarm-1"].client.ping()


@pytest.mark.parametrize("ending", ["end of the program", "Ctrl-C"])
def test_a_lab_ends_with_its_process(ending: str, runtime: Path) -> None:
    """The end of a kernel or script is the end of its lab."""
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdin is not None
        socket = Path(process.stdout.readline().strip().removeprefix("unix://"))
        assert socket.is_socket()
        if ending == "Ctrl-C":
            process.send_signal(signal.SIGINT)
        process.stdin.close()
        process.wait(timeout=30)
    assert list(runtime.iterdir()) == []


def test_what_a_killed_process_left_goes_with_the_next_start(runtime: Path) -> None:
    """A kernel that was killed cannot clean up; the next lab does."""
    with subprocess.Popen([sys.executable, "-c", SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().decode().strip().removeprefix("unix://")).parent
        os.kill(process.pid, signal.SIGKILL)
    assert left.exists()
    with Lab.start():
        assert not left.exists()


def test_helloworld_is_what_the_docker_command_declares(lab: Lab) -> None:
    """The lessons that begin with the service show what a learner's own `docker service create` would have made."""
    session = Session.on(lab)
    parse("docker service create --detach --name helloworld alpine ping docker.com").run(session)
    typed = session.get("/services/helloworld")["Spec"]
    lab.reset("helloworld")
    assert Session.on(lab).get("/services/helloworld")["Spec"] == typed


def test_a_lab_says_why(lab: Lab) -> None:
    """In live time also of events that the engines have forgotten, if somebody heard them."""
    parse("docker service create --quiet --name web alpine sleep 1000").run(Session.on(lab))
    assert lab.why("web.1").startswith("web.1 has not moved: it runs on docker-swarm-")
    assert lab.why("web.7") == "There is no task web.7: web has web.1."


def test_heal_undoes_every_fault(lab: Lab) -> None:
    """In one call, and whoever watches hears of it."""
    lab["docker-swarm-1"].stop()
    lab["docker-swarm-2"].block("2377/tcp")
    acts: list[str] = []
    lab.on_act = lambda: acts.append("healed")
    lab.heal()
    assert lab.backend.faults.active() == []
    assert lab["docker-swarm-1"].client.ping()
    assert acts == ["healed"]


def test_a_lab_ends_whatever_goes_wrong(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest of it is ended, and what went wrong is said."""
    lab = Lab.start("formed")
    board, timeline = lab.board("inline"), lab.timeline()
    panels = lab.panels
    for number, part in enumerate((board, timeline, panels)):
        monkeypatch.setattr(part, "close" if part is panels else "end", lambda number=number: [][number])
    with pytest.raises(IndexError):
        lab.close()
    assert list(runtime.iterdir()) == []
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("swarmlab")] == []
    lab.close()
    monkeypatch.undo()
    board.close()
    timeline.close()


def test_a_watcher_that_failed_loses_no_history(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for the watcher again gets the same, with the history and the threads that there were."""
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    watcher, history = lab.watcher, lab.history
    watching = {thread.name for thread in threading.enumerate()}
    look, has_failed, looks_again = watcher._look, threading.Event(), threading.Event()
    monkeypatch.setattr(watcher, "_look", lambda: {}["nothing"])
    watcher.subscribe(lambda sight: has_failed.set() if sight.is_last else None)
    watcher.look_soon()
    assert has_failed.wait(20)
    monkeypatch.setattr(watcher, "_look", look)
    assert lab.watcher is watcher
    watcher.subscribe(lambda sight: looks_again.set() if sight.snapshot and not sight.is_last else None)
    assert looks_again.wait(20)
    assert (lab.history, lab.history.events) == (history, watcher.events)
    assert sorted(watching) == sorted({thread.name for thread in threading.enumerate()})


def test_a_reset_begins_a_new_history(lab: Lab) -> None:
    """Nothing of the lab before is in it."""
    parse("docker service create --quiet --name web alpine sleep 1000").run(Session.on(lab))
    seen = threading.Event()
    lab.watcher.subscribe(lambda sight: seen.set() if sight.snapshot and sight.snapshot.tasks else None)
    assert seen.wait(20)
    again = threading.Event()
    lab.reset("formed")
    lab.watcher.subscribe(lambda sight: again.set() if sight.snapshot else None)
    assert again.wait(20)
    assert list(lab.history.task_ids()) == []
