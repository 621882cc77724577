"""Log drivers: which options each takes, and why one cannot begin to write on a simulated host.

Owns no state; what is written is kept by logs.py whatever the driver, as Docker does for drivers that cannot read.
Source: moby daemon/logger/factory.go and the drivers beside it; texts recorded from 28.5.2.
"""

from __future__ import annotations

from swarmlab.engine.errors import InvalidParameter, NotImplementedHere, ServerError
from swarmlab.engine.host.log_collectors import CHECKS, Options, trouble_of_collector
from swarmlab.engine.host.log_values import BOOLEANS, TRUE, boolean_refusal, integer_refusal, size_refusal

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
    if name in CHECKS:
        CHECKS[name](own)


def _cache(key: str) -> bool:
    return key in ("cache-disabled", "cache-max-size", "cache-max-file", "cache-compress")


def _check_mode(options: Options) -> None:
    mode = options.get("mode", "")
    if mode not in ("", "blocking", "non-blocking"):
        raise InvalidParameter(f"logger: logging mode not supported: {mode}")
    if "max-buffer-size" in options:
        if mode != "non-blocking":
            raise InvalidParameter("logger: max-buffer-size option is only supported with 'mode=non-blocking'")
        if refusal := size_refusal(options["max-buffer-size"]):
            raise InvalidParameter(f"error parsing option max-buffer-size: {refusal}")
    if (disabled := options.get("cache-disabled", "true")) not in BOOLEANS:
        raise InvalidParameter(f"invalid value for option cache-disabled: {disabled}")


# --- when it is started, and when it is read -----------------------------------------------------------------------


def check_begin(name: str, options: Options) -> None:
    """Whether the driver can begin to write.

    Raises:
        InvalidParameter: it cannot, for want of a file.
        ServerError: it cannot. Source: moby daemon/errors.go, isInvalidCommand: it goes by the words.
    """
    if trouble := _trouble(name, options):
        words = f"failed to create task for container: failed to initialize logging driver: {trouble}"
        raise InvalidParameter(words) if "no such file or directory" in words else ServerError(words)


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
    return name != "none" and options.get("cache-disabled", "false") not in TRUE


def _trouble(name: str, options: Options) -> str:
    match name:
        case "" | "json-file":
            return _trouble_of_json_file(options)
        case "local":
            return _trouble_of_local(options)
        case "journald":
            return "journald is not enabled on this host"
    return trouble_of_collector(name, options)


def _trouble_of_json_file(options: Options) -> str:
    if not options:
        return ""
    size, files, compress = options.get("max-size", ""), options.get("max-file", "1"), options.get("compress", "")
    if refusal := size_refusal(size) if size else "":
        return refusal
    if refusal := integer_refusal(files):
        return refusal
    if int(files) < 1:
        return "max-file cannot be less than 1"
    if refusal := boolean_refusal(compress) if compress else "":
        return refusal
    if compress in TRUE and (int(files) < 2 or not size):
        return "compress cannot be true when max-file is less than 2 or max-size is not set"
    return ""


def _trouble_of_local(options: Options) -> str:
    size, files, compress = options.get("max-size", ""), options.get("max-file", "5"), options.get("compress", "true")
    if refusal := size_refusal(size) if size else "":
        return f"invalid value for max-size: {size}: {refusal}"
    if refusal := integer_refusal(files):
        return f"invalid value for max-file: {files}: {refusal}"
    if refusal := boolean_refusal(compress):
        return f"error reading compress log option: {refusal}"
    if compress in TRUE and int(files) <= 1:
        return "compression cannot be enabled when max file count is 1"
    return ""
