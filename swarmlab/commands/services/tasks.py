"""The table of tasks that `service ps`, `node ps` and `stack ps` print.

Source: docker/cli cli/command/task/print.go, formatter.go, cli/command/idresolver.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from swarmlab.client.tables import capitalised, ellipsis, natural, short_id
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.listing import Kind, Listing, columns
from swarmlab.commands.printing.units import age, time_order
from swarmlab.commands.session import Session
from swarmlab.commands.spelling.references import shown

ERROR_WIDTH = 30
PREVIOUS = r" \_ "

Task = dict[str, Any]
_HEADERS = {
    "ID": "ID",
    "Name": "NAME",
    "Image": "IMAGE",
    "Node": "NODE",
    "DesiredState": "DESIRED STATE",
    "CurrentState": "CURRENT STATE",
    "Error": "ERROR",
    "Ports": "PORTS",
}
TASKS = Kind(
    type="*task.taskContext",
    headers=_HEADERS,
    table=columns(_HEADERS),
    raw=r"id: {{.ID}}\nname: {{.Name}}\nimage: {{.Image}}\nnode: {{.Node}}\ndesired_state: {{.DesiredState}}"
    r"\ncurrent_state: {{.CurrentState}}\nerror: {{.Error}}\nports: {{.Ports}}\n",
    quiet_raw="id: {{.ID}}",
)


class Names:
    """Names of services and nodes by id, each asked for once; an id that nobody knows any more names itself."""

    def __init__(self, session: Session, *, resolve: bool = True) -> None:
        self._session = session
        self._resolve = resolve
        self._known: dict[str, str] = {}

    def node(self, node_id: str) -> str:
        """The node's host name, or its name where it has been given one."""
        return self._name(f"/nodes/{node_id}", node_id) if node_id else ""

    def service(self, service_id: str) -> str:
        """The service's name."""
        return self._name(f"/services/{service_id}", service_id) if service_id else ""

    def _name(self, path: str, identifier: str) -> str:
        if not self._resolve:
            return identifier
        if path not in self._known:
            self._known[path] = self._ask(path) or identifier
        return self._known[path]

    def _ask(self, path: str) -> str:
        try:
            found = self._session.get(path)
        except DockerError:
            return ""
        return str(found["Spec"].get("Name") or found.get("Description", {}).get("Hostname", ""))


class TaskListing:
    r"""Tasks in the order of their names, the newest of each name first, older ones under `\_`."""

    def __init__(self, session: Session, tasks: list[Task], names: Names, *, trunc: bool) -> None:
        self._session = session
        self._tasks = tasks
        self._names = names
        self._trunc = trunc

    def print(self, *, quiet: bool = False, template: str = "") -> None:
        """Print the table, or only the ids."""
        listing = Listing(self._session.terminal, TASKS)
        listing.print(self._rows(indent=not quiet and listing.is_table(template)), quiet=quiet, template=template)

    def _rows(self, *, indent: bool) -> list[dict[str, str]]:
        """A task that is listed several times is marked every time, as the docker command names tasks by their ids."""
        names, before = {}, ""
        for name, task in self._sorted:
            names[task["ID"]] = (PREVIOUS if name == before and indent else "") + name
            before = name
        return [self._row(task, names[task["ID"]]) for _, task in self._sorted]

    @cached_property
    def _sorted(self) -> list[tuple[str, Task]]:
        newest_first = sorted(self._tasks, key=lambda task: time_order(task["CreatedAt"]), reverse=True)
        named = [(self._task_name(task), task) for task in newest_first]
        return sorted(named, key=lambda pair: natural(pair[0]))

    def _task_name(self, task: Task) -> str:
        return f"{self._names.service(task['ServiceID'])}.{task.get('Slot') or task.get('NodeID', '')}"

    def _row(self, task: Task, name: str) -> dict[str, str]:
        status = task["Status"]
        image = task["Spec"].get("ContainerSpec", {}).get("Image", "")
        return {
            "ID": short_id(task["ID"]) if self._trunc else task["ID"],
            "Name": name,
            "Image": shown(image) if self._trunc else image,
            "Node": self._names.node(task.get("NodeID", "")),
            "DesiredState": capitalised(task["DesiredState"]),
            "CurrentState": f"{capitalised(status['State'])} {self._since(status['Timestamp'])}",
            "Error": self._error(status.get("Err", "")),
            "Ports": ",".join(map(_port, (status.get("PortStatus") or {}).get("Ports") or [])),
        }

    def _since(self, timestamp: str) -> str:
        return f"{age(timestamp, self._session.now()).lower()} ago"

    def _error(self, error: str) -> str:
        cut = ellipsis(error, ERROR_WIDTH) if self._trunc else error
        return f'"{cut}"' if cut else ""


def _port(port: dict[str, Any]) -> str:
    return f"*:{port.get('PublishedPort', 0)}->{port['TargetPort']}/{port['Protocol']}"
