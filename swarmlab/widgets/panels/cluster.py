"""The cluster's panel: forming a swarm, joining it with one press, roles, availability, tokens.

A token is asked for where it is needed, on the thread that joins: nobody copies one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ipywidgets import HTML, Button, Checkbox, Password, Widget

from swarmlab.client.cluster import Node
from swarmlab.client.snapshots import NodeView
from swarmlab.commands import (
    Command,
    NodeDemote,
    NodeLs,
    NodePromote,
    NodeRm,
    NodeUpdate,
    SwarmInit,
    SwarmJoin,
    SwarmJoinToken,
    SwarmLeave,
    SwarmUnlock,
    SwarmUnlockKey,
    SystemInfo,
)
from swarmlab.widgets.panel import Build, Panel, heading, row, set_options, table
from swarmlab.widgets.turns import Choice
from swarmlab.widgets.work import NotPossible

PORT = 2377
TOKEN = "SWMTKN-1-asked-for-when-pressed"
"""Stands in a tooltip for the token that is asked for when the button is pressed."""

_HEADERS = ("NODE", "ADDRESS", "ROLE", "STATUS", "AVAILABILITY", "MANAGER STATUS")


class Chosen(NamedTuple):
    """What the learner chose: a machine of the lab, or a record of the swarm that belongs to none.

    A machine is known by its name: it stays chosen when the swarm gives it another record.
    """

    host: str | None = None
    record: str | None = None


class ClusterPanel(Panel):
    """`lab.panels.cluster()`."""

    title = "cluster"
    says = "docker swarm init, join, leave; docker node promote, demote, update, rm; tokens"

    def parts(self) -> Sequence[Widget]:
        """See Panel."""
        self.nodes = HTML()
        self.node = Choice(description="node", tooltip="The node that the buttons are about")
        self.advertise = Checkbox(True, description="--advertise-addr", indent=False, tooltip="Its private address")
        self.autolock = Checkbox(description="--autolock", indent=False, tooltip="Managers that start again are locked")
        self.force = Checkbox(description="--force", indent=False, tooltip="Also where docker would rather not")
        self.rotate = Checkbox(description="--rotate", indent=False, tooltip="Make a new one, the old one is refused")
        self.unlock_key = Password(description="unlock key", tooltip="As docker swarm unlock-key shows it on a manager")
        self.observed(self.node, self.advertise, self.autolock, self.force, self.rotate, self.unlock_key)
        return (
            self.nodes,
            row(self.node, self.command_button("node ls", NodeLs), self._here("info", SystemInfo)),
            *self._swarm_rows(),
            *self._node_rows(),
            *self._secret_rows(),
        )

    def _swarm_rows(self) -> Sequence[Widget]:
        return (
            heading("docker swarm: this machine and the swarm", 5),
            row(self._here("swarm init", self._init), self.advertise, self.autolock),
            row(
                self._join_button("swarm join as a worker", "worker"),
                self._join_button("swarm join as a manager", "manager"),
                self._here("swarm leave", lambda: SwarmLeave(force=self._forced)),
                self.force,
            ),
        )

    def _node_rows(self) -> Sequence[Widget]:
        def availability(value: str) -> Widget:
            return self.command_button(value, lambda: NodeUpdate(availability=value, node=self._record))

        return (
            heading("docker node: the managers' record of it", 5),
            row(
                self.command_button("node promote", lambda: NodePromote(nodes=(self._record,))),
                self.command_button("node demote", lambda: NodeDemote(nodes=(self._record,))),
                self.command_button("node rm", lambda: NodeRm(force=self._forced, nodes=(self._record,))),
            ),
            row(HTML("node update --availability"), *map(availability, ("active", "pause", "drain"))),
        )

    def _secret_rows(self) -> Sequence[Widget]:
        def token(role: str) -> Widget:
            return self.command_button(
                f"swarm join-token {role}", lambda: SwarmJoinToken(rotate=self.rotate.value or None, role=role)
            )

        return (
            heading("tokens and keys", 5),
            row(
                token("worker"),
                token("manager"),
                self.command_button("swarm unlock-key", lambda: SwarmUnlockKey(rotate=self.rotate.value or None)),
                self.rotate,
                *self.secrets_switch(),
            ),
            row(self._unlock_button(), self.unlock_key),
        )

    def _unlock_button(self) -> Widget:
        """The key is forgotten once it is sent: a saved notebook would keep it."""
        button = self._here("swarm unlock", lambda: SwarmUnlock(key=self.unlock_key.value.strip()))
        button.on_click(lambda _: self.unlock_key.set_trait("value", ""))
        return button

    def look(self) -> None:
        """See Panel."""
        caption = "" if self.snapshot.nodes or self.sight.problem else "No node of this lab is in a swarm."
        self.nodes.value = table(caption, _HEADERS, [self._row(*each) for each in self._all()])
        set_options(self.node, [(self._label(*each), _chosen(*each)) for each in self._all()])

    def _all(self) -> list[tuple[str | None, str | None]]:
        """Every machine with its record, then records that belong to no machine any more."""
        machines = [(node.name, record.id if (record := self._record_of(node)) else None) for node in self.cluster]
        seen = {record for _, record in machines}
        return [*machines, *((None, node.id) for node in self.snapshot.nodes if node.id not in seen)]

    def _record_of(self, machine: Node) -> NodeView | None:
        """The record that is the machine's: of those with its name the one that is not down, if any is."""
        found = [node for node in self.snapshot.nodes if node.name == machine.name]
        return next((node for node in found if node.state != "down"), found[-1] if found else None)

    def _label(self, host: str | None, record: str | None) -> str:
        view = self.snapshot.node(record) if record else None
        return f"{view.label} (record only)" if view and host is None else host or ""

    def _row(self, host: str | None, record: str | None) -> Sequence[str]:
        address = self.cluster[host].address if host else ""
        name, view = self._label(host, record), self.snapshot.node(record) if record else None
        if host in self.sight.unreachable:
            name = f"{name} (engine does not answer)"
        if view is None:
            return (name, address, "not in this swarm", "", "", "")
        manager = "Leader" if view.is_leader else view.reachability.capitalize()
        return (name, address, view.role, view.state.capitalize(), view.availability.capitalize(), manager)

    def _here(self, label: str, build: Build) -> Button:
        """A button whose command goes to the chosen machine."""
        return self.command_button(label, build, node=lambda: self._machine.name)

    def _join_button(self, label: str, role: str) -> Widget:
        def preview() -> SwarmJoin:
            return SwarmJoin(token=TOKEN, manager=f"{self._manager().address}:{PORT}")

        def complete() -> Command:
            manager = self._manager()
            api: Any = manager.client.api  # partly without types
            token = api.inspect_swarm()["JoinTokens"][role.title()]
            return SwarmJoin(token=token, manager=f"{manager.address}:{PORT}")

        return self.command_button(label, preview, node=lambda: self._machine.name, complete=complete)

    def _init(self) -> SwarmInit:
        address = self._machine.address if self.advertise.value else None
        return SwarmInit(advertise_addr=address, autolock=self.autolock.value or None)

    @property
    def _forced(self) -> bool | None:
        return self.force.value or None

    @property
    def _machine(self) -> Node:
        chosen = self.node.value
        if chosen is None or chosen.host is None:
            raise NotPossible("this is only a record of the swarm, no machine of the lab: choose a machine")
        return self.cluster[chosen.host]

    @property
    def _record(self) -> str:
        """How the managers know the chosen node: its name, or its ID where two share the name."""
        chosen = self.node.value
        if chosen is None or chosen.record is None:
            view = self._record_of(self._machine)
        else:
            view = self.snapshot.node(chosen.record)
        if view is None:
            raise NotPossible("this machine is not in the swarm: let it join first")
        return view.name if view.label == view.name else view.id

    def _manager(self) -> Node:
        """A machine that manages the swarm and is not the chosen one."""
        managers = {node.name for node in self.snapshot.nodes if node.role == "manager" and node.state == "ready"}
        for node in self.cluster:
            if node.name in managers and node is not self._machine and node.name not in self.sight.unreachable:
                return node
        raise NotPossible("there is no other manager to join: docker swarm init on one node first")


def _chosen(host: str | None, record: str | None) -> Chosen:
    return Chosen(record=record) if host is None else Chosen(host=host)
