"""A lab on own hosts, as outside of a classroom: real Docker Engines, a real swarm, reached through a real ssh."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from swarmlab.__main__ import main
from swarmlab.backends.dind.certificates import Authority
from swarmlab.backends.hosts import EndpointFailed, TlsFiles, connect
from swarmlab.backends.hosts.faults import HandFaults
from swarmlab.client.protocols import ChangesRefused
from swarmlab.ownership import LabDirectory
from tests.hosts.conftest import changed, settled
from tests.hosts.own import OwnHosts
from tests.hosts.test_clean import create_one_of_each
from tests.older_engines import node_engine
from tests.real.waiting import wait_until
from tests.transcripts.typed import Typist

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts"
MANAGER, WORKER = "docker-swarm-3", "docker-swarm-1"


Show = Callable[[str], None]


def test_the_walk_over_ssh(own: OwnHosts, directory: LabDirectory, show: Show) -> None:
    """Rows S3–S6 and S10–S16, typed with the docker command on contexts of ssh:// endpoints, to the letter."""
    own.engines.reset("separate")
    with closing(own.start(directory, "separate")) as lab:
        assert all(host.docker_host.startswith("ssh://") for host in lab.hosts)
        typist = Typist(lab.hosts, lab.docker_config, engine=node_engine())
        typist.play((TRANSCRIPTS / "walk.txt").read_text())
    show("\n".join(typist.screen))


def test_a_swarm_that_was_there_is_untouched(own: OwnHosts, directory: LabDirectory, show: Show) -> None:
    """Looked at from all sides, and asked to change; then compared object by object, one of each kind among them."""
    own.engines.reset("helloworld")
    with closing(own.engines.client(MANAGER)) as client:
        create_one_of_each(client)
        wait_until(lambda: client.services.get("web").tasks({"desired-state": "running"}), "a task of web")
    before = settled(own.engines)
    with closing(own.start(directory, "helloworld")) as lab, closing(lab.client(MANAGER)) as client:
        service = client.services.get("helloworld")
        assert service.tasks()
        assert b"64 bytes" in b"".join(service.logs(stdout=True))
        for change in (
            lambda: service.scale(5),
            lambda: client.secrets.create(name="window", data=b"sesame"),
            lambda: client.volumes.get("data").remove(),
            lambda: client.swarm.leave(force=True),
        ):
            with pytest.raises(ChangesRefused, match="Nothing was changed"):
                change()
        lab.reset("helloworld")
    assert main(["clean", "--hosts", str(own.write())]) == 0
    after = settled(own.engines)
    show(comparison(before, after))
    assert changed(before, after) == {}


def comparison(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """A line for each host: how many objects of each kind were compared whole, and what has changed of them."""
    lines = []
    for host, seen in before.items():
        lists = {path.split("/")[1]: found for path, found in seen.items() if isinstance(found, list)}
        lists["volumes"] = seen["/volumes"]["Volumes"] or []
        counts = ", ".join(f"{len(found)} {kind}" for kind, found in lists.items())
        lines.append(f"{host}: {counts}, and its swarm: {len(changed(seen, after[host]))} changed")
    return "\n".join(lines)


def test_a_lab_of_its_own_comes_and_goes(
    own: OwnHosts, directory: LabDirectory, capsys: pytest.CaptureFixture[str]
) -> None:
    """Formed over ssh, used, cleaned away: the hosts are in no swarm and hold what they held, but for pulled images."""
    own.engines.reset("separate")
    with closing(own.engines.client(WORKER)) as client:
        client.volumes.create("precious")
    before = settled(own.engines)
    with closing(own.start(directory, "helloworld")) as lab, closing(lab.client(MANAGER)) as client:
        create_one_of_each(client)
        wait_until(lambda: client.services.get("web").tasks({"desired-state": "running"}), "a task of web")
    assert main(["clean", "--hosts", str(own.write())]) == 0
    left = re.compile(r"/images/json|/networks")  # of the networks below
    assert [place for place in changed(before, settled(own.engines)) if not left.search(place)] == []
    assert capsys.readouterr().out.count("given up: it left\n") == 3
    for host in own.engines.hosts:
        with closing(own.engines.client(host.name)) as client:
            names = {network.name for network in client.networks.list()} - {"docker_gwbridge"}
            assert names == {"bridge", "host", "none"}


def test_a_closed_port_is_seen_from_its_peer(own: OwnHosts, directory: LabDirectory) -> None:
    """A real packet, from host to host; the human closes the port while the lab waits."""
    own.engines.reset("formed")
    with closing(own.start(directory, None)) as lab:
        assert isinstance(lab.faults, HandFaults)
        assert lab.ports.check(MANAGER, "2377/tcp", peer=WORKER).open
        human = threading.Thread(target=own.engines.faults.block, args=(MANAGER, "2377/tcp"))
        lab.faults._tell = lambda text: human.start() if "Waiting" in text else None
        lab.faults.block(MANAGER, "2377/tcp")
        human.join()
        assert not lab.ports.check(MANAGER, "2377/tcp", peer=WORKER).open
    own.engines.faults.heal()


def test_a_stopped_engine_is_seen(own: OwnHosts, directory: LabDirectory) -> None:
    """Its ssh answers, its engine does not."""
    with closing(own.start(directory, None)) as lab:
        assert isinstance(lab.faults, HandFaults)
        human = threading.Thread(target=own.engines.faults.stop, args=(WORKER,))
        lab.faults._tell = lambda text: human.start() if "Waiting" in text else None
        lab.faults.stop(WORKER)
        human.join()
    own.engines.faults.heal()


def test_a_real_engine_refuses_a_certificate_of_somebody_else(
    own: OwnHosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the alert of a real dockerd, after a handshake that looked well; the right one, and a context's, are taken."""
    theirs = replace(Authority("theirs").issue_client(), authority=(own.ca).read_bytes())
    theirs.write(tmp_path)
    tls = TlsFiles(ca=tmp_path / "ca.pem", cert=tmp_path / "cert.pem", key=tmp_path / "key.pem")
    with pytest.raises(EndpointFailed, match=rf"refuses {tmp_path}/cert\.pem: it was not issued by the CA"):
        connect(own.over_tls(tls))
    right = {name: own.ca.with_name(f"{name}.pem") for name in ("ca", "cert", "key")}
    over_tls = own.over_tls(TlsFiles(**right))
    monkeypatch.setenv("DOCKER_CONFIG", own.engines.docker_config)
    for host in (over_tls, replace(over_tls, endpoint=f"context:{WORKER}", tls=None)):
        with closing(connect(host)) as client:
            assert client.info()["Name"] == WORKER
