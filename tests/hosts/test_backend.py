"""A lab on hosts: what it attaches to, what it builds, and what it refuses before anything is changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from swarmlab import Lab
from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.backends.hosts import HostsRefused, LedgerError
from swarmlab.client.protocols import Backend, LabState
from tests.hosts.conftest import StartOnHosts, changed, everything, settled
from tests.hosts.writing import write_settings

HostsOf = Callable[..., EmbeddedBackend]
MANAGER, WORKER = "docker-swarm-3", "docker-swarm-1"


def roles(there: EmbeddedBackend) -> list[str]:
    """Of each host, in order."""
    swarms = [seen["swarm"] for seen in everything(there).values()]
    return ["manager" if swarm["ControlAvailable"] else swarm["LocalNodeState"] for swarm in swarms]


# --- what it is ----------------------------------------------------------------------------------------------------


def test_it_is_a_backend(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """With the names, addresses and endpoints of the file, and a context for each."""
    there = hosts_of()
    lab: Backend = start_on(there, more={WORKER: 'public_address = "203.0.113.11"'})
    assert lab.name == "hosts"
    assert [(host.name, host.address, host.docker_host) for host in lab.hosts] == [
        (host.name, host.address, host.docker_host) for host in there.hosts
    ]
    assert [host.public_address for host in lab.hosts] == ["203.0.113.11", None, None]
    config = Path(lab.docker_config)
    assert json.loads((config / "config.json").read_text()) == {"currentContext": MANAGER}
    metas = [json.loads(path.read_text()) for path in config.glob("contexts/meta/*/meta.json")]
    assert {meta["Name"] for meta in metas} == {host.name for host in there.hosts}


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("separate", ["inactive", "inactive", "inactive"]),
        ("formed", ["active", "active", "manager"]),
        ("three-managers", ["manager", "manager", "manager"]),
        ("helloworld", ["active", "active", "manager"]),
    ],
)
def test_a_named_state_is_built_where_the_hosts_are_in_no_swarm(
    state: LabState, expected: list[str], hosts_of: HostsOf, start_on: StartOnHosts
) -> None:
    """By the same steps as on real engines in containers."""
    there = hosts_of()
    start_on(there, state)
    assert roles(there) == expected
    services = everything(there)[MANAGER].get("/services", [])
    assert [one["Spec"]["Name"] for one in services] == (["helloworld"] if state == "helloworld" else [])


def test_a_state_is_built_anew_in_the_place_of_the_lab_before(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """One lesson after the other, on the same hosts: what the lab before created is removed, what others did is not."""
    there = hosts_of()
    first = start_on(there, "helloworld")
    with closing(first.client(WORKER)) as client:
        client.volumes.create("data")
    with closing(there.client(WORKER)) as client:
        client.volumes.create("precious")
    first.close()
    second = start_on(there, "three-managers")
    assert roles(there) == ["manager", "manager", "manager"]
    assert everything(there)[MANAGER]["/services"] == []
    assert [one["Name"] for one in everything(there)[WORKER]["/volumes"]["Volumes"]] == ["precious"]
    second.reset("separate")
    assert roles(there) == ["inactive", "inactive", "inactive"]


def test_labels_of_the_file_are_labels_of_the_nodes(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """For placement constraints, in the swarm that the lab forms."""
    lab = start_on(hosts_of(), "formed", more={WORKER: 'labels = { zone = "a" }'})
    with closing(lab.client(MANAGER)) as client:
        labels = {node.attrs["Description"]["Hostname"]: node.attrs["Spec"]["Labels"] for node in client.nodes.list()}
    assert labels == {WORKER: {"zone": "a"}, "docker-swarm-2": {}, MANAGER: {}}


def test_closing_only_lets_go(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """The swarm goes on, twice is harmless, and the next lab may come."""
    there = hosts_of()
    lab = start_on(there, "formed")
    before = settled(there)
    lab.close()
    lab.close()
    assert changed(before, everything(there)) == {}
    start_on(there)


# --- a swarm that was there ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [None, "formed", "helloworld"])
def test_a_swarm_that_is_as_a_lesson_wants_it_is_attached_to(
    state: LabState | None, hosts_of: HostsOf, start_on: StartOnHosts
) -> None:
    """Nothing is changed: object by object it is what it was, before, during and after the lab; a reset neither."""
    there = hosts_of("helloworld")
    before = settled(there)
    lab = start_on(there, state)
    if state is not None:
        lab.reset(state)
    assert changed(before, everything(there)) == {}
    lab.close()
    assert changed(before, everything(there)) == {}


MISFITS = [
    ("formed", "separate", "and the state separate needs hosts that are in no swarm.* docker swarm leave on each host"),
    ("formed", "three-managers", "needs every host as a manager.* docker node promote on the workers"),
    ("three-managers", "formed", f"needs {MANAGER} as the only manager and the others as workers.*docker node demote"),
    ("formed", "helloworld", "the swarm that is there has no service helloworld. Create it on docker-swarm-3: docker"),
]


@pytest.mark.parametrize(("found", "wanted", "said"), MISFITS)
def test_a_swarm_that_is_not_as_a_lesson_wants_it_is_refused(
    found: LabState, wanted: LabState, said: str, hosts_of: HostsOf, start_on: StartOnHosts
) -> None:
    """With what is there and what would have to be done; allowed or not, the lab does not do it."""
    there = hosts_of(found)
    before = settled(there)
    with pytest.raises(HostsRefused, match=rf"(?s)lab\.toml: .*{said}"):
        start_on(there, wanted, allow_changes=True)
    assert changed(before, everything(there)) == {}


# --- hosts that no lab can be made of ------------------------------------------------------------------------------


def refusal(start: Callable[[], object], there: EmbeddedBackend) -> str:
    """What a start says that is refused; nothing may have changed."""
    before = settled(there)
    with pytest.raises(HostsRefused) as refused:
        start()
    assert changed(before, everything(there)) == {}
    return str(refused.value)


def test_every_host_that_is_not_reached_is_named(hosts_of: HostsOf, start_on: StartOnHosts, tmp_path: Path) -> None:
    """All of them at once, each with the next step; the others are left as they are."""
    there = hosts_of()
    endpoints = {WORKER: f"unix://{tmp_path}/nobody.sock", "docker-swarm-2": "context:nowhere"}
    said = refusal(lambda: start_on(there, "formed", endpoints=endpoints), there).splitlines()
    assert said == [
        f"{WORKER}: no Docker engine answers at {tmp_path}/nobody.sock. Check the path, and that Docker runs: sudo"
        " systemctl start docker",
        "docker-swarm-2: there is no docker context nowhere; `docker context ls` lists what there is.",
    ]


def test_a_host_that_is_another_is_named_with_its_line(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """Two endpoints exchanged, or a host whose name nobody has set."""
    there = hosts_of()
    endpoints = {WORKER: there.hosts[1].docker_host, "docker-swarm-2": there.hosts[0].docker_host}
    said = refusal(lambda: start_on(there, "formed", endpoints=endpoints), there)
    assert re.search(r"lab\.toml:1: the host at unix://\S+ is named docker-swarm-2, not docker-swarm-1\. Write", said)
    assert "sudo hostnamectl set-hostname docker-swarm-1" in said


def test_a_node_of_another_swarm_is_named(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """Two swarms do not make one lab."""
    there = hosts_of("formed")
    with closing(there.client(WORKER)) as client:
        client.swarm.leave()
        client.swarm.init(there.hosts[0].address)
    said = refusal(lambda: start_on(there), there)
    assert said.startswith(
        "docker-swarm-2 is a node of another swarm than the one that docker-swarm-1 manages. Take it"
    )
    assert "docker-swarm-3 is a node of another swarm" in said


def test_different_versions_of_docker_are_named(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """What lessons show would differ from host to host."""
    there = hosts_of()
    there._server.call(lambda simulation: setattr(simulation.daemons[WORKER], "version", "20.10.24"))
    said = refusal(lambda: start_on(there, "formed"), there)
    assert re.fullmatch(
        r"The hosts have different versions of Docker: docker-swarm-1 has 20\.10\.24, docker-swarm-2 has 28\.5\.\d,"
        r" docker-swarm-3 has 28\.5\.\d\. Install the newest of them on all\.",
        said,
    )


def test_three_managers_need_three_hosts(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """Said before the first of them forms a swarm."""
    there = hosts_of(nodes=2)
    assert "has 2 hosts; the state three-managers needs 3." in refusal(lambda: start_on(there, "three-managers"), there)


def test_a_state_that_is_not_reached_leaves_nothing(
    hosts_of: HostsOf, start_on: StartOnHosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A closed port is noticed only by whoever joins; what was formed by then is taken apart again."""
    there = hosts_of()
    there.faults.block(MANAGER, "2377/tcp")
    with pytest.raises(Exception, match="Timeout was reached"):
        start_on(there, "formed")
    assert roles(there) == ["inactive", "inactive", "inactive"]


def test_two_labs_do_not_share_hosts(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """A second notebook is told of the first one's process."""
    there = hosts_of()
    start_on(there)
    with pytest.raises(LedgerError, match=r"A lab of process \d+ runs on the hosts of .*lab\.toml\. End it first\."):
        start_on(there)


# --- from a notebook -----------------------------------------------------------------------------------------------


def test_a_lab_is_started_by_its_file(hosts_of: HostsOf, tmp_path: Path) -> None:
    """Lab.hosts takes the hosts as they are."""
    path = write_settings(tmp_path, hosts_of("formed").hosts)
    with Lab.hosts(path) as lab:
        assert lab.manager().name == MANAGER
        assert repr(lab) == "<Lab hosts: docker-swarm-1, docker-swarm-2, docker-swarm-3>"
        assert lab.began_as is None


def test_the_environment_chooses_the_hosts(hosts_of: HostsOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SWARMLAB_BACKEND=hosts:lab.toml, and the lesson's own `Lab.start("formed")`."""
    path = write_settings(tmp_path, hosts_of().hosts)
    monkeypatch.setenv("SWARMLAB_BACKEND", f"hosts:{path}")
    with Lab.start("formed") as lab:
        assert lab.backend.name == "hosts"
        assert lab.began_as == "formed"
        lab.wait_node(WORKER, "ready")


def test_a_mistake_in_the_file_ends_no_lab(tmp_path: Path) -> None:
    """The lab that runs goes on, as with every wrong word."""
    with Lab.start() as lab:
        with pytest.raises(ValueError, match=r"lab\.toml cannot be read"):
            Lab.hosts(tmp_path / "lab.toml")
        assert lab["docker-swarm-1"].client.ping()


def test_a_backend_without_a_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a word."""
    monkeypatch.setenv("SWARMLAB_BACKEND", "hosts:")
    with pytest.raises(ValueError, match=r"hosts: names no file; write hosts:lab\.toml"):
        Lab.start()
