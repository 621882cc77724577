"""What the board shows, without a browser: the moments that visualizers elsewhere get wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest

from swarmlab.client.protocols import Fault
from swarmlab.client.watch import Sight
from swarmlab.looks import PALETTE, contrast
from swarmlab.widgets.board import Content, describe
from tests.client.fakes import node, service
from tests.widgets.swarms import HOSTS, NOON, hosts, sight_of, three_nodes, web, web_task

NO_LEADER = "rpc error: code = Unknown desc = The swarm does not have a leader."
NO_SSD = "no suitable node (scheduling constraints not satisfied on 3 nodes)"


def board_of(*swarm: Any, **more: Any) -> Content:
    """The board of a swarm made by hand."""
    return describe(sight_of(*swarm, **more), HOSTS)


def said(content: Content, slot: int) -> list[tuple[str, str]]:
    """Where each task of a slot is drawn, and its word."""
    titles = {key: card["title"] for key, card in content["cards"].items()}
    found = [task for task in content["tasks"].values() if task.get("slot") == slot]
    return sorted((titles[task["card"]], task["word"]) for task in found)


def test_a_card_says_what_a_node_is() -> None:
    """Role, state, availability, each in Docker's word; a node that takes no new tasks looks closed."""
    drained = {"Spec": {"Role": "worker", "Availability": "drain"}}
    cards = board_of(three_nodes(docker_swarm_1=drained))["cards"]
    assert cards["id-docker-swarm-1"]["badges"] == ["worker", "ready", "‖ drain"]
    assert cards["id-docker-swarm-1"]["tone"] == "closed"
    assert cards["id-docker-swarm-3"]["badges"] == ["★ leader", "ready", "active"]
    assert cards["id-docker-swarm-3"]["address"] == "10.0.0.3"


def test_a_card_says_what_is_reserved_on_its_node() -> None:
    """By tasks that have not ended, out of what the machine has."""
    described = {"Description": {"Hostname": "docker-swarm-1", "Resources": {"NanoCPUs": 4e9, "MemoryBytes": 2**31}}}
    wants = {"Spec": {"Resources": {"Reservations": {"NanoCPUs": 5e8, "MemoryBytes": 2**28}}}}
    tasks = [
        web_task(1, "1") | wants,
        web_task(2, "1") | wants,
        web_task(3, "1", "failed", desired="shutdown") | wants,
    ]
    card = board_of(three_nodes(docker_swarm_1=described), [web()], tasks)["cards"]["id-docker-swarm-1"]
    assert card["reserved"] == "reserved: 1/4 CPUs, 512MiB/2GiB"


def test_tasks_are_on_their_nodes_with_service_slot_and_state() -> None:
    """A running one, one on its way; colours are the service's, and the words can be read on them."""
    content = board_of(None, [web(2)], [web_task(1, "1"), web_task(2, "2", "preparing")])
    assert said(content, 1) == [("docker-swarm-1", "running")]
    assert said(content, 2) == [("docker-swarm-2", "preparing")]
    assert content["services"]["web"]["colour"] == PALETTE[0]
    assert content["services"]["web"]["runs"] == "1/2 running"
    assert content["top"]["tone"] == "well"


@pytest.mark.parametrize("number", range(len(PALETTE)))
def test_text_on_each_colour_is_readable(number: int) -> None:
    """WCAG AA asks for 4.5 to 1."""
    services = [service(f"s{place}") for place in range(len(PALETTE))]
    shown = board_of(None, services)["services"][f"s{number}"]
    assert contrast(shown["ink"], shown["colour"]) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    """Its two ends, and the grey that is known for being just good enough on white."""
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#D55E00", "#D55E00") == 1
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


def test_tasks_without_a_node_wait_together_and_say_why() -> None:
    """In the scheduler's own words, one card a reason; the board says how many."""
    tasks = [web_task(slot, "", "pending", error=NO_SSD) for slot in (1, 2)] + [web_task(3, "", "pending")]
    content = board_of(None, [web()], tasks)
    waiting = {card["why"]: card["tone"] for card in content["cards"].values() if card["kind"] == "waits"}
    assert waiting == {NO_SSD: "closed", "pending": "well"}
    assert content["top"]["text"] == f"3 tasks wait for a node: {NO_SSD} …"
    assert content["top"]["tone"] == "attention"


def test_a_global_task_that_waits_on_its_own_node_says_why_there() -> None:
    """The swarm has named its node already."""
    pending = web_task(0, "2", "pending", error="no suitable node (insufficient resources on 1 node)")
    content = board_of(None, [service("web", None)], [pending | {"Slot": 0}])
    (task,) = content["tasks"].values()
    assert (task["card"], task["why"]) == ("id-docker-swarm-2", "no suitable node (insufficient resources on 1 node)")
    assert "slot" not in task
    assert task["name"] == "web"


def test_a_rolling_update_shows_which_version_each_task_is_of() -> None:
    """Only then; and what the managers say of the update, until it is over."""
    update = {"UpdateStatus": {"State": "updating", "Message": "update in progress"}}
    tasks = [
        web_task(1, "1", image="nginx:2@sha256:ab"),
        web_task(2, "2", image="nginx:1", desired="shutdown"),
        web_task(2, "2", "ready", image="nginx:2", desired="ready"),
    ]
    content = board_of(None, [web(2, **update)], tasks)
    assert sorted(task["image"] for task in content["tasks"].values()) == ["nginx:1", "nginx:2", "nginx:2"]
    assert said(content, 2) == [("docker-swarm-2", "ready"), ("docker-swarm-2", "to be stopped")]
    assert content["services"]["web"]["runs"] == "1/2 running · updating"
    done = {"UpdateStatus": {"State": "completed", "Message": "update completed"}}
    content = board_of(None, [web(1, **done)], tasks[:1])
    assert content["services"]["web"]["runs"] == "1/1 running"
    assert "image" not in content["tasks"]["task-web-1-docker-swarm-1-running"]


def test_an_update_that_stopped_says_why() -> None:
    """In the managers' words."""
    paused = {"UpdateStatus": {"State": "paused", "Message": "update paused due to failure of task abc"}}
    shown = board_of(None, [web(2, **paused)], [web_task(1, "1")])["services"]["web"]
    assert shown["runs"] == "1/2 running · paused"
    assert shown["alarm"] == "update paused due to failure of task abc"


def test_failed_and_replaced_tasks_are_there_for_those_who_ask() -> None:
    """Marked as past, with their error, where they were."""
    failed = web_task(1, "1", "failed", desired="shutdown", error="task: non-zero exit (1)")
    content = board_of(None, [web(1)], [failed, web_task(1, "2")])
    past = [task for task in content["tasks"].values() if task.get("past")]
    assert [(task["card"], task["word"], task["why"]) for task in past] == [
        ("id-docker-swarm-1", "failed", "task: non-zero exit (1)")
    ]
    assert content["top"]["past"] == 1


def test_a_job_that_is_done_is_complete_and_still_there() -> None:
    """It is not a failed or replaced task."""
    job = {"ID": "id-web", "Spec": {"Name": "web", "Mode": {"ReplicatedJob": {"TotalCompletions": 2}}}}
    tasks = [web_task(1, "1", "complete", desired="complete"), web_task(2, "2", desired="complete")]
    content = board_of(None, [job], tasks)
    assert content["services"]["web"]["runs"] == "1 running, 1 complete"
    assert said(content, 1) == [("docker-swarm-1", "complete")]
    assert content["top"]["past"] == 0


def test_a_lost_node_is_grey_and_says_why() -> None:
    """Its tasks are as they were last seen."""
    down = {"Status": {"State": "down", "Message": "heartbeat failure"}}
    content = board_of(three_nodes(docker_swarm_1=down), [web(1)], [web_task(1, "1", desired="shutdown")])
    card = content["cards"]["id-docker-swarm-1"]
    assert (card["tone"], card["why"]) == ("lost", "heartbeat failure")
    assert card["badges"] == ["worker", "× down", "active"]
    assert said(content, 1) == [("docker-swarm-1", "last seen running")]
    assert content["top"]["headline"] == "3 nodes · 0 tasks running · 1 not ready"


def test_an_engine_that_does_not_answer_is_grey_before_the_managers_know() -> None:
    """Whoever stopped it is told so by a mark; else the reason is there."""
    silent = {"docker-swarm-1": "its engine does not answer at unix://docker-swarm-1"}
    card = board_of(unreachable=silent)["cards"]["id-docker-swarm-1"]
    assert (card["tone"], card["why"]) == ("lost", silent["docker-swarm-1"])
    stopped = (Fault(node="docker-swarm-1", kind="stopped"),)
    card = board_of(unreachable=silent, faults=stopped)["cards"]["id-docker-swarm-1"]
    assert (card["tone"], card["marks"]) == ("lost", ["engine stopped"])
    assert card["why"] == "the managers still call it ready"


def test_an_engine_that_nobody_hears_says_so() -> None:
    """What is shown of it may be late, though it answers; in a swarm or in none."""
    deaf = {"docker-swarm-1": "nobody hears its events: KeyError: 'time'. lab.board() listens again."}
    for content, key in (
        (board_of(unheard=deaf), "id-docker-swarm-1"),
        (board_of([], unheard=deaf), "host docker-swarm-1"),
    ):
        card = content["cards"][key]
        assert (card["tone"], card["why"]) == ("lost", deaf["docker-swarm-1"])


def test_faults_are_marked_where_they_are() -> None:
    """A port with its wall; also on a host in no swarm."""
    faults = (
        Fault(node="docker-swarm-1", kind="blocked", port="2377/tcp", wall="security_group"),
        Fault(node="docker-swarm-1", kind="disconnected"),
    )
    assert board_of(faults=faults)["cards"]["id-docker-swarm-1"]["marks"] == [
        "2377/tcp blocked at its security group",
        "cut from the other hosts",
    ]
    alone = describe(Sight(taken_at=NOON, faults=faults[1:]), HOSTS)
    assert alone["cards"]["host docker-swarm-1"]["marks"] == ["cut from the other hosts"]


def test_no_quorum_keeps_the_last_picture_and_says_of_when() -> None:
    """Nobody is called leader any more."""
    content = board_of(None, [web(1)], [web_task(1, "1")], problem=NO_LEADER)
    assert content["top"]["tone"] == "problem"
    assert content["top"]["headline"] == "No leader"
    way_back = "As soon as a manager answers, this goes on by itself."
    assert content["top"]["text"] == f"The swarm does not have a leader. {way_back}"
    assert content["top"]["of"] == NOON.timestamp() * 1000
    assert said(content, 1) == [("docker-swarm-1", "running")]
    assert content["cards"]["id-docker-swarm-3"]["badges"][0] == "manager"


def test_a_manager_that_is_gone_is_said_to_be() -> None:
    """Not as a missing leader."""
    top = board_of(problem="docker-swarm-3 was a manager and does not answer")["top"]
    assert top["headline"] == "No manager answers"


def test_an_unreachable_manager_says_so() -> None:
    """Its word stands beside its role."""
    away = {"ManagerStatus": {"Reachability": "unreachable"}}
    cards = board_of(three_nodes(docker_swarm_1=away))["cards"]
    assert cards["id-docker-swarm-1"]["badges"] == ["worker", "unreachable", "ready", "active"]


def test_two_records_of_one_host_are_two_cards() -> None:
    """A host that left and joined again; the lab's host is not shown a third time."""
    nodes = [node("docker-swarm-1", node_id="aaaa1", state="down"), node("docker-swarm-1", node_id="bbbb2")]
    content = board_of(nodes)
    titles = {card["title"]: card["tone"] for card in content["cards"].values() if card["kind"] == "node"}
    assert titles == {"docker-swarm-1 (bbbb)": "well", "docker-swarm-1 (aaaa)": "lost"}
    assert set(content["cards"]) == {"aaaa1", "bbbb2", "host docker-swarm-2", "host docker-swarm-3"}


def test_hosts_in_no_swarm_are_plain_engines() -> None:
    """All of them before there is a swarm, with what to do; those that have not joined, afterwards."""
    content = describe(Sight(taken_at=NOON), HOSTS)
    assert [card["badges"] for card in content["cards"].values()] == [["engine", "in no swarm"]] * 3
    assert (content["top"]["headline"], content["top"]["tone"]) == ("No swarm yet", "hint")
    assert "docker swarm init" in content["top"]["text"]
    content = board_of([node("docker-swarm-3", leader=True)])
    assert content["cards"]["host docker-swarm-1"]["badges"] == ["engine", "not in this swarm"]


def test_before_the_first_look_nothing_is_claimed() -> None:
    """Neither that there is a swarm nor that there is none."""
    assert describe(Sight(), HOSTS)["top"]["headline"] == "Looking at the hosts …"


def test_a_task_whose_node_was_removed_is_not_lost_from_sight() -> None:
    """It waits, and says for what."""
    content = board_of([node("docker-swarm-3", leader=True)], [web(1)], [web_task(1, "1")])
    (task,) = content["tasks"].values()
    assert content["cards"][task["card"]]["why"] == "its node id-docker-sw was removed from the swarm"


def test_an_end_says_what_to_do_next() -> None:
    """Whatever was seen last is of then."""
    content = describe(sight_of(), HOSTS, end="This lab has ended: Lab.start() starts another.")
    assert content["top"]["tone"] == "ended"
    assert content["top"]["text"] == "This lab has ended: Lab.start() starts another."
    assert content["top"]["of"] is not None


def test_a_watcher_that_failed_says_the_way_back() -> None:
    """The board is never just frozen."""
    top = board_of(problem="KeyError: 'ID'", is_last=True)["top"]
    assert top["headline"] == "The board has stopped looking"
    assert top["text"] == "KeyError: 'ID'. To go on, run lab.board() again."


def test_a_past_moment_is_called_one() -> None:
    """With the time that it is of."""
    top = describe(sight_of(), HOSTS, moment=NOON)["top"]
    assert (top["headline"], top["of"]) == ("You see a past moment", NOON.timestamp() * 1000)


def test_a_hundred_nodes_and_three_thousand_tasks_are_counted() -> None:
    """Cells would be unreadable; each task still is there for the table, and no more than that."""
    names = [f"docker-swarm-{number}" for number in range(1, 101)]
    tasks = [web_task(slot, str(slot % 100 + 1)) for slot in range(1, 3001)]
    content = describe(sight_of([node(name) for name in names], [web(3000)], tasks), hosts(*names))
    assert content["top"]["density"] == "counted"
    assert len(content["tasks"]) == 3000
    assert len(json.dumps(content)) < 600_000


@pytest.mark.parametrize(("tasks", "density"), [(80, "full"), (81, "compact"), (401, "counted")])
def test_cards_become_smaller_with_more_tasks(tasks: int, density: str) -> None:
    """Before they can be read no longer."""
    content = board_of(None, [web(tasks)], [web_task(slot, "1") for slot in range(1, tasks + 1)])
    assert content["top"]["density"] == density


def test_only_the_newest_of_very_many_past_tasks_are_kept() -> None:
    """A large swarm remembers thousands."""
    tasks = [web_task(slot, "1", "failed", desired="shutdown") for slot in range(1, 400)]
    for number, task in enumerate(tasks):
        task["Status"]["Timestamp"] = f"2026-01-02T11:{number // 60:02}:{number % 60:02}Z"
    content = board_of(None, [web(1)], tasks)
    assert len(content["tasks"]) == 300
    assert min(task["slot"] for task in content["tasks"].values()) == 100
