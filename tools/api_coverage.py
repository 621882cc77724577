"""docs/api-coverage.md: every endpoint of Docker's API, how it is answered here, and which tests exercise it.

python tools/api_coverage.py             run those tests and write it
python tools/api_coverage.py --check     fail if what it says of the endpoints is not current

Nothing in it is written by hand: Docker's endpoints come from swarmlab/api/endpoints.py, the answers from the routes
and from a simulated engine that is asked for every key of a body; the tests note what they ask for.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from swarmlab.api.endpoints import Endpoint, endpoints
from swarmlab.api.messages import API_VERSION, Request, Response
from swarmlab.api.routes import ROUTES, Route, answer
from swarmlab.engine import states
from swarmlab.gotypes.table import fields_by_lower_key, is_struct, underlying

ROOT = Path(__file__).parent.parent
DOCUMENT = ROOT / "docs" / "api-coverage.md"
PARTS = ("api", "backends", "client", "commands", "conformance", "sdk", "server")
SERVICE = {"Name": "probe", "TaskTemplate": {"ContainerSpec": {"Image": "alpine"}}}
NEEDED = {"swarm.ServiceSpec": SERVICE, "container.CreateRequest": {"Image": "alpine"}}
HEAD = """# Coverage of the Docker Engine API

<!-- made by tools/api_coverage.py -->

For whoever sends requests to the embedded engine, or misses one.

The embedded engine advertises API {version} (and answers from 1.24 on). Of Docker's {all} endpoints it answers
{answered}, of these {partly} without some of their parameters. What is not there answers 501 and names itself.
*Tests* names the directories under `tests/` whose tests had the endpoint answer them: `conformance` runs on real
engines too.
"""


def main(arguments: list[str]) -> int:
    """Write the document, or check it."""
    if "--check" not in arguments:
        DOCUMENT.write_text(render(record()))
        return 0
    if render(recorded_in_document()) != DOCUMENT.read_text():
        print("docs/api-coverage.md is not current. Mend it with: make api-coverage")
        return 1
    return 0


def record() -> dict[str, str]:
    """Run the tests; what they asked for, by endpoint."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "record"
        paths = [f"tests/{part}" for part in PARTS if (ROOT / "tests" / part).is_dir()]
        command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadscope", *paths]
        subprocess.run(command, cwd=ROOT, env={**os.environ, "SWARMLAB_API_RECORD": str(path)}, check=True)
        lines = [line.split("\t") for line in path.read_text().splitlines()]
    return {endpoint: ", ".join(parts.split()) for endpoint, parts in lines}


def recorded_in_document() -> dict[str, str]:
    """What the document says of the tests."""
    rows = re.findall(r"^\| `(\w+ /\S*)` \|.*\| ([^|]*) \|$", DOCUMENT.read_text(), re.MULTILINE)
    return {endpoint: tests for endpoint, tests in rows if tests != "-"}


def render(tests: dict[str, str]) -> str:
    """The document."""
    rows = [(endpoint, *describe(endpoint)) for endpoint in endpoints()]
    head = HEAD.format(
        version=f"{API_VERSION[0]}.{API_VERSION[1]}",
        all=len(rows),
        answered=sum(how != "501" for _, how, _ in rows),
        partly=sum(how == "partly" for _, how, _ in rows),
    )
    parts = [head]
    for group, of_group in groupby(rows, key=lambda row: row[0].group):
        parts.append(f"\n## {group}\n\n| Endpoint | Answered | Refused with 501 | Tests |\n|---|---|---|---|\n")
        for endpoint, how, refused in of_group:
            name = f"{endpoint.method} {endpoint.template.replace(':*', '')}"
            parts.append(f"| `{name}` | {how} | {refused or '-'} | {tests.get(name, '-')} |\n")
    return "".join(parts)


def describe(endpoint: Endpoint) -> tuple[str, str]:
    """How an endpoint is answered: `yes`, `partly` or `501`, and what is refused."""
    route = next((r for r in ROUTES if (r.method, r.template) == (endpoint.method, endpoint.template)), None)
    if route is None:
        return "501", ""
    refused = [f"`?{name}`" for name in endpoint.query if name not in route.query]
    refused += [f"`{path}`" for path in refused_keys(route)] if route.body else []
    return ("partly" if refused else "yes"), ", ".join(refused)


def refused_keys(route: Route) -> Iterator[str]:
    """The keys of a body that answer 501 when they say something."""
    for path, value in keys_of(route.body, ()):
        daemon = states.build("formed").daemons["docker-swarm-3"]
        request = Request(
            method=route.method,
            path=re.sub(r"\{[^}]*\}", "probe", route.template),
            query={"version": "1"},
            headers={"content-type": "application/json"},
            body=json.dumps(with_key(NEEDED.get(route.body, {}), path, value)).encode(),
        )
        reply = answer(daemon, request)
        if isinstance(reply, Response) and reply.status == 501:
            yield ".".join(path)


def keys_of(type_: str, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    """Every key of a type down to what holds no further keys, with a value that says something."""
    for key, kind in fields_by_lower_key(type_).values():
        plain = underlying(kind)
        inner, brackets = plain.removeprefix("[]").removeprefix("*"), "[]" if plain.startswith("[]") else ""
        if is_struct(inner) and fields_by_lower_key(inner):
            yield from keys_of(inner, (*path, key + brackets))
        else:
            yield (*path, key), something(plain)


def something(plain: str, depth: int = 0) -> object:
    """A value of a type that is not as good as not sent."""
    plain = underlying(plain.removeprefix("*"))
    if is_struct(plain):
        fields = fields_by_lower_key(plain).values()
        return {key: something(kind, depth + 1) for key, kind in fields} if depth < 3 else {}
    if plain.startswith("map"):
        return {"x": something(plain.partition("]")[2], depth + 1)}
    if plain == "[]uint8":
        return "eA=="
    if plain.startswith("["):
        item = something(plain.partition("]")[2], depth + 1)
        return [item, item] if plain.startswith("[2]") else [item]
    return {"string": "x", "bool": True, "any": {"x": "x"}, "struct{}": {}}.get(plain, 1)


def with_key(base: dict[str, object], path: tuple[str, ...], value: object) -> dict[str, object]:
    """A copy of a body with one more key."""
    result = json.loads(json.dumps(base))
    place = result
    for key in path[:-1]:
        if key.endswith("[]"):
            (place,) = place.setdefault(key.removesuffix("[]"), [{}])
        else:
            place = place.setdefault(key, {})
    place[path[-1]] = value
    return result


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
