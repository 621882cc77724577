"""The options of `docker` itself, which stand before a command: what is read of them, and which are not here.

Debug output and log levels are read and change nothing: the CLI says no more for them in what it prints here.
Source: docker/cli cli/flags/options.go, cmd/docker/docker.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from swarmlab.commands.errors import DockerError, not_here
from swarmlab.commands.spelling.kinds import read_bool

_SWITCHES = {"--debug": "-D, --debug", "-D": "-D, --debug", "--version": "-v, --version", "-v": "-v, --version"}
_LEVEL = ("--log-level", "-l")
_LEVELS = frozenset("panic fatal error warn warning info debug trace".split())
ELSEWHERE = frozenset("--config --context -c --host -H --tls --tlscacert --tlscert --tlskey --tlsverify".split())
"""A lab's commands go to a node of the lab, whatever else this machine reaches."""


def read_global_options(words: Sequence[str]) -> tuple[bool, list[str]]:
    """Whether the CLI's version is asked for, and the words from the first one on that is none of its own options.

    Raises:
        DockerError: in the CLI's words, or naming an option that is not here.
    """
    rest, asks_version = list(words), False
    while rest and rest[0].startswith("-"):
        rest[:1] = _apart(rest[0])
        name, equals, value = rest[0].partition("=")
        if name in ELSEWHERE:
            raise not_here(f"docker {rest[0]}", "docker")
        if name not in _SWITCHES and name not in _LEVEL:
            del rest[: name == "--"]
            break
        del rest[0]
        if name in _SWITCHES:
            is_on = _read_switch(name, value if equals else "true")
            asks_version = is_on if "version" in _SWITCHES[name] else asks_version
        else:
            _check_level(value if equals else _next(name, rest))
    return asks_version, rest


def wrong_option(text: str) -> DockerError:
    """What the CLI says of an option of its own that it cannot read."""
    see = "Usage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information"
    return DockerError(f"{text}\n\n{see}", exit_code=125)


def _apart(word: str) -> list[str]:
    """`-Dv` is `-D -v`, and `-lerror` is `-l=error`."""
    name, more = word[:2], word[2:]
    if not more or more.startswith("=") or name not in (*_SWITCHES, *_LEVEL):
        return [word]
    return [f"{name}={more}"] if name in _LEVEL else [name, f"-{more}"]


def _next(name: str, rest: list[str]) -> str:
    if not rest:
        spelled = name if name.startswith("--") else f"'{name[1]}' in {name}"
        raise wrong_option(f"flag needs an argument: {spelled}")
    return rest.pop(0)


def _read_switch(name: str, text: str) -> bool:
    try:
        return read_bool(text)
    except ValueError as error:
        raise wrong_option(f'invalid argument "{text}" for "{_SWITCHES[name]}" flag: {error}') from None


def _check_level(text: str) -> None:
    if text and text.lower() not in _LEVELS:
        raise DockerError(f"Unable to parse logging level: {text}")
