"""What every docker command is: an object that knows its spelling, its SDK call, and how to run.

Owns the registry of commands by path (`service scale`). Does not own what any command does.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from swarmlab.commands.errors import DockerError, wrong_flags
from swarmlab.commands.session import Session
from swarmlab.commands.spelling.options import Flag, arguments_of, flags_of, quoted

REGISTRY: dict[str, type[Command]] = {}
"""Every command by each path it can be typed under: `ps` and `container ls` are the same."""


class Command:
    """One docker command with its flags and arguments; a frozen dataclass in every subclass.

    Attributes:
        path: words after `docker`.
        paths: all that it can be typed as, `path` first.
        usage: the rest of the usage line.
        summary: the sentence under it.
        description: what stands there instead, where help has more to say than the list of commands.
        interspersed: whether flags may follow arguments; they may not where the arguments are a command of their own.
        lacks: flags of the real command that this one does not have.
        refused: flags that the real command has for other engines only, with its words of refusal.
        aliases: the line that help lists the paths in, where there are several.
        shows_defaults: whether help tells what a flag is when not typed.
        shows_help: whether help lists `--help`, as it does where `-h` means something else.
    """

    path: ClassVar[str] = ""
    paths: ClassVar[tuple[str, ...]] = ()
    usage: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    description: ClassVar[str] = ""
    interspersed: ClassVar[bool] = True
    lacks: ClassVar[frozenset[str]] = frozenset()
    refused: ClassVar[Mapping[str, str]] = MappingProxyType({})
    aliases: ClassVar[str] = ""
    shows_defaults: ClassVar[bool] = True
    shows_help: ClassVar[bool] = False

    def __init_subclass__(cls, *, path: str = "", also: tuple[str, ...] = ()) -> None:
        if path:
            cls.path = path
            cls.paths = (path, *also)
            cls.aliases = ", ".join(f"docker {each}" for each in _long_ones_first(cls.paths)) if also else ""
            REGISTRY.update(dict.fromkeys(cls.paths, cls))

    def __post_init__(self) -> None:
        for each in flags_of(self):
            object.__setattr__(self, each.name, self._checked(each, getattr(self, each.name)))

    def _checked(self, each: Flag, value: Any) -> Any:
        if value is None:
            return None
        if not each.kind.many:
            return self.read(each, value)
        values = (value,) if isinstance(value, str) else tuple(value)
        return tuple(self.read(each, item) for item in values)

    @classmethod
    def read(cls, each: Flag, value: Any, *, path: str = "") -> Any:
        """One value of a flag, from the text or from Python; `path` is how the command was typed.

        Raises:
            DockerError: it cannot be read; in the CLI's words.
        """
        text = str(value).lower() if isinstance(value, bool) else str(value)
        try:
            return each.kind.read(text)
        except ValueError as error:
            shown = text.replace("\\", "\\\\").replace('"', '\\"')
            words = f'invalid argument "{shown}" for "{each.shown}" flag: {error}'
            raise wrong_flags(words, path or cls.path, cls.usage) from None

    @classmethod
    def path_of(cls, typed: str) -> str:
        """The command's name where it was typed: `docker container list` is called `docker container ls`."""
        group = typed.rpartition(" ")[0]
        return next(path for path in cls.paths if path.rpartition(" ")[0] == group)

    def words(self) -> list[str]:
        """The command line as words, `docker` first."""
        flags = [word for each in flags_of(self) for word in each.spell(getattr(self, each.name))]
        rest = [word for each in arguments_of(self) for word in each.show(getattr(self, each.name))]
        looks_like_flag = [word.startswith("-") and word != "-" for word in (rest if self.interspersed else rest[:1])]
        return ["docker", *self.path.split(), *flags, *(["--"] if any(looks_like_flag) else []), *rest]

    def __str__(self) -> str:
        return quoted(self.words())

    @abstractmethod
    def sdk(self) -> str:
        """The same with the docker SDK, as Python text; `client` is a `docker.DockerClient`."""

    @abstractmethod
    def perform(self, session: Session) -> None:
        """Do it and print to the session's terminal.

        Raises:
            DockerError: the engine refused or the arguments make no sense.
        """

    def run(self, session: Session) -> None:
        """Do it, print what the CLI would print, errors included.

        Raises:
            DockerError: its text has been printed.
        """
        try:
            self.perform(session)
        except DockerError as error:
            session.terminal.refuse(error)
            raise
        finally:
            session.terminal.flush()


def _long_ones_first(paths: tuple[str, ...]) -> list[str]:
    return sorted(paths, key=lambda path: -len(path.split()))
