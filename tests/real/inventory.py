"""Everything that lies in a Docker, and every file of labs: compared before and after, it shows a leak."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from docker import DockerClient

from swarmlab.backends.dind.labels import LAB_LABEL


def of_nobody(local: DockerClient) -> set[str]:
    """Containers, networks, volumes and names of images that no lab claims; other labs may run beside a test."""
    labelled = [
        *(("container", one.name, one.labels) for one in local.containers.list(all=True, ignore_removed=True)),
        *(("network", one.name, one.attrs.get("Labels") or {}) for one in local.networks.list()),
        *(("volume", one.name, one.attrs.get("Labels") or {}) for one in local.volumes.list()),
    ]
    images = {f"image {tag}" for one in local.images.list() for tag in one.tags}
    return images | {f"{kind} {name}" for kind, name, labels in labelled if LAB_LABEL not in labels}


def of_lab(local: DockerClient, lab_id: str) -> list[str]:
    """What carries the lab's label, of each kind."""
    filters = {"label": f"{LAB_LABEL}={lab_id}"}
    things = [
        *(f"container {one.name}" for one in local.containers.list(all=True, filters=filters, ignore_removed=True)),
        *(f"network {one.name}" for one in local.networks.list(filters=filters)),
        *(f"volume {one.name}" for one in local.volumes.list(filters=filters)),
    ]
    return sorted(things)


def census(local: DockerClient, lab_id: str, folder: Path, container_ids: Sequence[str]) -> dict[str, int]:
    """How much there is of a lab: what Docker has of it, its containers' processes, its files and keys."""
    kinds = [thing.split()[0] for thing in of_lab(local, lab_id)]
    return {
        **{f"{kind}s": kinds.count(kind) for kind in ("container", "network", "volume")},
        "processes": len(processes(container_ids)),
        "files": len(files(folder)),
        "keys": len(keys(folder)),
    }


def processes(container_ids: Sequence[str]) -> list[str]:
    """Numbers of this machine's processes in these containers, or for them."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            text = (process / "cgroup").read_text() + (process / "cmdline").read_text()
            if any(one in text for one in container_ids):
                found.append(process.name)
    return found


def files(runtime: Path) -> set[str]:
    """Every file and folder of labs."""
    return {str(path.relative_to(runtime)) for path in runtime.rglob("*")}


def keys(runtime: Path) -> list[Path]:
    """Private keys among them."""
    return [path for path in runtime.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]
