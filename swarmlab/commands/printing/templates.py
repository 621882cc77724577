"""Go's templates as `--format` has them: the docker CLI's own functions, and its words for what is wrong.

Source: docker/cli templates/templates.go, cli/flags/options.go.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from swarmlab.commands.errors import DockerError
from swarmlab.gotemplate import Function, Items, NotInTemplates, Template, TemplateError, comparisons
from swarmlab.gotypes import encode

FILTER = "Filter output based on conditions provided"
FORMAT_TABLE = """Format output using a custom template:
'table':            Print output in table format with column headers (default)
'table TEMPLATE':   Print output in table format using the given Go template
'json':             Print in JSON format
'TEMPLATE':         Print output using the given Go template.
Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates"""

FORMAT_INSPECT = """Format output using a custom template:
'json':             Print in JSON format
'TEMPLATE':         Print output using the given Go template.
Refer to https://docs.docker.com/go/formatting/ for more information about formatting output with templates"""

JSON = "{{json .}}"
BAD_TEMPLATE = 64
"""Exit code where a template cannot be read."""


def parse(text: str, *, name: str = "", words: str = "template parsing error: ", exit_code: int = 1) -> Template:
    """A template with the functions that the CLI has.

    Args:
        text: the template.
        name: what errors call it.
        words: what the CLI says before the error.
        exit_code: of the command, if the template is wrong.

    Raises:
        DockerError: it cannot be read.
    """
    return _parsed(text, name, FUNCTIONS, words, exit_code)


def fill_header(text: str, header: object) -> str:
    """What a template makes of the headers of a table; it ends where something is wrong."""
    written: list[str] = []
    with suppress(TemplateError):
        _parsed(text, "", {**FUNCTIONS, **_FOR_HEADERS}, "", 1).write(header, written.append)
    return "".join(written)


def _parsed(text: str, name: str, functions: Mapping[str, Function], words: str, exit_code: int) -> Template:
    try:
        return Template(name, text, functions)
    except TemplateError as error:
        raise DockerError(f"{words}{error}", exit_code=exit_code) from None
    except NotInTemplates as error:
        raise _not_here(error) from None


def fill(template: Template, data: object, write: Callable[[str], None], words: str = "") -> None:
    """Write what a template makes of some data, as far as it comes.

    Raises:
        DockerError: it asks for what is not there; `words` go before the error.
    """
    try:
        template.write(data, write)
    except TemplateError as error:
        raise DockerError(f"{words}{error}") from None
    except NotInTemplates as error:
        raise _not_here(error) from None


def _not_here(error: NotInTemplates) -> DockerError:
    return DockerError(f"swarmlab's %docker does not have {error} in --format; in a terminal use the docker CLI")


def _split(text: str, separator: str) -> Items:
    return Items(text.split(separator) if separator else list(text), "[]string")


def _title(text: str) -> str:
    """Every first letter of a word as a capital."""
    befores = [" ", *text]
    return "".join(
        each if before.isalnum() or before in "_'" else each.upper()
        for before, each in zip(befores, text, strict=False)
    )


def _pad(text: str, before: int, after: int) -> str:
    return " " * before + text + " " * after if text else text


def _truncate(text: str, length: int) -> str:
    return text.encode()[:length].decode("utf-8", "replace")


FUNCTIONS: Mapping[str, Function] = {
    **comparisons(tells_types=False),
    "join": Function(lambda texts, separator: separator.join(texts), 2, takes=("[]string", "string")),
    "json": Function(encode, 1),
    "lower": Function(str.lower, 1, texts=True),
    "pad": Function(_pad, 3, takes=("string", "int", "int")),
    "split": Function(_split, 2, texts=True),
    "title": Function(_title, 1, texts=True),
    "truncate": Function(_truncate, 2, takes=("string", "int")),
    "upper": Function(str.upper, 1, texts=True),
}

_FOR_HEADERS: Mapping[str, Function] = {
    **{name: Function(lambda text: text, 1, texts=True) for name in ("json", "title", "lower", "upper")},
    **{name: Function(lambda text, _: text, 2, texts=True) for name in ("split", "join")},
    "truncate": Function(lambda text, _: text, 2, takes=("string", "int")),
}
"""A header stays as it is, whatever its column goes through."""
