"""Which limits of a container make no sense. Owns no state.

Source: moby daemon/daemon_unix.go, verifyPlatformContainerResources; texts recorded from 28.5.2.
"""

from __future__ import annotations

from collections.abc import Mapping

from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.go_numbers import NotANumber, atoi

_MOST_CPUS = 8192
"""Numbers above are refused, that a set of them may not fill the memory."""
_LEAST_MEMORY = 6 * 1024 * 1024


def check_limits(host_config: Mapping[str, object], cpus: int) -> None:
    """Raise InvalidParameter for limits that cannot be; `cpus` is how many the host has."""
    memory, swap = _number(host_config, "Memory"), _number(host_config, "MemorySwap")
    reservation = _number(host_config, "MemoryReservation")
    refusals = (
        (0 < memory < _LEAST_MEMORY, "Minimum memory limit allowed is 6MB"),
        (memory > 0 and 0 < swap < memory, "Minimum memoryswap limit should be larger than memory limit, see usage"),
        (memory == 0 and swap > 0, "You should always set the Memory limit when using Memoryswap limit, see usage"),
        (0 < reservation < _LEAST_MEMORY, "Minimum memory reservation allowed is 6MB"),
        (
            memory > 0 and reservation > memory,
            "Minimum memory limit can not be less than memory reservation limit, see usage",
        ),
        *_cpu_refusals(host_config, cpus),
    )
    for wrong, text in refusals:
        if wrong:
            raise InvalidParameter(text)
    _check_set(str(host_config.get("CpusetCpus") or ""), "cpuset cpus", "CPUs", cpus)
    _check_set(str(host_config.get("CpusetMems") or ""), "cpuset mems", "memory nodes", 1)


def _check_set(text: str, what: str, things: str, there: int) -> None:
    try:
        ranges = [_range(part) for part in text.split(",")] if text else []
    except NotANumber:
        raise InvalidParameter(f"Invalid value {text} for {what}: invalid format: {text}") from None
    for first, last in ranges:
        if first > last:
            raise InvalidParameter(f"Invalid value {text} for {what}: invalid format: {text}")
        if last > _MOST_CPUS:
            raise InvalidParameter(f"Invalid value {text} for {what}: value of out range, maximum is {_MOST_CPUS}")
    if any(last >= there for _, last in ranges):
        available = f"0-{there - 1}" if there > 1 else "0"
        raise InvalidParameter(f"Requested {things} are not available - requested {text}, available: {available}")


def _range(text: str) -> tuple[int, int]:
    """A number or a range, `2-3`. Source: moby pkg/sysinfo/sysinfo_linux.go, parseUintList."""
    first, dash, last = text.partition("-")
    return atoi(first), atoi(last if dash else first)


def _cpu_refusals(host_config: Mapping[str, object], cpus: int) -> tuple[tuple[bool, str], ...]:
    nano = _number(host_config, "NanoCpus")
    period, quota = _number(host_config, "CpuPeriod"), _number(host_config, "CpuQuota")
    range_ = f"range of CPUs is from 0.01 to {cpus}.00, as there are only {cpus} CPUs available"
    return (
        (nano > 0 and period > 0, "Conflicting options: Nano CPUs and CPU Period cannot both be set."),
        (nano > 0 and quota > 0, "Conflicting options: Nano CPUs and CPU Quota cannot both be set."),
        (nano < 0 or nano > cpus * 10**9, range_),
        (
            period != 0 and not 1000 <= period <= 1_000_000,
            "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)",
        ),
        (0 < quota < 1000, "CPU cfs quota can not be less than 1ms (i.e. 1000)"),
    )


def _number(host_config: Mapping[str, object], key: str) -> int:
    value = host_config.get(key) or 0
    if not isinstance(value, int):
        raise InvalidParameter(f"invalid JSON: HostConfig.{key} must be a number")
    return value
