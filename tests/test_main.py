"""The command line of `python -m swarmlab`."""

from __future__ import annotations

from pathlib import Path

import pytest

from swarmlab import jupyter
from swarmlab.__main__ import main
from swarmlab.ownership import create_lab_directory


@pytest.fixture(autouse=True)
def labs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of labs of this test's own."""
    monkeypatch.setenv("SWARMLAB_RUNTIME_DIR", str(tmp_path / "labs"))


def test_help_names_the_verbs(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` is the list of what there is."""
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    printed = capsys.readouterr().out
    for verb in ("lab", "up", "status", "down", "clean", "progress"):
        assert f"\n    {verb} " in printed


def test_status_lists_live_labs(capsys: pytest.CaptureFixture[str]) -> None:
    """With the id, the backend and where a terminal's DOCKER_CONFIG may point."""
    lab = create_lab_directory("embedded")
    assert main(["status"]) == 0
    assert f"{lab.lab_id}  embedded  process " in capsys.readouterr().out
    lab.remove()
    assert main(["status"]) == 0
    assert capsys.readouterr().out == "No lab runs.\n"


def test_down_without_docker_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In a sentence, not a traceback."""
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    assert main(["down"]) == 1
    assert capsys.readouterr().err.startswith("No Docker answers at unix://")


def test_a_first_copy_of_the_lessons_has_the_fonts_listed_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Matplotlib says on stderr that it does so, which would stand in the middle of a lesson; once is enough."""
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "matplotlib"))
    lists: list[list[Path]] = []
    monkeypatch.setattr(
        jupyter, "open_lab", lambda *_, **__: lists.append(list(tmp_path.glob("matplotlib/fontlist-*.json")))
    )
    assert main(["lab", str(tmp_path / "lessons")]) == 0
    assert len(lists[0]) == 1
    lists[0][0].unlink()
    assert main(["lab", str(tmp_path / "lessons")]) == 0
    assert lists[1] == []
