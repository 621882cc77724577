"""The guard: a swarm that was there stays as it is, the lab's own is the lab's; the ledger knows what was created."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from contextlib import closing

import pytest
from docker import DockerClient
from docker.types import Mount

from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.backends.hosts import HostsBackend
from swarmlab.client.cluster import Cluster
from swarmlab.client.protocols import ChangesRefused
from swarmlab.commands import DockerError, Session, parse
from tests.hosts.conftest import StartOnHosts, changed, everything, settled

HostsOf = Callable[..., EmbeddedBackend]
MANAGER, WORKER = "docker-swarm-3", "docker-swarm-1"


def kept(lab: HostsBackend) -> list[tuple[str, str, str]]:
    return [(entry.host, entry.kind, entry.name) for entry in lab.ledger.entries() if entry.kind != "swarm"]


# --- a swarm that was there ----------------------------------------------------------------------------------------


CHANGES = [
    (lambda client: client.services.create("alpine", name="web"), "create the service web"),
    (lambda client: client.services.get("helloworld").remove(), "remove the service helloworld"),
    (lambda client: client.services.get("helloworld").scale(2), "update the service helloworld"),
    (lambda client: client.networks.create("net", driver="overlay"), "create the network net"),
    (lambda client: client.secrets.create(name="door", data=b"sesame"), "create the secret door"),
    (lambda client: client.volumes.create("data"), "create the volume data"),
    (lambda client: client.containers.run("alpine", "sleep 9", name="one", detach=True), "create the container one"),
    (lambda client: client.containers.list()[0].exec_run("ls"), r"run a command in the container helloworld\.1\."),
    (lambda client: client.containers.list()[0].kill(), r"kill the container helloworld\.1\."),
    (lambda client: client.nodes.list()[0].update({"Availability": "drain"}), "update the node docker-swarm-1"),
    (lambda client: client.nodes.list()[0].remove(), "remove the node docker-swarm-1"),
    (lambda client: client.swarm.leave(force=True), "leave the swarm"),
    (lambda client: client.swarm.update(rotate_worker_token=True), "update the swarm"),
    (lambda client: client.images.pull("busybox", tag="latest"), "pull the image busybox"),
    (lambda client: client.containers.prune(), "remove every container that is not used"),
]


@pytest.mark.parametrize(("change", "named"), CHANGES, ids=[named.replace("\\", "") for _, named in CHANGES])
def test_nothing_of_a_swarm_that_was_there_is_changed(
    change: Callable[[DockerClient], object], named: str, hosts_of: HostsOf, start_on: StartOnHosts
) -> None:
    """The refusal names what would have been changed and what allows it; all is as it was, object by object."""
    there = hosts_of("helloworld", nodes=1)
    lab = start_on(there)
    with closing(lab.client(there.hosts[0].name)) as client:
        before = settled(there)
        with pytest.raises(ChangesRefused, match=rf"this would {named}.*Nothing was changed.*allow_changes = true"):
            change(client)
    assert changed(before, everything(there)) == {}
    assert lab.ledger.entries() == ()


def test_whoever_only_looks_is_not_stopped(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """Lists, logs, events, a wait: lessons on a team's own swarm."""
    lab = start_on(hosts_of("helloworld"))
    with closing(lab.client(MANAGER)) as client:
        assert [service.name for service in client.services.list()] == ["helloworld"]
        assert b"64 bytes from" in b"".join(client.services.get("helloworld").logs(stdout=True))
        assert client.swarm.attrs["JoinTokens"]


def test_a_worker_of_a_swarm_that_was_there_stays_as_it_is(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """A container of its own would be one more on somebody's host."""
    lab = start_on(hosts_of("formed"))
    with closing(lab.client(WORKER)) as client, pytest.raises(ChangesRefused, match=f"^{WORKER} is in a swarm that"):
        client.containers.run("alpine", "true")


def test_a_command_says_why_it_was_refused(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """`%docker service create` in a lesson: the sentence instead of a traceback."""
    cluster = Cluster(start_on(hosts_of("formed")))
    with pytest.raises(DockerError, match=r"this would create the service web\. Nothing was changed"):
        parse("docker service create --name web alpine ping docker.com").run(Session.on(cluster))
    for node in cluster:
        node.close()


def test_a_host_does_not_join_a_swarm_of_somebody_else(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """One node more is a change to it, wherever its manager is."""
    lab = start_on(hosts_of())
    with (
        closing(lab.client(WORKER)) as client,
        pytest.raises(ChangesRefused, match=r"would join the swarm of 10\.9\.9\.9"),
    ):
        client.swarm.join(remote_addrs=["10.9.9.9:2377"], join_token="SWMTKN-1-x-y")
    assert lab.ledger.entries() == ()


def test_the_file_may_allow_changes(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """What is created then is in the ledger; what was there is not."""
    lab = start_on(hosts_of("helloworld"), allow_changes=True)
    with closing(lab.client(MANAGER)) as client:
        client.services.create("alpine", "sleep 99", name="web")
        client.services.get("helloworld").remove()
    assert kept(lab) == [(MANAGER, "service", "web")]


@pytest.mark.cli
def test_a_terminal_is_not_guarded(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """As lab.toml, the README and `Lab.hosts` say: the docker command talks to the hosts themselves."""
    lab = start_on(hosts_of("formed"))
    environment = {**os.environ, "DOCKER_CONFIG": lab.docker_config}
    environment.pop("DOCKER_HOST", None)
    subprocess.run(["docker", "volume", "create", "typed"], env=environment, check=True, capture_output=True)
    with closing(lab.client(MANAGER)) as client:
        assert [volume.name for volume in client.volumes.list()] == ["typed"]
    assert lab.ledger.entries() == ()


# --- the lab's own swarm -------------------------------------------------------------------------------------------


def test_a_swarm_that_the_lab_forms_is_its_own(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """Each host's place in it is in the ledger, by its node's id; then everything may be done."""
    lab = start_on(hosts_of(), "formed")
    places = {entry.host: entry.id for entry in lab.ledger.entries() if entry.kind == "swarm"}
    with closing(lab.client(MANAGER)) as client:
        assert places == {node.attrs["Description"]["Hostname"]: node.id for node in client.nodes.list()}
        client.nodes.get(places[WORKER]).update({"Availability": "drain", "Role": "worker"})


def test_a_learner_forms_and_leaves_a_swarm(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """As in lesson 02: init, join, leave; the ledger follows, and with the last node goes what the swarm held."""
    lab = start_on(hosts_of())
    with closing(lab.client(MANAGER)) as manager, closing(lab.client(WORKER)) as worker:
        manager.swarm.init(lab.hosts[2].address)
        manager.swarm.reload()
        token = manager.swarm.attrs["JoinTokens"]["Worker"]
        worker.swarm.join(remote_addrs=[f"{lab.hosts[2].address}:2377"], join_token=token)
        manager.secrets.create(name="door", data=b"sesame")
        assert [(e.host, e.kind) for e in lab.ledger.entries()] == [
            (MANAGER, "swarm"), (WORKER, "swarm"), (MANAGER, "secret"),
        ]  # fmt: skip
        worker.swarm.leave()
        manager.swarm.leave(force=True)
    assert lab.ledger.entries() == ()


def test_a_join_that_is_refused_leaves_no_trace(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """Neither does an init on a host that is in a swarm already."""
    lab = start_on(hosts_of(), "formed")
    before = lab.ledger.entries()
    with closing(lab.client(WORKER)) as worker:
        for ask in (
            lambda: worker.swarm.join(remote_addrs=[f"{lab.hosts[2].address}:2377"], join_token="SWMTKN-1-x-y"),
            lambda: worker.swarm.init(lab.hosts[0].address),
        ):
            with pytest.raises(Exception, match="already part of a swarm"):
                ask()
    assert lab.ledger.entries() == before


def test_a_join_that_goes_on_by_itself_is_known(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """Row S18: nobody answers, the command gives up, and the host joins once the port opens: still the lab's."""
    there = hosts_of()
    lab = start_on(there)
    there.faults.block(MANAGER, "2377/tcp")
    with closing(lab.client(MANAGER)) as manager, closing(lab.client(WORKER)) as worker:
        manager.swarm.init(lab.hosts[2].address)
        manager.swarm.reload()
        token = manager.swarm.attrs["JoinTokens"]["Worker"]
        with pytest.raises(Exception, match="Timeout was reached"):
            worker.swarm.join(remote_addrs=[f"{lab.hosts[2].address}:2377"], join_token=token)
        there.faults.open(MANAGER, "2377/tcp")
        lab.clock.sleep(2)
        assert worker.info()["Swarm"]["LocalNodeState"] == "active"
        worker.volumes.create("data")
    assert kept(lab) == [(WORKER, "volume", "data")]


# --- the ledger ----------------------------------------------------------------------------------------------------


def test_the_ledger_knows_everything_that_was_created(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """Each kind of thing, in the order of its creation, with the id that Docker gave it."""
    lab = start_on(hosts_of(), "formed")
    with closing(lab.client(MANAGER)) as client:
        made = [
            client.networks.create("net", driver="overlay"),
            client.secrets.create(name="door", data=b"sesame"),
            client.configs.create(name="page", data=b"hello"),
            client.services.create("alpine", "sleep 99", name="web"),
            client.volumes.create("data"),
            client.containers.run("alpine", "sleep 99", name="one", detach=True),
        ]
    entries = [entry for entry in lab.ledger.entries() if entry.kind != "swarm"]
    assert [(entry.kind, entry.name) for entry in entries] == [
        ("network", "net"), ("secret", "door"), ("config", "page"), ("service", "web"), ("volume", "data"),
        ("container", "one"),
    ]  # fmt: skip
    assert [entry.id for entry in entries] == [thing.id for thing in made]


def test_the_ledger_forgets_what_was_removed(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """By id or by name, and what a prune took."""
    lab = start_on(hosts_of(), "formed")
    with closing(lab.client(MANAGER)) as client:
        service = client.services.create("alpine", "sleep 99", name="web")
        client.containers.run("alpine", "true", name="one")
        client.volumes.create("data")
        service.remove()
        client.containers.prune()
        client.volumes.get("data").remove()
    assert kept(lab) == []


def test_a_short_name_is_not_the_beginning_of_an_id(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """Somebody's service is removed whose name an id of ours begins with: ours stays in the ledger."""
    there = hosts_of("formed")
    lab = start_on(there, allow_changes=True)
    with closing(lab.client(MANAGER)) as client, closing(there.client(MANAGER)) as theirs:
        ours = client.services.create("alpine", "sleep 99", name="web")
        theirs.services.create("alpine", "sleep 99", name=ours.id[:1])
        client.services.get(ours.id[:1]).remove()
        client.api.delete(f"{client.api.base_url}/v{client.api.api_version}/services/{ours.id[:4]}x")
    assert kept(lab) == [(MANAGER, "service", "web")]


def test_the_ledger_is_private_and_outlives_the_lab(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """A file of this user's only, which says whose it is; the next lab of the same file reads it."""
    lab = start_on(hosts_of(), "formed")
    lab.close()
    path = lab.ledger.path
    assert path.stat().st_mode & 0o077 == path.parent.stat().st_mode & 0o077 == 0
    found = json.loads(path.read_text())
    assert found["settings"] == str(lab.settings.path)
    assert len(found["entries"]) == 3


def test_a_volume_that_was_there_is_not_the_lab_s(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """`docker volume create` of one that is there answers as if it had created it."""
    there = hosts_of()
    with closing(there.client(WORKER)) as client:
        client.volumes.create("precious")
    lab = start_on(there)
    with closing(lab.client(WORKER)) as client:
        client.volumes.create("precious")
        client.containers.run("alpine", "true", name="one", volumes={"precious": {"bind": "/a"}, "new": {"bind": "/b"}})
    assert kept(lab) == [(WORKER, "container", "one"), (WORKER, "volume", "new")]


def test_a_worker_says_in_docker_s_words_that_it_is_none(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """Row S11: the guard asks before it sends, and nobody notices."""
    cluster = Cluster(start_on(hosts_of(), "helloworld"))
    for line in ("docker service rm helloworld", "docker service create alpine", "docker service scale helloworld=2"):
        with pytest.raises(DockerError, match="This node is not a swarm manager"):
            parse(line).run(Session.on(cluster, WORKER))
    for node in cluster:
        node.close()


def test_a_service_s_volumes_are_known_on_every_host_that_may_get_them(
    hosts_of: HostsOf, start_on: StartOnHosts
) -> None:
    """Row S17: they come to be where tasks run, and stay when the service is gone. One that was there is left out."""
    there = hosts_of()
    with closing(there.client(WORKER)) as client:
        client.volumes.create("data")
    lab = start_on(there, "formed")
    with closing(lab.client(MANAGER)) as client:
        client.services.create("alpine", "sleep 99", name="web", mounts=[Mount("/data", "data")])
    assert kept(lab) == [
        (MANAGER, "service", "web"), ("docker-swarm-2", "volume", "data"), (MANAGER, "volume", "data"),
    ]  # fmt: skip


def test_things_that_a_command_creates_are_known(hosts_of: HostsOf, start_on: StartOnHosts) -> None:
    """`docker stack deploy` asks for a network and a service: what is taught stays exactly as taught."""
    cluster = Cluster(start_on(hosts_of(), "formed"))
    session = Session.on(cluster)
    parse("docker stack deploy --detach -c notebooks/data/hello.yml crew").run(session)
    assert {kind for _, kind, _ in kept(cluster.backend)} == {"network", "service"}  # type: ignore[arg-type]
    parse("docker stack rm crew").run(session)
    assert kept(cluster.backend) == []  # type: ignore[arg-type]
    for node in cluster:
        node.close()
