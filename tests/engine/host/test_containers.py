"""Tests of one host's containers."""

from __future__ import annotations

import pytest

from swarmlab.engine.errors import (
    Conflict,
    InvalidParameter,
    NoSuchContainer,
    NoSuchImage,
    NotModified,
    ServerError,
)
from swarmlab.engine.host.container import ContainerConfig, PortBinding
from swarmlab.engine.host.container_runs import SHORTEST_RUN_S
from swarmlab.engine.model import Mount
from swarmlab.engine.programs.workloads import StartFailed
from tests.engine.hosts import LocalHost, text_of


@pytest.fixture
def host() -> LocalHost:
    return LocalHost()


def test_a_container_starts_in_some_tenths_of_a_second(host: LocalHost) -> None:
    """Created until then, running after; the starts of one host follow one another."""
    one = host.containers.create(ContainerConfig(image="alpine", command=("sleep", "9")))
    two = host.containers.create(ContainerConfig(image="alpine", command=("sleep", "9")))
    first, second = host.containers.start(one.id), host.containers.start(two.id)
    began = host.clock.now
    host.wait(first)
    assert (one.state.status, two.state.status) == ("running", "created")
    assert 0.3 < host.clock.now - began < 0.8
    host.wait(second)
    assert 0.7 < host.clock.now - began < 1.6


def test_a_container_without_a_name_gets_one(host: LocalHost) -> None:
    """An adjective and a surname."""
    container = host.run("true")
    assert len(container.name.split("_")) == 2
    assert host.containers.find(container.name) is host.containers.find(container.id[:12]) is container


def test_its_end_shows_its_code(host: LocalHost) -> None:
    """`exited`, with the program's code and no process."""
    container = host.run("sh", "-c", "exit 3")
    assert host.wait(host.containers.wait(container.id)) == 3
    assert (container.state.status, container.state.exit_code, container.state.pid) == ("exited", 3, 0)


@pytest.mark.parametrize(("signal", "ran_s"), [("", SHORTEST_RUN_S), ("SIGTERM", SHORTEST_RUN_S), ("SIGKILL", 0.1)])
def test_a_program_that_ends_at_once_is_seen_to_run_for_a_moment(host: LocalHost, signal: str, ran_s: float) -> None:
    """Then its own code is told; nothing reaches it any more, and a kill only makes its end known sooner."""
    container = host.run("sh", "-c", "exit 3")
    host.advance(0.1)
    assert container.state.running
    if signal:
        host.containers.kill(container.id, signal)
    host.advance(SHORTEST_RUN_S)
    began, ended = container.state.started_at, container.state.finished_at
    assert began is not None
    assert ended is not None
    assert (container.state.exit_code, ended - began) == (3, pytest.approx(ran_s))


def test_stop_kills_after_the_grace_period(host: LocalHost) -> None:
    """Process 1 ignores SIGTERM unless it handles it: code 137 after ten seconds, or what was asked for."""
    for timeout_s, expected in ((None, 10.0), (2.0, 2.0)):
        container = host.run("sleep", "100")
        began = host.clock.now
        host.wait(host.containers.stop(container.id, timeout_s=timeout_s))
        assert host.clock.now - began == pytest.approx(expected)
        assert container.state.exit_code == 137


def test_with_an_init_signals_end_it_at_once(host: LocalHost) -> None:
    """The program is not process 1 then: code 143."""
    container = host.run("sleep", "100", init=True)
    began = host.clock.now
    host.wait(host.containers.stop(container.id))
    assert (host.clock.now, container.state.exit_code) == (began, 143)


def test_a_stop_waits_for_the_start_that_is_under_way(host: LocalHost) -> None:
    """Then it stops what has started, and nothing is left running."""
    container = host.containers.create(ContainerConfig(image="alpine", command=("sleep", "100")))
    host.containers.start(container.id)
    host.wait(host.containers.stop(container.id, timeout_s=1))
    assert (container.state.status, container.state.exit_code) == ("exited", 137)


def test_starting_twice_and_stopping_twice_change_nothing(host: LocalHost) -> None:
    """Docker answers 304."""
    container = host.run("sleep", "100")
    with pytest.raises(NotModified):
        host.containers.start(container.id).result()
    host.containers.kill(container.id)
    with pytest.raises(NotModified):
        host.containers.stop(container.id).result()


def test_a_stopped_container_starts_again_with_its_files(host: LocalHost) -> None:
    """Its own layer stays until it is removed."""
    container = host.run("sh", "-c", "echo x >> /n; cat /n")
    host.advance(1)
    host.wait(host.containers.restart(container.id))
    host.advance(1)
    assert text_of(container) == "x\nx\nx\n"


def test_kill_refuses_in_the_engines_words(host: LocalHost) -> None:
    """Not there, not running, no signal."""
    container = host.run("true", name="aa")
    host.advance(1)
    with pytest.raises(NoSuchContainer, match=r"^cannot kill container: zz: No such container: zz$"):
        host.containers.kill("zz")
    with pytest.raises(Conflict, match=rf"^cannot kill container: aa: container {container.id} is not running$"):
        host.containers.kill("aa")
    with pytest.raises(InvalidParameter, match=r"^cannot kill container: aa: invalid signal: SIGBLA$"):
        host.containers.kill("aa", "SIGBLA")


def test_names_are_unique_and_well_formed(host: LocalHost) -> None:
    """The whole text of the conflict."""
    container = host.run("sleep", "9", name="aa")
    with pytest.raises(Conflict) as taken:
        host.containers.create(ContainerConfig(image="alpine", name="aa"))
    assert str(taken.value) == (
        f'Conflict. The container name "/aa" is already in use by container "{container.id}". You have to remove '
        "(or rename) that container to be able to reuse that name."
    )
    with pytest.raises(InvalidParameter, match=r"^Invalid container name \(x\), only \[a-zA-Z0-9\]"):
        host.containers.create(ContainerConfig(image="alpine", name="x"))
    host.containers.rename("aa", "bb")
    assert host.containers.find("bb") is container


def test_a_running_container_is_removed_only_by_force(host: LocalHost) -> None:
    """Whoever waits for it hears 137."""
    container = host.run("sleep", "100", name="aa")
    with pytest.raises(Conflict, match=r'^cannot remove container "aa": container is running: stop'):
        host.containers.remove("aa")
    exited = host.containers.wait("aa")
    host.containers.remove("aa", force=True)
    assert exited.result() == 137
    with pytest.raises(NoSuchContainer, match=r"^No such container: aa$"):
        host.containers.find("aa")
    assert host.networks.find("bridge").endpoints == {}
    assert container.state.exit_code == 137


def test_auto_remove_takes_it_away_at_its_end(host: LocalHost) -> None:
    """`docker run --rm`; waiting for its removal gives its code."""
    container = host.run("sh", "-c", "sleep 1; exit 4", auto_remove=True)
    assert host.wait(host.containers.wait(container.id, "removed")) == 4
    assert host.containers.list(all_=True) == []


def test_auto_remove_takes_away_what_could_not_start(host: LocalHost) -> None:
    """`docker run --rm alpine foo` leaves nothing behind; whoever waits for the removal hears the code."""
    container = host.containers.create(ContainerConfig(image="alpine", command=("foo",), auto_remove=True))
    stream, removed = host.containers.attach(container.id), host.containers.wait(container.id, "removed")
    with pytest.raises(StartFailed, match="executable file not found"):
        host.wait(host.containers.start(container.id))
    assert removed.result() == 127
    assert stream.ended
    assert host.containers.list(all_=True) == []


def test_attach_hears_everything_from_the_start(host: LocalHost) -> None:
    """Also when it was attached before the start; the stream ends with the process."""
    container = host.containers.create(ContainerConfig(image="alpine", command=("echo", "hi")))
    stream = host.containers.attach(container.id)
    assert not stream.ended
    host.wait(host.containers.start(container.id))
    host.advance(1)
    assert "".join(piece.text for piece in stream.read()) == "hi\n"
    assert stream.ended


def test_without_its_image_there_is_no_container(host: LocalHost) -> None:
    """The text names the tag."""
    with pytest.raises(NoSuchImage, match=r"^No such image: busybox:latest$"):
        host.containers.create(ContainerConfig(image="busybox"))


def test_a_host_port_is_given_once(host: LocalHost) -> None:
    """Any port where none is named; a taken one is refused at the start."""
    first = host.run("sleep", "99", ports=(PortBinding(container_port=80),))
    assert (first.ports[0].host_port, first.config.ports[0].host_port) == (32768, 0)
    host.run("sleep", "99", ports=(PortBinding(container_port=80, host_port=8080),))
    third = host.containers.create(
        ContainerConfig(image="alpine", command=("sleep", "9"), ports=(PortBinding(container_port=80, host_port=8080),))
    )
    with pytest.raises(ServerError, match=r"Bind for 0\.0\.0\.0:8080 failed: port is already allocated$"):
        host.wait(host.containers.start(third.id))


def test_events_come_in_dockers_order(host: LocalHost) -> None:
    """Recorded from 28.5.2: run, stop after the grace period, remove."""
    container = host.run("sleep", "100", name="aa")
    host.wait(host.containers.stop("aa", timeout_s=1))
    host.containers.remove("aa")
    assert host.actions() == [
        "container create",
        "network connect",
        "container start",
        "container kill",
        "container kill",
        "network disconnect",
        "container stop",
        "container die",
        "container destroy",
    ]
    died = host.events.past()[-2]
    assert died.actor_id == container.id
    assert died.attributes == {"execDuration": "1", "exitCode": "137", "image": "alpine", "name": "aa"}


# --- the engine dies ---


def test_after_an_engines_death_its_containers_are_exited_255(host: LocalHost) -> None:
    """They keep what they wrote; nothing runs on meanwhile."""
    container = host.run("ping", "docker.com")
    host.advance(2)
    written = text_of(container)
    host.containers.power_off()
    host.advance(60)
    host.containers.power_on()
    assert (container.state.status, container.state.exit_code) == ("exited", 255)
    assert text_of(container) == written
    host.wait(host.containers.start(container.id))
    assert container.state.running


def test_whoever_waits_for_a_dying_engine_gets_an_error(host: LocalHost) -> None:
    """Its connection breaks."""
    container = host.run("sleep", "100")
    stopping, exit_ = host.containers.stop(container.id), host.containers.wait(container.id)
    host.containers.power_off()
    for answer in (stopping, exit_):
        with pytest.raises(ServerError):
            answer.result()


def test_a_container_is_lost_only_while_the_engine_is_off(host: LocalHost) -> None:
    """Then it is not there any more."""
    container = host.run("sleep", "100")
    with pytest.raises(ValueError, match=r"only while its engine is off"):
        host.containers.lose(container.id)
    host.containers.power_off()
    host.containers.lose(container.id)
    host.containers.power_on()
    assert host.containers.list(all_=True) == []


def test_a_container_that_is_refused_uses_no_volume(host: LocalHost) -> None:
    """All mounts are checked before the first volume is made."""
    mounts = (Mount(source="notes", target="/notes"), Mount(type="bind", source="/nosuch", target="/etc"))
    with pytest.raises(InvalidParameter, match=r"bind source path does not exist: /nosuch$"):
        host.containers.create(ContainerConfig(image="alpine", command=("true",), mounts=mounts))
    assert host.volumes.list() == []
