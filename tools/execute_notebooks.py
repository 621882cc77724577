"""Execute the lessons anew, in place: on the embedded lab, in manual time, so that the same cells give the same bytes.

python tools/execute_notebooks.py                     every lesson but those that need hosts
python tools/execute_notebooks.py notebooks/05-*      these
python tools/execute_notebooks.py --hosts             those that need hosts: three real engines, each behind an sshd
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets.config import Config

from tools.lessons import code_cells, lesson_paths, needs_hosts, read_lesson

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "pygments_lexer": "ipython3",
}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
CELL_TIMEOUT_S = 300


def main(arguments: list[str]) -> int:
    """Execute the named lessons, or all."""
    on_hosts = arguments[:1] == ["--hosts"]
    named = [Path(argument).resolve() for argument in arguments[on_hosts:]]
    paths = [path for path in named or lesson_paths() if needs_hosts(path) == on_hosts]
    for path in set(named) - set(paths):
        print(f"{path.name}: left out, it {'needs no' if on_hosts else 'needs'} hosts (--hosts)")
    with tempfile.TemporaryDirectory(prefix="swarmlab-ipython-") as name, labs(Path(name), on_hosts) as environment:
        os.environ.update(environment, JUPYTER_PREFER_ENV_PATH="1", IPYTHONDIR=name)  # not the user's start-up files
        for path in paths:
            os.environ["SWARMLAB_PROGRESS"] = str(Path(name, path.stem).with_suffix(".json"))  # nothing done yet
            before = path.read_bytes()
            execute(path)
            print(f"{path.name}: {'as before' if path.read_bytes() == before else 'changed'}", flush=True)
    return 0


@contextmanager
def labs(folder: Path, on_hosts: bool) -> Iterator[Mapping[str, str]]:
    """What a lesson has to find in its environment: simulated labs, or hosts as the tests make them."""
    if not on_hosts:
        yield {"SWARMLAB_BACKEND": "embedded", "SWARMLAB_TIME": "manual"}
        return
    from tests.hosts.own import own_hosts  # with which comes much that nothing else here needs

    with own_hosts(folder) as own:
        yield own.environment()


def execute(path: Path) -> None:
    """Run one notebook from top to bottom and write it back."""
    lesson = read_lesson(path)
    client = NotebookClient(
        lesson,
        timeout=CELL_TIMEOUT_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),  # or the kernel warns
    )
    client.execute()
    settle(lesson)
    nbformat.write(lesson, path)


def settle(lesson: NotebookNode) -> None:
    """Leave only what is the same in every run: no versions, no random ids, no machine."""
    lesson.metadata = {"kernelspec": KERNEL, "language_info": LANGUAGE}
    lesson.nbformat, lesson.nbformat_minor = 4, 5
    for cell in code_cells(lesson):
        cell.metadata.pop("execution", None)
        for output in cell.outputs:
            output.get("data", {}).pop(WIDGET_VIEW, None)  # a widget's id is random; its text stays


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
