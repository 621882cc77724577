"""What users do to cluster volumes: ask for them, change their availability, let them go.

Owns their specs and the refusals. Source: swarmkit manager/controlapi/volume.go; moby daemon/cluster/volumes.go;
recorded from 28.5.2.
Simplification: a volume is made and unmade by a CSI plugin, and no host here has one, as no engine has one where nobody
installed it: a volume stays in "pending creation", and one that was let go stays until it is removed by force.
"""

from __future__ import annotations

from dataclasses import replace

from swarmlab.engine.errors import (
    NotFound,
    RpcInvalidArgument,
    RpcNotFound,
    RpcUnknown,
    UpdateOutOfSequence,
)
from swarmlab.engine.ids import Chance, VolumeId
from swarmlab.engine.model import Availability, ClusterVolume, Secret, VolumeSpec
from swarmlab.engine.store import Store


class ClusterVolumes:
    """Requests about cluster volumes.

    Args:
        store: the swarm's store.
        chance: ids.
    """

    def __init__(self, store: Store, chance: Chance) -> None:
        self._store, self._chance = store, chance

    def create(self, spec: VolumeSpec) -> ClusterVolume:
        """Ask for a volume."""
        _check(spec)
        self._check_secrets(spec)
        if self._store.named(ClusterVolume, spec.name):
            raise RpcUnknown("name conflicts with an existing object")
        volume = ClusterVolume(id=VolumeId(self._chance.object_id()), spec=spec)
        with self._store.transaction() as transaction:
            transaction.create(volume)
        return volume

    def _check_secrets(self, spec: VolumeSpec) -> None:
        missing = [each.secret for each in spec.secrets if self._store.get(Secret, each.secret) is None]
        if missing:
            raise RpcInvalidArgument(f"secret{'s' if len(missing) > 1 else ''} not found: {', '.join(missing)}")

    def update(self, reference: str, version: int, availability: Availability | None) -> None:
        """Change its availability; the engine passes on what was typed, and the manager knows ids only.

        Raises:
            NotFound: no such volume.
            RpcNotFound: it is there, but was not called by its id.
        """
        volume = self._store.find(ClusterVolume, reference)
        if reference != volume.id:
            raise RpcNotFound(f"volume {reference} not found")
        if version != volume.meta.version:
            raise UpdateOutOfSequence
        spec = volume.spec if availability is None else replace(volume.spec, availability=availability)
        with self._store.transaction() as transaction:
            transaction.update(replace(volume, spec=spec))

    def remove(self, reference: str, *, force: bool = False) -> None:
        """Let a volume go; with `force` forget it at once, and one that is not there is no error."""
        try:
            volume = self._store.find(ClusterVolume, reference)
        except NotFound:
            if force:
                return
            raise
        with self._store.transaction() as transaction:
            if force:
                transaction.remove(volume)
            else:
                transaction.update(replace(volume, pending_delete=True))


def _check(spec: VolumeSpec) -> None:
    if not spec.name:
        raise RpcInvalidArgument("meta: name must be provided")
    mode = spec.access_mode
    if mode is None:
        raise RpcInvalidArgument("AccessMode must not be nil")
    if mode.mount_volume is None and mode.block_volume is None:
        raise RpcInvalidArgument("Volume AccessMode must specify either Mount or Block access type")
