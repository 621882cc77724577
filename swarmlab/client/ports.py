"""The table that says which ports are open between every two hosts; a Cluster tries them."""

from __future__ import annotations

from itertools import groupby

from swarmlab.client.protocols import PORTS, PortCheck
from swarmlab.client.tables import table


class PortChecks(tuple[PortCheck, ...]):
    """The answers, host by host; a cell that ends with them shows a table with a line a direction."""

    __slots__ = ()

    def __repr__(self) -> str:
        rows = [
            (*ends, *("open" if check.open else "CLOSED" for check in checks))
            for ends, checks in groupby(self, key=lambda check: (check.peer, check.node))
        ]
        return table(("FROM", "TO", *PORTS), rows)

    @property
    def closed(self) -> list[PortCheck]:
        """Those of which no packet arrived."""
        return [check for check in self if not check.open]
