"""Command lines of programs taken apart: flags, options with values, words. Owns no state. Source: getopt_long(3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Options:
    """What a command line asks for. `words` are what is no option; `flags` the options without a value."""

    words: list[str] = field(default_factory=list)
    flags: set[str] = field(default_factory=set)
    values: dict[str, list[str]] = field(default_factory=dict)

    def value(self, *names: str) -> str:
        """The last value of an option, by any of its names; empty where it was not given."""
        return next((self.values[name][-1] for name in names if name in self.values), "")

    def has(self, *names: str) -> bool:
        """Whether a flag was given, by any of its names."""
        return bool(self.flags & set(names))

    def seconds(self, *names: str) -> float | None:
        """An option's value in seconds, None where it was not given."""
        text = self.value(*names)
        return float(text) if text.replace(".", "", 1).isdigit() else None


class UnknownOption(Exception):
    """An option that the program does not have; the text is the option as it was typed."""


def parse_options(words: Sequence[str], flags: Sequence[str], valued: Sequence[str]) -> Options:
    """Take a command line apart: `-qO-`, `-O FILE`, `--spider`, `--max-time 5`, `--max-time=5`.

    Raises:
        UnknownOption: an option that is in neither list.
    """
    options, rest = Options(), list(words)
    while rest:
        word = rest.pop(0)
        if word.startswith("--") and len(word) > 2:
            name, equals, value = word.partition("=")
            if name in flags and not equals:
                options.flags.add(name)
            elif name in valued:
                options.values.setdefault(name, []).append(value if equals else rest.pop(0) if rest else "")
            else:
                raise UnknownOption(word)
        elif word.startswith("-") and len(word) > 1:
            _parse_letters(word, options, rest, flags, valued)
        else:
            options.words.append(word)
    return options


def _parse_letters(word: str, options: Options, rest: list[str], flags: Sequence[str], valued: Sequence[str]) -> None:
    letters = word[1:]
    while letters:
        name, letters = f"-{letters[0]}", letters[1:]
        if name in flags:
            options.flags.add(name)
        elif name in valued:
            options.values.setdefault(name, []).append(letters or (rest.pop(0) if rest else ""))
            return
        else:
            raise UnknownOption(name)
