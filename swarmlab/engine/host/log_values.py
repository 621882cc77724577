"""Values of options of log drivers, and the words in which Go's parsers refuse them. Owns no state."""

from __future__ import annotations

import re

from swarmlab.engine.go_numbers import NotANumber, atoi

TRUE = ("1", "t", "T", "TRUE", "true", "True")
BOOLEANS = (*TRUE, "0", "f", "F", "FALSE", "false", "False")
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(?:([kmgtp])?i?b?)", re.IGNORECASE)


def size_refusal(text: str) -> str:
    """Why a text is no size such as `10m`; empty where it is one."""
    found = _SIZE.fullmatch(text)
    return "" if found else f"invalid size: '{text}'"


def integer_refusal(text: str) -> str:
    """Why a text is no integer."""
    try:
        atoi(text)
    except NotANumber as error:
        return str(error)
    return ""


def boolean_refusal(text: str) -> str:
    """Why a text is no boolean."""
    return "" if text in BOOLEANS else f'strconv.ParseBool: parsing "{text}": invalid syntax'
