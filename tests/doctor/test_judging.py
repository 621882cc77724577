"""What facts of hosts mean: swarms, addresses, ports, clocks, names, disks, kernels."""

from dataclasses import replace

import pytest

from swarmlab.backends.hosts.packets import Arrival
from swarmlab.client.protocols import PORTS
from swarmlab.doctor import advice, clock, disk, dns, engine, kernel, ports, swarm
from swarmlab.doctor.checks import Check
from swarmlab.doctor.engine_facts import offset
from swarmlab.doctor.facts import HostFacts, Offset
from tests.doctor.hosts_made_up import formed, host, inside, member

BLIND = {"inside": None, "why_no_inside": "no shell there"}


def row(check: Check | None) -> tuple[str, str]:
    assert check is not None
    return check.verdict, check.found


# --- the engine ----------------------------------------------------------------------------------------------------


def versioned(number: int, version: str) -> HostFacts:
    facts = host(number)
    return replace(facts, info={**facts.info, "ServerVersion": version})


def test_an_unreached_host_is_told_in_the_words_of_whoever_tried() -> None:
    """What it is in the line, what to do below it, without the host's name twice."""
    check = engine.check_reach(host(1, unreached="docker-swarm-1: nothing listens there. Check the port."))
    assert (check.found, check.advice) == ("nothing listens there", ("Check the port.",))
    check = engine.check_reach(host(1, unreached="Connection refused"))
    assert check.found == "Connection refused"
    assert check.advice == (advice.start_docker("docker-swarm-1"),)


@pytest.mark.parametrize(
    ("version", "verdict"),
    [("28.5.2", "ok"), ("20.10.24", "ok"), ("19.03.15", "failed"), ("20.04.1", "failed"), ("dev", "unknown")],
)
def test_an_old_engine_is_refused(version: str, verdict: str) -> None:
    """20.10 is the oldest that the lessons were compared with; of a build without a number nothing is known."""
    assert engine.check_version(versioned(1, version)).verdict == verdict


def test_engines_of_two_majors_are_told() -> None:
    """With who is to be upgraded to what."""
    check = engine.check_same_version([versioned(1, "28.5.2"), versioned(2, "20.10.24"), versioned(3, "28.4.0")])
    assert check.verdict == "failed"
    assert check.advice == ("upgrade docker-swarm-2 to 28.5.2, one host after the other",)


def test_engines_of_one_major_agree() -> None:
    """The line says which they are where they are not the same."""
    assert row(engine.check_same_version([versioned(1, "28.5.2"), versioned(2, "28.4.0")])) == (
        "ok",
        "docker-swarm-1 28.5.2, docker-swarm-2 28.4.0",
    )


# --- the swarm -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("says", "found"),
    [
        ({"LocalNodeState": "locked"}, "locked"),
        ({"LocalNodeState": "pending", "Error": "timed out"}, "is still joining: timed out"),
        ({"LocalNodeState": "error", "Error": "bad certificate"}, "does not get in: bad certificate"),
        (member(1, Error="The swarm does not have a leader."), "The swarm does not have a leader."),
    ],
)
def test_a_host_that_is_not_well_in_its_swarm(says: dict[str, object], found: str) -> None:
    """In Docker's words, with what to do."""
    check = swarm.check_state(host(1, swarm=says), [])
    assert row(check) == ("failed", found)
    assert check.advice


def test_a_host_in_no_swarm_is_well() -> None:
    """That is how lessons begin."""
    assert row(swarm.check_state(host(1), [])) == ("ok", "in none")


def test_a_worker_is_what_its_manager_sees() -> None:
    """A node that its manager lost believes itself active."""
    first, _, manager = formed()
    assert row(swarm.check_state(first, [first, manager])) == ("ok", "worker, ready")
    lost = replace(manager, nodes={**manager.nodes, "node1": {"Status": {"State": "down"}}})
    assert row(swarm.check_state(first, [first, lost])) == ("failed", "worker, but a manager sees it as down")
    assert row(swarm.check_state(first, [first])) == ("ok", "worker")


def test_all_hosts_in_one_swarm() -> None:
    """Workers do not know its id; a manager that lists them does. Some may still be in none."""
    hosts = formed()
    assert row(swarm.check_one_swarm(hosts)) == ("ok", "9l1x7yv4o2mkqbzn4u8e3tr5s")
    assert row(swarm.check_one_swarm([host(1), *hosts[1:]])) == ("ok", "docker-swarm-1 in none")
    assert swarm.check_one_swarm([host(1), host(2)]) is None


def test_a_node_of_another_swarm_is_named() -> None:
    """With the managers that it follows, and how to bring it here."""
    stray = host(1, swarm=member(1, NodeID="stray", RemoteManagers=[{"NodeID": "x", "Addr": "10.9.9.9:2377"}]))
    check = swarm.check_one_swarm([stray, *formed()[1:]])
    assert row(check) == (
        "failed",
        "docker-swarm-1: a swarm of other hosts (10.9.9.9:2377); "
        "docker-swarm-2, docker-swarm-3: 9l1x7yv4o2mkqbzn4u8e3tr5s",
    )
    assert check is not None
    assert check.advice == ("on docker-swarm-1: docker swarm leave --force, then docker swarm join to the others",)


def test_an_address_that_is_not_the_hosts_is_told() -> None:
    """A cloud's public address is on no interface; a swarm that advertises another one is told, too."""
    assert row(swarm.check_address(host(1))) == ("ok", "172.31.16.11")
    public = swarm.check_address(replace(host(1), address="203.0.113.11"))
    assert row(public) == ("failed", "no interface has 203.0.113.11; they have 172.31.16.11")
    other = swarm.check_address(host(1, swarm=member(1, NodeAddr="203.0.113.11")))
    assert row(other) == ("failed", "advertises 203.0.113.11 to its swarm; the settings say 172.31.16.11")
    assert swarm.check_address(host(1, **BLIND)) is None


# --- ports ---------------------------------------------------------------------------------------------------------


def port_check(arrival: Arrival | None, port: str = "7946/udp", **changes: object) -> Check:
    sender, target = host(1), host(3, **changes)
    arrivals = {} if arrival is None else {(sender.name, target.name, port): arrival}
    return ports.check_port(port, sender, target, [sender, target], arrivals)


@pytest.mark.parametrize(
    ("arrival", "verdict"),
    [
        ("connected", "ok"),
        ("arrived", "ok"),
        ("silent", "failed"),
        ("rejected", "failed"),
        ("unreachable", "failed"),
        ("unseen", "unknown"),
        ("no sender", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_port_is_open_only_if_a_packet_arrived(arrival: Arrival | None, verdict: str) -> None:
    """And closed only if one did not."""
    check = port_check(arrival)
    assert check.verdict == verdict
    assert bool(check.advice) == (verdict == "failed")


@pytest.mark.parametrize(
    ("firewall", "commands"),
    [
        ("ufw", ["sudo ufw allow proto udp from 172.31.16.11 to any port 7946", "authorize-security-group-ingress"]),
        ("firewalld", ["sudo firewall-cmd --permanent", "authorize-security-group-ingress"]),
        ("none", ["authorize-security-group-ingress"]),
        ("unknown", ["sudo ufw allow", "sudo firewall-cmd --permanent", "authorize-security-group-ingress"]),
    ],
)
def test_the_firewall_that_is_there_is_opened_and_the_clouds(firewall: str, commands: list[str]) -> None:
    """For one sender, one port, and the right protocol."""
    lines = port_check("silent", inside=inside("172.31.16.13", firewall=firewall)).advice
    for line, command in zip(lines, commands, strict=True):
        assert command in line
        assert "172.31.16.11" in line
        assert "7946" in line
        assert "udp" in line


def test_what_is_refused_aloud_is_not_the_clouds_doing() -> None:
    """A security group keeps silent."""
    assert not any("security-group" in line for line in port_check("rejected", "2377/tcp").advice)


def test_every_port_of_every_pair_is_asked_for() -> None:
    """There and back, of hosts that were reached."""
    hosts = [host(1), host(2), host(3, unreached="off")]
    assert [(check.subject, check.question) for check in ports.check_pairs(hosts, {})] == [
        (subject, port)
        for subject in ("docker-swarm-2 → docker-swarm-1", "docker-swarm-1 → docker-swarm-2")
        for port in PORTS
    ]


def test_a_workers_heartbeats_tell_of_the_managers_port() -> None:
    """Where nothing can be sent: of the only manager, and of 2377/tcp only."""
    first, second, manager = (replace(each, **BLIND) for each in formed())
    hosts = [first, second, manager]
    verdicts = {
        (check.subject, check.question): check.verdict
        for check in ports.check_pairs(hosts, {})
        if check.verdict != "unknown"
    }
    assert verdicts == {
        ("docker-swarm-1 → docker-swarm-3", "2377/tcp"): "ok",
        ("docker-swarm-2 → docker-swarm-3", "2377/tcp"): "ok",
    }
    two = replace(manager, info={**manager.info, "Swarm": {**manager.swarm, "Managers": 2}})
    assert {check.verdict for check in ports.check_pairs([first, second, two], {})} == {"unknown"}


def test_a_port_that_another_program_has_is_told() -> None:
    """Before a swarm is formed; afterwards it is the engine's."""
    taken = inside("172.31.16.11", listening=frozenset({"7946/tcp"}))
    (check,) = ports.check_free(host(1, inside=taken))
    assert (check.question, check.verdict) == ("7946/tcp", "failed")
    assert "ss --listening --processes --tcp 'sport = :7946'" in check.advice[0]
    assert ports.check_free(host(1, inside=taken, swarm=member(1))) == []


# --- clocks --------------------------------------------------------------------------------------------------------


def clocks(*offsets: float, error_s: float = 0.05) -> list[tuple[str, str]]:
    hosts = [host(n, offset=Offset(seconds=seconds, error_s=error_s)) for n, seconds in enumerate(offsets)]
    return [row(check) for check in clock.check_clocks(hosts)]


def test_clocks_that_agree() -> None:
    """A tenth of a second is nothing."""
    assert clocks(0.01, -0.02, 0.03) == [("ok", "agrees with the others")] * 3


def test_the_clock_that_is_off_is_named() -> None:
    """Most decide; if it is this machine's, no host is blamed."""
    assert clocks(0, 30, 0)[1] == ("failed", "30.0 s ahead")
    assert [verdict for verdict, _ in clocks(60, 60, 60)] == ["ok", "ok", "ok"]


def test_one_host_alone_is_compared_with_this_machine() -> None:
    """There is nobody else."""
    assert clocks(-3.5) == [("failed", "3.5 s behind")]


def test_an_answer_that_took_long_tells_little() -> None:
    """Within its time the clock may have been anywhere."""
    assert clocks(1, error_s=4)[0][0] == "unknown"
    assert clocks(60, error_s=4)[0][0] == "failed"


def test_a_clock_that_nobody_sets_is_mentioned() -> None:
    """It agrees today."""
    unset = host(1, inside=inside("172.31.16.11", is_synchronized=False))
    assert row(clock.check_clocks([unset])[0]) == ("ok", "agrees with the others, but no time service keeps it so")


def test_an_engine_tells_the_time_with_nanoseconds() -> None:
    """Compared with the middle of the question and the answer."""
    assert offset("2026-11-28T12:00:00.250000000Z", 1795867200.0, 1795867200.1) == Offset(
        seconds=pytest.approx(0.2, abs=1e-4), error_s=pytest.approx(0.05, abs=1e-4)
    )
    assert offset("", 0, 1) is None


# --- names, disks, kernels -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "verdict", "found"),
    [
        ("", "ok", "the name is found, the registry answers"),
        (None, "unknown", "its engine was not asked"),
        ("Get https://registry-1.docker.io/v2/: dial tcp: lookup registry-1.docker.io: no such host", "failed", "name"),
        ("dial tcp: lookup registry-1.docker.io on 10.0.0.2:53: read udp: i/o timeout", "failed", "name"),
        ("Get https://registry-1.docker.io/v2/: dial tcp 54.1.2.3:443: i/o timeout", "failed", "does not answer"),
        ("toomanyrequests: You have reached your pull rate limit", "ok", "the registry answers: toomanyrequests"),
    ],
)
def test_names_and_the_registry(error: str | None, verdict: str, found: str) -> None:
    """A registry that says no has been found."""
    check = dns.check_registry(host(1, registry_error=error))
    assert check.verdict == verdict
    assert found in check.found


def test_a_full_disk_is_told() -> None:
    """With what Docker takes of it."""
    full = disk.check_disk(host(1, inside=inside("172.31.16.11", disk=(500_000_000, 8_000_000_000))))
    assert row(full) == ("failed", "0.5 GB of 8.0 GB free; Docker holds 1.2 GB; 2.0 GB are needed")
    assert disk.check_disk(host(1)).verdict == "ok"


def test_room_that_nobody_sees_is_not_guessed() -> None:
    """The API does not tell it."""
    check = disk.check_disk(host(1, **BLIND))
    assert row(check) == ("unknown", "free room is not seen, no shell there; Docker holds 1.2 GB")


@pytest.mark.parametrize(
    ("states", "verdicts"),
    [
        ("loaded loaded loaded loaded", "ok ok"),
        ("loadable loadable loaded loaded", "ok ok"),
        ("loaded missing unknown loaded", "ok failed"),
        ("missing loaded unknown loaded", "failed unknown"),
    ],
)
def test_kernel_modules(states: str, verdicts: str) -> None:
    """Overlay networks need one, virtual IPs three: one that is missing is enough."""
    modules = dict(zip(("vxlan", "ip_vs", "ip_vs_rr", "xt_ipvs"), states.split(), strict=True))
    checks = kernel.check_kernel(host(1, inside=inside("172.31.16.11", modules=modules)))
    assert [check.verdict for check in checks] == ["ok", *verdicts.split()]


def test_a_kernel_that_nobody_looked_into_is_unknown() -> None:
    """The storage driver is the API's to tell."""
    checks = kernel.check_kernel(host(1, **BLIND))
    assert [check.verdict for check in checks] == ["ok", "unknown", "unknown"]


def test_a_storage_driver_without_overlay() -> None:
    """It works, until the disk is full."""
    facts = host(1)
    vfs = replace(facts, info={**facts.info, "Driver": "vfs"})
    assert kernel.check_kernel(vfs)[0].verdict == "failed"
