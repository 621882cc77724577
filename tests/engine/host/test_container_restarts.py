"""Tests of `docker run --restart`. Recorded from 28.5.2."""

from __future__ import annotations

import itertools

import pytest

from swarmlab.engine.errors import Conflict, InvalidParameter, ServerError
from swarmlab.engine.host.container import Container, ContainerConfig
from swarmlab.engine.host.container_runs import SHORTEST_RUN_S
from tests.engine.hosts import LocalHost


@pytest.fixture
def host() -> LocalHost:
    return LocalHost()


def _starts(host: LocalHost) -> list[float]:
    return [event.time for event in host.events.past() if (event.type, event.action) == ("container", "start")]


def _crasher(host: LocalHost, policy: str, **config: object) -> Container:
    return host.run("sh", "-c", "exit 2", name="one", restart=policy, **config)


def test_always_starts_again_and_again(host: LocalHost) -> None:
    """Each time twice as late, from a tenth of a second on."""
    container = _crasher(host, "always")
    host.advance(SHORTEST_RUN_S + 0.01)
    assert (container.state.status, container.state.running, container.state.exit_code) == ("restarting", True, 2)
    host.advance(6)
    assert container.restart_count >= 3
    starts = _starts(host)
    waits = [later - earlier for earlier, later in itertools.pairwise(starts)]
    for number, wait in enumerate(waits):
        shortest = 0.1 * 2**number + SHORTEST_RUN_S
        assert shortest + 0.35 <= wait <= shortest + 0.75


def test_a_good_run_begins_with_the_shortest_wait(host: LocalHost) -> None:
    """Ten seconds are good."""
    host.run("sh", "-c", "sleep 11; exit 1", restart="always")
    host.advance(60)
    starts = _starts(host)
    assert all(11.4 < later - earlier < 11.9 for earlier, later in itertools.pairwise(starts))


def test_on_failure_counts(host: LocalHost) -> None:
    """So many times, and not after a success."""
    container = _crasher(host, "on-failure", restart_max_retries=3)
    host.advance(20)
    assert (container.state.status, container.restart_count, len(_starts(host))) == ("exited", 3, 4)
    fine = host.run("true", restart="on-failure")
    host.advance(5)
    assert (fine.state.status, fine.restart_count) == ("exited", 0)


@pytest.mark.parametrize("policy", ["always", "unless-stopped"])
def test_what_was_stopped_stays_so(host: LocalHost, policy: str) -> None:
    """Whether it runs or waits for its next start; the next start of a user's counts anew."""
    container = _crasher(host, policy)
    host.advance(3)
    assert container.restart_count > 0
    host.wait(host.containers.stop("one"))
    host.advance(10)
    assert container.state.status == "exited"
    host.wait(host.containers.start("one"))
    host.advance(SHORTEST_RUN_S + 0.01)
    assert container.restart_count == 1


@pytest.mark.parametrize(("policy", "back"), [("always", True), ("unless-stopped", False), ("no", False)])
def test_after_the_engines_death_stopped_ones_come_back_by_policy(host: LocalHost, policy: str, back: bool) -> None:
    """`always` means it."""
    container = host.run("sleep", "1000", restart=policy)
    host.wait(host.containers.stop(container.id, timeout_s=0))
    host.containers.power_off()
    host.containers.power_on()
    host.advance(2)
    assert container.state.running == back


@pytest.mark.parametrize(
    ("policy", "back"), [("always", True), ("unless-stopped", True), ("on-failure", True), ("no", False)]
)
def test_after_the_engines_death_running_ones_come_back(host: LocalHost, policy: str, back: bool) -> None:
    """Its death is a failure."""
    container = host.run("sleep", "1000", restart=policy)
    host.containers.power_off()
    host.containers.power_on()
    host.advance(2)
    assert container.state.running == back


def test_a_restarting_container_is_not_removed(host: LocalHost) -> None:
    """Unless by force, nor does it stand still."""
    container = _crasher(host, "always")
    host.advance(3)
    while not container.state.restarting:
        host.advance(0.05)
    with pytest.raises(Conflict, match=r'^cannot remove container "one": container is restarting: stop the container'):
        host.containers.remove("one")
    with pytest.raises(Conflict, match=r"is restarting, wait until the container is running$"):
        host.containers.pause("one")
    host.containers.remove("one", force=True)
    host.advance(10)
    assert host.containers.list(all_=True) == []


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"restart": "foo"}, "unknown policy 'foo'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'"),
        ({"restart": "always", "restart_max_retries": 3}, "maximum retry count can only be used with 'on-failure'"),
        ({"restart": "on-failure", "restart_max_retries": -1}, "maximum retry count cannot be negative"),
        ({"restart": "always", "auto_remove": True}, "can't create 'AutoRemove' container with restart policy"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(host: LocalHost, config: dict[str, object], text: str) -> None:
    """At creation."""
    with pytest.raises(InvalidParameter, match=text.replace("(", r"\(")):
        host.containers.create(ContainerConfig(image="alpine", **config))  # type: ignore[arg-type]


# --- restart and pause by hand ---


def test_restart_stops_and_starts(host: LocalHost) -> None:
    """A container that goes at its end stays for that."""
    container = host.run("sleep", "1000", auto_remove=True)
    host.wait(host.containers.restart(container.id, timeout_s=0))
    assert container.state.running
    actions = [event.action for event in host.events.past() if event.type == "container"]
    assert actions[2:] == ["kill", "kill", "stop", "die", "start", "restart"]


def test_a_paused_container_stands_still(host: LocalHost) -> None:
    """It writes nothing, and goes on after."""
    container = host.run("ping", "docker.com")
    host.advance(3)
    host.containers.pause(container.id)
    written = len(container.log._lines or ())
    host.advance(60)
    assert (container.state.status, container.state.running) == ("paused", True)
    assert len(container.log._lines or ()) == written
    host.containers.unpause(container.id)
    host.advance(2)
    assert len(container.log._lines or ()) > written


def test_signals_wake_a_paused_container(host: LocalHost) -> None:
    """A kill gets there; a second pause and an unneeded unpause are refused."""
    container = host.run("sleep", "1000", name="one")
    host.containers.pause("one")
    with pytest.raises(Conflict, match=f"^Container {container.id} is already paused$"):
        host.containers.pause("one")
    with pytest.raises(Conflict, match=r"^cannot start a paused container, try unpause instead$"):
        host.containers.start("one").result()
    host.containers.kill("one", "SIGHUP")
    assert container.state.status == "running"
    with pytest.raises(ServerError, match=f"^Container {container.id} is not paused$"):
        host.containers.unpause("one")
    host.containers.pause("one")
    host.wait(host.containers.stop("one", timeout_s=1))
    assert (container.state.status, container.state.exit_code) == ("exited", 137)
