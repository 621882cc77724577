"""`docker create`: a container that does not run yet.

Source: docker/cli cli/command/container/create.go.
"""

from __future__ import annotations

from dataclasses import dataclass

from swarmlab.commands.containers.creating import create_container
from swarmlab.commands.containers.creation import CreationFlags
from swarmlab.commands.errors import DockerError
from swarmlab.commands.session import Session


@dataclass(frozen=True, kw_only=True)
class ContainerCreate(CreationFlags, path="create", also=("container create",)):
    """A container as `docker run` makes it, to be started later."""

    summary = "Create a new container"

    def sdk(self) -> str:
        """See Command."""
        words = f", {list(self.command)!r}" if self.command else ""
        name = f", name={self.name!r}" if self.name else ""
        return f"client.containers.create({self.image!r}{words}{name})"

    def perform(self, session: Session) -> None:
        """See Command."""
        try:
            body = self.body()
        except DockerError as error:
            raise self.refusal(error) from None
        session.terminal.print(create_container(session, self, body))
