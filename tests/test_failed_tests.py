"""Which tests .ci/run gives a second chance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools.failed_tests import MOST, failed_tests


def test_a_few_are_named(tmp_path: Path) -> None:
    """As pytest names them."""
    kept = tmp_path / "lastfailed"
    kept.write_text(json.dumps({"tests/test_b.py::test_two": True, "notebooks/05-scale.ipynb::Cell 3": True}))
    assert failed_tests(kept) == ["notebooks/05-scale.ipynb::Cell 3", "tests/test_b.py::test_two"]


def test_all_tests_of_a_file_may_fail_by_one_chance(tmp_path: Path) -> None:
    """They may look at one story, which a fixture plays."""
    kept = tmp_path / "lastfailed"
    kept.write_text(json.dumps({f"tests/test_a.py::test_{number}": True for number in range(50)}))
    assert len(failed_tests(kept)) == 50


@pytest.mark.parametrize("many", [0, MOST + 1])
def test_none_and_many_are_not_chance(many: int, tmp_path: Path) -> None:
    """A run that fails without a failed test, or in many places, has failed."""
    kept = tmp_path / "lastfailed"
    kept.write_text(json.dumps({f"tests/test_{number}.py::test_a": True for number in range(many)}))
    with pytest.raises(SystemExit, match=f"^Tests of {many} files failed: "):
        failed_tests(kept)


def test_without_a_run_there_is_nothing_to_repeat(tmp_path: Path) -> None:
    """What pytest keeps is missing when it did not come so far."""
    with pytest.raises(SystemExit, match="Tests of 0 files failed: "):
        failed_tests(tmp_path / "lastfailed")
