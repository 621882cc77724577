"""Only what changed is sent, and it leads from one content to the other."""

from __future__ import annotations

import copy
from typing import Any

from swarmlab.widgets.board import describe
from swarmlab.widgets.board.changes import changes
from tests.widgets.swarms import HOSTS, sight_of, web, web_task


def applied(content: Any, found: Any) -> Any:
    """As the browser does it."""
    result = copy.deepcopy(content)
    result["top"] = found.get("top", result["top"])
    for part in ("cards", "services", "tasks"):
        for key in found.get(part, {}).get("gone", ()):
            del result[part][key]
        result[part] |= found.get(part, {}).get("put", {})
    return result


def test_nothing_is_sent_when_nothing_changed() -> None:
    """However often the Watcher looks."""
    sight = sight_of(None, [web()], [web_task(1, "1")])
    assert changes(describe(sight, HOSTS), describe(sight, HOSTS)) == {}


def test_a_task_that_starts_sends_itself_and_its_service() -> None:
    """Neither the other task nor any card."""
    before = describe(sight_of(None, [web(2)], [web_task(1, "1"), web_task(2, "2", "starting")]), HOSTS)
    after = describe(sight_of(None, [web(2)], [web_task(1, "1"), web_task(2, "2")]), HOSTS)
    found = changes(before, after)
    assert list(found) == ["top", "services", "tasks"]
    assert list(found["tasks"]["put"]) == ["task-web-2-docker-swarm-2-running"]
    assert applied(before, found) == after


def test_from_one_swarm_to_quite_another() -> None:
    """Whatever was there is gone."""
    before = describe(sight_of(None, [web(2)], [web_task(1, "1"), web_task(2, "", "pending")]), HOSTS)
    after = describe(sight_of([]), HOSTS)
    assert applied(before, changes(before, after)) == after
