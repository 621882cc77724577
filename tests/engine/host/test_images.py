"""Tests of a host's images and of the registry's catalogue."""

from __future__ import annotations

import pytest

from swarmlab.engine.errors import Conflict, InvalidParameter, ManifestUnknown, NoSuchImage, RegistryDenied, ServerError
from swarmlab.engine.host import catalogue
from swarmlab.engine.host.images import Images
from swarmlab.engine.ids import Chance
from tests.engine.hosts import LocalHost


@pytest.fixture
def host() -> LocalHost:
    return LocalHost()


def test_a_pull_shows_its_steps_and_ends_with_the_image(host: LocalHost) -> None:
    """As Docker prints them, in plausible time."""
    began = host.clock.now
    pull = host.images.pull("nginx")
    image = host.wait(pull.image)
    steps = [f"{step.id}: {step.status}".lstrip(": ") for step in pull.read()]
    assert steps[0] == "latest: Pulling from library/nginx"
    assert steps[-2:] == [
        f"Digest: {image.content.digest}",
        "Status: Downloaded newer image for nginx:latest",
    ]
    for layer in image.content.layers:
        own = [step for step in steps if step.startswith(layer)]
        assert own[0] == f"{layer}: Pulling fs layer"
        assert own[-1] == f"{layer}: Pull complete"
    assert 1 < host.clock.now - began < 10
    assert host.images.find("nginx").tags == ["nginx:latest"]


def test_pulling_what_is_there_is_quick(host: LocalHost) -> None:
    """The registry is asked all the same."""
    pull = host.images.pull("alpine")
    began = host.clock.now
    host.wait(pull.image)
    assert pull.read()[-1].status == "Status: Image is up to date for alpine:latest"
    assert host.clock.now - began < 0.1


@pytest.mark.parametrize(
    ("reference", "error", "text"),
    [
        (
            "nosuch/img",
            RegistryDenied,
            "pull access denied for nosuch/img, repository does not exist or may require 'docker login': denied: "
            "requested access to the resource is denied",
        ),
        ("alpine:9.99", ManifestUnknown, "manifest for alpine:9.99 not found: manifest unknown: manifest unknown"),
    ],
)
def test_unknown_images_are_refused_as_the_registry_does(
    host: LocalHost, reference: str, error: type[Exception], text: str
) -> None:
    """The whole text."""
    with pytest.raises(error) as refused:
        host.wait(host.images.pull(reference).image)
    assert str(refused.value) == text


def test_a_bad_name_is_refused_at_once(host: LocalHost) -> None:
    """Names are lower case."""
    with pytest.raises(InvalidParameter, match=r"^invalid reference format: repository name must be lowercase$"):
        host.images.pull("Alpine")


def test_without_a_way_to_the_registry_a_pull_fails_after_a_while(host: LocalHost) -> None:
    """The client gives up after 15 seconds."""
    images = Images(host.clock, Chance(1), host.events, online=lambda: False)
    began = host.clock.now
    with pytest.raises(ServerError, match=r"Client.Timeout exceeded while awaiting headers"):
        host.wait(images.pull("alpine").image)
    assert host.clock.now - began == 15


def test_a_digest_pins_the_image(host: LocalHost) -> None:
    """With a tag before it too, as `service create` writes it."""
    digest = catalogue.look_up("busybox").digest
    host.wait(host.images.pull(f"busybox:latest@{digest}").image)
    image = host.images.find(f"busybox@{digest}")
    assert (image.tags, image.digests) == ([], [f"busybox@{digest}"])
    with pytest.raises(NoSuchImage, match=r"^No such image: busybox:latest$"):
        host.images.find("busybox")


def test_an_image_in_use_is_not_removed(host: LocalHost) -> None:
    """Stopped containers count."""
    container = host.run("true")
    host.advance(1)
    with pytest.raises(Conflict) as refused:
        host.images.remove("alpine")
    short = host.images.find("alpine").id.removeprefix("sha256:")[:12]
    assert str(refused.value) == (
        f'conflict: unable to remove repository reference "alpine" (must force) - container {container.id[:12]} is '
        f"using its referenced image {short}"
    )
    host.containers.remove(container.id)
    removed = host.images.remove("alpine")
    assert removed[0] == ("Untagged", "alpine:latest")
    assert removed[-1][0] == "Deleted"


def test_tags_of_one_image_share_its_id() -> None:
    """And different images have different digests."""
    assert catalogue.look_up("alpine").id == catalogue.look_up("alpine:3.21").id
    digests = [image.digest for image in catalogue.CATALOGUE]
    assert len(set(digests)) == len(digests)


def test_a_dying_engine_loses_its_pulls(host: LocalHost) -> None:
    """The image is not there afterwards."""
    pull = host.images.pull("httpd")
    host.advance(0.5)
    host.images.power_off()
    host.advance(60)
    assert pull.ended
    assert not host.images.has("httpd")
