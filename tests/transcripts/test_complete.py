"""The transcripts type every subcommand that the docker CLI itself lists for a swarm."""

import os
import re
import subprocess

import pytest

from tests.transcripts.typed import HERE, PIPED, parse

pytestmark = pytest.mark.cli

GROUPS = ("swarm", "node", "service", "stack", "secret", "config", "network", "volume", "context")
ALONE = ("ps", "logs", "events", "info", "inspect")
LISTED = re.compile(r"^  ([a-z][a-z-]*) ", re.MULTILINE)


def typed() -> set[str]:
    """The first words after `docker` of every line that is typed."""
    lines = [step.line for path in HERE.glob("*.txt") for step in parse(path.read_text())]
    commands = [PIPED.sub(r"\g<line>", line).removeprefix("docker --context other ").split() for line in lines]
    words = [[word for word in command if word != "docker"] for command in commands]
    return {" ".join(each[:length]) for each in words for length in (1, 2)}


def subcommands(group: str) -> list[str]:
    """What `docker GROUP --help` lists, without an engine that would make the list shorter."""
    nowhere = {**os.environ, "DOCKER_HOST": "unix:///nonexistent/docker.sock"}
    done = subprocess.run(["docker", group, "--help"], env=nowhere, capture_output=True, text=True, check=True)
    _, _, commands = done.stdout.partition("Commands:\n")
    return LISTED.findall(commands)


@pytest.mark.parametrize("group", GROUPS)
def test_every_subcommand_is_typed(group: str) -> None:
    """On both sides, since transcripts run on both; one that a new CLI brings is missed here."""
    listed = [f"{group} {name}" for name in subcommands(group)]
    assert len(listed) >= 4
    assert [command for command in listed if command not in typed()] == []


@pytest.mark.parametrize("command", ALONE)
def test_every_command_about_a_host_is_typed(command: str) -> None:
    """Those that look at what a swarm runs."""
    assert command in typed()
