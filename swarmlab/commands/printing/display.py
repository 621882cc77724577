"""The lines that progress draws over one another; only their last state is ever printed.

Source: moby pkg/jsonmessage: a line per id, in the order in which the ids appeared.
"""

from __future__ import annotations

BAR = 50
ERROR_WIDTH = 75


class Display:
    """Progress lines by id."""

    def __init__(self) -> None:
        self._lines: dict[str, str] = {}
        self._messages: list[str] = []

    def show(self, name: str, text: str) -> None:
        """Write or overwrite the line of this id."""
        self._lines[name] = f"{name}: {text}"

    def message(self, text: str) -> None:
        """A line of its own under all others."""
        self._messages.append(text)

    def text(self) -> str:
        """All lines as they stand."""
        return "\n".join([*self._lines.values(), *self._messages])


def bar(current: int, total: int) -> str:
    """`[=====>     ]`, as long as the CLI draws it on a wide terminal."""
    filled = min(int(current / total * 100) // 2, BAR)
    return f"[{'=' * filled}>{' ' * (BAR - filled)}]"


def one_line(error: str) -> str:
    """A task's error, cut so that it stays on its line."""
    text = error.replace("\n", " ")
    return text if len(text) <= ERROR_WIDTH else text[: ERROR_WIDTH - 1] + "…"
