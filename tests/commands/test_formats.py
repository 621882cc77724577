"""`--format` prints what it prints in the docker CLI: byte for byte, only ages and addresses in memory aside.

Runs on any backend that SWARMLAB_BACKEND names.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarmlab.client.cluster import Cluster
from tests.commands.conftest import started
from tests.commands.formats import FORMATS, MADE, SERVICE
from tests.commands.running import printed
from tests.commands.screens import screen, without_ages

pytestmark = pytest.mark.cli

MANAGER = "docker-swarm-3"
FILES = Path(__file__).parent / "files"


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A swarm with something of every kind to show."""
    with started("helloworld", tmp_path_factory) as cluster:
        for line in (*MADE, SERVICE):
            text = printed(line.format(files=FILES), cluster, MANAGER)
            assert "rror" not in text, f"{line}\n{text}"
        yield cluster


@pytest.mark.parametrize("line", FORMATS)
def test_a_format_shows_the_same(furnished: Cluster, line: str) -> None:
    """What changes nothing is asked on the same manager; where an engine had news of itself meanwhile, once more."""
    before = _comparable(screen(shlex.split(line)[1:], furnished.backend, MANAGER))
    ours = _comparable(printed(line, furnished, MANAGER))
    assert ours == before or ours == _comparable(screen(shlex.split(line)[1:], furnished.backend, MANAGER))


def _comparable(text: str) -> str:
    return re.sub(r"0xc000[0-9a-f]{6}\b", "ADDRESS", without_ages(text))
