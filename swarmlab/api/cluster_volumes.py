"""Volumes of the swarm as Docker's JSON, and back.

Source: moby daemon/cluster/convert/volume.go; compared with the answers of an engine 28.5.2.
"""

from __future__ import annotations

from dataclasses import replace

from swarmlab.api.objects import head
from swarmlab.api.times import timestamp
from swarmlab.api.wire import Json, decode, encode, encode_object
from swarmlab.engine.manager.control import Control
from swarmlab.engine.model import ClusterVolume, VolumeSpec

_SHOWN_OUTSIDE = ("Name", "Labels", "Driver", "Options")
"""What is asked of any volume stands beside what is asked of a cluster volume."""


def cluster_volumes(control: Control) -> list[Json]:
    """Every one, in the order of ids."""
    found = sorted(control.store.all(ClusterVolume), key=lambda volume: volume.id)
    return [cluster_volume_json(volume) for volume in found]


def cluster_volume_json(volume: ClusterVolume) -> Json:
    """One."""
    spec, (day, _, clock) = volume.spec, timestamp(volume.meta.created_at).rstrip("Z").partition("T")
    inner = {key: value for key, value in encode_object(spec).items() if key not in _SHOWN_OUTSIDE}
    return {
        "ClusterVolume": {**head(volume.id, volume.meta), "Spec": inner},
        "CreatedAt": f"{day} {clock} +0000 UTC",
        "Driver": spec.driver,
        "Labels": encode(spec.labels) if spec.labels else None,
        "Mountpoint": "",
        "Name": spec.name,
        "Options": encode(spec.options) if spec.options else None,
        "Scope": "global",
    }


def cluster_volume_spec(given: Json) -> VolumeSpec:
    """What a request asks for."""
    spec = decode(VolumeSpec, given["ClusterVolumeSpec"], "CreateOptions.ClusterVolumeSpec")
    mode = spec.access_mode
    if mode is not None and mode.mount_volume is not None:
        mode = replace(mode, block_volume=None)
    outside = {"Name": given.get("Name"), "Driver": given.get("Driver"), "Labels": given.get("Labels")}
    asked = decode(VolumeSpec, {**outside, "Options": given.get("DriverOpts")}, "CreateOptions")
    return replace(spec, name=asked.name, driver=asked.driver, labels=asked.labels, options=asked.options,
                   access_mode=mode)  # fmt: skip
