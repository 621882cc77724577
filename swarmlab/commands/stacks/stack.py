"""`docker stack …`: services deployed together from a compose file. Deploying them is in deploy.py.

There is no stack in the API: a stack is what carries its label. Source: docker/cli cli/command/stack/swarm/.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swarmlab.client.tables import natural
from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.listing import Kind, Listing, columns
from swarmlab.commands.printing.templates import FILTER, FORMAT_TABLE
from swarmlab.commands.services.service import print_services
from swarmlab.commands.services.tasks import Names, TaskListing
from swarmlab.commands.session import Session, filters, typed_filters
from swarmlab.commands.spelling.options import Switch, Text, argument, arguments, flag
from swarmlab.commands.stacks.compose import read_compose
from swarmlab.commands.stacks.compose_output import compose_text
from swarmlab.commands.stacks.compose_services import NAMESPACE
from swarmlab.commands.stacks.deploy import COMPOSE_FILE
from swarmlab.commands.stacks.owned import KINDS, check_stack_name, label_of, name_of, owned, remove
from swarmlab.commands.standard_input import ReadsInput

_STACK_HEADERS = {"Name": "NAME", "Services": "SERVICES"}
_STACKS = Kind(type="*formatter.stackContext", headers=_STACK_HEADERS, table=columns(_STACK_HEADERS))


@dataclass(frozen=True, kw_only=True)
class StackConfig(ReadsInput, path="stack config"):
    """What compose files say together, in one form, nothing sent anywhere."""

    usage = "[OPTIONS]"
    summary = "Outputs the final config file, after doing merges and interpolations"

    compose_file: tuple[str, ...] = flag("-c, --compose-file strings", COMPOSE_FILE)
    skip_interpolation: Switch = flag("--skip-interpolation", "Skip interpolation and output only merged config")

    def sdk(self) -> str:
        """See Command."""
        return "# the API has no stacks: the docker command reads and merges the files by itself"

    def perform(self, session: Session) -> None:
        """See Command."""
        content = read_compose(self, self.compose_file, interpolated=not self.skip_interpolation)
        session.terminal.print(compose_text(content))


@dataclass(frozen=True, kw_only=True)
class StackLs(Command, path="stack ls", also=("stack list",)):
    """The stacks, by the labels of their services."""

    usage = "[OPTIONS]"
    summary = "List stacks"

    format: Text = flag("--format string", FORMAT_TABLE)

    def sdk(self) -> str:
        """See Command."""
        return f"client.services.list(filters={{'label': {NAMESPACE!r}}})"

    def perform(self, session: Session) -> None:
        """See Command."""
        counts: dict[str, int] = {}
        for service in session.get("/services", filters({"label": [NAMESPACE]})):
            name = service["Spec"]["Labels"][NAMESPACE]
            counts[name] = counts.get(name, 0) + 1
        rows = [{"Name": name, "Services": str(counts[name])} for name in sorted(counts, key=natural)]
        Listing(session.terminal, _STACKS).print(rows, template=self.format or "")


@dataclass(frozen=True, kw_only=True)
class StackServices(Command, path="stack services"):
    """The services of a stack."""

    usage = "[OPTIONS] STACK"
    summary = "List the services in the stack"

    filter: tuple[str, ...] = flag("-f, --filter filter", FILTER)
    format: Text = flag("--format string", FORMAT_TABLE)
    quiet: Switch = flag("-q, --quiet", "Only display IDs")
    stack: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return f"client.services.list(filters={{'label': {label_of(self.stack)!r}}})"

    def perform(self, session: Session) -> None:
        """See Command."""
        check_stack_name(self.stack)
        wanted = typed_filters(self.filter)
        wanted.setdefault("label", []).append(label_of(self.stack))
        services = session.get("/services", {**filters(wanted), "status": "true"})
        if not services:
            session.terminal.print(f"Nothing found in stack: {self.stack}")
            return
        print_services(session, services, quiet=bool(self.quiet), template=self.format or "")


@dataclass(frozen=True, kw_only=True)
class StackPs(Command, path="stack ps"):
    """The tasks of all services of a stack."""

    usage = "[OPTIONS] STACK"
    summary = "List the tasks in the stack"

    filter: tuple[str, ...] = flag("-f, --filter filter", FILTER)
    format: Text = flag("--format string", FORMAT_TABLE)
    no_resolve: Switch = flag("--no-resolve", "Do not map IDs to Names")
    no_trunc: Switch = flag("--no-trunc", "Do not truncate output")
    quiet: Switch = flag("-q, --quiet", "Only display task IDs")
    stack: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return f"client.api.tasks(filters={{'label': {label_of(self.stack)!r}}})"

    def perform(self, session: Session) -> None:
        """See Command."""
        check_stack_name(self.stack)
        wanted = typed_filters(self.filter)
        wanted.setdefault("label", []).append(label_of(self.stack))
        tasks = session.get("/tasks", filters(wanted))
        if not tasks:
            raise DockerError(f"nothing found in stack: {self.stack}")
        names = Names(session, resolve=not self.no_resolve)
        TaskListing(session, tasks, names, trunc=not self.no_trunc).print(
            quiet=bool(self.quiet), template=self.format or ""
        )


@dataclass(frozen=True, kw_only=True)
class StackRm(Command, path="stack rm", also=("stack remove", "stack down")):
    """Remove everything that carries the label of a stack."""

    usage = "[OPTIONS] STACK [STACK...]"
    summary = "Remove one or more stacks"

    detach: Switch = flag("-d, --detach", "Do not wait for stack removal", "true")
    stacks: tuple[str, ...] = arguments()

    def sdk(self) -> str:
        """See Command."""
        line = "for service in client.services.list(filters={{'label': {!r}}}):\n    service.remove()"
        return "\n".join(line.format(label_of(stack)) for stack in self.stacks)

    def perform(self, session: Session) -> None:
        """See Command."""
        for stack in self.stacks:
            check_stack_name(stack)
        failed = [stack for stack in self.stacks if not self._removed(session, stack)]
        if failed:
            raise DockerError("\n".join(f"Failed to remove some resources from stack: {stack}" for stack in failed))

    def _removed(self, session: Session, stack: str) -> bool:
        found = [(kind, each) for kind in KINDS for each in _in_order(kind, owned(session, kind, stack))]
        if not found:
            session.terminal.print(f"Nothing found in stack: {stack}")
            return True
        results = [remove(session, kind, each) for kind, each in found]
        if self.detach is False and all(results):
            self._wait(session, stack)
        return all(results)

    def _wait(self, session: Session, stack: str) -> None:
        wanted = filters({"label": [label_of(stack)]})
        while session.get("/tasks", wanted) and not session.expired():
            session.wait()


def _in_order(kind: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Services by name, the rest as the engine lists it."""
    return sorted(found, key=lambda each: name_of(kind, each)) if kind == "service" else found
