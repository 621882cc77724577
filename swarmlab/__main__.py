"""`python -m swarmlab`: the verbs of a terminal. Each is carried out elsewhere; here is only the command line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one verb and return the exit status."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = command_line(words[:1]).parse_args(words)
    try:
        status: int | None = options.verb(options)
    except KeyboardInterrupt:
        return 130
    return status or 0


def command_line(asked_for: Sequence[str]) -> argparse.ArgumentParser:
    """All verbs and their options; those of `up` and `doctor` only if asked for: they come with much code."""
    parser = argparse.ArgumentParser(prog="python -m swarmlab", description="A Docker Swarm to learn on.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    add_lab(verbs.add_parser("lab", help="open JupyterLab on the first lesson, of the clone or of a copy of your own"))
    up = verbs.add_parser("up", help="run a lab of simulated engines here, for a terminal and the docker command")
    if asked_for == ["up"]:
        add_up(up)
    doctor = verbs.add_parser("doctor", help="check this machine, and your own hosts: what is wrong, and what mends it")
    if asked_for == ["doctor"]:
        add_doctor(doctor)
    verbs.add_parser("status", help="list the labs that run").set_defaults(verb=status)
    verbs.add_parser("down", help="remove every lab of real engines from the local Docker").set_defaults(verb=down)
    add_clean(verbs.add_parser("clean", help="remove what labs created on your own hosts, and nothing else"))
    add_progress(verbs.add_parser("progress", help="show what of the lessons is done, or write it to a file"))
    return parser


def add_lab(parser: argparse.ArgumentParser) -> None:
    """Options of `lab`."""
    parser.add_argument("--port", type=int, help="of 127.0.0.1 (default: 8888, or the next free one)")
    parser.add_argument("--no-browser", action="store_true", help="only print the link")
    parser.add_argument(
        "folder",
        metavar="FOLDER",
        type=Path,
        nargs="?",
        help="where your copy of the lessons is to lie; made, or brought up to date (default: here, or the clone)",
    )
    parser.add_argument(
        "--replace",
        metavar="LESSON",
        action="append",
        default=[],
        help="take this lesson anew although you have changed it, and keep yours under another name",
    )
    parser.set_defaults(verb=lab)


def add_up(parser: argparse.ArgumentParser) -> None:
    """Options of `up`."""
    from swarmlab.backends import up

    up.add_arguments(parser)
    parser.set_defaults(verb=up.run)


def add_doctor(parser: argparse.ArgumentParser) -> None:
    """Options of `doctor`."""
    from swarmlab.doctor import command

    command.add_arguments(parser)
    parser.set_defaults(verb=command.run)


def add_progress(parser: argparse.ArgumentParser) -> None:
    """Options of `progress`."""
    parser.add_argument("--export", metavar="FILE", help="write it as JSON for a teacher; - is standard output")
    parser.add_argument("--name", default="", help="whose it is, as written to the file")
    parser.add_argument("--save", metavar="FILE", help="write all of it, to be restored elsewhere")
    parser.add_argument("--restore", metavar="FILE", help="add what is in such a file")
    parser.set_defaults(verb=progress)


def add_clean(parser: argparse.ArgumentParser) -> None:
    """Options of `clean`."""
    parser.add_argument("--hosts", metavar="FILE", type=Path, required=True, help="lists the hosts: lab.toml")
    parser.set_defaults(verb=clean)


def lab(options: argparse.Namespace) -> int:
    """Serve the lessons until Ctrl-C."""
    from swarmlab import jupyter, lesson_files

    try:
        folder, report = lesson_files.find_or_copy(options.folder, replace=options.replace)
    except lesson_files.LessonsError as error:
        print(error, file=sys.stderr)
        return 1
    for line in report.lines():
        print(line)
    if report.added:
        jupyter.list_fonts()
    jupyter.open_lab(folder.resolve(), port=options.port, browser=not options.no_browser)
    return 0


def status(_: argparse.Namespace) -> int:
    """List the live labs of this user, newest first."""
    from swarmlab.ownership import lab_directories

    live = [lab for lab in lab_directories() if lab.owner.is_alive()]
    for lab in live:
        print(f"{lab.lab_id}  {lab.backend}  process {lab.owner.pid}  DOCKER_CONFIG={lab.docker_config}")
    if not live:
        print("No lab runs.")
    return 0


def down(_: argparse.Namespace) -> int:
    """Remove what labs of real engines created in the local Docker, and what dead labs left on disk."""
    from swarmlab.backends import dind
    from swarmlab.ownership import remove_orphans

    remove_orphans()
    try:
        removed = dind.remove_all()
    except dind.NoLocalDocker as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Removed {', '.join(removed)}." if removed else "There was nothing to remove.")
    return 0


def clean(options: argparse.Namespace) -> int:
    """Remove what the ledger of one lab.toml names, and tell each thing; 1 if something had to stay."""
    from swarmlab.backends import hosts

    try:
        settings = hosts.read_settings(options.hosts)
        ledger = hosts.Ledger(settings.path)
        with ledger.held():
            if not ledger.entries():
                print(f"No lab has anything left on the hosts of {settings.path}.")
                return 0
            left = hosts.clean(settings, ledger, print)
    except (hosts.SettingsError, hosts.LedgerError) as error:
        print(error, file=sys.stderr)
        return 1
    if left:
        print(f"{len(left)} left, written down in {ledger.path}. Run this again when they can be removed.")
    return 1 if left else 0


def progress(options: argparse.Namespace) -> int:
    """Show how far the learner has come; write it down for a teacher, or for another computer; read it there."""
    from swarmlab.lessons import progress, progress_file

    if options.restore is not None:
        return restore(options.restore)
    if options.save is not None:
        return write(options.save, progress_file.saved())
    if options.export is not None:
        return write(options.export, json.dumps(progress.export(options.name), indent=2, ensure_ascii=False) + "\n")
    print(progress.progress())
    return 0


def write(file: str, text: str) -> int:
    """Write a text to a file, or to standard output for `-`."""
    if file == "-":
        print(text, end="")
        return 0
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        print(f"{file} could not be written: {error.strerror}.", file=sys.stderr)
        return 1
    print(f"Written to {file}.")
    return 0


def restore(file: str) -> int:
    """Add a file of `progress --save` to what has been done here."""
    from swarmlab.lessons import progress_file

    try:
        print(progress_file.restore(Path(file).read_text(encoding="utf-8", errors="replace")))
    except OSError as error:
        print(f"{file} could not be read: {error.strerror}.", file=sys.stderr)
        return 1
    except progress_file.NotRestored as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
