"""Where tasks go, and in which words they are told why not."""

from dataclasses import replace

import pytest

from swarmlab.engine.manager.scheduler import DEBOUNCE_S
from swarmlab.engine.model import (
    Availability,
    ContainerSpec,
    EndpointSpec,
    Mount,
    NodeState,
    Placement,
    Platform,
    PortConfig,
    PublishMode,
    ReplicatedJob,
    ResourceRequirements,
    Resources,
    TaskState,
)
from tests.engine.fakes import FakeSwarm, spec


def reserve(cpus: float) -> ResourceRequirements:
    return ResourceRequirements(reservations=Resources(nano_cpus=int(cpus * 10**9)))


def errors(swarm: FakeSwarm) -> set[str]:
    return {task.status.err for task in swarm.live()}


def test_tasks_spread_evenly() -> None:
    """Every node gets as many tasks as any other."""
    swarm = FakeSwarm(nodes=3)
    swarm.control.create_service(spec(replicas=9))
    swarm.advance(1)
    assert swarm.per_node() == {"n1": 3, "n2": 3, "n3": 3}


def test_a_pass_waits_for_the_debounce() -> None:
    """Tasks are pending at once and assigned 50 ms later."""
    swarm = FakeSwarm()
    swarm.control.create_service(spec())
    swarm.step()
    assert swarm.tasks()[0].state is TaskState.PENDING
    waited_s = swarm.until(lambda: swarm.tasks()[0].state >= TaskState.ASSIGNED)
    assert waited_s == pytest.approx(DEBOUNCE_S)


def test_debouncing_ends_after_a_second() -> None:
    """A stream of changes cannot put a pass off for ever."""
    swarm = FakeSwarm()
    swarm.control.create_service(spec())
    swarm.step()
    for number in range(60):
        if swarm.tasks()[0].state >= TaskState.ASSIGNED:
            break
        swarm.set_label("n1", beat=str(number))
        swarm.advance(0.04)
    assert 1.0 <= swarm.clock.now - swarm.service().meta.created_at <= 1.1


def test_the_node_with_fewer_tasks_of_the_service_goes_first() -> None:
    """Tasks of other services only break ties."""
    swarm = FakeSwarm(nodes=2)
    swarm.control.create_service(spec("other", replicas=1))
    swarm.advance(1)
    empty = next(name for name, count in swarm.per_node("other").items() if not count)
    swarm.control.create_service(spec(replicas=1))
    swarm.advance(1)
    assert swarm.per_node()[empty] == 1


def test_which_equal_node_is_chosen_depends_on_the_seed_only() -> None:
    """One seed repeats a placement to the letter, among seeds it varies."""

    def first_node(seed: int) -> str:
        swarm = FakeSwarm(seed=seed)
        swarm.control.create_service(spec())
        swarm.advance(1)
        return max(swarm.per_node(), key=lambda name: swarm.per_node()[name])

    chosen = [first_node(seed) for seed in range(40)]
    assert chosen == [first_node(seed) for seed in range(40)]
    assert set(chosen) == {"n1", "n2", "n3"}


def test_a_task_that_fits_nowhere_says_why() -> None:
    """The task stays pending with its message, and the reason stands beside it."""
    swarm = FakeSwarm(nodes=3)
    swarm.control.create_service(spec(constraints=("node.hostname==nosuch",)))
    swarm.advance(1)
    status = swarm.tasks()[0].status
    assert (status.state, status.message) == (TaskState.PENDING, "pending task scheduling")
    assert status.err == "no suitable node (scheduling constraints not satisfied on 3 nodes)"


def test_an_unchanged_reason_is_not_written_again() -> None:
    """A task that keeps waiting for the same reason keeps its version."""
    swarm = FakeSwarm()
    swarm.control.create_service(spec(constraints=("node.hostname==nosuch",)))
    swarm.advance(1)
    before = swarm.tasks()[0]
    swarm.set_label("n1", new="label")
    swarm.advance(1)
    assert swarm.tasks()[0] == before


def test_reasons_are_listed_by_how_many_nodes_they_concern() -> None:
    """A node is charged to the first rule that it fails; equal counts keep the order of the rules."""
    swarm = FakeSwarm(nodes=4)
    swarm.set_availability("n1", Availability.DRAIN)
    swarm.control.create_service(spec(constraints=("node.hostname!=n2",), resources=reserve(9)))
    swarm.advance(1)
    words = "insufficient resources on 3 nodes; 1 node not available for new tasks"
    assert errors(swarm) == {f"no suitable node ({words})"}


def test_without_any_node_there_is_no_explanation() -> None:
    """An empty swarm has no node to blame."""
    swarm = FakeSwarm(nodes=0)
    swarm.control.create_service(spec())
    swarm.advance(1)
    assert errors(swarm) == {"no suitable node"}


@pytest.mark.parametrize(
    ("placement", "words"),
    [
        (Placement(platforms=(Platform(architecture="arm64", os="linux"),)), "unsupported platform on 2 nodes"),
        (Placement(constraints=("node.role==manager",)), "scheduling constraints not satisfied on 2 nodes"),
    ],
)
def test_rules_on_nodes_have_their_sentences(placement: Placement, words: str) -> None:
    """Platform and constraints speak for themselves."""
    swarm = FakeSwarm(nodes=2)
    swarm.control.create_service(spec(placement=placement))
    swarm.advance(1)
    assert errors(swarm) == {f"no suitable node ({words})"}


def test_a_cluster_volume_is_never_there() -> None:
    """No node has a CSI plugin that would make it; that is the last thing to be looked at."""
    mounts = ContainerSpec(image="alpine", mounts=(Mount(type="cluster", source="v", target="/v"),))
    swarm = FakeSwarm(nodes=2)
    swarm.control.create_service(spec(container=mounts))
    swarm.advance(1)
    assert errors(swarm) == {"no suitable node (cannot fulfill requested CSI volume mounts on 2 nodes)"}
    constrained = spec("other", container=mounts, placement=Placement(constraints=("node.role==manager",)))
    swarm.control.create_service(constrained)
    swarm.advance(1)
    assert [task.status.err for task in swarm.live("other")] == [
        "no suitable node (scheduling constraints not satisfied on 2 nodes)"
    ]


def test_an_image_for_amd64_runs_on_x86_64() -> None:
    """The two names of one architecture are the same to the scheduler."""
    swarm = FakeSwarm()
    swarm.control.create_service(spec(placement=Placement(platforms=(Platform(architecture="amd64", os="linux"),))))
    swarm.until(swarm.all_run(1))


def test_max_replicas_per_node() -> None:
    """So many tasks of the service fit on a node and no more; the sentence never has a count."""
    swarm = FakeSwarm(nodes=2)
    swarm.control.create_service(spec(replicas=5, placement=Placement(max_replicas=2)))
    swarm.advance(2)
    assert swarm.per_node() == {"n1": 2, "n2": 2}
    assert errors(swarm) == {"", "no suitable node (max replicas per node limit exceed)"}


def test_reservations_are_given_back_when_a_task_has_ended() -> None:
    """A node is full until the task there has really stopped, then the waiting task gets its place."""
    swarm = FakeSwarm(nodes=1, cpus=4)
    swarm.control.create_service(spec("big", resources=reserve(3)))
    swarm.until(swarm.all_run(1, "big"))
    swarm.control.create_service(spec(resources=reserve(2)))
    swarm.advance(1)
    assert errors(swarm) == {"no suitable node (insufficient resources on 1 node)"}
    swarm.control.remove_service("big")
    swarm.until(swarm.all_run(1))


def test_resources_run_out_on_all_nodes() -> None:
    """What does not fit any more counts every node, once a pass finds room nowhere."""
    swarm = FakeSwarm(nodes=3, cpus=2)
    swarm.control.create_service(spec(replicas=7, resources=reserve(1)))
    swarm.advance(2)
    assert errors(swarm) == {"", "no suitable node (insufficient resources on 3 nodes)"}


def test_a_host_port_is_taken_once_a_node() -> None:
    """Two tasks that publish one port on their host cannot share a node."""
    swarm = FakeSwarm(nodes=2)
    port = PortConfig(target_port=80, published_port=8080, publish_mode=PublishMode.HOST)
    swarm.control.create_service(replace(spec(replicas=3), endpoint=EndpointSpec(ports=(port,))))
    swarm.advance(2)
    assert swarm.per_node() == {"n1": 1, "n2": 1}
    assert errors(swarm) == {"", "no suitable node (host-mode port already in use on 2 nodes)"}


def test_a_preassigned_task_is_told_the_bare_reason() -> None:
    """A global service's task waits on its node without the words `no suitable node`."""
    swarm = FakeSwarm(nodes=1)
    swarm.control.create_service(spec(replicas=None, resources=reserve(9)))
    swarm.advance(1)
    assert errors(swarm) == {"insufficient resources on 1 node"}


def test_a_waiting_task_is_placed_when_a_node_comes() -> None:
    """No retry timer is needed: the change of a node is what tries again."""
    swarm = FakeSwarm(nodes=1)
    swarm.set_state("n1", NodeState.DOWN)
    swarm.control.create_service(spec())
    swarm.advance(1)
    assert errors(swarm) == {"no suitable node (1 node not available for new tasks)"}
    swarm.set_state("n1", NodeState.READY)
    swarm.until(swarm.all_run(1))
    assert errors(swarm) == {""}


def test_nothing_is_rebalanced() -> None:
    """A new node gets nothing of what runs already."""
    swarm = FakeSwarm(nodes=1)
    swarm.control.create_service(spec(replicas=4))
    swarm.until(swarm.all_run(4))
    swarm.add_node("n2")
    swarm.advance(10)
    assert swarm.per_node() == {"n1": 4, "n2": 0}


def test_spread_preferences_come_before_nodes() -> None:
    """Zones get equal shares, however many nodes they have; nodes without the label are a zone of their own."""
    swarm = FakeSwarm(nodes=0)
    for number in range(1, 4):
        swarm.add_node(f"east{number}", zone="east")
    swarm.add_node("west", zone="west")
    swarm.add_node("nowhere")
    swarm.control.create_service(spec(replicas=9, placement=Placement(preferences=("node.labels.zone",))))
    swarm.advance(1)
    counts = swarm.per_node()
    assert (counts["west"], counts["nowhere"]) == (3, 3)
    assert [counts[f"east{number}"] for number in range(1, 4)] == [1, 1, 1]


def test_a_full_branch_leaves_its_share_to_the_others() -> None:
    """What a zone cannot take goes to the zones with room."""
    swarm = FakeSwarm(nodes=0)
    swarm.add_node("east", zone="east", cpus=1)
    swarm.add_node("west", zone="west", cpus=9)
    swarm.control.create_service(
        spec(replicas=6, placement=Placement(preferences=("node.labels.zone",)), resources=reserve(1))
    )
    swarm.advance(1)
    assert swarm.per_node() == {"east": 1, "west": 5}


def test_a_node_where_tasks_keep_failing_is_avoided() -> None:
    """After five failures within five minutes other nodes go first, even with more tasks."""
    swarm = FakeSwarm(nodes=2)
    swarm.control.create_service(spec(replicas=2))
    swarm.until(swarm.all_run(2))
    unlucky = swarm.running()[0].node_id
    for _ in range(5):
        victims = [task for task in swarm.running() if task.node_id == unlucky]
        if not victims:
            break
        swarm.agents.report(victims[0].id, TaskState.FAILED, "started", "task: non-zero exit (1)")
        swarm.advance(7)
    assert all(task.node_id != unlucky for task in swarm.running())


def one_that_waits() -> FakeSwarm:
    """A small task beside a big job, whose end starts nothing; a task of `web` waits for the job's room."""
    swarm = FakeSwarm(nodes=1, cpus=4)
    swarm.control.create_service(spec("small"))
    job = replace(spec("big", resources=reserve(3)), mode=ReplicatedJob(max_concurrent=1, total_completions=1))
    swarm.control.create_service(job)
    swarm.advance(10)
    swarm.control.create_service(spec(resources=reserve(2)))
    swarm.advance(1)
    assert errors(swarm) == {"no suitable node (insufficient resources on 1 node)"}
    return swarm


def test_a_change_that_frees_room_is_noticed_behind_one_that_does_not() -> None:
    """A pass is planned after all changes of a transaction, whichever of them wants it."""
    swarm = one_that_waits()
    (small,), (big,) = swarm.running("small"), swarm.tasks("big")
    with swarm.store.transaction() as transaction:
        transaction.update(replace(small, status=replace(small.status, message="still started")))
        transaction.update(replace(big, status=replace(big.status, state=TaskState.COMPLETE)))
    swarm.until(lambda: len(swarm.running()) == 1, limit_s=4)


def test_a_node_that_comes_is_noticed_behind_a_task_that_does_not_matter() -> None:
    """The changes of one transaction are of several types."""
    swarm = one_that_waits()
    (small,), n1 = swarm.running("small"), swarm.node("n1")
    roomy = replace(n1.description, resources=Resources(nano_cpus=9 * 10**9, memory_bytes=8 * 2**30))
    with swarm.store.transaction() as transaction:
        transaction.update(replace(small, status=replace(small.status, message="still started")))
        transaction.update(replace(n1, description=roomy))
    swarm.until(lambda: len(swarm.running()) == 1, limit_s=4)
