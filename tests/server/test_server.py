"""Simulated engines behind their sockets, asked with the docker SDK in manual time."""

import json
import socket
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from docker import DockerClient
from docker.errors import APIError, DockerException, NotFound
from requests.exceptions import RequestException

from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.engine.simulation import Simulation
from swarmlab.server import SimulationFailed
from tests.labs import StartLab

PING = ["ping", "docker.com"]


def socket_of(lab: EmbeddedBackend, node: str = "docker-swarm-3") -> str:
    (host,) = (host for host in lab.hosts if host.name == node)
    return host.docker_host.removeprefix("unix://")


def raw_request(lab: EmbeddedBackend, request: str) -> socket.socket:
    """A connection of one's own, on which a request has been sent."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(5)
    connection.connect(socket_of(lab))
    connection.sendall(request.replace("\n", "\r\n").encode())
    return connection


def read_until(connection: socket.socket, end: bytes) -> bytes:
    content = b""
    while end not in content and (part := connection.recv(65536)):
        content += part
    return content


def exchanges(lab: EmbeddedBackend) -> int:
    """How many requests are under way."""
    return lab._server.call(lambda _: len(lab._server._exchanges))


def wait_until(condition: Callable[[], bool]) -> None:
    """Give other threads their turn."""
    for _ in range(500):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("this never came to pass")


def test_a_server_that_cannot_start_leaves_no_thread(tmp_path: Path) -> None:
    """The directory is not there."""
    before = threading.active_count()
    with pytest.raises(FileNotFoundError):
        EmbeddedBackend(time="manual", directory=tmp_path / "nowhere")
    assert threading.active_count() == before


# --- HTTP ----------------------------------------------------------------------------------------------------------


def test_one_connection_serves_many_requests(formed: EmbeddedBackend) -> None:
    """HTTP keep-alive, HEAD included."""
    with closing(raw_request(formed, "HEAD /_ping HTTP/1.1\nHost: x\n\n")) as connection:
        head = read_until(connection, b"\r\n\r\n")
        assert b"Api-Version: 1.51" in head
        assert b"Swarm: active/manager" in head
        connection.sendall(b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n")
        assert read_until(connection, b"OK").endswith(b"\r\n\r\nOK")


def test_a_chunked_body_is_read(formed: EmbeddedBackend) -> None:
    """Clients may send a body without saying how long it is."""
    body = json.dumps({"Name": "data"}).encode()
    head = "POST /volumes/create HTTP/1.1\nHost: x\nContent-Type: application/json\nTransfer-Encoding: chunked\n\n"
    with closing(raw_request(formed, head)) as connection:
        connection.sendall(b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))
        assert b"201 Created" in read_until(connection, b"\r\n\r\n")


def test_what_is_missing_names_itself(manager: DockerClient) -> None:
    """501, not a wrong answer."""
    with pytest.raises(APIError, match="POST /commit is not implemented by this engine") as refused:
        manager.api.commit("x")
    assert refused.value.status_code == 501


def test_a_parameter_that_nobody_reads_names_itself(manager: DockerClient) -> None:
    """501 when it says something."""
    with pytest.raises(APIError, match=r"the parameter verbose of GET /networks/\{id\} is not implemented"):
        manager.networks.get("ingress", verbose=True)


# --- manual time ---------------------------------------------------------------------------------------------------


def test_reads_move_no_time(formed: EmbeddedBackend, manager: DockerClient) -> None:
    """However many there are."""
    before = formed.clock.now()
    for _ in range(3):
        manager.nodes.list()
        manager.info()
    assert formed.clock.now() == before


def test_a_request_that_waits_moves_time_as_far_as_needed(formed: EmbeddedBackend, manager: DockerClient) -> None:
    """`ping` as process 1 ignores SIGTERM: stopping takes the ten seconds of grace."""
    container = manager.containers.run("alpine", PING, detach=True)
    before = formed.clock.now()
    container.stop()
    assert 10 <= (formed.clock.now() - before).total_seconds() < 11


def test_a_container_runs_to_its_end_while_the_client_waits(manager: DockerClient) -> None:
    """`docker run` without -d."""
    assert manager.containers.run("alpine", ["echo", "hi"]) == b"hi\n"


def test_waiting_for_what_has_not_begun_moves_no_time(formed: EmbeddedBackend, manager: DockerClient) -> None:
    """The docker CLI waits for a container's exit before it starts it."""
    manager.images.pull("alpine", tag="latest")
    container = manager.containers.create("alpine", ["sleep", "3"])
    before = formed.clock.now()
    wait = f"POST /containers/{container.id}/wait?condition=next-exit HTTP/1.1\nHost: x\n\n"
    with closing(raw_request(formed, wait)) as connection:
        assert b"200 OK" in read_until(connection, b"\r\n\r\n")
        assert formed.clock.now() == before
        container.start()
        assert b'{"StatusCode":0}' in read_until(connection, b"0\r\n\r\n")
    assert 3 <= (formed.clock.now() - before).total_seconds() < 5


def test_output_due_is_there_when_sleeping_returns(formed: EmbeddedBackend, manager: DockerClient) -> None:
    """A follower reads it without waiting."""
    container = manager.containers.run("alpine", PING, detach=True)
    request = f"GET /containers/{container.id}/logs?stdout=1&follow=1&tail=0 HTTP/1.1\nHost: x\n\n"
    with closing(raw_request(formed, request)) as connection:
        read_until(connection, b"\r\n\r\n")
        formed.clock.sleep(5)
        connection.setblocking(False)
        assert connection.recv(1 << 20).count(b"64 bytes from") == 5


def test_two_labs_of_one_seed_are_equal(start_lab: StartLab) -> None:
    """To the last byte, ids and times included."""

    def story(lab: EmbeddedBackend) -> str:
        with closing(lab.client("docker-swarm-3")) as client:
            client.swarm.init(advertise_addr="172.31.16.13")
            token = client.swarm.attrs["JoinTokens"]["Worker"]
            with closing(lab.client("docker-swarm-1")) as worker:
                worker.swarm.join(remote_addrs=["172.31.16.13"], join_token=token)
            service = client.services.create("alpine", args=PING, name="web", mode={"Replicated": {"Replicas": 3}})
            lab.clock.sleep(8)
            logs = b"".join(service.logs(stdout=True))
            seen = [client.info(), client.version(), [n.attrs for n in client.nodes.list()], service.tasks()]
            return json.dumps([*seen, service.attrs, logs.decode(), lab.clock.now().isoformat()])

    assert story(start_lab()) == story(start_lab())


def test_another_seed_gives_another_lab(start_lab: StartLab) -> None:
    """Ids are drawn from it."""
    first, second = start_lab("formed", seed=1), start_lab("formed", seed=2)
    with closing(first.client("docker-swarm-3")) as one, closing(second.client("docker-swarm-3")) as other:
        assert one.info()["Swarm"]["NodeID"] != other.info()["Swarm"]["NodeID"]


# --- streams -------------------------------------------------------------------------------------------------------


def test_a_stream_ends_when_its_client_goes_away(formed: EmbeddedBackend, manager: DockerClient) -> None:
    """Nobody follows for nobody."""
    container = manager.containers.run("alpine", PING, detach=True)
    request = f"GET /containers/{container.id}/logs?stdout=1&follow=1 HTTP/1.1\nHost: x\n\n"
    with closing(raw_request(formed, request)) as connection:
        read_until(connection, b"\r\n\r\n")
        assert exchanges(formed) == 1
    wait_until(lambda: exchanges(formed) == 0)


def test_a_slow_reader_loses_nothing(formed: EmbeddedBackend, manager: DockerClient) -> None:
    """What it does not take waits in the engine."""
    line = "x" * 1000
    script = f"i=0; while [ $i -lt 3000 ]; do echo {line}; i=$((i+1)); sleep 0.01; done"
    container = manager.containers.run("alpine", ["sh", "-c", script], detach=True)
    request = f"GET /containers/{container.id}/logs?stdout=1&follow=1 HTTP/1.1\nHost: x\n\n"
    with closing(raw_request(formed, request)) as connection:
        container.wait()
        content = read_until(connection, b"\r\n0\r\n\r\n")
    assert content.count(line.encode()) == 3000


def test_events_come_as_they_happen(formed: EmbeddedBackend, manager: DockerClient) -> None:
    """A stream of lines of JSON."""
    with closing(raw_request(formed, "GET /events HTTP/1.1\nHost: x\n\n")) as connection:
        read_until(connection, b"\r\n\r\n")
        manager.volumes.create("data")
        assert b'"Type":"volume","Action":"create"' in read_until(connection, b"\n")


def test_an_attached_connection_carries_the_output(formed: EmbeddedBackend, manager: DockerClient) -> None:
    """101, then the container's output in frames, then the end."""
    manager.images.pull("alpine", tag="latest")
    container = manager.containers.create("alpine", ["echo", "hi"])
    request = f"POST /containers/{container.id}/attach?stream=1&stdout=1&stderr=1 HTTP/1.1\nHost: x\n"
    with closing(raw_request(formed, request + "Connection: Upgrade\nUpgrade: tcp\n\n")) as connection:
        assert b"101 UPGRADED" in read_until(connection, b"\r\n\r\n")
        container.start()
        container.wait()
        assert read_until(connection, b"\n") == b"\x01\x00\x00\x00\x00\x00\x00\x03hi\n"
        assert connection.recv(1) == b""


# --- engines that die ----------------------------------------------------------------------------------------------


def test_a_dead_engine_refuses(formed: EmbeddedBackend) -> None:
    """And its socket is still there."""
    formed.faults.stop("docker-swarm-1")
    assert Path(socket_of(formed, "docker-swarm-1")).is_socket()
    with pytest.raises(DockerException):
        formed.client("docker-swarm-1")
    formed.faults.start("docker-swarm-1")
    with closing(formed.client("docker-swarm-1")) as client:
        assert client.ping()


def test_open_connections_die_with_the_engine(formed: EmbeddedBackend) -> None:
    """Also those that are kept alive."""
    with closing(formed.client("docker-swarm-1")) as client:
        formed.faults.stop("docker-swarm-1")
        with pytest.raises(RequestException):
            client.ping()


# --- bugs of ours --------------------------------------------------------------------------------------------------


def fail(*_: object) -> None:
    raise RuntimeError("a bug")


def test_an_exception_in_a_handler_is_answered_and_kept(start_lab: StartLab) -> None:
    """500, and raised by close."""
    lab = start_lab()

    def break_volumes(simulation: Simulation) -> None:
        simulation.daemons["docker-swarm-1"].volumes.list = fail  # type: ignore[assignment]

    lab._server.call(break_volumes)
    with closing(lab.client("docker-swarm-1")) as client:
        with pytest.raises(APIError, match="the simulated engine went wrong: RuntimeError: a bug"):
            client.volumes.list()
        assert client.ping()
    with pytest.raises(SimulationFailed):
        lab.close()


def test_an_exception_of_the_simulation_stops_everything(start_lab: StartLab) -> None:
    """Whoever lets time pass is told; every request is answered with it until the lab is reset."""
    lab = start_lab()
    lab._server.call(lambda simulation: simulation.clock.after(1, fail))
    with pytest.raises(SimulationFailed):
        lab.clock.sleep(2)
    with pytest.raises(DockerException, match="RuntimeError: a bug"):
        lab.client("docker-swarm-1")
    lab.reset("formed")
    with closing(lab.client("docker-swarm-3")) as client:
        assert len(client.nodes.list()) == 3


def test_a_closed_server_says_so(start_lab: StartLab) -> None:
    """Instead of waiting for ever."""
    lab = start_lab()
    lab.close()
    with pytest.raises(RuntimeError, match="this lab has ended"):
        lab.clock.sleep(1)


def test_not_found_is_the_sdks_not_found(manager: DockerClient) -> None:
    """Errors are of the right kind."""
    with pytest.raises(NotFound, match="service nosuch not found"):
        manager.services.get("nosuch")
