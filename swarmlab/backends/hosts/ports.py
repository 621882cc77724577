"""Which ports can be reached between two of the learner's hosts: a real connection, made from one of them.

Owns what the lab can see without root. A port of TCP is tried from the peer, through ssh; what becomes of a datagram
nobody sees without root, so those are refused with the commands that show it.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

from swarmlab.backends.hosts.endpoints import resolve
from swarmlab.backends.hosts.settings import HostSettings
from swarmlab.backends.hosts.ssh import ssh_command, ssh_environment
from swarmlab.client.protocols import PORTS, FaultRefused, Port, PortCheck

CONNECT_TIMEOUT_S = 3
SSH_TIMEOUT_S = 20

_SILENT = 124
"""Status of `timeout` when time was up."""

_SSH_FAILED = 255


class HostsPorts:
    """Tries ports from host to host. Implements `Ports`."""

    def __init__(self, hosts: Mapping[str, HostSettings]) -> None:
        self._hosts = hosts

    def check(self, node: str, port: Port, *, peer: str) -> PortCheck:
        """Connect from `peer` to the private address of `node`.

        A port that nobody listens on is open, too: nothing on the way has dropped the packet. At which wall one is
        dropped cannot be seen from outside.

        Raises:
            FaultRefused: it cannot be seen from here; the text says how it can.
        """
        if port not in PORTS:
            raise ValueError(f"no port {port!r} to check; a swarm uses {', '.join(PORTS)}")
        return PortCheck(node=node, peer=peer, port=port, open=self.arrives(node, port, peer=peer))

    def arrives(self, node: str, port: str, *, peer: str) -> bool:
        """Whether packets for any port of TCP get through; refuses as `check` does."""
        if node == peer:
            raise ValueError(f"a check needs two hosts; {node} reaches its own ports always")
        target, sender = self._host(node), self._host(peer)
        number, protocol = port.split("/")
        url = resolve(sender).url
        if protocol != "tcp" or not url.startswith("ssh://"):
            raise FaultRefused(_by_hand(target, sender, number, protocol))
        # Double quotes, so that it is one word for whichever shell the user has there.
        line = f'timeout {CONNECT_TIMEOUT_S} bash -c "exec 3<>/dev/tcp/{target.address}/{number}"'
        status, said = _run(ssh_command(url, line))
        if status == _SSH_FAILED:
            raise FaultRefused(f"{peer} cannot be asked: {said or 'ssh failed'}. Try by hand: ssh {peer} true")
        return status == 0 or "Connection refused" in said

    def _host(self, name: str) -> HostSettings:
        try:
            return self._hosts[name]
        except KeyError:
            raise ValueError(f"no node {name!r} in this lab; it has {', '.join(self._hosts)}") from None


def _run(command: list[str]) -> tuple[int, str]:
    """The status of a command, and what it said in its errors."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=SSH_TIMEOUT_S, check=False, env=ssh_environment(),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return _SILENT, ""
    except OSError as error:
        return _SSH_FAILED, str(error.strerror)
    return done.returncode, done.stderr.strip()


def _by_hand(target: HostSettings, sender: HostSettings, number: str, protocol: str) -> str:
    flag = "-u " if protocol == "udp" else ""
    return (
        f"Whether {number}/{protocol} of {target.name} lets packets pass cannot be seen from here. On {target.name},"
        f" type sudo tcpdump -ni any {protocol} port {number} and src {sender.address}; then, on {sender.name},"
        f" echo lab | nc -w 1 {flag}{target.address} {number}. A line in the first terminal is a packet that arrived."
    )
