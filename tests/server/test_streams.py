"""Answers that flow: each ends with its client, and none holds up another or fills the memory."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from docker import DockerClient

from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.engine.host.events import UNREAD
from tests.labs import StartLab
from tests.server.raw_client import RawClient

PING = ["ping", "docker.com"]


@pytest.fixture
def lab(start_lab: StartLab) -> EmbeddedBackend:
    return start_lab("formed")


@pytest.fixture
def manager(lab: EmbeddedBackend) -> Iterator[DockerClient]:
    with closing(lab.client("docker-swarm-3")) as client:
        client.images.pull("alpine", tag="latest")
        client.containers.run("alpine", PING, detach=True, name="pinger")
        client.services.create("alpine", args=PING, name="web")
        lab.clock.sleep(5)
        yield client


def under_way(lab: EmbeddedBackend) -> int:
    return lab._server.call(lambda _: len(lab._server._exchanges))


def listeners(lab: EmbeddedBackend) -> int:
    """Who still hears events of docker-swarm-3."""
    return lab._server.call(
        lambda simulation: sum(not stream.ended for stream in simulation.daemons["docker-swarm-3"].events._streams)
    )


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


STREAMS = {
    "events": "GET /events",
    "a container's logs": "GET /containers/pinger/logs?stdout=1&follow=1",
    "a service's logs": "GET /services/web/logs?stdout=1&follow=1",
    "attach": "POST /containers/pinger/attach?stream=1&stdout=1",
    "stats": "GET /containers/pinger/stats?stream=1",
    "wait": "POST /containers/pinger/wait",
}


@pytest.mark.parametrize("line", STREAMS.values(), ids=STREAMS)
@pytest.mark.parametrize("how", ["closes", "ends its half"])
def test_a_stream_ends_with_its_client(lab: EmbeddedBackend, manager: DockerClient, line: str, how: str) -> None:
    """Nothing of it is left: no exchange, nobody who listens."""
    with RawClient(lab) as client:
        client.send(line)
        assert " 200 OK" in client.read_head()
        assert under_way(lab) == 1
        if how == "ends its half":
            client.end()
            wait_until(lambda: under_way(lab) == 0)
    wait_until(lambda: under_way(lab) == 0)
    assert listeners(lab) == 0


def test_an_attached_terminal_ends_with_its_client(lab: EmbeddedBackend, manager: DockerClient) -> None:
    """Over a connection that was taken over, too."""
    with RawClient(lab) as client:
        client.send(STREAMS["attach"], Connection="Upgrade", Upgrade="tcp")
        assert "101 UPGRADED" in client.read_head()
    lab.clock.sleep(3)
    wait_until(lambda: under_way(lab) == 0)


def test_an_upgrade_to_nothing_is_none(lab: EmbeddedBackend, manager: DockerClient) -> None:
    """Its client gets a plain stream."""
    with RawClient(lab) as client:
        client.send(STREAMS["attach"], Connection="Upgrade", Upgrade=",")
        assert "HTTP/1.1 200 OK" in client.read_head()
        lab.clock.sleep(1)
        assert b"64 bytes" in client.read_chunk()


def test_an_old_client_gets_a_stream_without_chunks(lab: EmbeddedBackend, manager: DockerClient) -> None:
    """HTTP/1.0: the stream ends with the connection, and what flows is no head, whatever it looks like."""
    manager.containers.run("alpine", ["echo", "HTTP/1.1"], name="once")
    with RawClient(lab) as client:
        client.send_bytes(b"GET /containers/once/logs?stdout=1 HTTP/1.0\r\n\r\n")
        head = client.read_head()
        assert head.startswith("HTTP/1.0 200 OK")
        assert "chunked" not in head
        assert client.read_to_end().endswith(b"HTTP/1.1\n")


def test_input_that_comes_with_the_head_is_not_lost(lab: EmbeddedBackend, manager: DockerClient) -> None:
    """Over a connection that was taken over; nor is the end of it."""
    command = manager.api.exec_create("pinger", ["cat"], stdin=True)["Id"]
    body = b'{"Detach":false,"Tty":false}'
    head = f"POST /exec/{command}/start HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    upgrade = f"Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: {len(body)}\r\n\r\n"
    with RawClient(lab) as client:
        client.send_bytes((head + upgrade).encode() + body + b"early\n")
        client.end()
        assert "101 UPGRADED" in client.read_head()
        assert client.read_to_end().endswith(b"early\n")


@pytest.mark.parametrize("how", ["closes", "ends its half"])
def test_a_pull_is_given_up_when_its_client_goes(start_lab: StartLab, how: str) -> None:
    """As on a real engine: the image never arrives; who pulls it next begins anew. In live time: manual time jumps."""
    lab = start_lab(time="live", rate=2)
    with RawClient(lab) as client:
        client.send("POST /images/create?fromImage=postgres&tag=latest")
        client.read_head()
        if how == "ends its half":
            client.end()
            wait_until(lambda: under_way(lab) == 0)
    wait_until(lambda: under_way(lab) == 0)
    lab.clock.set_rate(50)
    lab.clock.sleep(60)
    with closing(lab.client("docker-swarm-3")) as manager:
        assert manager.images.list(name="postgres") == []
        assert manager.images.pull("postgres", tag="latest").tags == ["postgres:latest"]


@pytest.mark.parametrize("request_line", ["POST /images/create?fromImage=postgres&tag=latest", "POST /swarm/init"])
def test_who_waits_hears_nothing_when_the_engine_dies(start_lab: StartLab, request_line: str) -> None:
    """The connection ends, as when a real one is killed; no last words are written."""
    lab = start_lab(time="live", rate=0.01)
    with RawClient(lab, "docker-swarm-1") as client:
        client.send(request_line, b'{"ListenAddr":"0.0.0.0:2377"}', Content_Type="application/json")
        wait_until(lambda: under_way(lab) == 1)
        lab.faults.stop("docker-swarm-1")
        assert b"stopped" not in client.read_to_end()


def test_who_waits_for_an_answer_may_go(lab: EmbeddedBackend, manager: DockerClient) -> None:
    """A join that needs 20 seconds of engine time is left to itself, and moves time no more."""
    lab.faults.block("docker-swarm-3", "2377/tcp")
    token = manager.swarm.attrs["JoinTokens"]["Worker"]
    with closing(lab.client("docker-swarm-1")) as worker:
        worker.swarm.leave()
    body = f'{{"ListenAddr":"0.0.0.0:2377","RemoteAddrs":["172.31.16.13"],"JoinToken":"{token}"}}'.encode()
    lab._server.call(lambda _: None)
    with RawClient(lab, "docker-swarm-1") as client:
        client.send("POST /swarm/join", body, Content_Type="application/json")
    wait_until(lambda: under_way(lab) == 0)


def test_a_slow_reader_holds_up_nobody(lab: EmbeddedBackend, manager: DockerClient) -> None:
    """It reads nothing, the others read all; what it misses is not kept for ever."""
    with RawClient(lab) as slow, RawClient(lab) as quick:
        for client in (slow, quick):
            client.send("GET /events")
            client.read_head()
        for number in range(2 * UNREAD):
            manager.volumes.create(f"v{number}")
            assert f'"ID":"v{number}"'.encode() in quick.read_chunk()
        kept = lab._server.call(
            lambda simulation: max(len(s._unread) for s in simulation.daemons["docker-swarm-3"].events._streams)
        )
        assert kept <= UNREAD


def test_the_memory_of_a_slow_reader_of_logs_is_bounded(lab: EmbeddedBackend, manager: DockerClient) -> None:
    """What it does not take waits in the log that is there anyway, not in the connection."""
    line = "x" * 1000
    script = f"i=0; while [ $i -lt 3000 ]; do echo {line}; i=$((i+1)); sleep 0.01; done"
    manager.containers.run("alpine", ["sh", "-c", script], detach=True, name="loud")
    with RawClient(lab) as slow:
        slow.send("GET /containers/loud/logs?stdout=1&follow=1")
        slow.read_head()
        lab.clock.sleep(40)
        written = lab._server.call(
            lambda _: sum(
                each._transport.get_write_buffer_size() for each in lab._server._doors["docker-swarm-3"]._connections
            )
        )
        assert written < 1 << 20


def test_events_until_a_time_end_then(lab: EmbeddedBackend, manager: DockerClient) -> None:
    """In manual time whoever names an end makes time pass."""
    before = lab.clock.now()
    assert list(manager.events(until=before.timestamp() + 7.5)) is not None
    assert 7.5 <= (lab.clock.now() - before).total_seconds() < 8
