"""What is live: the browser hears from it, and says so when it hears nothing; every time is in UTC."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from typing import Any

import comm
import pytest
from playwright._impl._driver import compute_driver_executable

from swarmlab import widgets
from swarmlab.client.watch import Sight
from swarmlab.lab import Lab
from swarmlab.widgets import live
from swarmlab.widgets.live import Live, script_of
from tests.widgets.test_board import PATIENCE_S, Wire

FOLDER = Path(widgets.__file__).parent
KINDS = ("board", "timeline")
FAR_EAST = {**os.environ, "TZ": "Asia/Tokyo"}
NOON_MS = 1_767_355_203_000  # 12:00:03 UTC


@pytest.fixture
def lab(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A swarm that stands still, and browsers that can be asked what they were sent."""
    monkeypatch.setattr(comm, "create_comm", Wire)
    monkeypatch.setenv("SWARMLAB_TIME", "manual")
    with Lab.start("formed", backend="embedded") as lab:
        yield lab


def shown(lab: Lab, kind: str) -> Live:
    """`lab.board()` or `lab.timeline()`."""
    return lab.board("inline") if kind == "board" else lab.timeline()


def in_the_browser(kind: str, steps: str) -> Any:
    """What JavaScript after that of the widget prints, as JSON; `passed(s)` lets time pass on the reader's clock."""
    clock = "let at = 0; const passed = (s) => { at += s * 1000; }; performance.now = () => at;"
    script = script_of(FOLDER / kind).replace("export default", "const made =")
    node, _ = compute_driver_executable()
    ran = subprocess.run(
        [node, "--input-type=module"], input=f"{clock}\n{script}\n{steps}", text=True, capture_output=True, env=FAR_EAST
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def model_of(whole: dict[str, Any]) -> str:
    """A model that holds all of it."""
    return f"const model = {{ get: () => ({json.dumps(whole)}), send() {{}} }};"


@pytest.mark.parametrize("kind", KINDS)
def test_the_browser_hears_from_it_though_nothing_happens(lab: Lab, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """One number higher each time, with nothing in it but the time."""
    monkeypatch.setattr(live, "PULSE_S", 0.0)
    watched = shown(lab, kind)
    came = threading.Event()

    def look(_: Sight) -> None:
        if len(watched.comm.sent) > 2 and watched.comm.sent[-1]["changes"] == {}:
            came.set()

    end = lab.watcher.subscribe(look, each_look=True)
    assert came.wait(PATIENCE_S)
    end()
    numbers = [message["number"] for message in watched.comm.sent]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert {"number", "changes", "now", "ticks", "is_over"} == set(watched.comm.sent[-1])


@pytest.mark.parametrize(("kind", "heard"), [("board", "Scene"), ("timeline", "Recording")])
def test_a_kernel_that_is_silent_is_told_of(lab: Lab, kind: str, heard: str) -> None:
    """After a minute; one that is heard again is there again, and what has ended may be silent."""
    whole = shown(lab, kind).whole()
    steps = f"""
    {model_of(whole)}
    const heard = new {heard}(model);
    const seen = [];
    const look = () => {{ heard.checkSilence(); seen.push(heard.isDead); }};
    passed(59); look();
    passed(2); look();
    const news = {{ changes: {{}}, now: 0, ticks: true }};
    heard.hear({{ ...news, number: heard.number + 1, is_over: false }}); look();
    heard.hear({{ ...news, number: heard.number + 1, is_over: true }}); passed(600); look();
    console.log(JSON.stringify([...seen, heard.now]));
    """
    assert in_the_browser(kind, steps) == [False, True, False, False, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_every_time_is_in_utc(kind: str) -> None:
    """Also for a reader in Tokyo."""
    assert in_the_browser(kind, f"console.log(JSON.stringify(clock({NOON_MS})));") == "12:00:03"


def test_the_board_says_which_clock_it_reads() -> None:
    """The moment that it shows is that of the time line, to the letter."""
    steps = f"""
    const said = {{}};
    const view = {{ status: {{}}, headline: {{}}, said, back: {{}} }};
    View.prototype.drawStatus.call(view, {{ tone: "hint", headline: "", text: "3 nodes", of: {NOON_MS} }});
    const past = said.textContent;
    View.prototype.drawStatus.call(view, {{ tone: "ended", headline: "", text: "It is over.", of: {NOON_MS} }});
    console.log(JSON.stringify([past, said.textContent]));
    """
    assert in_the_browser("board", steps) == [
        "3 nodes. This was at 12:00:03 UTC.",
        "It is over. What you see is of 12:00:03 UTC.",
    ]


def test_no_bar_of_the_time_line_lies_on_another_one() -> None:
    """A slot has a third lane where it needs one, as in the static picture; on a node it lies where there is room."""
    spans = [(0, None), (1, None), (2, None), (3, 4), (5, None)]
    lives = [{"stays": [{"since": since}], "end": end} for since, end in spans]
    steps = f"""
    const lives = {json.dumps(lives)};
    const lanes = (by) => [...inLanes(lives, by).values()];
    const one = [[0, 5], [5, 9], [9, null]].map(([since, end]) => ({{ stays: [{{ since }}], end }}));
    const turns = [...inLanes(one, "slot").values()];
    console.log(JSON.stringify([lanes("slot"), lanes("node"), turns]));
    """
    assert in_the_browser("timeline", steps) == [[0, 1, 2, 3, 3], [0, 1, 2, 3, 3], [0, 1, 0]]


def said_on(shown: Live) -> str:
    """What a board or a time line says is the matter."""
    whole = shown.whole()
    if "content" in whole:
        return "{headline}: {text}".format(**whole["content"]["top"])
    return ": ".join(whole["problem"] or ["nothing"])


def test_engines_that_all_stop_are_told_of_with_the_way_back(lab: Lab) -> None:
    """On the board, the time line and every panel; going that way leads somewhere."""
    watched = [shown(lab, kind) for kind in KINDS]
    panels = [getattr(lab.panels, kind)() for kind in ("cluster", "services", "inspect", "logs", "faults", "ports")]
    before = [panel.heading.value for panel in panels]
    for node in lab:
        node.stop()
    lost = (
        "No manager answers: docker-swarm-3 was a manager and does not answer."
        " lab.heal() mends what was broken on purpose. As soon as a manager answers, this goes on by itself."
    )
    wait_until(lab, lambda: [said_on(each) for each in watched] == [lost, lost])
    wait_until(lab, lambda: all(lost in panel.heading.value for panel in panels))
    cards = lambda: watched[0].whole()["content"]["cards"].values()  # noqa: E731
    wait_until(lab, lambda: [(card["tone"], card["marks"]) for card in cards()] == [("lost", ["engine stopped"])] * 3)
    lab.heal()
    lab.clock.sleep(60)
    wait_until(lab, lambda: "No manager" not in said_on(watched[0]) + said_on(watched[1]))
    wait_until(lab, lambda: [panel.heading.value for panel in panels] == before)


def wait_until(lab: Lab, holds: Callable[[], bool]) -> None:
    """Until it holds; asked after every look of the Watcher."""
    came = threading.Event()
    end = lab.watcher.subscribe(lambda _: came.set() if holds() else None, each_look=True)
    lab.watcher.look_soon()
    assert came.wait(PATIENCE_S)
    end()


@pytest.mark.parametrize("ends_by", [KeyError("nothing"), SystemExit("killed")], ids=["error", "exit"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_watcher_that_fails_leaves_a_way_back(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, kind: str, ends_by: BaseException
) -> None:
    """Nothing follows, and that is no silent kernel; panels say it, too."""
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    watched, panel, failed = shown(lab, kind), lab.panels.services(), lab.watcher
    look = failed._look

    def fail() -> Sight:
        raise ends_by

    monkeypatch.setattr(failed, "_look", fail)
    ended = threading.Event()
    failed.subscribe(lambda sight: ended.set() if sight.is_last else None, each_look=True)
    failed.look_soon()
    assert ended.wait(PATIENCE_S)
    whole = watched.whole()
    said = whole["content"]["top"]["text"] if kind == "board" else whole["problem"][1]
    what = f"{type(ends_by).__name__}: {ends_by}"
    assert said == f"{what}. To go on, run lab.{kind}() again."
    assert whole["is_over"]
    assert f"has stopped looking: {escape(what)}. To go on, run its cell again." in panel.heading.value
    monkeypatch.setattr(failed, "_look", look)
    again, seen = shown(lab, kind), threading.Event()
    failed.subscribe(lambda _: None if again.whole()["is_over"] else seen.set(), each_look=True)
    assert seen.wait(PATIENCE_S)
