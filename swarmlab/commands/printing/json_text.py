"""JSON as the docker CLI prints it: the engine's own bytes, indented, never decoded and encoded again.

Source: Go encoding/json Indent, four blanks a level; an empty object or list stays on one line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
INDENT = "    "


def json_list(documents: Sequence[str]) -> str:
    """The raw documents as one indented list, as every `inspect` prints them."""
    return indented("[" + ",".join(documents) + "]")


def compact_list(documents: Sequence[str]) -> str:
    """The raw documents as one list on one line."""
    return "".join(_TOKEN.findall("[" + ",".join(documents) + "]"))


def indented(raw: str) -> str:
    """The same JSON, one member a line."""
    return "".join(_pieces(_TOKEN.findall(raw)))


def _pieces(tokens: Sequence[str]) -> Iterator[str]:
    depth = 0
    before = ""
    for token in tokens:
        if token in "]}" and len(token) == 1:
            depth -= 1
            yield "" if before in "[{" else _line_break(depth)
        elif before in ("[", "{", ","):
            yield _line_break(depth)
        yield ": " if token == ":" else token
        depth += token in ("[", "{")
        before = token


def _line_break(depth: int) -> str:
    return "\n" + INDENT * depth
