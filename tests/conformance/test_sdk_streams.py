"""What flows through the docker SDK: attach, followed logs, events, pulls, stats; each ends with what it is about.

Or with its client, after which the engine answers as before. Time passes through the lab's clock: on the embedded lab
nothing that is read moves it.
"""

from __future__ import annotations

import gc
import itertools
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from docker import DockerClient

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, create_service

STARTS_FROM = "formed"

COUNT = ["sh", "-c", "echo one; sleep 2; echo two >&2; sleep 2; echo three; sleep 1; exit 3"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Flowed:
    """What came through each stream."""

    pulled: list[dict[str, Any]]
    pulled_again: list[dict[str, Any]]
    attached: bytes
    attached_later: bytes
    apart: list[tuple[bytes | None, bytes | None]]
    followed: list[bytes]
    stamped: list[bytes]
    status: int
    service: list[bytes]
    events: list[tuple[str, str, str]]
    stats: list[dict[str, Any]]


@pytest.fixture(scope="module")
def flowed(lab: Lab) -> Flowed:
    """What the story showed; the SDK leaves the sockets of what it attached to, to Python's collector."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        told = play(lab)
        gc.collect()
    return told


def play(lab: Lab) -> Flowed:
    """The story: one container that ends, one service that goes on, one host's events."""
    client = lab[MANAGER].client
    pulled = [list(client.api.pull("alpine", tag="latest", stream=True, decode=True)) for _ in range(2)]
    events = client.events(decode=True, filters={"type": "volume"})
    box = client.containers.run("alpine", COUNT, detach=True, name="counter")
    lab.clock.sleep(1)
    attached, apart = box.attach(stream=True, logs=True), box.attach(stream=True, logs=True, demux=True)
    attached_later = box.attach(stream=True)
    followed = box.logs(stream=True, follow=True)
    stats = client.api.stats("counter", stream=True, decode=True)
    lab.clock.sleep(6)
    return Flowed(
        pulled=pulled[0],
        pulled_again=pulled[1],
        attached=b"".join(attached),
        attached_later=b"".join(attached_later),
        apart=list(apart),
        followed=list(followed),
        stamped=list(box.logs(stream=True, timestamps=True, stdout=True, stderr=False)),
        status=box.wait()["StatusCode"],
        service=service_lines(lab, client),
        events=volume_events(client, events),
        stats=list(itertools.islice(stats, 2)),
    )


def service_lines(lab: Lab, client: DockerClient) -> list[bytes]:
    """What a service's tasks write while their logs are followed."""
    create_service(lab, args=("sh", "-c", "i=0; while true; do echo line $i; i=$((i+1)); sleep 1; done"))
    lines: Iterator[bytes] = client.services.list()[0].logs(follow=True, stdout=True)
    seen = [next(lines)]
    lab.clock.sleep(5)
    seen += itertools.islice(lines, 3)
    lines.close()  # type: ignore[attr-defined]
    return seen


def volume_events(client: DockerClient, events: Any) -> list[tuple[str, str, str]]:
    """What happens to a volume, as it happens; the stream is closed in the middle."""
    client.volumes.create("eventful")
    first = next(events)
    client.volumes.get("eventful").remove()
    second = next(events)
    events.close()
    return [(event["Type"], event["Action"], event["Actor"]["ID"]) for event in (first, second)]


def test_a_pull_tells_what_it_does(flowed: Flowed) -> None:
    """From the repository to the digest; a second one finds everything there."""
    statuses = [line["status"] for line in flowed.pulled]
    assert (statuses[0], flowed.pulled[0]["id"]) == ("Pulling from library/alpine", "latest")
    assert statuses[-2].startswith("Digest: sha256:")
    assert statuses[-1] == "Status: Downloaded newer image for alpine:latest"
    assert {"Pulling fs layer", "Pull complete"} <= set(statuses)
    again = [line["status"] for line in flowed.pulled_again]
    assert again == [statuses[0], statuses[-2], "Status: Image is up to date for alpine:latest"]


def test_attach_gives_what_was_written_and_what_is_written(flowed: Flowed) -> None:
    """Until the container ends; without `logs` only what is written from then on."""
    assert flowed.attached == b"one\ntwo\nthree\n"
    assert flowed.attached_later == b"two\nthree\n"


def test_attach_keeps_the_streams_apart(flowed: Flowed) -> None:
    """Standard output and errors, in the order in which they were written."""
    assert flowed.apart == [(b"one\n", None), (None, b"two\n"), (b"three\n", None)]


def test_followed_logs_end_with_the_container(flowed: Flowed) -> None:
    """And a wait for it knows its exit status."""
    assert flowed.followed == [b"one\n", b"two\n", b"three\n"]
    assert flowed.status == 3


def test_logs_may_leave_out_a_stream_and_name_the_time(flowed: Flowed) -> None:
    """A line each, with its time in front."""
    assert [line.split(b"Z ", 1)[1] for line in flowed.stamped] == [b"one\n", b"three\n"]


def test_a_services_logs_are_followed_until_the_client_goes(flowed: Flowed) -> None:
    """Its tasks go on; lines come as they are written."""
    assert flowed.service == [b"line 0\n", b"line 1\n", b"line 2\n", b"line 3\n"]


def test_events_come_as_they_happen(flowed: Flowed) -> None:
    """Only of the type that was asked for, though containers were made meanwhile."""
    assert flowed.events == [("volume", "create", "eventful"), ("volume", "destroy", "eventful")]


def test_stats_come_every_second(flowed: Flowed) -> None:
    """The first one knows none before it; they name the container."""
    first, second = flowed.stats
    assert first["name"] == second["name"] == "/counter"
    assert first["read"] < second["read"]
    assert second["preread"] == first["read"]
    assert first["preread"] == "0001-01-01T00:00:00Z"


def test_streams_that_are_left_do_not_stay(lab: Lab, flowed: Flowed) -> None:
    """The engine answers as before, over the same client."""
    client = lab[MANAGER].client
    assert client.ping()
    assert client.services.list()[0].name == "helloworld"
