"""What the modes of a container can be asked in a template. Source: moby api/types/container/hostconfig.go."""

from __future__ import annotations

from collections.abc import Mapping

from swarmlab.gotemplate import Method

_SPECIAL_NETWORKS = ("", "default", "bridge", "host", "none")


def methods_of(type_: str, mode: str) -> Mapping[str, Method]:
    """The methods of a named text; none but for the modes of a container."""
    if type_ == "container.NetworkMode":
        return {name: _asked(value) for name, value in _network(mode).items()}
    if type_ in ("container.IpcMode", "container.PidMode", "container.UTSMode", "container.UsernsMode"):
        return {"IsHost": _asked(value=mode == "host")}
    return {}


def _network(mode: str) -> Mapping[str, object]:
    is_container, _, container = mode.partition(":")
    shared = is_container == "container"
    user_defined = not shared and mode not in _SPECIAL_NETWORKS
    return {
        "IsBridge": mode == "bridge",
        "IsContainer": shared,
        "IsDefault": mode == "default",
        "IsHost": mode == "host",
        "IsNone": mode == "none",
        "IsPrivate": not (shared or mode == "host"),
        "IsUserDefined": user_defined,
        "ConnectedContainer": container if shared else "",
        "NetworkName": "container" if shared else mode,
        "UserDefined": mode if user_defined else "",
    }


def _asked(value: object) -> Method:
    return Method(lambda: value)
