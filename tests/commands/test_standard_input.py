"""What is piped to a container, to the CLI and to us: on two labs of one seed, without a terminal as in a notebook."""

from __future__ import annotations

import io
import os
import re
import shlex
import subprocess
from contextlib import suppress
from dataclasses import replace

import pytest

from swarmlab.client.cluster import Cluster
from swarmlab.commands import DockerError, Session, Terminal, parse
from swarmlab.commands.standard_input import ReadsInput
from tests.commands.running import printed
from tests.commands.screens import without_chance

pytestmark = pytest.mark.cli

NODE = "docker-swarm-1"

PIPED = (
    ("docker run --rm --interactive alpine cat", "one\ntwo\n"),
    ("docker run --rm -i alpine sh -c 'read a; echo got $a; exit 3'", "one\ntwo\n"),
    ("docker run --rm -i alpine sh", "echo hi\nexit 4\n"),
    ("docker run --rm -i alpine true", "nobody reads this\n"),
    ("docker run --rm -i alpine cat", ""),
    ("docker run --rm alpine cat", "not attached\n"),
    ("docker run --rm -it alpine cat", "no terminal\n"),
    ("docker run --rm --tty alpine echo hi", ""),
    ("docker run --detach --interactive --name open alpine cat", ""),
    ("docker exec -i open cat", "one\n"),
    ("docker exec -i open sh -c 'read a; exit 5'", "one\n"),
    ("docker exec -it open sh", "no terminal\n"),
    ("docker exec open cat", "not attached\n"),
    ("docker exec --interactive --detach open cat", "nobody reads this\n"),
    ("docker create --interactive --name later alpine cat", ""),
    ("docker start --attach --interactive later", "one\n"),
    ("docker start --interactive nosuch", "one\n"),
    ("docker create -it --name terminal alpine sh", ""),
    ("docker start terminal", ""),
    ("docker attach terminal", "no terminal\n"),
    ("docker cp - open:/tmp", "no archive\n"),
    ("docker cp - open:/nosuch", "no archive\n"),
    ("docker cp - open:/etc/hosts", "no archive\n"),
    ("docker rm --force open later terminal", ""),
)


def test_what_is_piped_is_read_as_by_the_cli(twins: tuple[Cluster, Cluster]) -> None:
    """The same output, whoever ends first; a terminal to type at there is not."""
    for cluster in twins:
        printed("docker pull alpine", cluster, NODE)
    told = []
    for line, stdin in PIPED:
        theirs, ours = _piped(line, stdin, twins[0]), _ours(line, stdin, twins[1])
        if without_chance(ours) != without_chance(theirs):
            told.append(f"{line} <<< {stdin!r}\n{theirs}\n{ours}")
    assert not told, "\n\n".join(told)


def _ours(line: str, stdin: str, cluster: Cluster) -> str:
    """Without the progress that the CLI shows on terminals only."""
    out = io.StringIO()
    command = parse(line)
    with suppress(DockerError):
        given = replace(command, stdin=stdin) if isinstance(command, ReadsInput) else command
        given.run(Session.on(cluster, NODE, terminal=Terminal(out)))
    return re.sub("Successfully copied .*\n", "", out.getvalue())


def _piped(line: str, stdin: str, cluster: Cluster) -> str:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
    done = subprocess.run(
        shlex.split(line),
        env={**inherited, "DOCKER_CONFIG": cluster.backend.docker_config, "DOCKER_CONTEXT": NODE},
        input=stdin.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    return "".join(f"{each.rstrip()}\n" for each in done.stdout.decode().splitlines())


def test_a_cell_is_piped_to_a_container(cluster: Cluster) -> None:
    """What stands behind `<<<`, or below `%%docker`, is what the program reads."""
    assert printed("docker run --rm -i alpine sh -c 'read a; echo got $a' <<< 'two words'", cluster, NODE).endswith(
        "got two words\n"
    )
    assert printed("docker run --rm alpine echo a <<< b", cluster, NODE) == "a\n"
