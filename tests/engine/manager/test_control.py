"""What users may do, and the exact words of what they may not."""

from dataclasses import replace

import pytest

from swarmlab.engine.errors import (
    Conflict,
    EngineError,
    NotFound,
    NotImplementedHere,
    RpcAlreadyExists,
    RpcFailedPrecondition,
    RpcInvalidArgument,
    RpcUnimplemented,
    UpdateOutOfSequence,
)
from swarmlab.engine.manager.control import Rotation
from swarmlab.engine.model import (
    Availability,
    ContainerSpec,
    EndpointSpec,
    Global,
    Healthcheck,
    IPAMConfig,
    Mount,
    Network,
    NetworkAttachmentConfig,
    NetworkSpec,
    NodeState,
    PortConfig,
    PublishMode,
    Replicated,
    ResourceRequirements,
    Resources,
    RestartPolicy,
    Role,
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


# --- networks ------------------------------------------------------------------------------------------------------


def test_a_service_may_name_its_networks() -> None:
    """The stored spec has their ids."""
    swarm = FakeSwarm(nodes=1)
    network = swarm.control.create_network(NetworkSpec(name="neta"))
    service = swarm.control.create_service(spec(networks=(NetworkAttachmentConfig(target="neta"),)))
    assert service.spec.task.networks[0].target == network.id


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("nosuch", "network nosuch not found"),
        (
            "ingress",
            "rpc error: code = InvalidArgument desc = "
            'Service cannot be explicitly attached to the ingress network "ingress"',
        ),
        ("none", "network none not found"),
    ],
)
def test_networks_that_a_service_cannot_use(target: str, words: str) -> None:
    """Unknown ones, the ingress network, and the one that is none."""
    with pytest.raises(EngineError) as refusal:
        FakeSwarm(nodes=1).control.create_service(spec(networks=(NetworkAttachmentConfig(target=target),)))
    assert str(refusal.value) == words


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (NetworkSpec(name="a b"), "name must be valid as a DNS name component"),
        (NetworkSpec(name="a", attachable=True, ingress=True), "ingress network cannot be attachable"),
        (NetworkSpec(name="a", ipam=(IPAMConfig(),)), "ipam configuration: invalid subnet "),
    ],
)
def test_a_wrong_network_is_refused(wanted: NetworkSpec, words: str) -> None:
    """In SwarmKit's words."""
    with pytest.raises(RpcInvalidArgument) as refusal:
        FakeSwarm(nodes=1).control.create_network(wanted)
    assert refusal.value.description == words


def test_a_network_name_is_taken_once() -> None:
    """The daemon itself refuses it."""
    swarm = FakeSwarm(nodes=1)
    swarm.control.create_network(NetworkSpec(name="neta"))
    with pytest.raises(Conflict) as refusal:
        swarm.control.create_network(NetworkSpec(name="neta"))
    assert str(refusal.value) == "network with name neta already exists"


def test_there_is_one_ingress_network() -> None:
    """A second one is refused with the id of the first."""
    swarm = FakeSwarm(nodes=1)
    ingress = swarm.store.find(Network, "ingress")
    with pytest.raises(RpcAlreadyExists) as refusal:
        swarm.control.create_network(NetworkSpec(name="mine", ingress=True))
    assert refusal.value.description == f"ingress network ({ingress.id}) is already present"


def test_a_network_in_use_stays() -> None:
    """As long as a service names it; its tasks that only have to stop yet do not hold it."""
    swarm = FakeSwarm(nodes=1)
    network = swarm.control.create_network(NetworkSpec(name="neta"))
    service = swarm.control.create_service(spec(networks=(NetworkAttachmentConfig(target="neta"),)))
    swarm.until(swarm.all_run(1))
    with pytest.raises(RpcFailedPrecondition) as refusal:
        swarm.control.remove_network("neta")
    assert refusal.value.description == f"network {network.id} is in use by service {service.id}"
    swarm.control.remove_service("web")
    swarm.step()
    swarm.control.remove_network("neta")
    swarm.advance(5)


def test_ingress_is_needed_by_published_ports() -> None:
    """It cannot go while they are there, and they cannot come when it is gone."""
    swarm = FakeSwarm(nodes=1)
    service = swarm.control.create_service(published(port(8080)))
    with pytest.raises(RpcFailedPrecondition) as refusal:
        swarm.control.remove_network("ingress")
    words = f"ingress network cannot be removed because service {service.id} depends on it"
    assert refusal.value.description == words
    swarm.control.remove_service("web")
    swarm.advance(5)
    swarm.control.remove_network("ingress")
    swarm.advance(1)
    with pytest.raises(RpcFailedPrecondition) as refusal:
        swarm.control.create_service(published(port(8080)))
    assert refusal.value.description == "service needs ingress network, but no ingress network is present"


# --- nodes and the cluster -----------------------------------------------------------------------------------------


class Raft:
    """Two managers of which none may be lost, and one that is no member any more."""

    def __init__(self, *members: str) -> None:
        self.members = members

    def is_member(self, node_id: str) -> bool:
        return node_id in self.members

    def can_lose(self, node_id: str) -> bool:
        return False


def test_a_ready_node_is_not_removed_without_force() -> None:
    """With force it is."""
    swarm = FakeSwarm(nodes=2)
    node = swarm.node("n1")
    with pytest.raises(RpcFailedPrecondition) as refusal:
        swarm.control.remove_node("n1")
    assert refusal.value.description == f"node {node.id} is not down and can't be removed"
    swarm.control.remove_node("n1", force=True)
    with pytest.raises(NotFound, match="node n1 not found"):
        swarm.node("n1")


def test_a_node_that_is_not_ready_needs_no_force() -> None:
    """Down, unknown and disconnected ones can go."""
    swarm = FakeSwarm(nodes=3)
    for name, state in (("n1", NodeState.DOWN), ("n2", NodeState.UNKNOWN), ("n3", NodeState.DISCONNECTED)):
        swarm.set_state(name, state)
        swarm.control.remove_node(name)


def test_a_manager_is_demoted_before_it_is_removed() -> None:
    """Force does not help."""
    swarm = FakeSwarm(nodes=1)
    manager = swarm.add_node("boss", role=Role.MANAGER)
    with pytest.raises(RpcFailedPrecondition) as refusal:
        swarm.control.remove_node("boss", force=True)
    assert refusal.value.description == (
        f"node {manager.id} is a cluster manager and is a member of the raft cluster. "
        "It must be demoted to worker before removal"
    )


def test_the_last_manager_stays_one() -> None:
    """The rule is checked before the version."""
    swarm = FakeSwarm(nodes=1)
    swarm.add_node("boss", role=Role.MANAGER)
    with pytest.raises(RpcFailedPrecondition) as refusal:
        swarm.control.update_node("boss", 0, replace(swarm.node("boss").spec, role=Role.WORKER))
    assert refusal.value.description == "attempting to demote the last manager of the swarm"


def test_a_demotion_must_not_cost_the_quorum() -> None:
    """The raft group is asked."""
    swarm = FakeSwarm(nodes=0)
    first, second = (swarm.add_node(name, role=Role.MANAGER) for name in ("a", "b"))
    swarm.control = type(swarm.control)(swarm.store, swarm.clock, swarm.chance, Raft(first.id))
    for node, words in (
        (first, "can't remove member from the raft: this would result in a loss of quorum"),
        (second, "can't find manager in raft memberlist"),
    ):
        with pytest.raises(EngineError) as refusal:
            swarm.control.update_node(node.id, node.meta.version, replace(node.spec, role=Role.WORKER))
        assert str(refusal.value).endswith(words)


def test_a_node_update_needs_the_present_version() -> None:
    """As for services."""
    swarm = FakeSwarm(nodes=1)
    node = swarm.node("n1")
    swarm.set_availability("n1", Availability.PAUSE)
    with pytest.raises(UpdateOutOfSequence):
        swarm.control.update_node("n1", node.meta.version, node.spec)


def test_rotating_a_token_changes_its_secret_only() -> None:
    """The other token stays."""
    swarm = FakeSwarm(nodes=1)
    both = Rotation(worker_token=True, manager_token=True)
    before = swarm.control.update_cluster(swarm.store.cluster().meta.version, swarm.store.cluster().spec, both)
    after = swarm.control.update_cluster(before.meta.version, before.spec, Rotation(worker_token=True))
    head, _, secret = after.worker_token.rpartition("-")
    assert head == before.worker_token.rpartition("-")[0]
    assert len(secret) == 25
    assert after.worker_token != before.worker_token
    assert after.manager_token == before.manager_token


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "other"}, "modification of cluster name is not allowed"),
        ({"node_cert_expiry_s": 60}, "minimum certificate expiry time is: 1h0m0s"),
        ({"heartbeat_period_s": -1}, "heartbeat time period cannot be a negative duration"),
    ],
)
def test_settings_that_are_refused(changes: dict[str, object], words: str) -> None:
    """In SwarmKit's words."""
    swarm = FakeSwarm(nodes=1)
    cluster = swarm.store.cluster()
    with pytest.raises(RpcInvalidArgument) as refusal:
        swarm.control.update_cluster(cluster.meta.version, replace(cluster.spec, **changes))  # type: ignore[arg-type]
    assert refusal.value.description == words


def test_no_history() -> None:
    """A limit of zero keeps the live task alone."""
    swarm = FakeSwarm(nodes=1)
    cluster = swarm.store.cluster()
    swarm.control.update_cluster(cluster.meta.version, replace(cluster.spec, task_history_retention_limit=0))
    swarm.control.create_service(spec(image="crash"))
    swarm.advance(30)
    assert len(swarm.tasks()) <= 2


def test_desired_counts_replicas() -> None:
    """Also those that nobody can run."""
    swarm = FakeSwarm(nodes=0)
    service = swarm.control.create_service(replace(spec(), mode=Replicated(replicas=4)))
    status = swarm.control.service_status(service)
    assert (status.running, status.desired) == (0, 4)
