"""The logs' panel: the lines of a service or of one of its tasks, each task in a colour of its own.

The task's name stands in front of every line as docker prints it; the colour only helps to find it again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ipywidgets import Checkbox, Widget
from traitlets import List

from swarmlab.client.cluster import Cluster
from swarmlab.client.snapshots import TaskView
from swarmlab.client.tables import short_id
from swarmlab.client.watch import Watcher
from swarmlab.commands import ServiceLogs
from swarmlab.looks import PALETTE
from swarmlab.widgets.element import Element
from swarmlab.widgets.forms import fields_box, text_field
from swarmlab.widgets.panel import Panel, Preview, row, set_options
from swarmlab.widgets.turns import Choice
from swarmlab.widgets.work import NotPossible

_PREFIX = re.compile(r"(?:\d{4}-\S+Z )?(?P<task>\S+@\S+) *\|")
"""What stands in front of a line: perhaps a time, the task with its node, a bar."""


_HERE = Path(__file__).parent


class LogLines(Element):
    """Lines that follow each other.

    Attributes:
        lines: what stands in front of each, its task's colour, and the rest.
    """

    _esm = _HERE / "logs.js"
    _css = _HERE / "logs.css"

    lines: Any = List().tag(sync=True)

    def __repr__(self) -> str:
        return f"<LogLines {len(self.lines)}>"


class LogsPanel(Panel):
    """`lab.panels.logs("helloworld")`.

    Args:
        cluster: where its commands go.
        watcher: tells it what the cluster is like.
        service: whose logs are shown first; may still have to be created.
    """

    title = "logs"
    card_rows = 0
    says = "docker service logs --follow --tail --since --timestamps"

    def __init__(self, cluster: Cluster, watcher: Watcher, service: str | None = None) -> None:
        self._service = service
        self._colours: dict[str, str] = {}
        super().__init__(cluster, watcher)

    def parts(self) -> Sequence[Widget]:
        """See Panel."""
        self.service = Choice(description="service", tooltip="Whose logs")
        self.task = Choice(options=[("all tasks", "")], description="task", tooltip="All tasks, or one alone")
        self.follow = Checkbox(description="--follow", indent=False, tooltip="Show new lines as they come; Cancel ends")
        self.timestamps = Checkbox(description="--timestamps", indent=False, tooltip="When each line was written")
        self.tail = text_field("--tail", "Number of lines from the end", value="100", placeholder="all")
        self.since = text_field("--since", "Only lines since then", placeholder="10m or 2026-01-02T13:23:37Z")
        self.preview = Preview()
        self.lines = LogLines()
        self.service.observe(self.guarded(lambda _: self._show_tasks()), "value")
        self.observed(self.service, self.task, self.follow, self.timestamps, self.tail, self.since)
        self.button = self.command_button("service logs", self.command, show=self._show, preview=self.preview)
        return (
            row(self.service, self.task),
            fields_box([self.tail, self.since]),
            row(self.follow, self.timestamps),
            self.preview,
            row(self.button),
            self.lines,
        )

    def command(self) -> ServiceLogs:
        """The command as the form has it.

        Raises:
            NotPossible: there is no service.
        """
        if self.service.value is None:
            raise NotPossible("there is no service yet: create one")
        return ServiceLogs(
            follow=self.follow.value or None,
            timestamps=self.timestamps.value or None,
            tail=self.tail.value.strip() or None,
            since=self.since.value.strip() or None,
            target=self.task.value or self.service.value,
        )

    def look(self) -> None:
        """See Panel."""
        set_options(self.service, [(each.name, each.name) for each in self.snapshot.services])
        if self._service and self._service in [each.name for each in self.snapshot.services]:
            self.service.value, self._service = self._service, None
        self._show_tasks()

    def _show_tasks(self) -> None:
        tasks = [task for task in self.snapshot.tasks if task.service == self.service.value]
        set_options(self.task, [("all tasks", ""), *((self._name(task), task.id) for task in tasks)])

    def _name(self, task: TaskView) -> str:
        node = self.snapshot.node(task.node_id)
        return f"{task.name}.{short_id(task.id)}{f' on {node.label}' if node else ''}"

    def _show(self, text: str) -> None:
        self.lines.lines = log_lines(text, self._colours)


def log_lines(text: str, colours: dict[str, str]) -> list[tuple[str, str, str]]:
    """Lines as `LogLines` shows them; a task that has no colour yet gets the next one."""
    return [_line(line, colours) for line in text.splitlines()]


def _line(line: str, colours: dict[str, str]) -> tuple[str, str, str]:
    found = _PREFIX.match(line)
    if found is None:
        return "", "", line
    return found[0], colours.setdefault(found["task"], PALETTE[len(colours) % len(PALETTE)]), line[found.end() :]
