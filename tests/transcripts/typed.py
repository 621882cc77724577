"""Transcripts: what is typed into a terminal, and what a reader sees then. Parsed, typed, made comparable.

A transcript is read from top to bottom:

    # a comment
    token = docker-swarm-3:~$ docker swarm join-token -q worker     the command's output, for later, as {token}
    wait 3                                                          seconds
    docker-swarm-1:~$ docker inspect nosuch                         typed on that node
    ----
    []                                                              what is printed, errors too, to the next command
    Error: No such object: nosuch
    [1]                                                             the exit status, if it is not 0
    ---- 20.10                                                      what this older engine makes it print instead
    within 20 s: docker-swarm-3:~$ docker node ls                   repeated until the printed text fits
    docker-swarm-3:~$ echo sesame | docker secret create door -     with standard input, which is empty otherwise

The first line may be `from formed`: where the lab starts from. `{docker-swarm-3}` in a command is that node's address.
Ids, tokens, digests, addresses, ages and times are written as `<id>`, `<token>` …; columns are two blanks apart; of a
progress only the last count is kept; of lines that may come in any order (`<any order>` on the first line) the order
does not matter. Files that commands read are in files/.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from swarmlab.client.protocols import LAB_STATES, Host, LabState

HERE = Path(__file__).parent
COMMAND = re.compile(r"(?:(?P<name>\w+) = |within (?P<within>\d+) s: )?(?P<node>[\w-]+|\{\w+\}):~\$ (?P<line>.*)")
PIPED = re.compile(r"echo (?P<said>[^|]*) \| (?P<line>docker .*)")
WAIT = re.compile(r"wait (\d+)")
PRINTED = re.compile(r"----(?: (?P<engine>[\d.]+))?")
FROM = "from "
BLANKS = re.compile(r"(?<=\S)( {2,}|\t+ *)")
ANY_ORDER = "<any order>"
_TIMEOUT_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command and what it prints; `older` is what it prints with engines older than 28.5, where that differs.

    `name` keeps the output; `within_s` repeats it until it fits.
    """

    number: int
    node: str
    line: str
    expected: tuple[str, ...]
    older: Mapping[str, tuple[str, ...]]
    name: str = ""
    within_s: int = 0
    wait_s: int = 0


def starts_from(text: str) -> LabState:
    """The state that a lab has before the first command: separate engines, if a transcript says nothing else."""
    first, _, _ = text.partition("\n")
    return next((state for state in LAB_STATES if first == FROM + state), "separate")


def parse(text: str) -> Iterator[Step]:
    """The steps of a transcript."""
    wait_s = 0
    lines = text.splitlines()
    for index, line in enumerate(lines):
        if match := WAIT.fullmatch(line):
            wait_s = int(match[1])
        elif match := COMMAND.fullmatch(line):
            printed = _printed(lines[index + 1 :])
            yield Step(
                number=index + 1,
                node=match["node"],
                line=match["line"],
                expected=printed.pop("", ()),
                older=printed,
                name=match["name"] or "",
                within_s=int(match["within"] or 0),
                wait_s=wait_s,
            )
            wait_s = 0


def _printed(rest: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """What is printed up to the next command, by the engine of which it is said; that of all others has no name."""
    printed: dict[str, list[str]] = {}
    for line in rest:
        if COMMAND.fullmatch(line) or WAIT.fullmatch(line) or line.startswith("# "):
            break
        if match := PRINTED.fullmatch(line):
            block = printed[match["engine"] or ""] = []
        elif not printed:
            break
        elif line.strip():
            block.append(BLANKS.sub("  ", line.rstrip()))
    return {engine: tuple(block) for engine, block in printed.items()}


class Typist:
    """Types commands on the nodes of a lab with the real docker CLI.

    Args:
        hosts: the lab's hosts.
        docker_config: the directory with a context for each of them.
        engine: which engine they have, as transcripts name it.
    """

    def __init__(self, hosts: Sequence[Host], docker_config: str | Path, *, engine: str = "") -> None:
        self._engine = engine
        self._hosts = {host.name: host for host in hosts}
        self._environment = {**os.environ, "DOCKER_CONFIG": str(docker_config)}
        self._environment.pop("DOCKER_HOST", None)
        self._kept = {host.name: host.address for host in hosts}
        self.screen: list[str] = []
        """What was typed and printed by now, as it was compared."""

    def play(self, text: str) -> None:
        """Type a whole transcript.

        Raises:
            AssertionError: something else was printed than the transcript says.
        """
        for step in parse(text):
            self._play(step)

    def _play(self, step: Step) -> None:
        time.sleep(step.wait_s)
        expected = step.older.get(self._engine, step.expected)
        end = time.monotonic() + step.within_s
        while True:
            printed, status = self._run(self._fill_in(step.node), step.line)
            if step.name:
                self._kept[step.name] = printed.strip()
                return
            seen = [*self.comparable(printed), *([f"[{status}]"] if status else [])]
            if fits(expected, seen) or time.monotonic() >= end:
                break
            time.sleep(0.5)
        self.screen += [f"{step.node}:~$ {step.line}", *seen]
        assert fits(expected, seen), self._difference(step, expected, seen)

    def type(self, node: str, line: str) -> str:
        """Type one command line on a node; returns what is printed, errors too."""
        printed, _ = self._run(node, line)
        return printed

    def _run(self, node: str, line: str) -> tuple[str, int]:
        """What a command line prints, and its exit status."""
        line, said = self._fill_in(line), ""
        if piped := PIPED.fullmatch(line):
            line, said = piped["line"], piped["said"] + "\n"
        words = shlex.split(line)
        assert words[0] == "docker", f"not a docker command: {line}"
        command = ["docker", "--context", self._hosts[node].context, *words[1:]]
        surroundings = {"cwd": HERE, "env": self._environment}
        done = subprocess.run(
            command, input=said, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False, **surroundings
        )
        return done.stdout + done.stderr, done.returncode

    def _fill_in(self, text: str) -> str:
        """Put in what is kept under a name; `{{.ID}}` is left alone."""
        return re.sub(r"(?<!\{)\{([\w-]+)\}", lambda match: self._kept[match[1]], text)

    def comparable(self, printed: str) -> list[str]:
        """What was printed, without what differs from lab to lab."""
        for name, host in self._hosts.items():
            printed = printed.replace(host.address, f"<address of {name}>")
            printed = printed.replace(host.docker_host, f"<socket of {name}>")
        printed = printed.replace(f"{HERE}/", "<here>/")
        printed = printed.replace(f"{self._environment['DOCKER_CONFIG']}/contexts/", "<config>/contexts/")
        for pattern, replacement in VARYING:
            printed = pattern.sub(replacement, printed)
        return list(_without_progress(line.rstrip() for line in printed.splitlines() if line.strip()))

    def _difference(self, step: Step, expected: Sequence[str], seen: Sequence[str]) -> str:
        wanted = "\n".join(expected)
        return f"line {step.number}: {step.node}:~$ {step.line}\n--- wanted\n{wanted}\n--- printed\n" + "\n".join(seen)


VARYING = [
    (re.compile(r"(?s:-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----)"), "<certificate>"),
    (re.compile(r"CPUs:\s+\S+\n\s*Memory:\s+\S+"), "CPUs:  <number>\n Memory:  <size>"),
    (re.compile(r"Issuer Public Key:\s+\S+"), "Issuer Public Key:  <key>"),
    (re.compile(r"Log:\s+.*json-file.*"), "Log:  <log drivers>"),  # Debian's build has one less than Docker's
    (re.compile(r"(, |,)?swarmlab\.stand-in=\w*(?(1)|(, |,)?)"), ""),  # images of the lab's own registry
    (re.compile(r"SWMKEY-1-[\w+/]{43}"), "<key>"),
    (re.compile(r"SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}"), "<token>"),
    (re.compile(r"sha256:[0-9a-f]{64}"), "<digest>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<id>"),
    (re.compile(r"\b[0-9a-z]{25}\b"), "<id>"),
    (re.compile(r"\b(?=[a-z]*\d)[0-9a-z]{12}\b"), "<id>"),
    (re.compile(r"^[0-9a-z]{12}(?=$| \*|  )", re.MULTILINE), "<id>"),  # one in fifty has no digit
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"), "<time>"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000 [uU][tT][cC]"), "<time>"),
    (re.compile(r"(Less than a second|About an? \w+|\d+ seconds?|\d+ minutes?) ago", re.IGNORECASE), "<age> ago"),
    (re.compile(r"Up (Less than a second|About an? \w+|\d+ seconds?|\d+ minutes?)"), "Up <age>"),
    (re.compile(r"(?<![\d.])(20\.10|28\.\d+)\.\d+(\+\w+)?"), "<version>"),
    (re.compile(r"\bbytes from [\d.]+: (icmp_)?seq=\d+ ttl=\d+ time=[\d.]+ ms"), "bytes from <address>: <ping>"),
    (re.compile(r"execDuration=\d+"), "execDuration=<seconds>"),
    (re.compile(r"round-trip min/avg/max = \S+ ms"), "round-trip min/avg/max = <times> ms"),
    (re.compile(r"PING docker\.com \([\d.]+\)"), "PING docker.com (<address>)"),
    (BLANKS, "  "),
]


def _without_progress(lines: Iterator[str]) -> Iterator[str]:
    """Of a progress only its end: the last count, and no bars."""
    count = ""
    for line in lines:
        if re.match(r"\d+/\d+:|verify: Waiting|job progress:", line):
            continue
        if line.startswith("overall progress:"):
            count = line
            continue
        if count:
            yield count
            count = ""
        yield line
    if count:
        yield count


def fits(expected: Sequence[str], seen: Sequence[str]) -> bool:
    """Whether the printed text is as the transcript says."""
    if expected and expected[0] == ANY_ORDER:
        return sorted(expected[1:]) == sorted(seen)
    return list(expected) == list(seen)
