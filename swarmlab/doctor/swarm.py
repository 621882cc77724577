"""Which swarm each host is in, whether all are in the same, and under which address the others know it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from swarmlab.doctor.checks import Check, failed, ok
from swarmlab.doctor.facts import HostFacts

ELSEWHERE = "a swarm of other hosts"


def check_state(host: HostFacts, hosts: Sequence[HostFacts]) -> Check:
    """What the host says of itself, and its manager of it."""
    error = str(host.swarm.get("Error") or "")
    match host.swarm.get("LocalNodeState"):
        case "active" if error:
            return failed(
                host.name,
                "swarm",
                error,
                "start the other managers; more than half of them must run",
            )
        case "active":
            return _check_member(host, hosts)
        case "locked":
            return failed(host.name, "swarm", "locked", f"on {host.name}: docker swarm unlock")
        case "pending":
            return failed(
                host.name,
                "swarm",
                f"is still joining{_of(error)}",
                f"open 2377/tcp of {_manager_addresses(host)} for it; or give up, on {host.name}: docker swarm leave",
            )
        case "error":
            again = f"on {host.name}: docker swarm leave --force, then docker swarm join anew"
            return failed(host.name, "swarm", f"does not get in{_of(error)}", again)
    return ok(host.name, "swarm", "in none")


def check_address(host: HostFacts) -> Check | None:
    """Whether the address in the settings is one that the host has, and the one that it told the others."""
    question = "address"
    advertised = str(host.swarm.get("NodeAddr") or "")
    if host.is_in_a_swarm and advertised != host.address:
        return failed(
            host.name,
            question,
            f"advertises {advertised} to its swarm; the settings say {host.address}",
            f"correct the address in the settings; or leave the swarm and join with --advertise-addr {host.address}",
        )
    has = host.inside.addresses if host.inside else frozenset()
    if has and host.address not in has:
        others = ", ".join(sorted(address for address in has if not address.startswith("127.")))
        return failed(
            host.name,
            question,
            f"no interface has {host.address}; they have {others}",
            "write the private address into the settings: a cloud's public one is translated outside of the host",
        )
    return ok(host.name, question, host.address) if has or host.is_in_a_swarm else None


def check_one_swarm(hosts: Sequence[HostFacts]) -> Check | None:
    """Whether those that are in a swarm are in the same; None where none is in any."""
    members = [host for host in hosts if host.is_in_a_swarm]
    if not members:
        return None
    swarms: dict[str, list[str]] = {}
    for host in members:
        swarms.setdefault(swarm_of(host, hosts), []).append(host.name)
    if len(swarms) == 1:
        outside = [host.name for host in hosts if host not in members]
        return ok("all hosts", "one swarm", f"{', '.join(outside)} in none" if outside else next(iter(swarms)))
    found = "; ".join(f"{', '.join(names)}: {swarm}" for swarm, names in swarms.items())
    *_, fewest = sorted(swarms.values(), key=len, reverse=True)
    leave = f"on {', '.join(fewest)}: docker swarm leave --force, then docker swarm join to the others"
    return failed("all hosts", "one swarm", found, leave)


def swarm_of(host: HostFacts, hosts: Sequence[HostFacts]) -> str:
    """The id of a member's swarm. Workers do not know it; the manager among the hosts that lists them does."""
    if cluster := host.swarm.get("Cluster"):
        return str(cluster["ID"])
    node_id = str(host.swarm.get("NodeID"))
    for other in hosts:
        if node_id in other.nodes and other.swarm.get("Cluster"):
            return str(other.swarm["Cluster"]["ID"])
    return f"{ELSEWHERE} ({_manager_addresses(host)})"


def node_state(host: HostFacts, hosts: Sequence[HostFacts]) -> str:
    """`ready`, `down`, ... as a manager among the hosts sees it; empty where none does."""
    node_id = str(host.swarm.get("NodeID"))
    seen: list[Mapping[str, Any]] = [other.nodes[node_id] for other in hosts if node_id in other.nodes]
    return str(seen[0].get("Status", {}).get("State", "")) if seen else ""


def _check_member(host: HostFacts, hosts: Sequence[HostFacts]) -> Check:
    role = "manager" if host.is_manager else "worker"
    state = node_state(host, hosts)
    if state and state != "ready":
        look = "the ports below tell whether its packets reach the manager"
        return failed(host.name, "swarm", f"{role}, but a manager sees it as {state}", look)
    return ok(host.name, "swarm", f"{role}, {state}" if state else role)


def _manager_addresses(host: HostFacts) -> str:
    managers = host.swarm.get("RemoteManagers") or ()
    return ", ".join(str(manager["Addr"]) for manager in managers) or "its manager"


def _of(error: str) -> str:
    return f": {error}" if error else ""
