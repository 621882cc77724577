"""A process inside a container: a program that runs in engine time, what it wrote, how signals end it.

Owns running programs. A program is a generator: it yields the seconds that it sleeps (None: until a signal comes,
`AWAIT_INPUT`: until there is something to read) and returns its exit code. Nothing here knows of containers; what a
program sees of its container is its `Surroundings`.
Source: signal(7), and "process 1 ignores signals without a handler" of pid_namespaces(7).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Protocol

from swarmlab.engine.clock import Clock, Timer
from swarmlab.engine.host.files import Files
from swarmlab.engine.ids import Chance
from swarmlab.engine.programs.connections import Exchange, Serve
from swarmlab.engine.programs.signals import IGNORED_BY_DEFAULT, SIGNALS
from swarmlab.engine.programs.standard_input import AWAIT_INPUT, NO_INPUT, StandardInput


class Signal(Exception):
    """Raised inside a program that handles the signal."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Surroundings(Protocol):
    """What a program sees of its container's network."""

    def resolve(self, name: str) -> list[str]:
        """The addresses of a name; empty when nobody knows it."""

    def round_trip_s(self, address: str) -> float | None:
        """How long an echo takes there and back; None when none comes back."""

    def ttl(self, address: str) -> int:
        """Hops that an answer from there has left."""

    def addresses(self) -> list[str]:
        """Its own addresses."""

    def ports(self) -> list[int]:
        """The TCP ports that programs here listen on."""

    def listen(self, port: int, serve: Serve) -> bool:
        """Serve a TCP port until `close`. Returns whether it was free."""

    def close(self, port: int) -> None:
        """Serve it no more."""

    def connect(self, address: str, port: int, text: str) -> Exchange:
        """Ask whoever listens there; the caller lets pass the time that it takes."""


class Inside(Protocol):
    """A container as what runs in it sees it."""

    @property
    def hostname(self) -> str:
        """Its name."""

    @property
    def clock(self) -> Clock:
        """Engine time."""

    @property
    def files(self) -> Files:
        """Its files."""

    @property
    def network(self) -> Surroundings:
        """The network that it is on."""

    @property
    def programs(self) -> Mapping[str, Program]:
        """What can be started in it, by name."""

    def processes(self) -> list[Running]:
        """What runs in it."""

    def kill(self, pid: int, signal: str) -> bool:
        """Send a signal (empty: none) to one of them; returns whether there is one of that number."""


Run = Generator[float | None, None, int]
Write = Callable[[str, str], None]
Heeds = dict[str, Callable[[], None] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Something that can be run.

    Attributes:
        handles: the signals that it deals with itself.
        minds_keys: whether it deals with Ctrl-C at a terminal, although a signal sent to it does nothing.
        traps: whether it may come to deal with signals while it runs, by its context's `heeds`.
    """

    name: str
    run: Callable[[Context], Run]
    handles: frozenset[str] = frozenset()
    minds_keys: bool = False
    traps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A process as `ps` shows it; `pid` is its number inside the container."""

    pid: int
    user: str
    command: tuple[str, ...]


@dataclass(slots=True, kw_only=True)
class Context:
    """What a running program has at hand.

    Attributes:
        inside: its container. Made when asked for, as most programs look at little of it.
        arguments: its name first.
        variables: makes its environment, which most programs never look at.
        terminal: whether it runs at a terminal.
        stdin: what it reads.
        write: takes the stream (`stdout`, `stderr`) and the text, ends of lines included.
        chance: its own source, so that what it draws changes nothing elsewhere.
        pid: its number inside the container.
        heeds: signals that it has come to deal with: what notes them, None where they interrupt it. None itself where
            it cannot come to that.
    """

    inside: Inside
    arguments: tuple[str, ...]
    variables: Callable[[], dict[str, str]]
    working_dir: str
    user: str
    terminal: bool
    chance: Chance
    write: Write
    stdin: StandardInput = NO_INPUT
    pid: int = 1
    heeds: Heeds | None = None

    @property
    def hostname(self) -> str:
        """Its container's name."""
        return self.inside.hostname

    @property
    def clock(self) -> Clock:
        """Engine time."""
        return self.inside.clock

    @property
    def files(self) -> Files:
        """Its container's files."""
        return self.inside.files

    @property
    def network(self) -> Surroundings:
        """The network that its container is on."""
        return self.inside.network

    @property
    def programs(self) -> Mapping[str, Program]:
        """What else can be started from it, by name."""
        return self.inside.programs

    def processes(self) -> list[Running]:
        """What runs in its container."""
        return self.inside.processes()

    def kill(self, pid: int, signal: str) -> bool:
        """Send a signal (empty: none) to a process of its container; returns whether there is one of that number."""
        return self.inside.kill(pid, signal)

    @property
    def environment(self) -> dict[str, str]:
        """Its variables; nobody but the caller has this copy of them."""
        return self.variables()

    def print(self, text: str = "") -> None:
        """A line on standard output."""
        self.write("stdout", text + "\n")

    def complain(self, text: str) -> None:
        """A line on standard error."""
        self.write("stderr", text + "\n")


class Process:
    """A running program.

    Args:
        wake: called with it when its sleep is over; `run` then goes on.
        on_exit: called with the exit code, once.
        is_init: whether it is process 1 of its container.
        shortest_s: for how long it is there at least, when it ends by itself.
    """

    __slots__ = (
        "_awaits_input",
        "_clock",
        "_earliest_end",
        "_heeds",
        "_is_due",
        "_is_init",
        "_last_word",
        "_missed",
        "_on_exit",
        "_program",
        "_run",
        "_started",
        "_timer",
        "_wake",
        "exit_code",
    )

    def __init__(
        self,
        program: Program,
        context: Context,
        *,
        wake: Callable[[Process], None],
        on_exit: Callable[[int], None],
        is_init: bool = True,
        shortest_s: float = 0,
    ) -> None:
        self._program = program
        self._heeds = context.heeds = {} if program.traps else None
        self._run = program.run(context)
        self._clock = context.clock
        self._wake = wake
        self._on_exit = on_exit
        self._is_init = is_init
        self._timer: Timer | None = None
        self._started = False
        self._is_due = True
        self._awaits_input = False
        self._missed: list[str] | None = None
        self._earliest_end = self._clock.now + shortest_s
        self._last_word: int | None = None
        self.exit_code: int | None = None

    def run(self) -> None:
        """Go on until the program sleeps or ends."""
        if self.exit_code is None and self._is_due and self._missed is None:
            self._started = True
            self._resume(self._run.__next__)

    @property
    def awaits_input(self) -> bool:
        """Whether it sleeps until there is something to read."""
        return self._awaits_input

    def hear(self) -> None:
        """There is something to read."""
        if self._awaits_input:
            self._is_due = True
            self._wake(self)

    def signal(self, name: str) -> None:
        """Deliver a signal: to the program's handler, else its default; process 1 ignores what it does not handle."""
        if self.exit_code is not None:
            return
        if name == "SIGKILL":
            self._end(128 + SIGNALS[name] if self._last_word is None else self._last_word)
        elif self._last_word is not None:
            return
        elif self._missed is not None:
            self._missed.append(name)
        elif self._heeds and (note := self._heeds.get(name)) is not None:
            note()
        elif (name in self._program.handles or name in (self._heeds or ())) and self._started:
            self._stop_sleeping()
            self._resume(lambda: self._run.throw(Signal(name)))
        elif not self._is_init and name not in IGNORED_BY_DEFAULT:
            self._end(128 + SIGNALS[name])

    def press(self, name: str) -> None:
        """Deliver a signal that a key at its terminal makes."""
        is_there = self._started and self.exit_code is None and self._last_word is None
        if self._program.minds_keys and is_there and self._missed is None:
            self._stop_sleeping()
            self._resume(lambda: self._run.throw(Signal(name)))
        else:
            self.signal(name)

    def freeze(self) -> None:
        """Stand still until `thaw`: signals wait, but for SIGKILL."""
        self._missed = []

    def thaw(self) -> None:
        """Go on; what came meanwhile comes now."""
        missed, self._missed = self._missed or [], None
        if self._is_due:
            self._wake(self)
        for name in missed:
            self.signal(name)

    def vanish(self) -> None:
        """The power is gone: end without anyone hearing of it."""
        self._stop_sleeping()
        self._run.close()
        self.exit_code = 255

    def _resume(self, resume: Callable[[], float | None]) -> None:
        self._is_due = self._awaits_input = False
        try:
            sleep_s = resume()
        except StopIteration as end:
            self._come_to_end(int(end.value or 0))
        except Signal as unhandled:
            self._end(128 + SIGNALS[unhandled.name])
        else:
            self._awaits_input = sleep_s == AWAIT_INPUT
            if sleep_s is not None and not self._awaits_input:
                self._timer = self._clock.after(sleep_s, self._slept)

    def _come_to_end(self, code: int) -> None:
        """The program has nothing more to do: it ends now, or as soon as that is noticed."""
        if self._clock.now >= self._earliest_end:
            self._end(code)
        else:
            self._last_word = code
            self._timer = self._clock.at(self._earliest_end, lambda: self._end(code))

    def _slept(self) -> None:
        self._timer = None
        self._is_due = True
        self._wake(self)

    def _stop_sleeping(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self, code: int) -> None:
        self._stop_sleeping()
        self._run.close()
        self.exit_code = code
        self._on_exit(code)
