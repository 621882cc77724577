"""The container that the doctor looks from, where no shell is."""

from dataclasses import dataclass

from swarmlab.doctor.container import image_with_a_shell


@dataclass
class Image:
    """What a list of images tells of one."""

    tags: list[str]
    attrs: dict[str, list[str]]


class Images:
    """An engine that has these."""

    def __init__(self, *images: Image) -> None:
        self.images = self
        self._images = list(images)

    def list(self) -> list[Image]:
        return self._images


def test_an_image_to_look_from_is_one_that_is_there() -> None:
    """By its tag, or by the digest that a service pulled it by; nothing is pulled."""
    nginx = Image(["nginx:alpine"], {"RepoDigests": ["nginx@sha256:1f"]})
    busybox = Image(["busybox:latest"], {"RepoDigests": []})
    pulled = Image([], {"RepoDigests": ["alpine@sha256:2e"]})
    assert image_with_a_shell(Images(nginx)) is None
    assert image_with_a_shell(Images(nginx, busybox)) == "busybox:latest"
    assert image_with_a_shell(Images(nginx, busybox, pulled)) == "alpine@sha256:2e"
