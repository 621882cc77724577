"""What an engine 28.5 says and hears otherwise under an older version of the API.

Owns the differences that stand in answers and in declared services; what is worded or streamed otherwise stands where
that is done. Source: moby daemon/server/router/swarm/helpers.go (adjustForAPIVersion), router/system/system_routes.go,
router/image/image_routes.go; compared with an engine 28.5.2 at every version from 1.24 on.
"""

from __future__ import annotations

from swarmlab.api.wire import Json

Version = tuple[int, int]


def adjust_service(spec: Json, version: Version) -> Json:
    """A declared service without what its version of the API does not have; clients of old mean nothing by it."""
    template = _part(spec, "TaskTemplate")
    container, mode = _part(template, "ContainerSpec"), _part(spec, "Mode")
    if version < (1, 46):
        _drop(container, "OomScoreAdj")
        for mount in container.get("Mounts") or []:  # type: ignore[attr-defined]
            _drop(_part(mount, "TmpfsOptions"), "Options")
    if version < (1, 44):
        _drop(_part(container, "Privileges"), "Seccomp", "AppArmor", "NoNewPrivileges")
        _drop(_part(container, "Healthcheck"), "StartInterval")
    if version < (1, 41):
        _drop(container, "CapabilityAdd", "CapabilityDrop", "Ulimits")
        _drop(_part(_part(template, "Resources"), "Limits"), "Pids")
        _drop(mode, "ReplicatedJob", "GlobalJob")
    if version < (1, 40):
        _drop(container, "Sysctls")
        _drop(_part(_part(container, "Privileges"), "CredentialSpec"), "Config")
        _drop(_part(template, "Placement"), "MaxReplicas")
        for config in container.get("Configs") or []:  # type: ignore[attr-defined]
            _drop(config, "Runtime")
    return spec


def _part(value: Json, key: str) -> Json:
    """An object inside of another one; an empty one where there is none."""
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _drop(value: Json, *keys: str) -> None:
    for key in keys:
        value.pop(key, None)


def info_of(info: Json, version: Version) -> Json:
    """`GET /info` as of a version."""
    result = dict(info)
    if version < (1, 50):
        result |= {"BridgeNfIptables": False, "BridgeNfIp6tables": False}
    if version < (1, 49):
        result.pop("FirewallBackend", None)
        for commit in ("ContainerdCommit", "RuncCommit", "InitCommit"):
            of_part = _part(info, commit)
            result[commit] = {**of_part, "Expected": of_part.get("ID", "")}
    if version < (1, 47):
        nondistributable = {
            "AllowNondistributableArtifactsCIDRs": None,
            "AllowNondistributableArtifactsHostnames": None,
        }
        result["RegistryConfig"] = {**nondistributable, **_part(info, "RegistryConfig")}
    if version < (1, 46):
        result.pop("Containerd", None)
    if version < (1, 42):
        result["KernelMemory"] = True
    return result


def image_of(image: Json, version: Version) -> Json:
    """An image, in a list or alone, as of a version."""
    result = dict(image)
    if version < (1, 50) and "Config" in image:
        result["Config"] = dict(sorted({**_NO_CONTAINER, **_part(image, "Config")}.items()))
    if version < (1, 45) and "Config" in image:
        unset = ("Env", "Cmd", "Volumes", "Entrypoint", "OnBuild", "Labels")
        result["ContainerConfig"] = {**_NO_CONTAINER, "User": "", "WorkingDir": "", **dict.fromkeys(unset)}
    if version < (1, 44):
        result["VirtualSize"] = image["Size"]
    return result


_NO_CONTAINER: Json = {
    **dict.fromkeys(("Hostname", "Domainname", "Image"), ""),
    **dict.fromkeys(("AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce"), False),
}
"""What an image's configuration said of containers before it was the one of the OCI."""
