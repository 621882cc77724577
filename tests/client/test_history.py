"""A history tells what was when: what was seen, what tasks and events tell of the rest, and what is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.client import events as events_module
from swarmlab.client import history as history_module
from swarmlab.client.cluster import Cluster
from swarmlab.client.events import EventLog, read_event
from swarmlab.client.history import History, recollect
from swarmlab.client.lives import Life
from swarmlab.client.marks import marks_of
from swarmlab.client.protocols import Fault
from swarmlab.client.reasons import explain
from swarmlab.client.snapshots import NodeView, ServiceView, Snapshot, TaskView
from swarmlab.client.watch import Sight
from swarmlab.commands import Session, parse

START = datetime(2026, 1, 5, 9, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """A moment of these stories."""
    return START + timedelta(seconds=seconds)


def node(name: str = "a", **given: Any) -> NodeView:
    """A node that is Ready and active."""
    view = NodeView(
        id=f"id-{name}", name=name, label=name, role="worker", state="ready", availability="active", is_leader=False,
        reachability="", created_at=START, updated_at=START,
    )  # fmt: skip
    return replace(view, **given)


def task(number: int = 1, **given: Any) -> TaskView:
    """A task of `web` that was made at 10 and runs on `a` since 12."""
    view = TaskView(
        id=f"t{number}", service="web", slot=number, node_id="id-a", state="running", desired_state="running", error="",
        created_at=at(10), state_at=at(12), container_id=f"c{number}",
    )  # fmt: skip
    return replace(view, **given)


def service(**given: Any) -> ServiceView:
    """The service `web`."""
    view = ServiceView(id="s", name="web", mode="Replicated", replicas=1, created_at=at(10), updated_at=at(10))
    return replace(view, **given)


class Told:
    """A history, told by hand."""

    def __init__(self) -> None:
        self.time = 0.0
        self.log = EventLog()
        self.history = History(self.log, lambda: at(self.time))

    def see(self, seconds: float, *tasks: TaskView, nodes: tuple[NodeView, ...] = (node(),), **given: Any) -> None:
        """A look at this moment."""
        self.time = seconds
        snapshot = Snapshot(nodes=nodes, services=given.pop("services", (service(),)), tasks=tasks)
        self.history.see(Sight(snapshot=snapshot, taken_at=at(seconds), **given))

    def hear(self, seconds: float, kind: str, action: str, actor: str, **attributes: str) -> None:
        """An event of this moment; `__` in a name stands for a dot."""
        named = {key.replace("__", "."): value for key, value in attributes.items()}
        told = {"Type": kind, "Action": action, "Actor": {"ID": actor, "Attributes": named}, "scope": "swarm"}
        moment = at(seconds).timestamp()
        self.log.note(read_event("m", {**told, "time": int(moment), "timeNano": int(moment * 1e9)}))

    def life(self) -> Life:
        """Of the only task."""
        (life,) = self.history.lives()[0]
        return life

    def stays(self) -> list[tuple[float, float | None, str, str]]:
        """Of the only task: from, until, its state, its node's state."""
        return [
            (
                (stay.since - START).total_seconds(),
                None if stay.until is None else (stay.until - START).total_seconds(),
                stay.task.state,
                stay.node.state if stay.node else "",
            )
            for stay in self.life().stays
        ]


@pytest.fixture
def told() -> Told:
    return Told()


def test_a_task_tells_since_when_it_is_as_it_is(told: Told) -> None:
    """Before, it was on its way: more is not known of the time before the first look."""
    told.see(20, task())
    assert told.stays() == [(10, 12, "preparing", "ready"), (12, None, "running", "ready")]


def test_what_is_seen_is_remembered(told: Told) -> None:
    """Each state since the moment that the task tells; what it does not tell, since the look that saw it."""
    told.see(11, task(state="starting", state_at=at(10.5)))
    told.see(13, task())
    told.see(20, task(desired_state="shutdown"))
    told.see(30, task(desired_state="shutdown", state="shutdown", state_at=at(27)))
    assert told.stays() == [
        (10, 10.5, "preparing", "ready"),
        (10.5, 12, "starting", "ready"),
        (12, 20, "running", "ready"),
        (20, 27, "running", "ready"),
    ]
    assert [stay.task.is_wanted for stay in told.life().stays] == [True, True, True, False]
    assert told.life().ended_at == at(27)


def test_a_task_that_is_seen_too_late_ran_if_it_had_a_container(told: Told) -> None:
    """The event of its start tells since when."""
    told.see(40, task(state="failed", desired_state="shutdown", state_at=at(30)))
    assert told.stays() == [(10, 30, "running", "ready")]
    attributes = {"com__docker__swarm__task__id": "t1"}
    told.hear(14, "container", "start", "c1", **attributes)
    assert told.stays() == [(10, 14, "preparing", "ready"), (14, 30, "running", "ready")]


def test_a_task_that_the_swarm_has_forgotten_is_known_by_its_containers_events(told: Told) -> None:
    """Scaling down forgets tasks at once."""
    names = {
        "com__docker__swarm__task__id": "t9",
        "com__docker__swarm__task__name": "web.2.t9",
        "com__docker__swarm__service__name": "web",
        "com__docker__swarm__node__id": "id-a",
        "image": "alpine:latest@sha256:0",
    }
    told.see(60)
    for seconds, action, more in (
        (20, "create", {}),
        (22, "start", {}),
        (40, "kill", {}),
        (41, "die", {"exitCode": "137"}),
    ):
        told.hear(seconds, "container", action, "c9", **names, **more)
    assert told.stays() == [(20, 22, "preparing", "ready"), (22, 41, "running", "ready")]
    assert (told.life().task.name, told.life().task.state, told.life().task.image) == (
        "web.2",
        "shutdown",
        "alpine:latest",
    )


def test_a_lost_node_cuts_the_lives_of_its_tasks(told: Told) -> None:
    """By its events, also if nobody looked in between; an event tells what was before it, too."""
    told.see(60, task(), nodes=(node(updated_at=at(50)),))
    told.hear(30, "node", "update", "id-a", name="a", state__new="down", state__old="ready")
    told.hear(50, "node", "update", "id-a", name="a", state__new="ready", state__old="down")
    assert told.stays() == [
        (10, 12, "preparing", "ready"),
        (12, 30, "running", "ready"),
        (30, 50, "running", "down"),
        (50, None, "running", "ready"),
    ]
    assert [view.state for moment in (29, 30, 49, 50) for view in told.history.at(at(moment)).nodes] == [
        "ready", "down", "down", "ready",
    ]  # fmt: skip


def test_a_moment_of_the_past_is_a_snapshot(told: Told) -> None:
    """What was not there yet is not there, nor what was gone."""
    told.see(20, task(1))
    told.hear(25, "service", "update", "s", name="web", replicas__new="2", replicas__old="1")
    told.see(
        30, task(1), task(2, created_at=at(25), state_at=at(27)), services=(service(replicas=2, updated_at=at(25)),)
    )
    told.see(50, task(2, created_at=at(25), state_at=at(27)), services=(service(replicas=2, updated_at=at(25)),))
    seen = {
        moment: ([view.name for view in snapshot.tasks], [view.replicas for view in snapshot.services])
        for moment in (5, 15, 26, 45, 55)
        if (snapshot := told.history.at(at(moment)))
    }
    assert seen == {
        5: ([], []), 15: (["web.1"], [1]), 26: (["web.1", "web.2"], [2]), 45: (["web.1", "web.2"], [2]),
        55: (["web.2"], [2]),
    }  # fmt: skip


def test_only_what_is_new_is_told_again(told: Told) -> None:
    """To those who know the rest; a node that changes may change all."""
    told.see(20, task(1), task(2))
    lives, known = told.history.lives()
    assert len(lives) == 2
    told.see(30, task(1), task(2, state="failed", state_at=at(29)))
    lives, known = told.history.lives(since=known)
    assert [life.task.name for life in lives] == ["web.2"]
    assert told.history.lives(since=known)[0] == []
    told.see(40, task(1), task(2, state="failed", state_at=at(29)), nodes=(node(state="down", updated_at=at(35)),))
    assert len(told.history.lives(since=known)[0]) == 2


def test_tasks_of_one_declaration_share_it(told: Told) -> None:
    """In memory, for there may be thousands of them."""
    told.see(20, task(1, spec={"ContainerSpec": {"Image": "a"}}), task(2, spec={"ContainerSpec": {"Image": "a"}}))
    one, other = (life.task.spec for life in told.history.lives()[0])
    assert one is other


def test_faults_and_what_keeps_from_seeing_have_a_beginning_and_an_end(told: Told) -> None:
    """They are marks, among the events."""
    told.see(10, faults=(Fault(node="a", kind="stopped"),))
    told.see(20)
    told.time = 30
    told.history.see(Sight(taken_at=at(20), problem="no leader"))
    told.see(40)
    told.hear(15, "node", "update", "id-a", name="a", availability__new="drain", availability__old="active")
    told.hear(16, "network", "update", "n", name="ingress")
    told.hear(17, "service", "create", "s", name="web")
    assert [(mark.at, str(mark)) for mark in marks_of(told.log.all(), told.history.troubles())] == [
        (at(10), "fault a: engine stopped"),
        (at(15), "node a: availability active to drain"),
        (at(17), "service web: created"),
        (at(20), "fault a: no longer: engine stopped"),
        (at(30), "no leader"),
        (at(40), "A manager answers again"),
    ]


def lives_of_services(history: History) -> list[tuple[str, datetime | None, datetime | None]]:
    """From when to when each was there."""
    return sorted((life.name, life.created_at, life.removed_at) for life in history.services())


def test_services_are_remembered_from_their_creation_to_their_removal(told: Told) -> None:
    """Also one that nobody saw, and one of which only containers tell; what is left of one is no other service."""
    told.see(20, task())
    told.hear(12, "service", "create", "s2", name="brief")
    told.hear(13, "service", "remove", "s2", name="brief")
    label = {"com__docker__swarm__service__name": "old", "com__docker__swarm__task__id": "t9"}
    told.hear(5, "container", "create", "c9", **label)
    told.see(30, services=())
    told.see(31, task(7, service="s", created_at=at(11)), services=())
    assert lives_of_services(told.history) == [
        ("brief", at(12), at(13)),
        ("old", at(5), None),
        ("web", at(10), at(30)),
    ]


def test_a_name_that_is_used_again_is_two_services(told: Told) -> None:
    """What was between them is known, too."""
    told.see(20)
    told.see(30, services=())
    told.see(40, services=(service(id="s2", created_at=at(35), updated_at=at(35)),))
    told.see(50, services=())
    assert lives_of_services(told.history) == [("web", at(10), at(30)), ("web", at(35), at(50))]


def test_what_is_forgotten_of_events_is_not_unlearnt_of_services(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the order of services, and with it their colours, would change."""
    told.hear(1, "service", "create", "s2", name="brief")
    told.hear(2, "service", "remove", "s2", name="brief")
    known = lives_of_services(told.history)
    monkeypatch.setattr(events_module, "REMEMBERED", 2)
    told.hear(3, "service", "update", "s2", name="brief")
    told.hear(4, "node", "update", "n", name="a")
    assert [event.action for event in told.log.all()] == ["update", "update"]
    assert lives_of_services(told.history) == known == [("brief", at(1), at(2))]


def test_what_is_left_of_a_removed_service_is_named_as_it_was(told: Told) -> None:
    """Also where only events tell its name; what nobody knows is left as it is."""
    told.see(20, task())
    told.hear(12, "service", "create", "s2", name="brief")
    left = Snapshot(nodes=(), services=(), tasks=(task(1, service="s"), task(2, service="s2"), task(3, service="s3")))
    assert [each.name for each in told.history.named(left).tasks] == ["brief.2", "s3.3", "web.1"]
    told.history.see(Sight())
    assert [each.name for each in told.history.named(left).tasks] == ["brief.2", "s3.3", "s.1"]


def test_lives_past_moments_and_colours_have_one_name_for_a_service(told: Told) -> None:
    """That of the service, which is removed while its task stops; why the task is there is told in the API's words."""
    told.see(20, task())
    told.see(30, task(service="s", desired_state="remove"), services=())
    assert told.life().task.name == "web.1"
    assert {stay.task.name for stay in told.life().stays} == {"web.1"}
    assert [each.name for each in told.history.at(at(31)).tasks] == ["web.1"]
    assert [each.name for each in told.history.evidence(at(31)).snapshot.tasks] == ["s.1"]
    assert [life.name for life in told.history.services()] == ["web"]


def test_a_name_that_is_heard_later_is_told_later(told: Told) -> None:
    """Whoever asks only for what is new is told of the task again; no service is left that is named by an ID."""
    told.see(20, task(service="s2"), services=())
    lives, known = told.history.lives()
    assert [life.task.name for life in lives] == ["s2.1"]
    assert [life.name for life in told.history.services()] == ["s2"]
    told.hear(12, "service", "remove", "s2", name="brief")
    lives, known = told.history.lives(since=known)
    assert [life.task.name for life in lives] == ["brief.1"]
    assert [life.name for life in told.history.services()] == ["brief"]
    assert told.history.lives(since=known)[0] == []


def test_every_life_is_of_a_service_that_is_known(told: Told) -> None:
    """Also where an event does not tell the service's name: pictures ask for its colour."""
    told.hear(12, "service", "remove", "s2")
    told.see(20, task(service="s2"), services=())
    label = {"com__docker__swarm__service__name": "old", "com__docker__swarm__service__id": "s3"}
    told.hear(5, "container", "create", "c9", com__docker__swarm__task__id="t9", **label)
    told.see(21, task(service="s2"), task(3, service="s3"), services=())
    assert {life.task.service for life in told.history.lives()[0]} == {"s2", "old"}
    assert {life.name for life in told.history.services()} == {"s2", "old"}


def test_a_fault_belongs_to_its_time(told: Told) -> None:
    """From when it was seen until it was seen no more."""
    fault = Fault(node="a", kind="stopped")
    told.see(10, faults=(fault,))
    told.see(20)
    assert [told.history.faults(at(moment)) for moment in (9, 10, 19, 20)] == [(), (fault,), (fault,), ()]


def test_memory_is_bounded(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is over is forgotten first, what goes on never."""
    monkeypatch.setattr(history_module, "VERSIONS", 100)
    for number in range(200):
        given = {"created_at": at(100 + number), "state_at": at(100 + number)}
        told.see(101 + number, task(0, slot=1), task(1 + number, **given))
    lives, _ = told.history.lives()
    assert len(lives) < 60
    assert {"t0", "t200"} <= {life.task.id for life in lives}
    assert told.history.at(at(300)).tasks


def test_another_lab_is_another_history(told: Told) -> None:
    """An empty sight is how a Watcher tells that it begins anew."""
    told.see(20, task())
    told.history.see(Sight())
    assert told.history.lives() == ([], 0)
    told.see(20, task())
    told.history.see(Sight(taken_at=at(30)))  # the swarm is left
    assert told.life().stays[-1].until == at(30)


# --- from what the API still tells ---


@pytest.fixture
def lab(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Cluster]:
    """A formed swarm in manual time."""
    (tmp_path / "lab").mkdir(mode=0o700)
    backend = EmbeddedBackend(directory=tmp_path / "lab", state="formed", time="manual")
    cluster = Cluster(backend)
    yield cluster
    for each in cluster:
        each.close()
    backend.close()


def test_a_lab_recollects_what_nobody_saw(lab: Cluster) -> None:
    """The same twice, the tasks too that scaling down made the swarm forget; and why the slot is empty."""
    for line in (
        "create --detach --name web --replicas 3 --stop-grace-period 1s alpine sleep 1000",
        "scale --detach web=1",
    ):
        parse(f"docker service {line}").run(Session.on(lab))
        lab.clock.sleep(20)
    one, other = recollect(lab), recollect(lab)
    lives, _ = one.lives()
    assert lives == other.lives()[0]
    assert sorted((life.task.name, life.ended_at is None) for life in lives)[0][0] == "web.1"
    assert [life.ended_at is None for life in lives].count(True) == 1
    gone = next(life for life in lives if life.ended_at is not None)
    assert gone.task.state == "shutdown"
    said = explain(gone.task.name, one.evidence(lab.clock.now()))
    assert said.startswith(f"{gone.task.name} is gone: the service was scaled to 1 at ")
    before = explain(gone.task.name, one.evidence(lab.clock.now() - timedelta(seconds=25)))
    assert before.startswith(f"{gone.task.name} has not moved: it runs on ")
