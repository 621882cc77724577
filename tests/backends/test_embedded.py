"""The embedded backend: what a lab of simulated engines supplies besides the Docker API."""

import json
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from docker.errors import DockerException
from docker.types import EndpointSpec, ServiceMode

from swarmlab.backends import embedded
from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.client.protocols import LAB_STATES, PORTS, Backend, LabState, NoWebAnswer
from swarmlab.ownership import create_lab_directory
from swarmlab.server.places import SocketPathError
from tests.labs import StartLab


def swarm_of(lab: EmbeddedBackend, node: str) -> dict:
    with closing(lab.client(node)) as client:
        return client.info()["Swarm"]


# --- what it supplies ----------------------------------------------------------------------------------------------


def test_it_is_a_backend(start_lab: StartLab) -> None:
    """The protocol that every lab has."""
    lab: Backend = start_lab()
    assert lab.name == "embedded"
    assert [host.name for host in lab.hosts] == ["docker-swarm-1", "docker-swarm-2", "docker-swarm-3"]
    assert [host.address for host in lab.hosts] == ["172.31.16.11", "172.31.16.12", "172.31.16.13"]


def test_hosts_come_in_the_order_of_their_numbers(start_lab: StartLab) -> None:
    """docker-swarm-10 after docker-swarm-9."""
    assert [host.name for host in start_lab(nodes=11).hosts][-2:] == ["docker-swarm-10", "docker-swarm-11"]


def test_each_host_has_a_context(start_lab: StartLab) -> None:
    """As the docker CLI writes them, in a directory of the lab's own; plain `docker` talks to docker-swarm-3."""
    lab = start_lab()
    config = Path(lab.docker_config)
    assert json.loads((config / "config.json").read_text()) == {"currentContext": "docker-swarm-3"}
    metas = [json.loads(path.read_text()) for path in config.glob("contexts/meta/*/meta.json")]
    assert {meta["Name"]: meta["Endpoints"]["docker"]["Host"] for meta in metas} == {
        host.context: host.docker_host for host in lab.hosts
    }


@pytest.mark.cli
def test_the_docker_command_finds_the_contexts(start_lab: StartLab) -> None:
    """`docker --context docker-swarm-1 …`."""
    lab = start_lab()
    environment = {"DOCKER_CONFIG": lab.docker_config, "PATH": "/usr/local/bin:/usr/bin:/bin"}
    for arguments, name in ((["--context", "docker-swarm-1"], "docker-swarm-1"), ([], "docker-swarm-3")):
        command = ["docker", *arguments, "info", "--format", "{{.Name}}"]
        assert subprocess.check_output(command, env=environment, text=True).strip() == name


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("separate", ["inactive", "inactive", "inactive"]),
        ("formed", ["active", "active", "active manager"]),
        ("three-managers", ["active manager", "active manager", "active manager"]),
        ("helloworld", ["active", "active", "active manager"]),
    ],
)
def test_it_begins_in_the_named_state(start_lab: StartLab, state: LabState, expected: list[str]) -> None:
    """Every state that lessons begin with."""
    lab = start_lab(state)
    infos = [swarm_of(lab, host.name) for host in lab.hosts]
    assert [i["LocalNodeState"] + (" manager" if i["ControlAvailable"] else "") for i in infos] == expected
    assert state in LAB_STATES


def test_more_managers_can_be_asked_for(start_lab: StartLab) -> None:
    """Of the swarm that a state forms."""
    lab = start_lab("formed", nodes=5, managers=3)
    assert swarm_of(lab, "docker-swarm-3")["Managers"] == 3


@pytest.mark.parametrize("options", [{"nodes": 0}, {"managers": 4}, {"managers": 0}, {"rate": 0}])
def test_numbers_that_make_no_sense_are_refused(start_lab: StartLab, options: dict[str, int]) -> None:
    """With the number in the sentence."""
    with pytest.raises(ValueError, match=str(*options.values())):
        start_lab(**options)


def test_a_directory_that_is_too_deep_is_refused(tmp_path: Path) -> None:
    """Before anything was started."""
    with pytest.raises(SocketPathError, match="Choose a directory with a shorter path"):
        EmbeddedBackend(time="manual", directory=tmp_path / ("x" * 100))


def test_it_starts_as_a_lab_wants_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the lab's directory, in the time that SWARMLAB_TIME names."""
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("SWARMLAB_TIME", "manual")
    directory = create_lab_directory("embedded")
    lab = embedded.start(directory, "formed")
    assert lab.lab_id == directory.lab_id
    assert sorted(path.name for path in directory.path.glob("*.sock"))[0] == "docker-swarm-1.sock"
    lab.close()
    assert not list(directory.path.glob("*.sock"))
    assert directory.docker_config.exists()
    directory.remove()


def test_an_unknown_time_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the words that there are."""
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("SWARMLAB_TIME", "fast")
    directory = create_lab_directory("embedded")
    with pytest.raises(ValueError, match="SWARMLAB_TIME may be live or manual, not 'fast'"):
        embedded.start(directory, "formed")
    directory.remove()


# --- reset and close -----------------------------------------------------------------------------------------------


def test_reset_gives_the_same_lab_whatever_happened_before(start_lab: StartLab) -> None:
    """Ids repeat; who is connected stays so."""
    lab = start_lab("formed")
    before = swarm_of(lab, "docker-swarm-3")["NodeID"]
    with closing(lab.client("docker-swarm-3")) as client:
        client.services.create("alpine", name="web")
        lab.clock.sleep(30)
        lab.faults.stop("docker-swarm-1")
        lab.reset("formed")
    assert swarm_of(lab, "docker-swarm-3")["NodeID"] == before
    with closing(lab.client("docker-swarm-3")) as client:
        assert client.services.list() == []
    assert swarm_of(lab, "docker-swarm-1")["LocalNodeState"] == "active"


def test_close_leaves_nothing(start_lab: StartLab, tmp_path: Path) -> None:
    """Twice does no harm."""
    lab = start_lab()
    lab.close()
    lab.close()
    assert list((tmp_path / "0").iterdir()) == []


# --- time ----------------------------------------------------------------------------------------------------------


def test_manual_time_passes_when_somebody_sleeps(start_lab: StartLab) -> None:
    """At once, and by as much."""
    lab = start_lab()
    before = lab.clock.now()
    lab.clock.sleep(3600)
    assert lab.clock.now() - before == timedelta(hours=1)


def test_live_time_is_the_present(start_lab: StartLab) -> None:
    """Also when the lab begins with a swarm."""
    lab = start_lab("helloworld", time="live")
    assert abs(lab.clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_live_time_runs_at_its_rate(start_lab: StartLab) -> None:
    """Sleeping takes lab seconds."""
    lab = start_lab(time="live", rate=100)
    before, wall = lab.clock.elapsed(), datetime.now(UTC)
    lab.clock.sleep(5)
    assert lab.clock.elapsed() - before >= 5
    assert datetime.now(UTC) - wall < timedelta(seconds=2)


# --- faults and ports ----------------------------------------------------------------------------------------------


def test_a_stopped_node_is_started_again(start_lab: StartLab) -> None:
    """Both twice."""
    lab = start_lab("formed")
    for _ in range(2):
        lab.faults.stop("docker-swarm-1")
    with pytest.raises(DockerException):
        lab.client("docker-swarm-1")
    for _ in range(2):
        lab.faults.start("docker-swarm-1")
    assert swarm_of(lab, "docker-swarm-1")["LocalNodeState"] == "active"


def test_a_lost_node_is_seen_as_down_and_comes_back(start_lab: StartLab) -> None:
    """After the heartbeats that it misses."""
    lab = start_lab("formed")
    with closing(lab.client("docker-swarm-3")) as client:

        def states() -> set[str]:
            return {node.attrs["Status"]["State"] for node in client.nodes.list()}

        lab.faults.disconnect("docker-swarm-1")
        lab.clock.sleep(20)
        assert states() == {"ready", "down"}
        lab.faults.reconnect("docker-swarm-1")
        lab.clock.sleep(20)
        assert states() == {"ready"}


@pytest.mark.parametrize("port", PORTS)
def test_both_walls_must_let_a_packet_pass(start_lab: StartLab, port: str) -> None:
    """And the check says which does not."""
    lab = start_lab()
    check = lambda: lab.ports.check("docker-swarm-3", port, peer="docker-swarm-1")  # noqa: E731
    assert check().open
    lab.faults.block("docker-swarm-3", port)
    lab.faults.block("docker-swarm-3", port, at="security_group")
    assert (check().open, check().blocked_at) == (False, ("firewall", "security_group"))
    lab.faults.open("docker-swarm-3", port)
    assert (check().open, check().blocked_at) == (False, ("security_group",))
    lab.faults.open("docker-swarm-3", port, at="security_group")
    assert check().open


def test_healing_undoes_every_fault(start_lab: StartLab) -> None:
    """Power, links, walls, places."""
    lab = start_lab("formed")
    lab.faults.stop("docker-swarm-1")
    lab.faults.disconnect("docker-swarm-2")
    lab.faults.move_outside("docker-swarm-2")
    lab.faults.block("docker-swarm-3", "2377/tcp", at="security_group")
    assert not lab.ports.check("docker-swarm-3", "2377/tcp", peer="docker-swarm-2").open
    lab.faults.heal()
    assert lab.ports.check("docker-swarm-3", "2377/tcp", peer="docker-swarm-2").open
    assert swarm_of(lab, "docker-swarm-1")["LocalNodeState"] == "active"


def test_a_killed_container_is_replaced(start_lab: StartLab) -> None:
    """Its task reads as the source says."""
    lab = start_lab("helloworld")
    with closing(lab.client("docker-swarm-3")) as manager:
        (task,) = manager.services.get("helloworld").tasks()
        node = manager.nodes.get(task["NodeID"]).attrs["Description"]["Hostname"]
        lab.faults.kill(node, task["Status"]["ContainerStatus"]["ContainerID"])
        lab.clock.sleep(10)
        states = sorted(
            (t["Status"]["State"], t["Status"].get("Err", "")) for t in manager.services.get("helloworld").tasks()
        )
        assert states == [("failed", "task: non-zero exit (137)"), ("running", "")]


def test_a_lost_container_is_named_by_its_task(start_lab: StartLab) -> None:
    """`No such container: helloworld.1.…`."""
    lab = start_lab("helloworld")
    with closing(lab.client("docker-swarm-3")) as manager:
        (task,) = manager.services.get("helloworld").tasks()
        node = manager.nodes.get(task["NodeID"]).attrs["Description"]["Hostname"]
        lab.faults.lose_container(node, task["Status"]["ContainerStatus"]["ContainerID"])
    lab.clock.sleep(20)
    with closing(lab.client("docker-swarm-3")) as manager:
        errors = [t["Status"].get("Err", "") for t in manager.services.get("helloworld").tasks()]
        assert f"No such container: helloworld.1.{task['ID']}" in errors


# --- published ports -----------------------------------------------------------------------------------------------


def test_a_published_port_is_answered_on_every_node_and_says_by_which_container(start_lab: StartLab) -> None:
    """Asked from outside of the swarm, through the routing mesh; a wall of the cloud keeps everybody out."""
    lab = start_lab("formed")
    with closing(lab.client("docker-swarm-3")) as client:
        spec = EndpointSpec(ports={8080: 80})
        client.services.create("traefik/whoami", name="web", mode=ServiceMode("replicated", 3), endpoint_spec=spec)
        lab.clock.sleep(15)
        containers = {task["Status"]["ContainerStatus"]["ContainerID"] for task in client.api.tasks()}
    answers = [lab.web.get(host.name, 8080, "/", timeout_s=3) for host in lab.hosts for _ in range(3)]
    assert {answer.status for answer in answers} == {200}
    assert {answer.answered_by for answer in answers} == containers
    assert all(f"Hostname: {(answer.answered_by or '')[:12]}\n" in answer.body for answer in answers)
    with pytest.raises(NoWebAnswer, match=r"^Failed to connect to 172.31.16.11 port 8081: Connection refused$"):
        lab.web.get("docker-swarm-1", 8081, "/", timeout_s=3)
    lab.faults.block("docker-swarm-1", "8080/tcp", at="security_group")
    before = lab.clock.now()
    with pytest.raises(NoWebAnswer, match=r"^Connection timed out after 3000 milliseconds$"):
        lab.web.get("docker-swarm-1", 8080, "/", timeout_s=3)
    assert (lab.clock.now() - before).total_seconds() == pytest.approx(3)
