"""Tests of a host's volumes."""

from __future__ import annotations

import pytest

from swarmlab.engine.errors import Conflict, InvalidParameter, NotFound, VolumeNotFound
from swarmlab.engine.model import Mount
from tests.engine.hosts import LocalHost, text_of

DATA = (Mount(source="v1", target="/data"),)


def test_a_volume_keeps_what_was_written_after_its_container_is_gone() -> None:
    """The next container that mounts it reads what the first one wrote."""
    host = LocalHost()
    first = host.run("sh", "-c", "echo kept > /data/note", mounts=DATA)
    host.advance(1)
    host.containers.remove(first.id, volumes=True)
    assert host.output("cat", "/data/note", mounts=DATA) == "kept\n"


def test_a_volume_in_use_is_not_removed() -> None:
    """A stopped container uses its volumes too."""
    host = LocalHost()
    container = host.run("true", mounts=DATA)
    host.advance(1)
    with pytest.raises(Conflict) as refused:
        host.volumes.remove("v1")
    assert str(refused.value) == f"remove v1: volume is in use - [{container.id}]"
    host.containers.remove(container.id)
    host.volumes.remove("v1")
    with pytest.raises(VolumeNotFound, match=r"^get v1: no such volume$"):
        host.volumes.remove("v1")


def test_anonymous_volumes_go_with_their_container_on_demand() -> None:
    """`docker rm -v` removes them, named ones stay."""
    host = LocalHost()
    container = host.run("sleep", "100", mounts=(*DATA, Mount(target="/scratch")))
    assert len(host.volumes.list()) == 2
    host.containers.remove(container.id, force=True, volumes=True)
    assert [volume.name for volume in host.volumes.list()] == ["v1"]


def test_creating_twice_gives_the_same_volume() -> None:
    """No error, as in Docker."""
    host = LocalHost()
    assert host.volumes.create("v1") is host.volumes.create("v1")


def test_a_read_only_mount_refuses_writing() -> None:
    """The program says so."""
    host = LocalHost()
    mounts = (Mount(source="v1", target="/data", read_only=True),)
    container = host.run("touch", "/data/x", mounts=mounts)
    host.advance(1)
    assert text_of(container) == "touch: /data/x: Read-only file system\n"
    assert container.state.exit_code == 1


def test_prune_takes_unused_anonymous_ones_unless_told_otherwise() -> None:
    """Named ones only with `all_`."""
    host = LocalHost()
    host.volumes.create("v1")
    anonymous = host.volumes.create()
    assert host.volumes.prune()[0] == [anonymous]
    assert [volume.name for volume in host.volumes.prune(all_=True)[0]] == ["v1"]


def test_bad_names_and_drivers_are_refused() -> None:
    """With Docker's words. Recorded from 28.5.2."""
    host = LocalHost()
    with pytest.raises(InvalidParameter, match=r"includes invalid characters for a local volume name"):
        host.volumes.create("a b")
    with pytest.raises(InvalidParameter, match=r"volume name is too short"):
        host.volumes.create("x")
    with pytest.raises(NotFound, match=r'^create bar: error looking up volume plugin foo: plugin "foo" not found$'):
        host.volumes.create("bar", driver="foo")
    with pytest.raises(InvalidParameter, match=r'^create bar: invalid option: "nosuch"$'):
        host.volumes.create("bar", options={"nosuch": "x"})
