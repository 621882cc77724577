"""The programs that look at names, ports and interfaces: `nslookup`, `getent`, `nc`, `netstat`. Own no state.

Source: busybox 1.36 networking; texts recorded from 1.35, `nc` from Alpine's.
"""

from __future__ import annotations

from dataclasses import replace

from swarmlab.engine.programs.busybox import at_once, not_simulated
from swarmlab.engine.programs.connections import TIMED_OUT, Exchange
from swarmlab.engine.programs.options import Options, UnknownOption, parse_options
from swarmlab.engine.programs.processes import Context, Program, Run
from swarmlab.engine.programs.standard_input import read_all


def _nslookup(context: Context) -> int:
    if len(context.arguments) != 2:
        return not_simulated(context, " ".join(context.arguments[1:]))
    name = context.arguments[1]
    addresses = context.network.resolve(name)
    context.print("Server:\t\t127.0.0.11\nAddress:\t127.0.0.11:53\n")
    if not addresses:
        # Two questions are asked, for each kind of address.
        context.print(f"** server can't find {name}: NXDOMAIN\n")
        context.print(f"** server can't find {name}: NXDOMAIN\n")
        return 1
    context.print("Non-authoritative answer:")
    for address in addresses:
        context.print(f"Name:\t{name}\nAddress: {address}")
    context.print("\nNon-authoritative answer:\n")
    return 0


def _getent(context: Context) -> int:
    match context.arguments[1:]:
        case (("hosts" | "ahosts" | "ahostsv4") as database, name):
            addresses = context.network.resolve(name)
            shown = addresses[:1] if database == "hosts" else addresses
            for address in shown:
                context.print(f"{address:16}  {name}" if database == "hosts" else f"{address:16} STREAM {name}")
            return 0 if addresses else 2
    return not_simulated(context, " ".join(context.arguments[1:]) or "no database")


def _nc(context: Context) -> Run:
    try:
        options = parse_options(context.arguments[1:], ("-z", "-v", "-n"), ("-w",))
    except UnknownOption as option:
        context.complain(f"nc: unrecognized option: {str(option).lstrip('-')}")
        return 1
    match options.words:
        case (host, port) if port.isdigit():
            addresses = context.network.resolve(host)
            if not addresses:
                context.complain(f"nc: bad address '{host}'")
                return 1
            return (yield from _talk(context, options, host, addresses[0], int(port)))
    return not_simulated(context, "listening" if not options.words else " ".join(context.arguments[1:]))


def _talk(context: Context, options: Options, host: str, address: str, port: int) -> Run:
    text = "" if options.has("-z") else (yield from read_all(context.stdin))
    exchange = context.network.connect(address, port, text)
    limit_s = options.seconds("-w")
    if limit_s is not None and exchange.takes_s > limit_s:
        exchange = replace(TIMED_OUT, takes_s=limit_s)
    yield exchange.takes_s
    return _tell(context, options, exchange, f"{host} ({address}:{port})", limited=limit_s is not None)


def _tell(context: Context, options: Options, exchange: Exchange, where: str, *, limited: bool) -> int:
    if exchange.answered:
        if options.has("-v"):
            context.complain(f"{where} open")
        if not options.has("-z"):
            context.write("stdout", exchange.text)
        return 0
    if not options.has("-z") or options.has("-v"):
        timed_out = exchange.ending is TIMED_OUT.ending and limited
        context.complain("nc: timed out" if timed_out else f"nc: {where}: {exchange.ending.value}")
    return 1


def _netstat(context: Context) -> int:
    if set("".join(context.arguments[1:])) - set("-tlnp"):
        return not_simulated(context, " ".join(context.arguments[1:]))
    context.print("Active Internet connections (only servers)")
    context.print("Proto Recv-Q Send-Q Local Address           Foreign Address         State       ")
    for port in context.network.ports():
        context.print(f"tcp        0      0 {f'0.0.0.0:{port}':23} {'0.0.0.0:*':23} LISTEN      ")
    return 0


NETWORK_TOOLS = (
    at_once("nslookup", _nslookup),
    at_once("getent", _getent),
    Program(name="nc", run=_nc),
    at_once("netstat", _netstat),
)
