"""Lesson 02: forming a swarm, a host that joins again in another role, a node that is paused."""

from __future__ import annotations

from datetime import timedelta

from swarmlab.lessons.exercise import Exercise
from swarmlab.lessons.inspection import Inspection
from swarmlab.lessons.rules import (
    all_in_the_swarm,
    all_nodes_ready,
    declares,
    has_availability,
    has_converged,
    one_record,
)
from swarmlab.lessons.words import counted

MANAGER, WORKERS = "docker-swarm-3", ("docker-swarm-1", "docker-swarm-2")
PAUSED = "docker-swarm-2"


def _all_separate(look: Inspection) -> str:
    states = [(look.swarm(node.name) or {}).get("LocalNodeState", "") for node in look.cluster]
    return "docker info says Swarm: inactive on every host" if set(states) == {"inactive"} else ""


def _manager_manages(look: Inspection) -> str:
    manages = (look.swarm(MANAGER) or {}).get("ControlAvailable")
    return "" if manages else f"docker info on {MANAGER} says that it is no manager"


def _workers_work(look: Inspection) -> str:
    known = {node.id for node in look.snapshot.nodes}
    for name in WORKERS:
        swarm = look.swarm(name) or {}
        if swarm.get("ControlAvailable"):
            return f"docker info on {name} says that it is a manager"
        if swarm.get("NodeID") not in known:
            return f"{name} is in another swarm than {MANAGER}"
    return ""


def _still_a_worker(look: Inspection) -> str:
    records = look.records("docker-swarm-1")
    is_so = [(record.role, record.state) for record in records] == [("worker", "ready")]
    # A node that has just left reads Ready for a while.
    is_so = is_so and (look.swarm("docker-swarm-1") or {}).get("LocalNodeState") == "active"
    return "docker-swarm-1 is a worker, as at the beginning" if is_so else ""


def _joined_as_manager(look: Inspection) -> str:
    swarm = look.swarm("docker-swarm-1") or {}
    if swarm.get("LocalNodeState") != "active":
        return f"docker info on docker-swarm-1 says Swarm: {swarm.get('LocalNodeState', 'nothing')}"
    return "" if swarm.get("ControlAvailable") else "docker-swarm-1 is in the swarm, but as a worker"


def _has_left(look: Inspection) -> str:
    this, other = (look.node(name).created_at for name in WORKERS)
    is_new = this is not None and other is not None and this > other + timedelta(seconds=2)
    return "" if is_new else "docker-swarm-1 is a manager, but still the same node: it has not left"


def _is_reachable(look: Inspection) -> str:
    seen = look.node("docker-swarm-1").reachability
    return "" if seen == "reachable" else f"the MANAGER STATUS of docker-swarm-1 is {seen.capitalize() or 'empty'}"


def _untouched_availability(look: Inspection) -> str:
    is_so = look.node(PAUSED).availability == "active" and look.replicas("helloworld") == 1
    return f"{PAUSED} is Active, and helloworld declares 1 replica" if is_so else ""


def _kept_one(look: Inspection) -> str:
    running = look.running("helloworld")
    return "" if running[PAUSED] == 1 else f"{PAUSED} runs {counted(running[PAUSED], 'task')} of helloworld, not 1"


EXERCISES = (
    Exercise(
        id="02-a",
        title="Form the swarm",
        asks=(
            f"Make one swarm of the three hosts: {MANAGER} manages it, and {WORKERS[0]} and {WORKERS[1]} are its"
            " workers."
        ),
        starts_from="separate",
        untouched=_all_separate,
        wants=(_manager_manages, all_in_the_swarm, _workers_work, all_nodes_ready),
        praise=f"{MANAGER} is the Leader, and both workers are Ready",
        hints=(
            "Two commands do it: one makes a swarm of one node, the other, on each worker, joins it.",
            f'`swarm init` runs on {MANAGER}, with lab["{MANAGER}"].address to advertise; `swarm join` needs a token.',
            f"%docker -n {WORKERS[0]} swarm join --token … …:2377, and the same on {WORKERS[1]}",
        ),
        solution=(
            f'address = lab["{MANAGER}"].address\n'
            f"%docker -n {MANAGER} swarm init --advertise-addr {{address}}\n"
            f'token = lab["{MANAGER}"].client.swarm.attrs["JoinTokens"]["Worker"]\n'
            f"%docker -n {WORKERS[0]} swarm join --token {{token}} {{address}}:2377\n"
            f"%docker -n {WORKERS[1]} swarm join --token {{token}} {{address}}:2377\n"
            f'lab.wait_node("{WORKERS[1]}", "ready")'
        ),
        why="`swarm join` runs on the host that joins. The token decides the role, the address says whom to ask.",
    ),
    Exercise(
        id="02-b",
        title="Join again, as a manager",
        asks=(
            "Let docker-swarm-1 leave the swarm and join it again as a manager. In the end `docker node ls` has one"
            " line for it."
        ),
        starts_from="formed",
        untouched=_still_a_worker,
        wants=(_joined_as_manager, _has_left, one_record("docker-swarm-1"), _is_reachable),
        praise="docker-swarm-1 is a manager, Reachable, and stands once in docker node ls",
        hints=(
            "The token decides the role, and there are two of them.",
            "`docker swarm join-token manager` prints the command. The old record stays until it is removed.",
            "When the old record reads Down, %docker node rm with its ID removes it.",
        ),
        solution=(
            'manager = lab["docker-swarm-3"]\n'
            'token = manager.client.swarm.attrs["JoinTokens"]["Manager"]\n'
            "%docker -n docker-swarm-1 swarm leave\n"
            "lab.clock.sleep(20)\n"
            'old = [node.id for node in lab.snapshot().nodes if node.state == "down"]\n'
            "%docker node rm {old[0]}\n"
            "%docker -n docker-swarm-1 swarm join --token {token} {manager.address}:2377\n"
            "lab.clock.sleep(10)\n"
            "%docker node ls"
        ),
        why=(
            "A host that joins is a new node, with a new ID; its former record stays and turns Down. (`docker node"
            " promote docker-swarm-1` makes a manager of a worker that may stay.)"
        ),
    ),
    Exercise(
        id="02-c",
        title="No more tasks, please",
        asks=(
            f"Scale helloworld to three, one task on each node. Then change {PAUSED}: it must keep its task, and get no"
            " other. Last, scale helloworld to five."
        ),
        starts_from="helloworld",
        untouched=_untouched_availability,
        wants=(
            has_availability(PAUSED, "pause"),
            declares("helloworld", 5),
            has_converged("helloworld"),
            _kept_one,
        ),
        praise=f"{PAUSED} is paused and keeps its one task; the other four run on the other two",
        hints=(
            "The order matters: first one task on each node, then the availability, then the other two tasks.",
            "One availability keeps tasks and takes no new ones; the one that gives them away is too much here.",
            f"%docker node update --availability pause {PAUSED}, between two %docker service scale",
        ),
        solution=(
            "%docker service scale helloworld=3\n"
            f"%docker node update --availability pause {PAUSED}\n"
            "%docker service scale helloworld=5"
        ),
        why="`pause` concerns new tasks only. `drain` would have stopped the task that runs there.",
    ),
)
