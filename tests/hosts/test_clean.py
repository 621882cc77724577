"""Clean-up: exactly what the ledger names goes, each thing is told; what cannot be reached waits for the next time."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import cast

import pytest
from docker import DockerClient
from docker.errors import APIError
from docker.types import Mount

from swarmlab.__main__ import main
from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.backends.hosts import HostsBackend, Ledger, LedgerError
from swarmlab.backends.hosts.clean import leave_swarm
from swarmlab.backends.hosts.ledger import Entry
from tests.hosts.conftest import StartOnHosts, changed, everything, settled
from tests.hosts.writing import write_settings

HostsOf = Callable[..., EmbeddedBackend]
MANAGER, WORKER = "docker-swarm-3", "docker-swarm-1"
SLOW = "context deadline exceeded"


def create_one_of_each(client: DockerClient) -> None:
    network = client.networks.create("net", driver="overlay", attachable=True)
    client.secrets.create(name="door", data=b"sesame")
    client.configs.create(name="page", data=b"hello")
    mount = Mount("/data", "of-the-service")
    client.services.create("alpine", "sleep 99", name="web", networks=[network.id], mounts=[mount])
    client.volumes.create("data")
    client.containers.run("alpine", "sleep 99", name="one", detach=True, volumes={"data": {"bind": "/data"}})


def clean(lab: HostsBackend) -> int:
    lab.close()
    return main(["clean", "--hosts", str(lab.settings.path)])


def objects(there: EmbeddedBackend) -> dict[str, dict[str, list[str]]]:
    """Names of all that the hosts hold, without what each engine and swarm has of itself."""
    found = {}
    for host, lists in everything(there).items():
        names = {
            "containers": [one["Names"][0] for one in lists["/containers/json?all=1"]],
            "volumes": [one["Name"] for one in lists["/volumes"]["Volumes"] or []],
            "networks": [one["Name"] for one in lists["/networks"]],
        }
        names["networks"] = sorted({*names["networks"]} - {"bridge", "host", "none", "ingress", "docker_gwbridge"})
        for kind in ("services", "secrets", "configs"):
            names[kind] = [one["Spec"]["Name"] for one in lists.get(f"/{kind}", [])]
        found[host] = names
    return found


class SlowEngine:
    """One that does not manage to stop being part of a swarm in the time that it gives itself; its own SDK client."""

    def __init__(self, *answers: str, leaves: bool) -> None:
        self.answers = list(answers)
        self.leaves = leaves
        self.swarm = self
        self.asked = 0

    def info(self) -> dict[str, dict[str, str]]:
        has_left = self.leaves and not self.answers
        return {"Swarm": {"LocalNodeState": "inactive" if has_left else "active"}}

    def leave(self, *, force: bool) -> None:
        assert force
        self.asked += 1
        if self.answers:
            raise APIError("500", explanation=self.answers.pop(0))


@pytest.mark.parametrize(
    ("answers", "leaves", "asked"),
    [(2 * [SLOW], False, 3), (2 * [SLOW], True, 2)],
    ids=["at the next word", "by itself"],
)
def test_an_engine_that_is_slow_to_leave_is_asked_again(answers: list[str], asked: int, *, leaves: bool) -> None:
    """Until it has left, which it may do although it said that it had waited long enough."""
    engine = SlowEngine(*answers, leaves=leaves)
    leave_swarm(cast(DockerClient, engine))
    assert engine.asked == asked


def test_an_engine_that_refuses_to_leave_is_not_asked_again() -> None:
    """Its words are told."""
    engine = SlowEngine("this node is being watched", "never", leaves=False)
    with pytest.raises(APIError, match="this node is being watched"):
        leave_swarm(cast(DockerClient, engine))
    assert engine.asked == 1


LEFT = re.compile(r"/images/json|/nodes\[\d\]/(Version/Index|UpdatedAt)$")
NOTHING = {kind: [] for kind in ("containers", "volumes", "networks", "services", "secrets", "configs")}


def test_what_a_lab_created_goes_and_its_swarm_with_it(
    hosts_of: HostsOf, start_on: StartOnHosts, capsys: pytest.CaptureFixture[str]
) -> None:
    """Hosts that were in no swarm are in none again; a line for each thing, and the ledger is empty."""
    there = hosts_of()
    lab = start_on(there, "formed")
    with closing(lab.client(MANAGER)) as client:
        create_one_of_each(client)
        there.clock.sleep(20)
    assert clean(lab) == 0
    told = capsys.readouterr().out
    assert objects(there) == {host.name: NOTHING for host in there.hosts}
    assert {
        host.name: seen["swarm"]["LocalNodeState"]
        for host, seen in zip(there.hosts, everything(there).values(), strict=True)
    } == {host.name: "inactive" for host in there.hosts}
    for thing in ("service web", "container one", "network net", "config page", "secret door", "volume data"):
        assert f"{thing} ({MANAGER}) removed\n" in told
    assert told.count("'s place in a swarm given up: it left\n") == 3
    assert lab.ledger.entries() == ()


def test_a_swarm_that_was_there_is_as_before(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """With changes allowed, object by object; but images were pulled, and a swarm counts how often nodes changed."""
    there = hosts_of("helloworld")
    with closing(there.client(MANAGER)) as client:
        client.volumes.create("precious")
        client.secrets.create(name="key", data=b"x")
    before = settled(there)
    lab = start_on(there, allow_changes=True)
    with closing(lab.client(MANAGER)) as client:
        create_one_of_each(client)
        there.clock.sleep(20)
    assert clean(lab) == 0
    seen = changed(before, settled(there))
    assert [place for place in seen if not LEFT.search(place)] == []


def test_what_was_made_by_others_stays(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """Also in the lab's own swarm's hosts: a container, a volume that nobody asked the lab for."""
    there = hosts_of()
    lab = start_on(there, "formed")
    with closing(there.client(WORKER)) as client:
        client.containers.run("alpine", "sleep 999", name="theirs", detach=True)
        client.volumes.create("precious")
    assert clean(lab) == 0
    assert objects(there)[WORKER] == {**NOTHING, "containers": ["/theirs"], "volumes": ["precious"]}


def test_what_is_gone_already_is_no_error(
    hosts_of: HostsOf, start_on: StartOnHosts, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody tidied up by hand."""
    there = hosts_of("formed")
    lab = start_on(there, allow_changes=True)
    with closing(lab.client(MANAGER)) as client:
        client.services.create("alpine", "sleep 99", name="web")
    with closing(there.client(MANAGER)) as client:
        client.services.get("web").remove()
    assert clean(lab) == 0
    assert capsys.readouterr().out == f"service web ({MANAGER}) was gone already\n"


def test_what_cannot_be_reached_stays_in_the_ledger(
    hosts_of: HostsOf, start_on: StartOnHosts, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rest goes; the next time, when the host is back, its part goes too."""
    there = hosts_of()
    lab = start_on(there, "formed")
    with closing(lab.client(WORKER)) as client:
        client.volumes.create("data")
    there.faults.stop(WORKER)
    assert clean(lab) == 1
    told = capsys.readouterr().out
    assert f"{WORKER}: no Docker engine answers at " in told
    assert f"volume data ({WORKER}) stays: {WORKER} cannot be reached\n" in told
    assert "2 left, written down in " in told
    assert {(entry.host, entry.kind) for entry in lab.ledger.entries()} == {(WORKER, "swarm"), (WORKER, "volume")}
    there.faults.start(WORKER)
    assert clean(lab) == 0
    assert objects(there) == {host.name: NOTHING for host in there.hosts}


def test_a_host_that_is_in_another_swarm_by_now_stays_there(
    hosts_of: HostsOf, start_on: StartOnHosts, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lab's place in its own swarm is what the ledger names, no other."""
    there = hosts_of()
    lab = start_on(there, "formed")
    with closing(there.client(WORKER)) as client:
        client.swarm.leave()
        client.swarm.init(there.hosts[0].address)
    assert clean(lab) == 0
    assert "was given up already; the host is in another swarm now, which stays as it is\n" in capsys.readouterr().out
    assert everything(there)[WORKER]["swarm"]["LocalNodeState"] == "active"


def test_a_node_that_the_lab_put_into_a_swarm_that_was_there_leaves_no_record(
    hosts_of: HostsOf, start_on: StartOnHosts
) -> None:
    """With changes allowed a host may join; afterwards the swarm has the nodes that it had."""
    there = hosts_of("formed")
    with closing(there.client(WORKER)) as client:
        client.swarm.leave()
    with closing(there.client(MANAGER)) as manager:
        there.clock.sleep(30)
        manager.nodes.get(WORKER).remove()
        token = manager.swarm.attrs["JoinTokens"]["Worker"]
        nodes = {node.id for node in manager.nodes.list()}
        lab = start_on(there, allow_changes=True)
        with closing(lab.client(WORKER)) as client:
            client.swarm.join(remote_addrs=[f"{there.hosts[2].address}:2377"], join_token=token)
        assert len(manager.nodes.list()) == 3
        assert clean(lab) == 0
        assert {node.id for node in manager.nodes.list()} == nodes


def test_services_go_though_another_host_manages_now(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """What a swarm holds any manager can remove."""
    there = hosts_of("three-managers")
    lab = start_on(there, allow_changes=True)
    with closing(lab.client(MANAGER)) as client:
        client.services.create("alpine", "sleep 99", name="web")
    there.faults.stop(MANAGER)
    there.clock.sleep(30)
    assert clean(lab) == 0
    assert objects_of_a_manager(there) == []


def objects_of_a_manager(there: EmbeddedBackend) -> list[str]:
    with closing(there.client(WORKER)) as client:
        return [service.name for service in client.services.list()]


def test_what_a_killed_kernel_left_is_known(hosts_of: HostsOf, tmp_path: Path) -> None:
    """Everything was in the ledger before the kernel had its answer; nobody holds the hosts any more."""
    there = hosts_of()
    path = write_settings(tmp_path, there.hosts)
    with subprocess.Popen(
        [sys.executable, "-c", KERNEL, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as kernel:
        assert kernel.stdout is not None
        assert kernel.stdout.readline() == "created\n"
        kernel.kill()
    assert objects(there)[MANAGER]["services"] == ["web"]
    assert main(["clean", "--hosts", str(path)]) == 0
    assert objects(there) == {host.name: NOTHING for host in there.hosts}
    assert {seen["swarm"]["LocalNodeState"] for seen in everything(there).values()} == {"inactive"}


KERNEL = """
import sys
from swarmlab import Lab
lab = Lab.hosts(sys.argv[1], "formed")
lab.manager().client.services.create("alpine", "sleep 99", name="web")
lab["docker-swarm-1"].client.volumes.create("data")
print("created", flush=True)
sys.stdin.read()
"""


def test_there_may_be_nothing_to_do(
    hosts_of: HostsOf, start_on: StartOnHosts, capsys: pytest.CaptureFixture[str]
) -> None:
    """Said, and no host is asked."""
    there = hosts_of()
    path = write_settings(Path(there.docker_config), there.hosts)
    assert main(["clean", "--hosts", str(path)]) == 0
    assert capsys.readouterr().out == f"No lab has anything left on the hosts of {path}.\n"


def test_a_lab_that_runs_is_not_cleaned_away(
    hosts_of: HostsOf, start_on: StartOnHosts, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second notebook, or a terminal, is told whose it is."""
    lab = start_on(hosts_of(), "formed")
    assert main(["clean", "--hosts", str(lab.settings.path)]) == 1
    assert "runs on the hosts of" in capsys.readouterr().err
    assert len(lab.ledger.entries()) == 3


def test_a_mistake_in_the_file_is_told_and_not_thrown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same sentence as a lab would say."""
    assert main(["clean", "--hosts", str(tmp_path / "lab.toml")]) == 1
    assert capsys.readouterr().err.startswith(f"{tmp_path}/lab.toml cannot be read")


def test_a_broken_ledger_is_never_written_over(tmp_path: Path) -> None:
    """It is all that is known of what labs created."""
    ledger = Ledger(tmp_path / "lab.toml")
    ledger.add(Entry(host="h", kind="volume", id="data", name="data"))
    ledger.path.write_text(broken := ledger.path.read_text()[:-20])
    with pytest.raises(LedgerError, match="mend it, or remove those things by hand and then the file"):
        ledger.add(Entry(host="h", kind="volume", id="more", name="more"))
    assert ledger.path.read_text() == broken


def test_two_labs_may_write_at_the_same_time(tmp_path: Path) -> None:
    """Nothing is lost."""
    from concurrent.futures import ThreadPoolExecutor

    def add(number: int) -> None:
        Ledger(tmp_path / "lab.toml").add(Entry(host="h", kind="volume", id=str(number), name=""))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert {entry.id for entry in Ledger(tmp_path / "lab.toml").entries()} == {str(number) for number in range(40)}
