"""The four rows between every two hosts: 2377/tcp, 7946/tcp, 7946/udp, 4789/udp.

Open is only what a packet was seen to arrive at. Where no shell can send, a swarm's own packets may still tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from swarmlab.backends.hosts.packets import TCP_TIMEOUT_S, Arrival
from swarmlab.client.protocols import PORTS, Port
from swarmlab.doctor import advice
from swarmlab.doctor.checks import Check, failed, ok, unknown
from swarmlab.doctor.facts import HostFacts
from swarmlab.doctor.swarm import node_state

Arrivals = Mapping[tuple[str, str, Port], Arrival]
"""What became of packets, by sender, receiver and port."""

ARRIVES = "packets arrive"


def check_pairs(hosts: Sequence[HostFacts], arrivals: Arrivals) -> list[Check]:
    """A check for each port of each host from each other, of those that were reached."""
    reached = [host for host in hosts if not host.unreached]
    pairs = [(sender, target) for target in reached for sender in reached if sender is not target]
    return [check_port(port, sender, target, hosts, arrivals) for sender, target in pairs for port in PORTS]


def check_port(
    port: Port, sender: HostFacts, target: HostFacts, hosts: Sequence[HostFacts], arrivals: Arrivals
) -> Check:
    """Whether packets of one host arrive at a port of another."""
    subject = f"{sender.name} → {target.name}"
    arrival = arrivals.get((sender.name, target.name, port))
    match arrival:
        case "connected" | "arrived":
            return ok(subject, port, ARRIVES)
        case "silent" | "rejected" | "unreachable":
            by_filter = arrival != "silent"
            lines = advice.open_port(port, target=target, sender=sender, by_filter=by_filter)
            return failed(subject, port, _closed(arrival), *lines)
    if port == "2377/tcp" and _heartbeats_arrive(sender, target, hosts):
        return ok(subject, port, f"{ARRIVES}: its heartbeats do")
    return unknown(subject, port, _why(arrival, sender, target))


def check_free(host: HostFacts) -> list[Check]:
    """Whether the ports that a swarm will take are free, on a host that is in none."""
    if host.inside is None or host.swarm.get("LocalNodeState") != "inactive":
        return []
    return [_taken(host, port) for port in PORTS if port in host.inside.listening]


def _taken(host: HostFacts, port: Port) -> Check:
    number, protocol = port.split("/")
    who = f"on {host.name}: sudo ss --listening --processes --{protocol} 'sport = :{number}'   (names that program)"
    return failed(host.name, port, "another program has it already: no swarm can be formed here", who)


def _closed(arrival: Arrival) -> str:
    match arrival:
        case "rejected":
            return "a firewall refuses them"
        case "unreachable":
            return "a firewall refuses them, or there is no way there"
    return f"nothing arrives ({TCP_TIMEOUT_S} s)"


def _why(arrival: Arrival | None, sender: HostFacts, target: HostFacts) -> str:
    match arrival:
        case "no sender":
            return f"{sender.name} has neither bash nor busybox to send with"
        case "unseen" if target.inside is None:
            return f"sent; whether they arrive is not seen, {target.why_no_inside}"
        case "unseen":
            return "sent; whether they arrive is not seen, too much else does"
    return f"{sender.name} cannot send, {sender.why_no_inside}"


def _heartbeats_arrive(sender: HostFacts, target: HostFacts, hosts: Sequence[HostFacts]) -> bool:
    """A worker that the only manager sees as ready reached that one's 2377/tcp a few seconds ago."""
    is_only_manager = target.is_manager and target.swarm.get("Managers") == 1
    is_its_worker = sender.swarm.get("NodeID") in target.nodes and not sender.is_manager
    return is_only_manager and is_its_worker and node_state(sender, hosts) == "ready"
