"""Faults of a lab's network, and the packet filter rules that they become."""

from swarmlab.backends.dind.walls import Links, counter

NAMES = ("docker-swarm-1", "docker-swarm-2", "docker-swarm-3")


def links() -> Links:
    return Links(
        addresses={name: f"10.203.1.1{number}" for number, name in enumerate(NAMES, 1)},
        public_addresses={name: f"203.0.113.1{number}" for number, name in enumerate(NAMES, 1)},
    )


def drops(faults: Links, node: str) -> list[str]:
    return [line for line in faults.rules(node).splitlines() if line.endswith("-j DROP")]


def test_a_healthy_lab_drops_nothing() -> None:
    """No fault, no dropped packet; every chain of ours is named, so that old rules are emptied."""
    rules = links().rules("docker-swarm-1")
    assert "DROP" not in rules
    assert [line for line in rules.splitlines() if line.startswith(":")] == [
        ":SWARMLAB-GROUP - [0:0]", ":SWARMLAB-OUT - [0:0]", ":SWARMLAB-FIREWALL - [0:0]", ":SWARMLAB-PUBLIC - [0:0]",
    ]  # fmt: skip


def test_each_wall_drops_in_a_chain_of_its_own() -> None:
    """A port closed in the security group stays closed when the host's firewall opens it."""
    faults = links()
    faults.blocked.add(("docker-swarm-3", "2377/tcp", "firewall"))
    faults.blocked.add(("docker-swarm-3", "2377/tcp", "security_group"))
    assert drops(faults, "docker-swarm-3") == [
        "-A SWARMLAB-GROUP -p tcp --dport 2377 -j DROP",
        "-A SWARMLAB-FIREWALL -p tcp --dport 2377 -j DROP",
    ]
    assert drops(faults, "docker-swarm-1") == []
    assert faults.blocked_at("docker-swarm-3", "2377/tcp") == ("firewall", "security_group")
    faults.blocked.remove(("docker-swarm-3", "2377/tcp", "firewall"))
    assert faults.blocked_at("docker-swarm-3", "2377/tcp") == ("security_group",)


def test_a_cut_link_is_dropped_at_both_ends() -> None:
    """A disconnected host hears nobody, and nobody hears it."""
    faults = links()
    faults.disconnected.add("docker-swarm-1")
    assert drops(faults, "docker-swarm-1") == [
        "-A SWARMLAB-GROUP -s 10.203.1.12 -j DROP",
        "-A SWARMLAB-GROUP -s 10.203.1.13 -j DROP",
    ]
    assert drops(faults, "docker-swarm-2") == ["-A SWARMLAB-GROUP -s 10.203.1.11 -j DROP"]


def test_a_host_outside_is_not_reached_by_its_private_address() -> None:
    """What was sent to a private address is dropped where it leaves; a public one is translated first."""
    faults = links()
    faults.outside.add("docker-swarm-1")
    assert drops(faults, "docker-swarm-3") == [
        "-A SWARMLAB-OUT -m conntrack --ctorigdst 10.203.1.11 --ctdir ORIGINAL -j DROP"
    ]
    assert "-A SWARMLAB-PUBLIC -d 203.0.113.11 -j DNAT --to-destination 10.203.1.11" in faults.rules("docker-swarm-3")


def test_healing_forgets_every_fault() -> None:
    """A healed lab has the rules of a new one."""
    faults = links()
    faults.blocked.add(("docker-swarm-3", "4789/udp", "firewall"))
    faults.disconnected.add("docker-swarm-1")
    faults.outside.add("docker-swarm-2")
    faults.heal()
    assert [faults.rules(name) for name in NAMES] == [links().rules(name) for name in NAMES]


def test_packets_are_counted_by_sender_and_port_behind_the_drops() -> None:
    """The counting rules come last: they see only what both walls let pass."""
    faults = links()
    faults.blocked.add(("docker-swarm-3", "7946/udp", "firewall"))
    lines = faults.rules("docker-swarm-3").splitlines()
    counting = f"--comment {counter('docker-swarm-1', '7946/udp')}"
    assert lines.index("-A SWARMLAB-FIREWALL -p udp --dport 7946 -j DROP") < lines.index(
        f"-A SWARMLAB-FIREWALL -s 10.203.1.11 -p udp --dport 7946 -m comment {counting}"
    )
