"""Every docker command once: its CLI spelling, its SDK call, and what it prints.

`parse("docker service scale helloworld=5")` is `ServiceScale(replicas={"helloworld": 5})`; `str()` of it is the line
again, `.sdk()` the same with the docker SDK, `.run(Session.on(cluster))` does it and prints what the docker CLI prints.
"""

from swarmlab.commands.command import Command
from swarmlab.commands.container import (
    ContainerExec,
    ContainerKill,
    ContainerLogs,
    ContainerLs,
    ContainerRm,
    ContainerStart,
    ContainerStop,
)
from swarmlab.commands.container_run import ContainerRun
from swarmlab.commands.errors import DockerError
from swarmlab.commands.image import ImageLs, ImagePull
from swarmlab.commands.inspect_any import ContainerInspect, ImageInspect, Inspect
from swarmlab.commands.network import NetworkCreate, NetworkInspect, NetworkLs, NetworkRm
from swarmlab.commands.node import NodeDemote, NodeInspect, NodeLs, NodePromote, NodePs, NodeRm, NodeUpdate
from swarmlab.commands.parsing import parse
from swarmlab.commands.service import (
    ServiceInspect,
    ServiceLs,
    ServicePs,
    ServiceRm,
    ServiceRollback,
    ServiceScale,
)
from swarmlab.commands.service_create import ServiceCreate
from swarmlab.commands.service_logs import ServiceLogs
from swarmlab.commands.service_update import ServiceUpdate
from swarmlab.commands.session import Session
from swarmlab.commands.stack import StackDeploy, StackLs, StackPs, StackRm, StackServices
from swarmlab.commands.swarm import SwarmInit, SwarmJoin, SwarmJoinToken, SwarmLeave, SwarmUnlockKey, SwarmUpdate
from swarmlab.commands.system import SystemEvents, SystemInfo
from swarmlab.commands.terminal import Terminal
from swarmlab.commands.usage import Help
from swarmlab.commands.volume import VolumeCreate, VolumeInspect, VolumeLs, VolumeRm

__all__ = [
    "Command",
    "ContainerExec",
    "ContainerInspect",
    "ContainerKill",
    "ContainerLogs",
    "ContainerLs",
    "ContainerRm",
    "ContainerRun",
    "ContainerStart",
    "ContainerStop",
    "DockerError",
    "Help",
    "ImageInspect",
    "ImageLs",
    "ImagePull",
    "Inspect",
    "NetworkCreate",
    "NetworkInspect",
    "NetworkLs",
    "NetworkRm",
    "NodeDemote",
    "NodeInspect",
    "NodeLs",
    "NodePromote",
    "NodePs",
    "NodeRm",
    "NodeUpdate",
    "ServiceCreate",
    "ServiceInspect",
    "ServiceLogs",
    "ServiceLs",
    "ServicePs",
    "ServiceRm",
    "ServiceRollback",
    "ServiceScale",
    "ServiceUpdate",
    "Session",
    "StackDeploy",
    "StackLs",
    "StackPs",
    "StackRm",
    "StackServices",
    "SwarmInit",
    "SwarmJoin",
    "SwarmJoinToken",
    "SwarmLeave",
    "SwarmUnlockKey",
    "SwarmUpdate",
    "SystemEvents",
    "SystemInfo",
    "Terminal",
    "VolumeCreate",
    "VolumeInspect",
    "VolumeLs",
    "VolumeRm",
    "parse",
]
