"""Which parts of the tests exercise which endpoints: noted while they run, for docs/api-coverage.md.

A pytest plugin. What counts is an answer below 400 to a request of a test; hostile requests count nowhere. A complete
run (`make test`) fails when the document says of an endpoint that some part of the tests exercises it and none did.
"""

from __future__ import annotations

import os
import re
from collections import defaultdict
from pathlib import Path

import pytest

from swarmlab.api import routes
from swarmlab.api.messages import Answer, Request, Response
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.pending import Pending
from tests.needs import has_docker_command

DOCUMENT = Path(__file__).parent.parent / "docs" / "api-coverage.md"
RECORD = "SWARMLAB_API_RECORD"
"""Names a file to which what was noted is added; tools/api_coverage.py reads it."""

_HOSTILE = ("fuzz", "test_hostile.py", "invariants")
_ROW = re.compile(r"^\| `(\w+) (/\S*)` \|.*\| ([^|]*) \|$")

Hits = dict[str, set[str]]


class Recorder:
    """Notes endpoints by the part of the tests that asked for them."""

    def __init__(self) -> None:
        self.hits: Hits = defaultdict(set)
        self._answer = routes.answer

    def answer(self, daemon: Daemon, request: Request) -> Answer | Pending[Answer]:
        """Answer as the engine does, and note it."""
        reply = self._answer(daemon, request)
        part = _part_of_tests()
        if part:
            if isinstance(reply, Pending):
                reply.on_done(lambda: self._note(part, request, reply.result()))
            else:
                self._note(part, request, reply)
        return reply

    def _note(self, part: str, request: Request, reply: Answer) -> None:
        if isinstance(reply, Response) and reply.status >= 400:
            return
        route, _ = routes._route(request.method, routes._split(request.path)[1])
        if route is not None:
            self.hits[f"{route.method} {route.template.replace(':*', '')}"].add(part)


def _part_of_tests() -> str:
    """The directory under tests/ of the test that runs now."""
    path = os.environ.get("PYTEST_CURRENT_TEST", "").partition("::")[0].split("/")
    return path[1] if len(path) > 2 and path[0] == "tests" and not {*path} & {*_HOSTILE} else ""


RECORDER = Recorder()
# Before anything else has taken the function by its name.
routes.answer = RECORDER.answer

_from_workers: Hits = defaultdict(set)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object, error: object) -> None:
    """Take what a worker noted."""
    for endpoint, parts in getattr(node, "workeroutput", {}).get("endpoints", {}).items():
        _from_workers[endpoint] |= set(parts)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand on what was noted, or compare the document with it."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["endpoints"] = {endpoint: sorted(parts) for endpoint, parts in RECORDER.hits.items()}
        return
    hits = {
        endpoint: RECORDER.hits.get(endpoint, set()) | _from_workers.get(endpoint, set())
        for endpoint in {*RECORDER.hits, *_from_workers}
    }
    if os.environ.get(RECORD):
        _write(Path(os.environ[RECORD]), hits)
    elif _is_complete(session):
        lies = [f"{endpoint}: {part}" for endpoint, part in _claims() if part not in hits.get(endpoint, set())]
        if lies:
            print("\ndocs/api-coverage.md says what is not so; mend it with: make api-coverage\n  " + "\n  ".join(lies))  # noqa: T201
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _write(path: Path, hits: Hits) -> None:
    path.write_text("".join(f"{endpoint}\t{' '.join(sorted(hits[endpoint]))}\n" for endpoint in sorted(hits)))


def _is_complete(session: pytest.Session) -> bool:
    """Whether everything ran that could be claimed."""
    config = session.config
    everything = config.args == config.getini("testpaths") and not config.getoption("keyword")
    return everything and session.exitstatus == 0 and has_docker_command()


def _claims() -> list[tuple[str, str]]:
    rows = filter(None, map(_ROW.match, DOCUMENT.read_text().splitlines()))
    return [(f"{row[1]} {row[2]}", part) for row in rows for part in row[3].split(", ") if part != "-"]
