"""Tests of `docker run --restart`. Recorded from 28.5.2."""

from __future__ import annotations

import itertools
from dataclasses import replace

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


# --- which signals stop for good. Source: moby daemon/kill.go, killWithSignal ---


@pytest.mark.parametrize(
    ("policy", "signal", "back"),
    [
        ("always", "SIGTERM", True),
        ("always", "SIGQUIT", False),
        ("always", "SIGKILL", False),
        ("unless-stopped", "SIGTERM", False),
    ],
)
def test_only_its_own_stop_signal_and_sigkill_end_a_container_for_good(
    host: LocalHost, policy: str, signal: str, back: bool
) -> None:
    """nginx ends at any of these, and names SIGQUIT; for `unless-stopped` any signal of a user's is a stop."""
    container = host.run(image="nginx:alpine", name="one", restart=policy)
    host.advance(3)
    host.containers.kill("one", signal)
    host.advance(3)
    assert (container.state.status == "running", container.restart_count) == (back, int(back))


def test_a_signal_long_before_the_end_is_no_stop(host: LocalHost) -> None:
    """What was told to read its settings again is started again when it ends at last."""
    container = host.run("sleep", "5", image="nginx:alpine", name="one", restart="always")
    host.containers.kill("one", "SIGHUP")
    host.advance(8)
    assert (container.state.status, container.restart_count) == ("running", 1)


@pytest.mark.parametrize(("config", "status"), [({}, "exited"), ({"stop_signal": "SIGTERM"}, "running")])
def test_any_signal_stops_a_container_that_names_none(host: LocalHost, config: dict[str, str], status: str) -> None:
    """An image that names none is alpine."""
    script = "trap 'exit 3' HUP; while true; do sleep 1; done"
    container = host.run("sh", "-c", script, name="one", restart="always", **config)
    host.advance(2)
    host.containers.kill("one", "SIGHUP")
    host.advance(4)
    assert container.state.status == status


def test_a_signal_that_stops_nothing_leaves_a_start_planned(host: LocalHost) -> None:
    """A container between two runs has nobody to hear it."""
    container = _crasher(host, "always", stop_signal="SIGQUIT")
    host.advance(3)
    while not container.state.restarting:
        host.advance(0.05)
    host.containers.kill("one", "SIGHUP")
    assert container.state.status == "restarting"
    host.containers.kill("one", "SIGQUIT")
    assert container.state.status == "exited"


def test_what_began_anew_by_its_policy_was_not_stopped(host: LocalHost) -> None:
    """A signal counts for the run that heard it."""
    container = host.run(image="nginx:alpine", name="one", restart="always")
    host.advance(3)
    host.containers.kill("one", "SIGTERM")
    host.advance(3)
    host.containers.update("one", lambda config: replace(config, restart="unless-stopped"))
    host.containers.power_off()
    host.containers.power_on()
    host.advance(2)
    assert container.state.running


def test_a_restart_whose_signal_is_no_stop_is_left_to_the_policy(host: LocalHost) -> None:
    """The container is up again before the restart comes to start it."""
    container = host.run(image="nginx:alpine", name="one", restart="always")
    host.advance(3)
    host.wait(host.containers.restart("one", signal="SIGTERM"))
    host.advance(3)
    assert container.state.status == "running"


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


def test_a_signal_that_stops_nothing_waits_until_a_paused_container_goes_on(host: LocalHost) -> None:
    """Its stop signal wakes it."""
    container = host.run(image="nginx:alpine", name="one")
    host.containers.pause("one")
    host.containers.kill("one", "SIGHUP")
    assert container.state.status == "paused"
    host.containers.kill("one", "SIGQUIT")
    host.advance(2)
    assert (container.state.status, container.state.exit_code) == ("exited", 0)


def test_signals_wake_a_paused_container(host: LocalHost) -> None:
    """One that names no stop signal: a kill gets there; a second pause and an unneeded unpause are refused."""
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
