"""`docker system df`: what images, containers and volumes take of an engine's disk, and what could be freed.

Source: docker/cli cli/command/system/df.go, cli/command/formatter/{disk_usage,buildcache,volume}.go.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from swarmlab.client.tables import short_id
from swarmlab.commands.command import Command
from swarmlab.commands.containers.text import TYPE as CONTAINER
from swarmlab.commands.containers.text import kind as container_kind
from swarmlab.commands.containers.text import row as container_row
from swarmlab.commands.printing.listing import Kind, Listing, Row, columns, expanded
from swarmlab.commands.printing.templates import FORMAT_TABLE, JSON, fill, parse
from swarmlab.commands.printing.units import age, decimal_size
from swarmlab.commands.resources.image import IMAGES_WITH_DIGESTS, NONE
from swarmlab.commands.resources.volume import VOLUMES, volume_row
from swarmlab.commands.session import Session
from swarmlab.commands.spelling.options import Switch, Text, flag
from swarmlab.commands.spelling.references import Reference
from swarmlab.gotemplate import Items, Pointer, Struct
from swarmlab.gotypes.moments import time_of

Usage = dict[str, Any]
Rows = list[dict[str, object]]
_ACTIVE = ("running", "paused", "restarting")
_SUMMARY = {
    "Type": "TYPE",
    "TotalCount": "TOTAL",
    "Active": "ACTIVE",
    "Size": "SIZE",
    "Reclaimable": "RECLAIMABLE",
}
_USAGE = Kind(
    type="",
    headers=_SUMMARY,
    table=columns(_SUMMARY),
    raw=r"type: {{.Type}}\ntotal: {{.TotalCount}}\nactive: {{.Active}}\nsize: {{.Size}}"
    r"\nreclaimable: {{.Reclaimable}}\n",
)
_CONTEXTS = {"Images": "Images", "Containers": "Containers", "Local Volumes": "Volumes", "Build Cache": "Builder"}
_CACHE_RAW = """build_cache_id: {{.ID}}
parent_id: {{.Parent}}
build_cache_type: {{.CacheType}}
description: {{.Description}}
created_at: {{.CreatedAt}}
created_since: {{.CreatedSince}}
last_used_at: {{.LastUsedAt}}
last_used_since: {{.LastUsedSince}}
usage_count: {{.UsageCount}}
in_use: {{.InUse}}
shared: {{.Shared}}
"""
_IMAGES = {
    "Repository": "REPOSITORY",
    "Tag": "TAG",
    "ID": "IMAGE ID",
    "CreatedSince": "CREATED",
    "Size": "SIZE",
    "SharedSize": "SHARED SIZE",
    "UniqueSize": "UNIQUE SIZE",
    "Containers": "CONTAINERS",
}
_CONTAINERS = {
    "ID": "CONTAINER ID",
    "Image": "IMAGE",
    "Command": "COMMAND",
    "LocalVolumes": "LOCAL VOLUMES",
    "Size": "SIZE",
    "RunningFor": "CREATED",
    "Status": "STATUS",
    "Names": "NAMES",
}
_VOLUMES = {"Name": "VOLUME NAME", "Links": "LINKS", "Size": "SIZE"}
_CACHE = {
    "ID": "CACHE ID",
    "CacheType": "CACHE TYPE",
    "Size": "SIZE",
    "CreatedSince": "CREATED",
    "LastUsedSince": "LAST USED",
    "UsageCount": "USAGE",
    "Shared": "SHARED",
}


@dataclass(frozen=True, kw_only=True)
class SystemDf(Command, path="system df"):
    """How much of the disk is used for what."""

    usage = "[OPTIONS]"
    summary = "Show docker disk usage"

    format: Text = flag("--format string", FORMAT_TABLE)
    verbose: Switch = flag("-v, --verbose", "Show detailed information on space usage")

    def sdk(self) -> str:
        """See Command."""
        return "client.df()"

    def perform(self, session: Session) -> None:
        """See Command."""
        found = session.get("/system/df")
        if not self.verbose:
            listing = Listing(session.terminal, _USAGE)
            listing.print_structs(_summary(found), template=self.format or "")
            return
        if self.format in (None, "", "table"):
            self._print_all(session, found)
        else:
            fill(
                parse(_verbose_template(self.format or "")),
                _all_of(found, session.now()),
                session.terminal.write,
            )

    def _print_all(self, session: Session, found: Usage) -> None:
        now = session.now()
        cache = found.get("BuildCache") or []
        built = decimal_size(sum(each["Size"] for each in cache if not each.get("Shared")), digits=4)
        parts: list[tuple[str, dict[str, str], Rows]] = [
            ("Images space usage:", _IMAGES, [_image(each, now) for each in found.get("Images") or []]),
            ("\nContainers space usage:", _CONTAINERS, [_container(each, now) for each in found["Containers"] or []]),
            ("\nLocal Volumes space usage:", _VOLUMES, [_volume(each) for each in found.get("Volumes") or []]),
            (f"\nBuild cache usage: {built}", _CACHE, [_cached(each, now) for each in cache]),
        ]
        for title, headers, rows in parts:
            session.terminal.print(f"{title}\n")
            Listing(session.terminal, Kind(type="", headers=headers, table=columns(headers))).print(rows)


def _verbose_template(given: str) -> str:
    """What the CLI goes through: `raw` is that of every kind, one after another."""
    if given != "raw":
        return JSON if given == "json" else expanded(given)
    raws = {"Image": IMAGES_WITH_DIGESTS.raw, "Container": container_kind(size=True).raw, "Volume": VOLUMES.raw}
    fields = {"Image": "Images", "Container": "Containers", "Volume": "Volumes", "Build Cache": "BuildCache"}
    parts = (
        f"{{{{range .{field}}}}}type: {name}\n{raws.get(name) or _CACHE_RAW}\n{{{{end -}}}}"
        for name, field in fields.items()
    )
    return expanded("\n".join(parts))


def _all_of(found: Usage, now: datetime) -> Pointer:
    """What a template for all that there is sees; nothing is cut."""
    kinds: dict[str, tuple[str, Sequence[Row]]] = {
        "Images": ("*formatter.imageContext", [_image(each, now, trunc=False) for each in found.get("Images") or []]),
        "Containers": (CONTAINER, [_container(each, now, trunc=False) for each in found.get("Containers") or []]),
        "Volumes": ("*formatter.volumeContext", [volume_row(each) for each in found.get("Volumes") or []]),
        "BuildCache": ("*formatter.buildCacheContext", [_cached(each, now) for each in found.get("BuildCache") or []]),
    }
    fields = {name: Items([Struct(type_, row) for row in rows], f"[]{type_}") for name, (type_, rows) in kinds.items()}
    return Pointer("*formatter.diskUsageContext", Struct("formatter.diskUsageContext", fields))


def _summary(found: Usage) -> Iterator[Struct]:
    images, containers = found.get("Images") or [], found.get("Containers") or []
    volumes, cache = found.get("Volumes") or [], found.get("BuildCache") or []
    layers = found.get("LayersSize", 0)
    used = sum(each["Size"] - each["SharedSize"] for each in images if each["Containers"] > 0 and _is_known(each))
    yield _line("Images", len(images), sum(each["Containers"] > 0 for each in images), layers, layers - used)
    active = [each for each in containers if each["State"] in _ACTIVE]
    written = sum(each.get("SizeRw", 0) for each in containers)
    kept = sum(each.get("SizeRw", 0) for each in active)
    yield _line("Containers", len(containers), len(active), written, written - kept)
    sized = [each["UsageData"] for each in volumes if each["UsageData"]["Size"] != -1]
    held = sum(each["Size"] for each in sized)
    free = sum(each["Size"] for each in sized if each["RefCount"] == 0)
    yield _line("Local Volumes", len(volumes), sum(each["UsageData"]["RefCount"] > 0 for each in volumes), held, free)
    built = sum(each["Size"] for each in cache if not each.get("Shared"))
    in_use = sum(each["Size"] for each in cache if each.get("InUse") and not each.get("Shared"))
    reclaimable = decimal_size(built - in_use, digits=4)
    line = _line("Build Cache", len(cache), sum(bool(each.get("InUse")) for each in cache), built, 0)
    yield Struct(line.type, {**line.fields, "Reclaimable": reclaimable})


def _is_known(image: Usage) -> bool:
    return -1 not in (image["Size"], image["SharedSize"])


def _line(kind: str, total: int, active: int, size: int, free: int) -> Struct:
    share = f" ({free * 100 // size}%)" if size > 0 else ""
    fields = {
        "Type": kind,
        "TotalCount": str(total),
        "Active": str(active),
        "Size": decimal_size(size, digits=4),
        "Reclaimable": f"{decimal_size(free, digits=4)}{share}",
    }
    return Struct(f"*formatter.diskUsage{_CONTEXTS[kind]}Context", fields)


def _image(image: Usage, now: datetime, *, trunc: bool = True) -> dict[str, object]:
    tags = image.get("RepoTags") or []
    reference = Reference.read(tags[0]) if tags else None
    shared, created = image["SharedSize"], datetime.fromtimestamp(image["Created"], tz=UTC)
    return {
        "Repository": reference.familiar_name if reference else NONE,
        "Tag": reference.tag if reference else NONE,
        "Digest": "",
        "ID": short_id(image["Id"]) if trunc else image["Id"],
        "CreatedSince": f"{age(created, now)} ago",
        "CreatedAt": f"{created:%Y-%m-%d %H:%M:%S} +0000 UTC",
        "Size": decimal_size(image["Size"]),
        "VirtualSize": decimal_size(image["Size"], digits=4),
        "SharedSize": "N/A" if shared == -1 else decimal_size(shared, digits=4),
        "UniqueSize": decimal_size(image["Size"] - shared, digits=4) if _is_known(image) else "N/A",
        "Containers": "N/A" if image["Containers"] == -1 else str(image["Containers"]),
    }


def _container(container: Usage, now: datetime, *, trunc: bool = True) -> dict[str, object]:
    return container_row({**container, "SizeRootFs": 0}, now, trunc=trunc)


def _volume(volume: Usage) -> dict[str, object]:
    usage = volume.get("UsageData")
    return {
        "Name": volume["Name"],
        "Links": str(usage["RefCount"]) if usage else "N/A",
        "Size": decimal_size(usage["Size"], digits=4) if usage else "N/A",
    }


def _cached(cache: Usage, now: datetime) -> dict[str, object]:
    last = cache.get("LastUsedAt")
    return {
        "ID": cache["ID"][:12] + ("*" if cache.get("InUse") else ""),
        "Parent": cache.get("Parent", ""),
        "Description": cache.get("Description", ""),
        "CacheType": cache.get("Type", ""),
        "CreatedAt": time_of(cache["CreatedAt"]).shown,
        "LastUsedAt": time_of(last).shown if last else "",
        "InUse": str(bool(cache.get("InUse"))).lower(),
        "Size": decimal_size(cache["Size"], digits=3),
        "CreatedSince": f"{age(cache['CreatedAt'], now)} ago",
        "LastUsedSince": f"{age(last, now)} ago" if last else "",
        "UsageCount": str(cache.get("UsageCount", 0)),
        "Shared": str(bool(cache.get("Shared"))).lower(),
    }
