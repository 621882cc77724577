"""Every docker command once: its CLI spelling, its SDK call, and what it prints.

`parse("docker service scale helloworld=5")` is `ServiceScale(replicas={"helloworld": 5})`; `str()` of it is the line
again, `.sdk()` the same with the docker SDK, `.run(Session.on(cluster))` does it and prints what the docker CLI prints.

    command, session, errors    what a command is, where it runs, how it says no
    spelling/                   how it is typed
    printing/                   how its answer is shown
    swarm/ services/ stacks/ containers/ resources/ system/     the commands, by Docker's groups
"""

from swarmlab.commands.command import Command
from swarmlab.commands.containers.container import ContainerKill, ContainerLs, ContainerRm, ContainerStop
from swarmlab.commands.containers.copying import ContainerCp, ContainerExport
from swarmlab.commands.containers.create import ContainerCreate
from swarmlab.commands.containers.exec import ContainerExec
from swarmlab.commands.containers.lifecycle import (
    ContainerDiff,
    ContainerPause,
    ContainerPort,
    ContainerPrune,
    ContainerRename,
    ContainerRestart,
    ContainerTop,
    ContainerUnpause,
    ContainerWait,
)
from swarmlab.commands.containers.logs import ContainerLogs
from swarmlab.commands.containers.run import ContainerRun
from swarmlab.commands.containers.start import ContainerAttach, ContainerStart
from swarmlab.commands.containers.stats import ContainerStats
from swarmlab.commands.containers.update import ContainerUpdate
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.terminal import Terminal
from swarmlab.commands.resources.cluster_volume import VolumeUpdate
from swarmlab.commands.resources.config import ConfigCreate, ConfigInspect, ConfigLs, ConfigRm
from swarmlab.commands.resources.image import ImageLs, ImagePull
from swarmlab.commands.resources.image_names import ImageHistory, ImageRm, ImageTag
from swarmlab.commands.resources.network import (
    NetworkConnect,
    NetworkCreate,
    NetworkDisconnect,
    NetworkInspect,
    NetworkLs,
    NetworkRm,
)
from swarmlab.commands.resources.pruning import ImagePrune, NetworkPrune, VolumePrune
from swarmlab.commands.resources.secret import SecretCreate, SecretInspect, SecretLs, SecretRm
from swarmlab.commands.resources.volume import VolumeCreate, VolumeInspect, VolumeLs, VolumeRm
from swarmlab.commands.services.create import ServiceCreate
from swarmlab.commands.services.logs import ServiceLogs
from swarmlab.commands.services.service import (
    ServiceInspect,
    ServiceLs,
    ServicePs,
    ServiceRm,
    ServiceRollback,
    ServiceScale,
)
from swarmlab.commands.services.update import ServiceUpdate
from swarmlab.commands.session import Session
from swarmlab.commands.spelling.parsing import parse
from swarmlab.commands.spelling.usage import Help
from swarmlab.commands.stacks.deploy import StackDeploy
from swarmlab.commands.stacks.stack import StackConfig, StackLs, StackPs, StackRm, StackServices
from swarmlab.commands.swarm.ca import SwarmCa
from swarmlab.commands.swarm.keys import SwarmJoinToken, SwarmUnlock, SwarmUnlockKey
from swarmlab.commands.swarm.node import NodeDemote, NodeInspect, NodeLs, NodePromote, NodePs, NodeRm, NodeUpdate
from swarmlab.commands.swarm.swarm import SwarmInit, SwarmJoin, SwarmLeave, SwarmUpdate
from swarmlab.commands.system.context import ContextInspect, ContextLs, ContextShow, ContextUse
from swarmlab.commands.system.disk_usage import SystemDf
from swarmlab.commands.system.inspect_any import ContainerInspect, ImageInspect, Inspect
from swarmlab.commands.system.prune import SystemPrune
from swarmlab.commands.system.system import SystemEvents, SystemInfo
from swarmlab.commands.system.version import SystemVersion

__all__ = [
    "Command",
    "ConfigCreate",
    "ConfigInspect",
    "ConfigLs",
    "ConfigRm",
    "ContainerAttach",
    "ContainerCp",
    "ContainerCreate",
    "ContainerDiff",
    "ContainerExec",
    "ContainerExport",
    "ContainerInspect",
    "ContainerKill",
    "ContainerLogs",
    "ContainerLs",
    "ContainerPause",
    "ContainerPort",
    "ContainerPrune",
    "ContainerRename",
    "ContainerRestart",
    "ContainerRm",
    "ContainerRun",
    "ContainerStart",
    "ContainerStats",
    "ContainerStop",
    "ContainerTop",
    "ContainerUnpause",
    "ContainerUpdate",
    "ContainerWait",
    "ContextInspect",
    "ContextLs",
    "ContextShow",
    "ContextUse",
    "DockerError",
    "Help",
    "ImageHistory",
    "ImageInspect",
    "ImageLs",
    "ImagePrune",
    "ImagePull",
    "ImageRm",
    "ImageTag",
    "Inspect",
    "NetworkConnect",
    "NetworkCreate",
    "NetworkDisconnect",
    "NetworkInspect",
    "NetworkLs",
    "NetworkPrune",
    "NetworkRm",
    "NodeDemote",
    "NodeInspect",
    "NodeLs",
    "NodePromote",
    "NodePs",
    "NodeRm",
    "NodeUpdate",
    "SecretCreate",
    "SecretInspect",
    "SecretLs",
    "SecretRm",
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
    "StackConfig",
    "StackDeploy",
    "StackLs",
    "StackPs",
    "StackRm",
    "StackServices",
    "SwarmCa",
    "SwarmInit",
    "SwarmJoin",
    "SwarmJoinToken",
    "SwarmLeave",
    "SwarmUnlock",
    "SwarmUnlockKey",
    "SwarmUpdate",
    "SystemDf",
    "SystemEvents",
    "SystemInfo",
    "SystemPrune",
    "SystemVersion",
    "Terminal",
    "VolumeCreate",
    "VolumeInspect",
    "VolumeLs",
    "VolumePrune",
    "VolumeRm",
    "VolumeUpdate",
    "parse",
]
