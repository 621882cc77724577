"""`--help`: made from the same table that parses.

Source: spf13/pflag FlagUsagesWrapped, docker/cli cli/cobra.go. Only what is here is listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from swarmlab.commands.command import REGISTRY, Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.terminal import COLUMNS
from swarmlab.commands.session import Session
from swarmlab.commands.spelling.options import Flag, argument, flags_of

GROUPS = {
    "config": "Manage Swarm configs",
    "container": "Manage containers",
    "context": "Manage contexts",
    "image": "Manage images",
    "network": "Manage networks",
    "node": "Manage Swarm nodes",
    "secret": "Manage Swarm secrets",
    "service": "Manage Swarm services",
    "stack": "Manage Swarm stacks",
    "swarm": "Manage Swarm",
    "system": "Manage Docker",
    "volume": "Manage volumes",
}
"""Words that stand before a command."""

REAL = frozenset(
    "build builder buildx checkpoint commit compose import load login logout manifest plugin push save search"
    " trust".split()
) | frozenset(
    f"{group} {name}"
    for group, names in {
        "container": "commit",
        "context": "create export import rm update",
        "image": "build import load push save",
        "system": "dial-stdio",
    }.items()
    for name in names.split()
)
"""Commands of the docker CLI that this package may lack."""

HELP = ("--help", "-h")
NAME_WIDTH = 11
_HELP = Flag(name="help", long="help", short="", word="", help="Print usage", default="", syntax="")
_SLOP = 5
_NARROWEST = 24


@dataclass(frozen=True, kw_only=True)
class Help(Command, path="help"):
    """What a command, or a group of them, takes.

    Attributes:
        topic: the words after `docker`; empty for all.
        by_shorthand: whether it is asked for by `-h`, which the CLI takes with a word of warning.
    """

    topic: str = argument(optional=True)
    by_shorthand: bool = False

    def words(self) -> list[str]:
        """Spelled as people ask: `docker service scale --help`."""
        return ["docker", *(self.topic or "").split(), "-h" if self.by_shorthand else "--help"]

    def sdk(self) -> str:
        """Help is not a matter of the engine."""
        return "help(client)"

    def perform(self, session: Session) -> None:
        """Print it."""
        words = (self.topic or "").split()
        known = known_topic(words)
        if rest := words[len(known.split()) :]:
            raise DockerError(f"unknown help topic: {' '.join(rest)}")
        if self.by_shorthand:
            session.terminal.print("Flag shorthand -h has been deprecated, use --help")
        session.terminal.print(help_text(self.topic or ""))


def known_topic(words: Sequence[str]) -> str:
    """The command, or the group of commands, that words begin with."""
    beginnings = (" ".join(words[:size]) for size in (2, 1) if len(words) >= size)
    return next((each for each in beginnings if each in REGISTRY or each in GROUPS), "")


def is_command(word: str) -> bool:
    """Whether the docker CLI has a command, or a group of them, of this name."""
    return word in REGISTRY or word in GROUPS or word in REAL


def help_text(topic: str) -> str:
    """The help of a command, of a group, or of everything."""
    command = REGISTRY.get(topic)
    return _group_help(topic) if command is None else command_help(command, topic)


def command_help(command: type[Command], path: str) -> str:
    """Usage line, summary, aliases, flags."""
    parts = [f"Usage:  docker {path} {command.usage}".rstrip(), command.description or command.summary]
    if command.aliases:
        parts.append(f"Aliases:\n  {command.aliases}")
    flags = flags_of(command)
    if command.shows_help:
        flags = sorted([*flags, _HELP], key=lambda each: each.long)
    return "\n\n".join([*parts, *(["Options:\n" + _flag_lines(flags, command.shows_defaults)] if flags else [])])


def _flag_lines(flags: list[Flag], defaults: bool) -> str:
    spelled = [_spelled(each) for each in flags]
    column = max(map(len, spelled)) + 3
    texts = [each.help + (f" (default {each.default})" if each.default and defaults else "") for each in flags]
    return "\n".join(
        f"{name:<{column}}{wrapped(text, column, COLUMNS - 1)}" for name, text in zip(spelled, texts, strict=True)
    )


def _spelled(each: Flag) -> str:
    front = f"  -{each.short}, " if each.short else "      "
    return f"{front}--{each.long}{each.word and ' ' + each.word}"


def wrapped(text: str, indent: int, width: int) -> str:
    """Text in lines of at most `width - indent`, all but the first one indented."""
    room = width - indent
    lead = ""
    if room < _NARROWEST:
        indent, room, lead = 16, width - 16, "\n" + " " * 16
    lines = []
    while text:
        line, text = _cut(text, room - _SLOP)
        lines += line.split("\n")
    return lead + ("\n" + " " * indent).join(lines)


def _cut(text: str, width: int) -> tuple[str, str]:
    if width + _SLOP > len(text):
        return text, ""
    front = text[:width]
    blank = max(front.rfind(mark) for mark in " \t\n")
    if blank <= 0:
        return text, ""
    line_end = front.rfind("\n")
    if 0 < line_end < blank:
        blank = line_end
    return text[:blank], text[blank + 1 :]


def _group_help(group: str) -> str:
    prefix = f"docker {group}".rstrip()
    names = {path.removeprefix(group).strip(): cls for path, cls in REGISTRY.items() if _listed(path, group)}
    lines = [f"  {name:<{NAME_WIDTH}} {cls.summary}" for name, cls in sorted(names.items())]
    groups = [f"  {name:<{NAME_WIDTH}} {summary}" for name, summary in GROUPS.items()] if not group else []
    return "\n".join(
        [f"Usage:  {prefix} COMMAND", "", GROUPS.get(group, "Docker commands of this lab"), ""]
        + (["Management Commands:", *groups, ""] if groups else [])
        + ["Commands:", *lines, "", f"Run '{prefix} COMMAND --help' for more information on a command."]
    )


def _listed(path: str, group: str) -> bool:
    words = path.split()
    if path in ("help", "container ps") or words[-1] in ("list", "remove", "up", "down"):
        return False
    return words[0] == group if group and len(words) == 2 else not group and len(words) == 1
