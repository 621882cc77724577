"""From the parts of a word to its fields: what blanks divide, and the paths that `*`, `?` and `[…]` stand for.

Owns no state. A pattern is a text in which a backslash stands before what was quoted.
Source: POSIX.1 XCU 2.6.5, 2.6.6 and 2.13; compared with busybox 1.35 and dash 0.5.12.
"""

from __future__ import annotations

import re
from posixpath import normpath

from swarmlab.engine.host.files import Files

_MAGIC = re.compile(r"(?<!\\)(?:\\\\)*[*?\[]")
_SPECIAL = re.compile(r"[\\*?\[\]]")
_QUOTED = re.compile(r"\\(.)", re.DOTALL)
_PIECES = re.compile(
    r"(?P<star>\*+)|(?P<any>\?)|\[(?P<set>[!^]?\]?(?:\[:\w+:\]|\\.|[^\]\\])*)\]|\\(?P<quoted>.)|(?P<plain>.)", re.DOTALL
)
_CLASSES = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r"\s",
    "xdigit": "0-9a-fA-F",
}


class Fields:
    """The fields that a word becomes, part by part."""

    def __init__(self) -> None:
        self.patterns: list[str] = []
        self._is_open = False

    def add(self, text: str, *, quoted: bool, split: bool) -> None:
        """One more part: whether it was quoted, else whether blanks in it divide fields."""
        if quoted:
            self._append(_SPECIAL.sub(r"\\\g<0>", text))
        elif not split:
            self._append(text)
        else:
            self._split(text.replace("\\", "\\\\"))

    def add_all(self, texts: tuple[str, ...]) -> None:
        """`"$@"`: each a field of its own, the first and the last with what stands before and after."""
        for number, text in enumerate(texts):
            self._is_open = self._is_open and number == 0
            self.add(text, quoted=True, split=False)

    def _append(self, text: str) -> None:
        if not self._is_open:
            self.patterns.append("")
            self._is_open = True
        self.patterns[-1] += text

    def _split(self, text: str) -> None:
        if text[:1].isspace():
            self._is_open = False
        for number, word in enumerate(text.split()):
            self._is_open = self._is_open and number == 0
            self._append(word)
        if text[-1:].isspace():
            self._is_open = False


def paths_of(pattern: str, files: Files, directory: str, *, caret_inverts: bool) -> list[str]:
    """What a field stands for: the paths that fit it, sorted; where none does, itself."""
    literal = _QUOTED.sub(r"\1", pattern)
    if not _MAGIC.search(pattern):
        return [literal]
    found = [""]
    components = pattern.split("/")
    for number, component in enumerate(components):
        last = number + 1 == len(components)
        found = [path for before in found for path in _step(before, component, files, directory, caret_inverts)]
        if not last:
            found = [f"{path}/" for path in found if not path or files.is_directory(_whole(path, directory))]
    return sorted(found) or [literal]


def _step(before: str, component: str, files: Files, directory: str, caret_inverts: bool) -> list[str]:
    """The paths that one component more leads to."""
    folder = _whole(before, directory)
    if not _MAGIC.search(component):
        name = _QUOTED.sub(r"\1", component)
        known = name in ("", ".", "..") or name in files.list(folder)
        return [before + name] if known else []
    fits = _expression(component, caret_inverts=caret_inverts)
    names = [*((".", "..") if component.startswith(".") else ()), *files.list(folder)]
    shown = [name for name in names if component.startswith((".", "\\.")) or not name.startswith(".")]
    return [before + name for name in shown if fits.fullmatch(name)]


def _whole(path: str, directory: str) -> str:
    return normpath(path if path.startswith("/") else f"{directory}/{path}").replace("//", "/")


def _expression(component: str, *, caret_inverts: bool) -> re.Pattern[str]:
    """The names that a component of a pattern fits. A `[` that nothing closes stands for itself."""
    expression = ""
    for piece in _PIECES.finditer(component):
        if piece["star"]:
            expression += ".*"
        elif piece["any"]:
            expression += "."
        elif piece["set"]:
            expression += _set(piece["set"], caret_inverts=caret_inverts)
        else:
            expression += re.escape(piece["quoted"] or piece["plain"])
    return re.compile(expression, re.DOTALL)


def _set(text: str, *, caret_inverts: bool) -> str:
    inverts = text[0] == "!" or (caret_inverts and text[0] == "^")
    text = re.sub(r"\[:(\w+):\]", lambda name: f"\0{_CLASSES.get(name[1], '')}\0", text[inverts:])
    pieces = text.split("\0")
    pieces[::2] = [re.sub(r"[\[\]^&~|]", r"\\\g<0>", piece) for piece in pieces[::2]]
    return f"[{'^' if inverts else ''}{''.join(pieces)}]"
