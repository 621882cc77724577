"""Live time at a rate, its pauses and steps, and what readers with a clock on the wall see of it."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from docker import DockerClient

from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.client.protocols import TimeRefused
from tests.labs import StartLab
from tests.server.raw_client import RawClient

PING = ["ping", "docker.com"]
SOON = timedelta(seconds=1)


@contextmanager
def manager_of(lab: EmbeddedBackend) -> Iterator[DockerClient]:
    with closing(lab.client("docker-swarm-3")) as client:
        yield client


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text[:26].rstrip("Z")).replace(tzinfo=UTC)


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def running(client: DockerClient, name: str) -> bool:
    return any(task["Status"]["State"] == "running" for task in client.services.get(name).tasks())


@pytest.mark.parametrize("rate", [0.5, 10])
def test_a_new_object_was_made_now_whatever_the_rate(start_lab: StartLab, rate: float) -> None:
    """Neither minutes ago nor in the future, also when the lab has run for a while."""
    lab = start_lab("formed", time="live", rate=rate)
    lab.clock.sleep(3 * rate)
    with manager_of(lab) as client:
        service = client.services.create("alpine", args=PING, name="web")
        wait_until(lambda: bool(service.tasks()))
        (task,) = service.tasks()
        for text in (service.attrs["CreatedAt"], task["Status"]["Timestamp"], client.info()["SystemTime"]):
            assert abs(datetime.now(UTC) - moment(text)) < SOON


def test_an_object_keeps_its_time_through_pauses_and_rates(start_lab: StartLab) -> None:
    """To the last digit."""
    lab = start_lab("formed", time="live", rate=10)
    with manager_of(lab) as client:
        service = client.services.create("alpine", args=PING, name="web")
        wait_until(lambda: running(client, "web"))

        def times() -> list[str]:
            (task,) = client.api.tasks({"service": "web"})
            return [client.api.inspect_service(service.id)["CreatedAt"], task["Status"]["Timestamp"]]

        before = times()
        lab.clock.set_rate(50)
        lab.clock.pause()
        assert times() == before
        lab.clock.step()
        lab.clock.resume()
        lab.clock.set_rate(0.5)
        assert times() == before


def test_a_live_lab_that_nobody_bent_shows_engine_time(start_lab: StartLab) -> None:
    """At rate 1 the way to the reader's time is no way."""
    lab = start_lab(time="live")
    assert lab._server.on_time(lambda runner: runner.reader_time.to_reader(2e9)) == 2e9


def test_nothing_happens_in_a_pause(start_lab: StartLab) -> None:
    """Tasks stay as they are, however long one looks."""
    lab = start_lab("formed", time="live", rate=100)
    with manager_of(lab) as client:
        lab.clock.pause()
        before = lab.clock.elapsed()
        client.services.create("alpine", args=PING, name="web")
        time.sleep(0.2)
        assert lab.clock.elapsed() - before < 0.001
        assert not running(client, "web")
        lab.clock.resume()
        wait_until(lambda: running(client, "web"))


def test_what_is_asked_for_in_a_pause_happens_when_it_is_asked_for(start_lab: StartLab) -> None:
    """Not when the pause began."""
    lab = start_lab(time="live")
    with manager_of(lab) as client:
        lab.clock.pause()
        time.sleep(1.2)
        volume = client.volumes.create("late")
        assert datetime.now(UTC) - moment(volume.attrs["CreatedAt"]) < timedelta(seconds=1.1)


def test_a_step_goes_to_what_happens_next(start_lab: StartLab) -> None:
    """From one moment to the next, as often as it takes."""
    lab = start_lab("formed", time="live")
    with manager_of(lab) as client:
        lab.clock.pause()
        client.services.create("alpine", args=PING, name="web")
        steps = 0
        while not running(client, "web"):
            assert lab.clock.step() >= 0
            steps += 1
            assert steps < 500
        (task,) = client.api.tasks({"service": "web"})
        assert moment(task["Status"]["Timestamp"]) <= datetime.now(UTC) + SOON


def test_sleeping_in_a_pause_moves_time_at_once(start_lab: StartLab) -> None:
    """As in manual time, so that what waits in a pause ends."""
    lab = start_lab("formed", time="live")
    lab.clock.pause()
    before, wall = lab.clock.elapsed(), time.monotonic()
    lab.clock.sleep(30)
    assert lab.clock.elapsed() - before == pytest.approx(30)
    assert time.monotonic() - wall < 5
    assert lab.clock.now() - datetime.now(UTC) < SOON


def test_running_time_is_not_stepped(start_lab: StartLab) -> None:
    """It steps by itself."""
    with pytest.raises(TimeRefused, match=r"clock\.pause\(\) first"):
        start_lab(time="live").clock.step()


def test_manual_time_is_stepped_but_neither_paused_nor_given_a_rate(start_lab: StartLab) -> None:
    """It stands still by itself."""
    clock = start_lab("formed").clock
    before = clock.now()
    stepped = clock.step()
    assert stepped > 0
    assert clock.now() - before == pytest.approx(timedelta(seconds=stepped), abs=timedelta(microseconds=2))
    assert clock.rate is None
    for bend in (clock.pause, clock.resume, lambda: clock.set_rate(2)):
        with pytest.raises(TimeRefused, match="it passes while somebody waits for it"):
            bend()


@pytest.mark.parametrize("rate", [0, -1, float("inf"), float("nan")])
def test_time_cannot_pass_at_every_rate(start_lab: StartLab, rate: float) -> None:
    """Said before anything changes."""
    with pytest.raises(ValueError, match="time cannot pass at a rate of"):
        start_lab(time="live").clock.set_rate(rate)


def test_rate_and_pause_survive_a_reset(start_lab: StartLab) -> None:
    """A new lab in the place of the old one, whose time goes on as it did."""
    lab = start_lab("formed", time="live", rate=10)
    lab.clock.set_rate(20)
    lab.clock.pause()
    lab.reset("formed")
    assert lab.clock.rate == 20
    before = lab.clock.elapsed()
    time.sleep(0.1)
    assert lab.clock.elapsed() == before


def test_logs_since_a_time_of_the_readers(start_lab: StartLab) -> None:
    """Followed: at ten times the rate, what came in the reader's last second are ten seconds of the container's."""
    lab = start_lab("formed", time="live", rate=10)
    with manager_of(lab) as client:
        container = client.containers.run("alpine", PING, detach=True)
        time.sleep(2.5)
        since = time.time() - 1
        with RawClient(lab) as raw:
            raw.send(f"GET /containers/{container.id}/logs?stdout=1&timestamps=1&follow=1&since={since:.6f}")
            raw.read_head()
            first = raw.read_chunk()[8:].split(b" ")[0].decode()
        assert timedelta(seconds=-0.05) <= moment(first) - datetime.fromtimestamp(since, UTC) < timedelta(seconds=0.5)


def test_events_carry_the_readers_time(start_lab: StartLab) -> None:
    """And `since` and `until` mean it."""
    lab = start_lab(time="live", rate=10)
    with manager_of(lab) as client:
        client.volumes.create("early")
        time.sleep(1.1)
        middle = time.time()
        client.volumes.create("late")
        events = list(client.events(since=f"{middle:.6f}", until=f"{time.time():.6f}", decode=True))
        assert [event["Actor"]["ID"] for event in events] == ["late"]
        assert abs(events[0]["timeNano"] / 1e9 - time.time()) < 1
