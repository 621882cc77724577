"""A lab of three real Docker Engines, in containers of the local Docker.

`backend` puts the parts together: start, reset, close. `local_docker` is the Docker that the containers run in,
`refusals` says which will not do; `labels` what a lab creates there, whose it is, and how it is removed, `paused` what
would be in the way of that. `network` has the addresses, `certificates` the TLS of the engines' API, `registry` and
`image_files` the lessons' images, and the name docker.com. `node_plan` and `nodes` are one container with one engine;
`node-entry.sh` runs in it. `walls` and `faults` are how a lab is broken: power, links, firewalls, containers.
"""

from __future__ import annotations

from swarmlab.backends.dind import local_docker
from swarmlab.backends.dind.backend import DindBackend, start
from swarmlab.backends.dind.labels import remove_all as _remove_all
from swarmlab.backends.dind.refusals import NoLocalDocker

__all__ = ["DindBackend", "NoLocalDocker", "remove_all", "start"]


def remove_all() -> list[str]:
    """Remove every lab's containers, networks and volumes from the local Docker; returns the ids of those labs.

    Raises:
        NoLocalDocker: no Docker answers on this machine.
    """
    client = local_docker.connect()
    try:
        return _remove_all(client)
    finally:
        client.close()
