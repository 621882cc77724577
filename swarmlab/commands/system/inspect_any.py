"""`docker inspect`: whatever has that name, and `container inspect`, `image inspect` of one kind.

Source: docker/cli cli/command/system/inspect.go.
"""

from __future__ import annotations

from dataclasses import dataclass

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.inspecting import Found, inspect
from swarmlab.commands.printing.templates import FORMAT_INSPECT
from swarmlab.commands.session import Params, Session, path_to
from swarmlab.commands.spelling.options import Many, Switch, Text, arguments, flag
from swarmlab.commands.spelling.platforms import platform_json

_TYPES = {
    "container": "container.InspectResponse",
    "image": "image.InspectResponse",
    "network": "network.Inspect",
    "volume": "volume.Volume",
    "service": "swarm.Service",
    "task": "swarm.Task",
    "node": "swarm.Node",
    "plugin": "any",
    "secret": "swarm.Secret",
    "config": "swarm.Config",
}
LOCAL = ("container", "image", "network", "volume")
SWARM = ("service", "task", "node", "plugin", "secret", "config")
_ACTIONS = {"container": "json", "image": "json", "plugin": "json"}
_ALL_KINDS = ("config", "container", "image", "network", "node", "plugin", "secret", "service", "task", "volume")


@dataclass(frozen=True, kw_only=True)
class Inspect(Command, path="inspect"):
    """The JSON of containers, images, networks, volumes, services, tasks, nodes by name or id."""

    usage = "[OPTIONS] NAME|ID [NAME|ID...]"
    summary = "Return low-level information on Docker objects"

    format: Text = flag("-f, --format string", FORMAT_INSPECT)
    size: Switch = flag("-s, --size", "Display total file sizes if the type is container")
    type: Text = flag("--type string", "Only inspect objects of the given type")
    names: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        if self.type in ("task", "node", "service"):
            return "\n".join(f"client.api.inspect_{self.type}({name!r})" for name in self.names)
        return "\n".join(f"client.containers.get({name!r}).attrs" for name in self.names)

    def perform(self, session: Session) -> None:
        """See Command."""
        if self.type and self.type not in _ALL_KINDS:
            known = ", ".join(f'"{kind}"' for kind in _ALL_KINDS)
            raise DockerError(f'unknown type: "{self.type}": must be one of {known}')
        kinds = self._kinds(session)
        inspect(session, self.names, lambda name: self._first(session, name, kinds), self.format or "")

    def _kinds(self, session: Session) -> tuple[str, ...]:
        if self.type:
            return (self.type,)
        is_manager = session.get("/info")["Swarm"].get("ControlAvailable")
        return (*LOCAL, *SWARM) if is_manager else LOCAL

    def _first(self, session: Session, name: str, kinds: tuple[str, ...]) -> Found:
        params: dict[str, Params] = {"service": {"insertDefaults": "true"}}
        if self.size:
            params["container"] = {"size": 1}
        for kind in kinds:
            try:
                found = _found(session, kind, name, params.get(kind))
            except DockerError as error:
                if error.status != 404 or self.type:
                    raise
                continue
            if self.size and kind != "container":
                session.terminal.print(f"WARNING: --size ignored for {kind}")
            return found
        raise DockerError(f"Error: No such object: {name}", status=404)


def _found(session: Session, kind: str, name: str, params: Params | None) -> Found:
    if kind == "image" and not name:
        raise DockerError("Error: No such image: ", status=404)
    called = "contig" if kind == "config" and not name else kind  # so printed by CLI 28
    return Found(session.raw(path_to(called, name, _ACTIONS.get(kind, "")), params), _TYPES[kind], is_kept=True)


@dataclass(frozen=True, kw_only=True)
class ContainerInspect(Command, path="container inspect"):
    """Everything that the engine knows about containers."""

    usage = "[OPTIONS] CONTAINER [CONTAINER...]"
    summary = "Display detailed information on one or more containers"

    format: Text = flag("-f, --format string", FORMAT_INSPECT)
    size: Switch = flag("-s, --size", "Display total file sizes")
    containers: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.containers.get({name!r}).attrs" for name in self.containers)

    def perform(self, session: Session) -> None:
        """See Command."""
        params = {"size": 1} if self.size else None
        inspect(
            session,
            self.containers,
            lambda name: _found(session, "container", name, params),
            self.format or "",
        )


@dataclass(frozen=True, kw_only=True)
class ImageInspect(Command, path="image inspect"):
    """Everything that the engine knows about images."""

    usage = "[OPTIONS] IMAGE [IMAGE...]"
    summary = "Display detailed information on one or more images"

    format: Text = flag("-f, --format string", FORMAT_INSPECT)
    platform: Text = flag(
        "--platform string",
        "Inspect a specific platform of the multi-platform image.\n"
        "If the image or the server is not multi-platform capable, the command will error out if the platform does"
        " not match.\n'os[/arch[/variant]]': Explicit platform (eg. linux/amd64)",
    )
    images: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.images.get({name!r}).attrs" for name in self.images)

    def perform(self, session: Session) -> None:
        """See Command."""
        params = {"platform": platform_json(self.platform)} if self.platform else None
        inspect(
            session,
            self.images,
            lambda name: _found(session, "image", name, params),
            self.format or "",
        )
