"""What a container looks like in `docker ps`.

Source: docker/cli cli/command/formatter/container.go.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from swarmlab.client.tables import ellipsis, short_id
from swarmlab.commands.printing.listing import Kind, columns, label_of
from swarmlab.commands.printing.templates import fill, parse
from swarmlab.commands.printing.units import age, decimal_size
from swarmlab.commands.spelling.references import Reference, shown
from swarmlab.gotemplate import Method, Pointer, Struct

COMMAND_WIDTH = 20
MOUNT_WIDTH = 15
Container = dict[str, Any]
_HEADERS = {
    "ID": "CONTAINER ID",
    "Names": "NAMES",
    "Image": "IMAGE",
    "Command": "COMMAND",
    "CreatedAt": "CREATED AT",
    "RunningFor": "CREATED",
    "Ports": "PORTS",
    "State": "STATE",
    "Status": "STATUS",
    "Size": "SIZE",
    "Labels": "LABELS",
    "Mounts": "MOUNTS",
    "LocalVolumes": "LOCAL VOLUMES",
    "Networks": "NETWORKS",
    "Platform": "PLATFORM",
}
_COLUMNS = ("ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names")
_RAW = r"""container_id: {{.ID}}
image: {{.Image}}
command: {{.Command}}
created_at: {{.CreatedAt}}
state: {{- pad .State 1 0}}
status: {{- pad .Status 1 0}}
names: {{.Names}}
labels: {{- pad .Labels 1 0}}
ports: {{- pad .Ports 1 0}}
"""
_PLATFORM = frozenset({"Platform", "Architecture", "OS", "OSVersion", "OSFeatures", "Variant"})
TYPE = "*formatter.ContainerContext"


def kind(*, size: bool) -> Kind:
    """What `docker ps` lists; `size` adds a column."""
    return Kind(
        type=TYPE,
        headers=_HEADERS,
        table=columns((*_COLUMNS, *(["Size"] if size else []))),
        raw=_RAW + (r"size: {{.Size}}\n" if size else ""),
        quiet_raw="container_id: {{.ID}}",
    )


def needs_size(template: str) -> bool:
    """Whether a template asks for sizes, which take time to find.

    Raises:
        DockerError: it is wrong: the CLI tries it before it asks the engine.
    """
    asked: list[str] = []

    def size() -> str:
        asked.append("Size")
        return ""

    nobody = {**row({"Id": "", "Created": 0}, datetime.fromtimestamp(0, tz=UTC), trunc=False), "Size": Method(size)}
    parsed = parse(template, words="failed to parse template: ")
    fill(parsed, Struct(TYPE, nobody), lambda _: None, "failed to execute template: ")
    return bool(asked)


def row(container: Container, now: datetime, *, trunc: bool) -> dict[str, object]:
    """One line of `docker ps`."""
    created = datetime.fromtimestamp(container["Created"], tz=UTC)
    command = container.get("Command", "")
    labels = container.get("Labels") or {}
    return {
        "ID": short_id(container["Id"]) if trunc else container["Id"],
        "Image": _image(container, trunc=trunc),
        "Command": json.dumps(ellipsis(command, COMMAND_WIDTH) if trunc else command, ensure_ascii=False),
        "RunningFor": f"{age(created, now)} ago",
        "Status": container.get("Status", ""),
        "Ports": published(container.get("Ports") or []),
        "Names": _names(container.get("Names") or [], trunc=trunc),
        "Size": _size(container),
        "State": container.get("State", ""),
        "CreatedAt": f"{created:%Y-%m-%d %H:%M:%S} +0000 UTC",
        "Labels": ",".join(sorted(f"{key}={value}" for key, value in labels.items())),
        "Label": label_of(labels),
        "Mounts": ",".join(_mount(each, trunc=trunc) for each in container.get("Mounts") or []),
        "LocalVolumes": str(sum(each.get("Driver") == "local" for each in container.get("Mounts") or [])),
        "Networks": ",".join((container.get("NetworkSettings") or {}).get("Networks") or {}),
        "Platform": Pointer("*formatter.Platform", None, _PLATFORM),
    }


def _image(container: Container, *, trunc: bool) -> str:
    image = container.get("Image", "")
    if not image:
        return "<no image>"
    if not trunc:
        return str(image)
    if short_id(container.get("ImageID", "")) == short_id(image):
        return short_id(image)
    reference = Reference.read(image)
    return shown(image) if reference.tag else reference.familiar_name


def _names(names: list[str], *, trunc: bool) -> str:
    plain = [name.removeprefix("/") for name in names]
    if trunc:
        plain = [name for name in plain if "/" not in name][:1]
    return ",".join(plain)


def _mount(mount: dict[str, Any], *, trunc: bool) -> str:
    name = mount.get("Name") or mount.get("Source", "")
    return ellipsis(name, MOUNT_WIDTH) if trunc else str(name)


def _size(container: Container) -> str:
    written = decimal_size(container.get("SizeRw", 0))
    total = container.get("SizeRootFs", 0)
    return f"{written} (virtual {decimal_size(total)})" if total else written


def published(ports: list[dict[str, Any]]) -> str:
    """`0.0.0.0:8080->80/tcp, 90-91/tcp`: ports that map to themselves are drawn together."""
    groups: dict[str, list[list[int]]] = {}
    mappings = []
    for port in sorted(ports, key=_order):
        inside, outside, address = port["PrivatePort"], port.get("PublicPort", 0), port.get("IP", "")
        if address and outside != inside:
            mappings.append(f"{_joined(address, str(outside))}->{inside}/{port['Type']}")
            continue
        group = groups.setdefault(f"{address}/{port['Type']}" if address else port["Type"], [])
        if group and inside == group[-1][1] + 1:
            group[-1][1] = inside
        else:
            group.append([inside, inside])
    finished = [_group(key, ends) for key, found in groups.items() for ends in found[:-1]]
    return ", ".join([*finished, *(_group(key, found[-1]) for key, found in groups.items()), *mappings])


def _order(port: dict[str, Any]) -> tuple[int, str, int, str]:
    return port["PrivatePort"], port.get("IP", ""), port.get("PublicPort", 0), port["Type"]


def _group(key: str, ends: list[int]) -> str:
    address, _, kind = key.rpartition("/")
    numbers = str(ends[0]) if ends[0] == ends[1] else f"{ends[0]}-{ends[1]}"
    return f"{_joined(address, numbers)}->{numbers}/{kind}" if address else f"{numbers}/{kind}"


def _joined(address: str, port: str) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
