"""Logs, and commands that wait or are interrupted, print what the docker CLI prints meanwhile and at the end.

Runs on any backend that SWARMLAB_BACKEND names.
"""

from __future__ import annotations

import re
import shlex

import pytest

from swarmlab.client.cluster import Cluster
from tests.commands.running import printed
from tests.commands.screens import numberless, screen, without_chance

pytestmark = pytest.mark.cli

MANAGER = "docker-swarm-3"
LOGS = ("--tail 2", "--tail 2 --timestamps", "--tail 1 --details", "--tail 1 --no-trunc", "--raw --tail 1", "")


@pytest.mark.parametrize("options", LOGS)
def test_logs_print_the_same_lines(cluster: Cluster, options: str) -> None:
    """Lines of several tasks may come in another order each time; those of one task may not.

    The service goes on writing, so what the CLI printed first must be there, and more may follow.
    """
    line = f"docker service logs {options} helloworld"
    theirs = screen(shlex.split(line)[1:], cluster.backend, MANAGER).splitlines()
    ours = printed(line, cluster, MANAGER).splitlines()
    assert {_shape(text) for text in ours} == {_shape(text) for text in theirs}
    if not options:
        assert set(theirs) <= set(ours)


def _shape(line: str) -> str:
    """A line without what differs from one ping to the next."""
    line = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", line)
    return re.sub(r"(seq|time)=[\d.]+", r"\1=N", line)


def test_following_ends_as_by_ctrl_c(cluster: Cluster) -> None:
    """`-t 3` leaves whole lines and `^C`, as a person's Ctrl-C does."""
    line = "docker service logs --follow --tail 1 helloworld"
    theirs = screen(shlex.split(line)[1:], cluster.backend, MANAGER, interrupt_after="seq=").splitlines()
    ours = printed(line, cluster, MANAGER, patience_s=3).splitlines()
    assert ours[-1] == theirs[-1] == "^C"
    assert len(ours) > 2
    assert {_shape(text) for text in ours[:-1]} == {_shape(text) for text in theirs[:-1] if "time=" in text}


def test_a_run_ends_as_by_ctrl_c(cluster: Cluster) -> None:
    """The program is sent the interrupt and has the last word."""
    line = "docker run --rm alpine ping docker.com"
    screen(["pull", "alpine"], cluster.backend, MANAGER)
    theirs = screen(shlex.split(line)[1:], cluster.backend, MANAGER, interrupt_after="seq=1").splitlines()
    ours = printed(line, cluster, MANAGER, patience_s=2.5).splitlines()
    assert {*map(numberless, ours), ""} == {*map(numberless, theirs), ""}


def test_waiting_in_vain_ends_as_by_ctrl_c(cluster: Cluster) -> None:
    """A service that no node suits never converges; it stays when the waiting ends."""
    line = "docker service create --name vain --constraint node.hostname==nosuch alpine"
    theirs = screen(shlex.split(line)[1:], cluster.backend, MANAGER, interrupt_after="no suitable node")
    printed("docker service rm vain", cluster, MANAGER)
    ours = printed(line, cluster, MANAGER, patience_s=3)
    printed("docker service rm vain", cluster, MANAGER)
    # Now and then the CLI is gone before it has printed its last line.
    assert without_chance(ours).startswith(without_chance(theirs).rstrip("\n"))
    assert ours.splitlines()[-1].startswith("Use `docker service ps ")


def test_a_paused_update_is_told(cluster: Cluster) -> None:
    """An image that is not there pauses the update, and that is how the command ends."""
    printed("docker service create --detach --name poor --replicas 2 alpine sleep 1000", cluster, MANAGER)
    cluster.wait_converged("poor")
    line = "docker service update --image nosuch:1 poor"
    theirs = screen(shlex.split(line)[1:], cluster.backend, MANAGER)
    printed("docker service rm poor", cluster, MANAGER)
    printed("docker service create --detach --name poor --replicas 2 alpine sleep 1000", cluster, MANAGER)
    cluster.wait_converged("poor")
    ours = printed(line, cluster, MANAGER)
    printed("docker service rm poor", cluster, MANAGER)
    assert _without_slots(ours) == _without_slots(theirs)


def test_a_rollback_is_told(cluster: Cluster) -> None:
    """Twice: the second leads forth again."""
    create = "docker service create --detach --name turning --replicas 2 --stop-signal SIGKILL alpine sleep 1000"
    printed(create, cluster, MANAGER)
    cluster.wait_converged("turning")
    printed("docker service update --quiet --env-add A=1 turning", cluster, MANAGER)
    line = "docker service rollback turning"
    theirs = screen(shlex.split(line)[1:], cluster.backend, MANAGER)
    cluster.wait_converged("turning")
    ours = printed(line, cluster, MANAGER)
    printed("docker service rm turning", cluster, MANAGER)
    assert theirs.startswith("turning\nrollback: manually requested rollback\n")
    assert _without_slots(ours) == _without_slots(theirs)


def _without_slots(text: str) -> list[str]:
    """Without the lines of slots: how far each had got when the update paused is a matter of milliseconds."""
    return [line for line in numberless(without_chance(text)).splitlines() if not line.startswith("N/N: ")]
