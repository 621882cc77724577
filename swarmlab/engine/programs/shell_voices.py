"""How a shell complains: alpine's is busybox's ash, Debian's is dash. Owns no state.

Source: busybox 1.35 and dash 0.5.12, whose words the tests have recorded.
Simplification: Debian's `bash` is its `sh` too, and speaks as dash does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Voice:
    """One shell's words; `is_dash` says whose."""

    is_dash: bool

    def complaint(self, name: str, text: str, *, command: str = "", line: int = 1, shows_line: bool = True) -> str:
        """A complaint of the shell that was called by `name`, or of a `command` of its own, in a line of the script."""
        if self.is_dash:
            return f"{name}: {line}: {command}: {text}" if command else f"{name}: {line}: {text}"
        place = f"line {line}: " if shows_line else ""
        return f"{name}: {command}: {place}{text}" if command else f"{name}: {text}"

    def either(self, ash: T, dash: T) -> T:
        """The words of this one of the two."""
        return dash if self.is_dash else ash


ASH, DASH = Voice(is_dash=False), Voice(is_dash=True)
