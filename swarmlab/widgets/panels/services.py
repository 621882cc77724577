"""The services' panel: creating, scaling, updating, rolling back, removing.

Two forms over `docker service create` and `docker service update`, and a slider over `docker service scale`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ipywidgets import HTML, Button, Tab, VBox, Widget

from swarmlab.client.snapshots import ServiceView
from swarmlab.commands import (
    ServiceCreate,
    ServiceLs,
    ServicePs,
    ServiceRm,
    ServiceRollback,
    ServiceScale,
    ServiceUpdate,
)
from swarmlab.commands.services.flags import ResourceFlags, RestartFlags, TaskHealthFlags, UpdateFlags
from swarmlab.commands.services.text import MODES
from swarmlab.commands.spelling.options import flags_of
from swarmlab.widgets.forms import Form, fields_box, text_field, words_of
from swarmlab.widgets.panel import Panel, Preview, row, set_options, table
from swarmlab.widgets.turns import Choice, Slider
from swarmlab.widgets.work import NotPossible

HIGHEST = 20
"""What the slider reaches at least."""


def _names(group: type) -> list[str]:
    return [each.name for each in flags_of(group)]


_SHARED: Mapping[str, Sequence[str]] = {
    "resources": _names(ResourceFlags),
    "update and rollback": _names(UpdateFlags),
    "restart": _names(RestartFlags),
    "health check": _names(TaskHealthFlags),
    "stopping, logging": ["stop_grace_period", "stop_signal", "log_driver", "log_opt"],
}
CREATE: Mapping[str, Sequence[str]] = {
    "container": ["env", "hostname", "user", "workdir", "entrypoint", "label", "container_label", "init"],
    "placement": ["constraint", "placement_pref", "replicas_max_per_node", "generic_resource"],
    "network": ["publish", "network", "endpoint_mode", "dns"],
    "volumes, secrets, configs": ["mount", "secret", "config"],
    "jobs, waiting": ["max_concurrent", "detach"],
    **_SHARED,
}
UPDATE: Mapping[str, Sequence[str]] = {
    "container": [*"args env_add env_rm hostname user workdir label_add label_rm".split(), "container_label_add"],
    "placement": "constraint_add constraint_rm placement_pref_add placement_pref_rm replicas_max_per_node".split(),
    "network": "publish_add publish_rm network_add network_rm endpoint_mode".split(),
    "volumes, secrets, configs": "mount_add mount_rm secret_add secret_rm config_add config_rm".split(),
    **_SHARED,
}


class ServicesPanel(Panel):
    """`lab.panels.services()`."""

    title = "services"
    says = "docker service create, ls, ps, scale, update, rollback, rm"

    def parts(self) -> Sequence[Widget]:
        """See Panel."""
        self.list = HTML()
        self.tabs = Tab([self._create_form(), self._change_form()], titles=("create", "change"))
        return (self.list, row(self.command_button("service ls", ServiceLs)), self.tabs)

    def _create_form(self) -> Widget:
        self.create = Form(ServiceCreate, ["name", "replicas", "mode"], CREATE)
        self.image = text_field("image", "The image of its containers", placeholder="alpine")
        self.words = text_field(
            "command of the container", "Left empty: the image's own", placeholder="ping docker.com"
        )
        self.create_preview = Preview()
        self.observed(self.image, self.words, *self.create.widgets())
        self.create_button = self.command_button("service create", self.creation, preview=self.create_preview)
        return VBox(
            [
                fields_box([self.image, self.words]),
                self.create.first,
                self.create.more,
                self.create_preview,
                row(self.create_button, self._clear_button(self.create)),
            ]
        )

    def _change_form(self) -> Widget:
        self.service = Choice(description="service", tooltip="The service that is changed")
        self.replicas = Slider(
            0,
            min=0,
            max=HIGHEST,
            description="replicas",
            tooltip="docker service scale, as soon as the slider is let go",
            continuous_update=False,
        )
        self.replicas.observe(self.guarded(self._scale), "value")
        self.service.observe(self.guarded(lambda _: self._place_slider()), "value")
        self._seen: tuple[str, int | None] | None = None
        self.update = Form(ServiceUpdate, ["image", "replicas", "force", "detach"], UPDATE)
        self.update_preview = Preview()
        self.observed(self.service, *self.update.widgets())
        self.update_button = self.command_button("service update", self.changes, preview=self.update_preview)
        return VBox(
            [
                row(self.service, self.replicas),
                row(
                    self.command_button("service ps", lambda: ServicePs(services=(self._chosen,))),
                    self.command_button("service rollback", lambda: ServiceRollback(service=self._chosen)),
                    self.command_button("service rm", lambda: ServiceRm(services=(self._chosen,))),
                ),
                self.update.first,
                self.update.more,
                self.update_preview,
                row(self.update_button, self._clear_button(self.update)),
            ]
        )

    def _clear_button(self, form: Form) -> Button:
        button = Button(description="clear the form", tooltip="Forget what was typed; nothing is sent")
        button.on_click(self.guarded(lambda _: form.clear()))
        return button

    def creation(self) -> ServiceCreate:
        """The command of the create form.

        Raises:
            DockerError: a value that cannot be, in the CLI's words.
            NotPossible: there is no image yet.
        """
        words = words_of(self.words.value)
        if not self.image.value.strip():
            raise NotPossible("an image is needed, such as alpine or nginx:alpine")
        command = ServiceCreate(**self.create.typed(), image=self.image.value.strip(), command=words)
        command.check()
        return command

    def changes(self) -> ServiceUpdate:
        """The command of the update form.

        Raises:
            DockerError: a value that cannot be, in the CLI's words.
            NotPossible: there is no service.
        """
        return ServiceUpdate(**self.update.typed(), service=self._chosen)

    def look(self) -> None:
        """See Panel."""
        services = self.snapshot.services
        self.list.value = table(
            "" if services or self.sight.problem else "There is no service yet.",
            ("SERVICE", "MODE", "REPLICAS", "IMAGE", "UPDATE"),
            [(each.name, MODES[each.mode], self._count(each), each.image, each.update_state) for each in services],
        )
        set_options(self.service, [(each.name, each.name) for each in services])
        self._follow()

    def ended(self) -> None:
        """See Panel."""
        super().ended()
        if self.card.state == "failed":
            self._place_slider()
        self._follow()

    def _follow(self) -> None:
        """Let the slider follow the cluster, but not pull back who has moved it on while a command runs."""
        if self._replicas() != self._seen and self.card.state != "running":
            self._place_slider()

    def _count(self, service: ServiceView) -> str:
        running = sum(
            task.state == "running" and task.is_wanted for task in self.snapshot.tasks if task.service == service.name
        )
        return f"{running} running" if service.replicas is None else f"{running}/{service.replicas}"

    def _replicas(self) -> tuple[str, int | None]:
        """The chosen service and its number, None where it has none."""
        found = next((each for each in self.snapshot.services if each.name == self.service.value), None)
        return self.service.value or "", found.replicas if found else None

    def _place_slider(self) -> None:
        """Put the slider where the service is; nothing is sent for that."""
        self._seen = self._replicas()
        _, number = self._seen
        self.replicas.disabled = number is None
        if number is not None:
            with self.quietly():
                self.replicas.max = max(HIGHEST, 2 * number)
                self.replicas.value = number

    def _scale(self, change: Mapping[str, Any]) -> None:
        if not self.is_quiet:
            self.work.command(ServiceScale(replicas={self._chosen: change["new"]}))

    @property
    def _chosen(self) -> str:
        chosen: str | None = self.service.value
        if chosen is None:
            raise NotPossible("there is no service yet: create one")
        return chosen
