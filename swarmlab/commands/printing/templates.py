r"""A small part of Go's templates, for `--format`: `{{.Name}}`, `{{.Spec.Name}}`, `{{json .Spec}}`, `\t`.

Anything else is refused by name, never guessed. Source: Go text/template, docker/cli templates/templates.go.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.units import go_float

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

_ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}")
_KNOWN = re.compile(r"(?P<json>json\s+)?(?P<path>\.|(?:\.\w+)+)")


def render(template: str, data: Mapping[str, Any]) -> str:
    """The template with values filled in.

    Raises:
        DockerError: it uses what is not here, or a field that the data lacks.
    """
    text = template.replace(r"\t", "\t").replace(r"\n", "\n")
    return _ACTION.sub(lambda action: _value(action[1], data, template), text)


def _value(action: str, data: Mapping[str, Any], template: str) -> str:
    known = _KNOWN.fullmatch(action)
    if not known:
        raise DockerError(
            f"swarmlab's %docker knows {{{{.Field}}}} and {{{{json .Field}}}} in --format, not {{{{{action}}}}}; "
            "in a terminal use the docker CLI"
        )
    value: Any = data
    for name in filter(None, known["path"].split(".")):
        if not isinstance(value, Mapping) or name not in value:
            raise DockerError(
                f'template parsing error: template: :1:2: executing "" at <{known["path"]}>: '
                f"map has no entry for key {json.dumps(name)}"
            )
        value = value[name]
    return go_json(value) if known["json"] else _plain(value)


def go_json(value: Any) -> str:
    """JSON on one line as Go writes it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", r"\u003c").replace(">", r"\u003e").replace("&", r"\u0026")


def _plain(value: Any) -> str:
    match value:
        case None:
            return "<no value>"
        case bool():
            return str(value).lower()
        case float():
            return go_float(value)
        case list():
            return f"[{' '.join(map(_plain, value))}]"
        case Mapping():
            return f"map[{' '.join(f'{key}:{_plain(item)}' for key, item in sorted(value.items()))}]"
        case _:
            return str(value)
