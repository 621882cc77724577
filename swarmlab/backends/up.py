"""`python -m swarmlab up`: a lab of simulated engines in the foreground, for a terminal and the real docker CLI."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from swarmlab.backends.embedded import SEED, EmbeddedBackend
from swarmlab.client.protocols import LabState
from swarmlab.engine.states import first_manager


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `up`."""
    parser.add_argument("--nodes", type=int, default=3, metavar="N", help="how many engines (default: 3)")
    parser.add_argument("--dir", type=Path, required=True, metavar="DIR", help="where their sockets are to lie")
    parser.add_argument("--formed", action="store_true", help="begin with a swarm that docker-swarm-3 manages")
    parser.add_argument("--managers", type=int, default=1, metavar="M", help="managers of that swarm (default: 1)")
    parser.add_argument("--rate", type=float, default=1.0, metavar="R", help="how fast time passes (default: 1)")
    parser.add_argument("--seed", type=int, default=SEED, metavar="S", help=f"of all chance (default: {SEED})")


def run(options: argparse.Namespace) -> int:
    """Serve a lab until SIGINT or SIGTERM; returns the exit status."""
    ended = threading.Event()
    with _ended_by_signals(ended):
        try:
            with _private(options.dir.resolve()) as directory, _lab(options, directory) as lab:
                _tell(lab, options.formed)
                ended.wait()
        except (ValueError, OSError) as error:
            print(error, file=sys.stderr)
            return 1
    return 0


@contextmanager
def _ended_by_signals(ended: threading.Event) -> Iterator[None]:
    """SIGINT and SIGTERM end the lab instead of the process."""
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _private(directory: Path) -> Iterator[Path]:
    """A directory that only this user may enter; removed at the end if it was made here."""
    made = not directory.exists()
    if made:
        directory.mkdir(mode=0o700, parents=True)
    elif os.name != "nt" and directory.stat().st_mode & 0o077:  # there the mode says nothing
        if any(directory.iterdir()):
            raise PermissionError(
                f"Others can enter {directory}: name a new directory, or close it: chmod 700 {directory}"
            )
        directory.chmod(0o700)
    try:
        yield directory
    finally:
        if made:
            directory.rmdir()


@contextmanager
def _lab(options: argparse.Namespace, directory: Path) -> Iterator[EmbeddedBackend]:
    state: LabState = "formed" if options.formed else "separate"
    lab = EmbeddedBackend(
        nodes=options.nodes,
        managers=options.managers,
        seed=options.seed,
        rate=options.rate,
        directory=directory,
        state=state,
    )
    try:
        yield lab
    finally:
        lab.close()


def _tell(lab: EmbeddedBackend, formed: bool) -> None:
    """Where the engines are, and how a terminal talks to one of them: to a manager where there is one."""
    for host in lab.hosts:
        print(host.name, host.address, host.docker_host)
    print("ready")
    names = {host.name: host for host in lab.hosts}
    chosen = names[first_manager(list(names))] if formed else lab.hosts[0]
    command = "docker node ls" if formed else "docker info"
    print("\nIn another terminal:\n")
    if chosen.docker_host.startswith("unix:"):  # to a port the command must also bring what lies in DOCKER_CONFIG
        print(f"    export DOCKER_HOST={chosen.docker_host}\n    {command}\n\nor, with a context for each node:\n")
    print(f"    {_setting('DOCKER_CONFIG', lab.docker_config)}")
    print(f"    docker context use {chosen.context}\n    {command}\n\nCtrl-C ends it.", flush=True)


def _setting(variable: str, value: str) -> str:
    """What sets a variable: in PowerShell on Windows."""
    return f"$env:{variable} = '{value}'" if os.name == "nt" else f"export {variable}={value}"
