"""Tests of a host's images and of the registry's catalogue."""

from __future__ import annotations

import pytest

from swarmlab.engine.errors import Conflict, InvalidParameter, ManifestUnknown, NoSuchImage, RegistryDenied, ServerError
from swarmlab.engine.host import repositories
from swarmlab.engine.host.catalogue import parse_reference
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
    with pytest.raises(InvalidParameter, match=r"^invalid reference format: repository name \(library/Alpine\) must"):
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
    digest = repositories.look_up("busybox").digest
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
    assert repositories.look_up("alpine").id == repositories.look_up("alpine:3.21").id
    digests = [image.digest for image in repositories.CATALOGUE]
    assert len(set(digests)) == len(digests)


def test_a_pull_that_is_abandoned_brings_nothing(host: LocalHost) -> None:
    """At any moment of it."""
    for after_s in (0.0, 0.5, 1.0):
        pull = host.images.pull("httpd")
        host.advance(after_s)
        pull.abandon()
        host.advance(60)
        assert pull.ended
        assert not host.images.has("httpd")


def test_a_pull_goes_on_when_another_is_abandoned(host: LocalHost) -> None:
    """And what has come stays when its own asker goes."""
    first, other = host.images.pull("httpd"), host.images.pull("httpd")
    host.advance(0.5)
    first.abandon()
    assert host.wait(other.image).tags == ["httpd:latest"]
    other.abandon()
    assert host.images.has("httpd")


def test_a_dying_engine_loses_its_pulls(host: LocalHost) -> None:
    """The image is not there afterwards."""
    pull = host.images.pull("httpd")
    host.advance(0.5)
    host.images.power_off()
    host.advance(60)
    assert pull.ended
    assert not host.images.has("httpd")


@pytest.mark.parametrize(
    "name", ["docker.io/library/alpine", "docker.io/alpine", "index.docker.io/library/alpine:latest"]
)
def test_the_hubs_own_name_may_be_written_out(host: LocalHost, name: str) -> None:
    """It is the same image."""
    assert host.images.find(name) is host.images.find("alpine")


@pytest.mark.parametrize(
    "name", ["", "a//b", "alpine:", "alpine:a b", "alpine@sha256:12", "-alpine", "UP/low", "a:b:c"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    """With the words of the reference library."""
    with pytest.raises(InvalidParameter, match=r"^invalid reference format"):
        parse_reference(name)


def test_a_registry_of_ones_own_has_a_port() -> None:
    """The last colon is a tag's only behind the last slash."""
    reference = parse_reference("localhost:5000/web:1")
    assert (reference.repository, reference.tag) == ("localhost:5000/web", "1")


def test_layers_that_are_there_are_not_fetched_again(host: LocalHost) -> None:
    """Images that are built on one base share its layer."""
    pull = host.images.pull("redis:7.4-alpine")
    assert host.wait(pull.image)
    shared = host.images.pull("httpd:alpine")
    image = host.wait(shared.image)
    steps = [(step.id, step.status) for step in shared.read()]
    assert (image.content.layers[0], "Already exists") in steps
    assert (image.content.layers[1], "Pulling fs layer") in steps


def test_a_tag_moves_from_one_image_to_another(host: LocalHost) -> None:
    """An image that loses its last name goes with the next prune."""
    host.images.tag("alpine", "mine", "v1")
    assert host.images.find("alpine").tags == ["alpine:latest", "mine:v1"]
    host.images.tag("nginx:alpine", "alpine", "latest")
    host.images.tag("nginx:alpine", "mine", "v1")
    old = next(image for image in host.images.list() if not image.tags)
    gone, freed = host.images.prune(all_=False)
    assert ("Deleted", old.id) in gone
    assert freed == old.content.size_bytes


def test_a_pull_moves_a_tag_back_to_its_own_image(host: LocalHost) -> None:
    """It was given to another image meanwhile, so the image is no news, but its name is."""
    own = host.images.find("alpine")
    host.images.tag("nginx:alpine", "alpine", "latest")
    assert host.images.find("alpine") is not own
    pull = host.images.pull("alpine")
    assert host.wait(pull.image) is own
    assert pull.read()[-1].status == "Status: Downloaded newer image for alpine:latest"
    assert host.images.find("alpine") is own
    assert host.images.find("nginx:alpine").tags == ["nginx:alpine"]


def test_who_listens_hears_of_each_name_that_goes(host: LocalHost) -> None:
    """By the image's id, and not of the digests that go with a repository's last tag."""
    image = host.images.find("alpine")
    host.images.tag("alpine", "mine", "v1")
    heard = host.events.follow()
    host.images.remove("alpine")
    host.images.remove(image.id, force=True)
    told = [(event.action, event.attributes["name"]) for event in heard.read()]
    assert told == [("untag", image.id)] * 2 + [("delete", image.id)]


def test_prune_of_all_spares_what_containers_are_made_of(host: LocalHost) -> None:
    """Stopped ones too."""
    host.run("true")
    host.images.prune(all_=True)
    assert [image.tags for image in host.images.list()] == [["alpine:latest"]]


def test_an_image_of_several_repositories_is_not_removed_by_its_id(host: LocalHost) -> None:
    """It must be forced."""
    host.images.tag("alpine", "mine", "")
    id_ = host.images.find("alpine").id
    with pytest.raises(Conflict, match=r"\(must be forced\) - image is referenced in multiple repositories$"):
        host.images.remove(id_[7:19])
    assert host.images.remove(id_[7:19], force=True)[-1][0] == "Deleted"
