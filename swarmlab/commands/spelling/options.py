"""The table of a command's flags and arguments: the fields of its dataclass, spelled as the CLI's help spells them.

`replicas: Number = flag("--replicas uint", "Number of tasks")` is at once the field, the flag's syntax, and its line in
`--help`. Parsing, spelling and help are all made from this table, so they cannot disagree.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import Field, dataclass, field, fields
from typing import Any

from swarmlab.commands.spelling.kinds import KINDS, Kind

Switch = bool | None
Text = str | None
Number = int | None
Ratio = float | None
Many = tuple[str, ...]

_SPELLING = re.compile(r"(?:-(?P<short>\w), )?--(?P<long>[\w-]+)(?: (?P<word>[\w-]+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One flag: `-f, --filter filter`.

    Attributes:
        name: of the dataclass's field.
        word: the kind of its value as help names it; empty for a switch.
        default: what help says the CLI assumes; the value itself is never filled in here.
        syntax: name of the kind that reads the value, where help's word does not tell.
        also: older spellings of `long`, which help does not list.
    """

    name: str
    long: str
    short: str
    word: str
    help: str
    default: str
    syntax: str
    also: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """How its value is read."""
        return KINDS[self.syntax or self.word]

    @property
    def shown(self) -> str:
        """As an error names it: `-d, --detach`."""
        return f"-{self.short}, --{self.long}" if self.short else f"--{self.long}"

    def spell(self, value: Any) -> list[str]:
        """The words of a command line that give this value."""
        match value:
            case None | ():
                return []
            case True:
                return [f"--{self.long}"]
            case False:
                return [f"--{self.long}=false"]
            case tuple():
                return [word for item in value for word in self._spell_text(str(item))]
            case _:
                return self._spell_text(str(value))

    def _spell_text(self, text: str) -> list[str]:
        return [f"--{self.long}", text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """A positional argument, or all the rest of them.

    Attributes:
        least: how many words it needs.
        many: whether it takes all the rest.
        read: from words to the field's value.
        show: from the value to words.
    """

    name: str
    least: int
    many: bool
    read: Callable[[Sequence[str]], Any]
    show: Callable[[Any], Sequence[str]]


def flag(spelling: str, help: str, default: str = "", *, syntax: str = "", also: tuple[str, ...] = ()) -> Any:
    """Declare a field as a flag, spelled as in the CLI's help."""
    match = _SPELLING.fullmatch(spelling)
    if not match:
        raise ValueError(f"not the spelling of a flag: {spelling!r}")
    parts = {"long": match["long"], "short": match["short"] or "", "word": match["word"] or ""}
    many = KINDS[syntax or parts["word"]].many
    metadata = {**parts, "help": help, "default": default, "syntax": syntax, "also": also}
    return field(default=() if many else None, metadata={"flag": metadata})


def argument(*, optional: bool = False) -> Any:
    """Declare a field as one positional argument."""
    metadata = {"argument": {"least": int(not optional), "many": False, "read": _first, "show": _one}}
    return field(default=None, metadata=metadata) if optional else field(metadata=metadata)


def arguments(
    *,
    least: int = 1,
    read: Callable[[Sequence[str]], Any] = tuple,
    show: Callable[[Any], Sequence[str]] = list,
) -> Any:
    """Declare a field as all the remaining positional arguments."""
    metadata = {"argument": {"least": least, "many": True, "read": read, "show": show}}
    return field(metadata=metadata) if least else field(default=(), metadata=metadata)


def flags_of(command: Any) -> list[Flag]:
    """The flags of a command or its class, by name, as help lists them."""
    found = [Flag(name=each.name, **each.metadata["flag"]) for each in _declared(command, "flag")]
    return sorted(found, key=lambda each: each.long)


def arguments_of(command: Any) -> list[Argument]:
    """The positional arguments of a command or its class, in order."""
    return [Argument(name=each.name, **each.metadata["argument"]) for each in _declared(command, "argument")]


def quoted(words: Sequence[str]) -> str:
    """Words as one line that a shell would split into the same words."""
    return " ".join(shlex.quote(word) for word in words)


def _declared(command: Any, what: str) -> list[Field[Any]]:
    return [each for each in fields(command) if what in each.metadata]


def _first(words: Sequence[str]) -> str | None:
    return words[0] if words else None


def _one(value: Any) -> Sequence[str]:
    return [] if value is None else [value]
