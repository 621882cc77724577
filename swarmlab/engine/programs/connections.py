"""What passes between a program that asks and one that serves: one text there, one back. Owns no state.

Simplification: a connection is one question and one answer; who serves answers at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a server hears. `source` and `source_port` are the asker's, as they arrive: load balancers put their own."""

    text: str
    source: str
    source_port: int = 0


Serve = Callable[[Call], str]
"""How a program answers what comes in on its port."""


class Ending(StrEnum):
    """How a connection ended, in the kernel's words where it is an error (musl's spelling)."""

    ANSWERED = "answered"
    REFUSED = "Connection refused"
    UNREACHABLE = "Host is unreachable"
    NO_WAY_OUT = "Network unreachable"
    TIMED_OUT = "Operation timed out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What came of a connection.

    Attributes:
        takes_s: how long until the asker knew; for one that times out as long as the kernel tries.
        container_id: which container answered, empty when none did.
    """

    ending: Ending
    text: str = ""
    takes_s: float = 0.0
    container_id: str = ""

    @property
    def answered(self) -> bool:
        """Whether somebody listened."""
        return self.ending is Ending.ANSWERED


KERNEL_TRIES_S = 127.0
"""How long a connection is tried that nobody answers. Source: tcp(7), tcp_syn_retries 6."""

NO_NEIGHBOUR_S = 3.1
"""How long it takes to find out that nobody on the link has an address. Source: arp(7), three tries."""

TIMED_OUT = Exchange(ending=Ending.TIMED_OUT, takes_s=KERNEL_TRIES_S)
UNREACHABLE = Exchange(ending=Ending.UNREACHABLE, takes_s=NO_NEIGHBOUR_S)
NO_WAY_OUT = Exchange(ending=Ending.NO_WAY_OUT)


def refused(takes_s: float) -> Exchange:
    """Somebody is there, but nothing listens."""
    return Exchange(ending=Ending.REFUSED, takes_s=takes_s)
