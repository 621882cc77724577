"""Tests of what can run in a container."""

from __future__ import annotations

import pytest

from swarmlab.engine.errors import NotImplementedHere
from swarmlab.engine.host.container import ContainerConfig
from swarmlab.engine.programs.workloads import StartFailed
from tests.engine.hosts import LocalHost, text_of

_RUNC = (
    "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: "
    "unable to start container process: error during container init: "
)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("foo", 'exec: "foo": executable file not found in $PATH'),
        ("/foo", 'exec: "/foo": stat /foo: no such file or directory'),
    ],
)
def test_an_unknown_program_fails_as_runc_says(command: str, reason: str) -> None:
    """The container stays as created, with code 127."""
    host = LocalHost()
    container = host.containers.create(ContainerConfig(image="alpine", command=(command,)))
    with pytest.raises(StartFailed) as failed:
        host.wait(host.containers.start(container.id))
    assert str(failed.value) == _RUNC + reason
    assert (container.state.status, container.state.exit_code) == ("created", 127)
    assert container.state.error == str(failed.value)


def test_a_program_that_is_not_simulated_is_refused_when_the_container_is_created() -> None:
    """Nobody is to take silence for an answer."""
    with pytest.raises(NotImplementedHere, match=r"the program awk"):
        LocalHost().containers.create(ContainerConfig(image="alpine", command=("awk", "1")))


def test_nginx_serves_until_its_stop_signal() -> None:
    """SIGQUIT is its image's stop signal; it ends in good order."""
    host = LocalHost()
    container = host.run(image="nginx:alpine")
    host.advance(5)
    assert "start worker processes" in text_of(container)
    host.wait(host.containers.stop(container.id))
    assert container.state.exit_code == 0
    assert "signal 3 (SIGQUIT) received, gracefully shutting down" in text_of(container)


def test_redis_has_a_volume_of_its_own() -> None:
    """An anonymous one at /data, as its image says."""
    host = LocalHost()
    container = host.run(image="redis:alpine")
    assert [mount.destination for mount in container.mounts] == ["/data"]
    assert host.volumes.list()[0].anonymous


def test_small_programs_see_their_container() -> None:
    """Name, variables, user, files."""
    host = LocalHost()
    assert host.output("hostname", hostname="h1") == "h1\n"
    assert host.output("env", env=("A=b",), hostname="h1").splitlines() == [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOSTNAME=h1",
        "A=b",
        "HOME=/root",
    ]
    assert host.output("id") == "uid=0(root) gid=0(root) groups=0(root)\n"
    assert host.output("cat", "/etc/hostname", hostname="h1") == "h1\n"
    assert "etc\n" in host.output("ls", "/")
    assert host.output("seq", "3") == "1\n2\n3\n"


def test_an_option_that_is_not_simulated_is_named() -> None:
    """On standard error, with a code of its own."""
    host = LocalHost()
    container = host.run("ls", "-l", "/")
    host.advance(1)
    assert text_of(container) == "ls: -l is not simulated by the embedded engine\n"
    assert container.state.exit_code == 125
