"""Fields over the flags of a docker command: made from the table that parsing and help are made from.

A field that is left empty is a flag that was not typed. What a value may be is the command's business, and so are the
words that refuse a wrong one.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ipywidgets import Box, Checkbox, Dropdown, Stack, Text, Textarea, VBox, Widget

from swarmlab.commands import Command, ServiceCreate
from swarmlab.commands.spelling.options import Flag, flags_of
from swarmlab.widgets.work import NotPossible

LABEL_WIDTH = "185px"
Groups = Mapping[str, Sequence[str]]

EXAMPLES: Mapping[str, str] = {
    "args": "ping docker.com",
    "config": "source=site,target=/site.conf",
    "constraint": "node.role == worker",
    "container_label": "team=web",
    "dns": "10.0.0.2",
    "entrypoint": "/bin/sh -c",
    "env": "COLOUR=blue",
    "generic_resource": "gpu=1",
    "health_cmd": "wget -q -O /dev/null localhost",
    "health_interval": "10s",
    "health_retries": "3",
    "health_start_period": "5s",
    "health_timeout": "2s",
    "hostname": "{{.Node.Hostname}}",
    "image": "nginx:alpine",
    "label": "team=web",
    "limit_cpu": "0.5",
    "limit_memory": "64m",
    "limit_pids": "100",
    "log_driver": "json-file",
    "log_opt": "max-size=1m",
    "max_concurrent": "2",
    "mount": "type=volume,source=data,target=/data",
    "name": "helloworld",
    "network": "backend",
    "placement_pref": "spread=node.labels.zone",
    "publish": "published=8080,target=80",
    "replicas": "3",
    "replicas_max_per_node": "2",
    "reserve_cpu": "0.5",
    "reserve_memory": "64m",
    "restart_max_attempts": "3",
    "restart_window": "30s",
    "secret": "source=password,target=password",
    "stop_signal": "SIGTERM",
    "user": "nobody",
    "workdir": "/srv",
}
_REMOVED: Mapping[str, str] = {
    "config": "site",
    "constraint": "node.role == worker",
    "container_label": "team",
    "env": "COLOUR",
    "label": "team",
    "mount": "/data",
    "network": "backend",
    "placement_pref": "spread=node.labels.zone",
    "publish": "80",
    "secret": "password",
}
_CHOICE = re.compile(r'"([a-z-]+)"')
_CHOICES = {"endpoint_mode": ("vip", "dnsrr")}


class Field:
    """One flag as a widget."""

    def __init__(self, flag: Flag, *, is_new: bool) -> None:
        self.flag = flag
        self.widget = _widget(flag, is_new=is_new)

    def typed(self) -> Any:
        """Its value; None or an empty tuple where nothing was typed."""
        value = self.widget.value
        if self.flag.kind.many:
            return tuple(line.strip() for line in value.splitlines() if line.strip())
        return value or None if isinstance(value, bool) else (value or "").strip() or None


class Form:
    """Fields for some flags of a command: the first ones always, the others a group at a time."""

    def __init__(self, command: type[Command], first: Sequence[str], groups: Groups) -> None:
        flags = {flag.name: flag for flag in flags_of(command)}
        names = [*first, *(name for group in groups.values() for name in group)]
        self.fields = {name: Field(flags[name], is_new=issubclass(command, ServiceCreate)) for name in names}
        self.group = Dropdown(
            options=[(title, number) for number, title in enumerate(["none", *groups])],
            description="more flags",
            tooltip="Which group of flags is shown; what was typed in the others counts, too",
            style=_style(),
        )
        self.first = fields_box([*(self.fields[name].widget for name in first), self.group])
        boxes = [fields_box([self.fields[name].widget for name in group]) for group in groups.values()]
        self.more = Stack([VBox(), *boxes], selected_index=0)
        self.group.observe(lambda change: self.more.set_trait("selected_index", change["new"]), "value")

    def __getitem__(self, name: str) -> Any:
        """The widget of a flag, by the name that its command gives it."""
        return self.fields[name].widget

    def widgets(self) -> Iterator[Widget]:
        """All of them, to be observed."""
        return (field.widget for field in self.fields.values())

    def typed(self) -> dict[str, Any]:
        """What was typed, by the names of the command's fields."""
        values = {name: field.typed() for name, field in self.fields.items()}
        return {name: value for name, value in values.items() if value not in (None, ())}

    def clear(self) -> None:
        """Forget what was typed."""
        for field in self.fields.values():
            field.widget.value = False if isinstance(field.widget, Checkbox) else ""


def fields_box(widgets: Sequence[Widget]) -> Box:
    """Fields in as many columns as fit."""
    return Box(widgets, _dom_classes=("swarmlab-fields",))


def text_field(description: str, tooltip: str, **traits: Any) -> Text:
    """A field that belongs to no flag, as wide as those that do."""
    return Text(description=description, tooltip=tooltip, style=_style(), **traits)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a container's command.

    Raises:
        NotPossible: a quote is not closed.
    """
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        raise NotPossible(f"the container's command cannot be read: {error}") from None


def _widget(flag: Flag, *, is_new: bool) -> Widget:
    given = {"description": f"--{flag.long}", "tooltip": flag.help, "style": _style()}
    if not flag.word and not flag.syntax:
        return Checkbox(indent=False, **{**given, "style": {}})
    default = flag.default.strip('"') if is_new else ""
    if choices := _CHOICES.get(flag.name) or tuple(_CHOICE.findall(flag.help.partition("(")[2])):
        return Dropdown(options=[(f"({default or 'unchanged'})", ""), *zip(choices, choices, strict=True)], **given)
    if flag.kind.many:
        return Textarea(placeholder=f"{_example(flag)} (one a line)", rows=2, **given)
    return Text(placeholder=default or _example(flag) if is_new else "unchanged", **given)


def _example(flag: Flag) -> str:
    if flag.name.endswith("_rm"):
        return _REMOVED.get(flag.name.removesuffix("_rm"), "")
    return EXAMPLES.get(flag.name) or EXAMPLES.get(flag.name.removesuffix("_add"), flag.default.strip('"'))


def _style() -> dict[str, str]:
    return {"description_width": LABEL_WIDTH}
