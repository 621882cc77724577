"""Tests of settings that make no sense. What an engine says of them over its API: tests/conformance."""

from __future__ import annotations

import pytest

from swarmlab.engine.errors import InvalidParameter, ServerError
from swarmlab.engine.host.container import ContainerConfig
from swarmlab.engine.model import TaskState
from tests.engine.hosts import LocalHost, SwarmOfThree


@pytest.mark.parametrize(
    ("host_config", "text"),
    [
        ({"IpcMode": "foo"}, "invalid IPC mode: foo"),
        ({"IpcMode": "container:"}, "invalid IPC mode: container:"),
        ({"PidMode": "foo"}, "invalid PID mode: foo"),
        ({"UTSMode": "container:x"}, "invalid UTS mode: container:x"),
        ({"ShmSize": -1}, "SHM size can not be less than 0"),
        ({"ShmSize": -1, "PidMode": "foo"}, "invalid PID mode: foo"),
        ({"ShmSize": -1, "UTSMode": "foo"}, "SHM size can not be less than 0"),
        ({"CapAdd": ["ALL", "no"]}, 'invalid CapAdd: unknown capability: "CAP_NO"'),
    ],
)
def test_rights_that_nobody_knows_are_refused(host_config: dict[str, object], text: str) -> None:
    """When the container is created."""
    config = ContainerConfig(image="alpine", command=("true",), extra={"HostConfig": host_config})
    with pytest.raises(InvalidParameter) as refusal:
        LocalHost().containers.create(config)
    assert str(refusal.value) == text


@pytest.mark.parametrize(
    ("host_config", "refusal"),
    [
        ({"Sysctls": {"kernel.msgmax": "1"}}, ""),
        ({"Sysctls": {"net/ipv4/conf/eth0.1/forwarding": "1"}}, ""),
        ({"Sysctls": {"kernel.domainname": "x"}}, ""),
        (
            {"Sysctls": {"kernel.domainname": "x"}, "UTSMode": "host"},
            'sysctl "kernel.domainname" is not in a separate kernel namespace',
        ),
        (
            {"Sysctls": {"kernel.hostname": "x"}},
            'sysctl "kernel.hostname" is not allowed as it conflicts with the OCI "hostname" field',
        ),
        (
            {"Sysctls": {"fs.mqueue.msg_max": "1"}, "IpcMode": "host"},
            'sysctl "fs.mqueue.msg_max" is not allowed in the hosts ipc namespace',
        ),
        ({"Sysctls": {"vm/swappiness": "1"}}, 'sysctl "vm.swappiness" is not in a separate kernel namespace'),
    ],
)
def test_only_settings_of_its_own_namespaces_are_its_own(host_config: dict[str, object], refusal: str) -> None:
    """The others belong to the host, and runc says so when it is started."""
    host = LocalHost()
    config = ContainerConfig(image="alpine", command=("true",), extra={"HostConfig": host_config})
    container = host.containers.create(config)
    if refusal:
        with pytest.raises(ServerError, match=rf"runc create failed: {refusal}$"):
            host.wait(host.containers.start(container.id))
        assert (container.state.status, container.state.exit_code) == ("created", 128)
    else:
        host.wait(host.containers.start(container.id))
        assert container.state.running


@pytest.mark.parametrize("stop_signal", ["SIGRTMIN+3", "rtmax-1", "CONT", "IOT", "99"])
def test_every_signal_of_linux_may_stop_a_container(stop_signal: str) -> None:
    """And every number but 0, as the engine asks of it."""
    config = ContainerConfig(image="alpine", command=("true",), stop_signal=stop_signal)
    assert LocalHost().containers.create(config).config.stop_signal == stop_signal


def test_nobody_is_known_where_there_are_no_files() -> None:
    """An image from scratch has no passwd; numbers do."""
    host = LocalHost()
    host.images.add("traefik/whoami:latest")
    host.run(image="traefik/whoami", user="1000:1000")
    with pytest.raises(ServerError, match=r"^unable to find user root: no matching entries in passwd file$"):
        host.run(image="traefik/whoami", user="root")


@pytest.mark.parametrize(
    ("spec", "state", "error"),
    [
        ({"stop_signal": "SIGFOO"}, TaskState.REJECTED, "invalid signal: SIGFOO"),
        (
            {"extra": {"CapabilityAdd": ["CAP_FOO"]}},
            TaskState.REJECTED,
            'invalid CapAdd: unknown capability: "CAP_FOO"',
        ),
        (
            {"user": "nosuch"},
            TaskState.FAILED,
            "starting container failed: unable to find user nosuch: no matching entries in passwd file",
        ),
    ],
)
def test_a_task_is_rejected_before_its_start_and_failed_at_it(
    spec: dict[str, object], state: TaskState, error: str
) -> None:
    """With the words of the node's engine."""
    swarm = SwarmOfThree()
    swarm.create("web", "sleep", "1000", **spec)
    first = swarm.tasks("web")[0]
    assert (first.status.state, first.status.err) == (state, error)
