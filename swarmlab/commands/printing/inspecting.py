"""`… inspect`: the engine's JSON, indented; what was found first, then why something was not.

Source: docker/cli cli/command/inspect/inspector.go.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.json_text import compact_list, json_list
from swarmlab.commands.printing.templates import BAD_TEMPLATE, FUNCTIONS, fill, parse
from swarmlab.commands.session import Session
from swarmlab.gotemplate import Template, TemplateError
from swarmlab.gotypes import decode, encode

_WORDS = "template parsing error: "


@dataclass(frozen=True, slots=True)
class Found:
    """What an engine answered.

    Attributes:
        raw: its JSON.
        type: the Go type that the CLI reads it as.
        is_kept: whether the CLI keeps the JSON beside that, and asks it for what the type does not have.
    """

    raw: str
    type: str
    is_kept: bool = False

    def json(self) -> str:
        """The JSON that is shown: the engine's, or that of the type."""
        return self.raw if self.is_kept else encode(self.value(), escapes_html=True)

    def value(self) -> object:
        """What templates see."""
        return decode(json.loads(self.raw), self.type)


def inspect(session: Session, names: Sequence[str], get: Callable[[str], Found], template: str = "") -> None:
    """Print what `get` answers for each name, as one JSON list or through a template.

    Raises:
        DockerError: some names were not found, or the template is wrong; the text has a line for each.
    """
    show = _Templated(template) if template not in ("", "json") else None
    found, errors = [], []
    for name in names:
        try:
            one = get(name)
            found.append(show.text_of(one) if show else one.json())
        except DockerError as error:
            errors.append(str(error))
    if show:
        session.terminal.write("".join(found) or "\n")
    else:
        session.terminal.print(compact_list(found) if template else json_list(found))
    if errors:
        raise DockerError("\n".join(errors))


class _Templated:
    """What a template makes of each that was found."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._template = parse(text, exit_code=BAD_TEMPLATE)

    def text_of(self, found: Found) -> str:
        """A line, or several."""
        written: list[str] = []
        try:
            self._template.write(found.value(), written.append)
        except TemplateError as error:
            if not found.is_kept:
                raise DockerError(f"{_WORDS}{error}") from None
            self._template = Template("", self._text, FUNCTIONS, missing_is_error=True)
            written = []
            fill(self._template, json.loads(found.raw), written.append, _WORDS)
        return "".join([*written, "\n"])


def asks_for_pretty(template: str, *, pretty: bool) -> bool:
    """Whether people are to read it: by `--pretty`, or by `--format pretty`.

    Raises:
        DockerError: the format begins with that word, but goes on.
    """
    if not pretty and template.startswith("pretty") and template != "pretty":
        raise DockerError("cannot supply extra formatting options to the pretty template")
    return pretty or template == "pretty"


def inspect_pretty(session: Session, names: Sequence[str], pretty: Callable[[str], Iterable[str]]) -> None:
    """Print what is known of each name for people to read; nothing at all where one was not found."""
    session.terminal.print("\n".join(line for name in names for line in pretty(name)))


def each(names: Sequence[str], act: Callable[[str], None]) -> None:
    """Do something for each name and go on after a refusal.

    Raises:
        DockerError: some were refused; the text has a line for each.
    """
    errors = []
    for name in names:
        try:
            act(name)
        except DockerError as error:
            errors.append(str(error))
    if errors:
        raise DockerError("\n".join(errors))
