"""Tests of what is mounted into a container. Texts recorded from 28.5.2."""

from __future__ import annotations

import pytest

from swarmlab.engine.errors import InvalidParameter, NoSuchContainer, ServerError
from swarmlab.engine.host.container import ContainerConfig, MountPoint
from swarmlab.engine.model import Mount
from tests.engine.hosts import LocalHost


@pytest.fixture
def host() -> LocalHost:
    return LocalHost()


def _bind(source: str, target: str, *, mode: str = "") -> dict[str, object]:
    """As `--volume source:target[:mode]`."""
    text = f"{source}:{target}" + (f":{mode}" if mode else "")
    mount = Mount(type="bind", source=source, target=target, read_only="ro" in mode.split(","))
    return {"mounts": (mount,), "binds": {target: text}}


def test_a_path_of_the_host_is_seen_by_all_that_mount_it(host: LocalHost) -> None:
    """What one writes, another reads, also below another path; `--volume` makes what is missing."""
    host.output("sh", "-c", "echo hi > /m/x", **_bind("/srv/a", "/m"))
    assert host.output("cat", "/n/a/x", **_bind("/srv", "/n")) == "hi\n"
    assert host.output("ls", "/m", **_bind("/srv/a", "/m", mode="ro")) == "x\n"
    assert "Read-only file system" in host.output("touch", "/m/y", **_bind("/srv/a", "/m", mode="ro"))


def test_one_file_can_be_mounted(host: LocalHost) -> None:
    """The engine's socket is one."""
    socket = _bind("/var/run/docker.sock", "/var/run/docker.sock")
    assert host.output("ls", "/var/run", **socket) == "docker.sock\n"


def test_a_mount_wants_its_source(host: LocalHost) -> None:
    """`--mount` makes nothing."""
    mount = Mount(type="bind", source="/nosuch", target="/m")
    with pytest.raises(InvalidParameter) as refusal:
        host.containers.create(ContainerConfig(image="alpine", mounts=(mount,)))
    reason = "bind source path does not exist: /nosuch"
    assert str(refusal.value) == f'invalid mount config for type "bind": {reason}'


@pytest.mark.parametrize(
    ("mount", "reason"),
    [
        (Mount(type="bind", target="/m"), "field Source must not be empty"),
        (
            Mount(type="bind", source="rel", target="/m"),
            "invalid mount path: 'rel' mount path must be absolute",
        ),
        (Mount(type="bind", source="/", target="/"), "invalid specification: destination can't be '/'"),
        (Mount(type="tmpfs", source="x", target="/m"), "field Source must not be specified"),
        (Mount(type="foo", target="/m"), "mount type unknown"),
        (Mount(target="m"), "invalid mount path: 'm' mount path must be absolute"),
    ],
)
def test_a_mount_that_cannot_be_is_refused(host: LocalHost, mount: Mount, reason: str) -> None:
    """At creation."""
    with pytest.raises(InvalidParameter) as refusal:
        host.containers.create(ContainerConfig(image="alpine", mounts=(mount,)))
    assert str(refusal.value) == f'invalid mount config for type "{mount.type}": {reason}'


def test_what_volume_says_is_quoted(host: LocalHost) -> None:
    """As it was written."""
    with pytest.raises(ServerError, match=r"^invalid volume specification: '/x:m': invalid mount config for"):
        host.containers.create(ContainerConfig(image="alpine", **_bind("/x", "m")))  # type: ignore[arg-type]
    with pytest.raises(ServerError, match=r"^invalid mode: foo$"):
        host.containers.create(ContainerConfig(image="alpine", **_bind("/x", "/m", mode="foo")))  # type: ignore[arg-type]


def test_one_place_takes_one_mount(host: LocalHost) -> None:
    """Two are refused."""
    mounts = (Mount(target="/m"), Mount(type="tmpfs", target="/m"))
    with pytest.raises(InvalidParameter, match=r"^Duplicate mount point: /m$"):
        host.containers.create(ContainerConfig(image="alpine", mounts=mounts))


def test_memory_is_empty_at_every_start(host: LocalHost) -> None:
    """A tmpfs ends with the process."""
    mounts = (Mount(type="tmpfs", target="/t"),)
    container = host.run("sh", "-c", "ls /t; touch /t/x; sleep 1", mounts=mounts)
    host.wait(host.containers.wait(container.id))
    host.wait(host.containers.start(container.id))
    host.advance(2)
    assert [line.text for line in container.log._lines or ()] == []


def test_mounts_are_taken_from_another_container(host: LocalHost) -> None:
    """All but its memory; `:ro` makes them so."""
    mounts = (Mount(source="data", target="/data"), Mount(type="tmpfs", target="/t"))
    first = host.run("sh", "-c", "echo hi > /data/x", name="first", mounts=mounts)
    host.wait(host.containers.wait(first.id))
    second = host.run("cat", "/data/x", volumes_from=("first:ro",))
    assert [(mount.name, mount.read_only, mount.mode) for mount in second.mounts] == [("data", True, "ro")]
    assert second.id in host.volumes.find("data").users
    with pytest.raises(NoSuchContainer, match=r"^No such container: nosuch$"):
        host.containers.create(ContainerConfig(image="alpine", volumes_from=("nosuch",)))


def test_modes_show_as_dockers(host: LocalHost) -> None:
    """A named volume is `z` unless `--volume` says otherwise, a path what was said."""
    mounts = (Mount(source="data", target="/a"), Mount(target="/b"))
    config = _bind("/srv", "/c", mode="ro,z")
    container = host.run("true", mounts=(*mounts, *config["mounts"]), binds=config["binds"])  # type: ignore[misc]

    def mode(mount: MountPoint) -> tuple[str, str, str]:
        return (mount.destination, mount.mode, mount.propagation)

    assert [mode(mount) for mount in container.mounts] == [("/a", "z", ""), ("/b", "", ""), ("/c", "ro,z", "rprivate")]


def test_a_read_only_container_writes_nowhere_but_in_its_mounts(host: LocalHost) -> None:
    """`--read-only`."""
    mounts = (Mount(type="tmpfs", target="/t"),)
    assert "Read-only file system" in host.output("touch", "/x", read_only=True)
    assert host.output("touch", "/t/x", read_only=True, mounts=mounts) == ""


def test_two_containers_share_a_network(host: LocalHost) -> None:
    """`--network container:name`: addresses and name are the other's."""
    host.run("sleep", "100", name="one", hostname="first")
    script = "hostname; hostname -i"
    other = host.containers.find("one")
    address = next(iter(other.endpoints.values())).address.partition("/")[0]
    assert host.output("sh", "-c", script, network_mode="container:one") == f"first\n{address}\n"
