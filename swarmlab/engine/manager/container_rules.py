"""What a container's templates must stand for, and how it may ask for secrets and configs: rules with their refusals.

Owns no state. Source: swarmkit manager/controlapi/service.go: validateContainerSpec, validateSecretRefsSpec,
validateConfigRefsSpec, checkSecretExistence.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from swarmlab.engine.errors import InvalidParameter, NotImplementedHere, RpcInvalidArgument
from swarmlab.engine.ids import NodeId, ServiceId, TaskId
from swarmlab.engine.model import (
    Config,
    ConfigReference,
    ContainerSpec,
    FileTarget,
    NodeDescription,
    Platform,
    Secret,
    Task,
    TaskSpec,
    TaskState,
    TaskStatus,
)
from swarmlab.engine.store import Store
from swarmlab.engine.templates import TaskPlace

_ANY_NODE = NodeDescription(hostname="hostname", platform=Platform(os="os", architecture="architecture"))


def expanded(spec: TaskSpec) -> ContainerSpec:
    """The container as it would be in some task: its templates are tried on one without labels of its service.

    Raises:
        RpcInvalidArgument: one of them stands for nothing.
    """
    task = Task(
        id=TaskId(""),
        spec=spec,
        service_id=ServiceId("serviceid"),
        service_name="servicename",
        slot=1,
        status=TaskStatus(timestamp=0, state=TaskState.NEW),
        desired_state=TaskState.RUNNING,
    )
    try:
        return TaskPlace(task=task, node_id=NodeId("nodeid"), description=_ANY_NODE).expanded()
    except InvalidParameter as error:
        raise RpcInvalidArgument(str(error)) from None


def check_config_targets(container: ContainerSpec) -> None:
    """What the engine itself refuses, before the manager is asked. Source: moby convert/container.go, configReferences.

    Raises:
        InvalidParameter: a config that is to be no file, or more than that.
        NotImplementedHere: one for the engine's own use, at whose sight an engine 28.5.2 dies.
    """
    for reference in container.configs:
        if reference.file is None and not reference.runtime:
            raise InvalidParameter("invalid Config: either File or Runtime should be set")
        if reference.file is not None and reference.runtime:
            raise InvalidParameter("invalid Config: cannot specify both File and Runtime")
    _check_credentials(container)
    if any(reference.runtime for reference in container.configs):
        raise NotImplementedHere("this engine has no configs that are not files")


def check_references(container: ContainerSpec) -> None:
    """Every reference names what it means and where it is to be, no two at the same place."""
    for secret in container.secrets:
        if not secret.secret_id or not secret.secret_name:
            raise RpcInvalidArgument("malformed secret reference")
        if secret.file is None:
            raise RpcInvalidArgument("malformed secret reference, no target provided")
    _check_places("secret", [(each.secret_name, each.file) for each in container.secrets])
    for config in container.configs:
        if not config.config_id or not config.config_name:
            raise RpcInvalidArgument("malformed config reference")
    _check_places("config", [(each.config_name, each.file) for each in container.configs])


def _check_places(kind: str, references: Iterable[tuple[str, FileTarget | None]]) -> None:
    taken: dict[str, str] = {}
    for name, file in references:
        if file is None:
            continue
        if not file.name:
            raise RpcInvalidArgument(f"malformed file {kind} reference, invalid target file name provided")
        if file.name in taken:
            raise RpcInvalidArgument(
                f"{kind} references '{taken[file.name]}' and '{name}' have a conflicting target: '{file.name}'"
            )
        taken[file.name] = name


def _check_credentials(container: ContainerSpec) -> None:
    privileges = cast("dict[str, object]", container.extra.get("Privileges") or {})
    given = privileges.get("CredentialSpec")
    credentials = cast("dict[str, object]", given or {})
    sources = [name for name in ("Config", "File", "Registry") if credentials.get(name)]
    if given is not None and not sources:
        raise InvalidParameter(
            'invalid CredentialSpec: must either provide "file", "registry", or "config" for credential spec'
        )
    if len(sources) > 1:
        first, second, *_ = (f'"{name.lower()}"' for name in sources)
        raise InvalidParameter(f"invalid CredentialSpec: cannot specify both {first} and {second} credential specs")
    wanted = credentials.get("Config")
    if wanted and not any(_is_credentials(each, wanted) for each in container.configs):
        raise RpcInvalidArgument(
            f"CredentialSpec references config '{wanted}', but that config isn't in config references with "
            "RuntimeTarget"
        )


def _is_credentials(reference: ConfigReference, config_id: object) -> bool:
    return reference.runtime and reference.config_id == config_id


def check_existence(store: Store, container: ContainerSpec) -> None:
    """What is asked for must be there, by the name that the reference says."""
    secrets = [(each.secret_name, store.get(Secret, each.secret_id)) for each in container.secrets]
    _refuse_missing("secret", [name for name, found in secrets if found is None or found.spec.name != name])
    configs = [(each.config_name, store.get(Config, each.config_id)) for each in container.configs]
    _refuse_missing("config", [name for name, found in configs if found is None or found.spec.name != name])


def _refuse_missing(kind: str, names: list[str]) -> None:
    if names:
        raise RpcInvalidArgument(f"{kind}{'s' if len(names) > 1 else ''} not found: {', '.join(names)}")
