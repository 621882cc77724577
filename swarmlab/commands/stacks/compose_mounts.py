"""What a compose file's service mounts, as the swarm's API wants it.

Source: docker/cli cli/compose/convert/volume.go.
"""

from __future__ import annotations

from swarmlab.commands.errors import DockerError
from swarmlab.commands.spelling.typed import given
from swarmlab.commands.stacks.compose_forms import Words

NAMESPACE = "com.docker.stack.namespace"


def mount_of(stack: str, volume: Words, content: Words) -> Words:
    """One mount.

    Raises:
        DockerError: it cannot be, or the file does not declare its volume.
    """
    kind = volume["type"]
    result = given(
        {
            "Type": kind,
            "Target": volume.get("target"),
            "ReadOnly": volume.get("read_only"),
            "Consistency": volume.get("consistency"),
        }
    )
    match kind:
        case "volume":
            _refuse(volume, "bind", "tmpfs", "cluster")
            return _volume(stack, volume, content, result)
        case "bind":
            if not volume.get("source"):
                raise DockerError("invalid bind source, source cannot be empty")
            _refuse(volume, "volume", "tmpfs", "cluster")
            bind = {"BindOptions": {"Propagation": volume["bind"].get("propagation", "")}} if "bind" in volume else {}
            return {**result, "Source": volume["source"], **bind}
        case "tmpfs":
            if volume.get("source"):
                raise DockerError("invalid tmpfs source, source must be empty")
            _refuse(volume, "bind", "volume", "cluster")
            memory = {"TmpfsOptions": given({"SizeBytes": volume["tmpfs"].get("size")})} if "tmpfs" in volume else {}
            return {**result, **memory}
        case "cluster":
            raise DockerError("swarmlab's %docker has no cluster volumes; in a terminal use the docker CLI")
    raise DockerError("volume type must be volume, bind, tmpfs, npipe, or cluster")


def _refuse(volume: Words, *groups: str) -> None:
    for group in groups:
        if group in volume:
            raise DockerError(f"{group} options are incompatible with type {volume['type']}")


def _volume(stack: str, volume: Words, content: Words, result: Words) -> Words:
    source = volume.get("source")
    if not source:
        return result
    declared = content.get("volumes") or {}
    if source not in declared:
        raise DockerError(f'undefined volume "{source}"')
    outer = declared[source]
    result["Source"] = outer.get("name") or f"{stack}_{source}"
    options: Words = {"NoCopy": True} if (volume.get("volume") or {}).get("nocopy") else {}
    if outer.get("external"):
        return {**result, "VolumeOptions": options}
    labels = {**(outer.get("labels") or {}), NAMESPACE: stack}
    options["Labels"] = {name: labels[name] for name in sorted(labels)}
    if outer.get("driver") or outer.get("driver_opts"):
        options["DriverConfig"] = given({"Name": outer.get("driver"), "Options": outer.get("driver_opts")})
    return {**result, "VolumeOptions": options}
