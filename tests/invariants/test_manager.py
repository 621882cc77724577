"""Whatever users and faults do to a swarm, it keeps its promises.

Moves that no table row allows raise in the store itself, so every step checks them.
"""

from collections import Counter
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from swarmlab.engine.model import (
    Availability,
    EndpointSpec,
    NetworkAttachment,
    NetworkAttachmentConfig,
    NetworkSpec,
    Node,
    NodeState,
    PortConfig,
    Service,
    Task,
    TaskState,
    UpdateConfig,
    UpdateOrder,
)
from tests.engine.fakes import FakeSwarm, image, spec

NODES = ("n1", "n2", "n3")
LONG_S = 400


def holder_attachments(holder: Task | Node) -> tuple[NetworkAttachment, ...]:
    """The addresses of a task or a node."""
    return holder.networks if isinstance(holder, Task) else holder.attachments


class SwarmUnderStress(RuleBasedStateMachine):
    """Random requests and faults against one replicated and one global service."""

    swarm: FakeSwarm

    @initialize(
        seed=st.integers(0, 2**16),
        replicas=st.integers(0, 6),
        parallelism=st.integers(0, 2),
        order=st.sampled_from(UpdateOrder),
    )
    def begin(self, seed: int, replicas: int, parallelism: int, order: UpdateOrder) -> None:
        """A swarm of three nodes with two services."""
        self.swarm = FakeSwarm(nodes=len(NODES), seed=seed)
        update = UpdateConfig(parallelism=parallelism, order=order)
        self.swarm.control.create_network(NetworkSpec(name="mesh"))
        on_mesh = (NetworkAttachmentConfig(target="mesh"),)
        ports = EndpointSpec(ports=(PortConfig(target_port=80, published_port=8080),))
        web = spec(replicas=replicas, update=update, networks=on_mesh)
        self.swarm.control.create_service(replace(web, endpoint=ports))
        self.swarm.control.create_service(spec("everywhere", replicas=None, update=update, networks=on_mesh))

    # --- what happens ---

    @rule(replicas=st.integers(0, 8))
    def scale(self, replicas: int) -> None:
        self.swarm.scale(replicas)

    @rule(name=st.sampled_from(["web", "everywhere"]), wanted=st.sampled_from(["alpine", "busybox", "bad", "crash"]))
    def change_image(self, name: str, wanted: str) -> None:
        self.swarm.update_task(name, container=image(wanted))

    @rule(name=st.sampled_from(["web", "everywhere"]))
    def force(self, name: str) -> None:
        self.swarm.update_task(name, force_update=self.swarm.service(name).spec.task.force_update + 1)

    @precondition(lambda self: self.swarm.service().previous_spec is not None)
    @rule()
    def roll_back(self) -> None:
        self.swarm.rollback()

    @rule(name=st.sampled_from(NODES), availability=st.sampled_from(Availability))
    def set_availability(self, name: str, availability: Availability) -> None:
        self.swarm.set_availability(name, availability)

    @rule(name=st.sampled_from(NODES), state=st.sampled_from([NodeState.DOWN, NodeState.READY, NodeState.UNKNOWN]))
    def set_state(self, name: str, state: NodeState) -> None:
        self.swarm.set_state(name, state)

    @rule(pick=st.integers(0, 20), code=st.sampled_from([TaskState.FAILED, TaskState.COMPLETE]))
    def end_a_task(self, pick: int, code: TaskState) -> None:
        running = [task for task in self.swarm.store.all(Task) if task.state is TaskState.RUNNING]
        if running:
            self.swarm.agents.report(running[pick % len(running)].id, code, "started")

    @rule(seconds=st.sampled_from([0.0, 0.05, 0.3, 1.0, 5.0, 20.0]))
    def wait(self, seconds: float) -> None:
        self.swarm.advance(seconds)

    @rule()
    def change_leader(self) -> None:
        self.swarm.manager.stop()
        self.swarm.manager.start()

    # --- what must hold at any time ---

    @invariant()
    def a_step_leaves_nothing_to_do(self) -> None:
        self.swarm.step()
        assert not self.swarm.manager.step()

    @invariant()
    def slots_are_unique_unless_updates_start_first(self) -> None:
        for service in self.swarm.store.all(Service):
            wanted = Counter(task.slot or task.node_id for task in self.swarm.live(service.spec.name))
            update = service.spec.update
            if update is not None and update.order is UpdateOrder.STOP_FIRST:
                assert all(count == 1 for count in wanted.values())

    @invariant()
    def tasks_run_only_where_a_node_is(self) -> None:
        for task in self.swarm.store.all(Task):
            if task.state >= TaskState.ASSIGNED and task.state is not TaskState.SHUTDOWN:
                assert self.swarm.store.get(Node, task.node_id) is not None

    @invariant()
    def no_address_is_given_twice(self) -> None:
        store = self.swarm.store
        live = [task for task in store.all(Task) if not task.state.is_terminal]
        holders = [at for holder in (*live, *store.all(Node)) for at in holder_attachments(holder)]
        taken = [(at.network_id, address) for at in holders for address in at.addresses]
        endpoints = [service.endpoint for service in store.all(Service) if service.endpoint is not None]
        taken += [(vip.network_id, vip.address) for endpoint in endpoints for vip in endpoint.virtual_ips]
        assert len(taken) == len(set(taken))

    # --- what must hold in the end ---

    def teardown(self) -> None:
        """Faults heal, images are good again: then the services become what they declare."""
        if not hasattr(self, "swarm"):
            return
        swarm = self.swarm
        for name in NODES:
            swarm.set_state(name, NodeState.READY)
            swarm.set_availability(name, Availability.ACTIVE)
        for name in ("web", "everywhere"):
            swarm.update_task(name, container=image("nginx"))
        swarm.advance(LONG_S)
        self.check_settled()

    def check_settled(self) -> None:
        """Settled is as declared."""
        swarm = self.swarm
        replicas = swarm.service().spec.mode.replicas  # type: ignore[union-attr]
        assert [task.slot for task in swarm.running()] == sorted({task.slot for task in swarm.live()})
        assert len(swarm.running()) == len(swarm.live()) == replicas
        assert swarm.per_node("everywhere") == dict.fromkeys(NODES, 1)
        for service in swarm.store.all(Service):
            status = swarm.control.service_status(service)
            assert status.running == status.desired
            assert all(task.spec.container.image == "nginx" for task in swarm.live(service.spec.name))
        kept = Counter((task.service_id, task.slot or task.node_id) for task in swarm.store.all(Task))
        assert all(count <= 6 for count in kept.values())


SwarmUnderStress.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
test_the_swarm_keeps_its_promises = SwarmUnderStress.TestCase
