"""What the real docker CLI leaves on a terminal's screen, and what is not compared about it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from contextlib import suppress

import pexpect
import pyte

from swarmlab.client.cluster import Cluster
from swarmlab.client.protocols import Backend
from swarmlab.commands.printing.terminal import COLUMNS
from tests.commands.running import printed

ROWS = 600
TIMEOUT_S = 120

_AGE = re.compile(
    r"(Less than a second|About an? (?:minute|hour)|\d+ (?:second|minute|hour|day|week|month)s?)( ago)?", re.I
)


def screen(words: Sequence[str], backend: Backend, node: str, *, interrupt_after: str = "") -> str:
    """Run `docker WORDS` on a node through a terminal.

    Args:
        words: without `docker`.
        backend: whose contexts the CLI uses.
        node: a context's name.
        interrupt_after: press Ctrl-C once this has appeared.
    """
    environment = {"DOCKER_CONFIG": backend.docker_config, "DOCKER_CONTEXT": node}
    return screen_of(words, environment, interrupt_after=interrupt_after)


def screen_of(words: Sequence[str], environment: Mapping[str, str], *, interrupt_after: str = "") -> str:
    """The same with any environment."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
    child = pexpect.spawn(
        "docker",
        list(words),
        env={**inherited, **environment},
        dimensions=(ROWS, COLUMNS),
        timeout=TIMEOUT_S,
        maxread=65536,
    )
    try:
        return shown(_all_of(child, interrupt_after))
    finally:
        with suppress(pexpect.ExceptionPexpect):
            child.close(force=True)


def _all_of(child: pexpect.spawn, interrupt_after: str) -> bytes:
    data = b""
    if interrupt_after:
        child.expect_exact(interrupt_after)
        data = child.before + child.after
        child.send("\x03")
    child.expect(pexpect.EOF)
    return data + child.before


def shown(data: bytes) -> str:
    """The screen after these bytes, down to the cursor, without blanks at line ends.

    It is as wide as the longest line: nothing is folded, as nothing is in a notebook.
    """
    lines = data.split(b"\n")
    pane = pyte.Screen(max(len(line) for line in lines) + 100, len(lines) + 10)
    pyte.ByteStream(pane).feed(data)
    height = pane.cursor.y + (pane.cursor.x > 0)
    return "".join(line.rstrip() + "\n" for line in pane.display[:height])


def without_ages(text: str) -> str:
    """The same with `AGE` for every age, and the blanks that align what follows it made one size."""
    lines = []
    for line in text.split("\n"):
        masked = _AGE.sub("AGE", line)
        is_aligned = masked != line or "CURRENT STATE" in line or "CREATED" in line
        lines.append(re.sub(r" {2,}", "  ", masked) if is_aligned else masked)
    return "\n".join(lines)


def without_chance(text: str, names: dict[str, str] | None = None) -> str:
    """The same with ids, tokens, times and digests numbered in the order in which they appear.

    A short id gets the number of the long one that begins so, and says how long it is.

    Args:
        text: what stood on the screen.
        names: the numbers that earlier screens of the same story gave; the new ones are added.
    """
    names = {} if names is None else names
    ids = r"\b[0-9a-f]{64}\b|\b[0-9a-f]{12}\b|\b[a-z0-9]{25}\b|\b(?=[a-z]*\d)[a-z0-9]{12}\b"
    secrets = r"(?s:-----BEGIN C.*?-----END CERTIFICATE-----)|SWMKEY-1-[\w+/]+|SWMTKN-1-\w+-\w+"
    pattern = rf"{secrets}|\d{{4}}-\d\d-\d\dT[\d:.]+Z|({ids})"

    def numbered(found: re.Match[str]) -> str:
        number = names.setdefault(found[1][:12] if found[1] else found[0], str(len(names)))
        return f"<{number}, {len(found[1])} long>" if found[1] else f"<{number}>"

    return re.sub(pattern, numbered, text)


def check_same(cluster: Cluster, node: str, line: str) -> None:
    """Ask the CLI, then ask as we do."""
    theirs = screen(shlex.split(line)[1:], cluster.backend, node)
    assert without_ages(printed(line, cluster, node)) == without_ages(theirs)


def numberless(line: str) -> str:
    """The terminal's own echo of Ctrl-C may come before the last line's text."""
    return re.sub(r"\d+", "N", line).removeprefix("^C")
