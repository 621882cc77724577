"""What every test gets: a directory of its own whose path is short."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Instead of pytest's own, whose path holds the names of the user and of the test: sockets' paths are limited."""
    with TemporaryDirectory(prefix="swarmlab-", ignore_cleanup_errors=True) as path:
        yield Path(path)


@pytest.fixture
def show(record_property: Callable[[str, str], None]) -> Callable[[str], None]:
    """Puts a text at the end of the run's log: what is to be seen there, and not only to have been found right."""
    return lambda text: record_property("shown", text)
