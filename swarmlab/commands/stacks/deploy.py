"""`docker stack deploy`: networks, secrets, configs and services of a compose file, made or changed, in that order.

Source: docker/cli cli/command/stack/swarm/{deploy,deploy_composefile}.go, cli/compose/convert/compose.go.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from swarmlab.commands.errors import DockerError
from swarmlab.commands.services.file_references import resolve
from swarmlab.commands.services.images import pin
from swarmlab.commands.services.progress import wait_on_service
from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.options import Switch, Text, argument, flag
from swarmlab.commands.stacks.compose import read_compose, warnings
from swarmlab.commands.stacks.compose_forms import Words
from swarmlab.commands.stacks.compose_services import (
    DEFAULT,
    IMAGE,
    NAMESPACE,
    attached,
    full_name,
    service_spec,
)
from swarmlab.commands.stacks.owned import check_stack_name, label_of, owned, remove
from swarmlab.commands.standard_input import ReadsInput

COMPOSE_FILE = 'Path to a Compose file, or "-" to read from stdin'
_NO_MANAGER = (
    'this node is not a swarm manager. Use "docker swarm init" or "docker swarm join" '
    "to connect this node to swarm and try again"
)
_DETACHED = (
    "Since --detach=false was not specified, tasks will be created in the background.\n"
    "In a future release, --detach=false will become the default."
)


@dataclass(frozen=True, kw_only=True)
class StackDeploy(ReadsInput, path="stack deploy", also=("stack up",)):
    """Create or update everything that a compose file declares."""

    usage = "[OPTIONS] STACK"
    summary = "Deploy a new stack or update an existing stack"

    compose_file: tuple[str, ...] = flag("-c, --compose-file strings", COMPOSE_FILE)
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
    with_registry_auth: Switch = flag("--with-registry-auth", "Send registry authentication details to Swarm agents")
    stack: str = argument()

    def sdk(self) -> str:
        """See Command."""
        remark = "# the API has no stacks: services, networks, secrets and configs with a label are one"
        return f"{remark}\nclient.services.list(filters={{'label': {label_of(self.stack)!r}}})"

    def perform(self, session: Session) -> None:
        """See Command."""
        check_stack_name(self.stack)
        content = read_compose(self, self.compose_file)
        for text in warnings(content):
            session.terminal.print(text)
        if (self.resolve_image or "always") not in ("always", "changed", "never"):
            raise DockerError(f"Invalid option {self.resolve_image} for flag --resolve-image")
        if self.detach is None:
            session.terminal.print(_DETACHED)
        if not session.get("/info")["Swarm"].get("ControlAvailable"):
            raise DockerError(_NO_MANAGER)
        _Deployment(self, session, content).run()

    def pin(self, session: Session, spec: Words, *, changed: bool) -> str:
        """Look the image up where the flag wants it; returns a warning where it is not found."""
        when = self.resolve_image or "always"
        return pin(session, spec) if when == "always" or (when == "changed" and changed) else ""


class _Deployment:
    """One file on its way into one swarm."""

    def __init__(self, command: StackDeploy, session: Session, content: Words) -> None:
        self._command, self._session, self._content = command, session, content
        self._stack = command.stack
        self._services: Words = content.get("services") or {}

    def run(self) -> None:
        """Prune, then make or change everything."""
        if self._command.prune:
            self._prune()
        self._deploy_networks()
        for kind in ("secret", "config"):
            self._deploy_data(kind)
        specs = [self._spec(name, self._services[name]) for name in sorted(self._services)]
        deployed = [self._deploy_service(spec) for spec in specs]
        for service_id in deployed if self._command.detach is False else []:
            wait_on_service(self._session, service_id, quiet=bool(self._command.quiet))

    def _say(self, text: str) -> None:
        self._session.terminal.print(text)

    def _prune(self) -> None:
        wanted = {f"{self._stack}_{name}" for name in self._services}
        for service in owned(self._session, "service", self._stack):
            if service["Spec"]["Name"] not in wanted:
                remove(self._session, "service", service)

    # --- networks ---

    def _deploy_networks(self) -> None:
        used = {name: None for service in self._services.values() for name in attached(service)}
        declared: Words = self._content.get("networks") or {}
        wanted = {name: declared.get(name) or {} for name in used if name in declared or name == DEFAULT}
        for options in wanted.values():
            if options.get("external"):
                _check_external(self._session, options["name"])
        there = {network["Name"] for network in owned(self._session, "network", self._stack)}
        for name, options in sorted(wanted.items()):
            full = full_name(self._stack, "networks", name, self._content)
            if not options.get("external") and full not in there:
                self._say(f"Creating network {full}")
                self._create_network(full, options)

    def _create_network(self, name: str, options: Words) -> None:
        body: dict[str, Any] = {
            "Name": name,
            "Driver": options.get("driver") or "overlay",
            "Options": options.get("driver_opts") or {},
            "Internal": bool(options.get("internal")),
            "Attachable": bool(options.get("attachable")),
            "Labels": {**(options.get("labels") or {}), NAMESPACE: self._stack},
        }
        if ipam := options.get("ipam"):
            config = [{"Subnet": each["subnet"]} for each in ipam.get("config") or []]
            body["IPAM"] = {"Driver": ipam.get("driver", ""), "Options": ipam.get("options") or {}, "Config": config}
        try:
            self._session.post("/networks/create", body)
        except DockerError as error:
            raise DockerError(f"failed to create network {name}: {error}", status=error.status) from None

    # --- secrets and configs ---

    def _deploy_data(self, kind: str) -> None:
        """Make what is not there; of what is there the labels may be changed, and nothing else."""
        declared: Words = self._content.get(f"{kind}s") or {}
        specs = [self._data_spec(kind, name, data) for name, data in declared.items() if not data.get("external")]
        for spec in specs:
            self._deploy_one(kind, spec)

    def _data_spec(self, kind: str, name: str, data: Words) -> Words:
        labels = {**(data.get("labels") or {}), NAMESPACE: self._stack}
        spec: Words = {"Name": full_name(self._stack, f"{kind}s", name, self._content), "Labels": labels}
        if data.get("driver"):
            spec["Driver"] = {"Name": data["driver"], "Options": data.get("driver_opts") or {}}
        else:
            spec["Data"] = _data(data["file"])
        return {**spec, **({"Templating": {"Name": data["template_driver"]}} if data.get("template_driver") else {})}

    def _deploy_one(self, kind: str, spec: Words) -> None:
        name = spec["Name"]
        try:
            before = self._session.get(f"/{kind}s/{name}")
        except DockerError as error:
            if error.status != 404:
                raise
            self._say(f"Creating {kind} {name}")
            self._try(f"failed to create {kind} {name}", f"/{kind}s/create", spec)
            return
        version = {"version": before["Version"]["Index"]}
        self._try(f"failed to update {kind} {name}", f"/{kind}s/{before['ID']}/update", spec, version)

    def _try(self, failed: str, path: str, body: Words, params: Words | None = None) -> Any:
        try:
            return self._session.post(path, body, params)
        except DockerError as error:
            raise DockerError(f"{failed}: {error}", status=error.status) from None

    # --- services ---

    def _spec(self, name: str, service: Words) -> Words:
        return service_spec(
            self._stack, name, service, self._content, lambda kind, wanted: resolve(self._session, kind, wanted)
        )

    def _deploy_service(self, spec: Words) -> str:
        name = spec["Name"]
        there = {service["Spec"]["Name"]: service for service in owned(self._session, "service", self._stack)}
        if name in there:
            return self._update_service(spec, there[name])
        self._say(f"Creating service {name}")
        warning = self._command.pin(self._session, spec, changed=True)
        answer = self._try(f"failed to create service {name}", "/services/create", spec)
        if warning:
            self._say(warning)
        return str(answer["ID"])

    def _update_service(self, spec: Words, before: Words) -> str:
        """A change keeps the digest of an image that is the same, and how often it was forced."""
        self._say(f"Updating service {spec['Name']} (id: {before['ID']})")
        changed = before["Spec"]["Labels"].get(IMAGE) != spec["Labels"][IMAGE]
        warning = self._command.pin(self._session, spec, changed=changed)
        old = before["Spec"]["TaskTemplate"]
        if not changed and self._command.resolve_image in ("changed", "never"):
            spec["TaskTemplate"]["ContainerSpec"]["Image"] = old["ContainerSpec"]["Image"]
        spec["TaskTemplate"]["ForceUpdate"] = old.get("ForceUpdate", 0)
        path, version = f"/services/{before['ID']}/update", {"version": before["Version"]["Index"]}
        self._try(f"failed to update service {spec['Name']}", path, spec, version)
        if warning:
            self._say(warning)
        return str(before["ID"])


def _data(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return base64.b64encode(file.read()).decode()
    except FileNotFoundError:
        raise DockerError(f"open {path}: no such file or directory") from None
    except IsADirectoryError:
        raise DockerError(f"read {path}: is a directory") from None


def _check_external(session: Session, name: str) -> None:
    if name in ("host", "bridge", "none"):
        return
    start = f'network "{name}" is declared as external, but'
    try:
        network = session.get(path_to("network", name))
    except DockerError as error:
        if error.status != 404:
            raise
        need = "You need to create a swarm-scoped network before the stack is deployed"
        raise DockerError(f"{start} could not be found. {need}") from None
    if network["Scope"] != "swarm":
        raise DockerError(f'{start} it is not in the right scope: "{network["Scope"]}" instead of "swarm"')
