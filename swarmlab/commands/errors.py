"""The one exception of this package: a docker command said no.

Owns the exception and the CLI's words for wrong use. Does not own what the engine says: that arrives in the text.
"""

from __future__ import annotations


class DockerError(Exception):
    """A docker command failed; `str(error)` is what the docker CLI prints.

    Attributes:
        status: HTTP status of the engine's answer; None where the engine was not asked.
        exit_code: what `$?` would hold after the CLI.
        is_printed: whether the text stands on the terminal already.
    """

    def __init__(self, text: str, *, status: int | None = None, exit_code: int = 1) -> None:
        super().__init__(text)
        self.status = status
        self.exit_code = exit_code
        self.is_printed = False

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows instead of a traceback; the text only where it is not to be read above."""
        return [f"DockerError: exit status {self.exit_code}" if self.is_printed else f"DockerError: {self}"]


def wrong_flags(text: str, path: str, usage: str) -> DockerError:
    """A flag that the command does not know, or a value that it cannot read."""
    return DockerError(
        f"{text}\n\n{_usage(path, usage)}\n\nRun 'docker {path} --help' for more information", exit_code=125
    )


def wrong_count(text: str, path: str, usage: str, *, verb: str = "Run") -> DockerError:
    """Too few or too many arguments; `verb` is `See` where the CLI says `requires at least`."""
    words = f"docker: 'docker {path}' {text}\n\n{_usage(path, usage)}\n\n"
    return DockerError(f"{words}{verb} 'docker {path} --help' for more information")


def not_here(what: str, topic: str) -> DockerError:
    """A real docker command or flag that this package lacks; help on `topic` lists what it has."""
    return DockerError(
        f"swarmlab's %docker does not have `{what}`; in a terminal use the docker CLI"
        f" (`%{topic} --help` lists what is here)"
    )


def _usage(path: str, usage: str) -> str:
    return f"Usage:  docker {path} {usage}".rstrip()
