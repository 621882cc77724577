"""`%docker …` and `%%docker`: the docker command line of the lab, in a notebook.

    %docker service ls                        on the first manager that answers
    %docker -n docker-swarm-1 info            on a node of the lab; `--context` means the same
    %docker -t 5 service logs -f helloworld   ended after five lab seconds, as by Ctrl-C

`%%docker` takes one command a line; a command on its first line has the cell as its standard input, as
`%%docker secret create token -`. `{token}` and `$token` stand for Python variables. Every command is echoed behind a
prompt that names its node.

Join tokens and unlock keys of real engines are masked in what is printed, unless `lab.show_secrets` is True.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.magic import MAGIC_NO_VAR_EXPAND_ATTR

from swarmlab.client.cluster import Cluster
from swarmlab.client.secrets import shown
from swarmlab.commands import Command, DockerError, Session, Terminal, parse
from swarmlab.commands.standard_input import ReadsInput

PROMPT = "{node}:~$ {line}"
_BRACES = re.compile(r"\{\{.*?\}\}|\{(?P<expression>[^{}]+)\}")
_DOLLAR = re.compile(r"\$(?P<name>[A-Za-z_]\w*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Where:
    """Which node, and for how long."""

    node: str | None = None
    patience_s: float | None = None


class DockerMagic:
    """`%docker` for one cluster."""

    def __init__(self, cluster: Cluster, shell: InteractiveShell) -> None:
        self._cluster = cluster
        self._shell = shell

    def __call__(self, line: str, cell: str | None = None) -> None:
        """Run a line, or every line of a cell.

        Raises:
            DockerError: a command failed; its text has been printed.
        """
        try:
            self._run_all(line, cell)
        except DockerError as error:
            error.args = (self._shown(str(error)),)  # a notebook keeps the error's text, too
            if not error.is_printed:
                Terminal().refuse(error)
            raise

    def _shown(self, text: str) -> str:
        return shown(text, self._cluster.backend, asked=self._cluster.show_secrets)

    def _run_all(self, line: str, cell: str | None) -> None:
        where, rest = read_where(self._expanded(line), _Where())
        if cell is None:
            self._run(where, rest)
            return
        if rest.strip():
            self._run(where, rest, stdin=cell)
            return
        for text in _lines(cell):
            self._run(*read_where(self._expanded(text), where))

    def _run(self, where: _Where, line: str, *, stdin: str | None = None) -> None:
        if where.node is not None and where.node not in [node.name for node in self._cluster]:
            known = ", ".join(node.name for node in self._cluster)
            raise DockerError(f"no node {where.node} in this lab; it has {known}")
        terminal = Terminal(shown=self._shown)
        session = Session.on(self._cluster, where.node, terminal=terminal, patience_s=where.patience_s)
        line = line.strip()
        typed = line if line.split()[:1] == ["docker"] else f"docker {line}".rstrip()
        terminal.print(PROMPT.format(node=session.name, line=typed))
        command = parse(line)
        if stdin is not None:
            command = _with_input(command, stdin)
        command.run(session)

    def _expanded(self, line: str) -> str:
        return expand(line, self._shell.user_ns)


def _with_input(command: Command, stdin: str) -> Command:
    """The command with a cell as its standard input.

    Raises:
        DockerError: it reads none.
    """
    if not isinstance(command, ReadsInput):
        raise DockerError(f"docker {command.path} reads no standard input: a cell below it says nothing")
    return replace(command, stdin=stdin)


def load(cluster: Cluster, shell: InteractiveShell | None = None) -> None:
    """Make `%docker` and `%%docker` talk to this cluster; loading again replaces the one before.

    Does nothing in a program that has no IPython.
    """
    shell = shell or get_ipython()
    if shell is None:
        return
    magic = DockerMagic(cluster, shell)

    def docker(line: str, cell: str | None = None) -> None:
        """The docker command line of the lab; see swarmlab.magics."""
        magic(line, cell)

    setattr(docker, MAGIC_NO_VAR_EXPAND_ATTR, True)
    register: Any = shell.register_magic_function  # wrongly typed there
    register(docker, magic_kind="line_cell", magic_name="docker")


def read_where(line: str, where: _Where) -> tuple[_Where, str]:
    """Take `-n NODE`, `--context NODE` and `-t SECONDS` off the front of a line.

    Raises:
        DockerError: one of them has no value, or none that can be read.
    """
    rest = line.strip().removeprefix("docker ") if line.strip().startswith("docker -") else line.strip()
    node, patience_s = where.node, where.patience_s
    while option := re.match(r"(-n|-c|--context|-t)(?:=|\s+|$)(\S*)\s*", rest):
        if not option[2]:
            raise DockerError(f"flag needs an argument: {option[1]}")
        if option[1] == "-t":
            patience_s = _seconds(option[2])
        else:
            node = option[2]
        rest = rest[option.end() :]
    return _Where(node=node, patience_s=patience_s), rest


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise DockerError(f'invalid argument "{text}" for "-t" flag: not a number of lab seconds') from None


def expand(line: str, names: Mapping[str, Any]) -> str:
    """Fill in `{expression}` and `$name`; what Python does not know stays, and so does `{{.Go}}`."""
    line = _BRACES.sub(lambda found: _value(found, names), line)
    return _DOLLAR.sub(lambda found: str(names.get(found["name"], found[0])), line)


def _value(found: re.Match[str], names: Mapping[str, Any]) -> str:
    expression = found["expression"]
    if expression is None:
        return found[0]
    try:
        return str(eval(expression, dict(names)))
    except Exception:
        return found[0]


def _lines(cell: str) -> Iterator[str]:
    """The commands of a cell: a line each; a backslash at the end goes on."""
    for line in cell.replace("\\\n", " ").splitlines():
        if line.strip() and not line.strip().startswith("#"):
            yield line
