"""What the parts of one host's engine have in common: time, chance, and the stores that they share. Owns nothing."""

from __future__ import annotations

from dataclasses import dataclass

from swarmlab.engine.clock import Clock
from swarmlab.engine.host.events import Events
from swarmlab.engine.host.images import Images
from swarmlab.engine.host.networks import Networks
from swarmlab.engine.host.volumes import Volumes
from swarmlab.engine.ids import Chance


@dataclass(frozen=True, slots=True, kw_only=True)
class HostParts:
    """One host's clock, chance, events, images, volumes and networks."""

    hostname: str
    clock: Clock
    chance: Chance
    events: Events
    images: Images
    volumes: Volumes
    networks: Networks
