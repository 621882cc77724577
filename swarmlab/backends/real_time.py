"""The time in which real engines live."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from swarmlab.client.protocols import TimeRefused

_REAL_TIME = "real engines live in real time: only the time of simulated ones can be bent (SWARMLAB_BACKEND=embedded)"


class RealClock:
    """Real time, since real engines live in it."""

    def now(self) -> datetime:
        """Now, in UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """Seconds."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    @property
    def rate(self) -> float:
        """As fast as the wall's."""
        return 1.0

    def set_rate(self, rate: float) -> None:
        """Raises TimeRefused, as everything that would bend time does."""
        raise TimeRefused(_REAL_TIME)

    def pause(self) -> None:
        """Raises TimeRefused."""
        raise TimeRefused(_REAL_TIME)

    def resume(self) -> None:
        """Raises TimeRefused."""
        raise TimeRefused(_REAL_TIME)

    def step(self) -> float:
        """Raises TimeRefused."""
        raise TimeRefused(_REAL_TIME)
