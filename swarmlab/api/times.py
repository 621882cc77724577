"""Times and durations of the engine on the wire, and back. The only place with nanoseconds and RFC3339Nano.

Inside are seconds of engine time, outside the reader's: see reader_time.py.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from swarmlab.api.reader_time import to_engine, to_reader
from swarmlab.engine.errors import InvalidParameter

NANOSECONDS = 1_000_000_000
ZERO_TIME = "0001-01-01T00:00:00Z"
_UNIX_TIME = re.compile(r"(-?\d{1,18})(\.\d*)?")


def nanoseconds(seconds: float) -> int:
    """A duration on the wire."""
    return round(seconds * 1_000_000) * 1_000


def seconds(value: object) -> float:
    """A duration of the wire, in seconds."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise InvalidParameter(f"invalid JSON: {value!r} is no duration in nanoseconds")
    return value / NANOSECONDS


def timestamp(time: float | None) -> str:
    """A time on the wire: RFC3339Nano, no zeros at its end. None is Go's zero time."""
    return ZERO_TIME if time is None else _date_and_time(to_reader(time), fixed=False)


def timestamp_s(time: float) -> str:
    """A time on the wire where Docker writes whole seconds."""
    return _date_and_time(unix_seconds(time), fixed=False)


def unix_seconds(time: float) -> int:
    """A time on the wire as whole seconds since 1970."""
    return int(to_reader(time))


def unix_nanoseconds(time: float) -> int:
    """A time on the wire as nanoseconds since 1970; a float holds no more than microseconds at today's dates."""
    return round(to_reader(time) * 1_000_000) * 1000


def age(time: float | None, now: float) -> float:
    """For how many of the reader's seconds something has been; None is not yet."""
    return 0.0 if time is None else to_reader(now) - to_reader(time)


def time_ago(seconds: float, now: float) -> float:
    """The engine time that so many of the reader's seconds ago was."""
    return to_engine(to_reader(now) - seconds)


def log_timestamp(time: float) -> str:
    """A time before a log line: always nine digits, so that lines stand below one another."""
    return _date_and_time(to_reader(time), fixed=True)


def _date_and_time(time: float, *, fixed: bool) -> str:
    # A float holds no more than microseconds at today's dates.
    whole, micro = divmod(round(time * 1_000_000), 1_000_000)
    day = datetime.fromtimestamp(whole, tz=UTC).strftime("%Y-%m-%dT%H:%M:%S")
    digits = f"{micro * 1000:09d}"
    digits = digits if fixed else digits.rstrip("0")
    return f"{day}.{digits}Z" if digits else f"{day}Z"


def time_of(text: str) -> float:
    """The engine time that clients mean by a time in a query: `1700000000.5` or RFC3339.

    Raises:
        InvalidParameter: neither.
    """
    if _UNIX_TIME.fullmatch(text):
        return to_engine(float(text))
    try:
        return to_engine(datetime.fromisoformat(text).timestamp())
    except (ValueError, OverflowError):
        raise InvalidParameter(f'strconv.ParseInt: parsing "{text}": invalid syntax') from None
