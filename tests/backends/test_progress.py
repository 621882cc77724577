"""What is shown while a lab starts: in a notebook, in a terminal, in a file."""

import io
import threading
from collections.abc import Callable

import nbformat
import pytest
from nbclient import NotebookClient

from swarmlab.backends.progress import Lines, Progress, Terminal, describe


class Paper:
    """Keeps every line that was shown."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.last = ""
        self.told = threading.Event()

    def show(self, line: str) -> None:
        self.lines.append(line)
        if "docker-swarm-1" in line:
            self.told.set()

    def end(self, line: str) -> None:
        self.last = line


def test_a_line_says_who_waits_for_what() -> None:
    """Those who wait for the same are named together, and time is told in seconds."""
    waits = "waits for its engine to answer"
    doing = {"docker-swarm-2": waits, "registry": "gets alpine:latest", "docker-swarm-1": waits}
    assert describe("Starting three engines", 7.4, doing) == (
        "Starting three engines, 7 s · docker-swarm-1, docker-swarm-2: waits for its engine to answer"
        " · registry: gets alpine:latest"
    )
    assert describe("Starting three engines", 0.2, {}) == "Starting three engines, 0 s"


def test_the_line_follows_what_is_told_until_all_is_done() -> None:
    """While the work goes on, without its help; the last line says how long it took."""
    paper = Paper()
    with Progress("Starting", done="Ready", screen=paper, now=lambda: 7.0) as progress:
        progress.tell("docker-swarm-1", "waits")
        assert paper.told.wait(10)
        progress.tell("docker-swarm-1", "")
        assert progress.line() == "Starting, 0 s"
    assert paper.lines[0] == "Starting, 0 s"
    assert paper.last == "Ready after 0.0 s."


def test_what_failed_stays_on_the_screen() -> None:
    """It is what the lab waited for."""
    paper = Paper()

    def start() -> None:
        with Progress("Starting", done="Ready", screen=paper, now=lambda: 7.0) as progress:
            progress.tell("docker-swarm-1", "waits")
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        start()
    assert paper.last == "Starting, 0 s · docker-swarm-1: waits · not done"


def test_a_terminal_has_one_line() -> None:
    """Each is written over the one before, and cut to the terminal's width; the last one stays whole."""
    file = io.StringIO()
    terminal = Terminal(file)
    terminal.show("x" * 1000)
    terminal.end("y" * 1000)
    first, second = file.getvalue().split("\r\x1b[K")[1:]
    assert 0 < len(first) < 1000
    assert second == "y" * 1000 + "\n"


def test_a_file_gets_a_line_every_ten_seconds() -> None:
    """A log shall not be flooded, and shall say what takes so long."""
    now = 0.0
    file = io.StringIO()
    clock: Callable[[], float] = lambda: now  # noqa: E731
    lines = Lines(file, now=clock)
    for second in range(21):
        now = float(second)
        lines.show(f"{second} s")
    lines.end("done")
    assert file.getvalue() == "0 s\n10 s\n20 s\ndone\n"


def test_a_notebook_has_one_output_that_changes() -> None:
    """Told from other threads, too; the next cell's output is not touched."""
    told = (
        "import threading\n"
        "from swarmlab.backends.progress import Progress, REFRESH_S\n"
        "with Progress('Starting', done='Ready') as progress:\n"
        "    worker = threading.Thread(target=progress.tell, args=('docker-swarm-1', 'waits'))\n"
        "    worker.start()\n"
        "    worker.join()\n"
        "    threading.Event().wait(4 * REFRESH_S)\n"
        "print('then')"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(told), nbformat.v4.new_code_cell("2")])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown, printed = notebook.cells[0].outputs
    assert shown.data["text/plain"].startswith("Ready after ")
    assert list(shown.data) == ["text/plain"]
    assert printed.text == "then\n"
    assert [output.data["text/plain"] for output in notebook.cells[1].outputs] == ["2"]
