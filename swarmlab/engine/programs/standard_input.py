"""What is typed or piped into a program, and the terminal that may stand between the two.

Owns text that was given and not read yet. A program reads with `read_line` and `read_all`, which sleep until there is
something. Source: termios(3), canonical mode.
Simplification: what is typed can be taken back by letters (backspace) and as a whole (Ctrl-U), and that is all of
line editing; busybox's own (arrows, history) is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

AWAIT_INPUT = -1.0
"""What a program yields, in the place of seconds, to sleep until there is something to read."""

_ERASE, _KILL, _INTERRUPT, _END, _QUIT = ("\x7f", "\b"), "\x15", "\x03", "\x04", "\x1c"
_SIGNALS = {_INTERRUPT: ("^C", "SIGINT"), _QUIT: ("^\\", "SIGQUIT")}


class StandardInput:
    """What a program reads: text that came, and whether more may come.

    Attributes:
        heard: called when there is something new to read.
    """

    __slots__ = ("_is_at_end", "_text", "ended", "heard")

    def __init__(self, text: str = "", *, ended: bool = False) -> None:
        self._text = text
        self._is_at_end = False
        self.ended = ended
        self.heard: Callable[[], None] = lambda: None

    @property
    def has_news(self) -> bool:
        """Whether whoever reads now gets something, be it the end. A line may still be unfinished."""
        return bool(self._text) or self.ended

    def feed(self, text: str) -> None:
        """More came."""
        if text and not self.ended:
            self._text += text
            self.heard()

    def end(self) -> None:
        """Nothing more will come."""
        if not self.ended:
            self.ended = True
            self.heard()

    def end_once(self) -> None:
        """Whoever reads next is at the end, and whoever reads after that is not: Ctrl-D at a terminal."""
        self._is_at_end = True
        self.heard()

    def take_line(self) -> str | None:
        """The next line with its end, what is left before the end of all, empty at the end; None: wait."""
        line, newline, rest = self._text.partition("\n")
        if not newline and not self._may_end():
            return None
        self._text = rest
        return line + newline

    def take_some(self) -> str | None:
        """All that is there, empty at the end; None: wait."""
        if not self._text and not self._may_end():
            return None
        text, self._text = self._text, ""
        return text

    def _may_end(self) -> bool:
        is_at_end, self._is_at_end = self._is_at_end or self.ended, False
        return is_at_end


NO_INPUT = StandardInput(ended=True)
"""Of a program that nobody can type into: it is at the end at once."""

Reading = Generator[float | None, None, str]


def read_line(source: StandardInput) -> Reading:
    """Read a line with its end; empty at the end."""
    while (line := source.take_line()) is None:
        yield AWAIT_INPUT
    return line


def read_some(source: StandardInput) -> Reading:
    """Read what is there, at least something; empty at the end."""
    while (text := source.take_some()) is None:
        yield AWAIT_INPUT
    return text


def read_all(source: StandardInput) -> Reading:
    """Read to the end."""
    whole = ""
    while text := (yield from read_some(source)):
        whole += text
    return whole


class TypedTerminal:
    r"""A terminal in canonical mode: shows what is typed, hands whole lines on, makes signals of Ctrl-C and Ctrl-\.

    Args:
        source: what the program reads.
        show: writes on the terminal.
        signal: sends a signal to who runs in the foreground.
    """

    def __init__(self, source: StandardInput, show: Callable[[str], None], signal: Callable[[str], None]) -> None:
        self._source = source
        self._show = show
        self._signal = signal
        self._line = ""

    def type(self, text: str) -> None:
        """Keys are pressed."""
        for key in text:
            self._press(key)

    def _press(self, key: str) -> None:
        if key in ("\r", "\n"):
            self._show("\n")
            line, self._line = self._line, ""
            self._source.feed(line + "\n")
        elif key in _SIGNALS:
            shown, signal = _SIGNALS[key]
            self._line = ""
            self._show(shown)
            self._signal(signal)
        elif key == _END:
            self._hand_on()
        elif key in _ERASE or key == _KILL:
            self._take_back(len(self._line) if key == _KILL else 1)
        else:
            self._line += key
            self._show(key)

    def _hand_on(self) -> None:
        """Ctrl-D: what is typed so far goes to the program; nothing typed is the end."""
        line, self._line = self._line, ""
        if line:
            self._source.feed(line)
        else:
            self._source.end_once()

    def _take_back(self, letters: int) -> None:
        letters = min(letters, len(self._line))
        self._line = self._line[: len(self._line) - letters]
        self._show("\b \b" * letters)
