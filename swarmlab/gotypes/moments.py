"""Go's times, durations and file modes: how they are shown, and what they can be asked.

Source: Go time, io/fs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction

from swarmlab.gotemplate import Method, Number, Struct

NANOSECONDS = {"ns": 1, "us": 10**3, "µs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
ZERO_TIME = "0001-01-01T00:00:00Z"

_TIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")
_LAYOUT = re.compile(
    r"2006|January|Jan|01|Monday|Mon|02|_2|15|03|04|05|PM|pm|MST|Z07:00|-07:00|-0700|[.,]0+|[.,]9+|06|[1-5]"
)
_WRITTEN: Mapping[str, str] = {
    "2006": "%Y", "06": "%y", "January": "%B", "Jan": "%b", "01": "%m", "Monday": "%A", "Mon": "%a", "02": "%d",
    "15": "%H", "03": "%I", "04": "%M", "05": "%S", "PM": "%p", "MST": "UTC", "Z07:00": "Z", "-07:00": "+00:00",
    "-0700": "+0000",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Said(Struct):
    """A struct that JSON has as one text."""

    text: str = ""


def time_of(text: str) -> Said:
    """A time from an engine's timestamp."""
    known = _TIME.fullmatch(text) or _TIME.fullmatch(ZERO_TIME)
    assert known
    fraction = (known[2] or "").rstrip("0")
    moment = datetime.fromisoformat(known[1] + known[3])
    zone = "+0000 UTC" if known[3] == "Z" else f"{moment:%z} {moment:%z}"
    shown = f"{moment:%Y-%m-%d %H:%M:%S}".zfill(19) + (f".{fraction}" if fraction else "") + f" {zone}"
    written = known[1] + (f".{fraction}" if fraction else "") + known[3]
    methods = {**_time_methods(moment, int(fraction.ljust(9, "0"))), "String": _asked(shown)}
    return Said("time.Time", methods, shown=shown, text=written)


def _time_methods(moment: datetime, nanosecond: int) -> Mapping[str, object]:
    seconds = int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    asked: dict[str, Callable[[], object]] = {
        "Unix": lambda: Number(seconds, "int64"),
        "UnixMilli": lambda: Number(seconds * 1000 + nanosecond // 10**6, "int64"),
        "UnixNano": lambda: Number(seconds * 10**9 + nanosecond, "int64"),
        "Year": lambda: moment.year,
        "Day": lambda: moment.day,
        "Hour": lambda: moment.hour,
        "Minute": lambda: moment.minute,
        "Second": lambda: moment.second,
        "Nanosecond": lambda: nanosecond,
        "YearDay": lambda: moment.timetuple().tm_yday,
        "UnixMicro": lambda: Number(seconds * 10**6 + nanosecond // 1000, "int64"),
        "Month": lambda: Number(moment.month, "time.Month", f"{moment:%B}"),
        "Weekday": lambda: Number(moment.isoweekday() % 7, "time.Weekday", f"{moment:%A}"),
        "IsZero": lambda: moment.year == 1 and seconds < 0,
    }
    format_ = Method(lambda layout: _formatted(moment, nanosecond, layout), ("string",))
    return {**{name: Method(call) for name, call in asked.items()}, "Format": format_}


def _formatted(moment: datetime, nanosecond: int, layout: str) -> str:
    def written(found: re.Match[str]) -> str:
        word = found[0]
        if word[0] in ".,":
            digits = f"{nanosecond:09d}"[: len(word) - 1]
            kept = digits if word[1] == "0" else digits.rstrip("0")
            return word[0] + kept if kept else ""
        if word in _WRITTEN:
            return moment.strftime(_WRITTEN[word])
        plain = {
            "1": moment.month,
            "2": moment.day,
            "3": moment.hour % 12 or 12,
            "4": moment.minute,
            "5": moment.second,
        }
        if word in plain:
            return str(plain[word])
        return f"{moment.day:2}" if word == "_2" else moment.strftime("%p").lower()

    return _LAYOUT.sub(written, layout)


def duration_of(nanoseconds: int) -> Number:
    """A duration."""
    asked = {"Hours": "h", "Minutes": "m", "Seconds": "s"}
    whole = {"Milliseconds": "ms", "Microseconds": "us", "Nanoseconds": "ns"}
    broken = {name: _asked(nanoseconds / NANOSECONDS[unit]) for name, unit in asked.items()}
    counted = {name: _asked(Number(nanoseconds // NANOSECONDS[unit], "int64")) for name, unit in whole.items()}
    shown = show_duration(nanoseconds)
    return Number(nanoseconds, "time.Duration", shown, {**broken, **counted, "String": _asked(shown)})


def _asked(value: object) -> Method:
    return Method(lambda: value)


def mode_of(bits: int) -> Number:
    """A file's mode, `-r--r--r--`."""
    letters = "".join(letter if bits >> (8 - at) & 1 else "-" for at, letter in enumerate("rwxrwxrwx"))
    return Number(bits, "fs.FileMode", f"-{letters}")


def show_duration(nanoseconds: int) -> str:
    """`10s`, `1m30s`, `250ms`: a duration as Go prints it."""
    if nanoseconds == 0:
        return "0s"
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    if rest < 10**9:
        unit = next(name for name in ("ms", "µs", "ns") if rest >= NANOSECONDS[name])
        return f"{sign}{_decimal(Fraction(rest, NANOSECONDS[unit]))}{unit}"
    hours, rest = divmod(rest, NANOSECONDS["h"])
    minutes, rest = divmod(rest, NANOSECONDS["m"])
    shown = f"{_decimal(Fraction(rest, 10**9))}s"
    if hours or minutes:
        shown = f"{minutes}m{shown}"
    return f"{sign}{hours}h{shown}" if hours else f"{sign}{shown}"


def _decimal(value: Fraction) -> str:
    whole, rest = divmod(value, 1)
    digits = f"{int(rest * 10**9):09d}".rstrip("0")
    return f"{int(whole)}.{digits}" if digits else str(int(whole))
