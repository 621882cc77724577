"""`docker context ls | show | inspect | use`: which engine the commands go to.

The contexts are those of the lab's DOCKER_CONFIG, where the docker CLI finds them too; `default`, the machine's own
docker, is listed as the CLI lists it. What `use` chose, `%docker` follows, and so does a terminal of the lab.
Source: docker/cli cli/command/context/, cli/context/store/.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from swarmlab.client.tables import natural
from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.inspecting import Found, inspect
from swarmlab.commands.printing.listing import Kind, Listing, columns
from swarmlab.commands.printing.templates import FORMAT_INSPECT, FORMAT_TABLE
from swarmlab.commands.session import Session
from swarmlab.commands.spelling.options import Many, Switch, Text, argument, arguments, flag

Context = dict[str, Any]
DEFAULT = "default"
_IN_MEMORY = r'{"MetadataPath":"\u003cIN MEMORY\u003e","TLSPath":"\u003cIN MEMORY\u003e"}'
_HEADERS = {"Name": "NAME", "Description": "DESCRIPTION", "DockerEndpoint": "DOCKER ENDPOINT", "Error": "ERROR"}
_CONTEXTS = Kind(
    type="*formatter.clientContextContext",
    headers=_HEADERS,
    table="{{.Name}}{{if .Current}} *{{end}}\t" + columns(tuple(_HEADERS)[1:]),
    quiet="{{.Name}}",
)
_DEFAULT: Context = {
    "Name": DEFAULT,
    "Metadata": {},
    "Endpoints": {"docker": {"Host": "unix:///var/run/docker.sock", "SkipTLSVerify": False}},
}


class Store:
    """The contexts in a DOCKER_CONFIG directory."""

    def __init__(self, directory: str) -> None:
        self._config = Path(directory) / "config.json"
        self._contexts = Path(directory) / "contexts"

    def all(self) -> Iterator[Context]:
        """Every context, the machine's own first."""
        yield _DEFAULT
        found = (json.loads(path.read_text()) for path in self._contexts.glob("meta/*/meta.json"))
        yield from sorted(found, key=lambda context: natural(context["Name"]))

    def inspected(self, name: str) -> str:
        """What `inspect` shows of a context, as JSON.

        Raises:
            DockerError: there is none of that name.
        """
        if name == DEFAULT:
            return f'{json.dumps(_DEFAULT)[:-1]},"TLSMaterial":{{}},"Storage":{_IN_MEMORY}}}'
        meta = self._meta(name)
        tls = self._contexts / "tls" / meta.parent.name
        material = {each.name: sorted(file.name for file in each.iterdir()) for each in sorted(tls.glob("*"))}
        storage = {"MetadataPath": str(meta.parent), "TLSPath": str(tls)}
        return json.dumps({**json.loads(meta.read_text()), "TLSMaterial": material, "Storage": storage})

    def use(self, name: str) -> None:
        """Make a context the current one, for every client that reads this directory.

        Raises:
            DockerError: there is none of that name.
        """
        if name != DEFAULT:
            self._meta(name)
        config = json.loads(self._config.read_text()) if self._config.exists() else {}
        config["currentContext"] = "" if name == DEFAULT else name
        self._config.write_text(json.dumps(config, indent="\t"))

    def _meta(self, name: str) -> Path:
        path = self._contexts / "meta" / hashlib.sha256(name.encode()).hexdigest() / "meta.json"
        if not path.exists():
            raise DockerError(f'context "{name}": context not found: open {path}: no such file or directory')
        return path


@dataclass(frozen=True, kw_only=True)
class ContextLs(Command, path="context ls", also=("context list",)):
    """The engines that can be reached by a name, the current one marked."""

    usage = "[OPTIONS]"
    summary = "List contexts"

    format: Text = flag("--format string", FORMAT_TABLE)
    quiet: Switch = flag("-q, --quiet", "Only show context names")

    def sdk(self) -> str:
        """See Command."""
        return "docker.ContextAPI.contexts()"

    def perform(self, session: Session) -> None:
        """See Command."""
        rows = [_row(context, session.context) for context in Store(session.docker_config).all()]
        listing = Listing(session.terminal, _CONTEXTS)
        listing.print(rows, quiet=bool(self.quiet), template=self.format or "")


def _row(context: Context, current: str) -> dict[str, Any]:
    description = context["Metadata"].get("Description", "")
    if context["Name"] == DEFAULT:
        description = "Current DOCKER_HOST based configuration"
    return {
        "Name": context["Name"],
        "Description": description,
        "DockerEndpoint": context["Endpoints"]["docker"]["Host"],
        "Error": "",
        "Current": context["Name"] == current,
    }


@dataclass(frozen=True, kw_only=True)
class ContextShow(Command, path="context show"):
    """The name of the engine that commands go to."""

    summary = "Print the name of the current context"

    def sdk(self) -> str:
        """See Command."""
        return "docker.ContextAPI.get_current_context().Name"

    def perform(self, session: Session) -> None:
        """See Command."""
        session.terminal.print(session.context)


@dataclass(frozen=True, kw_only=True)
class ContextInspect(Command, path="context inspect"):
    """Where an engine is reached."""

    usage = "[OPTIONS] [CONTEXT] [CONTEXT...]"
    summary = "Display detailed information on one or more contexts"

    format: Text = flag("-f, --format string", FORMAT_INSPECT)
    contexts: Many = arguments(least=0)

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"docker.ContextAPI.inspect_context({name!r})" for name in self.contexts or (DEFAULT,))

    def perform(self, session: Session) -> None:
        """See Command."""
        store = Store(session.docker_config)
        names = self.contexts or (session.context,)
        inspect(session, names, lambda name: Found(store.inspected(name), "any", is_kept=True), self.format or "")


@dataclass(frozen=True, kw_only=True)
class ContextUse(Command, path="context use"):
    """Let the commands that follow go to another engine."""

    usage = "CONTEXT"
    summary = "Set the current docker context"

    name: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return f"docker.ContextAPI.set_current_context({self.name!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        Store(session.docker_config).use(self.name)
        session.use(None if self.name == DEFAULT else self.name)
        session.terminal.print(f'{self.name}\nCurrent context is now "{self.name}"')
