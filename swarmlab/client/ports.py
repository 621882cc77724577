"""Every port that a swarm needs, tried between every two hosts, and the table that says which are open.

Owns what is tried, and how it reads. Whether a packet arrives is asked of a node (swarmlab.client.cluster).
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from typing import TYPE_CHECKING

from swarmlab.client.protocols import PORTS, PortCheck
from swarmlab.client.tables import table

if TYPE_CHECKING:
    from swarmlab.client.cluster import Node


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


def try_ports(nodes: Collection[Node]) -> PortChecks:
    """Send a packet for each port from each host to each other one."""
    return PortChecks(
        node.check(port, peer=peer) for node in nodes for peer in nodes if peer is not node for port in PORTS
    )
