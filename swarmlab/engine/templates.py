"""Placeholders in a task's hostname, environment and mounts: `{{.Node.Hostname}}`, `{{.Task.Slot}}`. Owns no state.

Source: swarmkit template/{context,template}.go. Simplification: plain placeholders only, no functions or conditions.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from swarmlab.engine.errors import NotImplementedHere
from swarmlab.engine.ids import NodeId
from swarmlab.engine.model import NodeDescription, Task

_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPlace:
    """A task and the node that it runs on: what placeholders stand for."""

    task: Task
    node_id: NodeId
    description: NodeDescription

    def fill(self, text: str) -> str:
        """`text` with its placeholders replaced.

        Raises:
            NotImplementedHere: one that is not known here.
        """
        return _PLACEHOLDER.sub(lambda match: self._value(match[1].strip()), text)

    def _value(self, expression: str) -> str:
        task, platform = self.task, self.description.platform
        values = {
            ".Service.ID": task.service_id,
            ".Service.Name": task.service_name,
            ".Node.ID": self.node_id,
            ".Node.Hostname": self.description.hostname,
            ".Node.Platform.Architecture": platform.architecture,
            ".Node.Platform.OS": platform.os,
            ".Task.ID": task.id,
            ".Task.Name": task.name,
            ".Task.Slot": str(task.slot or self.node_id),
        }
        label = re.fullmatch(r"(?:index \.Service\.Labels \"(.+)\"|\.Service\.Labels\.(\w+))", expression)
        if label:
            return task.service_labels.get(label[1] or label[2], "")
        if expression not in values:
            raise NotImplementedHere(f"the embedded engine has no template {{{{{expression}}}}}")
        return values[expression]
