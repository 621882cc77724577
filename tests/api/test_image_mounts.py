"""Images that are mounted: which paths of them, and that they stay. Recorded from 28.5.2."""

import pytest

from tests.api.simulated import SimulatedEngines

NODE = "docker-swarm-3"


def make(engines: SimulatedEngines, name: str, subpath: str = "") -> None:
    """A container that has busybox mounted."""
    options = {"ImageOptions": {"Subpath": subpath}} if subpath else {}
    mount = {"Type": "image", "Source": "busybox:latest", "Target": "/m", **options}
    body = {"Image": "alpine", "Cmd": ["sleep", "99"], "HostConfig": {"Mounts": [mount]}}
    assert engines.ask(NODE, "POST", f"/containers/create?name={name}", body).status == 201


@pytest.fixture
def images() -> SimulatedEngines:
    """Engines with the images."""
    engines = SimulatedEngines()
    for name in ("alpine:latest", "busybox:latest"):
        engines.simulation.daemons[NODE].images.add(name)
    return engines


@pytest.mark.parametrize(("subpath", "status"), [("etc", 204), ("bin", 204), ("etc/nothing", 404), ("nothing", 404)])
def test_a_path_of_an_image_must_be_there_at_the_start(images: SimulatedEngines, subpath: str, status: int) -> None:
    """All of it, not only how it begins."""
    make(images, "part", subpath)
    assert images.ask(NODE, "POST", "/containers/part/start").status == status


def test_a_mounted_image_is_in_use(images: SimulatedEngines) -> None:
    """By force its name may go; what is mounted stays."""
    make(images, "whole")
    images.ask(NODE, "POST", "/containers/whole/start")
    refused = images.ask(NODE, "DELETE", "/images/busybox:latest")
    assert refused.status == 409
    assert "is using its referenced image" in refused.json()["message"]
    assert images.ask(NODE, "DELETE", "/images/busybox:latest?force=1").status == 200
    assert images.ask(NODE, "POST", "/containers/whole/restart?t=0").status == 204
