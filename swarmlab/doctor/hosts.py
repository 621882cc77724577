"""The learner's own hosts, one by one and two by two: gathers the facts, and has them judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from docker import DockerClient

from swarmlab.backends.hosts import packets
from swarmlab.backends.hosts.packets import Arrival
from swarmlab.backends.hosts.shell import Shell, ShellFailed
from swarmlab.client.protocols import PORTS, Port
from swarmlab.doctor import clock, disk, dns, engine, kernel, ports, swarm
from swarmlab.doctor.checks import Check, Section
from swarmlab.doctor.engine_facts import ENGINE_ERRORS, ask
from swarmlab.doctor.facts import HostFacts
from swarmlab.doctor.looking import find_shell, look_through

AT_ONCE = 8
"""Hosts that are asked at the same time."""


class HostSettings(Protocol):
    """What a host's settings must tell."""

    @property
    def name(self) -> str:
        """As the others call it."""
        ...

    @property
    def endpoint(self) -> str:
        """`ssh://user@host`, `tcp://…`, `unix://…`."""
        ...

    @property
    def address(self) -> str:
        """Which it advertises to the others."""
        ...


Settings = TypeVar("Settings", bound=HostSettings)
Connect = Callable[[Settings], DockerClient]
UrlOf = Callable[[Settings], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A host: what is known of it, and the shell on it if there is one."""

    facts: HostFacts
    shell: Shell | None = None


def examine(
    hosts: Sequence[Settings], connect: Connect[Settings], *, url_of: UrlOf[Settings], allow_changes: bool
) -> list[Section]:
    """Ask every host, send packets between every two, and say what is wrong.

    Args:
        hosts: the settings' hosts.
        connect: makes a client for the engine of one; what it raises says why that cannot be.
        url_of: where the endpoint of one really leads: of `context:NAME`, what that context says.
        allow_changes: a container may be started on a host that no shell is on.
    """
    with ExitStack() as ends:

        def visit(host: Settings) -> Visit:
            return _visit(host, connect, url_of, ends, allow_changes=allow_changes)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            visits = list(pool.map(visit, hosts))
        arrivals = dict(send_all(visits))
    facts = [visit.facts for visit in visits]
    return judge(facts, arrivals)


def judge(hosts: Sequence[HostFacts], arrivals: ports.Arrivals) -> list[Section]:
    """Everything that can be said of these facts."""
    reached = [host for host in hosts if not host.unreached]
    clocks = dict(zip((host.name for host in reached), clock.check_clocks(reached), strict=True))
    alone = [check for host in hosts for check in _of_one(host, reached, clocks.get(host.name))]
    return [
        Section(title="Each host", checks=tuple(alone)),
        Section(title="All hosts", checks=tuple(_of_all(reached))),
        Section(title="From host to host", checks=tuple(ports.check_pairs(hosts, arrivals))),
    ]


def send_all(visits: Sequence[Visit]) -> Iterator[tuple[tuple[str, str, Port], Arrival]]:
    """Send packets from every host with a shell to every other: one after the other, since each counts what arrives."""
    for target in visits:
        senders = [visit for visit in visits if visit.shell and visit is not target]
        if target.facts.unreached or not senders:
            continue
        noise, witness = _listen(target.shell)
        for sender in senders:
            for port in PORTS:
                key = (sender.facts.name, target.facts.name, port)
                yield key, _send(sender, target, port, witness=witness, noise=noise)


def _listen(shell: Shell | None) -> tuple[packets.Noise | None, Shell | None]:
    """How much arrives by itself, and the witness if it can be one."""
    try:
        noise = packets.listen(shell) if shell else None
    except ShellFailed:
        noise = None
    return noise, shell if noise else None


def _send(sender: Visit, target: Visit, port: Port, *, witness: Shell | None, noise: packets.Noise | None) -> Arrival:
    assert sender.shell is not None
    try:
        return packets.send(sender.shell, target.facts.address, port, target=witness, noise=noise)
    except ShellFailed:
        return "unseen"


def _visit(
    host: Settings, connect: Connect[Settings], url_of: UrlOf[Settings], ends: ExitStack, *, allow_changes: bool
) -> Visit:
    try:
        client = connect(host)
    except ENGINE_ERRORS as error:
        return Visit(
            facts=HostFacts(name=host.name, address=host.address, endpoint=host.endpoint, unreached=str(error))
        )
    ends.callback(client.close)
    facts = ask(client, name=host.name, address=host.address, endpoint=host.endpoint)
    if facts.unreached:
        return Visit(facts=facts)
    try:
        shell = find_shell(url_of(host), facts, client, may_create=allow_changes)
    except ShellFailed as error:
        return Visit(facts=replace(facts, why_no_inside=str(error)))
    ends.callback(shell.close)
    facts = look_through(shell, facts)
    return Visit(facts=facts, shell=shell if facts.inside else None)


def _of_one(host: HostFacts, hosts: Sequence[HostFacts], clock_check: Check | None) -> Iterator[Check]:
    yield engine.check_reach(host)
    if host.unreached or clock_check is None:
        return
    yield engine.check_version(host)
    yield swarm.check_state(host, hosts)
    if address := swarm.check_address(host):
        yield address
    yield from ports.check_free(host)
    yield clock_check
    yield dns.check_registry(host)
    yield disk.check_disk(host)
    yield from kernel.check_kernel(host)


def _of_all(hosts: Sequence[HostFacts]) -> Iterator[Check]:
    if len(hosts) > 1:
        yield engine.check_same_version(hosts)
    if one_swarm := swarm.check_one_swarm(hosts):
        yield one_swarm
