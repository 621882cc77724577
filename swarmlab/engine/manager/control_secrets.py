"""What users do to secrets and configs: create them, label them, remove them where no service asks for them.

Owns their specs and the refusals. Data never changes: a new value is a new secret or config.
Source: swarmkit manager/controlapi/{secret,config,common}.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Generic, TypeVar

from swarmlab.engine.errors import RpcAlreadyExists, RpcInvalidArgument, RpcUnknown, UpdateOutOfSequence
from swarmlab.engine.ids import Chance, ConfigId, SecretId
from swarmlab.engine.model import Config, ConfigSpec, ContainerSpec, Secret, SecretSpec, Service
from swarmlab.engine.store import Store

T = TypeVar("T", Secret, Config)

MOST_SECRET_BYTES = 500 * 1024
MOST_CONFIG_BYTES = 1000 * 1024
_NAME = re.compile(r"[a-zA-Z0-9]+(?:[a-zA-Z0-9-_.]*[a-zA-Z0-9])?", re.ASCII)
_NAME_RULE = (
    "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]"
)


class _Stored(Generic[T]):
    """What secrets and configs have in common.

    Args:
        ids_in: the ids of this kind that a container asks for.
    """

    def __init__(
        self, store: Store, type_: type[T], most_bytes: int, ids_in: Callable[[ContainerSpec], Iterable[str]]
    ) -> None:
        self._type: type[T] = type_
        self._store, self._most_bytes, self._ids_in = store, most_bytes, ids_in
        self._kind = type_.__name__.lower()

    def create(self, obj: T) -> T:
        """Add it."""
        if self._store.named(self._type, obj.spec.name):
            raise RpcAlreadyExists(f"{self._kind} {obj.spec.name} already exists")
        with self._store.transaction() as transaction:
            transaction.create(obj)
        return obj

    def check(self, name: str, data: bytes | None) -> None:
        """Check a name, and the data where it is not supplied by a driver."""
        if not name:
            raise RpcInvalidArgument("name must be provided")
        if len(name) > 64 or not _NAME.fullmatch(name):
            raise RpcInvalidArgument(_NAME_RULE)
        if data is not None and not 0 < len(data) < self._most_bytes:
            raise RpcInvalidArgument(f"{self._kind} data must be larger than 0 and less than {self._most_bytes} bytes")

    def relabel(self, reference: str, version: int, spec: SecretSpec | ConfigSpec) -> T:
        """Give it other labels; the rest of the spec must be as it is, or not be sent."""
        before = self._store.find(self._type, reference)
        if spec.name != before.spec.name or spec.data not in (b"", before.spec.data):
            raise RpcInvalidArgument("only updates to Labels are allowed")
        if version != before.meta.version:
            raise UpdateOutOfSequence
        after = replace(before, spec=replace(before.spec, labels=spec.labels))
        with self._store.transaction() as transaction:
            transaction.update(after)
        return after

    def remove(self, reference: str) -> T:
        """Remove it, where no service's spec asks for it; tasks of an older spec keep what they have."""
        obj = self._store.find(self._type, reference)
        services = self._store.all(Service)
        users = sorted(s.spec.name for s in services if obj.id in self._ids_in(s.spec.task.container))
        if users:
            service = "services" if len(users) > 1 else "service"
            raise RpcInvalidArgument(
                f"{self._kind} '{obj.spec.name}' is in use by the following {service}: {', '.join(users)}"
            )
        with self._store.transaction() as transaction:
            transaction.remove(obj)
        return obj


class Secrets(_Stored[Secret]):
    """Requests about secrets."""

    def __init__(self, store: Store, chance: Chance) -> None:
        super().__init__(store, Secret, MOST_SECRET_BYTES, lambda spec: [each.secret_id for each in spec.secrets])
        self._chance = chance

    def declare(self, spec: SecretSpec) -> Secret:
        """Declare a secret; there are no plugins here that could supply one."""
        self.check(spec.name, spec.data if spec.driver is None else None)
        if spec.driver is not None and not spec.driver.name:
            raise RpcInvalidArgument("secret driver must have a name")
        if spec.driver is not None:
            raise RpcUnknown(f'plugin "{spec.driver.name}" not found')
        return self.create(Secret(id=SecretId(self._chance.object_id()), spec=spec))


class Configs(_Stored[Config]):
    """Requests about configs."""

    def __init__(self, store: Store, chance: Chance) -> None:
        super().__init__(store, Config, MOST_CONFIG_BYTES, lambda spec: [each.config_id for each in spec.configs])
        self._chance = chance

    def declare(self, spec: ConfigSpec) -> Config:
        """Declare a config."""
        self.check(spec.name, spec.data)
        return self.create(Config(id=ConfigId(self._chance.object_id()), spec=spec))
