"""What must not be seen in a saved notebook: a real swarm's join tokens and unlock keys.

Whoever has one can join the swarm as a manager, or start a stolen manager. Owns how they are hidden and where. The
simulated engines' ones open nothing, and are shown.
"""

from __future__ import annotations

import re

from swarmlab.client.protocols import Backend

HIDDEN = "…masked"
_SECRET = re.compile(r"(SWMTKN-1-|SWMKEY-1-)[0-9A-Za-z+/=-]+")


def masked(text: str) -> str:
    """The text with every join token and unlock key hidden; what kind it is stays: `SWMTKN-1-…masked`."""
    return _SECRET.sub(rf"\1{HIDDEN}", text)


def is_simulated(backend: Backend) -> bool:
    """Whether its secrets open nothing real."""
    return backend.name == "embedded"


def shown(text: str, backend: Backend, *, asked: bool = False) -> str:
    """The text as it may be shown: masked where the engines are real, unless somebody `asked` for its secrets."""
    return text if asked or is_simulated(backend) else masked(text)
