"""Where what a client sends to a container or an exec goes: to its program, through a terminal where it has one.

Owns bytes of a letter that has not come as a whole, and how much of the detach keys was pressed.
Source: moby container/stream/attach.go, pkg/term/proxy.go, ascii.go.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable

from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.programs.standard_input import StandardInput, TypedTerminal

DEFAULT_DETACH_KEYS = "ctrl-p,ctrl-q"
_CTRL_SIGNS = "@abcdefghijklmnopqrstuvwxyz[\\]^_"


def detach_keys(text: str) -> bytes:
    """The keys of `ctrl-p,ctrl-q`.

    Raises:
        InvalidParameter: there are no such keys.
    """
    keys = b""
    for key in (text or DEFAULT_DETACH_KEYS).split(","):
        if len(key) == 1:
            keys += key.encode()
        elif key.startswith("ctrl-") and len(key) == 6 and key[5] in _CTRL_SIGNS:
            keys += bytes([_CTRL_SIGNS.index(key[5])])
        else:
            raise InvalidParameter(f"Invalid detach keys ({text}) provided")
    return keys


class Keyboard:
    """One program's standard input, as clients reach it.

    Args:
        show: writes on the terminal; None where there is no terminal.

    Attributes:
        source: what the program reads.
        press: gets the signals that keys make.
    """

    def __init__(self, show: Callable[[str], None] | None) -> None:
        self.source = StandardInput()
        self.press: Callable[[str], None] = lambda _: None
        self._letters = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._terminal = TypedTerminal(self.source, show, lambda name: self.press(name)) if show else None

    def receive(self, content: bytes) -> None:
        """A client sent something."""
        text = self._letters.decode(content)
        if self._terminal is None:
            self.source.feed(text)
        else:
            self._terminal.type(text)

    def end(self) -> None:
        """The client will send no more; a terminal stays as it is."""
        if self._terminal is None:
            self.source.end()


class DetachKeys:
    """Watches what a client types for the keys that detach it.

    Args:
        keys: those keys.
        receive: gets what is typed otherwise.
        detach: called when the keys were pressed.
    """

    def __init__(self, keys: bytes, receive: Callable[[bytes], None], detach: Callable[[], None]) -> None:
        self._keys = keys
        self._receive = receive
        self._detach = detach
        self._pressed = b""

    def receive(self, content: bytes) -> None:
        """A client sent something."""
        for number in content:
            key = bytes([number])
            self._pressed += key
            if self._pressed == self._keys:
                self._detach()
                return
            if not self._keys.startswith(self._pressed):
                pressed, self._pressed = self._pressed, b""
                self._receive(pressed)
