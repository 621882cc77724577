"""What is listed in docs/engine-versions.toml is compared, too: a pytest plugin for real labs of older engines.

A listed test must fail there when it is called, and its failure must show the listed words; then it counts as expected
(`xfailed`). If it passes, or fails in another way, it is a failure; what fails before or after the call stays one, too.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.older_engines import FOLDER, LIST, Difference, engines, node_engine, node_version

_DIFFERENCE = pytest.StashKey[Difference]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Find those that are listed, and skip what is left out."""
    compared = [item for item in items if item.nodeid.startswith(FOLDER)]
    engine = engines().get(node_engine()) if compared else None
    if engine is None:
        return
    listed = engine.by_test()
    for item in compared:
        if difference := listed.get(item.nodeid):
            item.stash[_DIFFERENCE] = difference
        if reason := engine.why_left_out(item.nodeid):
            item.add_marker(pytest.mark.skip(reason=f"engine {node_version()}: {reason}"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn an expected failure, and a pass that was not expected, into what they are."""
    report = yield
    if (difference := item.stash.get(_DIFFERENCE, None)) and not report.skipped:
        judge(report, difference, str(call.excinfo.value) if call.excinfo else "")
    return report


def judge(report: pytest.TestReport, difference: Difference, failure: str) -> None:
    """Make of a report what the list makes of it; `failure` is what a failed test said."""
    if report.when != "call":
        return
    if report.passed:
        report.outcome, report.longrepr = "failed", f"{LIST.name} says that this is otherwise: {difference.older}"
    elif missing := difference.missing_in(failure):
        report.sections.append((f"{LIST.name} says otherwise; not seen", "\n".join(missing)))
    else:
        report.outcome, report.wasxfail = "skipped", f"older engine: {difference.older}"
