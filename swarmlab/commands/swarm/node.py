"""`docker node …`: the machines of the swarm, their roles, availability and labels.

Source: docker/cli cli/command/node/.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from swarmlab.client.tables import natural
from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.inspecting import Found, asks_for_pretty, each, inspect
from swarmlab.commands.printing.listing import Listing
from swarmlab.commands.printing.templates import FILTER, FORMAT_INSPECT, FORMAT_TABLE
from swarmlab.commands.services.tasks import Names, TaskListing
from swarmlab.commands.session import Session, filters, path_to, typed_filters
from swarmlab.commands.spelling.options import Many, Switch, Text, argument, arguments, flag
from swarmlab.commands.swarm import node_text

Spec = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class NodeLs(Command, path="node ls", also=("node list",)):
    """All nodes that the swarm knows; `*` marks the one that answered."""

    usage = "[OPTIONS]"
    summary = "List nodes in the swarm"

    filter: Many = flag("-f, --filter filter", FILTER)
    format: Text = flag("--format string", FORMAT_TABLE)
    quiet: Switch = flag("-q, --quiet", "Only display IDs")

    def sdk(self) -> str:
        """See Command."""
        return f"client.nodes.list(filters={typed_filters(self.filter)!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        nodes = session.get("/nodes", filters(typed_filters(self.filter)))
        info = session.get("/info")["Swarm"] if nodes and not self.quiet else {}
        nodes.sort(key=lambda node: natural(node.get("Description", {}).get("Hostname", "")))
        rows = [node_text.row(node, info) for node in nodes]
        listing = Listing(session.terminal, node_text.NODES)
        listing.print(rows, quiet=bool(self.quiet), template=self.format or "")


@dataclass(frozen=True, kw_only=True)
class NodeInspect(Command, path="node inspect"):
    """Everything that the swarm knows about a node."""

    usage = "[OPTIONS] self|NODE [NODE...]"
    summary = "Display detailed information on one or more nodes"

    format: Text = flag("-f, --format string", FORMAT_INSPECT)
    pretty: Switch = flag("--pretty", "Print the information in a human friendly format")
    nodes: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.nodes.get({name!r}).attrs" for name in self.nodes)

    def perform(self, session: Session) -> None:
        """See Command."""
        if not asks_for_pretty(self.format or "", pretty=bool(self.pretty)):
            template = node_text.NODES.of_inspect(self.format or "")
            inspect(session, self.nodes, lambda name: _found(session, name), template)
            return
        for name in self.nodes:
            session.terminal.print(node_text.pretty(session.get(path_to("node", _id(session, name)))))


@dataclass(frozen=True, kw_only=True)
class NodeUpdate(Command, path="node update"):
    """Change a node's availability, role or labels."""

    usage = "[OPTIONS] NODE"
    summary = "Update a node"

    availability: Text = flag("--availability string", 'Availability of the node ("active", "pause", "drain")')
    label_add: Many = flag("--label-add list", 'Add or update a node label ("key=value")')
    label_rm: Many = flag("--label-rm list", "Remove a node label if exists")
    role: Text = flag("--role string", 'Role of the node ("worker", "manager")')
    node: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return f"node = client.nodes.get({self.node!r})\nnode.update({{**node.attrs['Spec'], {self._sdk_changes()}}})"

    def _sdk_changes(self) -> str:
        changes = {"Availability": self.availability, "Role": self.role, "Labels": dict(map(_pair, self.label_add))}
        return ", ".join(f"{key!r}: {value!r}" for key, value in changes.items() if value)

    def perform(self, session: Session) -> None:
        """See Command."""
        _update(session, self.node, self._merge)
        session.terminal.print(self.node)

    def _merge(self, spec: Spec, _node: Spec) -> bool:
        labels = {**(spec.get("Labels") or {}), **dict(map(_pair, self.label_add))}
        for key in self.label_rm:
            if key not in labels:
                raise DockerError(f"key {key} doesn't exist in node's labels")
            del labels[key]
        spec["Labels"] = labels
        if self.availability is not None:
            spec["Availability"] = self.availability
        if self.role is not None:
            spec["Role"] = self.role
        return True


@dataclass(frozen=True, kw_only=True)
class NodePromote(Command, path="node promote"):
    """Make workers managers."""

    usage = "NODE [NODE...]"
    summary = "Promote one or more nodes to manager in the swarm"

    nodes: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return _sdk_role(self.nodes, "manager")

    def perform(self, session: Session) -> None:
        """See Command."""
        _set_role(session, self.nodes, "manager", "Node {} promoted to a manager in the swarm.")


@dataclass(frozen=True, kw_only=True)
class NodeDemote(Command, path="node demote"):
    """Make managers workers."""

    usage = "NODE [NODE...]"
    summary = "Demote one or more nodes from manager in the swarm"

    nodes: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return _sdk_role(self.nodes, "worker")

    def perform(self, session: Session) -> None:
        """See Command."""
        _set_role(session, self.nodes, "worker", "Manager {} demoted in the swarm.")


@dataclass(frozen=True, kw_only=True)
class NodeRm(Command, path="node rm", also=("node remove",)):
    """Forget nodes that have left or are gone."""

    usage = "[OPTIONS] NODE [NODE...]"
    summary = "Remove one or more nodes from the swarm"

    force: Switch = flag("-f, --force", "Force remove a node from the swarm")
    nodes: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.api.remove_node({name!r}, force={bool(self.force)})" for name in self.nodes)

    def perform(self, session: Session) -> None:
        """See Command."""

        def remove(name: str) -> None:
            session.delete(path_to("node", name), {"force": 1} if self.force else None)
            session.terminal.print(name)

        each(self.nodes, remove)


@dataclass(frozen=True, kw_only=True)
class NodePs(Command, path="node ps"):
    """The tasks on some nodes; on this one unless named."""

    usage = "[OPTIONS] [NODE...]"
    summary = "List tasks running on one or more nodes, defaults to current node"

    filter: Many = flag("-f, --filter filter", FILTER)
    format: Text = flag("--format string", "Pretty-print tasks using a Go template")
    no_resolve: Switch = flag("--no-resolve", "Do not map IDs to Names")
    no_trunc: Switch = flag("--no-trunc", "Do not truncate output")
    quiet: Switch = flag("-q, --quiet", "Only display task IDs")
    nodes: Many = arguments(least=0)

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.api.tasks(filters={{'node': {name!r}}})" for name in self.nodes or ("self",))

    def perform(self, session: Session) -> None:
        """See Command."""
        tasks: list[Spec] = []
        wanted = typed_filters(self.filter)

        def collect(name: str) -> None:
            """Each question asks for the nodes before it, too, and so shows their tasks once more."""
            wanted.setdefault("node", []).append(session.get(path_to("node", _id(session, name)))["ID"])
            tasks.extend(session.get("/tasks", filters(wanted)))

        each(self.nodes or ("self",), collect)
        names = Names(session, resolve=not self.no_resolve)
        TaskListing(session, tasks, names, trunc=not self.no_trunc).print(
            quiet=bool(self.quiet), template=self.format or ""
        )


def _found(session: Session, name: str) -> Found:
    return Found(session.raw(path_to("node", _id(session, name))), "swarm.Node")


def _id(session: Session, name: str) -> str:
    if name != "self":
        return name
    node_id = session.get("/info")["Swarm"].get("NodeID", "")
    if not node_id:
        session.get("/nodes")  # refused in the engine's words where this node is no manager
    return str(node_id)


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key, value


def _update(session: Session, name: str, merge: Callable[[Spec, Spec], bool]) -> bool:
    node = session.get(path_to("node", name))
    changed = merge(node["Spec"], node)
    if changed:
        session.post(f"/nodes/{node['ID']}/update", node["Spec"], {"version": node["Version"]["Index"]})
    return changed


def _set_role(session: Session, names: tuple[str, ...], role: str, done: str) -> None:
    def merge(spec: Spec, node: Spec) -> bool:
        if spec["Role"] == role:
            session.terminal.print(f"Node {node['ID']} is already a {role}.")
            return False
        spec["Role"] = role
        return True

    for name in names:
        if _update(session, name, merge):
            session.terminal.print(done.format(name))


def _sdk_role(names: tuple[str, ...], role: str) -> str:
    line = "node = client.nodes.get({!r})\nnode.update({{**node.attrs['Spec'], 'Role': {!r}}})"
    return "\n".join(line.format(name, role) for name in names)
