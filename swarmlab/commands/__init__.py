"""Every docker command once: its CLI spelling, its SDK call, and what it prints.

`parse("docker service scale helloworld=5")` is `ServiceScale(replicas={"helloworld": 5})`; `str()` of it is the line again,
`.sdk()` the same with the docker SDK, `.run(Session.on(cluster))` does it and prints what the docker CLI prints.
"""

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
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
from swarmlab.commands.swarm import SwarmInit, SwarmJoin, SwarmJoinToken, SwarmLeave, SwarmUnlockKey, SwarmUpdate
from swarmlab.commands.terminal import Terminal
from swarmlab.commands.usage import Help

__all__ = [
    "Command",
    "DockerError",
    "Help",
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
    "SwarmInit",
    "SwarmJoin",
    "SwarmJoinToken",
    "SwarmLeave",
    "SwarmUnlockKey",
    "SwarmUpdate",
    "Terminal",
    "parse",
]
