"""Everything that lies in a Docker, and every file of labs: compared before and after, it shows a leak."""

from __future__ import annotations

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


def files(runtime: Path) -> set[str]:
    """Every file and folder of labs."""
    return {str(path.relative_to(runtime)) for path in runtime.rglob("*")}


def keys(runtime: Path) -> list[Path]:
    """Private keys among them."""
    return [path for path in runtime.rglob("*") if path.is_file() and b"PRIVATE KEY" in path.read_bytes()]
