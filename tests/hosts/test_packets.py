"""Real packets between two hosts, what stops them, and how it is told from what nobody saw."""

import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from swarmlab.backends.hosts.packets import Arrival, Count, Noise, judge, listen, read_count, send
from swarmlab.backends.hosts.shell import ProgramShell
from swarmlab.client.protocols import PORTS, Port
from tests.hosts.network import Network

QUIET = Noise(datagrams=0, resets=0)
BEFORE = Count(at_s=100, datagrams=1000, resets=50)
LISTENER = """
python3 -c '
import socket, sys, time
kind = socket.SOCK_STREAM if sys.argv[1] == "tcp" else socket.SOCK_DGRAM
server = socket.socket(socket.AF_INET, kind)
server.bind(("0.0.0.0", int(sys.argv[2])))
if kind == socket.SOCK_STREAM:
    server.listen(64)
print("ready", flush=True)
server.settimeout(60)
while True:
    server.accept() if kind == socket.SOCK_STREAM else server.recv(100)
' {protocol} {number} >listening 2>&1 &
echo $! >pid
until grep -q ready listening; do sleep 0.1; done
"""


def arrival(network: Network, port: Port) -> Arrival:
    return send(network.sender, network.address, port, target=network.target, noise=QUIET)


def counts(after_s: float, *, datagrams: int = 0, resets: int = 0) -> Count:
    return Count(at_s=100 + after_s, datagrams=1000 + datagrams, resets=50 + resets)


# --- real packets --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("port", PORTS)
def test_a_port_that_nobody_holds_is_seen_to_be_open(network: Network, port: Port) -> None:
    """The receiver's kernel counts datagrams for nobody, and its resets."""
    assert arrival(network, port) == "arrived"


@pytest.mark.parametrize("port", PORTS)
def test_a_port_that_somebody_holds_is_seen_to_be_open(network: Network, port: Port, tmp_path: Path) -> None:
    """As an engine's."""
    number, protocol = port.split("/")
    start = LISTENER.replace("{protocol}", protocol).replace("{number}", number)
    assert "ready" not in network.target.run(f"cd {tmp_path}\n{start}")
    try:
        assert arrival(network, port) == ("connected" if protocol == "tcp" else "arrived")
    finally:
        network.target.run(f"kill $(cat {tmp_path}/pid)")


@pytest.mark.parametrize("port", PORTS)
def test_what_a_firewall_drops_is_silent(network: Network, port: Port) -> None:
    """As ufw and a security group do it. Only the port that is closed."""
    number, protocol = port.split("/")
    assert not network.target.run(f"iptables -A INPUT -p {protocol} --dport {number} -j DROP").strip()
    assert arrival(network, port) == "silent"
    other = next(other for other in PORTS if other != port)
    assert arrival(network, other) == "arrived"


def test_a_reset_that_a_firewall_makes_up_is_none_of_the_host(network: Network) -> None:
    """`ufw reject` refuses as a host does on whose port nobody listens: the host's own count of resets tells."""
    network.target.run("iptables -A INPUT -p tcp --dport 2377 -j REJECT --reject-with tcp-reset")
    assert arrival(network, "2377/tcp") == "rejected"


def test_a_firewall_may_say_that_there_is_no_way(network: Network) -> None:
    """As firewalld does it."""
    network.target.run("iptables -A INPUT -p tcp --dport 7946 -j REJECT --reject-with icmp-host-prohibited")
    assert arrival(network, "7946/tcp") == "unreachable"


def test_a_refused_datagram_did_not_arrive(network: Network) -> None:
    """Though the sender is told that nobody listens, in the very words of a host that let it in."""
    network.target.run("iptables -A INPUT -p udp --dport 4789 -j REJECT --reject-with icmp-port-unreachable")
    assert arrival(network, "4789/udp") == "silent"


@pytest.mark.shells
@pytest.mark.parametrize("port", ["2377/tcp", "7946/udp"])
def test_a_busybox_can_send_too(network: Network, port: Port, tmp_path: Path) -> None:
    """A host without bash, as Alpine Linux, sends with nc."""
    busybox = shutil.which("busybox")
    assert busybox is not None
    for program in ("nc", "nslookup", "sh", "seq", "timeout"):
        (tmp_path / program).symlink_to(busybox)
    only_busybox = ["env", f"PATH={tmp_path}", f"{tmp_path}/sh"]
    with closing(ProgramShell([*network.enter_sender, *only_busybox])) as sender:
        assert "bash" not in sender.run("command -v nc bash")
        assert send(sender, network.address, port, target=network.target, noise=QUIET) == "arrived"
        network.target.run(f"iptables -A INPUT -p {port.split('/')[1]} --dport {port.split('/')[0]} -j DROP")
        assert send(sender, network.address, port, target=network.target, noise=QUIET) == "silent"


def test_a_host_without_any_sender_says_so(network: Network, tmp_path: Path) -> None:
    """Neither bash nor busybox."""
    (tmp_path / "sh").symlink_to("/bin/sh")
    with closing(ProgramShell([*network.enter_sender, "env", f"PATH={tmp_path}", f"{tmp_path}/sh"])) as sender:
        assert send(sender, network.address, "2377/tcp", target=network.target, noise=QUIET) == "no sender"


def test_it_is_heard_what_arrives_by_itself(network: Network) -> None:
    """Nothing on a cable that nobody uses; much where somebody sends."""
    noise = listen(network.target)
    assert noise is not None
    assert max(noise.datagrams, noise.resets) < 2
    talk = f"echo >/dev/udp/{network.address}/5353; sleep 0.02"
    with subprocess.Popen([*network.enter_sender, "bash", "-c", f"while :; do {talk}; done"]) as talker:
        noise = listen(network.target)
        talker.kill()
    assert noise is not None
    assert noise.datagrams > 5


def test_without_a_witness_nothing_is_claimed(network: Network) -> None:
    """A refused connection may have been refused by anybody; a datagram tells nothing at all."""
    for port in PORTS:
        assert send(network.sender, network.address, port, target=None, noise=None) == "unseen"


# --- how the counters are read -------------------------------------------------------------------------------------


def test_counters_are_read_as_the_kernel_writes_them() -> None:
    """Datagrams of any fate behind the packet filter, and resets."""
    text = (
        "5.50 9.00\nTcp: InSegs OutRsts\nTcp: 9 7\n"
        "Udp: InDatagrams NoPorts InErrors OutDatagrams\nUdp: 10 3 2 99\nUdpLite: InDatagrams\nUdpLite: 1\n"
    )
    assert read_count(text) == Count(at_s=5.5, datagrams=15, resets=7)


def test_a_host_without_counters_is_no_witness() -> None:
    """Nothing is guessed."""
    assert read_count("5.50 9.00\n") is None
    assert judge("sent", "7946/udp", before=None, after=None, noise=QUIET) == "unseen"


@pytest.mark.parametrize(
    ("more", "expected"),
    [(0, "silent"), (8, "silent"), (20, "unseen"), (32, "arrived"), (80, "arrived"), (500, "unseen")],
)
def test_most_must_arrive(more: int, expected: Arrival) -> None:
    """Of forty a few may be lost, and a sender may send each twice; half, or five hundred, is no answer."""
    assert judge("sent", "4789/udp", before=BEFORE, after=counts(1, datagrams=more), noise=QUIET) == expected


def test_what_others_send_is_taken_off() -> None:
    """At nine datagrams a second by themselves, forty in a second are not forty of ours."""
    noise = Noise(datagrams=9, resets=0)
    assert judge("sent", "7946/udp", before=BEFORE, after=counts(1, datagrams=45), noise=noise) == "arrived"
    assert judge("sent", "7946/udp", before=BEFORE, after=counts(1, datagrams=12), noise=noise) == "silent"


def test_in_much_traffic_nothing_can_be_seen() -> None:
    """A thousand datagrams a second hide forty."""
    noise = Noise(datagrams=1000, resets=0)
    assert judge("sent", "4789/udp", before=BEFORE, after=counts(1, datagrams=1040), noise=noise) == "unseen"


def test_resets_to_others_do_not_open_a_port() -> None:
    """Datagrams that arrive meanwhile say nothing of a TCP port, and the other way round."""
    assert judge("refused", "2377/tcp", before=BEFORE, after=counts(1, datagrams=50), noise=QUIET) == "rejected"
    assert judge("sent", "7946/udp", before=BEFORE, after=counts(1, resets=50), noise=QUIET) == "silent"


def test_what_a_sender_says_is_not_believed_blindly() -> None:
    """A word that it should not say, or none, shows nothing."""
    for word in ("", "sh: syntax error", "open"):
        assert judge(word, "2377/tcp", before=BEFORE, after=counts(1, resets=20), noise=QUIET) == "unseen"


class Replay:
    """A shell that answers with what it was given, one answer after the other."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)

    def run(self, script: str, *, timeout_s: float = 20) -> str:
        return "" if script.startswith("sleep") else self.answers.pop(0)

    def close(self) -> None:
        assert self.answers == []


def counters(at_s: float, datagrams: int) -> str:
    names = "Tcp: OutRsts\nTcp: 0\nUdp: InDatagrams NoPorts InErrors\n"
    return f"{at_s:.2f} 0.00\n{names}Udp: {datagrams} 0 0\n"


def test_a_busy_receiver_is_waited_for() -> None:
    """Whose engine takes our datagrams out two seconds later."""
    with closing(Replay(*(counters(at, n) for at, n in ((10, 0), (10.1, 0), (11.1, 0), (12.1, 40))))) as target:
        assert send(Replay("sent\n"), "10.0.0.1", "7946/udp", target=target, noise=QUIET) == "arrived"


def test_what_was_seen_is_not_unseen_by_waiting() -> None:
    """With every second more arrives by itself, until ours could hide in it."""
    noise = Noise(datagrams=5, resets=0)
    seen = [counters(at, n) for at, n in ((10, 0), (10.1, 0), (11.1, 6), (12.1, 11), (13.1, 16))]
    with closing(Replay(*seen)) as target:
        assert send(Replay("sent\n"), "10.0.0.1", "7946/udp", target=target, noise=noise) == "silent"
