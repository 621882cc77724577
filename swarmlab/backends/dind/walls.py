"""Which packets reach a node: the state of a lab's links and walls, and the packet filter rules that make it so.

Pure: text in, text out. Each fault is a rule in a chain of its own inside the node's network namespace; the entry
script of the node container hooks the chains in, and puts the text made here into force.

The host's own firewall is the table where Ubuntu's `ufw` works too: filter, chain INPUT. The cloud's half, the
security group, stands in front of the host: it is simulated by the table `mangle`, chain PREROUTING, which packets pass
before the host's firewall sees them. Both drop real packets, so both must let one pass. Loopback and what a node sends
to itself never pass either. Unlike a firewall with memory, they stop what is already connected too, so a lesson need
not wait for a connection to end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from swarmlab.client.protocols import PORTS, WALLS, Port, Wall


@dataclass(slots=True, kw_only=True)
class Links:
    """Every fault of a lab's network, as data.

    Attributes:
        addresses: private address of each host.
        public_addresses: public address of each host.
        blocked: what is dropped, as (host, port, wall).
        disconnected: hosts cut from all others.
        outside: hosts that others reach, and that reach others, by public addresses only.
    """

    addresses: Mapping[str, str]
    public_addresses: Mapping[str, str]
    blocked: set[tuple[str, str, Wall]] = field(default_factory=set)
    disconnected: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)

    def heal(self) -> None:
        """Forget every fault."""
        self.blocked.clear()
        self.disconnected.clear()
        self.outside.clear()

    def blocked_at(self, node: str, port: str) -> tuple[Wall, ...]:
        """The walls of `node` that drop packets to `port`."""
        return tuple(wall for wall in WALLS if (node, port, wall) in self.blocked)

    def rules(self, node: str) -> str:
        """Input of `iptables-restore --noflush` for one node: its chains, complete."""
        return "".join(
            (
                _table("mangle", {"SWARMLAB-GROUP": self._group(node), "SWARMLAB-OUT": self._out(node)}),
                _table("filter", {"SWARMLAB-FIREWALL": self._firewall(node)}),
                _table("nat", {"SWARMLAB-PUBLIC": self._public()}),
            )
        )

    def _group(self, node: str) -> Iterator[str]:
        # A cut link is a drop at the receiver's, on both sides: the sender's kernel must not report an error.
        for peer, address in self._peers(node):
            if {node, peer} & self.disconnected:
                yield f"-s {address} -j DROP"
        yield from self._drops(node, "security_group")

    def _firewall(self, node: str) -> Iterator[str]:
        yield from self._drops(node, "firewall")
        for peer, address in self._peers(node):
            for port in PORTS:
                yield f"-s {address} {_match(port)} -m comment --comment {counter(peer, port)}"

    def _drops(self, node: str, wall: Wall) -> Iterator[str]:
        for host, port, where in sorted(self.blocked):
            if (host, where) == (node, wall):
                yield f"{_match(port)} -j DROP"

    def _out(self, node: str) -> Iterator[str]:
        for peer, address in self._peers(node):
            if {node, peer} & self.outside:
                # What was sent to the public address carries the private one by now; connection tracking knows.
                yield f"-m conntrack --ctorigdst {address} --ctdir ORIGINAL -j DROP"

    def _public(self) -> Iterator[str]:
        for host, address in self.public_addresses.items():
            yield f"-d {address} -j DNAT --to-destination {self.addresses[host]}"

    def _peers(self, node: str) -> Iterator[tuple[str, str]]:
        return ((peer, address) for peer, address in self.addresses.items() if peer != node)


def counter(peer: str, port: Port) -> str:
    """Comment of the rule that counts what `peer` sent to `port` and both walls let pass."""
    return f"from-{peer}-{port.replace('/', '-')}"


def _match(port: str) -> str:
    number, protocol = port.split("/")
    return f"-p {protocol} --dport {number}"


def _table(table: str, chains: Mapping[str, Iterator[str]]) -> str:
    lines = [f"*{table}", *(f":{chain} - [0:0]" for chain in chains)]
    lines += [f"-A {chain} {rule}" for chain, rules in chains.items() for rule in rules]
    return "\n".join([*lines, "COMMIT", ""])
