"""`docker inspect`: whatever has that name, and `container inspect`, `image inspect` of one kind.

Source: docker/cli cli/command/system/inspect.go.
"""

from __future__ import annotations

from dataclasses import dataclass

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.inspecting import Found, inspect
from swarmlab.commands.printing.templates import FORMAT_INSPECT
from swarmlab.commands.session import Session
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
LOCAL = {
    "container": "/containers/{}/json",
    "image": "/images/{}/json",
    "network": "/networks/{}",
    "volume": "/volumes/{}",
}
SWARM = {
    "service": "/services/{}?insertDefaults=true",
    "task": "/tasks/{}",
    "node": "/nodes/{}",
    "plugin": "/plugins/{}/json",
    "secret": "/secrets/{}",
    "config": "/configs/{}",
}
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
        return "\n".join(f"client.containers.get({name!r}).attrs" for name in self.names)

    def perform(self, session: Session) -> None:
        """See Command."""
        if self.type and self.type not in _ALL_KINDS:
            known = ", ".join(f'"{kind}"' for kind in _ALL_KINDS)
            raise DockerError(f'unknown type: "{self.type}": must be one of {known}')
        paths = self._paths(session)
        inspect(session, self.names, lambda name: self._first(session, name, paths), self.format or "")

    def _paths(self, session: Session) -> dict[str, str]:
        both = LOCAL | SWARM
        if self.type:
            return {self.type: both[self.type]}
        is_manager = session.get("/info")["Swarm"].get("ControlAvailable")
        return both if is_manager else LOCAL

    def _first(self, session: Session, name: str, paths: dict[str, str]) -> Found:
        params = {"size": 1} if self.size else None
        for kind, path in paths.items():
            try:
                raw = session.raw(path.format(name), params if kind == "container" else None)
                return Found(raw, _TYPES[kind], is_kept=True)
            except DockerError as error:
                if error.status != 404 or self.type:
                    raise
        raise DockerError(f"Error: No such object: {name}", status=404)


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
            lambda name: Found(session.raw(LOCAL["container"].format(name), params), _TYPES["container"], is_kept=True),
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
            lambda name: Found(session.raw(LOCAL["image"].format(name), params), _TYPES["image"], is_kept=True),
            self.format or "",
        )
