"""Work beside the kernel's main thread: one command at a time, its screen live, Cancel as Ctrl-C, errors on its card.

The main thread stays free, so that Cancel arrives. Owns the threads of a panel and their end. Does not own what a
command does, nor what its card looks like.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from docker.errors import DockerException
from requests.exceptions import RequestException

from swarmlab.client.cluster import Cluster, NoManager
from swarmlab.client.protocols import FaultRefused, TimeRefused
from swarmlab.commands import Command, DockerError
from swarmlab.widgets.card import LAB, CommandCard, lines_of
from swarmlab.widgets.hints import OUR_FAULT, hint_for
from swarmlab.widgets.screen import PanelSession, Screen
from swarmlab.widgets.turns import TURN

STALE = "update out of sequence"
STALE_NOTE = "Somebody changed it in the same moment: it was read again and sent once more."
CANCEL_WITHIN_S = 0.5
"""Wall seconds that a command has to notice Cancel; one that waits for an engine's answer does not."""

END_WITHIN_S = 2.0
MANUAL_PATIENCE_S = 30.0
"""Lab seconds after which a following command ends where time is moved by whoever waits: else it would never end."""

WAIT_S = 60.0


class NotPossible(Exception):
    """A panel cannot do this now; the text says why. Nothing was sent."""


_REFUSALS = (DockerError, FaultRefused, TimeRefused, NoManager, NotPossible)
_LEFT = "The engine has the request and goes on with it; nobody waits for its answer here."

Prepare = Callable[[], Command]


class Work:
    """What one panel has running, at most one thing; the next one ends the waiting for the one before.

    Args:
        cluster: where commands go.
        card: shows them.
        shown: what may be seen of a text: masks secrets.
        after: called when something has ended, by the thread that it ran on.
    """

    def __init__(
        self,
        cluster: Cluster,
        card: CommandCard,
        *,
        shown: Callable[[str], str] = str,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        self._cluster = cluster
        self._card = card
        self._shown = shown
        self._after = after
        self._run: _Run | None = None
        self._threads: list[threading.Thread] = []
        self._is_closed = False
        card.on_cancel(self.cancel)

    @property
    def is_running(self) -> bool:
        """Whether something has not ended yet."""
        return self._run is not None and self._run.thread.is_alive()

    def command(
        self,
        command: Command,
        node: str | None = None,
        *,
        complete: Prepare | None = None,
        show: Callable[[str], None] | None = None,
    ) -> None:
        """Run a command on a node, or on whichever manager answers.

        Args:
            command: as shown.
            node: host name.
            complete: makes the command that is sent, on the thread: where a token has to be asked for first.
            show: where its screen goes instead of to the card.
        """

        def perform(run: _Run) -> None:
            session = self._session(run, node)
            run.session = session
            run.show("node", session.name)
            sent = command if complete is None else complete()
            run.show("lines", lines_of(sent, self._shown))
            try:
                sent.run(session)
            except DockerError as error:
                if run.is_left or STALE not in str(error):
                    raise
                run.note = STALE_NOTE
                sent.run(session)

        self._start(lines_of(command, self._shown), node or "", perform, show)

    def call(self, text: str, act: Callable[[], str | None]) -> None:
        """Do something that is no docker command; `text` is its Python, and what `act` returns is shown."""

        def perform(run: _Run) -> None:
            if answer := act():
                run.screen.print(answer)
                run.screen.flush()

        self._start([{"label": LAB, "text": text}], "", perform, None)

    def refuse(self, error: Exception) -> None:
        """Show an error that came before anything was sent; `wait` raises it."""
        self._leave()
        self._run = run = _Run(self._card, self._shown, None)
        run.error = error
        run.is_over.set()
        self._card.begin([])
        self._card.end("failed", self._shown(_words(error)), _advice(error))

    def cancel(self) -> None:
        """Stop waiting, as Ctrl-C does."""
        run = self._run
        if run is None or not run.thread.is_alive():
            return
        run.interrupt()
        run.thread.join(CANCEL_WITHIN_S)
        with TURN:
            if run.thread.is_alive() and self._card.state == "running":
                run.is_left = True
                run.is_over.set()
                self._card.end("cancelled", f"{run.screen.text}^C", _LEFT)

    def wait(self, timeout_s: float = WAIT_S) -> None:
        """Wait until what runs has ended.

        Raises:
            Exception: what went wrong, the same that the card shows.
            TimeoutError: it has not ended after `timeout_s` wall seconds.
        """
        run = self._run
        if run is None:
            return
        if not run.is_over.wait(timeout_s):
            raise TimeoutError(f"still running after {timeout_s:g} s: {self._card!r}")
        if run.error is not None:
            error, run.error = run.error, None
            raise error

    def close(self) -> None:
        """End it all. What waits for an engine's answer ends when the engine does."""
        self._is_closed = True
        self._leave()
        for thread in self._threads:
            thread.join(END_WITHIN_S)

    def _start(
        self,
        lines: list[dict[str, str]],
        node: str,
        perform: Callable[[_Run], None],
        show: Callable[[str], None] | None,
    ) -> None:
        if self._is_closed:
            raise NotPossible("this panel is closed: run its cell again")
        self._leave()
        self._card.begin(lines, node)
        self._run = run = _Run(self._card, self._shown, show)
        run.thread = threading.Thread(target=self._perform, args=(run, perform), name="swarmlab-panel", daemon=True)
        self._threads = [*(thread for thread in self._threads if thread.is_alive()), run.thread]
        run.thread.start()

    def _perform(self, run: _Run, perform: Callable[[_Run], None]) -> None:
        """The error boundary of everything that a panel does."""
        try:
            perform(run)
        except Exception as error:
            run.error = error
            run.fail(error)
        else:
            run.succeed()
        finally:
            if not (run.is_left or self._is_closed):
                self._after_run(run)
            run.is_over.set()

    def _after_run(self, run: _Run) -> None:
        try:
            self._after()
        except Exception as error:
            run.error = run.error or error

    def _session(self, run: _Run, node: str | None) -> PanelSession:
        is_manual = self._cluster.clock.rate is None
        patience_s = MANUAL_PATIENCE_S if is_manual else None
        session = PanelSession.on(self._cluster, node, terminal=run.screen, patience_s=patience_s)
        if run.is_interrupted:
            session.interrupt()
        return session

    def _leave(self) -> None:
        if self.is_running:
            assert self._run is not None
            with TURN:
                self._run.is_left = True
            self._run.interrupt()
            self._run.is_over.set()


class _Run:
    """One thing that runs, and its way to the card; once left it shows nothing any more."""

    def __init__(self, card: CommandCard, shown: Callable[[str], str], show: Callable[[str], None] | None) -> None:
        self._card = card
        self._shown = shown
        self._show = show or (lambda text: card.set_trait("result", text))
        self.screen = Screen(self._show_screen, shown=shown)
        self.thread = threading.Thread()
        self.session: PanelSession | None = None
        self.is_interrupted = False
        self.is_left = False
        self.is_over = threading.Event()
        self.error: Exception | None = None
        self.note = ""

    def show(self, trait: str, value: object) -> None:
        with TURN:
            if not self.is_left:
                setattr(self._card, trait, value)

    def _show_screen(self, text: str) -> None:
        with TURN:
            if not self.is_left:
                self._show(text)

    def interrupt(self) -> None:
        self.is_interrupted = True
        if self.session is not None:
            self.session.interrupt()

    def succeed(self) -> None:
        self._end("cancelled" if self.is_interrupted else "done", self.note)

    def fail(self, error: Exception) -> None:
        if not (isinstance(error, DockerError) and error.is_printed):
            self.screen.print(_words(error))
            self.screen.flush()
        self._end("failed", _advice(error))

    def _end(self, state: str, advice: str) -> None:
        with TURN:
            if not self.is_left:
                self._card.end(state, self._card.result, self._shown(advice))


def _words(error: Exception) -> str:
    if isinstance(error, _REFUSALS):
        return str(error)
    return f"{type(error).__name__}: {error}"


def _advice(error: Exception) -> str:
    if isinstance(error, _REFUSALS):
        return hint_for(str(error))
    if isinstance(error, DockerException | RequestException):
        return hint_for("Cannot connect to the Docker daemon")
    return OUR_FAULT
