"""What a health check says: its command, its defaults, the image's values under a container's own. Owns no state.

Source: moby daemon/{health,container,commit}.go; texts recorded from 28.5.2.
"""

from __future__ import annotations

from dataclasses import replace

from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.model import Healthcheck

DEFAULT_INTERVAL_S = 30.0
DEFAULT_TIMEOUT_S = 30.0
DEFAULT_START_INTERVAL_S = 5.0
DEFAULT_RETRIES = 3
_SHORTEST_S = 0.001


def probe_command(check: Healthcheck | None) -> tuple[str, ...]:
    """What a check runs; empty where it runs nothing."""
    match check.test if check else ():
        case ("CMD", *words):
            return tuple(words)
        case ("CMD-SHELL", text, *_):
            return ("/bin/sh", "-c", text)
    return ()


def merged_check(own: Healthcheck | None, of_image: Healthcheck | None) -> Healthcheck | None:
    """The container's own check, with the image's values where it says nothing. Source: moby daemon/commit.go."""
    if own is None or of_image is None:
        return own or of_image
    names = ("interval_s", "timeout_s", "start_period_s", "start_interval_s", "retries")
    values = {name: getattr(own, name) or getattr(of_image, name) for name in names}
    return replace(own, test=own.test or of_image.test, **values)


def check_check(check: Healthcheck | None) -> None:
    """Raise InvalidParameter for a check that cannot be."""
    if check is None:
        return
    times = {
        "Interval": check.interval_s,
        "Timeout": check.timeout_s,
        "StartPeriod": check.start_period_s,
        "StartInterval": check.start_interval_s,
    }
    for name, seconds in times.items():
        if seconds != 0 and seconds < _SHORTEST_S:
            raise InvalidParameter(f"{name} in Healthcheck cannot be less than 1ms")
    if check.retries < 0:
        raise InvalidParameter("Retries in Healthcheck cannot be negative")


def go_duration(seconds: float) -> str:
    """As Go prints it: `200ms`, `1.5s`, `1m30s`. Source: Go, time.Duration.String."""
    if seconds < 1:
        return f"{seconds * 1000:g}ms"
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    text = f"{hours:g}h" if hours else ""
    text += f"{minutes:g}m" if hours or minutes else ""
    return f"{text}{rest:g}s"
