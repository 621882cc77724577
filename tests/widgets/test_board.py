"""The board's life in the kernel: what it sends, that there is one, that it never stands still without a word."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, get_args

import comm
import pytest
from comm.base_comm import BaseComm
from docker.types import ServiceMode
from IPython.utils.capture import capture_output

from swarmlab.lab import Lab
from swarmlab.server import SocketKind
from swarmlab.widgets.board import Board
from swarmlab.widgets.moment import Moment
from tests.widgets.swarms import NOON

PATIENCE_S = 20.0


class Wire(BaseComm):  # type: ignore[misc]
    """A browser's end of a widget: keeps what it is sent."""

    sent: list[dict[str, Any]]

    def publish_msg(self, msg_type: str, data: Any = None, **_: Any) -> None:
        self.__dict__.setdefault("sent", [])
        if msg_type == "comm_msg" and data.get("method") == "custom":
            self.sent.append(data["content"])


@pytest.fixture(params=get_args(SocketKind))
def lab(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A formed swarm in manual time, on either kind of socket, and browsers that can be asked what they were sent."""
    monkeypatch.setenv("SWARMLAB_SOCKETS", request.param)
    monkeypatch.setattr(comm, "create_comm", Wire)
    with Lab.start("formed", backend="embedded") as lab:
        yield lab


def wait_for(lab: Lab, holds: Callable[[], bool]) -> None:
    """Until it holds; asked after every look of the Watcher."""
    came = threading.Event()
    end = lab.watcher.subscribe(lambda _: came.set() if holds() else None, each_look=True)
    lab.watcher.look_soon()
    assert came.wait(PATIENCE_S)
    end()


def headline(board: Board) -> str:
    """What it says first."""
    return str(board.whole()["content"]["top"]["headline"])


def test_the_browser_is_sent_what_changes(lab: Lab) -> None:
    """Each message one number higher; only what is new is in it."""
    board = lab.board("inline")
    wait_for(lab, lambda: headline(board) == "3 nodes · 0 tasks running")
    known = board.whole()["number"]
    lab.manager().client.services.create("nginx", name="web", mode=ServiceMode("replicated", 2))
    lab.clock.sleep(60)
    wait_for(lab, lambda: headline(board) == "3 nodes · 2 tasks running")
    news = [message for message in board.comm.sent if message["number"] > known]
    assert [message["number"] for message in news] == list(range(known + 1, known + 1 + len(news)))
    assert "web" in news[0]["changes"]["services"]["put"]
    cards = [card for message in news for card in message["changes"].get("cards", {"put": {}})["put"].values()]
    assert [card for card in cards if card["kind"] != "waits"] == []  # a look may have come before the scheduler


def test_tasks_of_a_removed_service_keep_its_name_and_colour(lab: Lab) -> None:
    """Until they have stopped: the lab remembers what the API tells no more; as text, too."""
    board = lab.board("inline")
    service = lab.manager().client.services.create("nginx", name="web", mode=ServiceMode("replicated", 2))
    lab.clock.sleep(60)
    wait_for(lab, lambda: headline(board) == "3 nodes · 2 tasks running")
    before = board.whole()["content"]
    service.remove()
    wait_for(lab, lambda: headline(board) == "3 nodes · 0 tasks running")
    content = board.whole()["content"]
    assert sorted((task["name"], task["service"], task["word"]) for task in content["tasks"].values()) == [
        ("web.1", "web", "to be stopped"),
        ("web.2", "web", "to be stopped"),
    ]
    assert set(content["tasks"]) == set(before["tasks"])
    assert content["services"] == {"web": {**before["services"]["web"], "runs": "removed"}}
    assert "web.1 to be stopped" in board.table()


def test_a_fault_is_seen_at_once_and_time_does_not_move(lab: Lab) -> None:
    """Engines report no fault, so whoever makes one says so; looking costs no lab time."""
    board = lab.board("inline")
    before = lab.clock.elapsed()
    lab["docker-swarm-1"].disconnect()
    marks = lambda: [card.get("marks") for card in board.whole()["content"]["cards"].values()]  # noqa: E731
    wait_for(lab, lambda: ["cut from the other hosts"] in marks())
    assert lab.clock.elapsed() == before


def test_running_the_cell_again_replaces_the_board(lab: Lab) -> None:
    """The old one hears nothing any more, and no thread is added."""
    first = lab.board("inline")
    threads = threading.active_count()
    second = lab.board("inline")
    assert first.comm is None
    assert second.comm is not None
    assert threading.active_count() == threads


def test_the_board_of_the_next_lab_replaces_that_of_the_last(lab: Lab) -> None:
    """One board in a notebook."""
    first = lab.board("inline")
    with Lab.start("separate", backend="embedded") as other:
        assert first.whole()["content"]["top"]["text"] == "This lab has ended: Lab.start() starts another."
        other.board("inline")
        assert first.comm is None


def test_a_lab_that_ends_says_so_on_the_board_and_leaves_no_thread(lab: Lab) -> None:
    """Nobody takes a picture that stands still for the present."""
    before = set(threading.enumerate())
    board = lab.board("inline")
    lab.close()
    assert board.comm.sent[-1]["changes"]["top"]["text"] == "This lab has ended: Lab.start() starts another."
    assert {thread for thread in threading.enumerate() if thread.name.startswith("swarmlab-")} <= before


def test_a_reset_lab_shows_its_new_state(lab: Lab) -> None:
    """Also one without any swarm."""
    board = lab.board("inline")
    wait_for(lab, lambda: headline(board).startswith("3 nodes"))
    lab.reset("separate")
    wait_for(lab, lambda: headline(board) == "No swarm yet")


def test_a_watcher_that_fails_is_told_of_and_looks_again(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The board says the way back, and going it leads somewhere."""
    heard: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: heard.append(str(told.exc_value)))
    board = lab.board("inline")
    failed = lab.panels.watcher
    look = failed._look
    monkeypatch.setattr(failed, "_look", lambda: {}["nothing"])
    ended = threading.Event()
    failed.subscribe(lambda sight: ended.set() if sight.is_last else None)
    failed.look_soon()
    assert ended.wait(PATIENCE_S)
    assert headline(board) == "The board has stopped looking"
    monkeypatch.setattr(failed, "_look", look)
    again = lab.board("inline")
    wait_for(lab, lambda: headline(again).startswith("3 nodes"))
    assert lab.panels.watcher is lab.watcher
    assert heard == ["'nothing'"]


def test_a_listener_that_goes_wrong_does_not_stop_the_others(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is heard of, once, and told nothing any more."""
    heard: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: heard.append(str(told.exc_value)))
    lab.watcher.subscribe(lambda sight: {}["wrong"] if sight.faults else None)
    lab["docker-swarm-1"].disconnect()
    wait_for(lab, lambda: len(lab.watcher.sight.faults) == 1)
    lab["docker-swarm-2"].disconnect()
    wait_for(lab, lambda: len(lab.watcher.sight.faults) == 2)
    assert heard == ["'wrong'"]


def test_a_past_moment_is_shown_until_now_is_asked_for(lab: Lab) -> None:
    """Ages stand still there, and what happens meanwhile waits."""
    moment = Moment()
    board = Board(lab, lab.watcher, moment=moment)
    wait_for(lab, lambda: headline(board).startswith("3 nodes"))
    moment.shown = NOON.timestamp() * 1000
    assert headline(board) == "You see a past moment"
    assert (board.whole()["now"], board.whole()["ticks"]) == (NOON.timestamp() * 1000, False)
    board._hear(board, {"wants": "now"}, [])
    assert moment.at is None
    assert headline(board).startswith("3 nodes")


def test_a_browser_that_missed_something_gets_everything(lab: Lab) -> None:
    """When it asks."""
    board = lab.board("inline")
    board._hear(board, {"wants": "all"}, [])
    assert board.comm.sent[-1]["all"] == board.whole()


def test_a_reader_gets_the_same_as_a_table(lab: Lab) -> None:
    """The text of the cell is the same in every run."""
    board = lab.board("inline")
    with capture_output() as shown:
        board._ipython_display_()
    assert shown.stdout.split("\n") == [
        "NODE               STATUS         TASKS     WHICH",
        "docker-swarm-1     ready worker   0",
        "docker-swarm-2     ready worker   0",
        "docker-swarm-3 *   ready leader   0",
        "",
    ]
    assert repr(board) == "<Board of docker-swarm-1, docker-swarm-2, docker-swarm-3>"


def test_the_table_of_hosts_in_no_swarm(lab: Lab) -> None:
    """There is nothing to ask a manager."""
    lab.reset("separate")
    assert lab.board("inline").table().split("\n") == [
        "HOST             ADDRESS        SWARM",
        "docker-swarm-1   172.31.16.11   none",
        "docker-swarm-2   172.31.16.12   none",
        "docker-swarm-3   172.31.16.13   none",
    ]


def test_a_board_is_nowhere_else(lab: Lab) -> None:
    """A misspelled place is refused with what there is."""
    where: Any = "left"
    with pytest.raises(ValueError, match="at the side or inline, not 'left'"):
        lab.board(where)
