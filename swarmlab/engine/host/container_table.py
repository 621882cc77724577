"""Which containers a host has, and how a user names them. Owns the table, not the containers' states."""

from __future__ import annotations

import builtins

from swarmlab.engine.errors import Ambiguous, Conflict, NoSuchContainer
from swarmlab.engine.host.container import Container
from swarmlab.engine.host.container_creation import check_name
from swarmlab.engine.ids import Chance, ContainerId
from swarmlab.engine.names import random_name


class ContainerTable:
    """The containers of one host, running or not."""

    def __init__(self) -> None:
        self._containers: dict[ContainerId, Container] = {}
        self._names: dict[str, Container] = {}

    def add(self, container: Container) -> None:
        """There is one more."""
        self._containers[container.id] = self._names[container.name] = container

    def remove(self, container: Container) -> None:
        """There is one less."""
        del self._containers[container.id]
        del self._names[container.name]

    def rename(self, container: Container, name: str) -> None:
        """One has another name now."""
        del self._names[container.name]
        container.name = name
        self._names[name] = container

    def list(self, *, all_: bool = False) -> builtins.list[Container]:
        """The running containers, with `all_` the others too; newest first."""
        return [c for c in reversed(self._containers.values()) if all_ or c.state.running]

    def find(self, reference: str) -> Container:
        """By id, name (with or without a leading slash) or id prefix.

        Raises:
            NoSuchContainer: there is none.
            Ambiguous: an id's beginning fits several.
        """
        if reference in self._containers:
            return self._containers[ContainerId(reference)]
        named = self._names.get(reference.removeprefix("/"))
        matches = [named] if named else [c for c in self._containers.values() if c.id.startswith(reference)]
        if not reference or not matches:
            raise NoSuchContainer(reference)
        if len(matches) > 1:
            raise Ambiguous("container", reference, len(matches))
        return matches[0]

    def named(self, name: str) -> Container | None:
        """The container of exactly this name, if there is one."""
        return self._names.get(name)

    def made_of(self, image_id: str) -> str | None:
        """The id of a container that is made of an image, or has it mounted."""
        return next((c.id for c in self._containers.values() if _needs(c, image_id)), None)

    # --- names ---

    def free_name(self, chance: Chance) -> str:
        """A name that Docker would choose."""
        name = random_name(chance)
        return name if name not in self._names else f"{name}{len(self._containers)}"

    def check_free(self, name: str) -> None:
        """Refuse a name that no container may get.

        Raises:
            InvalidParameter: no name for a container.
            Conflict: one has it.
        """
        check_name(name)
        holder = self._names.get(name)
        if holder is not None:
            raise Conflict(
                f'Conflict. The container name "/{name}" is already in use by container "{holder.id}". You have to '
                "remove (or rename) that container to be able to reuse that name."
            )


def _needs(container: Container, image_id: str) -> bool:
    return container.image_id == image_id or any(mount.image_id == image_id for mount in container.mounts)
