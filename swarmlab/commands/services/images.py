"""Images of services: tagged, and pinned to the digest that a registry has for the tag.

Source: moby client/service_create.go.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from swarmlab.commands.errors import DockerError
from swarmlab.commands.session import Session, quoted
from swarmlab.commands.spelling.references import Reference

_NO_NAME = re.compile(r"[^a-z0-9._/-]")


def tagged(image: str) -> str:
    """The familiar name with its tag, `latest` unless another one or a digest is given; what is no name stays as is."""
    reference = Reference.read(image)
    if _NO_NAME.search(reference.path):
        return image
    if not reference.tag and not reference.digest:
        reference = replace(reference, tag="latest")
    return reference.familiar


def pin(session: Session, spec: dict[str, Any]) -> str:
    """Write digest and platforms of the image into the spec; the CLI's warning where no registry answers."""
    template = spec["TaskTemplate"]
    image = template["ContainerSpec"]["Image"]
    try:
        found = session.get(f"/distribution/{quoted(image)}/json")
    except DockerError:
        return _warning(image)
    reference = Reference.read(image)
    if not reference.digest:
        template["ContainerSpec"]["Image"] = replace(reference, digest=found["Descriptor"]["digest"]).familiar
    if found.get("Platforms"):
        template.setdefault("Placement", {})["Platforms"] = [_platform(each) for each in found["Platforms"]]
    return ""


def _platform(found: dict[str, str]) -> dict[str, str]:
    architecture = found.get("architecture", "")
    return {"Architecture": "" if architecture == "arm" else architecture, "OS": found.get("os", "")}


def _warning(image: str) -> str:
    return (
        f"image {image} could not be accessed on a registry to record\n"
        f"its digest. Each node will access {image} independently,\n"
        "possibly leading to different nodes running different\n"
        "versions of the image.\n"
    )
