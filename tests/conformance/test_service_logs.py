"""Logs of a service and of a task, with every option; what is refused; what the docker CLI makes of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest

from swarmlab.client.cluster import Node
from swarmlab.lab import Lab
from tests.conformance.asking import (
    MANAGER,
    SERVICE,
    WORKER,
    ask,
    create_service,
    demand,
    type_line,
    update_service,
)

STARTS_FROM = "formed"

SCRIPT = "echo one; sleep 0.2; echo two >&2; sleep 0.2; echo three; sleep 1000"
"""What is written at one moment to two streams may come in any order."""
QUERIES = {
    "nothing chosen": "",
    "stdout": "stdout=1",
    "stderr": "stderr=1",
    "both": "stdout=1&stderr=1",
    "the last": "stdout=1&tail=1",
    "none of the last": "stdout=1&tail=0",
    "a tail that is no number": "stdout=1&tail=many",
    "a negative tail": "stdout=1&tail=-1",
    "timestamps": "stdout=1&timestamps=1",
    "details": "stdout=1&details=1",
    "since tomorrow": "stdout=1&since=99999999999",
    "since the beginning": "stdout=1&since=1",
    "since nonsense": "stdout=1&since=x",
}
FRAME = re.compile(rb"([\x01\x02\x03])\x00\x00\x00(.{4})", re.DOTALL)


@dataclass(slots=True, kw_only=True)
class Story:
    """Answers of each query; what the CLI prints."""

    status: dict[str, int] = field(default_factory=dict)
    text: dict[str, list[str]] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """One service of a script that writes to both streams, one with a terminal."""
    manager, told = lab[MANAGER], Story()
    create_service(lab, args=("sh", "-c", SCRIPT))
    create_terminal(lab)
    lab.clock.sleep(1)
    (task,) = demand(manager, "GET", "/tasks?filters=%7B%22service%22%3A%5B%22helloworld%22%5D%7D")
    for name, query in QUERIES.items():
        look(told, name, manager, f"/services/{SERVICE}/logs?{query}")
    look(told, "a task", manager, f"/tasks/{task['ID']}/logs?stdout=1")
    look(told, "a terminal", manager, "/services/terminal/logs?stdout=1&stderr=1")
    look(told, "no such service", manager, "/services/nosuch/logs?stdout=1")
    look(told, "no such task", manager, "/tasks/nosuch/logs?stdout=1")
    look(told, "asked of a worker", lab[WORKER], f"/services/{SERVICE}/logs?stdout=1")
    told.typed = {line: type_line(lab, MANAGER, line) for line in TYPED}
    update_service(lab, lambda spec: spec["TaskTemplate"].update(ForceUpdate=1))
    lab.clock.sleep(1)
    lab.wait_converged(SERVICE)
    look(told, "after an update", manager, f"/services/{SERVICE}/logs?stdout=1&stderr=1")
    return told


def create_terminal(lab: Lab) -> None:
    """A service whose container has a terminal."""
    container = {"Image": "alpine:latest", "Args": ["sh", "-c", SCRIPT], "TTY": True, "StopGracePeriod": 10**9}
    demand(lab[MANAGER], "POST", "/services/create", {"Name": "terminal", "TaskTemplate": {"ContainerSpec": container}})
    lab.wait_converged("terminal")


def look(told: Story, name: str, node: Node, path: str) -> None:
    """Ask, and keep status, lines with the number of their stream, or the refusal."""
    answer = ask(node, "GET", path)
    told.status[name] = answer.status_code
    told.types[name] = answer.headers.get("Content-Type", "")
    if not answer.ok:
        told.text[name] = [re.sub(r"\b[0-9a-z]{25}\b", "<id>", answer.json()["message"])]
        return
    text = FRAME.sub(lambda match: b"%d " % match[1][0], answer.content).decode()
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", "<time>", text)
    told.text[name] = sorted(re.sub(r"\b[0-9a-z]{25}\b", "<id>", text).splitlines())


_IDS = "com.docker.swarm.node.id=<id>,com.docker.swarm.service.id=<id>,com.docker.swarm.task.id=<id>"
_NO_MANAGER = (
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run this "
    "command on a manager node or promote the current node to a manager."
)
ANSWERS: dict[str, tuple[int, list[str]]] = {
    "nothing chosen": (500, ["Bad parameters: you must choose at least one stream"]),
    "stdout": (200, ["1 one", "1 three"]),
    "stderr": (200, ["2 two"]),
    "both": (200, ["1 one", "1 three", "2 two"]),
    "the last": (200, ["1 three"]),
    "none of the last": (200, []),
    "a tail that is no number": (500, ['tail value must be a positive integer or "all"']),
    "a negative tail": (500, ["negative tail values not supported"]),
    "timestamps": (200, ["1 <time> one", "1 <time> three"]),
    "details": (200, [f"1 {_IDS} one", f"1 {_IDS} three"]),
    "since tomorrow": (200, []),
    "since the beginning": (200, ["1 one", "1 three"]),
    "since nonsense": (500, ['could not parse since timestamp: strconv.ParseInt: parsing "x": invalid syntax']),
    "a task": (200, ["1 one", "1 three"]),
    "a terminal": (200, ["one", "three", "two"]),
    "no such service": (404, ["service nosuch not found"]),
    "no such task": (404, ["task nosuch not found"]),
    "asked of a worker": (503, [_NO_MANAGER]),
    "after an update": (200, ["1 one", "1 one", "1 three", "1 three", "2 two", "2 two"]),
}
_FROM = "helloworld.1.<id>@<node>  | "
TYPED = {
    "docker service logs helloworld": [f"{_FROM}one", f"{_FROM}three", f"{_FROM}two"],
    "docker service logs --raw helloworld": ["one", "three", "two"],
    "docker service logs --no-task-ids --tail 1 helloworld": ["helloworld.1@<node>  | three"],
    "docker service logs --no-trunc helloworld": [f"{_FROM}one", f"{_FROM}three", f"{_FROM}two"],
    "docker service logs --no-resolve --tail 1 helloworld": ["<id>.1.<id>@<id>  | three"],
    "docker service logs --timestamps --tail 1 helloworld": [f"<time> {_FROM}three"],
    "docker service logs --details --tail 1 helloworld": [f"{_FROM} three"],
    "docker service logs nosuch": ["no such task or service: nosuch"],
    "docker service logs terminal": ["tty service logs only supported with --raw"],
    "docker service logs --raw terminal": ["one", "three", "two"],
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_query_is_answered(name: str, story: Story) -> None:
    """Status, and lines with the number of their stream; a terminal's lines stand in no frames."""
    assert (story.status[name], story.text[name]) == ANSWERS[name]


def test_what_the_answers_say_they_are(story: Story) -> None:
    """Frames, the bytes of a terminal, or a refusal."""
    said = {story.types[name] for name in ANSWERS if story.status[name] == 200 and name != "a terminal"}
    assert said == {"application/vnd.docker.multiplexed-stream"}
    assert story.types["a terminal"] == "application/vnd.docker.raw-stream"
    assert story.types["no such task"] == "application/json"


@pytest.mark.cli
@pytest.mark.parametrize("line", TYPED)
def test_the_docker_command_shows_where_a_line_is_from(line: str, story: Story) -> None:
    """Service, slot, task and node, as far as wanted; lines of the two streams come in any order."""
    assert sorted(re.sub(r"@docker-swarm-\d", "@<node>", text) for text in story.typed[line]) == TYPED[line]
