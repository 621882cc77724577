"""What a human types on a host, or in the cloud, to break it or to mend it. Pure: hosts in, lines of a shell out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from swarmlab.backends.hosts.settings import HostSettings
from swarmlab.client.protocols import PORTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Lines to type, and where."""

    where: str
    lines: Sequence[str]

    def __str__(self) -> str:
        return "\n".join(
            (f"{self.where[0].upper()}{self.where[1:]}, type:", "", *(f"    {line}" for line in self.lines))
        )


def commands_for(verb: str, host: HostSettings, peers: Sequence[HostSettings], **more: str) -> Steps:
    """The steps for a fault or for its end.

    Args:
        verb: `stop`, `start`, `disconnect`, `reconnect`, `lose`; `block` or `open` and the wall.
        host: to be broken or mended.
        peers: the other hosts.
        more: the `port`, or the `container`.
    """
    where = f"on {host.name}"
    if verb.endswith("security_group"):
        where = "where you have the command of your cloud (or in its console)"
    return Steps(where=where, lines=_LINES[verb](host, peers, **more))


Lines = Callable[..., Sequence[str]]


def _stop(host: HostSettings, peers: Sequence[HostSettings]) -> Sequence[str]:
    # As a power cut: killed, not asked to stop its containers in peace. The socket would start Docker again.
    return [
        "sudo systemctl stop docker.socket",
        "sudo systemctl kill --signal=SIGKILL docker",
        "sudo systemctl stop docker",
    ]


def _start(host: HostSettings, peers: Sequence[HostSettings]) -> Sequence[str]:
    return ["sudo systemctl start docker.socket docker"]


def _disconnect(host: HostSettings, peers: Sequence[HostSettings]) -> Sequence[str]:
    return [
        line
        for peer in peers
        for line in (
            f"sudo iptables -I INPUT -s {peer.address} -j DROP",
            f"sudo iptables -I OUTPUT -d {peer.address} -j DROP",
        )
    ]


def _reconnect(host: HostSettings, peers: Sequence[HostSettings]) -> Sequence[str]:
    return [line.replace(" -I ", " -D ") for line in _disconnect(host, peers)]


def _lose(host: HostSettings, peers: Sequence[HostSettings], *, container: str) -> Sequence[str]:
    return [*_stop(host, peers), f"sudo rm -r /var/lib/docker/containers/{container}", *_start(host, peers)]


def _block(host: HostSettings, peers: Sequence[HostSettings], *, port: str) -> Sequence[str]:
    number, protocol = port.split("/")
    if port in PORTS:
        return [f"sudo ufw insert 1 deny {port}"]
    # A published port never comes to ufw: Docker hands it on before. Source: Docker's manual, "Packet filtering".
    match = f"-p {protocol} -m conntrack --ctorigdstport {number} --ctdir ORIGINAL"
    return [f"sudo iptables -I DOCKER-USER {match} -j DROP"]


def _open(host: HostSettings, peers: Sequence[HostSettings], *, port: str) -> Sequence[str]:
    if port in PORTS:
        return [f"sudo ufw delete deny {port}", f"sudo ufw allow {port}"]
    return [line.replace(" -I ", " -D ") for line in _block(host, peers, port=port)]


def _group(verb: str) -> Lines:
    def lines(host: HostSettings, peers: Sequence[HostSettings], *, port: str) -> Sequence[str]:
        number, protocol = port.split("/")
        group = "--group-id GROUP-OF-YOUR-HOSTS"
        source = "--source-group GROUP-OF-YOUR-HOSTS" if port in PORTS else "--cidr 0.0.0.0/0"
        return [f"aws ec2 {verb}-security-group-ingress {group} --protocol {protocol} --port {number} {source}"]

    return lines


_LINES: dict[str, Lines] = {
    "stop": _stop,
    "start": _start,
    "disconnect": _disconnect,
    "reconnect": _reconnect,
    "lose": _lose,
    "block firewall": _block,
    "open firewall": _open,
    "block security_group": _group("revoke"),
    "open security_group": _group("authorize"),
}
