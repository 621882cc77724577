"""Rules that several exercises share: what is declared, what runs, where, and that all is well.

Each is made for a name and says in a sentence what was seen instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from swarmlab.client.protocols import PortCheck
from swarmlab.lessons.exercise import Rule
from swarmlab.lessons.inspection import CannotTell, Inspection
from swarmlab.lessons.words import counted, listed

WALLS = {"firewall": "the host's firewall", "security_group": "the security group"}


def no_service(name: str) -> Rule:
    """Untouched: there is no such service."""

    def rule(look: Inspection) -> str:
        return "" if look.service(name) else f"there is no service {name}"

    return rule


def still_declares(name: str, replicas: int) -> Rule:
    """Untouched: the service is declared as the lab began."""

    def rule(look: Inspection) -> str:
        is_so = look.service(name) is not None and look.replicas(name) == replicas
        return f"{name} declares {counted(replicas, 'replica')}, as at the beginning" if is_so else ""

    return rule


def runs(name: str, image: str, *args: str) -> Rule:
    """The service has this image and this command."""

    def rule(look: Inspection) -> str:
        container = look.spec(name)["TaskTemplate"]["ContainerSpec"]
        has = container["Image"].partition("@")[0].rpartition("/")[2].partition(":")[0]
        if has != image:
            return f"{name} has the image {has}, not {image}"
        words = [*(container.get("Command") or ()), *(container.get("Args") or ())]
        if args and words != list(args):
            return f"{name} runs `{' '.join(words)}`, not `{' '.join(args)}`"
        return ""

    return rule


def declares(name: str, replicas: int) -> Rule:
    """The service is declared with so many replicas."""

    def rule(look: Inspection) -> str:
        declared = look.replicas(name)
        if declared is None:
            return f"{name} is a {next(iter(look.spec(name)['Mode'])).lower()} service and declares no replicas"
        return "" if declared == replicas else f"{name} declares {counted(declared, 'replica')}, not {replicas}"

    return rule


def has_converged(name: str) -> Rule:
    """As many tasks run as are declared, and no update is under way."""

    def rule(look: Inspection) -> str:
        missing = look.unconverged(name)
        return f"{name} has not converged: {missing}" if missing else ""

    return rule


def is_spread(name: str) -> Rule:
    """No host runs two tasks more than another; for a cluster whose nodes all take tasks."""

    def rule(look: Inspection) -> str:
        running = look.running(name)
        hosts = [node.name for node in look.cluster]
        most, least = max(hosts, key=running.__getitem__), min(hosts, key=running.__getitem__)
        if running[most] - running[least] < 2:
            return ""
        return f"{most} runs {counted(running[most], 'task')} of {name}, and {least} runs {running[least]}"

    return rule


def spec_has(name: str, *path: str, wanted: Any, as_typed: str) -> Rule:
    """A setting in the service's declaration; `as_typed` is how the CLI names setting and value."""

    def rule(look: Inspection) -> str:
        found: Any = look.spec(name)
        for key in path:
            found = (found or {}).get(key)
        return "" if found == wanted else f"{name} has {path[-1]} {_as_seen(found)}, not {as_typed}"

    return rule


def _as_seen(value: Any) -> str:
    if isinstance(value, int) and value >= 10**6:
        return f"{value / 10**9:g}s"
    return "unset" if value is None else str(value)


def has_state(name: str, state: str) -> Rule:
    """`docker node ls` shows the host in this STATUS."""

    def rule(look: Inspection) -> str:
        seen = look.node(name).state
        return "" if seen == state else f"the STATUS of {name} is {seen.capitalize()}, not {state.capitalize()}"

    return rule


def has_availability(name: str, availability: str) -> Rule:
    """`docker node ls` shows the host with this AVAILABILITY."""

    def rule(look: Inspection) -> str:
        seen = look.node(name).availability
        said = f"the AVAILABILITY of {name} is {seen.capitalize()}, not {availability.capitalize()}"
        return "" if seen == availability else said

    return rule


def one_record(name: str) -> Rule:
    """The host stands once in `docker node ls`."""

    def rule(look: Inspection) -> str:
        records = look.records(name)
        if len(records) == 1:
            return ""
        states = listed(record.state.capitalize() for record in records)
        return f"docker node ls has {len(records)} lines for {name}: {states}" if records else f"{name} is no node"

    return rule


# --- all is well: what a repaired cluster is held against -----------------------------------------------------------


def all_in_the_swarm(look: Inspection) -> str:
    """Every engine answers, and takes part."""
    for node in look.cluster:
        swarm = look.swarm(node.name)
        if swarm is None:
            return f"the engine of {node.name} does not answer"
        if swarm["LocalNodeState"] != "active":
            return f"docker info on {node.name} says Swarm: {swarm['LocalNodeState']}"
    return ""


def all_nodes_ready(look: Inspection) -> str:
    """Every line of `docker node ls` reads Ready, and every host has one."""
    for node in look.cluster:
        if said := one_record(node.name)(look) or has_state(node.name, "ready")(look):
            return said
    return ""


def all_nodes_active(look: Inspection) -> str:
    """Every node takes tasks."""
    return next(filter(None, (has_availability(node.name, "active")(look) for node in look.cluster)), "")


def all_managers_reachable(look: Inspection) -> str:
    """None of them is Unreachable, and one leads."""
    managers = [node for node in look.snapshot.nodes if node.role == "manager"]
    lost = [node.name for node in managers if node.reachability != "reachable"]
    if lost:
        return f"the MANAGER STATUS of {listed(lost)} is Unreachable"
    return "" if any(node.is_leader for node in managers) else "no manager is the Leader"


def all_ports_open(look: Inspection) -> str:
    """Each of the four ports, from every host to every other one."""
    return _closed(look.closed_ports[0]) if look.closed_ports else ""


def _closed(check: PortCheck) -> str:
    where = listed(WALLS[wall] for wall in check.blocked_at) or "some wall"
    return f"{check.port} of {check.node} is closed at {where}"


def closed_at(look: Inspection) -> Sequence[tuple[str, str, str]]:
    """Node, port and wall of everything that is closed, each once."""
    return sorted({(check.node, check.port, wall) for check in look.closed_ports for wall in check.blocked_at})


def manager_names(look: Inspection) -> list[str]:
    """The hosts that are managers.

    Raises:
        CannotTell: there is none.
    """
    names = [node.name for node in look.snapshot.nodes if node.role == "manager"]
    if not names:
        raise CannotTell("no node of this lab is a manager")
    return names
