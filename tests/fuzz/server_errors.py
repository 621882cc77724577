"""The answers with a 5xx that a fuzzed request may get: those that Docker itself gives, and no others.

Docker has few errors of its own with such a status: what has no type (500), what a manager alone may do (503), what
SwarmKit does not do (501). This engine adds one kind, 501 for what it has not got. `make real` sends such requests to
real engines too (tests/real/test_hostile_requests.py).
"""

from __future__ import annotations

import re

_SWARM_REFUSES = "rpc error: code = Unknown desc = "

SERVER_ERRORS: tuple[tuple[int, str], ...] = (
    # Errors without a type. Recorded from 28.5.2.
    (500, r"Bad parameters: you must choose at least one stream"),
    (500, r'tail value must be a positive integer or "all"|negative tail values not supported'),
    (
        500,
        r"(could not parse since timestamp: )?strconv\.\w+: parsing \".*\": (invalid syntax|value out of range)",
    ),
    (500, r"Conflict, cannot remove the default link name of the container"),
    (500, r"Container [0-9a-f]{64} is not paused"),
    (500, r"cannot stop container: .+: invalid signal: .*"),
    (500, r"container [0-9a-f]{64} is not connected to (the )?network .+"),
    (500, r"invalid volume specification: '.*': .+|invalid mode: .+"),
    (500, r"unexpected EOF"),
    (500, r"Invalid (role|membership|desired-state) filter: '.*'"),
    (500, r"unrecognized rollback option .*"),
    (500, r'runtime type "plugin" only supported in experimental'),
    (500, r"network .* not found"),
    (500, r"Could not attach to network .+: rpc error: code = (NotFound|PermissionDenied) desc = .+"),
    (500, r"requested (macvlan|ipvlan) mode '.*' is not valid, .+|invalid subinterface vlan name .+"),
    (500, r"(OCI runtime create failed|failed to create task for container|failed to set up container networking): .+"),
    # What SwarmKit gives no code, its control API has not got, or a dead leader does not say.
    (500, _SWARM_REFUSES + r"(update out of sequence|name conflicts with an existing object)"),
    (500, _SWARM_REFUSES + r"(constraint expected one operator from ==, !=|(key|value) '.*' is invalid)"),
    (500, _SWARM_REFUSES + r'plugin ".*" not found'),
    (500, _SWARM_REFUSES + r"The swarm does not have a leader\. .+"),
    (500, r"rpc error: code = DeadlineExceeded desc = context deadline exceeded"),
    (
        501,
        r"rpc error: code = Unimplemented desc = (renaming services is not|service mode change is not) .+",
    ),
    (501, r"rpc error: code = Unimplemented desc = networks must be migrated to TaskSpec before being changed"),
    (501, r"configured logging driver does not support reading"),
    # Init and join: addresses, tokens and settings that are none, managers that are not there.
    (500, r"invalid join token|remote CA does not match fingerprint\. .+|error updating cluster settings: .+"),
    (500, r"subnet size is out of range: .+|invalid base pool .+|invalid CIDR: .+|Datapath port number is not .+"),
    (500, r"could not find local IP address: dial udp: .+|manager stopped: failed to listen on remote API address: .+"),
    (500, r"manager stopped: can't initialize raft node: .+"),
    (503, r"(manager stopped: can't initialize raft node: )?rpc error: code = Unavailable desc = connection error: .+"),
    (503, r"Timeout was reached before node joined\. .+"),
    # Whose node is in another state than the request needs.
    (503, r"This node is not part of a swarm"),
    (503, r"This node is not a swarm manager\. .+"),
    (503, r"This node is already part of a swarm\. .+"),
    (503, r"You are attempting to leave the swarm on a node that is participating as a manager\. .+"),
    (503, r"volume update only valid for cluster volumes, but swarm is unavailable"),
    # What this engine has not got: it names it.
    (501, r"[^:]* (is|are) not implemented (by this engine|here)"),
    (501, r"the parameter .+ of [A-Z]+ /\S+ is not implemented (by this engine|here)"),
    (501, r"[A-Z]+ /.* is not implemented by this engine"),
    (501, r"(this engine has|this engine's|the embedded engine) .+"),
)


def is_dockers_own(status: int, message: str) -> bool:
    """Whether Docker, or what this engine has not got, answers so."""
    return any(number == status and re.fullmatch(text, message, re.DOTALL) for number, text in SERVER_ERRORS)
