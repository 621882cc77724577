"""From a typed line to a command: `docker service scale helloworld=5` to `ServiceScale(replicas={"helloworld": 5})`.

Source of the rules: spf13/cobra; spf13/pflag (`--flag value` or `--flag=value`, short ones joined or apart, `--` ends).
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Any

from swarmlab.commands.command import REGISTRY, Command
from swarmlab.commands.errors import DockerError, not_here, wrong_count, wrong_flags
from swarmlab.commands.spelling.global_options import read_global_options, wrong_option
from swarmlab.commands.spelling.kinds import read_bool
from swarmlab.commands.spelling.options import Flag, arguments_of, flags_of
from swarmlab.commands.spelling.usage import GROUPS, HELP, REAL, Help, is_command, known_topic
from swarmlab.commands.standard_input import HERE_STRING, ReadsInput
from swarmlab.commands.system.version import CliVersion


def parse(line: str) -> Command:
    """The command that this line asks for; a leading `docker` may be there or not.

    Raises:
        DockerError: in the CLI's words, or naming a real command that is not here.
    """
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise DockerError(f"this line has {str(error).lower()}") from None
    return parse_words(words[1:] if words[:1] == ["docker"] else words)


def parse_words(words: Sequence[str]) -> Command:
    """The same from words, `docker` left out."""
    asks_version, words = read_global_options(words)
    if asks_version and not (words and is_command(words[0])):
        return CliVersion()
    if words[:1] == ["help"] and len(words) > 2:
        words = ["help", " ".join(words[1:])]
    for size in (2, 1):
        typed = " ".join(words[:size])
        command = REGISTRY.get(typed)
        if command and len(words) >= size and not any(word.startswith("-") for word in words[:size]):
            return _Reading(command, command.path_of(typed), words[size:]).command()
    return _without_command(words)


def _without_command(words: Sequence[str]) -> Command:
    plain = [word for word in words if not word.startswith("-")]
    group = " ".join(plain[:1])
    wrong = next((word for word in words if word.startswith("-") and word not in HELP), "")
    if any(word in HELP for word in words[:2]) and (words[0] in HELP or group in GROUPS):
        return Help(topic=known_topic(plain), by_shorthand="-h" in words)
    if wrong and group in GROUPS and (len(plain) == 1 or words[1] == wrong):
        raise wrong_flags(_unknown_flag(wrong), group, "")
    if group in GROUPS and len(plain) > 1:
        raise _unknown(f"{group} {plain[1]}", group)
    if group and group not in GROUPS and (group in REAL or not wrong):
        raise _unknown(group, "")
    if wrong:
        raise wrong_option(_unknown_flag(wrong))
    return Help(topic=group, by_shorthand="-h" in words)


def _unknown(path: str, group: str) -> DockerError:
    if path in REAL:
        return not_here(f"docker {path}", f"docker {group}".strip())
    usage = f"Usage:  docker {group}\n\n" if group else ""
    see = f"docker {group}".strip()
    return DockerError(f"docker: unknown command: docker {path}\n\n{usage}Run '{see} --help' for more information")


def _unknown_flag(word: str) -> str:
    return f"unknown flag: {word}" if word.startswith("--") else _unknown_short(word[1], word)


def _unknown_short(letter: str, word: str) -> str:
    return f"unknown shorthand flag: '{letter}' in {word}"


class _Reading:
    """One pass over a command's words."""

    def __init__(self, command: type[Command], path: str, words: Sequence[str]) -> None:
        self._command = command
        self._path = path
        self._words = list(words)
        flags = flags_of(command)
        self._long = {name: each for each in flags for name in (each.long, *each.also)}
        self._short = {each.short: each for each in flags if each.short}
        self._values: dict[str, Any] = {}
        self._rest: list[str] = []
        self._asks_help = self._by_shorthand = False

    def command(self) -> Command:
        """The command, or its help."""
        if issubclass(self._command, ReadsInput) and self._words[-2:-1] == [HERE_STRING]:
            self._values["stdin"] = self._words.pop() + "\n"
            self._words.pop()
        while self._words:
            word = self._words.pop(0)
            if word == "--":
                self._rest += self._words
                break
            if word.startswith("--"):
                self._read_long(word)
            elif word.startswith("-") and word != "-":
                self._read_short(word)
            else:
                self._rest.append(word)
                if not self._command.interspersed:
                    self._rest += self._words
                    break
        if self._asks_help or self._by_shorthand:
            return Help(topic=self._path, by_shorthand=self._by_shorthand)
        return self._command(**self._values, **self._arguments())

    def _read_long(self, word: str) -> None:
        name, equals, value = word[2:].partition("=")
        found = self._long.get(name)
        if name == "help":
            self._read_help(value if equals else "true")
            return
        if not found:
            raise self._lacking(f"--{name}") or self._wrong(f"unknown flag: --{name}")
        if not equals:
            value = self._next(found, f"flag needs an argument: --{name}")
        self._set(found, value)

    def _read_help(self, text: str) -> None:
        try:
            self._asks_help = read_bool(text)
        except ValueError as error:
            raise self._wrong(f'invalid argument "{text}" for "--help" flag: {error}') from None

    def _read_short(self, word: str) -> None:
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            found = self._short.get(letter)
            if not found and letter == "h":
                self._by_shorthand = True
                continue
            if not found:
                raise self._lacking(f"-{letter}") or self._wrong(_unknown_short(letter, f"-{letter}{letters}"))
            if letters.startswith("="):
                value, letters = letters[1:], ""
            elif found.word and letters:
                value, letters = letters, ""
            else:
                value = self._next(found, f"flag needs an argument: '{letter}' in -{letter}")
            self._set(found, value)

    def _next(self, found: Flag, missing: str) -> str:
        if not found.word:
            return "true"
        if not self._words:
            raise self._wrong(missing)
        return self._words.pop(0)

    def _set(self, found: Flag, text: str) -> None:
        parts = text.split(",") if found.kind.split else [text]
        values = [self._command.read(found, part, path=self._path) for part in parts]
        if found.kind.many:
            self._values[found.name] = (*self._values.get(found.name, ()), *values)
        else:
            self._values[found.name] = values[0]

    def _arguments(self) -> dict[str, Any]:
        table = arguments_of(self._command)
        self._count(sum(each.least for each in table), None if any(each.many for each in table) else len(table))
        values, rest = {}, self._rest
        for each in table:
            taken, rest = (rest, []) if each.many else (rest[:1], rest[1:])
            values[each.name] = each.read(taken)
        return values

    def _count(self, least: int, most: int | None) -> None:
        given = len(self._rest)
        if least <= given and (most is None or given <= most):
            return
        verb = "Run"
        if most == 0:
            text = "accepts no arguments"
        elif most == least:
            text = f"requires {least} {_plural(least)}"
        elif most is None:
            text, verb = f"requires at least {least} {_plural(least)}", "See"
        elif least:
            text = f"requires at least {least} and at most {most} {_plural(most)}"
        else:
            text, verb = f"requires at most {most} {_plural(most)}", "SRun"  # so printed by CLI 28
        raise wrong_count(text, self._path, self._command.usage, verb=verb)

    def _lacking(self, spelled: str) -> DockerError | None:
        if spelled in self._command.refused:
            return DockerError(f'"{spelled}" {self._command.refused[spelled]}')
        if spelled not in self._command.lacks:
            return None
        return not_here(f"docker {self._path} {spelled}", f"docker {self._path}")

    def _wrong(self, text: str) -> DockerError:
        return wrong_flags(text, self._path, self._command.usage)


def _plural(count: int) -> str:
    return "argument" if count == 1 else "arguments"
