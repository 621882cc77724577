"""Secrets and configs that a service asks for: looked up by name, added to it, taken away.

Source: docker/cli cli/command/service/{parse,update}.go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from swarmlab.commands.errors import DockerError
from swarmlab.commands.services.flags import Spec
from swarmlab.commands.session import Session, filters
from swarmlab.commands.spelling.file_references import Reference


def resolve(session: Session, kind: str, references: Sequence[Reference]) -> list[Reference]:
    """The references with the ids of what they name.

    Args:
        session: whom to ask.
        kind: `secret` or `config`.
        references: as they were read, by name.

    Raises:
        DockerError: one is not there, or two are to be the same file.
    """
    id_, name = f"{kind.capitalize()}ID", f"{kind.capitalize()}Name"
    targets: set[str] = set()
    for reference in references:
        target = reference["File"]["Name"]
        if target in targets:
            raise DockerError(f"duplicate {kind} target for {reference[name]} not allowed")
        targets.add(target)
    if not references:
        return []
    found = session.get(f"/{kind}s", filters({"name": [each[name] for each in references]}))
    ids = {each["Spec"]["Name"]: each["ID"] for each in found}
    for reference in references:
        if reference[name] not in ids:
            raise DockerError(f"{kind} not found: {reference[name]}")
    return [{"File": each["File"], id_: ids[each[name]], name: each[name]} for each in references]


def change(session: Session, container: Spec, kind: str, add: Sequence[Reference], remove: Iterable[str]) -> None:
    """Remove references by the name of what they mean, then add others."""
    field, name = f"{kind.capitalize()}s", f"{kind.capitalize()}Name"
    gone = set(remove)
    kept = [each for each in container.get(field) or [] if each[name] not in gone]
    container[field] = [*kept, *resolve(session, kind, add)]
