"""Which settings of a container the engine refuses when it is created. Owns no state.

Limits are in container_limits.py, mounts in container_mounts.py; what only shows at the start is in container_spec.py.
Source: moby daemon/container.go, validateContainerConfig and validateHostConfig; daemon/daemon_unix.go,
verifyPlatformContainerSettings; opts/{env,hosts}.go; oci/caps/utils.go.
"""

from __future__ import annotations

import ipaddress

from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.host.container import ContainerConfig
from swarmlab.engine.host.container_restarts import check_policy
from swarmlab.engine.host.health_spec import check_check
from swarmlab.engine.programs.signals import is_signal
from swarmlab.gotemplate.lexing import quoted

_CAPABILITIES = frozenset(
    """AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH
    FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE
    NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE
    SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM""".split()
)
"""Source: capabilities(7)."""

_MODES = {
    "IPC": ("IpcMode", ("", "none", "private", "shareable", "host"), True),
    "PID": ("PidMode", ("", "host"), True),
    "UTS": ("UTSMode", ("", "host"), False),
}
"""Namespaces: their key, what is known of them, whether another container's can be named."""


def check_settings(config: ContainerConfig) -> None:
    """Look at what makes no sense whatever the image is. Raises InvalidParameter."""
    if config.working_dir and not config.working_dir.startswith("/"):
        wrong = f"the working directory '{config.working_dir}' is invalid"
        raise InvalidParameter(f"{wrong}, it needs to be an absolute path")
    if config.stop_signal and not is_signal(config.stop_signal):
        raise InvalidParameter(f"invalid signal: {config.stop_signal}")
    for entry in config.env:
        if not entry.partition("=")[0].strip():
            raise InvalidParameter(f"invalid environment variable: {entry}")
    check_check(config.healthcheck)
    for entry in config.hosts:
        _check_host(entry)
    check_policy(config.restart, config.restart_max_retries, auto_remove=config.auto_remove)
    if config.extra:
        _check_rights(config)


def _check_host(entry: str) -> None:
    name, colon, address = entry.partition(":")
    if not (name and colon):
        raise InvalidParameter(f"bad format for add-host: {quoted(entry)}")
    if address == "host-gateway":
        return
    try:
        ipaddress.ip_address(address)
    except ValueError:
        raise InvalidParameter(f"invalid IP address in add-host: {quoted(address)}") from None


def _check_rights(config: ContainerConfig) -> None:
    given = config.host_extra
    for key in ("CapAdd", "CapDrop"):
        for name in config.host_texts(key):
            _check_capability(key, name)
    for what, (key, known, of_others) in _MODES.items():
        mode = given.get(key) or ""
        if mode not in known and not (of_others and str(mode).partition(":")[0] == "container" and str(mode)[10:]):
            raise InvalidParameter(f"invalid {what} mode: {mode}")
        # The daemon looks at this size between namespaces: after PID's, before UTS's.
        if key == "PidMode" and _number(given.get("ShmSize")) < 0:
            raise InvalidParameter("SHM size can not be less than 0")
    score = _number(given.get("OomScoreAdj"))
    if not -1000 <= score <= 1000:
        raise InvalidParameter(f"Invalid value {score}, range for oom score adj is [-1000, 1000]")


def _check_capability(key: str, name: str) -> None:
    plain = name.upper().removeprefix("CAP_")
    if plain not in _CAPABILITIES and name.upper() != "ALL":
        raise InvalidParameter(f"invalid {key}: unknown capability: {quoted(f'CAP_{plain}')}")


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
