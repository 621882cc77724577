"""The lessons as files: where they come from, and a learner's own copy of them, which outlives every upgrade.

Owns the folder `notebooks` of such a copy and the record in it of what was copied. A lesson that the learner has not
touched follows the installed version; one that was only run follows too, and what its outputs were stays beside it; one
that was edited stays as it is until the learner asks for the new one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path

FOLDER = "notebooks"
"""Of the lessons, below the folder that a learner names: links and lessons' own files are relative to it."""

FIRST = "00-start.ipynb"
RECORD = ".swarmlab-lessons.json"
FORMAT = "swarmlab-lessons/1"

PACKAGE = Path(__file__).parent
CHECKOUT = PACKAGE.parent


class LessonsError(Exception):
    """The lessons cannot be copied; the text says what to do."""


@dataclass(slots=True, kw_only=True)
class Report:
    """What became of each file that the installed version has.

    Attributes:
        folder: in which they lie.
        unchanged: how many are as they were.
        added: new here.
        updated: as the learner was given it, and now the new one.
        set_aside: the name under which the learner's one was kept, for each that was replaced.
        kept: the learner has edited it, and there is a newer one.
    """

    folder: Path
    unchanged: int = 0
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    set_aside: dict[str, str] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """For the terminal; none where nothing has changed."""
        if self.added and not (self.updated or self.set_aside or self.kept or self.unchanged):
            return [f"The lessons are in {self.folder}. They are yours to change: no upgrade takes that away."]
        lines = [f"{name}: new" for name in self.added]
        lines += [f"{name}: updated" for name in self.updated]
        lines += [f"{name}: updated; yours is now {aside}" for name, aside in self.set_aside.items()]
        lines += [f"{name}: you have changed it, so it stays, and there is a newer one" for name in self.kept]
        if self.kept:
            asked = " ".join(f"--replace {name}" for name in self.kept)
            lines.append(f"To get the newer one, and keep yours beside it under another name: {asked}")
        return lines


def is_checkout(folder: Path) -> bool:
    """Whether a folder is a clone of this project: git updates the lessons there."""
    return (folder / "pyproject.toml").exists() and (folder / "swarmlab" / Path(__file__).name).exists()


def installed_lessons() -> Path:
    """The lessons of the version that runs: data of the installed package, or those of the clone."""
    return CHECKOUT / FOLDER if is_checkout(CHECKOUT) else PACKAGE / FOLDER


def has_copy(folder: Path) -> bool:
    """Whether the lessons were copied there once."""
    return (folder / FOLDER / RECORD).exists()


def find_or_copy(named: Path | None, *, replace: Collection[str] = ()) -> tuple[Path, Report]:
    """The folder whose lessons are to be opened, and what became of a copy in it.

    A clone is opened as it is, and so is a folder with lessons that nobody copied there, unless it was named.

    Args:
        named: by the learner; by default the folder in which the command was typed, or else the clone that runs.
        replace: as `copy_lessons` has it.

    Raises:
        LessonsError: there are no lessons and no folder was named, or they cannot be copied.
    """
    folder = _above((named or Path.cwd()).resolve())
    if is_checkout(folder):
        return folder, _opened_as_it_is(folder, replace)
    if named is not None or has_copy(folder):
        return folder, copy_lessons(folder, replace=replace)
    for found in (folder, CHECKOUT):
        if (found / FOLDER / FIRST).exists():
            return found, _opened_as_it_is(found, replace)
    raise LessonsError(
        f"There are no lessons in {folder}. Name a folder, and they are copied into it: swarmlab lab swarmlab-lessons"
    )


def _above(folder: Path) -> Path:
    """The folder that holds `notebooks`, where that one was meant."""
    above = folder.parent
    return above if folder.name == FOLDER and (is_checkout(above) or has_copy(above)) else folder


def _opened_as_it_is(folder: Path, replace: Collection[str]) -> Report:
    if replace:
        raise LessonsError(
            f"The lessons in {folder} were not copied there. In a clone, git brings them back: git checkout FILE"
        )
    return Report(folder=folder / FOLDER)


def copy_lessons(folder: Path, *, replace: Collection[str] = (), source: Path | None = None) -> Report:
    """Bring a learner's copy of the lessons up to date; what the learner has written is never lost.

    Args:
        folder: holds `notebooks/` then; made where it is missing.
        replace: names of lessons to take anew although the learner has changed them; theirs stay under another name.
        source: where the lessons come from; by default those of the version that runs.

    Raises:
        LessonsError: a name is no lesson's, or the folder cannot be written to.
    """
    offered = _files(source or installed_lessons())
    if unknown := sorted(set(replace) - offered.keys()):
        raise LessonsError(f"There is no lesson {', '.join(unknown)}. There are {', '.join(sorted(offered))}.")
    try:
        return _copy(offered, folder / FOLDER, replace)
    except OSError as error:
        place = error.filename or folder
        raise LessonsError(f"{place}: {error.strerror}. Name another folder: swarmlab lab FOLDER") from error


def _files(source: Path) -> dict[str, bytes]:
    """What makes up the lessons, by its place below `notebooks`."""
    paths = [*source.glob("*.ipynb"), *(path for path in (source / "data").rglob("*") if path.is_file())]
    return {path.relative_to(source).as_posix(): path.read_bytes() for path in sorted(paths)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What a lesson was when it was copied, as two SHA-256.

    Attributes:
        file: of all its bytes.
        text: of what is written in its cells, without outputs; of a file that is no notebook the same as `file`.
    """

    file: str
    text: str


class Fate(Enum):
    """What is to be done with one file."""

    SAME = "it is what is offered"
    STAYS = "nothing newer is offered"
    ADDED = "it is not there"
    UPDATED = "the learner has not touched it"
    SET_ASIDE = "the learner has only run it, or asks for the new one"
    KEPT = "the learner has edited it"


def _copy(offered: Mapping[str, bytes], target: Path, replace: Collection[str]) -> Report:
    report, known = Report(folder=target), _read_record(target)
    for name, content in offered.items():
        path = target / name
        there = path.read_bytes() if path.exists() else None
        fate = _fate(there, content, known.get(name), replace=name in replace)
        _report(report, fate, path, name)
        if fate in (Fate.ADDED, Fate.UPDATED, Fate.SET_ASIDE):
            _write(path, content)
        if fate not in (Fate.STAYS, Fate.KEPT):
            known[name] = _mark(content)
    record = {"format": FORMAT, "copied": {name: asdict(mark) for name, mark in known.items()}}
    _write(target / RECORD, json.dumps(record, indent=1, sort_keys=True).encode())
    return report


def _fate(there: bytes | None, offered: bytes, copied: Mark | None, *, replace: bool) -> Fate:
    if there is None:
        return Fate.ADDED
    if there == offered:
        return Fate.SAME
    if replace:
        return Fate.SET_ASIDE
    if copied is None:
        return Fate.KEPT
    old, new = _mark(there), _mark(offered)
    if new.file == copied.file:
        return Fate.STAYS
    if old.file == copied.file:
        return Fate.UPDATED
    if old.text != copied.text:
        return Fate.KEPT
    return Fate.STAYS if new.text == copied.text else Fate.SET_ASIDE


def _report(report: Report, fate: Fate, path: Path, name: str) -> None:
    match fate:
        case Fate.ADDED:
            report.added.append(name)
        case Fate.UPDATED:
            report.updated.append(name)
        case Fate.KEPT:
            report.kept.append(name)
        case Fate.SET_ASIDE:
            report.set_aside[name] = _set_aside(path)
        case Fate.SAME | Fate.STAYS:
            report.unchanged += 1


def _mark(content: bytes) -> Mark:
    file = hashlib.sha256(content).hexdigest()
    try:
        cells = [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(content)["cells"]]
    except (ValueError, TypeError, KeyError):
        return Mark(file=file, text=file)
    return Mark(file=file, text=hashlib.sha256(json.dumps(cells).encode()).hexdigest())


def _set_aside(path: Path) -> str:
    """Give a file another name, in the same folder; returns that."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.yours-{number}{path.suffix}")).exists():
        number += 1
    path.replace(aside)
    return aside.name


def _read_record(target: Path) -> dict[str, Mark]:
    """What was copied; nothing where that is not known, so that every file counts as edited."""
    try:
        found = json.loads((target / RECORD).read_text(encoding="utf-8"))
        return {name: Mark(**mark) for name, mark in found["copied"].items()} if found["format"] == FORMAT else {}
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _write(path: Path, content: bytes) -> None:
    """Another file beside it, and then in its place: a lesson is there in full or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".{path.name}.new")
    written.write_bytes(content)
    written.replace(path)
