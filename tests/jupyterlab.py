"""JupyterLab as a test has it: started as a learner starts it, ended as a learner ends it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

START_WITHIN_S = 300
END_WITHIN_S = 30
COMMAND = (sys.executable, "-m", "swarmlab", "lab")


@dataclass(slots=True, kw_only=True)
class RunningLab:
    """A JupyterLab that answers.

    Attributes:
        link: as printed.
        printed: everything until the link; once ended, everything.
        status: exit status, once ended.
    """

    link: str
    printed: str
    status: int | None = None

    @property
    def server(self) -> str:
        """Its address without a path."""
        return "http://" + urlsplit(self.link).netloc

    @property
    def token(self) -> str:
        """What opens it."""
        return parse_qs(urlsplit(self.link).query)["token"][0]


@contextmanager
def running_lab(command: Sequence[str] = COMMAND, *, home: Path, cwd: Path, **environment: str) -> Iterator[RunningLab]:
    """Start it in an empty home, wait for the printed link, and end it with Ctrl-C."""
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=bare_environment(home) | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # Ctrl-C goes to the whole group, as in a terminal
    )
    overdue = threading.Timer(START_WITHIN_S, process.kill)
    overdue.start()
    try:
        lab = read_link(process)
        overdue.cancel()
        yield lab
    finally:
        overdue.cancel()
        status, rest = end(process)
    lab.status, lab.printed = status, lab.printed + rest


def bare_environment(home: Path) -> dict[str, str]:
    """What a new user's shell has."""
    kept = ("PATH", "LANG", "SWARMLAB_RUNTIME_DIR", "SSL_CERT_FILE")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"HOME": str(home), "SHELL": "/bin/sh"}


def read_link(process: subprocess.Popen[str]) -> RunningLab:
    """Read what it prints until the link."""
    assert process.stdout is not None
    printed = ""
    for line in process.stdout:
        printed += line
        if link := re.search(r"http://\S+", line):
            return RunningLab(link=link[0], printed=printed)
    raise AssertionError(f"it printed no link, but:\n{printed}")


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Ctrl-C; what it said after the link, and its exit status."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGINT)
    try:
        rest, _ = process.communicate(timeout=END_WITHIN_S)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return process.returncode, rest
