"""What the parts of one host's engine have in common: time, chance, and the stores that they share. Owns nothing."""

from __future__ import annotations

from dataclasses import dataclass, field

from swarmlab.engine.clock import Clock
from swarmlab.engine.host.events import Events
from swarmlab.engine.host.images import Images
from swarmlab.engine.host.networks import Networks
from swarmlab.engine.host.volumes import Volumes
from swarmlab.engine.ids import Chance

HOST_FILES = {
    "/etc/hosts": "127.0.0.1\tlocalhost\n",
    "/etc/localtime": "",
    "/etc/os-release": 'PRETTY_NAME="Ubuntu 24.04.2 LTS"\n',
    "/home/ubuntu/": "",
    "/lib/modules/": "",
    "/run/docker.sock": "",
    "/tmp/": "",
    "/usr/share/": "",
    "/var/lib/docker/": "",
    "/var/log/": "",
    "/var/run/docker.sock": "",
}
"""What lies on every host at first, as far as containers mount it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostParts:
    """One host's clock, chance, events, images, volumes and networks.

    Attributes:
        disk: the files of the host itself, as containers see them that mount its paths (files.py).
    """

    hostname: str
    clock: Clock
    chance: Chance
    events: Events
    images: Images
    volumes: Volumes
    networks: Networks
    disk: dict[str, str] = field(default_factory=lambda: dict(HOST_FILES))
