"""What the swarm's endpoints say, beyond what recorded answers compare."""

from __future__ import annotations

import json
from typing import Any

from swarmlab.engine.model import Node, Role
from tests.api.simulated import SimulatedEngines


def info(engines: SimulatedEngines) -> dict[str, Any]:
    """`GET /info` of the manager."""
    found: dict[str, Any] = json.loads(engines.ask("manager", "GET", "/info").body)
    return found


def set_role(engines: SimulatedEngines, role: Role) -> None:
    """Promote or demote docker-swarm-1, and wait until that is done."""
    node = json.loads(engines.ask("manager", "GET", "/nodes/docker-swarm-1").body)
    path = f"/nodes/{node['ID']}/update?version={node['Version']['Index']}"
    assert engines.ask("manager", "POST", path, {**node["Spec"], "Role": role.value}).status == 200
    engines.wait(2)


def test_two_managers_are_warned_of() -> None:
    """They bear no loss at all; one does not either, but that is no surprise."""
    engines = SimulatedEngines("formed")
    assert info(engines)["Warnings"] is None
    set_role(engines, Role.MANAGER)
    found = info(engines)
    assert found["Swarm"]["Managers"] == 2
    assert found["Warnings"] == found["Swarm"]["Warnings"]
    (warning,) = found["Warnings"]
    assert warning.startswith("WARNING: Running Swarm in a two-manager configuration. This configuration provides\n")
    set_role(engines, Role.WORKER)
    assert info(engines)["Warnings"] is None


def test_nobody_is_shown_the_keys_of_the_authority() -> None:
    """Neither the swarm nor its nodes say anything of them."""
    engines = SimulatedEngines("formed")
    swarm = engines.ask("manager", "GET", "/swarm").body.decode()
    assert "PRIVATE KEY" not in swarm + engines.ask("manager", "GET", "/nodes").body.decode()
    membership = engines.daemon("manager").membership
    assert membership.swarm is not None
    assert "PRIVATE KEY" in membership.swarm.store.cluster().root.key
    assert membership.swarm.store.get(Node, membership.node_id) is not None
