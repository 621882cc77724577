"""The pages in Markdown: whom they are for, and that what they name is there: files, verbs, flags, examples.

Their links and their spelling: tests/notebooks/rules/prose.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from swarmlab.__main__ import main
from swarmlab.lessons.catalogue import EXERCISES
from swarmlab.lessons.progress import export
from tests.notebooks.rules.documents import pages
from tests.test_project import read_pyproject
from tools import engine_tables
from tools.generated import keep
from tools.lessons import ROOT

DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [page.path for page in pages()]
NAMED_FILE = re.compile(r"`((?:swarmlab|tests|docs|tools|notebooks|benchmarks|binder|\.ci)/[\w./-]+)`")
ELSEWHERE = {"notebooks/09-title.ipynb", "swarmlab/lessons/exercises/title.py", "swarmlab/progress.json"}
"""What a page tells its reader to make, and what is in a learner's own data directory."""
TYPED = re.compile(r"python -m swarmlab ([a-z]+)([^`#\n]*)")
MADE = re.compile(r"(?:`|^    (?:\w+=\S+ )?|\w+=\S+ )make ([a-z][a-z-]*)", re.MULTILINE)
FLAG = re.compile(r"--[a-z-]+")


def named(page: Path) -> str:
    """A page's path in the repository."""
    return str(page.relative_to(ROOT))


each_page = pytest.mark.parametrize("page", PAGES, ids=named)


def prose(page: Path) -> str:
    """A page without its blocks of code, where a heading or a link is none."""
    return re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)


@each_page
def test_files_that_are_named_are_there(page: Path) -> None:
    """A name in a page is the first thing to grow old."""
    found = {name for name in NAMED_FILE.findall(page.read_text()) if not (ROOT / name).exists()}
    assert found - ELSEWHERE == set()


@pytest.mark.parametrize("page", [*DOCS, ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md"], ids=named)
def test_a_page_says_for_whom_it_is(page: Path) -> None:
    """In its first sentence."""
    text = re.sub(r"<!--.*?-->\s*", "", prose(page).partition("\n")[2], flags=re.DOTALL).lstrip()
    assert re.match(r"For (who|learners|teachers)", text), text[:80]


@each_page
def test_verbs_and_their_flags_exist(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of `make`, and of `python -m swarmlab`."""
    targets = set(re.findall(r"^([a-z][a-z -]*):(?!=)", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(MADE.findall(page.read_text())) <= targets
    for verb, rest in TYPED.findall(page.read_text()):
        assert set(FLAG.findall(rest)) <= flags_of(verb, capsys), f"{verb} {rest}"


def flags_of(verb: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """What the help of a verb lists; of one that there is not, this fails."""
    with pytest.raises(SystemExit) as ended:
        main([verb, "--help"])
    assert ended.value.code == 0, verb
    return set(FLAG.findall(capsys.readouterr().out))


def test_the_engine_s_tables_are_current() -> None:
    """They are what the code says."""
    assert keep({engine_tables.PAGE: engine_tables.make_page()}, ["--check"]) == 0


def test_every_move_of_a_task_is_drawn() -> None:
    """A drawing's arrows, with those of its frames, are all moves but the longer steps along the path."""
    drawn = {
        (before, owner, after)
        for source, owner, after in re.findall(r"^  (\w+) -- (.+) --> (\w+)$", engine_tables.drawing(), flags=re.M)
        for before in frame(source)
    }
    made = {(a.name.lower(), owner, b.name.lower()) for owner, moves in engine_tables.MOVES.items() for a, b in moves}
    assert drawn <= made
    assert {after for before, owner, after in made - drawn if owner != "agent"} == set()
    assert {after for _, _, after in made - drawn} <= {state.name.lower() for state in engine_tables.ALIVE}


def frame(source: str) -> Iterator[str]:
    """The states at which an arrow begins."""
    members = engine_tables.GROUPS.get(source)
    yield from [engine_tables.name(state) for state in members] if members else [source]


def test_a_class_is_read_as_the_page_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example in docs/in-class.md runs on what learners export."""
    (code,) = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs/in-class.md").read_text(), flags=re.DOTALL | re.M)
    monkeypatch.setenv("SWARMLAB_PROGRESS", str(tmp_path / "progress.json"))
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.json").write_text(json.dumps(export("Ada")))
    monkeypatch.chdir(tmp_path)
    exec(code, {})
    assert f"Ada                  0 of {len(EXERCISES)}, next lesson: 00" in capsys.readouterr().out


def test_who_cites_cites_this_version() -> None:
    """CITATION.cff names version and license as the package does."""
    citation, project = yaml.safe_load((ROOT / "CITATION.cff").read_text()), read_pyproject()["project"]
    assert (citation["version"], citation["license"]) == (project["version"], project["license"])
    assert f"## [{project['version']}]" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("form", ["bug", "lesson", "difference"])
def test_an_issue_form_asks_for_something(form: str) -> None:
    """Each field has a label and a name of its own, and something is required; GitHub shows no other form."""
    read = yaml.safe_load((ROOT / f".github/ISSUE_TEMPLATE/{form}.yml").read_text())
    assert read["name"]
    assert read["description"]
    fields = [field for field in read["body"] if field["type"] != "markdown"]
    assert all(field["attributes"]["label"] for field in fields)
    assert len({field["id"] for field in fields}) == len(fields)
    assert any(field.get("validations", {}).get("required") for field in fields)
