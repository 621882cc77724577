"""Real packets from one host to a port of another, and whether they got there.

A TCP connection that comes about is proof. Where nobody listens, and of UDP always, the receiver's kernel is the
witness: it counts the datagrams that it took for a socket or found none for, and the resets that it answered with to
connections that nobody wanted (/proc/net/snmp; anybody may read it). Both happen behind the host's packet filter, so
neither a packet that `ufw` drops is counted, nor the reset that a filter makes up. No listener is needed, so nothing is
left behind, and a port that an engine holds is seen the same way as a free one. What an engine gets of ours it drops:
the word `swarmlab`, or a question for that name, is nothing that it understands.

Others send, too. How much arrives by itself is counted first, for a second; where that is too much to see ours in it,
the answer is unknown.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Final, Literal

from swarmlab.backends.hosts.shell import Shell

SENT: Final = {"tcp": 20, "udp": 40}
"""Connections tried where one was refused, and datagrams."""

TCP_TIMEOUT_S: Final = 3
AGAIN_TIMEOUT_S: Final = 5
"""Of all connections that are tried after one was refused: at once, unless a packet filter makes each wait."""

ENOUGH: Final = 0.8
"""Of those that were sent; UDP may lose one."""

TOO_MANY: Final = 3
"""Times as many as were sent are not ours; a question for a name is one or two."""

WORK_TIMEOUT_S: Final = 30
"""Of all that one sender does for one port."""

LATE_S: Final = 3
"""How late a packet may be counted."""

Arrival = Literal["connected", "arrived", "silent", "rejected", "unreachable", "unseen", "no sender"]
"""What became of the packets.

connected: a TCP connection came about. arrived: the receiver's kernel counted them. silent: nothing came back, and
nothing was counted. rejected: refused, but not by the receiver's TCP: a packet filter did. unreachable: no way there,
or a packet filter that says so. unseen: nobody could look, or too much else arrived. no sender: there is no program
that sends.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """What a host's kernel has counted so far, at a moment of its own in seconds."""

    at_s: float
    datagrams: int
    resets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """How much arrives by itself, a second."""

    datagrams: float
    resets: float


COUNT_SCRIPT: Final = "cat /proc/uptime /proc/net/snmp 2>/dev/null"

_CONNECT = r"""
LC_ALL=C; export LC_ALL
connect() {
    if command -v bash >/dev/null; then
        timeout TIMEOUT bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1
    elif command -v nc >/dev/null; then
        timeout TIMEOUT nc "$1" "$2" </dev/null 2>&1
    else
        echo no sender
        return 1
    fi
}
connect_again() {
    if command -v bash >/dev/null; then
        timeout AGAIN bash -c 'for each in $(seq 2 SENT); do true 3<>"/dev/tcp/$0/$1"; done' "$1" "$2"
    else
        for each in $(seq 2 SENT); do connect "$1" "$2"; done
    fi
} >/dev/null 2>&1
said="$(connect ADDRESS NUMBER)"
case "$?:$said" in
    0:*) echo connected ;;
    124:*|143:*|*'timed out'*) echo silent ;;
    *refused*) connect_again ADDRESS NUMBER; echo refused ;;
    *'o route to host'*|*unreachable*|*prohibited*) echo unreachable ;;
    *) echo "$said" ;;
esac
"""

# busybox has a program that sends a datagram in each of its flavours: one that asks for names.
_SEND = r"""
if command -v bash >/dev/null; then
    bash -c 'for each in $(seq SENT); do echo swarmlab >"/dev/udp/$0/$1"; done' ADDRESS NUMBER 2>/dev/null
elif command -v nslookup >/dev/null; then
    for each in $(seq SENT); do timeout 1 nslookup swarmlab ADDRESS:NUMBER >/dev/null 2>&1 & done
    wait
else
    echo no sender
    exit
fi
echo sent
"""


def sending_script(address: str, port: str) -> str:
    """What the sender types."""
    number, protocol = port.split("/")
    lines = _CONNECT if protocol == "tcp" else _SEND
    values = {
        "ADDRESS": shlex.quote(address),
        "NUMBER": number,
        "SENT": str(SENT[protocol]),
        "TIMEOUT": str(TCP_TIMEOUT_S),
        "AGAIN": str(AGAIN_TIMEOUT_S),
    }
    return re.sub("|".join(values), lambda name: values[name[0]], lines)


def send(sender: Shell, address: str, port: str, *, target: Shell | None, noise: Noise | None) -> Arrival:
    """Send packets, and see what becomes of them.

    Args:
        sender: on the host that sends.
        address: of the host that is to receive them.
        port: of that host.
        target: on that host; None where nobody can look.
        noise: what arrives there by itself, as `listen` heard it.

    Raises:
        ShellFailed: one of the shells ended.
    """
    script = sending_script(address, port)
    before = count(target) if target else None
    word = _last_word(sender.run(script, timeout_s=WORK_TIMEOUT_S))
    arrival = judge(word, port, before=before, after=count(target) if target else None, noise=noise)
    # A datagram for a socket counts when its owner takes it out, and who is busy does that late.
    for _ in range(LATE_S):
        if target is None or word != "sent" or arrival == "arrived":
            break
        target.run("sleep 1")
        later = judge(word, port, before=before, after=count(target), noise=noise)
        # The longer it takes, the more arrives by itself: what was seen once is not unseen by that.
        arrival = arrival if later == "unseen" else later
    return arrival


def listen(target: Shell) -> Noise | None:
    """How much arrives by itself; None where the kernel's counters cannot be read."""
    before = count(target)
    target.run("sleep 1")
    after = count(target)
    if before is None or after is None or after.at_s <= before.at_s:
        return None
    seconds = after.at_s - before.at_s
    return Noise(
        datagrams=(after.datagrams - before.datagrams) / seconds, resets=(after.resets - before.resets) / seconds
    )


def count(target: Shell) -> Count | None:
    """What the host's kernel has counted."""
    return read_count(target.run(COUNT_SCRIPT))


def read_count(text: str) -> Count | None:
    """The counters in /proc/uptime and /proc/net/snmp; None where they are not there."""
    uptime = re.search(r"^(\d+\.\d+) \d+\.\d+$", text, re.MULTILINE)
    udp, tcp = _table(text, "Udp"), _table(text, "Tcp")
    if not uptime or not {"InDatagrams", "NoPorts", "InErrors"} <= udp.keys() or "OutRsts" not in tcp:
        return None
    datagrams = udp["InDatagrams"] + udp["NoPorts"] + udp["InErrors"]
    return Count(at_s=float(uptime[1]), datagrams=datagrams, resets=tcp["OutRsts"])


def judge(word: str, port: str, *, before: Count | None, after: Count | None, noise: Noise | None) -> Arrival:
    """What the sender's word and the receiver's counters say together."""
    match word:
        case "connected" | "unreachable" | "silent" | "no sender":
            return word
        case "refused" | "sent" if before and after and noise:
            seconds = after.at_s - before.at_s
            if port.endswith("/udp"):
                more = after.datagrams - before.datagrams
                return _seen(more, seconds * noise.datagrams, sent=SENT["udp"], otherwise="silent")
            more = after.resets - before.resets
            return _seen(more, seconds * noise.resets, sent=SENT["tcp"], otherwise="rejected")
    return "unseen"


def _seen(more: int, expected: float, *, sent: int, otherwise: Literal["silent", "rejected"]) -> Arrival:
    """Whether ours are among what arrived, given how much would have arrived without them."""
    ours = more - expected
    if expected > sent / 4 or ours > TOO_MANY * sent:
        return "unseen"
    if ours >= ENOUGH * sent:
        return "arrived"
    return otherwise if ours <= sent - ENOUGH * sent else "unseen"


def _table(text: str, name: str) -> dict[str, int]:
    """Two lines of /proc/net/snmp: one of names, one of numbers."""
    lines = re.findall(rf"^{name}: (.*)$", text, re.MULTILINE)
    if len(lines) != 2:
        return {}
    return dict(zip(lines[0].split(), map(int, lines[1].split()), strict=False))


def _last_word(said: str) -> str:
    lines = said.strip().splitlines()
    return lines[-1] if lines else ""
