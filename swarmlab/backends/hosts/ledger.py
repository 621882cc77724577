"""What a lab created on the learner's hosts, in a file that outlives the lab: all that clean-up may remove.

Owns the file: one for each lab.toml, in the user's data directory, readable by the user only, always whole on disk. Two
labs may write at the same time. A file that cannot be read is never written over.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Literal, get_args

from platformdirs import user_data_path

from swarmlab.file_lock import lock

FORMAT = "swarmlab-ledger/1"

Kind = Literal["service", "network", "secret", "config", "volume", "container", "swarm", "node"]
"""`swarm`: the host's place in a swarm that the lab formed; `node`: in one that was there. Both have the node's id."""

_LOCAL_ID = 64

KINDS: tuple[Kind, ...] = get_args(Kind)
PLACES: tuple[Kind, ...] = ("swarm", "node")


class LedgerError(Exception):
    """The ledger cannot be read or written, or another lab has it; the text says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Entry:
    """One thing that a lab created.

    Attributes:
        host: whose engine was asked to create it.
        kind: what it is.
        id: as Docker gave it; a volume's is its name, that of a place in a swarm is empty while the host still joins.
        name: as the learner gave it.
    """

    host: str
    kind: Kind
    id: str
    name: str

    def __str__(self) -> str:
        return (
            f"{self.host}'s place in a swarm" if self.is_place else f"{self.kind} {self.name or self.id} ({self.host})"
        )

    @property
    def is_place(self) -> bool:
        """Whether it stands for a host's place in a swarm."""
        return self.kind in PLACES

    @property
    def is_of_swarm(self) -> bool:
        """Whether the swarm holds it, and any manager can remove it: its networks' ids are shorter than a host's."""
        return self.kind in ("service", "secret", "config") or (self.kind == "network" and len(self.id) < _LOCAL_ID)


class Ledger:
    """The ledger of one lab.toml."""

    def __init__(self, settings: Path) -> None:
        self.settings = settings.resolve()
        mark = hashlib.sha256(str(self.settings).encode()).hexdigest()[:12]
        self.path = user_data_path("swarmlab") / "ledgers" / f"{self.settings.stem}-{mark}.json"

    def entries(self) -> tuple[Entry, ...]:
        """Everything, in the order in which it was created.

        Raises:
            LedgerError: the file cannot be read.
        """
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            if found["format"] != FORMAT:
                raise ValueError(f"it does not say format {FORMAT}")
            return tuple(_entry(one) for one in found["entries"])
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise LedgerError(
                f"{self.path} cannot be read ({error}). It lists what labs created on the hosts of {self.settings}:"
                " mend it, or remove those things by hand and then the file."
            ) from error

    def add(self, *entries: Entry) -> None:
        """Write down what was created; what is written down already stays once."""
        self._change(lambda known: [*known, *(one for one in entries if one not in known)])

    def forget(self, gone: Callable[[Entry], bool]) -> None:
        """Strike out what is there no longer."""
        self._change(lambda known: [one for one in known if not gone(one)])

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only lab, or the only clean-up, of this lab.toml.

        Raises:
            LedgerError: another one is.
        """
        with _opened(self._beside("owner")) as file:
            try:
                lock(file, wait=False)
            except BlockingIOError:
                raise LedgerError(
                    f"A lab of process {file.read().strip()} runs on the hosts of {self.settings}. End it first."
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield

    def _change(self, change: Callable[[list[Entry]], Iterable[Entry]]) -> None:
        with _opened(self._beside("lock")) as file:
            lock(file)
            known = list(self.entries())
            changed = list(change(known))
            if changed != known:
                self._write(changed)

    def _write(self, entries: Iterable[Entry]) -> None:
        """Another file beside it, and then in its place: whoever reads sees the old one or the new one, whole."""
        found = {"format": FORMAT, "settings": str(self.settings), "entries": [asdict(one) for one in entries]}
        handle, name = tempfile.mkstemp(prefix=f"{self.path.name}.", dir=self.path.parent)  # 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(json.dumps(found, indent=1) + "\n")
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise

    def _beside(self, ending: str) -> Path:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise LedgerError(f"{self.path.parent}: {error.strerror}. Name another folder in XDG_DATA_HOME.") from error
        return self.path.with_name(f"{self.path.name}.{ending}")


@contextmanager
def _opened(path: Path) -> Iterator[IO[str]]:
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8") as file:
        yield file


def _entry(found: dict[str, str]) -> Entry:
    entry = Entry(**found)  # type: ignore[arg-type]  # looked at below
    if entry.kind not in KINDS or not all(isinstance(value, str) for value in asdict(entry).values()):
        raise ValueError(f"{found} is no entry")
    return entry
