"""What every test gets: a directory of its own whose path is short."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Instead of pytest's own, whose path holds the names of the user and of the test: sockets' paths are limited."""
    with TemporaryDirectory(prefix="swarmlab-", ignore_cleanup_errors=True) as path:
        yield Path(path)
