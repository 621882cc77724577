"""Secrets and configs of the swarm, and how a container asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from swarmlab.engine.ids import ConfigId, SecretId
from swarmlab.engine.model.meta import Labels, Meta


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """Who supplies a secret's data, or fills in the placeholders of a text."""

    name: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSpec:
    """Data that only the containers that ask for it shall see. With a `driver` the data comes from elsewhere."""

    name: str = ""
    labels: Labels = field(default_factory=dict)
    data: bytes = b""
    driver: Driver | None = None
    templating: Driver | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """A secret; its data never changes."""

    id: SecretId
    meta: Meta = Meta()
    spec: SecretSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigSpec:
    """Data that containers can ask for, and anybody may read."""

    name: str = ""
    labels: Labels = field(default_factory=dict)
    data: bytes = b""
    templating: Driver | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """A config; its data never changes."""

    id: ConfigId
    meta: Meta = Meta()
    spec: ConfigSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTarget:
    """The file that a container finds a secret or config in; `mode` holds the bits of its rights."""

    name: str = ""
    uid: str = ""
    gid: str = ""
    mode: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretReference:
    """A secret that a container asks for, by id and by name."""

    file: FileTarget | None = None
    secret_id: SecretId = SecretId("")
    secret_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigReference:
    """A config that a container asks for; `runtime` ones are not files, the engine itself reads them."""

    file: FileTarget | None = None
    runtime: bool = False
    config_id: ConfigId = ConfigId("")
    config_name: str = ""
