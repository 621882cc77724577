"""Templates: `{{.Node.Hostname}}` in a task's hostname, environment and mounts, and in secrets and configs.

Owns no state. Source: swarmkit template/{context,expand,getter,template}.go.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from swarmlab.engine.errors import InvalidParameter, NotImplementedHere
from swarmlab.engine.ids import NodeId
from swarmlab.engine.model import ContainerSpec, Mount, NodeDescription, Platform, Task
from swarmlab.engine.quick import quick
from swarmlab.gotemplate import CallError, Function, NotInTemplates, Struct, Template, TemplateError

T = TypeVar("T")


def _join(*texts: str) -> str:
    """The first text between the others. Swarm's own forgets that there may be none."""
    if not texts:
        raise CallError("runtime error: slice bounds out of range [1:0]")
    return texts[0].join(texts[1:])


_JOIN = Function(_join, 0, many=True, texts=True)
_SERVICE_TYPE = "struct { ID string; Name string; Labels map[string]string }"
_NODE_TYPE = "struct { ID string; Hostname string; Platform template.Platform }"
_TASK_TYPE = "struct { ID string; Name string; Slot string }"


def context_of(task: Task, node_id: str, hostname: str, platform: Platform, *, type_: str = "Context") -> Struct:
    """What a task's templates see as `.`."""
    os = {"Architecture": platform.architecture, "OS": platform.os}
    slot = str(task.slot or node_id)
    service = {"ID": task.service_id, "Name": task.service_name, "Labels": dict(task.service_labels)}
    node = {"ID": node_id, "Hostname": hostname, "Platform": Struct("template.Platform", os)}
    return Struct(
        f"*template.{type_}",
        {
            "Service": Struct(_SERVICE_TYPE, service),
            "Node": Struct(_NODE_TYPE, node),
            "Task": Struct(_TASK_TYPE, {"ID": task.id, "Name": task.name, "Slot": slot}),
        },
    )


def fill(text: str, context: Struct, functions: Mapping[str, Function] | None = None) -> str:
    """A text with its placeholders filled in.

    Raises:
        TemplateError: it is no template, or asks for what is not there.
        NotImplementedHere: it uses what these templates do not have.
    """
    known = {"join": _JOIN, **(functions or {})}
    try:
        return Template("expansion", text, known, missing_is_error=True).fill(context)
    except NotInTemplates as error:
        raise NotImplementedHere(f"this engine's templates do not have {error}") from None


@quick
@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPlace:
    """A task and the node that it runs on: what placeholders stand for."""

    task: Task
    node_id: NodeId
    description: NodeDescription

    def expanded(self) -> ContainerSpec:
        """The container of the task, its templates filled in.

        Raises:
            InvalidParameter: a placeholder stands for nothing; in Swarm's words.
            NotImplementedHere: one uses what templates do not have here.
        """
        spec = self.task.spec.container
        if not spec.mounts and "{{" not in spec.hostname and not any(["{{" in each for each in spec.env]):
            return spec
        return replace(
            spec,
            env=tuple(_tell("expanding env failed", self._variable, each) for each in spec.env),
            mounts=tuple(_tell("expanding mounts failed", self._mount, each) for each in spec.mounts),
            hostname=_tell("expanding hostname failed", self._fill, spec.hostname),
        )

    def _fill(self, text: str) -> str:
        if "{{" not in text:
            return text
        description = self.description
        return fill(text, context_of(self.task, self.node_id, description.hostname, description.platform))

    def _variable(self, entry: str) -> str:
        """The value is a template, the name is not."""
        name, equals, value = entry.partition("=")
        return _named(f"env {_quoted(entry)}", lambda: f"{name}{equals}{self._fill(value)}")

    def _mount(self, mount: Mount) -> Mount:
        return replace(
            mount,
            source=_named(f"mount source {_quoted(mount.source)}", lambda: self._fill(mount.source)),
            target=_named(f"mount target {_quoted(mount.target)}", lambda: self._fill(mount.target)),
            options=self._options(mount.options),
        )

    def _options(self, options: Mapping[str, object]) -> Mapping[str, object]:
        """Of a volume's options the labels and what is for its driver."""
        volume = options.get("VolumeOptions")
        if not isinstance(volume, dict):
            return options
        filled = {**volume}
        if isinstance(labels := volume.get("Labels"), dict):
            filled["Labels"] = self._map("volume labels", labels)
        driver = volume.get("DriverConfig")
        if isinstance(driver, dict) and isinstance(given := driver.get("Options"), dict):
            filled["DriverConfig"] = {**driver, "Options": self._map("volume driver config", given)}
        return {**options, "VolumeOptions": filled}

    def _map(self, what: str, texts: Mapping[str, object]) -> dict[str, object]:
        def entry(key: str, text: str) -> str:
            return _named(f"{what}: expanding map entry {_quoted(key)}={_quoted(text)}", lambda: self._fill(text))

        return {key: entry(key, str(text)) for key, text in texts.items()}


def _named(what: str, expand: Callable[[], str]) -> str:
    try:
        return expand()
    except TemplateError as error:
        raise TemplateError(f"expanding {what}: {error}") from None


def _tell(words: str, expand: Callable[[T], T], value: T) -> T:
    try:
        return expand(value)
    except TemplateError as error:
        raise InvalidParameter(f"{words}: {error}") from None


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
