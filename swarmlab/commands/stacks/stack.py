"""`docker stack …`: services deployed together from a compose file.

There is no stack in the API: a stack is what carries its label. Source: docker/cli cli/command/stack/swarm/.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swarmlab.client.tables import natural
from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.listing import Listing
from swarmlab.commands.printing.templates import FORMAT_TABLE
from swarmlab.commands.services.images import pin
from swarmlab.commands.services.progress import wait_on_service
from swarmlab.commands.services.service import print_services
from swarmlab.commands.services.tasks import Names, TaskListing
from swarmlab.commands.session import Session, filters, typed_filters
from swarmlab.commands.spelling.options import Switch, Text, argument, arguments, flag
from swarmlab.commands.stacks.compose import Words, pairs, read_compose
from swarmlab.commands.stacks.compose_services import DEFAULT, NAMESPACE, attached, network_name, service_spec

_FILTER = "Filter output based on conditions provided"
_NO_MANAGER = (
    'this node is not a swarm manager. Use "docker swarm init" or "docker swarm join" '
    "to connect this node to swarm and try again"
)
_DETACHED = (
    "Since --detach=false was not specified, tasks will be created in the background.\n"
    "In a future release, --detach=false will become the default."
)


def _label(stack: str) -> str:
    """What everything that belongs to a stack is labelled with."""
    return f"{NAMESPACE}={stack}"


@dataclass(frozen=True, kw_only=True)
class StackDeploy(Command, path="stack deploy", also=("stack up",)):
    """Create or update everything that a compose file declares."""

    usage = "[OPTIONS] STACK"
    summary = "Deploy a new stack or update an existing stack"
    aliases = "docker stack deploy, docker stack up"
    lacks = frozenset({"--with-registry-auth"})

    compose_file: tuple[str, ...] = flag(
        "-c, --compose-file strings", 'Path to a Compose file, or "-" to read from stdin'
    )
    detach: Switch = flag(
        "-d, --detach", "Exit immediately instead of waiting for the stack services to converge", "true"
    )
    prune: Switch = flag("--prune", "Prune services that are no longer referenced")
    quiet: Switch = flag("-q, --quiet", "Suppress progress output")
    resolve_image: Text = flag(
        "--resolve-image string",
        'Query the registry to resolve image digest and supported platforms ("always", "changed", "never")',
        '"always"',
    )
    stack: str = argument()

    def sdk(self) -> str:
        """See Command."""
        remark = "# the API has no stacks: services and networks with a label are one"
        return f"{remark}\nclient.services.list(filters={{'label': {_label(self.stack)!r}}})"

    def perform(self, session: Session) -> None:
        """See Command."""
        if len(self.compose_file) != 1:
            if not self.compose_file:
                raise DockerError("Specify a Compose file (with --compose-file)")
            raise DockerError("swarmlab's %docker reads one compose file; in a terminal use the docker CLI")
        content = read_compose(self.compose_file[0])
        if not session.get("/info")["Swarm"].get("ControlAvailable"):
            raise DockerError(_NO_MANAGER)
        if self.detach is None:
            session.terminal.print(_DETACHED)
        services = content.get("services") or {}
        if self.prune:
            self._prune(session, services)
        self._deploy_networks(session, content)
        specs = [service_spec(self.stack, name, service, content) for name, service in services.items()]
        deployed = self._deploy_services(session, specs)
        for service_id in deployed if self.detach is False else []:
            wait_on_service(session, service_id, quiet=bool(self.quiet))

    def _prune(self, session: Session, services: Words) -> None:
        wanted = {f"{self.stack}_{name}" for name in services}
        for service in _owned(session, "/services", self.stack):
            if service["Spec"]["Name"] not in wanted:
                _remove(session, "service", service["ID"], service["Spec"]["Name"])

    def _deploy_networks(self, session: Session, content: Words) -> None:
        used = {name: None for service in (content.get("services") or {}).values() for name in attached(service)}
        there = {network["Name"] for network in _owned(session, "/networks", self.stack)}
        declared = content.get("networks") or {}
        for name in sorted(name for name in used if name in declared or name == DEFAULT):
            options, full = declared.get(name) or {}, network_name(self.stack, name, content)
            if options.get("external"):
                _check_external(session, full)
            elif full not in there:
                session.terminal.print(f"Creating network {full}")
                self._create_network(session, full, options)

    def _create_network(self, session: Session, name: str, options: Words) -> None:
        body: dict[str, Any] = {
            "Name": name,
            "Driver": options.get("driver") or "overlay",
            "Options": pairs(options.get("driver_opts")),
            "Internal": bool(options.get("internal")),
            "Attachable": bool(options.get("attachable")),
            "Labels": {**pairs(options.get("labels")), NAMESPACE: self.stack},
        }
        if ipam := options.get("ipam"):
            config = [{"Subnet": each["subnet"]} for each in ipam.get("config") or []]
            body["IPAM"] = {"Driver": ipam.get("driver", "default"), "Config": config}
        session.post("/networks/create", body)

    def _deploy_services(self, session: Session, specs: list[Words]) -> list[str]:
        there = {service["Spec"]["Name"]: service for service in _owned(session, "/services", self.stack)}
        deployed = []
        for spec in specs:
            before = there.get(spec["Name"])
            if before is None:
                session.terminal.print(f"Creating service {spec['Name']}")
                warning = self._pin(session, spec, changed=True)
                deployed.append(session.post("/services/create", spec)["ID"])
            else:
                deployed.append(before["ID"])
                session.terminal.print(f"Updating service {spec['Name']} (id: {before['ID']})")
                warning = self._update(session, spec, before)
            if warning:
                session.terminal.print(warning)
        return deployed

    def _update(self, session: Session, spec: Words, before: Words) -> str:
        label = "com.docker.stack.image"
        changed = before["Spec"]["Labels"].get(label) != spec["Labels"][label]
        warning = self._pin(session, spec, changed=changed)
        old = before["Spec"]["TaskTemplate"]
        if not changed and self.resolve_image in ("changed", "never"):
            spec["TaskTemplate"]["ContainerSpec"]["Image"] = old["ContainerSpec"]["Image"]
        spec["TaskTemplate"]["ForceUpdate"] = old.get("ForceUpdate", 0)
        session.post(f"/services/{before['ID']}/update", spec, {"version": before["Version"]["Index"]})
        return warning

    def _pin(self, session: Session, spec: Words, *, changed: bool) -> str:
        when = self.resolve_image or "always"
        return pin(session, spec) if when == "always" or (when == "changed" and changed) else ""


def _owned(session: Session, path: str, stack: str) -> list[Words]:
    return list(session.get(path, filters({"label": [_label(stack)]})))


def _check_external(session: Session, name: str) -> None:
    start = f'network "{name}" is declared as external, but'
    try:
        network = session.get(f"/networks/{name}")
    except DockerError as error:
        if error.status != 404:
            raise
        need = "You need to create a swarm-scoped network before the stack is deployed"
        raise DockerError(f"{start} could not be found. {need}") from None
    if network["Scope"] != "swarm":
        raise DockerError(f'{start} it is not in the right scope: "{network["Scope"]}" instead of "swarm"')


def _remove(session: Session, kind: str, identifier: str, name: str) -> bool:
    session.terminal.print(f"Removing {kind} {name}")
    try:
        session.delete(f"/{kind}s/{identifier}")
    except DockerError as error:
        session.terminal.print(f"Failed to remove {kind} {identifier}: {error}")
        return False
    return True


@dataclass(frozen=True, kw_only=True)
class StackLs(Command, path="stack ls", also=("stack list",)):
    """The stacks, by the labels of their services."""

    usage = "[OPTIONS]"
    summary = "List stacks"
    aliases = "docker stack ls, docker stack list"

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
        Listing(session.terminal, {"Name": "NAME", "Services": "SERVICES"}).print(rows, template=self.format or "")


@dataclass(frozen=True, kw_only=True)
class StackServices(Command, path="stack services"):
    """The services of a stack."""

    usage = "[OPTIONS] STACK"
    summary = "List the services in the stack"

    filter: tuple[str, ...] = flag("-f, --filter filter", _FILTER)
    format: Text = flag("--format string", FORMAT_TABLE)
    quiet: Switch = flag("-q, --quiet", "Only display IDs")
    stack: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return f"client.services.list(filters={{'label': {_label(self.stack)!r}}})"

    def perform(self, session: Session) -> None:
        """See Command."""
        wanted = typed_filters(self.filter)
        wanted.setdefault("label", []).append(_label(self.stack))
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

    filter: tuple[str, ...] = flag("-f, --filter filter", _FILTER)
    format: Text = flag("--format string", FORMAT_TABLE)
    no_resolve: Switch = flag("--no-resolve", "Do not map IDs to Names")
    no_trunc: Switch = flag("--no-trunc", "Do not truncate output")
    quiet: Switch = flag("-q, --quiet", "Only display task IDs")
    stack: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return f"client.api.tasks(filters={{'label': {_label(self.stack)!r}}})"

    def perform(self, session: Session) -> None:
        """See Command."""
        wanted = typed_filters(self.filter)
        wanted.setdefault("label", []).append(_label(self.stack))
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
    aliases = "docker stack rm, docker stack remove, docker stack down"

    detach: Switch = flag("-d, --detach", "Do not wait for stack removal", "true")
    stacks: tuple[str, ...] = arguments()

    def sdk(self) -> str:
        """See Command."""
        line = "for service in client.services.list(filters={{'label': {!r}}}):\n    service.remove()"
        return "\n".join(line.format(_label(stack)) for stack in self.stacks)

    def perform(self, session: Session) -> None:
        """See Command."""
        failed = [stack for stack in self.stacks if not self._removed(session, stack)]
        if failed:
            raise DockerError("\n".join(f"Failed to remove some resources from stack: {stack}" for stack in failed))

    def _removed(self, session: Session, stack: str) -> bool:
        services = sorted((each["Spec"]["Name"], "service", each["ID"]) for each in _owned(session, "/services", stack))
        networks = sorted((each["Name"], "network", each["Id"]) for each in _owned(session, "/networks", stack))
        if not services + networks:
            session.terminal.print(f"Nothing found in stack: {stack}")
            return True
        results = [_remove(session, kind, identifier, name) for name, kind, identifier in services + networks]
        if self.detach is False and all(results):
            self._wait(session, stack)
        return all(results)

    def _wait(self, session: Session, stack: str) -> None:
        wanted = filters({"label": [_label(stack)]})
        while session.get("/tasks", wanted) and not session.expired():
            session.wait()
