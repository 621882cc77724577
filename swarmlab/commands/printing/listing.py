"""Lists of things as a table, as ids, as JSON, or through a template: what every `ls` and `ps` ends with.

Source: docker/cli cli/command/formatter/{formatter,custom,reflect}.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from swarmlab.commands.printing.tabwriter import aligned
from swarmlab.commands.printing.templates import JSON, fill, fill_header, parse
from swarmlab.commands.printing.terminal import Terminal
from swarmlab.gotemplate import Map, Method, NotInTemplates, Struct


class _Internals(str):
    """What a row looks like by itself: all that the CLI keeps in it, its own affairs included."""

    __slots__ = ()

    def __str__(self) -> str:
        raise NotInTemplates("{{.}} of a row")


_INTERNALS = _Internals()
Row = Mapping[str, object]
_TABLE = "table"
_WORDS = "template parsing error: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is listed.

    Attributes:
        type: what errors call a row.
        headers: of all that a template may ask for, by its name there: `{"DesiredState": "DESIRED STATE"}`.
        table: the template of the plain table.
        quiet: the template of `--quiet`.
        raw: the template of `raw`; None where that is no word.
        quiet_raw: the template of `raw` with `--quiet`.
    """

    type: str
    headers: Mapping[str, str]
    table: str
    quiet: str = "{{.ID}}"
    raw: str | None = None
    quiet_raw: str = ""

    def of_inspect(self, given: str) -> str:
        """What the words of a list mean where one thing is inspected."""
        return self.template(given, quiet=False) if given else ""

    def template(self, given: str, *, quiet: bool) -> str:
        """The template that is meant."""
        if given in ("", _TABLE):
            return self.quiet if quiet else f"{_TABLE} {self.table}"
        if given == "raw" and self.raw is not None:
            return self.quiet_raw if quiet else self.raw
        return given


def columns(names: Iterable[str]) -> str:
    """The template of a table with these columns."""
    return "\t".join(f"{{{{.{name}}}}}" for name in names)


def label_of(labels: Mapping[str, str]) -> Method:
    """What `.Label "name"` does."""
    return Method(lambda name: labels.get(name, ""), ("string",))


def _header_of_label(name: str) -> str:
    return name.rpartition(".")[2].replace("-", " ").replace("_", " ")


class Listing:
    """Rows of one kind."""

    def __init__(self, terminal: Terminal, kind: Kind) -> None:
        self._terminal = terminal
        self._kind = kind

    @staticmethod
    def is_table(template: str) -> bool:
        """Whether this template asks for a table."""
        return template == "" or template.startswith(_TABLE)

    def print(self, rows: Iterable[Row], *, quiet: bool = False, template: str = "") -> None:
        """Print the rows, or the ids alone where `quiet`.

        Raises:
            DockerError: the template is wrong; then nothing is printed.
        """
        structs = (Struct(self._kind.type, row, shown=_INTERNALS) for row in rows)
        self.print_structs(structs, quiet=quiet, template=template)

    def print_structs(self, rows: Iterable[Struct], *, quiet: bool = False, template: str = "") -> None:
        """The same, each row with a type of its own."""
        meant = self._kind.template(template, quiet=quiet)
        text = expanded(meant.removeprefix(_TABLE))
        parsed = parse(JSON if meant == "json" else text)
        written: list[str] = []
        for row in rows:
            fill(parsed, row, written.append, _WORDS)
            written.append("\n")
        body = "".join(written)
        if meant.startswith(_TABLE):
            body = aligned(f"{fill_header(text, _headers(self._kind.headers))}\n{body}")
        self._terminal.write(body)


def expanded(template: str) -> str:
    """The text with tabs and ends of lines where they are spelled, without blanks around it."""
    return template.strip(" ").replace(r"\t", "\t").replace(r"\n", "\n")


def _headers(headers: Mapping[str, str]) -> Map:
    found = Map(headers, "formatter.SubHeaderContext")
    found.methods = {"Label": Method(_header_of_label, ("string",))}
    return found
