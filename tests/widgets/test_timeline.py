"""The time line apart from its view: what it sends, what it answers, which moment a board is shown, and its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from swarmlab import Lab
from swarmlab.client.snapshots import TaskView
from swarmlab.commands import Session, parse
from swarmlab.looks import LOOKS, PALETTE, colours_of
from swarmlab.plots import draw_timeline, placement_table
from swarmlab.plots.picture import look_at
from swarmlab.widgets.board import Board
from swarmlab.widgets.timeline.content import LIVES_AT_MOST, milliseconds, newest, shown_looks

WITHIN_S = 20.0


@pytest.fixture
def lab(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab in manual time."""
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path_factory.mktemp("labs")))
    monkeypatch.setenv("SWARMLAB_BACKEND", "embedded")
    monkeypatch.setenv("SWARMLAB_TIME", "manual")
    with Lab.start("helloworld") as lab:
        yield lab


def type_line(lab: Lab, line: str) -> None:
    """Type a docker command, and let time pass."""
    parse(line).run(Session.on(lab))
    lab.clock.sleep(20)


def wait_for(condition: Any) -> None:
    """The watcher looks in its own time."""
    end = time.monotonic() + WITHIN_S
    while not condition():
        assert time.monotonic() < end, "not seen"
        threading.Event().wait(0.05)


def drained(lab: Lab) -> str:
    """Drain the node that `helloworld.1` is on; returns its name."""
    snapshot = lab.snapshot()
    (task,) = snapshot.current()
    node = snapshot.node(task.node_id)
    assert node is not None
    type_line(lab, f"docker node update --availability drain {node.name}")
    return node.name


def test_what_changes_is_sent(lab: Lab) -> None:
    """Messages follow each other by their numbers; what they add up to is the whole."""
    timeline = lab.timeline()
    sent: list[Any] = []
    timeline.send = lambda content, buffers=None: sent.append(content)
    whole = timeline.whole()
    lives = dict(whole["lives"])
    type_line(lab, "docker service scale --detach helloworld=3")
    wait_for(lambda: sum(life["end"] is None for life in timeline.whole()["lives"].values()) == 3)
    for number, message in enumerate(list(sent), start=whole["number"] + 1):
        assert message["number"] == number
        news = message["changes"].get("lives", {"put": {}, "gone": []})
        lives.update(news["put"])
        for key in news["gone"]:
            del lives[key]
    assert lives == timeline.whole()["lives"]
    wait_for(lambda: any("replicas 1 to 3" in mark["text"] for mark in timeline.whole()["marks"]))
    timeline._hear(timeline, {"wants": "all"}, None)
    assert sent[-1]["all"]["lives"] == lives


def test_a_chosen_row_is_answered(lab: Lab) -> None:
    """With the sentence that lab.why gives; of a past moment, as it could be given then."""
    timeline = lab.timeline()
    before = lab.clock.now()
    host = drained(lab)
    wait_for(lambda: len(timeline.whole()["lives"]) == 2)
    wait_for(lambda: any("drain" in mark["text"] for mark in timeline.whole()["marks"]))
    timeline.chosen = "helloworld.1"
    assert timeline.why == lab.why("helloworld.1")
    assert f": {host} was drained at " in timeline.why
    timeline.moment = milliseconds(before)
    assert timeline.why.startswith(f"helloworld.1 has not moved: it runs on {host} since ")
    timeline.chosen = ""
    assert timeline.why == ""


def on_board(board: Board) -> tuple[str, list[list[str]]]:
    """What it says first, and the badges of the nodes on it."""
    content = board.whole()["content"]
    return content["top"]["headline"], [card["badges"] for card in content["cards"].values()]


def test_the_board_shows_the_moment(lab: Lab) -> None:
    """And the present again, at the latest when the time line is closed."""
    board, timeline = lab.board("inline"), lab.timeline()
    host = drained(lab)
    wait_for(lambda: len(timeline.whole()["lives"]) == 2)
    wait_for(lambda: "‖ drain" in str(on_board(board)))
    moment = lab.clock.now() - timedelta(seconds=21)
    timeline.moment = milliseconds(moment)
    headline, badges = on_board(board)
    assert (headline, "‖ drain" in str(badges)) == ("You see a past moment", False)
    (card,) = (card for card in board.whole()["content"]["cards"].values() if card["title"] == host)
    assert card["badges"][-1] == "active"
    timeline.moment = None
    assert "‖ drain" in str(on_board(board))
    timeline.moment = milliseconds(moment)
    timeline.close()
    assert "‖ drain" in str(on_board(board))


def test_the_moment_is_one_for_board_and_time_line(lab: Lab) -> None:
    """Whoever sets it: Back to now on the board moves the slider; a board that is opened later shows it, too."""
    timeline = lab.timeline()
    timeline.moment = milliseconds(lab.clock.now() - timedelta(seconds=1))
    board = lab.board("inline")
    assert on_board(board)[0] == "You see a past moment"
    board._hear(board, {"wants": "now"}, None)
    assert timeline.moment is None
    assert on_board(board)[0] != "You see a past moment"
    timeline.moment = milliseconds(lab.clock.now() - timedelta(seconds=1))
    lab.reset("formed")
    assert timeline.moment is None


def test_a_past_moment_has_the_faults_that_were_there(lab: Lab) -> None:
    """Where they were, on the board."""
    board, timeline = lab.board("inline"), lab.timeline()
    marks = lambda: [card.get("marks") for card in board.whole()["content"]["cards"].values()]  # noqa: E731
    lab["docker-swarm-1"].disconnect()
    wait_for(lambda: ["cut from the other hosts"] in marks())
    broken = lab.clock.now()
    lab.clock.sleep(5)
    lab.heal()
    wait_for(lambda: ["cut from the other hosts"] not in marks())
    lab.clock.sleep(5)
    timeline.moment = milliseconds(broken + timedelta(seconds=1))
    assert ["cut from the other hosts"] in marks()
    timeline.moment = milliseconds(lab.clock.now())
    assert ["cut from the other hosts"] not in marks()


def test_a_service_keeps_its_colour(lab: Lab) -> None:
    """Whatever comes before it in the alphabet or goes: on the board, on the time line, in a static picture."""
    board, timeline = lab.board("inline"), lab.timeline()
    for name in ("api", "zebra"):
        type_line(lab, f"docker service create -d --name {name} alpine ping docker.com")
    wait_for(lambda: len(board.whole()["content"]["services"]) == 3)
    before = {name: service["colour"] for name, service in board.whole()["content"]["services"].items()}
    assert before == {"api": PALETTE[1], "helloworld": PALETTE[0], "zebra": PALETTE[2]}
    type_line(lab, "docker service rm helloworld")
    type_line(lab, "docker service create -d --name another alpine ping docker.com")
    wait_for(lambda: "another" in board.whole()["content"]["services"])
    wait_for(lambda: "helloworld" not in board.whole()["content"]["services"])
    wait_for(lambda: "another" in timeline.whole()["colours"])
    after = {"another": PALETTE[3], "api": PALETTE[1], "zebra": PALETTE[2]}
    assert {name: service["colour"] for name, service in board.whole()["content"]["services"].items()} == after
    assert timeline.whole()["colours"] == {**after, "helloworld": PALETTE[0]}
    assert colours_of(*look_at(lab)) == after


def test_a_removed_service_has_one_name_and_colour_everywhere(lab: Lab) -> None:
    """Its tasks take ten seconds to stop; on the board, on the time line, in pictures and tables they are the same.

    What is printed is told by the API alone: in manual time nothing of it depends on when the watcher looked.
    """
    board, timeline = lab.board("inline"), lab.timeline()
    parse("docker service rm helloworld").run(Session.on(lab))
    lab.clock.sleep(1)
    wait_for(lambda: any(task.desired_state == "remove" for task in _seen(lab)))
    (task,) = _seen(lab)
    assert task.service != "helloworld"
    (life,) = timeline.whole()["lives"].values()
    (on_the_board,) = board.whole()["content"]["tasks"].values()
    assert (life["row"], on_the_board["name"]) == ("helloworld.1", "helloworld.1")
    assert timeline.whole()["colours"] == {"helloworld": PALETTE[0]}
    assert board.whole()["content"]["services"]["helloworld"]["colour"] == PALETTE[0]
    snapshot, known = look_at(lab)
    assert colours_of(snapshot, known) == {"helloworld": PALETTE[0]}
    assert "helloworld.1 to be stopped" in placement_table(snapshot) == board.table()
    assert timeline.table().split("\n")[1].split()[0] == "helloworld.1"
    (legend,) = draw_timeline(lab.recall()).legends
    assert "helloworld" in {text.get_text() for text in legend.get_texts()}
    assert lab.why("helloworld.1").startswith("There is no task helloworld.1: the service helloworld was removed at ")
    timeline.chosen = "helloworld.1"
    assert timeline.why == lab.why("helloworld.1")


def _seen(lab: Lab) -> Sequence[TaskView]:
    snapshot = lab.watcher.sight.snapshot
    return snapshot.tasks if snapshot else ()


@pytest.mark.parametrize(("fails", "asked"), [("at", "moment"), ("evidence", "moment"), ("evidence", "chosen")])
def test_what_goes_wrong_when_the_page_asks_is_said(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, fails: str, asked: str
) -> None:
    """By whichever of board and time line cannot answer; it is told where errors are told, and the other goes on."""
    told: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", lambda error: told.append((error.thread, str(error.exc_value))))
    board, timeline = lab.board("inline"), lab.timeline()
    timeline.chosen = "helloworld.1"

    def fail(_: object) -> Any:
        raise KeyError("nothing")

    monkeypatch.setattr(lab.history, fails, fail)
    if asked == "moment":
        timeline.moment = milliseconds(lab.clock.now())
    else:
        timeline.chosen = "helloworld.2"
    said = {timeline: timeline.whole()["ended"], board: board.whole()["content"]["top"]["text"]}
    broken, other = (board, timeline) if fails == "at" else (timeline, board)
    assert said[broken] == f"It went wrong: KeyError: 'nothing'. To go on, run {broken.again} again."
    assert broken.whole()["is_over"]
    assert "went wrong" not in said[other]
    assert [text for thread, text in told if thread is threading.current_thread()] == ["'nothing'"]


def test_two_threads_answer_one_question_at_a_time(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that was long in coming does not stand under a question that was asked later."""
    timeline = lab.timeline()
    timeline.chosen = "helloworld.1"
    evidence, working, may_end = lab.history.evidence, threading.Event(), threading.Event()
    page = threading.current_thread()

    def slow(moment: Any) -> Any:
        if threading.current_thread() is not page:
            working.set()
            may_end.wait(WITHIN_S)
        return evidence(moment)

    monkeypatch.setattr(lab.history, "evidence", slow)
    other = threading.Thread(target=timeline._answer)
    other.start()
    assert working.wait(WITHIN_S)
    threading.Timer(0.2, may_end.set).start()
    timeline.chosen = "helloworld.7"
    other.join(WITHIN_S)
    assert timeline.why.startswith("There is no task helloworld.7")


def test_another_one_takes_its_place(lab: Lab) -> None:
    """Running a cell again does not make a second one; what it is called never changes."""
    first = lab.timeline()
    second = lab.timeline()
    assert first.comm is None
    assert second.comm is not None
    assert repr(first) == repr(second) == "<Timeline>"


def test_it_ends_with_its_lab(lab: Lab) -> None:
    """It says so, and no thread is left."""
    before = set(threading.enumerate())
    timeline = lab.timeline()
    lab.close()
    assert timeline.whole()["ended"] == "This lab has ended: Lab.start() starts another."
    assert set(threading.enumerate()) <= before


def test_it_answers_when_its_lab_has_ended(lab: Lab) -> None:
    """From what was seen: of a past moment, and of the last one."""
    timeline = lab.timeline()
    timeline.chosen = "helloworld.1"
    wait_for(lambda: timeline.whole()["lives"])
    last = lab.why("helloworld.1")
    timeline.moment = milliseconds(lab.clock.now() - timedelta(days=1))
    lab.close()
    assert timeline.why.startswith("There is no task helloworld.1")
    timeline.moment = None
    assert timeline.why == last
    timeline.chosen = ""
    timeline.chosen = "helloworld.1"
    assert timeline.why == last


def test_what_it_shows_is_there_as_text(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    """The same in every run: from what the API tells."""
    timeline = lab.timeline()
    capsys.readouterr()
    timeline._ipython_display_()
    printed = capsys.readouterr().out
    assert printed.endswith(timeline.table() + "\n")
    header, row, _, marks, *events = timeline.table().split("\n")
    assert header.split() == ["TASK", "NODE", "FROM", "UNTIL", "STATE", "ERROR"]
    assert row.split()[0] == "helloworld.1"
    assert row.split()[-1] == "running"
    assert marks.split() == ["MARK", "AT", "EVENT"]
    assert events[-1].endswith("service helloworld: created")


def test_without_a_swarm_there_is_nothing_to_show(lab: Lab) -> None:
    """That is no error."""
    lab.reset("separate")
    timeline = lab.timeline()
    assert timeline.table() == "No node of this lab is a swarm manager. Form a swarm first: docker swarm init."
    timeline.chosen = "web.1"
    assert timeline.why.startswith("There is no task web.1")


def test_very_many_tasks_are_cut_at_the_newest() -> None:
    """Those that go on come first."""
    life: Any = {"end": None}
    lives = {f"old{number}": {**life, "end": float(number)} for number in range(LIVES_AT_MOST)} | {"goes-on": life}
    kept = newest(lives)
    assert len(kept) == LIVES_AT_MOST
    assert "goes-on" in kept
    assert "old0" not in kept


def test_looks_are_those_of_the_house() -> None:
    """By their places, which the browser gets instead of them."""
    assert [look["meaning"] for look in shown_looks()] == [look.meaning for look in LOOKS][: len(shown_looks())]
