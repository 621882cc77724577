"""The ports' panel: which of the four ports that a swarm needs are open between which machines.

Every cell is asked for: a packet is sent from one machine to the other. Nothing is kept up to date by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from ipywidgets import HTML, Dropdown, Widget

from swarmlab.client.protocols import PORTS, Port, PortCheck
from swarmlab.widgets.panel import Panel, row, table

FEW = 5
"""Up to so many machines all pairs are shown at once."""

MEANING: dict[Port, str] = {
    "2377/tcp": "cluster management",
    "7946/tcp": "node to node",
    "7946/udp": "node to node",
    "4789/udp": "overlay traffic",
}


class PortsPanel(Panel):
    """`lab.panels.ports()`."""

    title = "ports"
    card_rows = 2
    says = "2377/tcp, 7946/tcp, 7946/udp, 4789/udp between every two nodes, open or closed"

    def parts(self) -> Sequence[Widget]:
        """See Panel."""
        names = [node.name for node in self.cluster]
        everywhere = [("all nodes", "")] if len(names) <= FEW else []
        self.node = Dropdown(
            options=[*everywhere, *((name, name) for name in names)],
            description="to",
            tooltip="The machine whose ports are tried; a packet is sent to each of them from the others",
        )
        self.matrix = HTML(table("Not asked yet.", self._headers(), []), _dom_classes=("swarmlab-ports",))
        self.observed(self.node)
        return (
            row(
                self.node,
                self.call_button("check the ports", self._text, lambda: partial(self._check, list(self._pairs()))),
            ),
            self.matrix,
        )

    def _headers(self) -> Sequence[str]:
        return ("FROM → TO", *(f"{port} {MEANING[port]}" for port in PORTS))

    def _text(self) -> str:
        """The first of many calls that are alike."""
        peer, node = next(self._pairs())
        return f"lab[{node!r}].check({PORTS[0]!r}, peer=lab[{peer!r}])  # and so on, for each port of each pair"

    def _check(self, pairs: Sequence[tuple[str, str]]) -> str:
        found = {pair: [self._ask(*pair, port) for port in PORTS] for pair in pairs}
        self.matrix.value = table(
            "A port is open when a packet that is sent to it arrives.",
            self._headers(),
            [(f"{peer} → {node}", *map(in_words, checks)) for (peer, node), checks in found.items()],
        )
        closed = sum(not check.open for checks in found.values() for check in checks)
        return f"{len(pairs) * len(PORTS)} ports tried, {closed} closed" if closed else "every port is open"

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """Who sends, and to whom."""
        names = [node.name for node in self.cluster]
        for node in [self.node.value] if self.node.value else names:
            yield from ((peer, node) for peer in names if peer != node)

    def _ask(self, peer: str, node: str, port: Port) -> PortCheck:
        return self.cluster[node].check(port, peer=self.cluster[peer])


def in_words(check: PortCheck) -> str:
    """`✓ open`, or `✗ closed` with the walls that drop packets."""
    if check.open:
        return "✓ open"
    return f"✗ closed: {check.walls}" if check.walls else "✗ closed"
