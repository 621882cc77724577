"""Lesson 08: a join that does not arrive, tasks that came back nowhere, and a cluster to repair."""

from __future__ import annotations

from swarmlab.client.cluster import Cluster
from swarmlab.lessons.breaking import leave_for_good, mark, type_line
from swarmlab.lessons.exercise import Exercise
from swarmlab.lessons.inspection import Inspection
from swarmlab.lessons.rules import (
    all_in_the_swarm,
    all_managers_reachable,
    all_nodes_active,
    all_nodes_ready,
    all_ports_open,
    closed_at,
    declares,
    has_converged,
    is_spread,
)
from swarmlab.lessons.words import counted

FIRST, SECOND, THIRD = "docker-swarm-1", "docker-swarm-2", "docker-swarm-3"


def _shut_out(cluster: Cluster) -> None:
    leave_for_good(cluster, FIRST)
    mark(cluster, "08-a")
    cluster[THIRD].block("2377/tcp", at="firewall")
    cluster[THIRD].block("2377/tcp", at="security_group")


def _still_shut_out(look: Inspection) -> str:
    closed = {(node, wall) for node, port, wall in closed_at(look) if port == "2377/tcp"}
    is_out = (look.swarm(FIRST) or {}).get("LocalNodeState") == "inactive"
    is_so = is_out and {(THIRD, "firewall"), (THIRD, "security_group")} <= closed
    return f"docker info on {FIRST} says Swarm: inactive, and nothing has been opened" if is_so else ""


def _is_a_worker(look: Inspection) -> str:
    manages = (look.swarm(FIRST) or {}).get("ControlAvailable")
    return f"{FIRST} is in the swarm, but as a manager" if manages else ""


def _pile_up(cluster: Cluster) -> None:
    type_line(cluster, "service scale helloworld=5")
    for name in (FIRST, SECOND):
        cluster[name].stop()
    for name in (FIRST, SECOND):
        cluster.wait_node(name, "down")
    cluster.wait_converged("helloworld")
    for name in (FIRST, SECOND):
        cluster[name].start()
    for name in (FIRST, SECOND):
        cluster.wait_node(name, "ready")
    mark(cluster, "08-b")


def _still_piled_up(look: Inspection) -> str:
    is_so = look.service("helloworld") is not None and look.replicas("helloworld") == 5
    is_so = is_so and look.running("helloworld")[THIRD] == 5
    return f"all 5 tasks of helloworld run on {THIRD}" if is_so else ""


def _storm(cluster: Cluster) -> None:
    type_line(cluster, "service create --name helloworld --replicas 6 alpine ping docker.com")
    mark(cluster, "08-c")
    type_line(cluster, f"node update --availability drain {THIRD}")
    cluster[FIRST].stop()
    cluster[SECOND].block("4789/udp", at="firewall")
    cluster[SECOND].block("7946/udp", at="security_group")
    cluster.wait_node(FIRST, "down")
    cluster.wait_converged("helloworld")


def _still_broken(look: Inspection) -> str:
    is_so = (
        look.swarm(FIRST) is None
        and look.node(THIRD).availability == "drain"
        and {(SECOND, "4789/udp", "firewall"), (SECOND, "7946/udp", "security_group")} <= set(closed_at(look))
    )
    return "everything is as begin() left it" if is_so else ""


def _three_managers(look: Inspection) -> str:
    managers = sum(node.role == "manager" for node in look.snapshot.nodes)
    return "" if managers == 3 else f"the swarm has {counted(managers, 'manager')}, and had 3"


EXERCISES = (
    Exercise(
        id="08-a",
        title="A join that does not arrive",
        asks=(
            f'Press Begin first (or run `exercise("08-a").begin()`): {FIRST} is then out of the swarm, and cannot join'
            " it again. Find out what keeps it out, and make it a worker again."
        ),
        starts_from="formed",
        untouched=_still_shut_out,
        wants=(all_ports_open, all_in_the_swarm, _is_a_worker, all_nodes_ready),
        praise=f"{FIRST} is in the swarm again, every node is Ready, and every port is open",
        hints=(
            f"A join that gets no answer: something on the way is silent. {THIRD} is the manager.",
            f'lab["{THIRD}"].check("2377/tcp", peer=lab["{FIRST}"]) names every wall that drops the packet.',
            "Open 2377/tcp at both walls, then join. If an attempt is waiting or has given up: swarm leave first.",
        ),
        solution=(
            f'manager = lab["{THIRD}"]\n'
            f'manager.check("2377/tcp", peer=lab["{FIRST}"])\n'
            'manager.open("2377/tcp", at="firewall")\n'
            'manager.open("2377/tcp", at="security_group")\n'
            'token = manager.client.swarm.attrs["JoinTokens"]["Worker"]\n'
            f"%docker -n {FIRST} swarm join --token {{token}} {{manager.address}}:2377\n"
            "lab.clock.sleep(20)\n"
            "%docker node ls"
        ),
        why=(
            f"Both walls must allow the packet. {SECOND} suffered from the same cause: its heartbeats go to the same"
            " port, so it was Down until that was open."
        ),
        breaks=_shut_out,
        takes="a few seconds",
    ),
    Exercise(
        id="08-b",
        title="Spread again",
        asks=(
            'Press Begin first (or run `exercise("08-b").begin()`): both workers die and come back, and all five tasks'
            " of helloworld are then on one node. Spread them over the three nodes again."
        ),
        starts_from="helloworld",
        untouched=_still_piled_up,
        wants=(
            all_nodes_ready,
            all_nodes_active,
            declares("helloworld", 5),
            has_converged("helloworld"),
            is_spread("helloworld"),
        ),
        praise="helloworld runs 5 of 5 tasks, and no node runs two more than another",
        hints=(
            "Nothing moves back by itself, however long you wait.",
            "New tasks are spread. So the service has to be updated, although nothing in it changes.",
            "%docker service update --force helloworld",
        ),
        solution="%docker service update --force helloworld",
        why=(
            "`--force` replaces every task, one after the other, and each new one goes to the node with the fewest. It"
            " is a restart of every task."
        ),
        breaks=_pile_up,
        takes="about a minute",
    ),
    Exercise(
        id="08-c",
        title="Repair the cluster",
        asks=(
            'Press Begin first (or run `exercise("08-c").begin()`): six tasks of helloworld run on three managers, and'
            " then several things go wrong at once. In the end every engine answers, every node is Ready and Active,"
            " all three managers are Reachable, every port is open, and helloworld runs its six tasks, two on each"
            " node."
        ),
        starts_from="three-managers",
        untouched=_still_broken,
        wants=(
            all_in_the_swarm,
            all_nodes_ready,
            _three_managers,
            all_managers_reachable,
            all_nodes_active,
            all_ports_open,
            declares("helloworld", 6),
            has_converged("helloworld"),
            is_spread("helloworld"),
        ),
        praise=(
            "every node is Ready and Active, the managers are Reachable, all ports are open, and helloworld runs two"
            " tasks on each node"
        ),
        hints=(
            "Look before you repair: docker node ls, docker service ps helloworld, and the ports between all hosts.",
            "One host is switched off, one is drained, and one has two closed ports, each at another wall.",
            f'lab["{FIRST}"].start(); %docker node update --availability active {THIRD}; lab["{SECOND}"].open(…) twice;'
            " and in the end spread the tasks again.",
        ),
        solution=(
            f'lab["{FIRST}"].start()\n'
            f"%docker node update --availability active {THIRD}\n"
            f'lab["{SECOND}"].open("4789/udp", at="firewall")\n'
            f'lab["{SECOND}"].open("7946/udp", at="security_group")\n'
            "lab.clock.sleep(30)\n"
            "%docker service update --force helloworld\n"
            "%docker node ls"
        ),
        why=(
            "Hosts first, then the network, then the services: a task that is spread while a node is away has to be"
            " spread again. docker node ls shows lost and drained nodes, but no closed 4789 or 7946. One manager may"
            " be lost: two of three are a majority, so the cluster answered all the time."
        ),
        breaks=_storm,
        takes="about half a minute",
    ),
)
