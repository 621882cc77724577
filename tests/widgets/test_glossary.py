"""What fields mean: complete for what a node, service and task show, and honest about the rest."""

from __future__ import annotations

import re

import pytest

from swarmlab.widgets.glossary import KINDS, ROOTS, fields_of, meaning_of, words

NOT_TAUGHT = re.compile(
    r"runtime\.Plugin|swarm\.(AppArmorOpts|SeccompOpts|SELinuxContext|CredentialSpec|NetworkAttachmentSpec)"
    r"|mount\.(\w+Options|Driver)|network\.ConfigReference"
)
"""Types whose fields are met on Windows, in plugins, or by those who ask for them by name."""


def reachable() -> dict[str, tuple[tuple[str, str, str], ...]]:
    """All types that stand in a node, service or task, with their fields."""
    found: dict[str, tuple[tuple[str, str, str], ...]] = {}
    rest = list(ROOTS.values())
    while rest:
        type_ = re.sub(r"^(\*|\[\]|map\[string\])+", "", rest.pop())
        if type_ not in found:
            found[type_] = fields_of(type_)
            rest += [inner for _, _, inner in found[type_]]
    return found


def test_every_field_that_lessons_show_has_a_sentence() -> None:
    """By Docker's own types, so that none is forgotten."""
    missing = [
        f"{type_}.{key}"
        for type_, fields in reachable().items()
        if not NOT_TAUGHT.match(type_)
        for owner, key, _ in fields
        if (type_, key) not in words() and (owner, key) not in words() and key != "ConfigFrom"
    ]
    assert missing == []


def test_every_sentence_is_about_a_field() -> None:
    """None is misspelled."""
    known = {
        (name, key) for type_, fields in reachable().items() for owner, key, _ in fields for name in (type_, owner)
    }
    assert [entry for entry in words() if entry not in known] == []


def test_sentences_are_sentences() -> None:
    """They end, and are short enough to be read at a glance."""
    assert [text for text in words().values() if text[-1] not in ".…" or len(text) > 125] == []


@pytest.mark.parametrize(
    ("kind", "path", "begins"),
    [
        ("node", ["Spec", "Availability"], "active takes tasks"),
        ("node", ["Spec", "Labels", "zone"], "The node's labels"),
        ("node", ["Description", "Engine", "Plugins", "3", "Name"], "Its name."),
        ("service", ["Spec", "Labels"], "Keys and values of your own"),
        ("service", ["Spec", "TaskTemplate", "ContainerSpec", "Args", "0"], "The command and its arguments"),
        ("service", ["Version", "Index"], "The number of the change"),
        ("service", ["PreviousSpec", "Mode", "Replicated", "Replicas"], "How many tasks"),
        ("task", ["Status", "ContainerStatus", "ExitCode"], "What its program ended with"),
        ("task", ["Slot"], "Which of the replicas"),
    ],
)
def test_a_field_is_found_by_its_path(kind: str, path: list[str], begins: str) -> None:
    """Through lists, maps and embedded types; the same name may mean another thing elsewhere."""
    assert meaning_of(kind, path).startswith(begins)


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_field_is_said_to_be_unknown(kind: str) -> None:
    """No guess."""
    assert meaning_of(kind, ["Spec", "Nosuch"]) == (
        "This workbook has no sentence on Nosuch: Docker's API reference describes it."
    )
