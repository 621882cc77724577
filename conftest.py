"""How this repository runs under pytest, its notebooks included, however pytest is called.

On the embedded lab, in manual time, with nothing done yet of any lesson: a lesson run twice prints the same bytes. On
real engines (`SWARMLAB_BACKEND=dind` or `hosts:lab.toml`) cells tagged `embedded-only` are left out and only those
tagged `same-on-real` are compared. A lesson that needs hosts runs only where they are named.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbval.plugin import IPyNbCell
from xdist.scheduler import LoadScopeScheduling

from tests.needs import NEEDS, required
from tests.older_engines import ALIKE
from tools.lessons import lesson_paths, needs_hosts

pytest_plugins = ["tests.recorded_routes", "tests.asked_before", "tests.recorded_runs", "tests.listed_differences"]

os.environ.setdefault("SWARMLAB_BACKEND", "embedded")
os.environ.setdefault("SWARMLAB_TIME", "manual")
os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")

IPYTHON_DIR = pytest.StashKey[str]()
PROGRESS_DIR = pytest.StashKey[Path]()


def is_real() -> bool:
    """Whether the lessons run on real Docker Engines."""
    return os.environ["SWARMLAB_BACKEND"] != "embedded"


def has_hosts() -> bool:
    """Whether these are the learner's own."""
    return os.environ["SWARMLAB_BACKEND"].startswith("hosts:")


LONG = (
    "tests/backends/test_dind_smoke.py",  # before the browsers, which it would have to wait for
    "notebooks/08-failures.ipynb",
    "tests/hosts/real/",
    "tests/lessons/on_labs/",
    "notebooks/01-terms.ipynb",
    "notebooks/02-init-and-join.ipynb",
    "tests/transcripts/",
    "tests/browser/",
    "tests/benchmarks/",
    "tests/real/",
    "tests/commands/test_same_stories.py",
    "tests/commands_of_the_readme/test_newcomer.py",
)
"""What takes longest begins first, else one process is still at it when the others have nothing left to do."""

APART = ("tests/transcripts/", "tests/lessons/on_labs/", "tests/hosts/real/test_lessons.py")
PEOPLE = "tests/commands_of_the_readme/test_newcomer.py"


class StoriesApart(LoadScopeScheduling):
    """A module stays in one process; stories that take minutes and share nothing go each where it can.

    So do the newcomers, by the parameter: what one does is one story.
    """

    def _split_scope(self, nodeid: str) -> str:
        scope = super()._split_scope(nodeid)
        if scope.startswith(PEOPLE):
            return str(scope) + nodeid.partition("[")[2]
        return nodeid if scope.startswith(APART) else str(scope)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling | None:
    """Who runs what, where `--dist loadscope` asks for it."""
    return StoriesApart(config, log) if config.getoption("dist") == "loadscope" else None


def pytest_configure(config: pytest.Config) -> None:
    """Keep the user's own IPython settings and progress out of the lessons' kernels, and let Ctrl-C be heard.

    A shell that starts a command in the background has it ignore Ctrl-C, and what the tests start would inherit that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[IPYTHON_DIR] = os.environ["IPYTHONDIR"] = tempfile.mkdtemp(prefix="swarmlab-ipython-")
    config.stash[PROGRESS_DIR] = Path(tempfile.mkdtemp(prefix="swarmlab-progress-"))
    os.environ["SWARMLAB_PROGRESS"] = str(config.stash[PROGRESS_DIR] / "tests.json")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove what `pytest_configure` made."""
    for folder in (config.stash.get(IPYTHON_DIR, ""), config.stash.get(PROGRESS_DIR, "")):
        shutil.rmtree(folder, ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put them in order, skip by name what this machine has not got, and fit the lessons to real engines."""
    leave_out_lessons(config, items)
    items.sort(key=lambda item: next((place for place, path in enumerate(LONG) if item.nodeid.startswith(path)), 99))
    for item in items:
        if isinstance(item, IPyNbCell):
            fit_cell(item)
        for name in missing(item) - required():
            item.add_marker(pytest.mark.skip(reason=f"needs {NEEDS[name].what}"))


def leave_out_lessons(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Those that need hosts, where there are none; the summary names them. A file that was named is not ignored."""
    left_out = [] if has_hosts() else [item for item in items if needs_hosts(item.path)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not needs_hosts(item.path)]


def fit_cell(item: IPyNbCell) -> None:
    """Choose by its tags whether a lesson's cell runs here, and whether its output is compared."""
    tags = item.cell.metadata.get("tags", [])
    if is_real():
        item.options["check"] = "same-on-real" in tags
        item.user_properties.append(("compared", item.options["check"]))
        if "embedded-only" in tags:
            item.add_marker(pytest.mark.skip(reason="embedded-only"))


def missing(item: pytest.Item) -> set[str]:
    """The needs of a test that this machine cannot meet."""
    return {name for name, need in NEEDS.items() if item.get_closest_marker(name) and not need.is_there()}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Give each lesson a progress of its own; fail, instead of skipping, where `SWARMLAB_REQUIRE` says so."""
    if isinstance(item, IPyNbCell):
        os.environ["SWARMLAB_PROGRESS"] = str(item.config.stash[PROGRESS_DIR] / f"{item.path.stem}.json")
    for name in missing(item) & required():
        need = NEEDS[name]
        pytest.fail(f"SWARMLAB_REQUIRE: {need.what} is required and missing. {need.how_to_get}", pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Keep what a lesson's cell printed on real engines: `-rP` shows it, and a failure does."""
    try:
        return (yield)
    finally:
        if isinstance(item, IPyNbCell) and is_real():
            item.add_report_section("call", "cell", f"{item.cell.source}\n\n{printed(item.test_outputs or [])}")


def printed(outputs: list[dict[str, Any]]) -> str:
    """The outputs of a cell, as text."""
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in outputs)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what tests had to show, what was left out and how to get it, and what ran on real Docker."""
    summarize_shown(terminalreporter)
    summarize_left_out(terminalreporter)
    summarize_lessons_left_out(terminalreporter)
    if is_real():
        summarize_real(terminalreporter)


def summarize_shown(reporter: pytest.TerminalReporter) -> None:
    """Print what tests have to show, `show` in tests/conftest.py, wherever they ran."""
    for outcome in ("passed", "failed"):
        for report in reporter.stats.get(outcome, []):
            texts = [str(text) for name, text in report.user_properties if name == "shown"]
            if texts and report.when == "call":
                reporter.section(f"shown by {report.nodeid}", sep="-")
                reporter.line("\n\n".join(texts))


def summarize_lessons_left_out(reporter: pytest.TerminalReporter) -> None:
    """Name the lessons that were asked for, and were not collected."""
    asked_for = [Path(argument.partition("::")[0]).resolve() for argument in reporter.config.args]
    lessons = [path for path in lesson_paths() if needs_hosts(path)]
    left_out = [path.name for path in lessons if any(path.is_relative_to(asked) for asked in asked_for)]
    option = reporter.config.option
    if left_out and (option.nbval or option.nbval_lax) and not has_hosts():
        reporter.section(f"{len(left_out)} lesson left out here: hosts of your own are missing", sep="-")
        reporter.line("\n".join(left_out))
        reporter.line("Name them: SWARMLAB_BACKEND=hosts:lab.toml. `make real` runs it on hosts that a test makes.")


def summarize_left_out(reporter: pytest.TerminalReporter) -> None:
    """Name the tests that were skipped because the machine lacks something."""
    skipped = reporter.stats.get("skipped", [])
    for name, need in NEEDS.items():
        left_out = [report.nodeid for report in skipped if name in report.keywords and "needs " in str(report.longrepr)]
        if left_out:
            reporter.section(f"{len(left_out)} not run here: {need.what} is missing", sep="-")
            reporter.line("\n".join(left_out))
            reporter.line(need.how_to_get)


def summarize_real(reporter: pytest.TerminalReporter) -> None:
    """Count what ran on real engines."""
    cells: Counter[str] = Counter()
    alike: Counter[str] = Counter()
    notebooks = set()
    for outcome in ("passed", "failed", "skipped"):
        for report in reporter.stats.get(outcome, []):
            alike[outcome] += report.when == "call" and report.nodeid.startswith(ALIKE)
            notebook, _, cell = report.nodeid.partition(".ipynb::")
            if cell and (report.when == "call" or outcome == "skipped"):
                cells[outcome] += 1
                cells["compared"] += outcome != "skipped" and dict(report.user_properties).get("compared", False)
                notebooks.add(Path(notebook).name)
    reporter.section(f"on real Docker Engines ({os.environ['SWARMLAB_BACKEND']})", sep="-")
    reporter.line(
        f"{len(notebooks)} notebooks, {cells['passed'] + cells['failed']} cells ran on real Docker"
        f" ({cells['compared']} of them compared, {cells['failed']} failed),"
        f" {cells['skipped']} left out as embedded-only"
    )
    reporter.line(
        f"{alike['passed'] + alike['failed']} conformance tests ran on real Docker, the same as on the embedded engine"
        f" ({alike['failed']} failed)"
    )
    if listed := reporter.stats.get("xfailed", []):
        reporter.line(f"{len(listed)} more ran otherwise, as docs/engine-versions.md says of their older engine")
