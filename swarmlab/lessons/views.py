"""Predictions, quizzes and exercises with buttons: what a notebook shows where widgets are shown, text where not.

Owns the fields, and that a cell that is run again replaces what it showed before. What an answer means is decided by
the objects shown; each can be answered without its view, too. Plain controls: Tab, arrows and Space are enough.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from ipywidgets import HTML, Button, HBox, Layout, RadioButtons, Text, VBox, Widget

from swarmlab.lessons.exercise import State, Verdict
from swarmlab.lessons.practice import Practice
from swarmlab.lessons.predictions import Prediction
from swarmlab.lessons.quiz import Quiz
from swarmlab.lessons.words import sentence
from swarmlab.widgets.card import CommandCard
from swarmlab.widgets.closing import close_all
from swarmlab.widgets.keys import OwnKeys
from swarmlab.widgets.turns import TURN
from swarmlab.widgets.work import WAIT_S, Work

SIGNS = {State.NOT_ATTEMPTED: "○", State.NOT_YET: "✗", State.RIGHT: "✓"}
_shown: dict[str, View] = {}
"""What is on the page, by what it is of."""


class View(VBox):
    """A question, what answers it, and a line that says what became of it.

    Attributes:
        says: that line.
        error: what went wrong in a callback, the same that `says` shows; a test asks for it.
    """

    def __init__(self, heading: str, text: str, parts: Sequence[Widget], *below: Widget) -> None:
        self.says = HTML()
        self.error: Exception | None = None
        title = HTML(f"<div><strong>{escape(heading)}</strong> {_with_code(text)}</div>")
        super().__init__(children=[title, *parts, self.says, *below, OwnKeys()], _dom_classes=("swarmlab-lesson",))

    def say(self, text: str) -> None:
        """Show a text, and let it be read aloud."""
        self.says.value = f'<div role="status" style="white-space: pre-wrap">{escape(text)}</div>' if text else ""

    def guarded(self, act: Callable[[], None]) -> Callable[[object], None]:
        """The error boundary of a callback."""

        def guarded(_: object) -> None:
            self.error = None
            try:
                act()
            except ValueError as refusal:
                self.say(str(refusal))
            except Exception as error:
                self.error = error
                self.say(f"{type(error).__name__}: {error}")

        return guarded

    def end(self) -> None:
        """Take it off the page."""
        close_all(self)


class PredictionView(View):
    """Radio buttons or a field, and Commit."""

    def __init__(self, prediction: Prediction) -> None:
        self._prediction = prediction
        self.field = _answer_field(prediction)
        self.commit = _button("Commit", "Settle on this answer: it cannot be changed afterwards")
        super().__init__("Predict.", prediction.question, [self.field, self.commit])
        self.commit.on_click(self.guarded(self._commit))
        self.refresh()

    def _commit(self) -> None:
        if self._is_settled():
            return
        if self.field.value is None:
            raise ValueError("choose an answer first")
        self._prediction.commit(self.field.value)

    def refresh(self) -> None:
        """Show the answer and the outcome; with either, nothing can be changed any more."""
        if self._is_settled():
            self.field.disabled = True
            self.commit.description = "Committed" if self._prediction.answer is not None else "Too late"
        if self._prediction.answer is not None:
            self.field.value = self._prediction.answer
        self.say(self._prediction.comparison())

    def _is_settled(self) -> bool:
        """The button then does nothing; it stays enabled, or the keyboard would lose its place."""
        return self._prediction.answer is not None or self._prediction.happened is not None


class QuizView(View):
    """Radio buttons, and Answer; as often as one likes."""

    def __init__(self, quiz: Quiz) -> None:
        self._quiz = quiz
        options = [(f"{letter}) {option.text}", letter) for letter, option in quiz.lettered().items()]
        self.field = RadioButtons(options=options, value=None, description="Answer", layout=_wide())
        self.button = _button("Answer", "See whether this is right, and why")
        super().__init__(f"Quiz {quiz.question.id}.", quiz.question.text, [self.field, self.button])
        self.button.on_click(self.guarded(self._answer))

    def _answer(self) -> None:
        if self.field.value is None:
            raise ValueError("choose an answer first")
        self.say(self._quiz.answer(self.field.value))


class ExerciseView(View):
    """Begin, Check, Hint, Solution; a card shows the call and the answer, and the line says how far it is.

    Attributes:
        found: what the last check found, as long as the card shows a hint or a solution instead.
    """

    def __init__(self, practice: Practice) -> None:
        cluster = practice.cluster
        assert cluster is not None  # a view is made where a lab runs
        exercise = practice.exercise
        self.card = CommandCard()
        self.found = HTML()
        self.work = Work(cluster, self.card)
        self._found = ""
        self._current = object()  # what was pressed last
        self._name = f'exercise("{exercise.id}")'
        wait = f"Break the cluster; takes {exercise.takes}"
        self.buttons = {
            "Begin": (wait, practice.begin),
            "Check": ("Look at the cluster, and say how far it has come", practice.check),
            "Hint": ("The next hint; each says more than the one before", practice.hint),
            "Solution": ("A way that works, and why", practice.solution),
        }
        if exercise.breaks is None:
            del self.buttons["Begin"]
        row = HBox([self._made(name, *rest) for name, rest in self.buttons.items()], layout=Layout(flex_flow="wrap"))
        title = sentence(f"Exercise {exercise.id} · {exercise.title}")
        super().__init__(title, exercise.asks, [row], self.found, self.card)
        self.row = row
        self.say(f"{SIGNS[State.NOT_ATTEMPTED]} not checked yet")

    def press(self, name: str) -> None:
        """Press a button by its label."""
        next(button for button in self.row.children if button.description == name).click()

    def _made(self, name: str, tooltip: str, act: Callable[[], object]) -> Button:
        button = _button(name, tooltip)
        text = f"{self._name}.{name.lower()}()"

        def press() -> None:
            with TURN:
                self._current = current = object()
                self._keep_found(name)
            self.work.call(text, lambda: self._answer(act, current))

        button.on_click(self.guarded(press))
        return button

    def _keep_found(self, pressed: str) -> None:
        """A hint is read beside the reason for which it was asked; what was found before Begin holds no longer."""
        if pressed == "Begin":
            self._found = ""
        is_shown = self._found and pressed != "Check"
        self.found.value = f"<div>Last check: {escape(self._found)}</div>" if is_shown else ""

    def _answer(self, act: Callable[[], object], current: object) -> str:
        """A verdict is kept, unless something else was pressed before it came: it may hold no longer."""
        answer = act()
        with TURN:
            if isinstance(answer, Verdict) and self._current is current:
                self._found = str(answer)
                self.say(f"{SIGNS[answer.state]} {answer.state}")
        return str(answer)

    def wait(self, timeout_s: float = WAIT_S) -> None:
        """Wait until what was pressed has ended; raises what the card shows."""
        self.work.wait(timeout_s)

    def end(self) -> None:
        """End what runs, and take it off the page."""
        self.work.close()
        super().end()


def prediction_view(prediction: Prediction) -> View:
    """The view of a prediction; the one of the same prediction before is gone."""
    view = PredictionView(prediction)
    prediction.follow(view)
    return instead(f"prediction {prediction.key}", view)


def quiz_view(quiz: Quiz) -> View:
    """The view of a question; the one of the same question before is gone."""
    return instead(f"quiz {quiz.question.id}", QuizView(quiz))


def exercise_view(practice: Practice) -> View:
    """The view of an exercise; the one of the same exercise before is gone."""
    return instead(f"exercise {practice.exercise.id}", ExerciseView(practice))


def bundle(text: str, view: View | None) -> dict[str, Any]:
    """What a notebook is given: the widget, and the text for whoever shows no widgets."""
    return {**(view._repr_mimebundle_() or {} if view else {}), "text/plain": text}


def instead(key: str, view: View) -> View:
    """The view of something; the one before of the same is gone."""
    if key in _shown:
        _shown[key].end()
    _shown[key] = view
    return view


def _answer_field(prediction: Prediction) -> RadioButtons | Text:
    if prediction.kind == "options":
        return RadioButtons(options=prediction.options, value=None, description="Answer", layout=_wide())
    placeholder = "a number" if prediction.kind == "number" else "in your words"
    return Text(description="Answer", placeholder=placeholder, layout=_wide())


def _wide() -> Layout:
    """One for each field, which ends with it."""
    return Layout(width="auto", max_width="100%")


def _button(name: str, tooltip: str) -> Button:
    return Button(description=name, tooltip=tooltip)


def _with_code(text: str) -> str:
    """Escaped, with what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))
