"""What a container's HostConfig shows of what was asked for. Recorded from engines 28.5.2."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.simulated import SimulatedEngines

MEBIBYTE = 1024**2


@pytest.fixture(scope="module")
def engines() -> SimulatedEngines:
    return SimulatedEngines("formed")


def _run(engines: SimulatedEngines, name: str, host_config: dict[str, object]) -> dict[str, Any]:
    engines.ask("worker", "POST", "/images/create?fromImage=alpine&tag=latest")
    body = {"Image": "alpine:latest", "HostConfig": host_config}
    assert engines.ask("worker", "POST", f"/containers/create?name={name}", body).status == 201
    return dict(engines.ask("worker", "GET", f"/containers/{name}/json").json()["HostConfig"])


def test_a_service_limits_its_containers(engines: SimulatedEngines) -> None:
    """Limits, rights and log options show on the container; reservations do not."""
    container = {"Image": "alpine:latest", "Args": ["sleep", "1000"], "CapabilityAdd": ["CAP_NET_ADMIN"]}
    task = {
        "ContainerSpec": {**container, "Sysctls": {"net.core.somaxconn": "1024"}},
        "Resources": {
            "Limits": {"MemoryBytes": 64 * MEBIBYTE, "NanoCPUs": 500_000_000, "Pids": 7},
            "Reservations": {"MemoryBytes": 32 * MEBIBYTE},
        },
        "LogDriver": {"Name": "json-file", "Options": {"max-size": "1m"}},
    }
    assert engines.ask("manager", "POST", "/services/create", {"Name": "web", "TaskTemplate": task}).status == 201
    engines.wait(3)
    (running,) = engines.ask("manager", "GET", "/tasks").json()
    node = engines.ask("manager", "GET", f"/nodes/{running['NodeID']}").json()["Description"]["Hostname"]
    shown = engines.ask(node, "GET", f"/containers/web.1.{running['ID']}/json").json()["HostConfig"]
    assert (shown["Memory"], shown["MemorySwap"], shown["MemoryReservation"]) == (64 * MEBIBYTE, 128 * MEBIBYTE, 0)
    assert (shown["NanoCpus"], shown["PidsLimit"]) == (500_000_000, 7)
    assert shown["LogConfig"] == {"Type": "json-file", "Config": {"max-size": "1m"}}
    assert (shown["CapAdd"], shown["Sysctls"]) == (["CAP_NET_ADMIN"], {"net.core.somaxconn": "1024"})


def test_swap_is_as_much_as_memory(engines: SimulatedEngines) -> None:
    """Unless it is said."""
    assert _run(engines, "one", {"Memory": 64 * MEBIBYTE})["MemorySwap"] == 128 * MEBIBYTE
    assert _run(engines, "two", {"Memory": 64 * MEBIBYTE, "MemorySwap": -1})["MemorySwap"] == -1
    assert _run(engines, "three", {})["MemorySwap"] == 0


def test_log_options_are_shown(engines: SimulatedEngines) -> None:
    """And the driver is json-file where none was named; what would write into a cloud is not here."""
    sent = {"LogConfig": {"Type": "", "Config": {"max-size": "1m"}}}
    assert _run(engines, "four", sent)["LogConfig"] == {"Type": "json-file", "Config": {"max-size": "1m"}}
    refused = engines.ask(
        "worker",
        "POST",
        "/containers/create",
        {"Image": "alpine:latest", "HostConfig": {"LogConfig": {"Type": "awslogs", "Config": {"awslogs-group": "g"}}}},
    )
    assert refused.status == 501


def test_a_manager_shows_the_hosts_networks_as_the_swarms(engines: SimulatedEngines) -> None:
    """`docker service create --network host` asks for it first."""
    answered = engines.ask("manager", "GET", "/networks/host?scope=swarm")
    assert (answered.status, answered.json()["Driver"], answered.json()["Scope"]) == (200, "host", "swarm")
    assert engines.ask("worker", "GET", "/networks/host?scope=swarm").status == 404
