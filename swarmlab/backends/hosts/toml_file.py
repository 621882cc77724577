"""A TOML file whose errors name its lines.

Owns where in the text things stand: `tomllib` tells no line of a value, nor does tomlkit, so the text is scanned for
it. What the values mean is not known here.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

_HEADER = re.compile(r"\s*\[\[\s*hosts\s*\]\]")
_AT_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)|\s*\(at end of document\)")


class SettingsError(ValueError):
    """The file is not as it must be; the text names the line and says what to write instead."""


class TomlFile:
    """The file's text, and where in it things stand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._text = path.read_text(encoding="utf-8")
        except OSError as error:
            reason = (error.strerror or "").lower()
            raise SettingsError(f"{path} cannot be read: {reason}. Name the file that lists your hosts.") from None
        except UnicodeDecodeError:
            raise SettingsError(f"{path} is no text in UTF-8. Name the file that lists your hosts.") from None
        self._lines = self._text.splitlines()

    def parse(self) -> dict[str, Any]:
        """Everything in it.

        Raises:
            SettingsError: it is no TOML.
        """
        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            found = _AT_LINE.search(str(error))
            line = int(found[1]) if found and found[1] else len(self._lines)
            reason = _AT_LINE.sub("", str(error))
            raise SettingsError(
                f'{self.path}:{line}: {reason}. Write key = "value", texts between quotes, [[hosts]] before each host.'
            ) from None

    def check_keys(self, table: Mapping[str, Any], known: Iterable[str], host: int | None) -> None:
        """Refuse a key that has no meaning, and name the one that was probably meant."""
        for key in table:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                advice = f"Did you mean {near[0]}?" if near else f"There are {', '.join(known)}."
                self.refuse(f"{key} has no meaning here. {advice}", key=key, host=host)

    def refuse(self, what: str, *, key: str = "", host: int | None = None) -> NoReturn:
        """Raise SettingsError for a key of a host, or of the file."""
        raise SettingsError(f"{self.path}:{self.line(key=key, host=host)}: {what}")

    def line(self, *, key: str = "", host: int | None = None) -> int:
        """Where a key of a host, or of the file, stands; the beginning of the host, or of the file, if none is seen."""
        begins = [number for number, line in enumerate(self._lines, 1) if _HEADER.match(line)]
        if host is None:
            first, last = 1, begins[0] - 1 if begins else len(self._lines)
        elif host < len(begins):
            first, last = begins[host], begins[host + 1] - 1 if host + 1 < len(begins) else len(self._lines)
        else:
            return self.line(key="hosts")
        written = re.compile(rf"""\s*\[*\s*["']?{re.escape(key)}["']?\s*[].=]""")
        found = (number for number in range(first, last + 1) if key and written.match(self._lines[number - 1]))
        return next(found, first)
