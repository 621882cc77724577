"""What becomes of a lab, and of its neighbours, when its owner is killed, or a part of it is."""

import re
import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import docker
import pytest
from docker import DockerClient

from swarmlab.backends.dind import DindBackend, start
from swarmlab.backends.dind.labels import LAB_LABEL, remove_orphans
from swarmlab.backends.dind.nodes import NodeFailed
from swarmlab.backends.hosts.shell import is_here
from swarmlab.client.protocols import Fault
from swarmlab.ownership import create_lab_directory, lab_directories
from tests.real.inventory import census, files, keys, of_lab, of_nobody
from tests.real.own_docker import LabProcess
from tests.real.waiting import wait_until

WORKER, MANAGER = "docker-swarm-1", "docker-swarm-3"


@pytest.fixture
def local() -> Iterator[DockerClient]:
    with closing(docker.from_env()) as client:
        yield client


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    """Where the labs of this test have their directories."""
    return tmp_path / "labs"


@pytest.fixture
def process(runtime: Path) -> Iterator[Callable[[], LabProcess]]:
    """Makes processes that can have a lab; they end with the test."""
    made: list[LabProcess] = []

    def make() -> LabProcess:
        made.append(LabProcess(runtime))
        return made[-1]

    yield make
    for one in made:
        one.kill()
    with closing(docker.from_env()) as client:
        remove_orphans(client)


def swarm(lab: DindBackend, node: str) -> str:
    with closing(lab.client(node)) as client:
        return str(client.info()["Swarm"]["LocalNodeState"])


def nothing_new(local: DockerClient, before: set[str]) -> None:
    """Tests that run beside this one have containers of no lab for a moment."""
    wait_until(lambda: of_nobody(local) <= before, "nothing to be left")


# --- the owner is killed -------------------------------------------------------------------------------------------


def test_what_a_killed_owner_left_goes_with_the_next_start_and_nothing_else(
    lab: DindBackend, local: DockerClient, process: Callable[[], LabProcess], runtime: Path, show: Callable[[str], None]
) -> None:
    """Containers, networks, volumes, images' names, keys, processes, directories; another lab runs on, undisturbed.

    A container of a node was paused, and a node's own: what is paused is no more in the way than what runs.
    """
    before, neighbour = of_nobody(local), of_lab(local, lab.lab_id)
    dead = process()
    lab_id = dead.ask("(lab := Lab.start('helloworld')).backend.lab_id")
    assert len(of_lab(local, lab_id)) == 4 + 1 + 4
    dead.ask(f"lab['{WORKER}'].client.containers.run('alpine', 'sleep 1000', detach=True).pause()")
    local.containers.get(f"swarmlab-{lab_id}-docker-swarm-2").pause()
    dead.kill()
    ids = [str(one.id) for one in local.containers.list(filters={"label": f"{LAB_LABEL}={lab_id}"})]
    left = census(local, lab_id, runtime / lab_id, ids)
    assert left["processes"] > 4 or not is_here(local.info())
    assert len(keys(runtime)) == 4
    assert all(key.stat().st_mode & 0o777 == 0o600 for key in keys(runtime))

    next_one = process()
    next_id = next_one.ask("(lab := Lab.start('separate')).backend.lab_id")
    assert of_lab(local, lab_id) == []
    assert not (runtime / lab_id).exists()
    assert of_lab(local, lab.lab_id) == neighbour
    assert {swarm(lab, host.name) for host in lab.hosts} <= {"inactive", "active"}

    after = census(local, lab_id, runtime / lab_id, ids)
    show("\n".join(f"{kind:<11} {left[kind]:>3} after SIGKILL, {after[kind]:>3} after the next start" for kind in left))
    assert set(after.values()) == {0}

    next_one.ask("lab.close()")
    assert next_one.ask("[thread.name for thread in __import__('threading').enumerate()]") == ["MainThread"]
    nothing_new(local, before)
    assert of_lab(local, next_id) == []
    assert keys(runtime) == []
    assert files(runtime) == set()
    assert re.search(rf"Three Docker engines, lab {next_id}, are ready after \d", next_one.end())


@pytest.mark.parametrize("kind", ["network", "volume", "container"])
def test_half_a_lab_goes_with_the_next_start(
    kind: str,
    local: DockerClient,
    process: Callable[[], LabProcess],
    runtime: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its owner was killed as soon as the first thing of this kind was there."""
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(runtime))
    before = of_nobody(local)
    dead = process()
    dead.tell("Lab.start('formed')")
    wait_until(lambda: list(lab_directories()), "the lab's directory")
    (lab_id,) = (directory.lab_id for directory in lab_directories())
    wait_until(lambda: any(thing.startswith(kind) for thing in of_lab(local, lab_id)), f"a {kind} of the lab")
    dead.kill()

    def gone_with_a_start() -> bool:
        # What Docker was just asked for comes to be, though nobody waits for it any more: the start after takes it.
        create_lab_directory("dind").remove()
        remove_orphans(local)
        return of_lab(local, lab_id) == []

    wait_until(gone_with_a_start, "the half lab to be gone")
    nothing_new(local, before)
    assert files(runtime) == set()


def test_a_start_that_fails_leaves_nothing(local: DockerClient, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the nodes' image holds no engine: the text says so, with the end of the log."""
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("SWARMLAB_NODE_IMAGE", "alpine:latest")
    before = of_nobody(local)
    directory = create_lab_directory("dind")
    with pytest.raises(NodeFailed, match=r"docker-swarm-\d: the engine ended while it started. The end of its log:\n."):
        start(directory, "separate")
    directory.remove()
    nothing_new(local, before)
    assert files(runtime) == set()


# --- two labs ------------------------------------------------------------------------------------------------------


def test_two_labs_begin_at_once_and_have_nothing_in_common(
    local: DockerClient, process: Callable[[], LabProcess]
) -> None:
    """Other names, networks, ports, keys; when one ends the other does not notice."""
    first, second = process(), process()
    with ThreadPoolExecutor(2) as pool:
        begin = "(lab := Lab.start('formed')).backend.lab_id"
        ids = list(pool.map(lambda one: one.ask(begin), (first, second)))
    assert len(set(ids)) == 2
    things = [of_lab(local, one) for one in ids]
    assert [len(one) for one in things] == [9, 9]
    assert set(things[0]).isdisjoint(things[1])
    ends = [one.ask("[(host.address, host.docker_host) for host in lab.backend.hosts]") for one in (first, second)]
    assert len({address for end in ends for address, _ in end}) == 6
    assert len({host for end in ends for _, host in end}) == 6
    _, far = ends[1][0]
    with pytest.raises(Exception, match=r"certificate|CERTIFICATE"):
        first.ask(
            f"__import__('swarmlab.backends.tls_client', fromlist='x').TlsClient({far!r}, timeout_s=20, **"
            "{name: __import__('pathlib').Path(lab.backend.docker_config, name + '.pem')"
            " for name in ('ca', 'cert', 'key')}).ping()"
        )
    first.ask("lab.close()")
    assert of_lab(local, ids[0]) == []
    assert second.ask("[node.attrs['Status']['State'] for node in lab['docker-swarm-3'].client.nodes.list()]") == (
        ["ready"] * 3
    )


# --- what can be reached -------------------------------------------------------------------------------------------


def test_only_the_engines_api_is_published_on_loopback_behind_certificates(
    lab: DindBackend, local: DockerClient
) -> None:
    """The registry is not; an engine answers nobody without the lab's key, in TLS or in plain HTTP."""
    bindings = {}
    for container in local.containers.list(filters={"label": f"{LAB_LABEL}={lab.lab_id}"}):
        bindings[container.name.rpartition(f"{lab.lab_id}-")[2]] = container.attrs["HostConfig"]["PortBindings"]
    assert bindings.pop("registry") is None
    assert {port for ports in bindings.values() for port in ports} == {"2376/tcp"}
    assert {one["HostIp"] for ports in bindings.values() for one in ports["2376/tcp"]} == {"127.0.0.1"}
    host, _, port = lab.hosts[0].docker_host.removeprefix("tcp://").rpartition(":")
    stranger = ssl.create_default_context()
    stranger.check_hostname, stranger.verify_mode = False, ssl.CERT_NONE
    for wrap, refusal in ((lambda plain: plain, "400 Bad Request"), (stranger.wrap_socket, "refused: .*certificate")):
        with socket.create_connection((host, int(port)), timeout=20) as plain, wrap(plain) as connection:
            assert re.search(refusal, answer_to_a_ping(connection))


def answer_to_a_ping(connection: socket.socket) -> str:
    try:
        connection.sendall(b"GET /_ping HTTP/1.1\r\nHost: engine\r\nConnection: close\r\n\r\n")
        return connection.recv(1000).decode()
    except ssl.SSLError as error:
        return f"refused: {error}"


def test_nobody_can_push_to_the_registry(lab: DindBackend) -> None:
    """Every user of the machine reaches it; what the nodes run must be what the lab put there."""
    lab.reset("separate")
    with closing(lab.client(MANAGER)) as client:
        image = client.images.pull("alpine", tag="latest")
        registry = lab.hosts[0].address.rpartition(".")[0] + ".2:5000"
        image.tag(f"{registry}/library/alpine", tag="mine")
        lines = list(client.images.push(f"{registry}/library/alpine", tag="mine", stream=True, decode=True))
    assert [line for line in lines if "error" in line]


# --- parts are killed ----------------------------------------------------------------------------------------------


def test_a_node_killed_from_outside_is_seen_and_healed(lab: DindBackend, local: DockerClient) -> None:
    """`docker kill` on the machine is a power cut like any other."""
    lab.reset("formed")
    local.containers.get(f"swarmlab-{lab.lab_id}-{WORKER}").kill()
    wait_until(lambda: lab.faults.active() == [Fault(node=WORKER, kind="stopped")], "the node to be seen as stopped")
    lab.faults.heal()
    assert lab.faults.active() == []
    assert swarm(lab, WORKER) == "active"


def test_what_is_paused_is_in_nobody_s_way(lab: DindBackend, local: DockerClient) -> None:
    """A node is healed as a stopped one is; a container of a node hinders neither a power cut nor a reset."""
    node = local.containers.get(f"swarmlab-{lab.lab_id}-{WORKER}")
    node.pause()
    assert lab.faults.active() == [Fault(node=WORKER, kind="stopped")]
    lab.faults.heal()
    assert lab.faults.active() == []
    with closing(lab.client(WORKER)) as client:
        client.images.pull("alpine", tag="latest")
        container = client.containers.run("alpine", "sleep 1000", detach=True)
        container.pause()
        lab.faults.stop(WORKER)
        lab.faults.start(WORKER)
        assert [one.status for one in client.containers.list(all=True)] == ["exited"]
        container.start()
        container.pause()
    node.pause()
    lab.reset("separate")
    with closing(lab.client(WORKER)) as client:
        assert client.containers.list(all=True) == []


def test_a_node_and_the_registry_removed_from_outside_are_made_anew(lab: DindBackend, local: DockerClient) -> None:
    """What cannot be healed says what helps; a reset does."""
    for name in (WORKER, "registry"):
        local.containers.get(f"swarmlab-{lab.lab_id}-{name}").remove(force=True, v=True)
    with pytest.raises(NodeFailed, match=rf"{WORKER}: its container .* is gone; `lab.reset\(…\)` makes a new one"):
        lab.faults.start(WORKER)
    lab.reset("helloworld")
    with closing(lab.client(MANAGER)) as client:
        assert [service.name for service in client.services.list()] == ["helloworld"]
