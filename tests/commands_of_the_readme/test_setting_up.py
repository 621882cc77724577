"""Setting up: once, and in one clear sentence where it cannot be done."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pexpect
import pytest

from tools.lessons import ROOT

BOOTSTRAP = ROOT / "tools/bootstrap.py"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What setting up needs of a checkout, without a virtual environment."""
    checkout = tmp_path / "swarmlab"
    (checkout / "tools").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "README.md", "LICENSE", "tools/bootstrap.py"):
        shutil.copy(ROOT / name, checkout / name)
    return checkout


def fake_python(folder: Path, disguise: str) -> Path:
    """A `python3` in a folder of its own that runs a script after these lines."""
    folder.mkdir()
    lines = f"import runpy, sys; sys.argv = sys.argv[1:]; {disguise}; runpy.run_path(sys.argv[0], run_name='__main__')"
    python = folder / "python3"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{lines}" "$@"\n')
    python.chmod(0o755)
    return python


def make(checkout: Path, verb: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one verb of the Makefile."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "MAKE"))}
    return subprocess.run(
        [shutil.which("make") or "make", "--silent", verb, *arguments],
        cwd=checkout,
        env=own | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def sentences(run: subprocess.CompletedProcess[str]) -> list[str]:
    """What it said on stderr, without make's own last line."""
    return [line for line in run.stderr.splitlines() if not line.startswith("make: ***")]


def test_old_python_is_named(checkout: Path, tmp_path: Path) -> None:
    """An old Python, and no newer one on the PATH: one sentence."""
    python = fake_python(tmp_path / "old", "sys.version_info = (3, 9, 2); sys.version = '3.9.2 (default)'")
    (tmp_path / "old/awk").symlink_to(shutil.which("awk") or "awk")
    run = make(checkout, "env-lab", f"PYTHON={python}", PATH=str(tmp_path / "old"))
    assert run.returncode != 0
    assert len(sentences(run)) == 1
    assert sentences(run)[0].startswith("Python 3.11 or newer is needed; ")
    assert " is 3.9.2. " in sentences(run)[0]


def test_newer_python_on_the_path_is_used(checkout: Path, tmp_path: Path) -> None:
    """An old `python3` does no harm where a newer one has its own name."""
    python = fake_python(tmp_path / "old", "sys.version_info = (3, 9, 2)")
    newer = tmp_path / "old" / "python3.13"
    newer.write_text('#!/bin/sh\necho "python3.13 $@"\n')
    newer.chmod(0o755)
    run = make(checkout, "env-lab", f"PYTHON={python}", PATH=str(tmp_path / "old"))
    assert run.stdout.startswith("python3.13 tools/bootstrap.py lab")


def test_missing_python_is_named(checkout: Path) -> None:
    """No Python at all: one sentence."""
    run = make(checkout, "env-lab", "PYTHON=no-python3")
    assert sentences(run) == ["Python 3.11 or newer is needed; no-python3 was not found."]


def test_missing_venv_module_is_named(checkout: Path, tmp_path: Path) -> None:
    """Debian's python3 without python3-venv: one sentence with the package's name."""
    python = fake_python(tmp_path / "bare", "sys.modules['ensurepip'] = None")
    run = make(checkout, "env-lab", f"PYTHON={python}")
    assert run.returncode != 0
    assert len(sentences(run)) == 1
    assert "no venv module" in sentences(run)[0]
    assert "apt install python3-venv" in sentences(run)[0]
    assert not (checkout / ".venv").exists()


def test_missing_network_is_named(checkout: Path) -> None:
    """No package index: one sentence, and all that pip said in a file."""
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_CONFIG_FILE": os.devnull}
    run = make(checkout, "env-lab", f"PYTHON={sys.executable}", **nowhere)
    assert run.returncode != 0
    assert sentences(run) == [
        "The packages could not be installed: the package index cannot be reached."
        " Check the network (or the proxy) and try again."
    ]
    assert "Connection refused" in (checkout / "artifacts/install.log").read_text()


def test_what_is_set_up_is_not_set_up_again(checkout: Path, tmp_path: Path) -> None:
    """What the package needs decides, not what its tools are told; the tests' environment serves `make lab` too."""
    installs = tmp_path / "installs"
    fake_environment(checkout, log=installs)
    for verb in ("env-test", "env-test", "env-lab"):
        assert make(checkout, verb, f"PYTHON={sys.executable}").returncode == 0
    assert installs.read_text().count("[test]") == 1
    change(checkout, "[tool.ruff]", "# a comment\n\n[tool.ruff]")
    assert make(checkout, "env-lab", f"PYTHON={sys.executable}").returncode == 0
    assert installs.read_text().count("--editable") == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("dependencies = [\n", 'dependencies = [\n  "six",\n'),
        ('requires = ["hatchling', 'requires = ["six", "hatchling'),
        ("[project.scripts]\n", '[project.scripts]\nother = "swarmlab.other:main"\n'),
    ],
    ids=["dependency", "build", "command"],
)
def test_what_an_update_needs_is_installed(checkout: Path, tmp_path: Path, old: str, new: str) -> None:
    """By the next start after `git pull`, and once."""
    installs = tmp_path / "installs"
    fake_environment(checkout, log=installs)
    make(checkout, "env-lab", f"PYTHON={sys.executable}")
    change(checkout, old, new)
    for _ in range(2):
        assert make(checkout, "env-lab", f"PYTHON={sys.executable}").returncode == 0
        assert installs.read_text().count("--editable") == 2


def change(checkout: Path, old: str, new: str) -> None:
    """Edit pyproject.toml."""
    text = (checkout / "pyproject.toml").read_text()
    assert old in text
    (checkout / "pyproject.toml").write_text(text.replace(old, new, 1))


def test_a_terminal_shows_how_far_it_is(checkout: Path, tmp_path: Path) -> None:
    """On one line, which is gone at the end."""
    said = "Collecting jupyterlab<5,>=4.2\nCollecting six\nInstalling collected packages: six, jupyterlab\n"
    fake_environment(checkout, log=tmp_path / "installs", says=said)
    terminal = pexpect.spawn(sys.executable, [str(checkout / "tools/bootstrap.py"), "lab"], encoding="utf-8")
    states = [state.strip() for state in str(terminal.read()).split("\r")]
    terminal.close()
    assert terminal.exitstatus == 0
    assert [state for state in states if state and "Installing" not in state] == [
        "1 found: jupyterlab<5,>=4.2",
        "2 found: six",
        "2 are being put in their place",
    ]
    assert states[-2:] == ["", ""]


def test_elsewhere_there_are_only_whole_lines(checkout: Path, tmp_path: Path) -> None:
    """One, when all goes well."""
    fake_environment(checkout, log=tmp_path / "installs", says="Collecting six\n")
    printed = make(checkout, "env-lab", f"PYTHON={sys.executable}").stdout
    assert printed.startswith("Installing the packages of pyproject.toml ")
    assert printed.count("\n") == 1
    assert "\r" not in printed


def fake_environment(checkout: Path, *, log: Path, says: str = "") -> None:
    """A `.venv` whose Python notes what it is asked to install, says what pip would say, and installs nothing."""
    shutil.rmtree(checkout / ".venv", ignore_errors=True)
    python = checkout / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    (checkout / ".venv/says").write_text(says)
    python.write_text(
        textwrap.dedent(f"""\
            #!/bin/sh
            [ "$2" = pip ] && echo "$@" >>"{log}" && cat "{checkout}/.venv/says"
            exit 0
            """)
    )
    python.chmod(0o755)


def test_an_old_python_can_read_it() -> None:
    """Else it would print a syntax error instead of its sentence."""
    ast.parse(BOOTSTRAP.read_text(), feature_version=(3, 4))


def test_make_lists_its_verbs() -> None:
    """`make` alone names every verb with its meaning."""
    printed = make(ROOT, "help").stdout
    for verb in "lab test check fix notebooks real newcomer clean".split():
        assert f"  make {verb} " in printed
