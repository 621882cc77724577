"""What `docker logs` and `docker service logs` share: which part of a log is asked for.

Source: moby client/service_logs.go, api/types/time/timestamp.go.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.units import read_duration, read_time
from swarmlab.commands.session import Session

_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d(:\d\d(:\d\d(\.\d+)?)?)?)?(Z|[+-]\d\d:\d\d)?")


def log_params(
    session: Session, since: str | None, tail: str | None, *, timestamps: bool | None, follow: bool | None
) -> dict[str, Any]:
    """The query of a logs request.

    Raises:
        DockerError: `since` is neither a time nor a duration.
    """
    params: dict[str, Any] = {"stdout": 1, "stderr": 1, "tail": tail or "all"}
    if since:
        params["since"] = named_time(session, since, "since")
    if timestamps:
        params["timestamps"] = 1
    if follow:
        params["follow"] = 1
    return params


def unix_time(session: Session, text: str) -> str:
    """Seconds since 1970 with nanoseconds, of a time, or of a duration before now.

    Raises:
        DockerError: it is neither.
    """
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return text
    if _DATE.fullmatch(text):
        moment = _moment(text)
        return f"{int(moment.timestamp())}.{moment.microsecond * 1000:09d}"
    try:
        ago_s = read_duration(text) / 10**9
    except ValueError:
        raise DockerError(f'failed to parse value as time or duration: "{text}"') from None
    moment = session.now() - timedelta(seconds=ago_s)
    return f"{int(moment.timestamp())}.{moment.microsecond * 1000:09d}"


def named_time(session: Session, text: str, name: str) -> str:
    """The same, for commands whose refusal names the flag."""
    try:
        return unix_time(session, text)
    except DockerError as error:
        raise DockerError(f'invalid value for "{name}": {error}') from None


def _moment(text: str) -> datetime:
    try:
        return read_time(_full(text))
    except ValueError as error:
        part = re.match(r"month|day|hour|minute|second", str(error))
        wrong = f"{part[0] if part else 'day'} out of range"
        raise DockerError(f'parsing time "{text}": {wrong}') from None


def _full(text: str) -> str:
    date, _, rest = text.partition("T")
    zone = re.search(r"(Z|[+-]\d\d:\d\d)$", rest)
    time = rest[: zone.start()] if zone else rest
    missing = ":00" * (2 - time.count(":")) if time else "00:00:00"
    return f"{date}T{time}{missing if not time or time.count(':') < 2 else ''}{zone[0] if zone else 'Z'}"
