"""Log drivers: which options each takes, and why one cannot begin to write on a simulated host.

Owns no state; what is written is kept by logs.py whatever the driver, as Docker does for drivers that cannot read.
Source: moby daemon/logger/factory.go and the drivers beside it; texts recorded from 28.5.2.
Simplification: nobody collects logs in the simulated world: a driver that must connect is refused; what is sent by UDP
goes nowhere, as it would. A driver that writes into somebody's cloud is refused with 501 once its options are in order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from swarmlab.engine.errors import InvalidParameter, NotImplementedHere, ServerError

Options = Mapping[str, str]

_TAGS = ("env", "env-regex", "labels", "labels-regex", "tag")
_FILES = ("compress", "max-file", "max-size")
_NAMES: dict[str, tuple[str, ...]] = {
    "json-file": (*_FILES, *_TAGS),
    "local": _FILES,
    "journald": _TAGS,
    "syslog": (
        *_TAGS,
        *("syslog-address", "syslog-facility", "syslog-format", "syslog-tls-ca-cert", "syslog-tls-cert"),
        *("syslog-tls-key", "syslog-tls-skip-verify"),
    ),
    "fluentd": (
        *_TAGS,
        *("fluentd-address", "fluentd-async", "fluentd-async-reconnect-interval", "fluentd-buffer-limit"),
        *("fluentd-max-retries", "fluentd-request-ack", "fluentd-retry-wait", "fluentd-sub-second-precision"),
        "fluentd-write-timeout",
    ),
    "gelf": (
        *_TAGS,
        *("gelf-address", "gelf-compression-level", "gelf-compression-type", "gelf-tcp-max-reconnect"),
        "gelf-tcp-reconnect-delay",
    ),
    "splunk": (
        *_TAGS,
        *("splunk-caname", "splunk-capath", "splunk-format", "splunk-gzip", "splunk-gzip-level", "splunk-index"),
        *("splunk-index-acknowledgment", "splunk-insecureskipverify", "splunk-source", "splunk-sourcetype"),
        *("splunk-token", "splunk-url", "splunk-verify-connection"),
    ),
    "gcplogs": (
        *("env", "env-regex", "gcp-log-cmd", "gcp-meta-id", "gcp-meta-name", "gcp-meta-zone", "gcp-project"),
        *("labels", "labels-regex"),
    ),
    "awslogs": (
        *("awslogs-create-group", "awslogs-create-stream", "awslogs-credentials-endpoint", "awslogs-datetime-format"),
        *("awslogs-endpoint", "awslogs-force-flush-interval-seconds", "awslogs-format", "awslogs-group"),
        *("awslogs-max-buffered-events", "awslogs-multiline-pattern", "awslogs-region", "awslogs-stream", "tag"),
    ),
}
_UNKNOWN = {"local": "unknown log opt '{}' for log driver local", "gelf": 'unknown log opt "{}" for gelf log driver'}
_UNKNOWN_TO_OTHERS = "unknown log opt '{}' for {} log driver"
_READABLE = ("", "json-file", "local", "journald")
_BOOLEANS = ("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False")
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(?:([kmgtp])?i?b?)", re.IGNORECASE)
_INTEGER = re.compile(r"[+-]?[0-9]{1,4000}")
_FACILITIES = frozenset(
    "kern user mail daemon auth syslog lpr news uucp cron authpriv ftp local0 local1 local2 local3 local4 local5"
    " local6 local7".split()
)
_FACILITY_NUMBERS = frozenset(map(str, range(24)))
_FORMATS = ("", "rfc3164", "rfc5424", "rfc5424micro")
_TCP_ONLY = ("gelf-tcp-max-reconnect", "gelf-tcp-reconnect-delay")


# --- when a container is created -----------------------------------------------------------------------------------


def check_driver(name: str, options: Options) -> None:
    """Whether a container may be created with this driver and these options.

    Raises:
        InvalidParameter: no such driver, no such option, or a value that cannot be.
        NotImplementedHere: it would write into somebody's cloud.
    """
    if name in ("", "none"):
        return
    _check_mode(options)
    if name not in _NAMES:
        raise InvalidParameter(f'error looking up logging plugin {name}: plugin "{name}" not found')
    own = {key: value for key, value in options.items() if key not in ("mode", "max-buffer-size") and not _cache(key)}
    for key in sorted(own.keys() - set(_NAMES[name])):
        raise InvalidParameter(_UNKNOWN.get(name, _UNKNOWN_TO_OTHERS).format(key, name))
    if name in _CHECKS:
        _CHECKS[name](own)


def _cache(key: str) -> bool:
    return key in ("cache-disabled", "cache-max-size", "cache-max-file", "cache-compress")


def _check_mode(options: Options) -> None:
    mode = options.get("mode", "")
    if mode not in ("", "blocking", "non-blocking"):
        raise InvalidParameter(f"logger: logging mode not supported: {mode}")
    if "max-buffer-size" in options:
        if mode != "non-blocking":
            raise InvalidParameter("logger: max-buffer-size option is only supported with 'mode=non-blocking'")
        if refusal := _size_refusal(options["max-buffer-size"]):
            raise InvalidParameter(f"error parsing option max-buffer-size: {refusal}")
    if (disabled := options.get("cache-disabled", "true")) not in _BOOLEANS:
        raise InvalidParameter(f"invalid value for option cache-disabled: {disabled}")


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
        if refusal := _boolean_refusal(options.get(key, "true")):
            raise InvalidParameter(refusal)
    if "fluentd-buffer-limit" in options and (refusal := _size_refusal(options["fluentd-buffer-limit"])):
        raise InvalidParameter(refusal)


def _fluentd_refusal(url: str) -> str:
    """Source: moby daemon/logger/fluentd/fluentd.go, parseAddress."""
    scheme, _, place = url.partition("://")
    host, slash, path = place.partition("/")
    port = host.rpartition(":")[2] if ":" in host else ""
    if port and not port.isdecimal():
        return f'parse "{url}": invalid port ":{port}" after host'
    if scheme == "unix":
        return "" if path.strip("/") else "path is empty"
    if scheme not in ("tcp", "tls"):
        return f"unsupported scheme: '{scheme}'"
    if slash:
        return "should not contain a path element"
    out_of_range = port and int(port) > 65535
    return f'invalid port: strconv.ParseUint: parsing "{port}": value out of range' if out_of_range else ""


def _check_splunk(options: Options) -> None:
    if options.get("splunk-url") and options.get("splunk-token"):
        raise NotImplementedHere("this engine has no log driver splunk: no Splunk is simulated")


def _check_awslogs(options: Options) -> None:
    if not options.get("awslogs-group"):
        raise InvalidParameter("must specify a value for log opt 'awslogs-group'")
    raise NotImplementedHere("this engine has no log driver awslogs: no cloud is simulated")


def _check_gcplogs(options: Options) -> None:
    raise NotImplementedHere("this engine has no log driver gcplogs: no cloud is simulated")


_CHECKS: dict[str, Callable[[Options], None]] = {
    "syslog": _check_syslog,
    "gelf": _check_gelf,
    "fluentd": _check_fluentd,
    "splunk": _check_splunk,
    "awslogs": _check_awslogs,
    "gcplogs": _check_gcplogs,
}

# --- when it is started, and when it is read -----------------------------------------------------------------------


def check_begin(name: str, options: Options) -> None:
    """Whether the driver can begin to write.

    Raises:
        ServerError: it cannot.
    """
    if trouble := _trouble(name, options):
        raise ServerError(f"failed to create task for container: failed to initialize logging driver: {trouble}")


def check_read(name: str, options: Options, *, running: bool) -> None:
    """Whether what was written can be read: a driver of a container that does not run begins anew for that.

    Raises:
        InvalidParameter, ServerError: the driver cannot begin.
        NotImplementedHere: it keeps nothing.
    """
    trouble = "" if running else _trouble(name, options)
    if trouble:
        raise InvalidParameter(trouble) if name == "local" else ServerError(trouble)
    if not is_readable(name, options):
        raise NotImplementedHere("configured logging driver does not support reading")


def is_readable(name: str, options: Options) -> bool:
    """Whether lines are kept; of a driver that cannot read them a copy is."""
    if name in _READABLE:
        return True
    return name != "none" and options.get("cache-disabled", "false") not in _BOOLEANS[:6]


def _trouble(name: str, options: Options) -> str:
    match name:
        case "" | "json-file":
            return _trouble_of_json_file(options)
        case "local":
            return _trouble_of_local(options)
        case "journald":
            return "journald is not enabled on this host"
        case "syslog":
            address = options.get("syslog-address", "")
            return _refused(address, "514") if address else "Unix syslog delivery error"
        case "fluentd":
            waits = options.get("fluentd-async", "false") in _BOOLEANS[:6]
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


def _trouble_of_json_file(options: Options) -> str:
    if not options:
        return ""
    size, files, compress = options.get("max-size", ""), options.get("max-file", "1"), options.get("compress", "")
    if refusal := _size_refusal(size) if size else "":
        return refusal
    if refusal := _integer_refusal(files):
        return refusal
    if int(files) < 1:
        return "max-file cannot be less than 1"
    if refusal := _boolean_refusal(compress) if compress else "":
        return refusal
    if compress in _BOOLEANS[:6] and (int(files) < 2 or not size):
        return "compress cannot be true when max-file is less than 2 or max-size is not set"
    return ""


def _trouble_of_local(options: Options) -> str:
    size, files, compress = options.get("max-size", ""), options.get("max-file", "5"), options.get("compress", "true")
    if refusal := _size_refusal(size) if size else "":
        return f"invalid value for max-size: {size}: {refusal}"
    if refusal := _integer_refusal(files):
        return f"invalid value for max-file: {files}: {refusal}"
    if refusal := _boolean_refusal(compress):
        return f"error reading compress log option: {refusal}"
    if compress in _BOOLEANS[:6] and int(files) <= 1:
        return "compression cannot be enabled when max file count is 1"
    return ""


# --- values, in Go's words -----------------------------------------------------------------------------------------


def _size_refusal(text: str) -> str:
    found = _SIZE.fullmatch(text)
    return "" if found else f"invalid size: '{text}'"


def _integer_refusal(text: str) -> str:
    if not _INTEGER.fullmatch(text):
        return f'strconv.Atoi: parsing "{text}": invalid syntax'
    return "" if -(2**63) <= int(text) < 2**63 else f'strconv.Atoi: parsing "{text}": value out of range'


def _boolean_refusal(text: str) -> str:
    return "" if text in _BOOLEANS else f'strconv.ParseBool: parsing "{text}": invalid syntax'
