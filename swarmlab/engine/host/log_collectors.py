"""Log drivers that send what is written to somebody: their options, and why they cannot begin. Owns no state.

Source: moby daemon/logger/{syslog,fluentd,gelf,splunk,awslogs,gcplogs}; texts recorded from 28.5.2.
Simplification: nobody collects logs in the simulated world: a driver that must connect is refused; what is sent by UDP
goes nowhere, as it would. A driver that writes into somebody's cloud is refused with 501 once its options are in order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from swarmlab.engine.errors import InvalidParameter, NotImplementedHere
from swarmlab.engine.go_numbers import NotANumber, parse_uint
from swarmlab.engine.host.log_values import TRUE, boolean_refusal, size_refusal

Options = Mapping[str, str]

_FACILITIES = frozenset(
    "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp local0 local1 local2 local3 local4 local5"
    " local6 local7".split()
)
_FACILITY_NUMBERS = frozenset(map(str, range(24)))
_FORMATS = ("", "rfc3164", "rfc5424", "rfc5424micro")
_TCP_ONLY = ("gelf-tcp-max-reconnect", "gelf-tcp-reconnect-delay")


def _check_syslog(options: Options) -> None:
    address, facility = options.get("syslog-address", ""), options.get("syslog-facility", "")
    scheme, separator, place = address.partition("://")
    if address and (not separator or scheme not in ("tcp", "udp", "tcp+tls", "unix", "unixgram")):
        raise InvalidParameter(f"unsupported scheme: '{scheme if separator else ''}'")
    if scheme.startswith("unix"):
        raise InvalidParameter(f"stat {place}: no such file or directory")
    if facility and facility not in _FACILITIES and facility not in _FACILITY_NUMBERS:
        raise InvalidParameter("invalid syslog facility")
    if options.get("syslog-format", "") not in _FORMATS:
        raise InvalidParameter("Invalid syslog format")


def _check_gelf(options: Options) -> None:
    address = options.get("gelf-address", "")
    if not address:
        raise InvalidParameter("gelf-address is a required parameter")
    if address.partition("://")[0] not in ("tcp", "udp"):
        raise InvalidParameter("gelf: endpoint needs to be TCP or UDP")
    for key in _TCP_ONLY:
        if key in options and address.startswith("udp"):
            raise InvalidParameter(f'"{key}" is only valid for TCP')


def _check_fluentd(options: Options) -> None:
    address = options.get("fluentd-address", "")
    if refusal := _fluentd_refusal(address if "://" in address else f"tcp://{address}"):
        raise InvalidParameter(f"invalid fluentd-address ({address}): {refusal}")
    for key in ("fluentd-async", "fluentd-request-ack", "fluentd-sub-second-precision"):
        if refusal := boolean_refusal(options.get(key, "true")):
            raise InvalidParameter(refusal)
    if "fluentd-buffer-limit" in options and (refusal := size_refusal(options["fluentd-buffer-limit"])):
        raise InvalidParameter(refusal)


def _fluentd_refusal(url: str) -> str:
    """Source: moby daemon/logger/fluentd/fluentd.go, parseAddress."""
    scheme, _, place = url.partition("://")
    host, slash, path = place.partition("/")
    port = host.rpartition(":")[2] if ":" in host else ""
    if port and not (port.isascii() and port.isdecimal()):
        return f'parse "{url}": invalid port ":{port}" after host'
    if scheme == "unix":
        return "" if path.strip("/") else "path is empty"
    if scheme not in ("tcp", "tls"):
        return f"unsupported scheme: '{scheme}'"
    if slash:
        return "should not contain a path element"
    try:
        parse_uint(port or "0", 16)
    except NotANumber as error:
        return f"invalid port: {error}"
    return ""


def _check_splunk(options: Options) -> None:
    if options.get("splunk-url") and options.get("splunk-token"):
        raise NotImplementedHere("this engine has no log driver splunk: no Splunk is simulated")


def _check_awslogs(options: Options) -> None:
    if not options.get("awslogs-group"):
        raise InvalidParameter("must specify a value for log opt 'awslogs-group'")
    raise NotImplementedHere("this engine has no log driver awslogs: no cloud is simulated")


def _check_gcplogs(options: Options) -> None:
    raise NotImplementedHere("this engine has no log driver gcplogs: no cloud is simulated")


CHECKS: dict[str, Callable[[Options], None]] = {
    "syslog": _check_syslog,
    "gelf": _check_gelf,
    "fluentd": _check_fluentd,
    "splunk": _check_splunk,
    "awslogs": _check_awslogs,
    "gcplogs": _check_gcplogs,
}
"""What each refuses when a container is created: InvalidParameter, NotImplementedHere."""


def trouble_of_collector(name: str, options: Options) -> str:
    """Why a driver cannot begin to send; empty where it can."""
    match name:
        case "syslog":
            address = options.get("syslog-address", "")
            return _refused(address, "514") if address else "Unix syslog delivery error"
        case "fluentd":
            waits = options.get("fluentd-async", "false") in TRUE
            return "" if waits else _trouble_of_fluentd(options.get("fluentd-address", ""))
        case "gelf":
            refused = _refused(options["gelf-address"], "12201")
            place = options["gelf-address"].partition("://")[2]
            return f"gelf: cannot connect to GELF endpoint: {place} {refused}" if refused else ""
        case "splunk":
            return f"splunk: splunk-{'token' if options.get('splunk-url') else 'url'} is expected"
    return ""


def _refused(address: str, port: str) -> str:
    """What a connection meets where nobody listens; a datagram meets nothing."""
    scheme, separator, place = address.partition("://")
    if separator and scheme == "udp":
        return ""
    host = place if separator else address
    return f"dial tcp {host if ':' in host else f'{host}:{port}'}: connect: connection refused"


def _trouble_of_fluentd(address: str) -> str:
    scheme, _, place = address.partition("://") if "://" in address else ("tcp", "", address)
    if scheme == "unix":
        return f"dial unix /{place.partition('/')[2]}: connect: no such file or directory"
    host, _, port = place.partition(":")
    return _refused(f"{host or '127.0.0.1'}:{port or '24224'}", "")
