"""What users may do with services, and the exact words of what they may not."""

from dataclasses import replace

import pytest

from swarmlab.engine.errors import (
    NotFound,
    NotImplementedHere,
    RpcAlreadyExists,
    RpcFailedPrecondition,
    RpcInvalidArgument,
    RpcUnimplemented,
    UpdateOutOfSequence,
)
from swarmlab.engine.model import (
    ContainerSpec,
    EndpointSpec,
    Global,
    Healthcheck,
    Mount,
    PortConfig,
    PublishMode,
    Replicated,
    ResourceRequirements,
    Resources,
    RestartPolicy,
    Service,
    ServiceSpec,
    UpdateConfig,
)
from tests.engine.fakes import FakeSwarm, spec


def container(**fields: object) -> ContainerSpec:
    return ContainerSpec(**{"image": "alpine", **fields})  # type: ignore[arg-type]


def published(*ports: PortConfig, mode: str = "vip", name: str = "web") -> ServiceSpec:
    return replace(spec(name), endpoint=EndpointSpec(mode=mode, ports=ports))


def port(number: int, mode: PublishMode = PublishMode.INGRESS) -> PortConfig:
    return PortConfig(target_port=80, published_port=number, publish_mode=mode)


def limits(**fields: int) -> ResourceRequirements:
    return ResourceRequirements(limits=Resources(**fields))


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (spec("a b"), "name must be valid as a DNS name component"),
        (spec("-a"), "name must be valid as a DNS name component"),
        (spec("a."), "name must be valid as a DNS name component"),
        (spec("a" * 64), "name must be 63 characters or fewer"),
        (spec(image=""), "ContainerSpec: image reference must be provided"),
        (spec(image="Alpine"), 'ContainerSpec: "Alpine" is not a valid repository/tag'),
        (spec(image="a b"), 'ContainerSpec: "a b" is not a valid repository/tag'),
        (spec(image="0" * 64), f'ContainerSpec: "{"0" * 64}" is not a valid repository/tag'),
        (spec(resources=limits(nano_cpus=100_000)), "invalid cpu value 0.0001: Must be at least 0.001"),
        (spec(resources=limits(memory_bytes=1048576)), "invalid memory value 1048576: Must be at least 4MiB"),
        (spec(restart=RestartPolicy(delay_s=-1)), "TaskSpec: restart-delay cannot be negative"),
        (spec(restart=RestartPolicy(window_s=-1)), "TaskSpec: restart-window cannot be negative"),
        (spec(update=UpdateConfig(delay_s=-1)), "TaskSpec: update-delay cannot be negative"),
        (spec(update=UpdateConfig(monitor_s=-1)), "TaskSpec: update-monitor cannot be negative"),
        (
            spec(update=UpdateConfig(max_failure_ratio=1.5)),
            "TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1",
        ),
        (spec(container=container(mounts=(Mount(target="/a"),) * 2)), "ContainerSpec: duplicate mount point: /a"),
        (
            spec(container=container(healthcheck=Healthcheck(interval_s=1e-6))),
            "ContainerSpec: Interval in HealthConfig cannot be less than 1ms",
        ),
        (
            spec(container=container(healthcheck=Healthcheck(retries=-1))),
            "ContainerSpec: Retries in HealthConfig cannot be negative",
        ),
        (spec(replicas=-1), "Number of replicas must be non-negative"),
        (
            published(port(80), mode="dnsrr"),
            "EndpointSpec: port published with ingress mode can't be used with dnsrr mode",
        ),
        (published(port(80), port(80)), "EndpointSpec: duplicate published ports provided"),
    ],
)
def test_a_wrong_spec_is_refused(wanted: ServiceSpec, words: str) -> None:
    """Nothing is stored, and the words are SwarmKit's."""
    swarm = FakeSwarm(nodes=1)
    with pytest.raises(RpcInvalidArgument) as refusal:
        swarm.control.create_service(wanted)
    assert str(refusal.value) == f"rpc error: code = InvalidArgument desc = {words}"
    assert list(swarm.store.all(Service)) == []


@pytest.mark.parametrize(
    "wanted",
    [
        spec("A"),
        spec("a-b_c--d"),
        spec("a" * 63),
        spec(image="alpine:3.20"),
        spec(image="registry.example.com:5000/library/alpine:latest"),
        spec(image="alpine:latest@sha256:" + "9e3df416" * 8),
        spec(image="localhost/a/b__c"),
        published(port(0), port(0)),
        spec(container=container(env=("NODE={{.Node.Hostname}}",), hostname="web-{{.Task.Slot}}")),
    ],
)
def test_a_right_spec_is_taken(wanted: ServiceSpec) -> None:
    """What Swarm takes is taken, and stored as it was sent."""
    swarm = FakeSwarm(nodes=1)
    assert swarm.control.create_service(wanted).spec == wanted


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        (spec(container=container(mounts=(Mount(type="npipe", target="/a"),))), "mounts of type npipe"),
    ],
)
def test_what_is_not_there_is_not_offered(wanted: ServiceSpec, word: str) -> None:
    """The refusal names what was asked for."""
    with pytest.raises(NotImplementedHere, match=word):
        FakeSwarm(nodes=1).control.create_service(wanted)


def test_a_service_without_a_name_gets_one() -> None:
    """An adjective and a surname."""
    name = FakeSwarm(nodes=1).control.create_service(spec("")).spec.name
    assert len(name.split("_")) == 2


def test_names_conflict_whatever_their_case() -> None:
    """WEB is web."""
    swarm = FakeSwarm(nodes=1)
    swarm.control.create_service(spec("web"))
    with pytest.raises(RpcAlreadyExists) as refusal:
        swarm.control.create_service(spec("WEB"))
    assert str(refusal.value) == (
        "rpc error: code = AlreadyExists desc = name conflicts with an existing object: service WEB already exists"
    )


def test_an_update_needs_the_present_version() -> None:
    """Whoever read before someone else wrote is refused."""
    swarm = FakeSwarm(nodes=1)
    service = swarm.control.create_service(spec())
    swarm.scale(2)
    with pytest.raises(UpdateOutOfSequence) as refusal:
        swarm.control.update_service(service.id, service.meta.version, service.spec)
    assert str(refusal.value) == "rpc error: code = Unknown desc = update out of sequence"


def test_an_update_keeps_the_spec_before_it() -> None:
    """And forgets the status of the update before."""
    swarm = FakeSwarm(nodes=1)
    created = swarm.control.create_service(spec())
    updated = swarm.scale(2)
    assert updated.previous_spec == created.spec
    assert updated.spec_version == created.meta.version
    assert updated.meta.version > created.meta.version


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "other"}, "renaming services is not supported"),
        ({"name": ""}, "renaming services is not supported"),
        ({"mode": Global()}, "service mode change is not allowed"),
    ],
)
def test_what_an_update_cannot_change(changes: dict[str, object], words: str) -> None:
    """Name and mode are for ever."""
    swarm = FakeSwarm(nodes=1)
    swarm.control.create_service(spec())
    with pytest.raises(RpcUnimplemented) as refusal:
        swarm.update(**changes)
    assert refusal.value.description == words


def test_a_rollback_needs_a_previous_spec() -> None:
    """A service that was never updated has none."""
    swarm = FakeSwarm(nodes=1)
    service = swarm.control.create_service(spec())
    with pytest.raises(RpcFailedPrecondition) as refusal:
        swarm.rollback()
    assert refusal.value.description == f"service {service.id} does not have a previous spec"


@pytest.mark.parametrize(
    ("mine", "theirs", "how"),
    [
        (PublishMode.INGRESS, PublishMode.INGRESS, "an ingress port"),
        (PublishMode.HOST, PublishMode.INGRESS, "an ingress port"),
        (PublishMode.INGRESS, PublishMode.HOST, "a host-published port"),
    ],
)
def test_ports_of_two_services_must_not_meet(mine: PublishMode, theirs: PublishMode, how: str) -> None:
    """The refusal names the other service."""
    swarm = FakeSwarm(nodes=1)
    other = swarm.control.create_service(published(port(8080, theirs), name="other"))
    with pytest.raises(RpcInvalidArgument) as refusal:
        swarm.control.create_service(published(port(8080, mine)))
    assert refusal.value.description == f"port '8080' is already in use by service 'other' ({other.id}) as {how}"


def test_host_ports_of_two_services_may_be_the_same() -> None:
    """The scheduler puts them on different nodes."""
    swarm = FakeSwarm(nodes=1)
    for name in ("one", "two"):
        swarm.control.create_service(published(port(8080, PublishMode.HOST), name=name))


def test_a_dynamic_port_is_taken_too() -> None:
    """A number that was handed out is in use as well as one that was asked for."""
    swarm = FakeSwarm(nodes=1)
    swarm.control.create_service(published(port(0), name="other"))
    swarm.step()
    with pytest.raises(RpcInvalidArgument, match="port '30000' is already in use by service 'other'"):
        swarm.control.create_service(published(port(30000)))


def test_references_are_names_ids_or_prefixes() -> None:
    """What does not exist is not found, in the daemon's own words."""
    swarm = FakeSwarm(nodes=1)
    service = swarm.control.create_service(spec())
    with pytest.raises(NotFound) as refusal:
        swarm.control.remove_service("nosuch")
    assert str(refusal.value) == "service nosuch not found"
    assert swarm.control.remove_service(service.id[:6]).id == service.id


def test_desired_counts_replicas() -> None:
    """Also those that nobody can run."""
    swarm = FakeSwarm(nodes=0)
    service = swarm.control.create_service(replace(spec(), mode=Replicated(replicas=4)))
    status = swarm.control.service_status(service)
    assert (status.running, status.desired) == (0, 4)
