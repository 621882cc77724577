"""What a field of `docker inspect` means: found by the field's path, through Docker's own types.

Owns the way from a path to a sentence; the sentences stand in glossary_words.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from swarmlab.gotypes.table import struct_type
from swarmlab.widgets.glossary_words import WORDS

ROOTS = {"node": "swarm.Node", "service": "swarm.Service", "task": "swarm.Task"}
KINDS = tuple(ROOTS)
_WRAPPED = re.compile(r"^(\*|\[\]|map\[string\])")


def meaning_of(kind: str, path: Sequence[str]) -> str:
    """A sentence on a field of a node, service or task.

    Args:
        kind: which of the three.
        path: keys from the document's root; a number for an element of a list.
    """
    sentence, type_ = "", ROOTS[kind]
    for step in path:
        if inner := _WRAPPED.match(type_):
            # An element of a list or map means what the whole means.
            type_ = type_[inner.end() :]
            continue
        owner, type_ = _field(type_, step)
        sentence = words().get((owner, step), "")
        if not type_:
            break
        type_ = type_.removeprefix("*")
    return sentence or f"This workbook has no sentence on {path[-1]}: Docker's API reference describes it."


def _field(type_: str, name: str) -> tuple[str, str]:
    """The type that has the sentence on this field, and the field's own type; empty where there is no such field."""
    for owner, field_name, field_type in fields_of(type_):
        if field_name == name:
            return (type_ if (type_, name) in words() else owner), field_type
    return type_, ""


@cache
def fields_of(type_: str) -> tuple[tuple[str, str, str], ...]:
    """The fields of a type as JSON has them: the type that each comes from, its key, its own type."""
    return tuple(_fields_of(type_))


def _fields_of(type_: str) -> Iterator[tuple[str, str, str]]:
    struct = struct_type(type_)
    for field in struct.fields if struct else ():
        if field.is_embedded:
            yield from _fields_of(field.type.removeprefix("*"))
        else:
            yield type_, field.key, field.type


@cache
def words() -> dict[tuple[str, str], str]:
    """All sentences, by type and field."""
    found, type_ = {}, ""
    for line in WORDS.strip().splitlines():
        if line.startswith(" "):
            name, _, sentence = line.strip().partition(": ")
            found[type_, name] = sentence
        else:
            type_ = line
    return found
