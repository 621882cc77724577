"""The program `ping`, with the lines of busybox's. Source: busybox networking/ping.c; lines recorded from 1.35."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field

from swarmlab.engine.programs.processes import Context, Program, Run, Signal

_DATA_BYTES = 56
_HEADER_BYTES = 8
_LAST_ANSWER_WAIT_S = 10.0
_JITTER = 0.18
_LATE_S = 0.5
"""Answers that take less count as there at once: they are shown with the packet that they answer."""

_MOMENT_S = 0.02
"""Answers that come so close together are shown in the order of their numbers."""

_USAGE = "BusyBox v1.36.1 multi-call binary.\n\nUsage: ping [OPTIONS] HOST\n\nSend ICMP ECHO_REQUESTs to HOST"


class UnknownOption(Exception):
    """An option that this ping does not have."""


@dataclass(slots=True, kw_only=True)
class _Options:
    host: str = ""
    count: int = 0
    interval_s: float = 1.0
    deadline_s: float = 0.0
    wait_s: float = _LAST_ANSWER_WAIT_S
    size: int = _DATA_BYTES
    quiet: bool = False


@dataclass(slots=True)
class _Tally:
    """What was sent; `coming` are the answers under way: when they arrive, to which number, after how long."""

    sent: int = 0
    times_ms: list[float] = field(default_factory=list)
    coming: list[tuple[float, int, float]] = field(default_factory=list)


def _parse(arguments: tuple[str, ...]) -> _Options:
    options, rest = _Options(), list(arguments)
    while rest:
        word = rest.pop(0)
        flag, attached = word[:2], word[2:]
        if word in ("-q", "-4", "-n"):
            options.quiet = options.quiet or word == "-q"
        elif flag in ("-c", "-i", "-w", "-W", "-s"):
            _set(options, flag, attached or (rest.pop(0) if rest else ""))
        elif word.startswith("-"):
            raise UnknownOption(word[1:2])
        else:
            options.host = word
    return options


def _set(options: _Options, flag: str, value: str) -> None:
    try:
        number = float(value)
    except ValueError:
        raise UnknownOption(flag[1:]) from None
    match flag:
        case "-c":
            options.count = int(number)
        case "-i":
            options.interval_s = number
        case "-w":
            options.deadline_s = number
        case "-W":
            options.wait_s = number
        case "-s":
            options.size = int(number)


def _run(context: Context) -> Run:
    try:
        options = _parse(context.arguments[1:])
    except UnknownOption as option:
        context.complain(f"ping: invalid option -- '{option}'\n{_USAGE}")
        return 1
    if not options.host:
        context.complain(_USAGE)
        return 1
    addresses = context.network.resolve(options.host)
    if not addresses:
        context.complain(f"ping: bad address '{options.host}'")
        return 1
    context.print(f"PING {options.host} ({addresses[0]}): {options.size} data bytes")
    tally = _Tally()
    with suppress(Signal):
        yield from _send(context, options, addresses[0], tally)
    _print_statistics(context, options, tally)
    return 0 if tally.times_ms else 1


def _send(context: Context, options: _Options, address: str, tally: _Tally) -> Run:
    """Send until the count or the deadline is reached; answers are shown when they have come."""
    began = context.clock.now
    while True:
        _send_one(context, address, tally)
        _show_come(context, options, address, tally)
        if options.count and tally.sent >= options.count:
            return (yield from _await_last(context, options, address, tally))
        yield options.interval_s
        if options.deadline_s and context.clock.now - began >= options.deadline_s:
            return 0


def _send_one(context: Context, address: str, tally: _Tally) -> None:
    usual_s = context.network.round_trip_s(address)
    if usual_s is not None:
        # Most answers come close to the usual time, none much before it.
        lateness = context.chance.between(0, 1) ** 3
        time_s = round(usual_s * (1 + _JITTER * (4 * lateness - 0.5)), 6) if usual_s < _LATE_S else usual_s
        tally.coming.append((context.clock.now + (time_s if time_s >= _LATE_S else 0), tally.sent, time_s))
    tally.sent += 1


def _await_last(context: Context, options: _Options, address: str, tally: _Tally) -> Run:
    if tally.coming:
        yield max(0.0, max(arrival for arrival, _, _ in tally.coming) - context.clock.now)
        _show_come(context, options, address, tally)
    if len(tally.times_ms) < options.count:
        yield 1.0 if tally.times_ms else options.wait_s
    return 0


def _show_come(context: Context, options: _Options, address: str, tally: _Tally) -> None:
    still: list[tuple[float, int, float]] = []
    for arrival, number, time_s in tally.coming:
        if arrival > context.clock.now + _MOMENT_S:
            still.append((arrival, number, time_s))
            continue
        tally.times_ms.append(time_s * 1000)
        if not options.quiet:
            size, ttl = options.size + _HEADER_BYTES, context.network.ttl(address)
            context.print(f"{size} bytes from {address}: seq={number} ttl={ttl} time={time_s * 1000:.3f} ms")
    tally.coming = still


def _print_statistics(context: Context, options: _Options, tally: _Tally) -> None:
    received, times = len(tally.times_ms), tally.times_ms
    lost = 100 * (tally.sent - received) // tally.sent
    context.print(f"\n--- {options.host} ping statistics ---")
    context.print(f"{tally.sent} packets transmitted, {received} packets received, {lost}% packet loss")
    if times:
        average = sum(times) / received
        context.print(f"round-trip min/avg/max = {min(times):.3f}/{average:.3f}/{max(times):.3f} ms")


PING = Program(name="ping", run=_run, handles=frozenset({"SIGINT"}))
