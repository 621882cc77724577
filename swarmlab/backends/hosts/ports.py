"""Which ports can be reached between two of the learner's hosts: real packets, sent from one of them.

Owns what the lab can see without root, by a shell on the host that sends and another on the one that receives: over
ssh, or on this machine. What `packets` cannot tell is refused with the commands that show it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing
from threading import Lock

from swarmlab.backends.hosts import packets
from swarmlab.backends.hosts.endpoints import EndpointFailed, connect, resolve
from swarmlab.backends.hosts.packets import Arrival, Noise
from swarmlab.backends.hosts.settings import HostSettings
from swarmlab.backends.hosts.shell import Shell, ShellFailed, open_shell
from swarmlab.client.protocols import PORTS, FaultRefused, Port, PortCheck, Wall

LISTENED_FOR_S = 10
"""How long it is believed what arrives at a host by itself."""

_OPEN = ("connected", "arrived")
_CLOSED = ("silent", "rejected", "unreachable")
_UNSEEN = {
    "unseen": "nobody is on {node} to look, or too much else arrives there",
    "no sender": "{peer} has neither bash nor busybox to send with",
}
_NO_SHELL = (ShellFailed, EndpointFailed)


class HostsPorts:
    """Tries ports from host to host. Implements `Ports`."""

    def __init__(self, hosts: Mapping[str, HostSettings]) -> None:
        self._hosts = hosts
        self._shells: dict[str, Shell] = {}
        self._heard: dict[str, tuple[float, Noise | None]] = {}
        self._one_at_a_time = Lock()  # each counts what arrives

    def check(self, node: str, port: Port, *, peer: str) -> PortCheck:
        """Send packets from `peer` to the private address of `node`, and look there whether they arrive.

        A port that nobody listens on is open, too: nothing on the way has dropped the packet. A wall that keeps silent
        may be either; one that refuses aloud is the host's firewall.

        Raises:
            FaultRefused: it cannot be seen from here; the text says how it can.
        """
        if port not in PORTS:
            raise ValueError(f"no port {port!r} to check; a swarm uses {', '.join(PORTS)}")
        arrival = self._send(node, port, peer)
        walls: tuple[Wall, ...] = ("firewall",) if arrival == "rejected" else ()
        return PortCheck(node=node, peer=peer, port=port, open=arrival in _OPEN, blocked_at=walls)

    def arrives(self, node: str, port: str, *, peer: str) -> bool:
        """Whether packets for any port get through; refuses as `check` does."""
        return self._send(node, port, peer) in _OPEN

    def close(self) -> None:
        """End the shells."""
        with self._one_at_a_time:
            for name in list(self._shells):
                self._shells.pop(name).close()

    def _send(self, node: str, port: str, peer: str) -> Arrival:
        """What became of packets, where it is known."""
        if node == peer:
            raise ValueError(f"a check needs two hosts; {node} reaches its own ports always")
        target, sender = self._host(node), self._host(peer)
        with self._one_at_a_time:
            try:
                arrival = self._try(target, port, self._shell(sender))
            except _NO_SHELL as error:
                raise FaultRefused(_by_hand(target, sender, port, f"{peer}: {error}")) from None
        if arrival not in (*_OPEN, *_CLOSED):
            raise FaultRefused(_by_hand(target, sender, port, _UNSEEN[arrival].format(peer=peer, node=node)))
        if port not in PORTS and (port.endswith("/udp") or arrival == "rejected"):
            # What Docker publishes it hands to a container, which refuses or takes it: the host's kernel counts none.
            raise FaultRefused(_by_hand(target, sender, port, f"{node} may have handed it to a container"))
        return arrival

    def _try(self, target: HostSettings, port: str, sender: Shell) -> Arrival:
        witness, noise = self._listen(target)
        return packets.send(sender, target.address, port, target=witness, noise=noise)

    def _listen(self, target: HostSettings) -> tuple[Shell | None, packets.Noise | None]:
        """The shell that counts what arrives, and how much arrives by itself; neither where it says nothing."""
        try:
            witness = self._shell(target)
            when, noise = self._heard.get(target.name, (0.0, None))
            if noise is None or time.monotonic() - when > LISTENED_FOR_S:
                noise = packets.listen(witness)
                self._heard[target.name] = time.monotonic(), noise
        except _NO_SHELL:
            return None, None
        return witness, noise

    def _shell(self, host: HostSettings) -> Shell:
        """The shell on a host; one that has broken meanwhile is opened anew."""
        if host.name in self._shells:
            try:
                self._shells[host.name].run(":")
            except ShellFailed:
                self._shells.pop(host.name).close()
            else:
                return self._shells[host.name]
        shell = open_shell(resolve(host).url, lambda: _info(host))
        try:
            shell.run(":")
        except ShellFailed:
            shell.close()
            raise
        self._shells[host.name] = shell
        return shell

    def _host(self, name: str) -> HostSettings:
        try:
            return self._hosts[name]
        except KeyError:
            raise ValueError(f"no node {name!r} in this lab; it has {', '.join(self._hosts)}") from None


def _info(host: HostSettings) -> Mapping[str, object]:
    with closing(connect(host)) as client:
        info: Mapping[str, object] = client.info()
        return info


def _by_hand(target: HostSettings, sender: HostSettings, port: str, why: str) -> str:
    number, protocol = port.split("/")
    flag = "-u " if protocol == "udp" else ""
    return (
        f"Whether {port} of {target.name} lets packets pass cannot be seen from here ({why}). On {target.name},"
        f" type sudo tcpdump -ni any {protocol} port {number} and src {sender.address}; then, on {sender.name},"
        f" echo lab | nc -w 1 {flag}{target.address} {number}. A line in the first terminal is a packet that arrived."
    )
