"""An exercise in a notebook: its text, its hints, its buttons, and what the record keeps. On the embedded lab."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest

from swarmlab.lab import Lab
from swarmlab.lessons import current
from swarmlab.lessons.catalogue import EXERCISES
from swarmlab.lessons.exercise import Verdict
from swarmlab.lessons.inspection import Inspection
from swarmlab.lessons.practice import Practice, exercise
from swarmlab.lessons.record import ExerciseRecord, read_record
from swarmlab.lessons.views import ExerciseView, exercise_view


@pytest.fixture(autouse=True)
def progress_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A progress of this test's own."""
    monkeypatch.setenv("SWARMLAB_PROGRESS", str(tmp_path / "progress.json"))


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab in which helloworld runs."""
    monkeypatch.setenv("SWARMLAB_TIME", "manual")
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path / "labs"))
    with Lab.start("helloworld", backend="embedded") as lab:
        yield lab


def view_of(practice: Practice) -> ExerciseView:
    """As a cell shows it."""
    view = exercise_view(practice)
    assert isinstance(view, ExerciseView)
    return view


def test_an_exercise_that_is_not_there_is_refused() -> None:
    """With those that are."""
    with pytest.raises(ValueError, match=r"no exercise '05-z'; there are 00-a, 00-b, "):
        exercise("05-z")


def test_without_a_lab_it_says_how_to_start_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verdict, and a text instead of buttons."""
    monkeypatch.setattr(current, "_running", None)
    practice = exercise("08-a")
    assert str(practice.check()) == '08-a not attempted: no lab is running; start one: lab = Lab.start("formed").'
    assert practice.begin() == 'No lab is running. Start one: lab = Lab.start("formed")'
    assert list(practice._repr_mimebundle_()) == ["text/plain"]


def test_a_lab_that_has_ended_is_no_lab(lab: Lab) -> None:
    """An exercise on the page says how to start one, not that its managers are silent."""
    practice = exercise("08-a")
    lab.close()
    assert str(practice.check()) == '08-a not attempted: no lab is running; start one: lab = Lab.start("formed").'


def test_it_looks_at_the_lab_that_runs(lab: Lab) -> None:
    """Nobody has to name it."""
    assert exercise("05-a").cluster is lab
    assert str(exercise("05-a").check()) == ("05-a not attempted: helloworld declares 1 replica, as at the beginning.")


def test_after_the_lab_has_ended_it_still_answers(lab: Lab) -> None:
    """A verdict, no traceback."""
    practice = exercise("05-a", lab)
    lab.close()
    assert str(practice.check()) == "05-a not yet, because no node of this lab answers as a manager."


def test_a_rule_that_breaks_down_is_a_verdict(lab: Lab) -> None:
    """It names the error; the learner's cell does not end in a traceback."""

    def stumbles(look: Inspection) -> str:
        return look.spec("helloworld")["no such key"]  # type: ignore[no-any-return]

    asked = replace(EXERCISES["05-a"], untouched=stumbles)
    assert str(Practice(asked, lab).check()) == (
        "05-a not yet, because it cannot be judged as it is: KeyError: 'no such key'."
    )


def test_a_long_verdict_is_shown_in_lines_that_fit(lab: Lab) -> None:
    """The reason would else be out of sight beside the board."""
    assert repr(exercise("02-a").check()).splitlines() == [
        "02-a not attempted: the lab began in another state than this exercise; first run",
        'lab.reset("separate").',
    ]


def test_a_lab_that_was_brought_elsewhere_does_not_count(lab: Lab) -> None:
    """It holds there with nothing done."""
    lab["docker-swarm-3"].client.services.get("helloworld").remove()
    lab.clock.sleep(20)
    assert exercise("07-a").check().state == "right"
    lab.reset("formed")
    assert lab.began_as == "formed"
    assert str(exercise("07-a").check()) == (
        '07-a not attempted: the lab began in another state than this exercise; first run lab.reset("helloworld").'
    )


def test_a_static_reader_sees_what_is_asked(lab: Lab) -> None:
    """The same in every run."""
    bundle = exercise("05-a")._repr_mimebundle_()
    assert bundle["text/plain"] == (
        "Exercise 05-a · Two on each node\n\nMake each of the three nodes run exactly two tasks of helloworld."
    )
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_hints_escalate() -> None:
    """The last one stays, and says what is left."""
    practice = exercise("05-a")
    said = [practice.hint() for _ in range(4)]
    assert [text.partition(":")[0] for text in said] == [
        "Hint 1 of 3",
        "Hint 2 of 3",
        "Hint 3 of 3",
        "Hint 3 of 3",
    ]
    assert said[3].endswith("(This was the last one. Solution, or solution(), shows a way.)")
    assert "helloworld=…" in said[2]


def test_the_solution_is_shown_not_run(lab: Lab) -> None:
    """With the docker command, and why."""
    text = exercise("05-a").solution()
    assert "\n    %docker service scale helloworld=6\n" in text
    assert text.endswith("Six on three nodes are two on each.")
    assert lab.snapshot().services[0].replicas == 1


def test_begin_says_what_comes_next(lab: Lab) -> None:
    """Once; and where there is nothing to begin, or it cannot be done here."""
    assert exercise("05-a").begin() == "05-a begins with what it asks: there is nothing to break first."
    lab.reset("formed")
    assert exercise("06-b").begin() == "06-b has begun. Look at the cluster, repair it, and then check()."
    assert exercise("06-b").begin().startswith('06-b has begun already. To begin anew: lab.reset("formed")')
    lab.reset("separate")
    assert exercise("08-c").begin() == (
        '08-c could not begin: no node of this lab answers as a manager. First: lab.reset("three-managers")'
    )


def test_a_cluster_in_which_it_cannot_begin_says_why(lab: Lab) -> None:
    """In docker's words."""
    said = exercise("08-c").begin()
    assert said.startswith("08-c could not begin: Error response from daemon: rpc error: code = AlreadyExists")
    assert said.endswith('First: lab.reset("three-managers")')


def test_a_reset_lab_has_not_begun(lab: Lab) -> None:
    """What was broken is gone with it, and nobody has repaired anything."""
    lab.reset("formed")
    exercise("06-b").begin()
    lab.reset("formed")
    assert "nothing is broken yet" in str(exercise("06-b").check())


def test_the_record_keeps_the_best_that_was_reached(lab: Lab) -> None:
    """And when; what is spoilt later does not take it back."""
    practice = exercise("05-c")
    practice.check()
    assert read_record().exercises["05-c"] == ExerciseRecord(checks=1)
    practice.hint()
    practice.solution()
    lab["docker-swarm-3"].client.services.get("helloworld").scale(0)
    practice.check()
    assert read_record().exercises["05-c"].state == "not yet"
    lab.clock.sleep(20)
    practice.check()
    lab["docker-swarm-3"].client.services.get("helloworld").scale(3)
    assert practice.check().state == "not yet"
    kept = read_record().exercises["05-c"]
    assert (kept.state, kept.checks, kept.hints, kept.solution_seen) == ("right", 4, 1, True)
    assert kept.right_at.endswith("+00:00")


def test_the_buttons_do_the_same(lab: Lab) -> None:
    """The card shows the call and the answer, the line below how far it is."""
    view = view_of(exercise("05-a"))
    assert [button.description for button in view.row.children] == ["Check", "Hint", "Solution"]
    for name, said, line in (
        ("Check", "05-a not attempted: ", "○ not attempted"),
        ("Hint", "Hint 1 of 3: ", "○ not attempted"),
        ("Solution", "A solution of 05-a:", "○ not attempted"),
    ):
        view.press(name)
        view.wait()
        assert view.card.lines[0]["text"] == f'exercise("05-a").{name.lower()}()'
        assert view.card.result.startswith(said)
        assert line in view.says.value
    view.end()


def test_a_hint_is_read_beside_the_reason_for_which_it_was_asked(lab: Lab) -> None:
    """What the last check found stays above it, in an element of its own; the next check is on the card again."""
    view = view_of(exercise("05-a"))
    view.press("Hint")
    view.wait()
    assert view.found.value == ""
    lab["docker-swarm-3"].client.services.get("helloworld").scale(2)
    view.press("Check")
    view.wait()
    reason = view.card.result
    assert reason.startswith("05-a not yet, because ")
    for name in ("Hint", "Solution"):
        view.press(name)
        view.wait()
        assert escape(reason) in view.found.value
        assert "✗ not yet<" in view.says.value
    assert view.children.index(view.found) < view.children.index(view.card)
    view.press("Check")
    assert view.found.value == ""
    view.wait()
    view.end()


def test_begin_is_a_button_where_there_is_something_to_break(lab: Lab) -> None:
    """Its tooltip says how long it takes."""
    lab.reset("formed")
    view = view_of(exercise("06-b"))
    assert view.row.children[0].tooltip == "Break the cluster; takes a few seconds"
    view.press("Begin")
    view.wait()
    assert view.card.result.startswith("06-b has begun.")
    view.press("Check")
    view.wait()
    assert "06-b not attempted: odd runs, and every node is Active." in view.card.result
    view.end()


def test_a_check_that_is_overtaken_by_begin_is_not_kept(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it found is of the time before, and would stand beside the next hint."""
    lab.reset("formed")
    practice = exercise("06-b")
    check, looking, may_end, has_ended = practice.check, threading.Event(), threading.Event(), threading.Event()

    def slow() -> Verdict:
        looking.set()
        may_end.wait(20)
        try:
            return check()
        finally:
            has_ended.set()

    monkeypatch.setattr(practice, "check", slow)
    view = view_of(practice)
    view.press("Check")
    assert looking.wait(20)
    thread = view.work._threads[-1]
    view.press("Begin")
    may_end.set()
    thread.join(20)
    assert has_ended.is_set()
    view.wait()
    view.press("Hint")
    view.wait()
    assert view.found.value == ""
    assert "not checked yet" in view.says.value
    view.end()


def test_a_button_that_cannot_do_it_says_so(lab: Lab) -> None:
    """On the page, where the learner looks; a callback that raises shows nothing."""
    view = view_of(exercise("05-a"))
    view.work.close()
    view.press("Check")
    assert "NotPossible: this panel is closed: run its cell again" in view.says.value
    assert view.error is not None
    view.end()


def test_running_the_cell_again_replaces_the_view(lab: Lab) -> None:
    """The old one is off the page, and nothing of it runs."""
    before = threading.active_count()
    old = view_of(exercise("05-a"))
    old.press("Check")
    new = view_of(exercise("05-a"))
    assert old.comm is None
    assert new.comm is not None
    new.press("Check")
    new.wait()
    new.end()
    assert threading.active_count() <= before
