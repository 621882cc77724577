"""Ages, sizes and durations in the words that the docker CLI uses for them.

Source: docker/go-units duration.go and size.go; Go's time.Duration. Seconds everywhere; nanoseconds only where named.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from fractions import Fraction

from swarmlab.gotypes.moments import NANOSECONDS as NANOSECONDS
from swarmlab.gotypes.moments import show_duration as show_duration

_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB")
_DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
_STEP = re.compile(r"(\d+\.?\d*|\.\d+)([a-zµ]+)")


def human_duration(seconds: float) -> str:
    """`About a minute`, `5 hours`: how long ago, as `docker ps` says it."""
    whole = int(seconds)
    hours = int(seconds / 3600 + 0.5)
    steps = (
        (whole < 1, "Less than a second"),
        (whole == 1, "1 second"),
        (whole < 60, f"{whole} seconds"),
        (whole < 120, "About a minute"),
        (whole < 3600, f"{whole // 60} minutes"),
        (hours == 1, "About an hour"),
        (hours < 48, f"{hours} hours"),
        (hours < 24 * 7 * 2, f"{hours // 24} days"),
        (hours < 24 * 30 * 2, f"{hours // 24 // 7} weeks"),
        (hours < 24 * 365 * 2, f"{hours // 24 // 30} months"),
    )
    return next((words for fits, words in steps if fits), f"{int(seconds / 3600) // 24 // 365} years")


def age(timestamp: str | datetime, now: datetime) -> str:
    """How long before `now` an engine's timestamp lies."""
    moment = timestamp if isinstance(timestamp, datetime) else read_time(timestamp)
    return human_duration((now - moment).total_seconds())


def read_time(text: str) -> datetime:
    """An engine's RFC 3339 timestamp, its nanoseconds cut to microseconds."""
    digits = re.sub(r"(\.\d{1,6})\d*", r"\1", text)
    return datetime.fromisoformat(digits).astimezone(UTC)


def time_order(text: str) -> tuple[str, str]:
    """Sort key of an engine's timestamp, exact to the nanosecond."""
    seconds, _, fraction = text.rstrip("Z").partition(".")
    return seconds, fraction.ljust(9, "0")


def binary_size(size_bytes: float) -> str:
    """`1.944GiB`: four significant digits, powers of 1024."""
    return _size(size_bytes, 1024.0, _BINARY, digits=4)


def decimal_size(size_bytes: float, digits: int = 3) -> str:
    """`7.83MB`: powers of 1000; with three significant digits as in `docker images`, with four where space is freed."""
    return _size(size_bytes, 1000.0, _DECIMAL, digits=digits)


def _size(size: float, base: float, names: tuple[str, ...], *, digits: int) -> str:
    step = 0
    while size >= base and step < len(names) - 1:
        size, step = size / base, step + 1
    return f"{go_float(float(f'{size:.{digits}g}'))}{names[step]}"


def read_duration(text: str) -> int:
    """Nanoseconds of a Go duration such as `1m30s`.

    Raises:
        ValueError: in Go's words.
    """
    sign, rest = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    if rest == "0":
        return 0
    total, position = Fraction(0), 0
    while position < len(rest):
        step = _STEP.match(rest, position)
        if not step:
            kind = "missing unit in" if re.fullmatch(r"\d+\.?\d*", rest[position:]) else "invalid"
            raise ValueError(f'time: {kind} duration "{text}"')
        if step[2] not in NANOSECONDS:
            raise ValueError(f'time: unknown unit "{step[2]}" in duration "{text}"')
        total += Fraction(step[1]) * NANOSECONDS[step[2]]
        position = step.end()
    if not rest:
        raise ValueError(f'time: invalid duration "{text}"')
    return sign * int(total)


def read_bytes(text: str) -> int:
    """Bytes of a size such as `64m`, powers of 1024.

    Raises:
        ValueError: `invalid size: 'x'`.
    """
    size = re.fullmatch(r"(\d+(?:\.\d+)?) ?(?:([kmgtp])?i?b?)", text, re.IGNORECASE)
    if not size:
        raise ValueError(f"invalid size: '{text}'")
    power = "bkmgtp".index((size[2] or "b").lower())
    return int(Fraction(size[1]) * 1024**power)


def read_nano_cpus(text: str) -> int:
    """Billionths of a CPU in a decimal such as `0.5`.

    Raises:
        ValueError: not a number, or finer than a billionth.
    """
    try:
        nano = Fraction(text) * 10**9
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"failed to parse {text} as a rational number") from None
    if nano.denominator != 1:
        raise ValueError("value is too precise")
    return int(nano)


def go_float(value: float) -> str:
    """A float as Go prints it by default: `0`, `0.5`, `1e+06`, never `0.0`.

    Source: Go strconv/ftoa.go, the shortest form; from a million on with an exponent.
    """
    if abs(value) >= 10**6:
        return next(text for digits in range(17) if float(text := f"{value:.{digits}e}") == value)
    return str(int(value)) if value == int(value) else repr(value)
