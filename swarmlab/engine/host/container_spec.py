"""What is found wrong with a container only when it is started: its user, its groups, settings of the kernel.

Owns no state. Source: moby daemon/oci_linux.go, getUser; moby/sys user/user.go, GetExecUser; runc
libcontainer/configs/validate/validator.go, sysctl.
Simplification: which settings the kernel has below `net.` and `fs.mqueue.`, and which values they take, is not looked
at, as runc does when it writes them.
"""

from __future__ import annotations

from collections.abc import Mapping

from swarmlab.engine.errors import ServerError
from swarmlab.engine.host.container import ContainerConfig
from swarmlab.engine.programs.users import group_refusal, user_refusal
from swarmlab.engine.programs.workloads import RUNC_CREATE
from swarmlab.gotemplate.lexing import quoted

_OF_IPC = frozenset(
    "kernel.msgmax kernel.msgmnb kernel.msgmni kernel.sem kernel.shmall kernel.shmmax kernel.shmmni "
    "kernel.shm_rmid_forced".split()
)


def check_spec(config: ContainerConfig, base: str) -> None:
    """Look at what a container is to run as; `base` is what its image is built on. Raises ServerError."""
    if config.user and (refusal := user_refusal(config.user, base)):
        raise ServerError(refusal)
    if not config.extra:
        return
    given = config.host_extra
    for group in config.host_texts("GroupAdd"):
        if refusal := group_refusal(group, base):
            raise ServerError(refusal)
    settings = given.get("Sysctls")
    for name in settings if isinstance(settings, Mapping) else ():
        if refusal := _sysctl_refusal(_dotted(name), config.network_mode, given):
            raise ServerError(RUNC_CREATE + refusal)


def _sysctl_refusal(name: str, network_mode: str, host: Mapping[str, object]) -> str:
    """Why runc does not set it; empty where it does: only what belongs to a namespace of the container."""
    shown = quoted(name)
    if name in _OF_IPC or name.startswith("fs.mqueue."):
        return f"sysctl {shown} is not allowed in the hosts ipc namespace" if host.get("IpcMode") == "host" else ""
    if name.startswith("net."):
        return f"sysctl {shown} not allowed in host network namespace" if network_mode == "host" else ""
    if host.get("UTSMode") != "host" and name == "kernel.domainname":
        return ""
    if host.get("UTSMode") != "host" and name == "kernel.hostname":
        return f'sysctl {shown} is not allowed as it conflicts with the OCI "hostname" field'
    return f"sysctl {shown} is not in a separate kernel namespace"


def _dotted(name: str) -> str:
    """`net/ipv4/conf/eno2.100/x` is `net.ipv4.conf.eno2/100.x`."""
    first = next((char for char in name if char in "./"), ".")
    return name if first == "." else name.translate({ord("."): "/", ord("/"): "."})
