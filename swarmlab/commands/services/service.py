"""`docker service ls | inspect | ps | scale | rollback | rm`.

Source: docker/cli cli/command/service/.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from swarmlab.client.tables import natural
from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.inspecting import Found, asks_for_pretty, each, inspect
from swarmlab.commands.printing.listing import Listing
from swarmlab.commands.printing.templates import FILTER, FORMAT_INSPECT, FORMAT_TABLE
from swarmlab.commands.services import text as service_text
from swarmlab.commands.services.flags import WaitingFlags
from swarmlab.commands.services.progress import wait_on_service
from swarmlab.commands.services.sdk_text import rollback
from swarmlab.commands.services.tasks import Names, TaskListing
from swarmlab.commands.session import Session, filters, path_to, typed_filters
from swarmlab.commands.spelling.options import Many, Switch, Text, argument, arguments, flag

_SCALE_USAGE = "SERVICE=REPLICAS [SERVICE=REPLICAS...]"
_SCALE_SUMMARY = "Scale one or multiple replicated services"


@dataclass(frozen=True, kw_only=True)
class ServiceLs(Command, path="service ls", also=("service list",)):
    """All services with the number of their running and wanted tasks."""

    usage = "[OPTIONS]"
    summary = "List services"

    filter: Many = flag("-f, --filter filter", FILTER)
    format: Text = flag("--format string", FORMAT_TABLE)
    quiet: Switch = flag("-q, --quiet", "Only display IDs")

    def sdk(self) -> str:
        """See Command."""
        return f"client.services.list(filters={typed_filters(self.filter)!r}, status=True)"

    def perform(self, session: Session) -> None:
        """See Command."""
        services = session.get("/services", {**filters(typed_filters(self.filter)), "status": "true"})
        print_services(session, services, quiet=bool(self.quiet), template=self.format or "")


def print_services(session: Session, services: list[dict[str, Any]], *, quiet: bool, template: str) -> None:
    """The table of `service ls` and `stack services`."""
    services.sort(key=lambda service: natural(service["Spec"]["Name"]))
    listing = Listing(session.terminal, service_text.SERVICES)
    listing.print([service_text.row(service) for service in services], quiet=quiet, template=template)


@dataclass(frozen=True, kw_only=True)
class ServiceInspect(Command, path="service inspect"):
    """What was declared, defaults filled in."""

    usage = "[OPTIONS] SERVICE [SERVICE...]"
    summary = "Display detailed information on one or more services"

    format: Text = flag("-f, --format string", FORMAT_INSPECT)
    pretty: Switch = flag("--pretty", "Print the information in a human friendly format")
    services: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.services.get({name!r}, insert_defaults=True).attrs" for name in self.services)

    def perform(self, session: Session) -> None:
        """See Command."""
        if self.pretty and self.format:
            raise DockerError("--format is incompatible with human friendly format")
        if not asks_for_pretty(self.format or "", pretty=bool(self.pretty)):
            inspect(session, self.services, lambda name: self._found(session, name), self.format or "")
            return
        for name in self.services:
            service = _known(session, name)
            session.terminal.print(service_text.pretty(service, _network_names(session, service), session.now()))

    def _found(self, session: Session, name: str) -> Found:
        try:
            return Found(session.raw(path_to("service", name), {"insertDefaults": "true"}), "swarm.Service")
        except DockerError as error:
            raise _not_found(error, name) from None


def _known(session: Session, name: str) -> dict[str, Any]:
    try:
        return dict(session.get(path_to("service", name), {"insertDefaults": "true"}))
    except DockerError as error:
        raise _not_found(error, name) from None


def _not_found(error: DockerError, name: str) -> DockerError:
    return DockerError(f"Error: no such service: {name}", status=404) if error.status == 404 else error


def _network_names(session: Session, service: dict[str, Any]) -> dict[str, str]:
    attached = service["Spec"]["TaskTemplate"].get("Networks") or []
    found = [session.get(f"/networks/{each['Target']}", {"scope": ""}) for each in attached]
    return {network["Id"]: network["Name"] for network in found}


@dataclass(frozen=True, kw_only=True)
class ServicePs(Command, path="service ps"):
    """The tasks of a service: which node each is on, in which state it is and should be."""

    usage = "[OPTIONS] SERVICE [SERVICE...]"
    summary = "List the tasks of one or more services"

    filter: Many = flag("-f, --filter filter", FILTER)
    format: Text = flag("--format string", "Pretty-print tasks using a Go template")
    no_resolve: Switch = flag("--no-resolve", "Do not map IDs to Names")
    no_trunc: Switch = flag("--no-trunc", "Do not truncate output")
    quiet: Switch = flag("-q, --quiet", "Only display task IDs")
    services: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(
            f"client.services.get({name!r}).tasks(filters={typed_filters(self.filter)!r})" for name in self.services
        )

    def perform(self, session: Session) -> None:
        """See Command."""
        wanted = typed_filters(self.filter)
        found, missing = _service_ids(session, self.services)
        if not found:
            raise DockerError("\n".join(missing))
        wanted["service"] = found
        wanted["node"] = [_node_id(session, name) for name in wanted.get("node", [])]
        tasks = session.get("/tasks", filters(wanted))
        listing = TaskListing(
            session, tasks, Names(session, resolve=not self.no_resolve), trunc=not (self.no_trunc or self.quiet)
        )
        listing.print(quiet=bool(self.quiet), template=self.format or "")
        if missing:
            raise DockerError("\n".join(missing))


def _service_ids(session: Session, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Ids of the services that are there, and a sentence for each that is not."""
    by_id = session.get("/services", filters({"id": names}))
    by_name = session.get("/services", filters({"name": names}))
    found, missing = [], []
    for name in names:
        matches = (
            [each for each in by_id if each["ID"] == name]
            or [each for each in by_name if each["Spec"]["Name"] == name]
            or [each for each in by_id if each["ID"].startswith(name)]
        )
        if len(matches) > 1:
            missing.append(f"multiple services found with provided prefix: {name}")
        elif matches:
            found.append(matches[0]["ID"])
        else:
            missing.append(f"no such service: {name}")
    return found, missing


def _node_id(session: Session, name: str) -> str:
    if name == "self":
        return str(session.get("/info")["Swarm"]["NodeID"])
    return str(session.get(path_to("node", name))["ID"])


def _read_scale(words: Sequence[str]) -> dict[str, int | str]:
    for word in words:
        name, equals, replicas = word.partition("=")
        if not (name and equals and replicas):
            raise DockerError(
                f"invalid scale specifier '{word}'.\nSee 'docker service scale --help'.\n\n"
                f"Usage:  docker service scale {_SCALE_USAGE}\n\n{_SCALE_SUMMARY}"
            )
    pairs = (word.partition("=")[::2] for word in words)
    return {name: int(replicas) if replicas.isdigit() else replicas for name, replicas in pairs}


def _show_scale(replicas: Mapping[str, int | str]) -> list[str]:
    return [f"{name}={number}" for name, number in replicas.items()]


@dataclass(frozen=True, kw_only=True)
class ServiceScale(Command, path="service scale"):
    """Declare how many tasks each service shall have: `ServiceScale(replicas={"helloworld": 5})`."""

    usage = _SCALE_USAGE
    summary = _SCALE_SUMMARY

    detach: Switch = flag("-d, --detach", "Exit immediately instead of waiting for the service to converge")
    replicas: Mapping[str, int | str] = arguments(read=_read_scale, show=_show_scale)

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.services.get({name!r}).scale({number})" for name, number in self.replicas.items())

    def perform(self, session: Session) -> None:
        """See Command."""
        scaled: list[str] = []

        def scale(name: str) -> None:
            self._scale(session, name)
            scaled.append(name)

        errors = _errors(self.replicas, scale)
        if not self.detach:
            errors += _errors(scaled, lambda name: wait_on_service(session, name))
        if errors:
            raise DockerError("\n".join(errors))

    def _scale(self, session: Session, name: str) -> None:
        """Send the service's own spec back with nothing changed but the number."""
        replicas = self.replicas[name]
        if not isinstance(replicas, int) or replicas >= 2**64:
            wrong = "value out of range" if isinstance(replicas, int) else "invalid syntax"
            problem = f'strconv.ParseUint: parsing "{replicas}": {wrong}'
            raise DockerError(f"invalid replicas value {replicas}: {problem}")
        service = session.get(path_to("service", name))
        mode = service["Spec"]["Mode"]
        if "Replicated" in mode:
            mode["Replicated"]["Replicas"] = replicas
        elif "ReplicatedJob" in mode:
            mode["ReplicatedJob"]["TotalCompletions"] = replicas
        else:
            raise DockerError("scale can only be used with replicated or replicated-job mode")
        session.post(f"/services/{service['ID']}/update", service["Spec"], {"version": service["Version"]["Index"]})
        session.terminal.print(f"{name} scaled to {replicas}")


def _errors(names: Any, act: Any) -> list[str]:
    """What went wrong, a line a name."""
    errors = []
    for name in names:
        try:
            act(name)
        except DockerError as error:
            errors.append(f"{name}: {error}")
    return errors


@dataclass(frozen=True, kw_only=True)
class ServiceRollback(WaitingFlags, path="service rollback"):
    """Go back to what was declared before."""

    usage = "[OPTIONS] SERVICE"
    summary = "Revert changes to a service's configuration"

    service: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return rollback(self.service)

    def perform(self, session: Session) -> None:
        """See Command."""
        service = session.get(path_to("service", self.service))
        params = {"version": service["Version"]["Index"], "rollback": "previous"}
        session.post(f"/services/{service['ID']}/update", service["Spec"], params)
        session.terminal.print(self.service)
        if not self.detach:
            wait_on_service(session, self.service, quiet=bool(self.quiet))


@dataclass(frozen=True, kw_only=True)
class ServiceRm(Command, path="service rm", also=("service remove",)):
    """Remove services; their containers linger until they have stopped."""

    usage = "SERVICE [SERVICE...]"
    summary = "Remove one or more services"

    services: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.services.get({name!r}).remove()" for name in self.services)

    def perform(self, session: Session) -> None:
        """See Command."""

        def remove(name: str) -> None:
            session.delete(path_to("service", name))
            session.terminal.print(name)

        each(self.services, remove)
