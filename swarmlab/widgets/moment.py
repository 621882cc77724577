"""Which moment is shown: one for the board and the time line, so that they never show two."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from traitlets import Float, HasTraits


class Moment(HasTraits):
    """A moment of a lab's past, or the present. Whoever shows it observes it; any of them may set it.

    Attributes:
        shown: in milliseconds since the epoch; None for the present.
    """

    shown = Float(None, allow_none=True)

    @property
    def at(self) -> datetime | None:
        """The moment in UTC; None for the present."""
        return moment_of(self.shown)

    def show_now(self) -> None:
        """The present is shown again."""
        self.shown = None


def moment_of(since_epoch_ms: Any) -> datetime | None:
    """The moment in UTC; None for none. It is a float, which traitlets' types do not know."""
    return None if since_epoch_ms is None else datetime.fromtimestamp(since_epoch_ms / 1000, tz=UTC)
