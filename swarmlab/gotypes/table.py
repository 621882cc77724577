"""The Go types of requests and answers: structs with their fields, and named types.

Owns the look-ups; the tables stand beside it. Each block of a table is a struct: its name, and what Go calls it where
that is another; then its fields in Go's order, and their type. `Name:key` has that key in JSON, `Name?` is left out of
JSON where it is empty, `+ Name` is embedded: its fields count as the struct's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from swarmlab.gotypes.containers import CONTAINERS
from swarmlab.gotypes.requests import REQUESTS
from swarmlab.gotypes.resources import RESOURCES
from swarmlab.gotypes.swarm import SWARM
from swarmlab.gotypes.system import SYSTEM

_NAMED = {
    "fs.FileMode": "uint32",
    "time.Duration": "int64",
    "nat.PortSet": "map[nat.Port]struct{}",
    "nat.PortMap": "map[nat.Port][]nat.PortBinding",
    "strslice.StrSlice": "[]string",
}
_TEXTS = frozenset(
    """
container.CgroupnsMode container.CgroupSpec container.IpcMode container.Isolation container.NetworkMode
container.PidMode container.RestartPolicyMode container.UTSMode container.UsernsMode digest.Digest events.Action
events.Type image.ManifestKind mount.Consistency mount.Propagation mount.Type nat.Port swarm.AppArmorMode
swarm.ExternalCAProtocol swarm.LocalNodeState swarm.NodeAvailability swarm.NodeRole swarm.NodeState
swarm.PortConfigProtocol swarm.PortConfigPublishMode swarm.Reachability swarm.ResolutionMode
swarm.RestartPolicyCondition swarm.RuntimeType swarm.SeccompMode swarm.TaskState swarm.UpdateState volume.Availability
volume.PublishState volume.Scope volume.SharingMode
""".split()
)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a struct.

    Attributes:
        name: as templates have it.
        key: as JSON has it; empty where JSON has none.
        type: its Go type.
        may_be_left_out: of JSON, where it is empty.
        is_embedded: whether its own fields count as the struct's.
    """

    name: str
    key: str
    type: str
    may_be_left_out: bool
    is_embedded: bool


@dataclass(frozen=True, slots=True)
class StructType:
    """A struct: what Go calls it, and its fields."""

    name: str
    fields: tuple[Field, ...]


def struct_type(type_: str) -> StructType | None:
    """The struct of that name, if there is one."""
    return _structs().get(type_)


def is_struct(type_: str) -> bool:
    """Whether a type is an object with keys of its own."""
    return type_ in _structs()


def underlying(type_: str) -> str:
    """What a named type is."""
    return "string" if type_ in _TEXTS else _NAMED.get(type_, type_)


@cache
def field_names(struct: StructType) -> frozenset[str]:
    """All names by which a template may ask a struct, those of what is embedded included."""
    names = {field.name for field in struct.fields}
    for field in struct.fields:
        inner = struct_type(field.type.removeprefix("*")) if field.is_embedded else None
        names |= field_names(inner) if inner else set()
    return frozenset(names)


@cache
def fields_by_lower_key(type_: str) -> Mapping[str, tuple[str, str]]:
    """The keys of a struct and their types, by the key in lower case, which Go does not mind.

    What is embedded counts as the struct's own; of a pointer it is the type that it points to.
    """
    found: dict[str, tuple[str, str]] = {}
    for field in _structs()[type_].fields:
        inner = field.type.removeprefix("*")
        if field.is_embedded:
            found |= fields_by_lower_key(inner)
        elif field.key:
            found[field.key.lower()] = (field.key, inner)
    return found


@cache
def _structs() -> Mapping[str, StructType]:
    found: dict[str, StructType] = {}
    for block in _blocks():
        head, *lines = block
        name, _, called = head.partition("  ")
        found[name] = StructType(called or name, tuple(field for line in lines for field in _fields(line)))
    return found | {each.name: each for each in found.values()}


def _blocks() -> Iterator[list[str]]:
    block: list[str] = []
    for line in (SWARM + CONTAINERS + RESOURCES + SYSTEM + REQUESTS).splitlines():
        if line and not line.startswith(" ") and block:
            yield block
            block = []
        block += [line] if line else []
    yield block


def _fields(line: str) -> Iterator[Field]:
    *names, type_ = line.split()
    embedded = names[0] == "+"
    for text in names[embedded:]:
        name, _, key = text.rstrip("?").partition(":")
        key = "" if key == "-" else key or name
        yield Field(name, key, type_, may_be_left_out=text.endswith("?"), is_embedded=embedded)
