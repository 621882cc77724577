"""Following a stream for as long as lab time and patience last.

A command that follows ends when the engine ends the stream, when patience runs out, or on Ctrl-C; in the last two
cases the terminal shows `^C`, as it does when a person has had enough.
"""

from __future__ import annotations

from collections.abc import Callable

from swarmlab.commands.printing.streams import Stream
from swarmlab.commands.session import Session

STEP_S = 0.1
INTERRUPT = "^C"


def follow(session: Session, stream: Stream, take: Callable[[bytes], None]) -> bool:
    """Hand over what arrives, moving lab time in small steps; True when it was interrupted."""
    try:
        while True:
            take(stream.read())
            if stream.ended:
                return False
            if session.expired():
                return True
            session.wait(STEP_S)
    except KeyboardInterrupt:
        take(stream.read())
        return True


def take_whole(stream: Stream, take: Callable[[bytes], None]) -> None:
    """Hand over an answer that ends by itself, and hang up. No lab time is let pass for it."""
    try:
        take(stream.read_to_end())
    finally:
        stream.close()


def follow_to_end(session: Session, stream: Stream, take: Callable[[bytes], None]) -> None:
    """The same, then hang up and show how it ended."""
    try:
        if follow(session, stream, take):
            session.terminal.write(INTERRUPT)
    finally:
        stream.close()
