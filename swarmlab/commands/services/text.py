"""What a service looks like in `service ls` and in `service inspect --pretty`.

Source: docker/cli cli/command/service/formatter.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from swarmlab.client.tables import short_id
from swarmlab.commands.printing.listing import Kind, columns
from swarmlab.commands.printing.units import age, binary_size, go_float, show_duration
from swarmlab.commands.spelling.references import shown

Spec = dict[str, Any]
MODES = {
    "Global": "global",
    "Replicated": "replicated",
    "ReplicatedJob": "replicated job",
    "GlobalJob": "global job",
}

_COLUMNS = ("ID", "Name", "Mode", "Replicas", "Image", "Ports")
SERVICES = Kind(
    type="*service.serviceContext",
    headers={name: name.upper() for name in _COLUMNS},
    table=columns(_COLUMNS),
    raw=r"id: {{.ID}}\nname: {{.Name}}\nmode: {{.Mode}}\nreplicas: {{.Replicas}}\nimage: {{.Image}}"
    r"\nports: {{.Ports}}\n",
    quiet_raw="id: {{.ID}}",
)


def row(service: Spec) -> dict[str, str]:
    """One line of `service ls`."""
    spec = service["Spec"]
    return {
        "ID": short_id(service["ID"]),
        "Name": spec["Name"],
        "Mode": next((words for name, words in MODES.items() if spec["Mode"].get(name) is not None), ""),
        "Replicas": _replicas(service),
        "Image": shown(spec["TaskTemplate"].get("ContainerSpec", {}).get("Image", "")),
        "Ports": published((service.get("Endpoint") or {}).get("Ports") or []),
    }


def _replicas(service: Spec) -> str:
    mode, status = service["Spec"]["Mode"], service.get("ServiceStatus") or {}
    running, desired = status.get("RunningTasks", 0), status.get("DesiredTasks", 0)
    completed = status.get("CompletedTasks", 0)
    if "ReplicatedJob" in mode:
        return f"{running}/{desired} ({completed}/{mode['ReplicatedJob']['TotalCompletions']} completed)"
    if "GlobalJob" in mode:
        return f"{running}/{desired} ({completed}/{desired + completed} completed)"
    most = (service["Spec"]["TaskTemplate"].get("Placement") or {}).get("MaxReplicas")
    if "Replicated" in mode and most:
        return f"{running}/{desired} (max {most} per node)"
    return f"{running}/{desired}"


def published(ports: list[Spec]) -> str:
    """Ports of the routing mesh, neighbours drawn together: `*:8000-8001->80-81/tcp`."""
    ingress = [port for port in ports if port.get("PublishMode") == "ingress"]
    ranges: list[_Range] = []
    for port in sorted(ingress, key=lambda each: (each["Protocol"], each.get("PublishedPort", 0))):
        if not (ranges and ranges[-1].extended(port)):
            ranges.append(_Range(port))
    return ", ".join(map(str, ranges))


class _Range:
    def __init__(self, port: Spec) -> None:
        self._protocol = port["Protocol"]
        self._published = [port.get("PublishedPort", 0)] * 2
        self._targets = [port["TargetPort"]] * 2

    def extended(self, port: Spec) -> bool:
        """Take the port in where it follows; say whether it did."""
        published, target = port.get("PublishedPort", 0), port["TargetPort"]
        is_range = self._targets[0] != self._targets[1]
        follows = (
            port["Protocol"] == self._protocol
            and 0 <= published - self._published[1] <= 1
            and 0 <= target - self._targets[1] <= 1
            and not (is_range and target <= self._targets[1])
        )
        if follows:
            self._published[1], self._targets[1] = published, target
        return follows

    def __str__(self) -> str:
        return f"*:{_ends(self._published)}->{_ends(self._targets)}/{self._protocol}"


def _ends(numbers: list[int]) -> str:
    first, last = numbers
    return f"{first}-{last}" if last > first else str(first)


def pretty(service: Spec, networks: dict[str, str], now: datetime) -> str:
    """The text of `service inspect --pretty`, tabs as the CLI writes them; `networks` are names by id."""
    return "\n".join(_pretty_lines(service, networks, now))


def _pretty_lines(service: Spec, networks: dict[str, str], now: datetime) -> Iterator[str]:
    spec = service["Spec"]
    template = spec["TaskTemplate"]
    yield ""
    yield f"ID:\t\t{service['ID']}"
    yield f"Name:\t\t{spec['Name']}"
    yield from _map("Labels", spec.get("Labels"), " {}={}", " {}")
    yield from _mode(spec["Mode"])
    yield from _update_status(service.get("UpdateStatus"), now)
    yield from _placement(template.get("Placement") or {})
    yield from _update_config("UpdateConfig", "Update order:      ", spec.get("UpdateConfig"))
    yield from _update_config("RollbackConfig", "Rollback order:    ", spec.get("RollbackConfig"))
    yield from _container(template.get("ContainerSpec") or {})
    yield from _log_driver(template.get("LogDriver"))
    yield from _resources(template.get("Resources"))
    if attached := template.get("Networks"):
        yield "Networks:" + "".join(f" {networks.get(each['Target'], each['Target'])}" for each in attached) + " "
    yield f"Endpoint Mode:\t{(spec.get('EndpointSpec') or {}).get('Mode', '')}"
    yield from _ports((service.get("Endpoint") or {}).get("Ports") or [])
    yield from _health((template.get("ContainerSpec") or {}).get("Healthcheck"))
    yield ""


def _map(title: str, values: dict[str, str] | None, line: str, bare: str) -> Iterator[str]:
    if values:
        yield f"{title}:"
        yield from ((line if value else bare).format(key, value) for key, value in sorted(values.items()))


def _mode(mode: Spec) -> Iterator[str]:
    if "Global" in mode:
        yield "Service Mode:\tGlobal"
    elif "Replicated" in mode:
        yield "Service Mode:\tReplicated"
        if mode["Replicated"].get("Replicas") is not None:
            yield f" Replicas:\t{mode['Replicated']['Replicas']}"
    else:
        yield "Service Mode:"


def _update_status(status: Spec | None, now: datetime) -> Iterator[str]:
    if not status or not status.get("State"):
        return
    yield "UpdateStatus:"
    yield f" State:\t\t{status['State']}"
    if status.get("StartedAt"):
        yield f" Started:\t{age(status['StartedAt'], now)} ago"
    if status["State"] == "completed" and status.get("CompletedAt"):
        yield f" Completed:\t{age(status['CompletedAt'], now)} ago"
    yield f" Message:\t{status.get('Message', '')}"


def _placement(placement: Spec) -> Iterator[str]:
    yield "Placement:"
    if placement.get("Constraints"):
        yield f" Constraints:\t[{' '.join(placement['Constraints'])}]"
    if placement.get("Preferences"):
        spreads = [f"spread={each['Spread']['SpreadDescriptor']}" for each in placement["Preferences"]]
        yield f" Preferences:   [{' '.join(spreads)}]"
    if placement.get("MaxReplicas"):
        yield f" Max Replicas Per Node:   {placement['MaxReplicas']}"


def _update_config(title: str, order: str, config: Spec | None) -> Iterator[str]:
    if not config:
        return
    yield f"{title}:"
    yield f" Parallelism:\t{config.get('Parallelism', 0)}"
    if config.get("Delay"):
        yield f" Delay:\t\t{show_duration(config['Delay'])}"
    yield f" On failure:\t{config.get('FailureAction', '')}"
    if config.get("Monitor"):
        yield f" Monitoring Period: {show_duration(config['Monitor'])}"
    yield f" Max failure ratio: {go_float(config.get('MaxFailureRatio', 0))}"
    yield f" {order}{config.get('Order', '')}"


def _container(container: Spec) -> Iterator[str]:
    yield "ContainerSpec:"
    yield f" Image:\t\t{container.get('Image', '')}"
    for title, name in (("Args", "Args"), ("Env", "Env")):
        if container.get(name):
            yield f" {title}:\t\t{''.join(f'{each} ' for each in container[name])}"
    if container.get("Dir"):
        yield f" Dir:\t\t{container['Dir']}"
    if container.get("Init") is not None:
        yield f" Init:\t\t{str(container['Init']).lower()}"
    if container.get("User"):
        yield f" User: {container['User']}"
    yield from _capabilities(container)
    yield from _map("SysCtls", container.get("Sysctls"), " {}: {}", " {}")
    ulimits = {each["Name"]: f"{each['Soft']}:{each['Hard']}" for each in container.get("Ulimits") or []}
    yield from _map("Ulimits", ulimits, " {}: {}", " {}")
    yield from _mounts(container.get("Mounts") or [])
    yield from _references("Configs", "ConfigName", container.get("Configs") or [])
    yield from _references("Secrets", "SecretName", container.get("Secrets") or [])


def _capabilities(container: Spec) -> Iterator[str]:
    added, dropped = container.get("CapabilityAdd"), container.get("CapabilityDrop")
    if added or dropped:
        yield "Capabilities:"
    if added:
        yield f" Add: {', '.join(added)}"
    if dropped:
        yield f" Drop: {', '.join(dropped)}"


def _mounts(mounts: list[Spec]) -> Iterator[str]:
    if mounts:
        yield "Mounts:"
    for mount in mounts:
        yield f" Target:\t{mount.get('Target', '')}"
        yield f"  Source:\t{mount.get('Source', '')}"
        yield f"  ReadOnly:\t{str(mount.get('ReadOnly', False)).lower()}"
        yield f"  Type:\t\t{mount.get('Type', '')}"


def _references(title: str, name: str, references: list[Spec]) -> Iterator[str]:
    if references:
        yield f"{title}:"
    for each in references:
        yield f" Target:\t{(each.get('File') or {}).get('Name', '')}"
        yield f"  Source:\t{each.get(name, '')}"


def _log_driver(driver: Spec | None) -> Iterator[str]:
    if not driver:
        return
    yield "Log Driver:"
    if driver.get("Name"):
        yield f" Name:\t\t{driver['Name']}"
    if driver.get("Options"):
        yield " LogOpts:"
        for key, value in sorted(driver["Options"].items()):
            yield f"  {key}:       {value}" if value else f"  {key}"
    yield ""


def _resources(resources: Spec | None) -> Iterator[str]:
    if resources is None:
        return
    yield "Resources:"
    reservations, limits = resources.get("Reservations") or {}, resources.get("Limits") or {}
    if any(reservations.get(name) for name in ("NanoCPUs", "MemoryBytes")):
        yield " Reservations:"
        yield from _amounts(reservations)
    if any(limits.get(name) for name in ("NanoCPUs", "MemoryBytes", "Pids")):
        yield " Limits:"
        yield from _amounts(limits)
    if limits.get("Pids"):
        yield f"  PIDs:\t\t{limits['Pids']}"


def _amounts(amounts: Spec) -> Iterator[str]:
    if amounts.get("NanoCPUs"):
        yield f"  CPU:\t\t{go_float(amounts['NanoCPUs'] / 10**9)}"
    if amounts.get("MemoryBytes"):
        yield f"  Memory:\t{binary_size(amounts['MemoryBytes'])}"


def _ports(ports: list[Spec]) -> Iterator[str]:
    if ports:
        yield "Ports:"
    for port in ports:
        yield f" PublishedPort = {port.get('PublishedPort', 0)}"
        yield f"  Protocol = {port['Protocol']}"
        yield f"  TargetPort = {port['TargetPort']}"
        yield f"  PublishMode = {port.get('PublishMode', '')}"


def _health(check: Spec | None) -> Iterator[str]:
    if not check:
        return
    yield " Healthcheck:"
    yield f"  Interval = {show_duration(check.get('Interval', 0))}"
    yield f"  Retries = {check.get('Retries', 0)}"
    yield f"  StartPeriod =\t{show_duration(check.get('StartPeriod', 0))}"
    yield f"  Timeout =\t{show_duration(check.get('Timeout', 0))}"
    if check.get("Test"):
        yield "  Tests:"
        yield from (f"\t Test = {test}" for test in check["Test"])
