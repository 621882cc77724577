"""The nodes that transcripts are typed on: `swarmlab up`, or with SWARMLAB_BACKEND=dind three real engines."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from swarmlab.client.protocols import Host, LabState
from tests.older_engines import node_engine
from tests.transcripts.typed import Typist, starts_from

LINE = re.compile(r"(?P<name>\S+) (?P<address>\S+) (?P<docker_host>unix://\S+)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """On real engines these tests need Docker besides its command."""
    for item in items:
        if Path(__file__).parent in item.path.parents and os.environ.get("SWARMLAB_BACKEND") == "dind":
            item.add_marker(pytest.mark.real)


@pytest.fixture
def typist(request: pytest.FixtureRequest) -> Iterator[Typist]:
    """Types on three engines, in the state that the transcript names."""
    state = starts_from(request.node.callspec.params["path"].read_text())
    yield from real_lab(state) if os.environ.get("SWARMLAB_BACKEND") == "dind" else lab_of_up(state)


def lab_of_up(state: LabState) -> Iterator[Typist]:
    """`python -m swarmlab up`, as in a terminal; time runs faster, so that the test need not wait for engines."""
    with tempfile.TemporaryDirectory(prefix="walk-") as parent:
        directory = Path(parent) / "lab"
        options = ["--dir", str(directory), "--rate", "4", *(["--formed"] if state == "formed" else [])]
        up = subprocess.Popen([sys.executable, "-m", "swarmlab", "up", *options], stdout=subprocess.PIPE, text=True)
        try:
            assert up.stdout is not None
            hosts = [host_of(up.stdout.readline()) for _ in range(3)]
            assert up.stdout.readline() == "ready\n"
            yield Typist(hosts, directory / "docker")
        finally:
            end(up)
        assert up.returncode == 0
        assert not directory.exists()


def end(up: subprocess.Popen[str]) -> None:
    """As a terminal that is closed does; one that does not end is killed, and its test fails."""
    up.send_signal(signal.SIGTERM)
    try:
        up.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        up.kill()
        up.communicate()
        raise


def host_of(line: str) -> Host:
    match = LINE.match(line)
    assert match, line
    return Host(**match.groupdict(), public_address=None, context=match["name"])


def real_lab(state: LabState) -> Iterator[Typist]:
    """Three engines in containers of the local Docker."""
    from swarmlab.backends import dind
    from swarmlab.ownership import create_lab_directory

    directory = create_lab_directory("dind")
    try:
        backend = dind.start(directory, state)
        try:
            yield Typist(backend.hosts, backend.docker_config, engine=node_engine())
        finally:
            backend.close()
    finally:
        directory.remove()
