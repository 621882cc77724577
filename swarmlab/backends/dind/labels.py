"""What a lab creates in the local Docker, whose it is, and how all of it goes away again.

Everything carries two labels: the lab's id, and the process that owns it. Nothing without the first label is ever
touched. What lies in the lab's directory on disk is not this module's.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress

from docker import DockerClient
from docker.errors import APIError, NotFound

from swarmlab.backends.parallel import in_parallel
from swarmlab.ownership import Owner

LAB_LABEL = "swarmlab.lab"
OWNER_LABEL = "swarmlab.owner"

_IN_PROGRESS = 409
"""Status of the answer when someone else is removing the same container."""


def lab_labels(lab_id: str, owner: Owner) -> dict[str, str]:
    """Labels of everything that this lab creates."""
    return {LAB_LABEL: lab_id, OWNER_LABEL: f"{socket.gethostname()}/{owner.pid}/{owner.started!r}"}


def remove_lab(client: DockerClient, lab_id: str) -> None:
    """Remove every container, network and volume of one lab."""
    _remove_labelled(client, f"{LAB_LABEL}={lab_id}")


def remove_orphans(client: DockerClient) -> None:
    """Remove the labs whose owner was a process of this machine and is dead; no other."""
    for lab_id, owner in _labs(client).items():
        # Two labs that start at the same time clear up after the same dead one: whoever is first.
        with suppress(APIError):
            if _is_dead(owner):
                remove_lab(client, lab_id)


def remove_all(client: DockerClient) -> list[str]:
    """Remove every lab from this Docker, whoever owns it; returns the ids of those that were there."""
    found = _labs(client)
    _remove_labelled(client, LAB_LABEL)
    return sorted(found)


def unless_gone(remove: Callable[[], object]) -> None:
    """Remove one thing; fine if it is gone already, or if someone else is removing it."""
    try:
        remove()
    except NotFound:
        pass
    except APIError as error:
        if error.status_code != _IN_PROGRESS:
            raise


def _labs(client: DockerClient) -> dict[str, str]:
    """Lab ids with their owner label."""
    filters: dict[str, str | list[str] | bool] = {"label": LAB_LABEL}
    containers = client.containers.list(True, filters=filters, ignore_removed=True)
    labels: list[dict[str, str]] = [container.labels for container in containers]
    labels += [network.attrs.get("Labels") or {} for network in client.networks.list(filters=filters)]
    labels += [volume.attrs.get("Labels") or {} for volume in client.volumes.list(filters=filters)]
    return {one[LAB_LABEL]: one.get(OWNER_LABEL, "") for one in labels}


def _is_dead(owner_label: str) -> bool:
    try:
        machine, pid, started = owner_label.split("/")
        owner = Owner(pid=int(pid), started=float(started))
    except ValueError:
        return False
    return machine == socket.gethostname() and not owner.is_alive()


def _remove_labelled(client: DockerClient, label: str) -> None:
    filters: dict[str, str | list[str] | bool] = {"label": label}
    in_parallel(
        lambda container: unless_gone(lambda: container.remove(v=True, force=True)),
        client.containers.list(True, filters=filters, ignore_removed=True),
    )
    for network in client.networks.list(filters=filters):
        unless_gone(network.remove)
    for volume in client.volumes.list(filters=filters):
        unless_gone(volume.remove)
