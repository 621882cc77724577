"""`python -m swarmlab doctor`: its options, and what it prints."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from swarmlab.backends.hosts import endpoints
from swarmlab.backends.hosts.settings import read_settings
from swarmlab.doctor.checks import Section
from swarmlab.doctor.hosts import examine
from swarmlab.doctor.local import check_machine
from swarmlab.doctor.local_engines import check_docker
from swarmlab.doctor.report import as_json, has_failed, table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of `doctor`."""
    parser.add_argument("--hosts", type=Path, metavar="FILE", help="check the hosts that this lab.toml names, too")
    parser.add_argument("--json", action="store_true", help="for programs")


def run(options: argparse.Namespace) -> int:
    """Check everything and print it; 0 if nothing failed, else 1."""
    try:
        sections = list(_sections(options.hosts))
    except ValueError as error:  # of the settings: it names the line
        print(error, file=sys.stderr)
        return 1
    print(as_json(sections) if options.json else table(sections))
    return 1 if has_failed(sections) else 0


def _sections(path: Path | None) -> Iterator[Section]:
    if path is not None:
        yield from _of_hosts(path)
    yield Section(title="This machine, for simulated engines (embedded)", checks=tuple(check_machine()))
    yield Section(title="This machine, for real engines in containers (dind)", checks=tuple(check_docker()))


def _of_hosts(path: Path) -> list[Section]:
    settings = read_settings(path)
    if sys.stderr.isatty():
        print(f"Asking {', '.join(host.name for host in settings.hosts)} ...", file=sys.stderr)
    return examine(
        settings.hosts,
        endpoints.connect,
        url_of=lambda host: endpoints.resolve(host).url,
        allow_changes=settings.allow_changes,
    )
