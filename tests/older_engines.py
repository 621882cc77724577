"""Older engines than 28.5: which one a real lab has, what it does otherwise (docs/engine-versions.toml)."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import docker

from swarmlab.backends.dind.node_plan import DEFAULT_IMAGE
from tests.needs import has_docker

FOLDER = "tests/conformance/"
ALIKE = (FOLDER, "tests/transcripts/test_transcripts.py")
"""Tests that are the same on every engine; docs/conformance.md counts them."""

LIST = Path(__file__).parent.parent / "docs" / "engine-versions.toml"

_QUOTED = re.compile(r"`([^`]+)`")
_PUNCTUATION = re.compile(r"[\s\\'\"]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that an older engine does otherwise.

    Attributes:
        what: what is looked at.
        older: what the older engine does; its words in backticks.
        newest: what 28.5 does, and with it the embedded lab.
        tests: node ids of the tests that see it.
        shown: what else a failure must show.

    Raises:
        ValueError: no words tell it from any other failure.
    """

    what: str
    older: str
    newest: str
    tests: tuple[str, ...]
    shown: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self._words():
            raise ValueError(f"{LIST.name}: {self.what!r} needs words in backticks, or `shown`: any failure would do")

    def missing_in(self, failure: str) -> list[str]:
        """The words that a failure does not show."""
        seen = _PUNCTUATION.sub("", failure)
        return [each for each in self._words() if _PUNCTUATION.sub("", each) not in seen]

    def _words(self) -> list[str]:
        return [*_QUOTED.findall(f"{self.older}\n{self.newest}"), *self.shown]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """An older engine.

    Attributes:
        version: the one that the list is made of.
        left_out: why a module or a test is not run on it, by its node id.
        compared: how many tests of a module have run on it, by the module's name without its folder.
        differences: all that is known.
    """

    version: str
    left_out: Mapping[str, str]
    compared: Mapping[str, int]
    differences: tuple[Difference, ...]

    def why_left_out(self, test: str) -> str:
        """Why a test is not run; empty if it is."""
        return self.left_out.get(test) or self.left_out.get(test.partition("::")[0], "")

    def by_test(self) -> Mapping[str, Difference]:
        """What each test sees."""
        return {test: difference for difference in self.differences for test in difference.tests}


@cache
def engines() -> Mapping[str, Engine]:
    """What is listed, by the name of the engine: `20.10`."""
    return {
        name: Engine(
            version=engine["version"],
            left_out={FOLDER + module: reason for module, reason in engine["left_out"].items()},
            compared=engine["compared"],
            differences=tuple(
                Difference(
                    what=row["what"],
                    older=row["older"],
                    newest=row["newest"],
                    tests=tuple(FOLDER + test for test in row["tests"]),
                    shown=tuple(row.get("shown", ())),
                )
                for row in engine["differences"]
            ),
        )
        for name, engine in tomllib.loads(LIST.read_text())["engines"].items()
    }


@cache
def node_version() -> str:
    """The version of the engine in the image of a real lab's nodes, `20.10.24+dfsg1`; empty without a real lab."""
    if os.environ.get("SWARMLAB_BACKEND") != "dind" or not has_docker():
        return ""
    image = os.environ.get("SWARMLAB_NODE_IMAGE") or DEFAULT_IMAGE
    local = docker.from_env()
    try:
        # The image wants a volume for its data, and the SDK would leave it behind: here it gets memory instead.
        said: bytes = local.containers.run(
            image, ["--version"], entrypoint="dockerd", network_mode="none", remove=True, tmpfs={"/var/lib/docker": ""}
        )
    finally:
        local.close()
    return said.decode().split()[2].rstrip(",")


def node_engine() -> str:
    """Which engine the nodes of a real lab have, as the list names it: `20.10`."""
    return ".".join(node_version().split(".")[:2])
