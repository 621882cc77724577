"""Records what real shells say: `python -m tests.engine.programs.record_shells` (Debian's busybox-static and dash).

Each script of recorded/shells.json runs in a directory with FILES, and its code and output are written back.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

RECORDED = Path(__file__).parent / "recorded" / "shells.json"
FILES = ("a.txt", "b.txt", "c.md", ".hidden", "sub/x.txt", "sub/y z.txt", "deep/er/q.txt", "[x]")
SHELLS = {"ash": "/usr/bin/busybox", "dash": "/usr/bin/dash"}


def record(executable: str, script: str) -> tuple[int, str]:
    """The code (128 and the signal's number where one ended it) and all that a shell writes."""
    with tempfile.TemporaryDirectory() as directory:
        for name in FILES:
            file = Path(directory, name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
        done = subprocess.run(
            ["sh", "-c", script],
            executable=executable,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    return (done.returncode if done.returncode >= 0 else 128 - done.returncode), done.stdout


def main() -> None:
    """Run every script anew."""
    scripts = [each["script"] for each in json.loads(RECORDED.read_text())]
    recorded = [
        {"script": script, **{shell: record(path, script) for shell, path in SHELLS.items()}} for script in scripts
    ]
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in recorded)
    RECORDED.write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
