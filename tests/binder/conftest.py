"""One image for all tests of Binder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.binder.stand_in import Image, make_image


@pytest.fixture(scope="session")
def image() -> Iterator[Image]:
    """One in which postBuild has run. Its path is short: those of sockets are limited."""
    with TemporaryDirectory(prefix="swarmlab-", ignore_cleanup_errors=True) as folder:
        image = make_image(Path(folder))
        image.run("binder/postBuild")
        yield image
