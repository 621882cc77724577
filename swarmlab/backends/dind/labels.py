"""What a lab creates in the local Docker, whose it is, and how all of it goes away again.

Everything carries two labels: the lab's id, and the process that owns it. Nothing without the first label is ever
touched. What lies in the lab's directory on disk is not this module's.
"""

from __future__ import annotations

import hashlib
import os
import socket
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from docker import DockerClient
from docker.errors import APIError, NotFound
from docker.models.containers import Container
from docker.models.networks import Network

from swarmlab.backends.dind.paused import resume
from swarmlab.backends.parallel import in_parallel
from swarmlab.ownership import Owner

LAB_LABEL = "swarmlab.lab"
OWNER_LABEL = "swarmlab.owner"

_IN_PROGRESS = 409
"""Status of the answer when someone else is removing the same container."""

_IN_USE = 403
"""Status of the answer when a container is still in the network that is to be removed."""

_REMOVED_TIMEOUT_S = 60
_LEFT_TIMEOUT_S = 20
_AGAIN_S = 0.2

_ended: set[str] = set()
"""Labs of this process that have ended. Docker may have failed just then, and keep a part of one."""


def lab_labels(lab_id: str, owner: Owner) -> dict[str, str]:
    """Labels of everything that this lab creates."""
    return {LAB_LABEL: lab_id, OWNER_LABEL: f"{this_machine()}/{owner.pid}/{owner.started!r}"}


@cache
def this_machine() -> str:
    """This machine, among all that may share a Docker: its host name, and a mark of what no other machine has.

    Many machines are called `localhost` or `ubuntu`; a process of one cannot be looked for on another.
    """
    mark = next(filter(None, map(_text_of, _MACHINE_IDS)), f"{uuid.getnode():x}")
    return f"{socket.gethostname()}-{hashlib.sha256(f'swarmlab {mark}'.encode()).hexdigest()[:12]}"


_MACHINE_IDS = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
"""Confidential, says machine-id(5), so only a hash of it is shown."""


def _text_of(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def remove_lab(client: DockerClient, lab_id: str) -> None:
    """Remove every container, network and volume of one lab, which ends with that.

    If Docker does not answer, a later start in this process removes what is left.
    """
    _ended.add(lab_id)
    _remove_labelled(client, f"{LAB_LABEL}={lab_id}")


def remove_orphans(client: DockerClient) -> list[str]:
    """Remove the labs that have ended, or whose owner was a process of this machine and is dead; no other.

    Returns:
        The ids of the labs of which something was there.
    """
    orphans = [lab_id for lab_id, owner in _labs(client).items() if _is_over(lab_id, owner)]
    for lab_id in orphans:
        # Two labs that start at the same time clear up after the same dead one: whoever is first.
        with suppress(APIError):
            _remove_labelled(client, f"{LAB_LABEL}={lab_id}")
    return sorted(orphans)


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


def _is_over(lab_id: str, owner_label: str) -> bool:
    try:
        machine, pid, started = owner_label.split("/")
        owner = Owner(pid=int(pid), started=float(started))
    except ValueError:
        return False
    if machine != this_machine():
        return False
    return not owner.is_alive() or (owner.pid == os.getpid() and lab_id in _ended)


def _remove_labelled(client: DockerClient, label: str) -> None:
    filters: dict[str, str | list[str] | bool] = {"label": label}
    in_parallel(_remove_container, client.containers.list(True, filters=filters, ignore_removed=True))
    for network in client.networks.list(filters=filters):
        _remove_network(network)
    for volume in client.volumes.list(filters=filters):
        unless_gone(volume.remove)


def _remove_network(network: Network) -> None:
    """Remove it, once Docker has taken out the last endpoints; under load it may forget one whose container is gone."""
    deadline = time.monotonic() + _LEFT_TIMEOUT_S
    while True:
        try:
            return unless_gone(network.remove)
        except APIError as error:
            if error.status_code != _IN_USE or time.monotonic() > deadline:
                raise
        with suppress(APIError):
            network.reload()
            for key, endpoint in network.attrs["Containers"].items():
                if key.startswith("ep-"):  # as Docker shows one that belongs to no container
                    network.disconnect(endpoint["Name"], force=True)
        time.sleep(_AGAIN_S)


def _remove_container(container: Container) -> None:
    resume(container)
    unless_gone(lambda: container.remove(v=True, force=True))
    # Someone else may be removing it still: until it is gone, its network and its volume cannot go.
    unless_gone(lambda: container.wait(condition="removed", timeout=_REMOVED_TIMEOUT_S))
