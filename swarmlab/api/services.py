"""`/services`. Source: moby daemon/server/router/swarm/cluster_routes.go, daemon/cluster/services.go."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from swarmlab.api import logs
from swarmlab.api.filters import Filters, parse
from swarmlab.api.messages import Request, Response, Stream, empty, json_list, json_response
from swarmlab.api.nodes import version_of
from swarmlab.api.objects import service_json
from swarmlab.api.versions import adjust_service
from swarmlab.api.wire import Json, decode
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import Forbidden, InvalidParameter, NotFound, ServerError
from swarmlab.engine.manager.control import Control
from swarmlab.engine.model import (
    DEFAULT_RESTART,
    DEFAULT_RESTART_DELAY_S,
    DEFAULT_STOP_GRACE_PERIOD_S,
    DEFAULT_UPDATE,
    DEFAULT_UPDATE_MONITOR_S,
    ContainerSpec,
    DNSConfig,
    Network,
    Placement,
    ResourceRequirements,
    RestartPolicy,
    Service,
    ServiceSpec,
    TaskSpec,
    UpdateConfig,
)
from swarmlab.engine.pending import Pending

FILTERS = ("id", "label", "mode", "name", "runtime")

MODES = {"Replicated": "replicated", "Global": "global", "ReplicatedJob": "replicated-job", "GlobalJob": "global-job"}


def list_(daemon: Daemon, request: Request) -> Pending[Response]:
    """Every service, in the order of ids; with `status` how many tasks run and should run."""
    filters = parse(request.query, FILTERS, before_keys=daemon.check_manages)
    status = request.choice("status") and request.version >= (1, 41)

    def answer(control: Control) -> Response:
        found = sorted((s for s in control.store.all(Service) if _fits(s, filters)), key=lambda s: s.id)
        return json_list(_listed(control, service, status) for service in found)

    return daemon.ask(answer)


def _listed(control: Control, service: Service, status: bool) -> Json:
    if not status:
        return service_json(service)
    counts = control.service_status(service)
    result = service_json(service)
    job_status = {"JobStatus": result.pop("JobStatus")} if "JobStatus" in result else {}
    tasks = {"RunningTasks": counts.running, "DesiredTasks": counts.desired, "CompletedTasks": counts.completed}
    return {**result, "ServiceStatus": tasks, **job_status}


def _fits(service: Service, filters: Filters) -> bool:
    return (
        filters.prefix("id", service.id)
        and filters.prefix("name", service.spec.name)
        and filters.labels("label", service.spec.labels)
        and filters.exact("mode", MODES[type(service.spec.mode).__name__])
        and filters.exact("runtime", service.spec.task.runtime)
    )


def inspect(daemon: Daemon, request: Request) -> Pending[Response]:
    """One service; with `insertDefaults` what was not sent is filled in."""
    reference, defaults = request.parameters["id"], request.choice("insertDefaults")

    def answer(control: Control) -> Response:
        service = control.store.find(Service, reference)
        return json_response(service_json(with_defaults(service) if defaults else service))

    return daemon.ask(answer)


def create(daemon: Daemon, request: Request) -> Pending[Response]:
    """Declare a service."""
    body = request.json()
    daemon.check_manages()
    return daemon.ask(lambda control: control.create_service(_spec(daemon, control, body, request.version))).then(
        lambda service: json_response({"ID": service.id, "Warnings": None}, 201)
    )


def update(daemon: Daemon, request: Request) -> Pending[Response]:
    """Change a service's declaration, or take the previous one back."""
    reference, body, version = request.parameters["id"], request.json(), version_of(request, "service")
    daemon.check_manages()
    rollback = request.query.get("rollback", "")

    def change(control: Control) -> Service:
        wanted = _spec(daemon, control, body, request.version)
        if rollback not in ("", "none", "previous"):
            raise ServerError(f"unrecognized rollback option {rollback}")
        service = control.store.find(Service, reference)
        return control.update_service(service.id, version, wanted, rollback=rollback == "previous")

    return daemon.ask(change).then(lambda service: json_response({"Warnings": None}))


def remove(daemon: Daemon, request: Request) -> Pending[Response]:
    """Remove a service."""
    return daemon.ask(lambda control: control.remove_service(request.parameters["id"])).then(lambda service: empty())


def service_logs(daemon: Daemon, request: Request) -> Pending[Stream]:
    """The lines of all tasks of a service."""
    options = logs.service_options(request)
    reference = request.parameters["id"]
    return daemon.service_logs(reference, options).then(lambda found: logs.stream(found, request, tty=found.terminal))


def task_logs(daemon: Daemon, request: Request) -> Pending[Stream]:
    """The lines of one task."""
    options = logs.service_options(request)
    reference = request.parameters["id"]
    return daemon.task_logs(reference, options).then(lambda found: logs.stream(found, request, tty=found.terminal))


def _spec(daemon: Daemon, control: Control, body: object, version: tuple[int, int]) -> ServiceSpec:
    """The service that a body declares; its networks are looked for first, and have their ids.

    Source: moby daemon/cluster/services.go (CreateService), networks.go (populateNetworkID), convert/service.go.

    Raises:
        Forbidden: one is a network of this host only.
        Ambiguous, ServerError: several or none are meant.
    """
    given = body if isinstance(body, dict) else {}
    template = given.get("TaskTemplate")
    template = template if isinstance(template, dict) else {}
    place = template if template.get("Networks") else given  # where they stood before 1.25
    named = [_with_id(daemon, control, each) for each in place.get("Networks") or ()]
    if place is template:
        template = {**template, "Networks": named}
    elif named:
        given = {**given, "Networks": named}
    return _converted({**given, "TaskTemplate": template}, template, version)


def _with_id(daemon: Daemon, control: Control, attachment: Json) -> Json:
    return {**attachment, "Target": _network_id(daemon, control, str(attachment.get("Target") or ""))}


def _converted(given: Json, template: Json, version: tuple[int, int]) -> ServiceSpec:
    _check_runtime(given, template)
    spec = adjust_service(given, version)
    _complete_privileges(cast(Json, template["ContainerSpec"]))
    template = {key: value for key, value in template.items() if key not in _OTHER_RUNTIMES}
    for mount in cast("list[Json]", cast(Json, template["ContainerSpec"]).get("Mounts") or []):
        mount.pop("ImageOptions", None)  # services mount no images; nobody reads them. Recorded from 28.5.2
    return decode(ServiceSpec, {**spec, "TaskTemplate": template}, "ServiceSpec")


_OTHER_RUNTIMES = ("PluginSpec", "NetworkAttachmentSpec")
"""What nobody reads where the runtime is a container. Recorded from 28.5.2."""


def _check_runtime(given: Json, template: Json) -> None:
    """Tasks are containers; plugins are for engines in experimental mode only, which this one is not.

    Raises:
        InvalidParameter: no such runtime, or nothing is said of what it is to run.
        ServerError: a plugin.
    """
    runtime = template.get("Runtime") or "container"
    if runtime not in ("container", "plugin"):
        raise InvalidParameter("unsupported runtime")
    if not isinstance(template.get("ContainerSpec" if runtime == "container" else "PluginSpec"), dict):
        raise InvalidParameter("mismatched Runtime and *Spec fields")
    if runtime == "plugin":
        mode = given.get("Mode")
        if isinstance(mode, dict) and mode.get("Replicated") is not None:
            raise InvalidParameter("plugins must not use replicated mode")
        raise ServerError('runtime type "plugin" only supported in experimental')


def _complete_privileges(container: Json) -> None:
    """What is said of privileges is shown whole, with what was not said."""
    given = container.get("Privileges")
    if isinstance(given, dict):
        sources = given.get("CredentialSpec")
        first = {
            "CredentialSpec": _credentials(sources) if isinstance(sources, dict) else None,
            "SELinuxContext": given.get("SELinuxContext"),
        }
        container["Privileges"] = {**first, **given, **first, "NoNewPrivileges": bool(given.get("NoNewPrivileges"))}


def _credentials(sources: Json) -> Json:
    return {name: sources.get(name) or "" for name in ("Config", "File", "Registry")}


def _network_id(daemon: Daemon, control: Control, reference: str) -> str:
    try:
        return control.store.find(Network, reference).id
    except NotFound as error:
        if any(reference in (network.name, network.id) for network in daemon.networks.list()):
            raise Forbidden(
                f"The network {reference} cannot be used with services. Only networks scoped to the swarm can be used, "
                "such as those created with the overlay driver."
            ) from None
        raise ServerError(str(error)) from None


# --- defaults, filled in on demand. Source: swarmkit api/defaults/service.go, InterpolateService --------------------


def with_defaults(service: Service) -> Service:
    """The service as it is in force: what was not sent has its default."""
    spec = service.spec
    filled = replace(
        spec,
        task=_task_with_defaults(spec.task),
        update=_update_with_defaults(spec.update),
        rollback=_update_with_defaults(spec.rollback),
    )
    return replace(service, spec=filled)


def _task_with_defaults(spec: TaskSpec) -> TaskSpec:
    return replace(
        spec,
        container=_container_with_defaults(spec.container),
        resources=spec.resources or ResourceRequirements(),
        restart=_restart_with_defaults(spec.restart),
        placement=spec.placement or Placement(),
    )


def _container_with_defaults(spec: ContainerSpec) -> ContainerSpec:
    grace_s = DEFAULT_STOP_GRACE_PERIOD_S if spec.stop_grace_period_s is None else spec.stop_grace_period_s
    return replace(spec, stop_grace_period_s=grace_s, dns_config=spec.dns_config or DNSConfig())


def _restart_with_defaults(policy: RestartPolicy | None) -> RestartPolicy:
    if policy is None:
        return DEFAULT_RESTART
    return replace(policy, delay_s=DEFAULT_RESTART_DELAY_S) if policy.delay_s is None else policy


def _update_with_defaults(config: UpdateConfig | None) -> UpdateConfig:
    if config is None:
        return DEFAULT_UPDATE
    return replace(config, monitor_s=DEFAULT_UPDATE_MONITOR_S) if config.monitor_s is None else config
