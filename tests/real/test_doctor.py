"""The doctor among three real engines: its packets pass their real packet filters, and nothing of it stays."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest

from swarmlab.backends.dind import DindBackend
from swarmlab.client.protocols import PORTS
from swarmlab.doctor.checks import Check
from swarmlab.doctor.hosts import examine

HOSTS = ("docker-swarm-1", "docker-swarm-2", "docker-swarm-3")
MANAGER = "docker-swarm-3"


@dataclass(frozen=True)
class Settings:
    """A node's, as a lab.toml would name it."""

    name: str
    endpoint: str
    address: str


@pytest.fixture(scope="module")
def swarm(lab: DindBackend) -> DindBackend:
    """A swarm whose nodes hold a small image to look from."""
    lab.reset("formed")
    for name in HOSTS:
        with closing(lab.client(name)) as client:
            client.images.pull("alpine", tag="latest")
    return lab


@pytest.fixture(autouse=True)
def healed(swarm: DindBackend) -> Iterator[None]:
    yield
    swarm.faults.heal()


def examined(lab: DindBackend, *, allow_changes: bool = True) -> dict[tuple[str, str], Check]:
    hosts = [Settings(host.name, host.docker_host, host.address) for host in lab.hosts]
    sections = examine(
        hosts,
        lambda host: lab.client(host.name),
        url_of=lambda host: host.endpoint,
        allow_changes=allow_changes,
    )
    return {(check.subject, check.question): check for section in sections for check in section.checks}


def verdicts(checks: dict[tuple[str, str], Check], verdict: str) -> set[tuple[str, str]]:
    return {key for key, check in checks.items() if check.verdict == verdict and key[1] in PORTS}


def containers(lab: DindBackend) -> list[str]:
    found = []
    for name in HOSTS:
        with closing(lab.client(name)) as client:
            found += [container["Id"] for container in client.api.containers(all=True)]
    return sorted(found)


def test_without_a_shell_only_heartbeats_tell(swarm: DindBackend) -> None:
    """The settings allow no changes: no container is started, and all but the workers' way to their manager unknown."""
    checks = examined(swarm, allow_changes=False)
    assert verdicts(checks, "ok") == {(f"{peer} → {MANAGER}", "2377/tcp") for peer in HOSTS[:2]}
    assert verdicts(checks, "failed") == set()


def test_what_is_blocked_is_found_and_nothing_else(swarm: DindBackend) -> None:
    """At either wall, TCP and UDP, at a port that an engine holds and at one that nobody does; no container stays."""
    swarm.faults.block(MANAGER, "2377/tcp", at="firewall")
    swarm.faults.block(MANAGER, "7946/udp", at="security_group")
    swarm.faults.block("docker-swarm-1", "4789/udp", at="firewall")
    before = containers(swarm)
    checks = examined(swarm)
    blocked = {
        *((f"{peer} → {MANAGER}", port) for peer in HOSTS[:2] for port in ("2377/tcp", "7946/udp")),
        *((f"{peer} → docker-swarm-1", "4789/udp") for peer in HOSTS[1:]),
    }
    assert verdicts(checks, "failed") == blocked
    assert len(verdicts(checks, "ok")) == len(PORTS) * len(HOSTS) * (len(HOSTS) - 1) - len(blocked)
    for question in ("reached", "Docker", "address", "clock", "overlay", "one Docker", "one swarm"):
        assert {check.verdict for (_, asked), check in checks.items() if asked == question} == {"ok"}, question
    assert containers(swarm) == before
