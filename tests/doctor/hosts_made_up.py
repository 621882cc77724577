"""Facts of hosts that nobody asked: three of a healthy swarm, to be broken one fact at a time."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from swarmlab.client.protocols import PORTS
from swarmlab.doctor.facts import HostFacts, Inside, Offset
from swarmlab.doctor.ports import Arrivals

CLUSTER = {"ID": "9l1x7yv4o2mkqbzn4u8e3tr5s"}
LOADED = dict.fromkeys(("vxlan", "ip_vs", "ip_vs_rr", "xt_ipvs"), "loaded")


def inside(address: str, **changes: object) -> Inside:
    """What a shell on a healthy host sees."""
    seen = Inside(
        addresses=frozenset({"127.0.0.1", address}),
        disk=(21_400_000_000, 32_000_000_000),
        modules=LOADED,
        firewall="ufw",
        is_synchronized=True,
    )
    return replace(seen, **changes)


def host(number: int, *, swarm: Mapping[str, Any] | None = None, **changes: object) -> HostFacts:
    """docker-swarm-1, -2 or -3: new, and in no swarm unless told."""
    address = f"172.31.16.1{number}"
    facts = HostFacts(
        name=f"docker-swarm-{number}",
        address=address,
        endpoint=f"ssh://ubuntu@203.0.113.1{number}",
        info={
            "ServerVersion": "28.5.2",
            "OperatingSystem": "Ubuntu 24.04.3 LTS",
            "KernelVersion": "6.8.0-1021-aws",
            "Driver": "overlay2",
            "Swarm": swarm or {"LocalNodeState": "inactive", "NodeAddr": "", "Error": ""},
        },
        offset=Offset(seconds=0.01 * number, error_s=0.02),
        held_bytes=1_200_000_000,
        registry_error="",
        inside=inside(address),
    )
    return replace(facts, **changes)


def member(number: int, **swarm: object) -> dict[str, Any]:
    """What a member says of its swarm."""
    return {
        "LocalNodeState": "active",
        "NodeID": f"node{number}",
        "NodeAddr": f"172.31.16.1{number}",
        "Error": "",
        "ControlAvailable": False,
        "RemoteManagers": [{"NodeID": "node3", "Addr": "172.31.16.13:2377"}],
        **swarm,
    }


def formed() -> list[HostFacts]:
    """Three hosts in a swarm that docker-swarm-3 manages."""
    nodes = {f"node{number}": {"Status": {"State": "ready"}} for number in (1, 2, 3)}
    return [
        host(1, swarm=member(1)),
        host(2, swarm=member(2)),
        host(3, swarm=member(3, ControlAvailable=True, Managers=1, Cluster=CLUSTER), nodes=nodes),
    ]


def all_arrive(hosts: list[HostFacts]) -> Arrivals:
    """Every packet gets there."""
    names = [each.name for each in hosts]
    return {
        (sender, target, port): "connected" if port.endswith("tcp") else "arrived"
        for sender in names
        for target in names
        for port in PORTS
        if sender != target
    }
