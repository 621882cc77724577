"""What users do to services: create, update, roll back, remove, and count their tasks.

Owns services' specs and the refusals that need more than the spec. Tasks follow by themselves (orchestrators).
Source: swarmkit manager/controlapi/service.go; moby daemon/cluster/services.go.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from swarmlab.engine.clock import Clock
from swarmlab.engine.errors import (
    RpcAlreadyExists,
    RpcFailedPrecondition,
    RpcInvalidArgument,
    RpcUnimplemented,
    UpdateOutOfSequence,
)
from swarmlab.engine.ids import Chance, ServiceId
from swarmlab.engine.manager.container_rules import check_config_targets, check_existence
from swarmlab.engine.manager.ports import needs_ingress
from swarmlab.engine.manager.service_rules import check_service, is_job
from swarmlab.engine.model import (
    Global,
    GlobalJob,
    JobStatus,
    Network,
    NetworkAttachmentConfig,
    PortConfig,
    PublishMode,
    Replicated,
    ReplicatedJob,
    Service,
    ServiceSpec,
    Task,
    TaskState,
    UpdateState,
    UpdateStatus,
)
from swarmlab.engine.names import random_name
from swarmlab.engine.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStatus:
    """How many tasks of a service run and should run; `completed` counts for jobs only."""

    running: int
    desired: int
    completed: int = 0


class Services:
    """Requests about services.

    Args:
        store: the swarm's store.
        clock: engine time.
        chance: ids and names.
    """

    def __init__(self, store: Store, clock: Clock, chance: Chance) -> None:
        self._store, self._clock, self._chance = store, clock, chance

    def create(self, spec: ServiceSpec) -> Service:
        """Declare a service; one without a name gets one."""
        spec = self._checked(self._named(spec))
        self._check_ports(spec, ServiceId(""))
        self._check_ingress(spec)
        check_existence(self._store, spec.task.container)
        if self._store.named(Service, spec.name):
            raise RpcAlreadyExists(f"name conflicts with an existing object: service {spec.name} already exists")
        job_status = JobStatus(last_execution=self._clock.now) if is_job(spec) else None
        service = Service(id=ServiceId(self._chance.object_id()), spec=spec, job_status=job_status)
        with self._store.transaction() as transaction:
            transaction.create(service)
        return self._store.find(Service, service.id)

    def update(self, reference: str, version: int, spec: ServiceSpec, *, rollback: bool) -> Service:
        """Change a service's declaration, or take the previous one back."""
        service = self._store.find(Service, reference)
        spec = self._checked(self._named(spec))
        if spec.endpoint is not None and spec.endpoint != service.spec.endpoint:
            self._check_ports(spec, service.id)
        check_existence(self._store, spec.task.container)
        self._check_change(service.spec, spec)
        changed = self._rolled_back(service) if rollback else self._changed(service, version, spec)
        self._check_ingress(changed.spec)
        if version != service.meta.version:
            raise UpdateOutOfSequence
        changed = replace(changed, job_status=self._next_run(service.job_status))
        with self._store.transaction() as transaction:
            transaction.update(changed)
        return self._store.find(Service, service.id)

    def _next_run(self, status: JobStatus | None) -> JobStatus | None:
        """Whatever is changed of a job, it runs anew."""
        return status and JobStatus(iteration=status.iteration + 1, last_execution=self._clock.now)

    def _changed(self, service: Service, version: int, spec: ServiceSpec) -> Service:
        """Every change forgets the status of the last update and the spec before the last."""
        return replace(
            service,
            spec=spec,
            spec_version=version,
            previous_spec=service.spec,
            previous_spec_version=service.spec_version,
            update_status=None,
        )

    def _rolled_back(self, service: Service) -> Service:
        """The two specs change places, so a second rollback returns to the newer one."""
        if service.previous_spec is None:
            raise RpcFailedPrecondition(f"service {service.id} does not have a previous spec")
        status = UpdateStatus(
            state=UpdateState.ROLLBACK_STARTED, started_at=self._clock.now, message="manually requested rollback"
        )
        return replace(
            service,
            spec=service.previous_spec,
            spec_version=service.previous_spec_version or 0,
            previous_spec=service.spec,
            previous_spec_version=service.spec_version,
            update_status=status,
        )

    def remove(self, reference: str) -> Service:
        """Remove a service at once; its tasks follow as their containers stop."""
        service = self._store.find(Service, reference)
        with self._store.transaction() as transaction:
            transaction.remove(service)
        return service

    def status(self, service: Service) -> ServiceStatus:
        """What `service ls` counts.

        A task counts as running as long as it was last seen so, whatever is desired of it: tasks on a lost node and
        tasks that are being stopped do (`7/5`). Of a job only the tasks of its last run count.
        Source: swarmkit ListServiceStatuses.
        """
        iteration = service.job_status.iteration if service.job_status else None
        tasks = [task for task in self._store.tasks_of_service(service.id) if task.job_iteration == iteration]
        return ServiceStatus(
            running=sum(task.state is TaskState.RUNNING for task in tasks),
            desired=_desired(service, tasks),
            completed=sum(task.state is TaskState.COMPLETE for task in tasks) if iteration is not None else 0,
        )

    # --- checks ---

    def _named(self, spec: ServiceSpec) -> ServiceSpec:
        """Every spec without a name gets one, in an update too, where it is another one than the service has.

        Source: moby daemon/cluster/convert/service.go, ServiceSpecToGRPC.
        """
        return spec if spec.name else replace(spec, name=random_name(self._chance))

    def _checked(self, spec: ServiceSpec) -> ServiceSpec:
        """The spec with networks by their ids, once it is found to be in order."""
        spec = replace(
            spec,
            task=replace(spec.task, networks=self._resolved(spec.task.networks)),
            networks=self._resolved(spec.networks),
        )
        check_config_targets(spec.task.container)
        check_service(spec)
        for config in spec.task.networks:
            network = self._store.get(Network, config.target)
            if network is not None and network.spec.ingress:
                name = network.spec.name
                raise RpcInvalidArgument(f'Service cannot be explicitly attached to the ingress network "{name}"')
        return spec

    def _resolved(self, networks: tuple[NetworkAttachmentConfig, ...]) -> tuple[NetworkAttachmentConfig, ...]:
        return tuple(replace(config, target=self._store.find(Network, config.target).id) for config in networks)

    def _check_change(self, before: ServiceSpec, after: ServiceSpec) -> None:
        if before.networks != after.networks and before.task.networks == after.task.networks:
            raise RpcUnimplemented("networks must be migrated to TaskSpec before being changed")
        if type(before.mode) is not type(after.mode):
            raise RpcUnimplemented("service mode change is not allowed")
        if before.name != after.name:
            raise RpcUnimplemented("renaming services is not supported")

    def _check_ingress(self, spec: ServiceSpec) -> None:
        if needs_ingress(spec) and not any(network.spec.ingress for network in self._store.all(Network)):
            raise RpcFailedPrecondition("service needs ingress network, but no ingress network is present")

    def _check_ports(self, spec: ServiceSpec, own_id: ServiceId) -> None:
        """Published ports must not meet those of other services; host ports of two services may."""
        wanted = {_key(port): port for port in (spec.endpoint.ports if spec.endpoint else ()) if port.published_port}
        if not wanted:
            return
        for service in self._store.all(Service):
            for port in _published(service) if service.id != own_id else ():
                mine = wanted.get(_key(port))
                if mine is not None and PublishMode.INGRESS in (mine.publish_mode, port.publish_mode):
                    how = "an ingress port" if port.publish_mode is PublishMode.INGRESS else "a host-published port"
                    raise RpcInvalidArgument(
                        f"port '{port.published_port}' is already in use by service "
                        f"'{service.spec.name}' ({service.id}) as {how}"
                    )


def _key(port: PortConfig) -> tuple[str, int]:
    return (port.protocol, port.published_port)


def _published(service: Service) -> list[PortConfig]:
    """A service's published ports, as declared and as allocated."""
    declared = service.spec.endpoint.ports if service.spec.endpoint else ()
    allocated = service.endpoint.ports if service.endpoint else ()
    return [port for port in (*declared, *allocated) if port.published_port]


def _desired(service: Service, tasks: list[Task]) -> int:
    match service.spec.mode:
        case Replicated(replicas=replicas):
            return replicas
        case ReplicatedJob(max_concurrent=at_once):
            return at_once
        case Global():
            return sum(task.desired_state is TaskState.RUNNING for task in tasks)
        case GlobalJob():
            wanted = [task for task in tasks if task.desired_state is TaskState.COMPLETE]
            return sum(task.state is not TaskState.COMPLETE for task in wanted)
