"""The secrets and configs that this node was entrusted with, and the files that a task's container finds them in.

Owns what was entrusted; it lies in memory only. Values never change: a container that runs keeps the files it has.
Source: swarmkit agent/{secrets,configs}, template/getter.go; moby daemon/container_operations_unix.go (setupSecretDir),
container/container.go; recorded from 28.5.2.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from swarmlab.engine.assignment import Assignment
from swarmlab.engine.errors import ServerError
from swarmlab.engine.go_numbers import NotANumber, atoi
from swarmlab.engine.host.files import MountedFiles
from swarmlab.engine.model import Config, ContainerSpec, FileTarget, Platform, Secret
from swarmlab.engine.templates import TaskPlace, context_of, fill
from swarmlab.gotemplate import CallError, Function, TemplateError

_SECRETS = "/run/secrets"
_INNER = "/data"


@dataclass(frozen=True, slots=True, kw_only=True)
class EntrustedFile:
    """One file in memory, that its container may read and nobody may change."""

    path: str
    text: str = field(repr=False)
    uid: int
    gid: int
    mode: int

    def mounted(self) -> MountedFiles:
        """As a container's files take it."""
        return MountedFiles(target=self.path, files={_INNER: self.text}, root=_INNER, read_only=True)


class Entrusted:
    """What one node was entrusted with."""

    def __init__(self) -> None:
        self._objects: dict[str, Secret | Config] = {}

    def forget(self) -> None:
        """The engine died, or the node left its swarm."""
        self._objects.clear()

    def take(self, assignment: Assignment) -> None:
        """Take note of what an assignment brings and takes away."""
        if assignment.complete:
            self._objects.clear()
        for id_ in assignment.withdrawn:
            self._objects.pop(id_, None)
        self._objects.update((obj.id, obj) for obj in assignment.entrusted)

    def files_for(self, place: TaskPlace) -> tuple[EntrustedFile, ...]:
        """The files of a task's container, each path once, what comes later over what came before.

        A secret that is asked for twice has the owner and the rights of its last mention in both places: the engine
        keeps one file for both.

        Raises:
            ServerError: something is not there, cannot be filled in, or belongs to no number.
        """
        spec = place.expanded()
        payload = _Payload(self._objects, place, spec)
        asked = [(each.file, each.secret_id, "secret") for each in spec.secrets]
        asked += [(each.file, each.config_id, "config") for each in spec.configs]  # type: ignore[misc]
        owners = {id_: file for file, id_, _ in asked if file is not None}
        files = {}
        for file, id_, kind in asked:
            if file is not None:
                text = payload.text_of(kind, id_)
                path = _path(_SECRETS if kind == "secret" else "/", file.name)
                files[path] = _file(path, text, owners[id_])
        return tuple(files.values())


def _path(root: str, name: str) -> str:
    return name if name.startswith("/") else posixpath.normpath(posixpath.join(root, name))


def _file(path: str, text: str, owner: FileTarget) -> EntrustedFile:
    return EntrustedFile(path=path, text=text, uid=_number(owner.uid), gid=_number(owner.gid), mode=owner.mode)


def _number(text: str) -> int:
    try:
        return atoi(text)
    except NotANumber as error:
        raise ServerError(str(error)) from None


class _Payload:
    """The texts of what a task asks for, templates filled in. They see the node's id, and nothing else of the node."""

    def __init__(self, objects: Mapping[str, Secret | Config], place: TaskPlace, spec: ContainerSpec) -> None:
        self._objects, self._place, self._spec = objects, place, spec

    def text_of(self, kind: str, id_: str) -> str:
        """The text of one object that the container asks for."""
        store = f"unable to get {kind} from {kind} store: "
        obj = self._objects.get(id_)
        if obj is None:
            raise ServerError(f"{store}{kind} {id_} not found")
        if obj.spec.templating is None:
            return _text(obj)
        try:
            return self._filled(obj)
        except TemplateError as error:
            raise ServerError(f"{store}failed to expand templated {kind} {id_}: {error}") from None

    def _filled(self, obj: Secret | Config) -> str:
        if obj.spec.templating is None or obj.spec.templating.name != "golang":
            raise TemplateError("unrecognized template type")
        place = self._place
        context = context_of(place.task, place.node_id, "", Platform(), type_="PayloadContext")
        functions = {
            name: Function(call, 1, texts=True)
            for name, call in (("secret", self._secret), ("config", self._config), ("env", self._variable))
        }
        return fill(_text(obj), context, functions)

    def _secret(self, target: str) -> str:
        ids = [each.secret_id for each in self._spec.secrets if each.file and each.file.name == target]
        return self._other("secret", target, *ids[:1])

    def _config(self, target: str) -> str:
        ids = [each.config_id for each in self._spec.configs if each.file and each.file.name == target]
        return self._other("config", target, *ids[:1])

    def _other(self, kind: str, target: str, id_: str = "") -> str:
        if not id_:
            raise CallError(f"{kind} target {target} not found")
        if id_ not in self._objects:
            raise CallError(f"{kind} {id_} not found")
        return _text(self._objects[id_])

    def _variable(self, name: str) -> str:
        variables = (entry.partition("=") for entry in self._spec.env)
        return next((value for known, equals, value in variables if equals and known == name), "")


def _text(obj: Secret | Config) -> str:
    return obj.spec.data.decode("utf-8", "surrogateescape")
