"""The answers with a 5xx that a fuzzed request may get: those that Docker itself gives, and no others."""

from __future__ import annotations

import re


def is_dockers_own(status: int, message: str) -> bool:
    """Whether Docker, or what this engine has not got, answers so."""
    return any(number == status and re.fullmatch(text, message, re.DOTALL) for number, text in SERVER_ERRORS)


SERVER_ERRORS: tuple[tuple[int, str], ...] = ()
