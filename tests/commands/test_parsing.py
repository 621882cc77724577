"""A line becomes a command, and a command the same line: one table for both, and for the words of refusal."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarmlab.commands import (
    Command,
    DockerError,
    Help,
    ServiceCreate,
    ServiceLogs,
    ServiceScale,
    ServiceUpdate,
    SwarmUnlock,
    parse,
)
from swarmlab.commands.command import REGISTRY
from swarmlab.commands.spelling.options import Flag, arguments_of, flags_of
from swarmlab.commands.spelling.usage import help_text
from tests.commands.recorder import Recorder
from tests.commands.screens import screen_of

COMMANDS = sorted(set(REGISTRY.values()), key=lambda command: command.path)

WORD = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=8)
NAME = st.from_regex(r"[a-z][a-z0-9_.-]{0,8}", fullmatch=True)

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "": st.booleans(),
    "uint": st.integers(0, 2**40),
    "uint32": st.integers(0, 2**20),
    "int": st.integers(-(2**20), 2**20),
    "float": st.floats(0, 1, allow_nan=False, width=32),
    "duration": st.sampled_from(["10s", "1m30s", "250ms", "0s", "1.5h"]),
    "bytes": st.sampled_from(["64m", "1g", "512", "1.5GiB"]),
    "decimal": st.sampled_from(["0.5", "2", "1.25"]),
    "filter": st.builds("{}={}".format, NAME, NAME),
    "pref": st.builds("spread={}".format, NAME),
    "mount": st.builds("type=volume,source={},target=/{}".format, NAME, NAME),
    "port": st.sampled_from(["8080:80", "80", "published=8080,target=80,mode=host", "7000-7002:70-72/udp"]),
    "env": st.builds("{}={}".format, NAME, WORD),
    "resource": st.builds("{}={}".format, NAME, st.integers(0, 9)),
    "secret": st.builds("source={},target={},mode=0400".format, NAME, NAME),
    "config": st.builds("source={},target=/{}".format, NAME, NAME),
    "strings": NAME,
    "uint16": st.integers(0, 2**16 - 1),
    "swap": st.sampled_from(["-1", "64m"]),
    "stream": st.sampled_from(["stdin", "stdout", "stderr"]),
    "link": st.builds("{}:{}".format, NAME, NAME),
    "label": st.builds("{}={}".format, NAME, WORD),
    "extra-host": st.builds("{}:10.0.0.1".format, NAME),
    "ip": st.just("10.0.0.1"),
    "domain": st.just("example.com"),
    "ulimit": st.sampled_from(["nofile=1:2", "core=3"]),
    "sysctl": st.just("net.core.somaxconn=1"),
    "container-network": st.just("name=back,alias=db") | NAME,
    "cgroup-rule": st.just("c 1:3 rwm"),
    "device-weight": st.just("/dev/sda:200"),
    "bytes-rate": st.just("/dev/sda:1mb"),
    "operations-rate": st.just("/dev/sda:100"),
    "gpu-request": st.sampled_from(["all", "2", '"device=0,1"']),
    "ipNetSlice": st.just("10.0.0.0/8"),
    "pem-file": st.just(str(Path(__file__).parent / "files" / "root.crt")),
    "credential-spec": st.builds("file://{}".format, NAME),
    "external-ca": st.just("protocol=cfssl,url=https://ca.example.com"),
}


def value_of(flag: Flag) -> st.SearchStrategy[Any]:
    """Any value that this flag can have."""
    one = VALUES.get(flag.syntax or flag.word, WORD)
    return st.lists(one, min_size=1, max_size=3).map(tuple) if flag.kind.many else one


@st.composite
def commands(draw: st.DrawFn) -> Command:
    """Any command with any of its flags and arguments."""
    kind = draw(st.sampled_from([command for command in COMMANDS if command is not Help]))
    flags = draw(st.lists(st.sampled_from(flags_of(kind)), unique=True, max_size=4)) if flags_of(kind) else []
    values = {flag.name: draw(value_of(flag)) for flag in flags}
    for each in arguments_of(kind):
        values[each.name] = draw(_argument(kind, each.least, each.many))
    return kind(**values)


def _argument(kind: type[Command], least: int, many: bool) -> st.SearchStrategy[Any]:
    if kind is ServiceScale:
        return st.dictionaries(NAME, st.integers(0, 99), min_size=1, max_size=3)
    if kind is SwarmUnlock:
        return st.just("") | WORD
    if many:
        return st.lists(WORD, min_size=least, max_size=3).map(tuple)
    return WORD if least else st.none() | WORD


@given(commands())
def test_a_command_is_what_its_line_says(command: Command) -> None:
    """Parsing what a command spells gives the command back."""
    assert parse(str(command)) == command


@given(commands())
def test_the_sdk_text_is_python(command: Command) -> None:
    """What a learner is shown as the SDK's way compiles."""
    compile(command.sdk(), "<sdk>", "exec")


def test_flags_may_stand_anywhere_unless_a_command_follows() -> None:
    """`service logs x -f` has a flag behind its argument; what follows the image of `service create` is its command."""
    assert parse("docker service logs helloworld -f --tail=5") == ServiceLogs(
        target="helloworld", follow=True, tail="5"
    )
    created = parse("service create -d --name web alpine ping -c 3 docker.com")
    assert created == ServiceCreate(detach=True, name="web", image="alpine", command=("ping", "-c", "3", "docker.com"))


def test_short_flags_may_be_joined() -> None:
    """`-aq` is `-a -q`; `-n5` is `-n 5`."""
    assert parse("ps -aq") == parse("ps --all --quiet")
    assert parse("service logs -fn5 web") == parse("service logs --follow --tail 5 web")


def test_a_list_may_be_given_as_one_text() -> None:
    """From Python, a flag that can be repeated takes one text as well as several."""
    assert ServiceUpdate(service="web", env_add="A=1") == ServiceUpdate(service="web", env_add=("A=1",))


def test_an_alias_is_the_same_command() -> None:
    """`container ls`, `service list`, `stack up` are other spellings."""
    assert parse("container ls -a") == parse("ps -a")
    assert parse("service list") == parse("service ls")


def test_python_values_are_checked_like_typed_ones() -> None:
    """A wrong value is refused in the CLI's words when the object is made."""
    with pytest.raises(DockerError, match=r'invalid argument "soon" for "--update-delay" flag: time: invalid duration'):
        ServiceUpdate(service="web", update_delay="soon")


@pytest.mark.parametrize(
    "line", ["docker build .", "docker plugin ls", "docker image ls --tree", "docker -D -H x ps", "docker -c x ps"]
)
def test_what_is_not_here_is_said_so(line: str) -> None:
    """A real command or flag that this package lacks is not called unknown."""
    with pytest.raises(
        DockerError, match=r"swarmlab's %docker does not have `docker .*`; in a terminal use the docker CLI"
    ):
        parse(line)


WRONG = """
docker nosuch
docker service nosuch
docker --nosuch ps
docker service logs --timestamp helloworld
docker service logs -x helloworld
docker service logs
docker service scale
docker service scale helloworld
docker service scale =3
docker service create
docker service create --name
docker service create -l
docker service create --replicas x alpine
docker service create --replicas -1 alpine
docker service create --detach=maybe alpine
docker service create --update-delay x alpine
docker service create --update-delay 5 alpine
docker service create --update-delay 5x alpine
docker service create --update-max-failure-ratio x alpine
docker service create --limit-cpu x alpine
docker service create --limit-memory x alpine
docker service create --mount x alpine
docker service create --mount type=volume alpine
docker service create --mount type=bind,target=/x,volume-nocopy=true alpine
docker service create --mount type=volume,nosuch=1,target=/x alpine
docker service create --publish x alpine
docker service create --publish 99999:80 alpine
docker service create --publish 80:80/nosuch alpine
docker service create --publish 80-81:80-82 alpine
docker service create --publish target=x alpine
docker service create --publish mode=x,target=80 alpine
docker service create --publish published=80 alpine
docker service create --publish nosuch=80 alpine
docker service create --placement-pref x alpine
docker service create --placement-pref x=y alpine
docker service create --env =x alpine
docker service update
docker service update a b
docker service rm
docker service ls --filter x
docker service ls --format
docker node ls x
docker node promote
docker swarm join
docker swarm join-token
docker swarm init --advertise-addr
docker swarm init --task-history-limit x
docker ps -aq=x
docker ps --last x
docker stop
docker run
docker volume create a b
docker stack deploy
docker network create
""".strip().splitlines()


@pytest.mark.cli
@pytest.mark.parametrize("line", WRONG)
def test_wrong_use_is_refused_in_the_cli_s_words(line: str, tmp_path: Path) -> None:
    """No engine is needed to say that a line makes no sense."""
    with pytest.raises(DockerError) as refused:
        parse(line)
    assert f"{refused.value}\n" == _without_engine(line, tmp_path)


PATHS = [path for command in COMMANDS if command is not Help for path in command.paths]
GROUPS = ["config", "network", "node", "secret", "service", "stack", "swarm"]


@pytest.mark.cli
@pytest.mark.parametrize("path", PATHS + GROUPS)
def test_help_is_the_cli_s(path: str, recorder: Recorder) -> None:
    """What the CLI knows of an engine on Linux, but what is not here, folded for the same width."""
    line = f"docker {path} --help"
    ours = parse(line)
    assert isinstance(ours, Help)
    command = REGISTRY.get(path)
    theirs = screen_of(shlex.split(line)[1:], recorder.environment)
    lacked = command.lacks if command else frozenset()
    texts = [_trimmed(help_text(ours.topic or "")), _trimmed(_without(lacked, theirs))]
    if lacked:  # the CLI's columns may be as wide as a flag that is not here
        texts = [" ".join(text.split()) for text in texts]
    assert texts[0] == texts[1]


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.expandtabs().rstrip().split("\n"))


def _without(flags: frozenset[str], text: str) -> str:
    """Help without the lines of these flags."""
    front, options, lines = text.partition("Options:\n")
    blocks = re.split(r"(?m)^(?=  (?:-\w, |    )--)", lines)
    kept = [block for block in blocks if not flags & set(block.split()[:2])]
    return front + options + "".join(kept)


def _without_engine(line: str, directory: Path) -> str:
    environment = {"DOCKER_CONFIG": str(directory), "DOCKER_HOST": f"unix://{directory}/none.sock"}
    return screen_of(shlex.split(line)[1:], environment)
