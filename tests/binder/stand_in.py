"""What stands in for the image that Binder builds: a copy of the files in git, and an environment without the package.

conda cannot be asked here, so this environment's packages, which are of the same ranges, stand in for conda-forge's;
the docker command is the machine's. `binder/postBuild` and `binder/start` are the real ones.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tools.lessons import ROOT


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """The folders of a container.

    Attributes:
        work: the repository; on Binder the home folder as well.
        environment: where its Python is.
        home: the home folder.
        temporary: instead of /tmp.
    """

    work: Path
    environment: Path
    home: Path
    temporary: Path

    @classmethod
    def in_folder(cls, folder: Path) -> Image:
        """The image that is laid out in a folder."""
        return cls(work=folder / "work", environment=folder / "env", home=folder / "home", temporary=folder / "tmp")

    def variables(self) -> dict[str, str]:
        """What every process in it is given. No package index is asked."""
        return {
            "PATH": f"{self.environment / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "LANG": "C.UTF-8",
            "PIP_NO_INDEX": "1",
        }

    def run(self, *command: str) -> str:
        """Run a command as the build does, in the work folder; what it printed."""
        run = subprocess.run(command, cwd=self.work, env=self.variables(), capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stdout + run.stderr
        return run.stdout


def make_image(folder: Path) -> Image:
    """Lay out an image in an empty folder, as far as it is before `binder/postBuild` runs."""
    image = Image.in_folder(folder)
    for made in (image.home, image.temporary):
        made.mkdir()
    copy_repository(image.work)
    copy_environment(image.environment)
    return image


def copy_repository(to: Path) -> None:
    """What git has or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():  # it may have been deleted, and that not committed
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def copy_environment(to: Path) -> None:
    """This one, without the package itself."""
    assert sys.prefix != sys.base_prefix, "the tests run in a virtual environment: make test"
    shutil.copytree(sys.prefix, to, symlinks=True, copy_function=link_or_copy)
    for installed in [*to.glob("lib/python*/site-packages/*swarmlab*"), to / "bin/swarmlab"]:
        shutil.rmtree(installed) if installed.is_dir() else installed.unlink(missing_ok=True)
    for script in (to / "bin").iterdir():
        point_to(script, to)


def link_or_copy(source: str, to: str) -> None:
    """Seven hundred megabytes: whoever changes a file replaces it, so both may have the same one."""
    with suppress(OSError):
        os.link(source, to)
        return
    shutil.copy2(source, to)


def point_to(script: Path, environment: Path) -> None:
    """Let a program of Python be run by the copy's Python, which its first line names."""
    first_line = f"#!{sys.prefix}".encode()
    if not script.is_symlink() and (text := script.read_bytes()).startswith(first_line):
        script.unlink()
        script.write_bytes(text.replace(first_line, f"#!{environment}".encode(), 1))
        script.chmod(0o755)
