"""Lists of things as a table, as ids, as JSON, or through a template: what every `ls` and `ps` ends with.

Source: docker/cli cli/command/formatter/formatter.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from swarmlab.client.tables import table
from swarmlab.commands.printing.templates import go_json, render
from swarmlab.commands.printing.terminal import Terminal

Row = Mapping[str, Any]


class Listing:
    """Rows under the headers of their columns.

    Args:
        headers: by the name that a template uses: `{"DesiredState": "DESIRED STATE"}`.
        hidden: headers of what only templates can show.
    """

    def __init__(
        self, terminal: Terminal, headers: Mapping[str, str], *, hidden: Mapping[str, str] | None = None
    ) -> None:
        self._terminal = terminal
        self._headers = headers
        self._all = {**headers, **(hidden or {})}

    @staticmethod
    def is_table(template: str) -> bool:
        """Whether this template asks for a table."""
        return template == "" or template.startswith("table")

    def print(self, rows: Sequence[Row], *, quiet: bool = False, quiet_column: str = "ID", template: str = "") -> None:
        """Print the rows, or the ids alone where `quiet`."""
        if quiet and not template:
            self._lines([row[quiet_column] for row in rows])
        elif template in ("", "table"):
            self._terminal.print(
                table(list(self._headers.values()), [[row[name] for name in self._headers] for row in rows])
            )
        elif template == "json":
            self._lines([go_json(dict(sorted(row.items()))) for row in rows])
        elif template.startswith("table"):
            self._template_table(rows, template.removeprefix("table").strip())
        else:
            self._lines([render(template, row) for row in rows])

    def _template_table(self, rows: Sequence[Row], template: str) -> None:
        lines = [render(template, row).split("\t") for row in (self._all, *rows)]
        self._terminal.print(table(lines[0], lines[1:]))

    def _lines(self, lines: Sequence[str]) -> None:
        for line in lines:
            self._terminal.print(line)
