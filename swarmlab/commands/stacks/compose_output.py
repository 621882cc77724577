"""A compose file as `docker stack config` writes it.

Source: docker/cli cli/compose/types/types.go (the order of keys), gopkg.in/yaml.v3 (how texts are quoted).
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from swarmlab.commands.stacks.compose_forms import Words

_ORDER = ("version", "services", "networks", "volumes", "secrets", "configs")
_OLD_WORDS = re.compile(r"y|n|yes|no|on|off|true|false|null|~", re.IGNORECASE)
_NUMBERS = re.compile(
    r"[-+]?(\d[\d_]*(\.\d*)?([eE][-+]?\d+)?|\.\d+|0x[\da-fA-F]+|0o?[0-7]+|\d+(:[0-5]?\d)+(\.\d*)?)|[-+]?\.inf|\.nan|=|<<",
    re.IGNORECASE,
)


class _Dumper(yaml.SafeDumper):
    """YAML as Go writes it."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists stand two columns to the right of their key."""
        super().increase_indent(flow, False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """Between double quotes where it would be something else without; several lines stand as they are."""
    style = None
    if not text or _OLD_WORDS.fullmatch(text) or _NUMBERS.fullmatch(text):
        style = '"'
    elif "\n" in text:
        style = "|"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _nothing(dumper: yaml.SafeDumper, _: None) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:null", "null")


_Dumper.add_representer(str, _text)
_Dumper.add_representer(type(None), _nothing)


def compose_text(content: Words) -> str:
    """The file."""
    services = content.get("services") or {}
    found: Words = {**content, "services": {name: services[name] for name in sorted(services)}}
    for section in _ORDER[2:]:
        if section in found:
            found[section] = {name: found[section][name] for name in sorted(found[section])}
    known = {name: found[name] for name in _ORDER if found.get(name) or name == "services"}
    more: dict[str, Any] = {name: value for name, value in sorted(found.items()) if name not in _ORDER}
    text: str = yaml.dump({**known, **more}, Dumper=_Dumper, sort_keys=False, width=2**31, allow_unicode=True)
    return text.rstrip("\n")
