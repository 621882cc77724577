"""The named states that a lab can be brought to, made by real init, join and create calls on a fresh simulation."""

from __future__ import annotations

from swarmlab.engine.host.repositories import look_up
from swarmlab.engine.model import (
    ContainerSpec,
    DNSConfig,
    EndpointSpec,
    Placement,
    ResourceRequirements,
    Resources,
    Role,
    ServiceSpec,
    TaskSpec,
)
from swarmlab.engine.simulation import Simulation
from swarmlab.engine.swarm.membership import InitRequest, JoinRequest
from swarmlab.engine.world import HostSpec

STATES = ("separate", "formed", "three-managers", "helloworld")

START = 1_767_603_600.0
"""Engine time at which a manual lab starts unless told otherwise (Monday 2026-01-05 09:00:00 UTC)."""

_USUAL_MANAGER = 3


def hostnames(nodes: int) -> list[str]:
    """`docker-swarm-1` and so on, in order."""
    return [f"docker-swarm-{number}" for number in range(1, nodes + 1)]


def build(state: str, *, nodes: int = 3, managers: int = 1, seed: int = 0, now: float = START) -> Simulation:
    """A fresh simulation in a named state.

    Args:
        state: `separate`, `formed` (docker-swarm-3 manages, the others work), `three-managers`, or `helloworld`
            (`formed`, and the service `helloworld` running: one replica of `alpine ping docker.com`).
        nodes: how many hosts.
        managers: how many of them manage in `formed` and `helloworld`; docker-swarm-3 is the first, or the last host
            where there are fewer.
        seed: of all chance.
        now: engine time to begin at.

    Raises:
        ValueError: no such state, or more managers than hosts.
    """
    if state not in STATES:
        raise ValueError(f"{state!r} is not one of {', '.join(STATES)}")
    wanted = max(managers, 3) if state == "three-managers" else managers
    if not 1 <= wanted <= nodes:
        raise ValueError(f"{wanted} managers do not fit on {nodes} hosts")
    names = hostnames(nodes)
    simulation = Simulation([HostSpec(hostname=name) for name in names], seed=seed, now=now)
    if state != "separate":
        _form(simulation, names, wanted)
    if state == "helloworld":
        _run_helloworld(simulation, names)
    return simulation


def first_manager(names: list[str]) -> str:
    """The host that makes the swarm."""
    return names[min(_USUAL_MANAGER, len(names)) - 1]


def _form(simulation: Simulation, names: list[str], managers: int) -> None:
    """One host makes the swarm, and the others join: first the managers, one after the other, then all workers."""
    first = first_manager(names)
    daemon = simulation.daemons[first]
    # No pool is what the docker command asks for, which is something else than not asking.
    request = InitRequest(advertise_addr=daemon.host.address, default_addr_pool=())
    simulation.wait_for(daemon.membership.init(request))
    others = [name for name in names if name != first]
    for name in others[: managers - 1]:
        simulation.wait_for(simulation.daemons[name].membership.join(_invitation(simulation, first, Role.MANAGER)))
    workers = others[managers - 1 :]
    invitation = _invitation(simulation, first, Role.WORKER)
    answers = [simulation.daemons[name].membership.join(invitation) for name in workers]
    for answer in answers:
        simulation.wait_for(answer)
    simulation.settle()


def _invitation(simulation: Simulation, manager: str, role: Role) -> JoinRequest:
    daemon = simulation.daemons[manager]
    cluster = simulation.wait_for(daemon.ask(lambda control: control.store.cluster()))
    token = cluster.manager_token if role is Role.MANAGER else cluster.worker_token
    return JoinRequest(remote_addrs=(f"{daemon.host.address}:2377",), join_token=token)


def _run_helloworld(simulation: Simulation, names: list[str]) -> None:
    image = look_up("alpine")
    container = ContainerSpec(
        image=f"alpine:latest@{image.digest}", args=("ping", "docker.com"), init=False, dns_config=DNSConfig()
    )
    task = TaskSpec(
        container=container,
        resources=ResourceRequirements(limits=Resources(), reservations=Resources()),
        placement=Placement(platforms=image.platforms),
    )
    spec = ServiceSpec(name="helloworld", task=task, endpoint=EndpointSpec())
    simulation.wait_for(simulation.daemons[first_manager(names)].ask(lambda control: control.create_service(spec)))
    simulation.settle()
