"""Work beside the main thread: the screen is live, Cancel arrives, errors are shown and raised, threads end."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import pytest

from swarmlab.commands import (
    Command,
    DockerError,
    NodeLs,
    ServiceCreate,
    ServiceLogs,
    ServiceScale,
    ServiceUpdate,
    SwarmJoin,
    SwarmJoinToken,
)
from swarmlab.commands.session import Session
from swarmlab.widgets.card import CommandCard
from swarmlab.widgets.hints import OUR_FAULT
from swarmlab.widgets.work import STALE_NOTE, Work
from tests.widgets.conftest import WITHIN_S, OnRealEngines, Open, OpenLab, until

PING = ServiceCreate(name="web", detach=True, image="alpine", command=("ping", "docker.com"))


def worker(lab: Open, **rest: Any) -> tuple[Work, CommandCard]:
    """Work, and the card that shows it."""
    card = CommandCard()
    return Work(lab.cluster, card, **rest), card


def do(work: Work, command: Command, node: str | None = None) -> None:
    """Run a command and wait for its end."""
    work.command(command, node)
    work.wait(WITHIN_S)


def threads() -> list[str]:
    """Names of the threads that panels have."""
    return [thread.name for thread in threading.enumerate() if thread.name == "swarmlab-panel"]


def test_a_card_shows_both_spellings_and_the_result(open_lab: OpenLab) -> None:
    """As docker prints it, and on which node."""
    work, card = worker(open_lab())
    do(work, NodeLs())
    assert [line["text"] for line in card.lines] == ["docker node ls", "client.nodes.list(filters={})"]
    assert (card.state, card.node) == ("done", "docker-swarm-3")
    assert card.result.splitlines()[0].split()[:3] == ["ID", "HOSTNAME", "STATUS"]
    assert len(card.result.splitlines()) == 4


def test_a_refusal_is_in_docker_s_words_with_what_to_do(open_lab: OpenLab) -> None:
    """On the card, and raised to whoever waits."""
    work, card = worker(open_lab())
    with pytest.raises(DockerError, match="This node is not a swarm manager"):
        do(work, NodeLs(), "docker-swarm-1")
    assert card.state == "failed"
    assert card.result.startswith("Error response from daemon: This node is not a swarm manager.")
    assert card.advice == "Send it to a manager: `docker node ls` marks them under MANAGER STATUS."


def test_an_error_is_raised_once(open_lab: OpenLab) -> None:
    """Who waits again waits for nothing."""
    work, _ = worker(open_lab())
    with pytest.raises(DockerError):
        do(work, NodeLs(), "docker-swarm-1")
    work.wait(WITHIN_S)


def test_our_own_mistakes_are_shown_and_raised(open_lab: OpenLab) -> None:
    """Nothing is lost in a thread."""

    def fail() -> str:
        raise ZeroDivisionError("by zero")

    work, card = worker(open_lab())
    work.call("1 / 0", fail)
    with pytest.raises(ZeroDivisionError):
        work.wait(WITHIN_S)
    assert (card.state, card.result, card.advice) == ("failed", "ZeroDivisionError: by zero", OUR_FAULT)


def test_progress_is_seen_before_the_end(open_lab: OpenLab) -> None:
    """Slot by slot, as the CLI draws it; finished, it stays."""
    work, card = worker(open_lab())
    seen: list[str] = []
    card.observe(lambda change: seen.append(change["new"]), "result")
    do(work, ServiceCreate(name="web", replicas=3, image="alpine", command=("ping", "docker.com")))
    counts = [line for text in seen for line in text.splitlines() if line.startswith("overall progress")]
    assert counts[0] != "overall progress: 3 out of 3 tasks"
    assert "overall progress: 3 out of 3 tasks" in card.result
    assert "\n3/3: running   [====" in card.result
    assert "verify: Service" in card.result.splitlines()[-1]


def test_cancel_ends_what_follows_as_ctrl_c_does(open_lab: OpenLab) -> None:
    """The log ends, and so does its thread."""
    lab = open_lab("helloworld", time="live")
    work, card = worker(lab)
    work.command(ServiceLogs(follow=True, target="helloworld"))
    until(card, "result", lambda text: "seq=" in str(text))
    card.cancel()
    work.wait(WITHIN_S)
    assert card.state == "cancelled"
    assert card.result.endswith("^C")
    assert threads() == []


def test_cancel_leaves_a_service_to_the_swarm(open_lab: OpenLab) -> None:
    """In the words in which the CLI says so."""
    work, card = worker(open_lab(time="live"))
    work.command(ServiceCreate(name="web", image="alpine", command=("ping", "docker.com")))
    until(card, "result", lambda text: "overall progress" in str(text))
    card.cancel()
    work.wait(WITHIN_S)
    assert "^COperation continuing in background." in card.result


def test_cancel_does_not_wait_for_an_engine_that_does_not_answer(open_lab: OpenLab) -> None:
    """A join that reaches no manager takes twenty seconds; the panel is free at once, the answer is not shown."""
    lab = open_lab("separate", time="live")
    work, card = worker(lab)
    work.command(
        SwarmJoin(token="SWMTKN-1-" + "a" * 50 + "-" + "b" * 25, manager="172.31.16.99:2377"), "docker-swarm-1"
    )
    until(card, "node", bool)
    card.cancel()
    work.wait(WITHIN_S)
    assert card.state == "cancelled"
    assert card.result == "^C"
    assert card.advice.startswith("The engine has the request")


def test_the_next_command_ends_the_waiting_for_the_one_before(open_lab: OpenLab) -> None:
    """Nobody has to cancel first, and the first one's screen does not come back."""
    lab = open_lab("helloworld", time="live")
    work, card = worker(lab)
    work.command(ServiceLogs(follow=True, target="helloworld"))
    until(card, "result", lambda text: "seq=" in str(text))
    do(work, NodeLs())
    assert card.state == "done"
    assert card.result.startswith("ID ")


def test_in_manual_time_following_ends_by_itself(open_lab: OpenLab) -> None:
    """There is always more to follow where nobody else moves time."""
    work, card = worker(open_lab("helloworld"))
    do(work, ServiceLogs(follow=True, target="helloworld"))
    assert card.result.endswith("^C")


@dataclass(frozen=True, kw_only=True)
class Overtaken(ServiceUpdate):
    """An update whose service somebody else changes between the reading and the sending, so many times."""

    others: list[Command]

    def change(self, session: Session, spec: dict[str, Any]) -> None:
        """Let the other one be quicker."""
        if self.others:
            self.others.pop().perform(session)
        super().change(session, spec)


@dataclass(frozen=True, kw_only=True)
class Slow(ServiceUpdate):
    """An update that takes its time between the reading and the sending."""

    is_reading: threading.Event
    goes_on: threading.Event

    def change(self, session: Session, spec: dict[str, Any]) -> None:
        """Wait until others are done."""
        self.is_reading.set()
        self.goes_on.wait(WITHIN_S)
        super().change(session, spec)


def overtaken(times: int) -> Overtaken:
    """An update, and as many others that are quicker."""
    others: list[Command] = [ServiceScale(detach=True, replicas={"web": 2 + number}) for number in range(times)]
    return Overtaken(service="web", label_add=("a=b",), detach=True, others=others)


def test_what_somebody_changed_meanwhile_is_read_again(open_lab: OpenLab) -> None:
    """Once; both changes are there then."""
    lab = open_lab()
    work, card = worker(lab)
    do(work, PING)
    do(work, overtaken(1))
    assert (card.state, card.advice) == ("done", STALE_NOTE)
    spec = lab.cluster.manager().client.services.get("web").attrs["Spec"]
    assert (spec["Labels"], spec["Mode"]) == ({"a": "b"}, {"Replicated": {"Replicas": 2}})


def test_who_is_overtaken_twice_is_told(open_lab: OpenLab) -> None:
    """With what to do about it."""
    work, card = worker(open_lab())
    do(work, PING)
    with pytest.raises(DockerError, match="update out of sequence"):
        do(work, overtaken(2))
    assert card.advice == "Somebody else changed it in the same moment: press again, it is read anew."


def test_who_is_overtaken_by_the_next_command_does_not_send_again(open_lab: OpenLab) -> None:
    """What was asked for last is what stays."""
    lab = open_lab()
    work, _ = worker(lab)
    do(work, PING)
    is_reading, goes_on = threading.Event(), threading.Event()
    work.command(Slow(service="web", replicas="5", detach=True, is_reading=is_reading, goes_on=goes_on))
    left = next(thread for thread in threading.enumerate() if thread.name == "swarmlab-panel")
    assert is_reading.wait(WITHIN_S)
    do(work, ServiceScale(detach=True, replicas={"web": 7}))
    goes_on.set()
    left.join(WITHIN_S)
    spec = lab.cluster.manager().client.services.get("web").attrs["Spec"]
    assert spec["Mode"] == {"Replicated": {"Replicas": 7}}


def test_closing_ends_the_threads(open_lab: OpenLab) -> None:
    """Whatever they do; nothing starts afterwards."""
    lab = open_lab("helloworld", time="live")
    work, card = worker(lab)
    work.command(ServiceLogs(follow=True, target="helloworld"))
    until(card, "result", lambda text: "seq=" in str(text))
    work.close()
    assert threads() == []


def test_secrets_of_a_real_swarm_are_not_shown(open_lab: OpenLab) -> None:
    """Neither in the command nor in the result nor in the SDK's form; the command works all the same."""
    lab = open_lab(kind=OnRealEngines)
    panel = lab.panels.cluster()
    panel.work.command(SwarmJoinToken(role="worker"))
    panel.wait(WITHIN_S)
    assert "docker swarm join --token SWMTKN-1-…masked 172.31.16.13:2377" in panel.card.result
    panel.show_secrets.value = True
    panel.work.command(SwarmJoinToken(role="worker"))
    panel.wait(WITHIN_S)
    assert "…masked" not in panel.card.result
