"""Secrets and configs: what they may be, who may have them, and the words of the refusals. Recorded from 28.5.2."""

from __future__ import annotations

import pytest

from swarmlab.engine.errors import (
    EngineError,
    InvalidParameter,
    NotFound,
    NotImplementedHere,
    RpcAlreadyExists,
    RpcInvalidArgument,
    RpcUnknown,
    UpdateOutOfSequence,
)
from swarmlab.engine.ids import SecretId
from swarmlab.engine.manager.control_secrets import MOST_CONFIG_BYTES, MOST_SECRET_BYTES
from swarmlab.engine.model import (
    Config,
    ConfigReference,
    ConfigSpec,
    ContainerSpec,
    Driver,
    FileTarget,
    Mount,
    Secret,
    SecretReference,
    SecretSpec,
    ServiceSpec,
)
from tests.engine.fakes import FakeSwarm, spec


@pytest.fixture
def swarm() -> FakeSwarm:
    return FakeSwarm(nodes=1)


def make_secret(swarm: FakeSwarm, name: str = "tok", data: bytes = b"x") -> Secret:
    return swarm.control.secrets.declare(SecretSpec(name=name, data=data))


def make_config(swarm: FakeSwarm, name: str = "conf") -> Config:
    return swarm.control.configs.declare(ConfigSpec(name=name, data=b"x"))


def asking_for(*references: SecretReference | ConfigReference, name: str = "web") -> ServiceSpec:
    container = ContainerSpec(
        image="alpine",
        secrets=tuple(each for each in references if isinstance(each, SecretReference)),
        configs=tuple(each for each in references if isinstance(each, ConfigReference)),
    )
    return spec(name, container=container)


def secret_at(secret: Secret, target: str = "tok") -> SecretReference:
    return SecretReference(secret_id=secret.id, secret_name=secret.spec.name, file=FileTarget(name=target))


def config_at(config: Config, target: str = "conf") -> ConfigReference:
    return ConfigReference(config_id=config.id, config_name=config.spec.name, file=FileTarget(name=target))


NAME_RULE = (
    "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]"
)


@pytest.mark.parametrize(
    ("wanted", "error", "words"),
    [
        (SecretSpec(data=b"x"), RpcInvalidArgument, "name must be provided"),
        (SecretSpec(name="-a", data=b"x"), RpcInvalidArgument, NAME_RULE),
        (SecretSpec(name="a" * 65, data=b"x"), RpcInvalidArgument, NAME_RULE),
        (SecretSpec(name="a"), RpcInvalidArgument, "secret data must be larger than 0 and less than 512000 bytes"),
        (
            SecretSpec(name="a", data=b"x" * MOST_SECRET_BYTES),
            RpcInvalidArgument,
            "secret data must be larger than 0 and less than 512000 bytes",
        ),
        (SecretSpec(name="a", driver=Driver()), RpcInvalidArgument, "secret driver must have a name"),
        (SecretSpec(name="a", driver=Driver(name="vault")), RpcUnknown, 'plugin "vault" not found'),
    ],
)
def test_a_secret_is_refused(swarm: FakeSwarm, wanted: SecretSpec, error: type[EngineError], words: str) -> None:
    """Bad names, no data, too much of it, drivers that are not there."""
    with pytest.raises(error) as refused:
        swarm.control.secrets.declare(wanted)
    assert str(refused.value).endswith(f"desc = {words}")


def test_the_largest_are_taken(swarm: FakeSwarm) -> None:
    """One byte less than the limit."""
    make_secret(swarm, data=b"x" * (MOST_SECRET_BYTES - 1))
    swarm.control.configs.declare(ConfigSpec(name="conf", data=b"x" * (MOST_CONFIG_BYTES - 1)))
    with pytest.raises(RpcInvalidArgument, match="config data must be larger than 0 and less than 1024000 bytes"):
        swarm.control.configs.declare(ConfigSpec(name="big", data=b"x" * MOST_CONFIG_BYTES))


def test_a_name_is_taken_whatever_its_case(swarm: FakeSwarm) -> None:
    """And found so."""
    secret = make_secret(swarm, "tok")
    with pytest.raises(RpcAlreadyExists, match="secret TOK already exists"):
        make_secret(swarm, "TOK")
    assert swarm.store.find(Secret, "ToK") is secret


def test_only_labels_are_updated(swarm: FakeSwarm) -> None:
    """Neither name nor data; the version must be the present one."""
    secret = make_secret(swarm)
    update = swarm.control.secrets.relabel
    for other in (SecretSpec(name="new"), SecretSpec(name="tok", data=b"y"), SecretSpec()):
        with pytest.raises(RpcInvalidArgument, match="only updates to Labels are allowed"):
            update(secret.id, secret.meta.version, other)
    with pytest.raises(UpdateOutOfSequence):
        update(secret.id, secret.meta.version + 1, SecretSpec(name="tok"))
    after = update("tok", secret.meta.version, SecretSpec(name="tok", data=b"x", labels={"a": "b"}))
    assert (after.spec.labels, after.spec.data) == ({"a": "b"}, b"x")
    with pytest.raises(NotFound, match="secret nosuch not found"):
        update("nosuch", 1, SecretSpec())


def test_what_services_ask_for_stays(swarm: FakeSwarm) -> None:
    """Until the last of them does not any more."""
    secret, config = make_secret(swarm), make_config(swarm)
    for name in ("b", "a"):
        swarm.control.create_service(asking_for(secret_at(secret), config_at(config), name=name))
    with pytest.raises(RpcInvalidArgument, match="secret 'tok' is in use by the following services: a, b"):
        swarm.control.secrets.remove("tok")
    swarm.control.remove_service("a")
    with pytest.raises(RpcInvalidArgument, match="config 'conf' is in use by the following service: b"):
        swarm.control.configs.remove(config.id)
    swarm.control.remove_service("b")
    swarm.control.secrets.remove("tok")
    swarm.control.configs.remove("conf")
    assert [*swarm.store.all(Secret), *swarm.store.all(Config)] == []


def test_malformed_references_are_refused(swarm: FakeSwarm) -> None:
    """Without id, name, target, or with one target twice."""
    secret, config = make_secret(swarm), make_config(swarm)
    same = (secret_at(secret, "x"), secret_at(secret, "x"))
    twice = (config_at(config, "x"), config_at(config, "x"))
    for references, words in [
        ((SecretReference(),), "malformed secret reference"),
        ((SecretReference(secret_id=secret.id, secret_name="tok"),), "malformed secret reference, no target provided"),
        ((secret_at(secret, ""),), "malformed file secret reference, invalid target file name provided"),
        ((ConfigReference(config_name="conf", file=FileTarget(name="x")),), "malformed config reference"),
        ((config_at(config, ""),), "malformed file config reference, invalid target file name provided"),
        (same, "secret references 'tok' and 'tok' have a conflicting target: 'x'"),
        (twice, "config references 'conf' and 'conf' have a conflicting target: 'x'"),
    ]:
        with pytest.raises(RpcInvalidArgument) as refused:
            swarm.control.create_service(asking_for(*references))  # type: ignore[misc]
        assert refused.value.description == words


def test_what_is_not_there_is_not_found(swarm: FakeSwarm) -> None:
    """By id and by the name that the reference says, secrets before configs."""
    gone = [SecretReference(secret_id=SecretId(n), secret_name=n, file=FileTarget(name=n)) for n in ("a", "b")]
    with pytest.raises(RpcInvalidArgument, match="secrets not found: a, b"):
        swarm.control.create_service(asking_for(*gone))
    config = make_config(swarm)
    wrong = ConfigReference(config_id=config.id, config_name="Conf", file=FileTarget(name="x"))
    with pytest.raises(RpcInvalidArgument, match="config not found: Conf"):
        swarm.control.create_service(asking_for(wrong))


def test_a_config_is_a_file(swarm: FakeSwarm) -> None:
    """The engine refuses what is none before the manager is asked; a config for the engine itself is not there."""
    config = make_config(swarm)
    with pytest.raises(InvalidParameter, match="invalid Config: either File or Runtime should be set"):
        swarm.control.create_service(asking_for(ConfigReference(config_id=config.id, config_name="conf")))
    both = ConfigReference(config_id=config.id, config_name="conf", file=FileTarget(name="x"), runtime=True)
    with pytest.raises(InvalidParameter, match="invalid Config: cannot specify both File and Runtime"):
        swarm.control.create_service(asking_for(both))
    with pytest.raises(NotImplementedHere, match="configs that are not files"):
        swarm.control.create_service(asking_for(ConfigReference(config_id=config.id, config_name="conf", runtime=True)))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"env": ("E={{.No}}",)},
            'expanding env failed: expanding env "E={{.No}}": template: expansion:1:2: executing "expansion" at <.No>: '
            "can't evaluate field No in type *template.Context",
        ),
        ({"hostname": "{{"}, "expanding hostname failed: template: expansion:1: unclosed action"),
        (
            {"mounts": (Mount(source="{{", target="/x"),)},
            'expanding mounts failed: expanding mount source "{{": template: expansion:1: unclosed action',
        ),
        (
            {"mounts": (Mount(source="v", target="{{"),)},
            'expanding mounts failed: expanding mount target "{{": template: expansion:1: unclosed action',
        ),
        (
            {"mounts": (Mount(source="v", target="/x", options={"VolumeOptions": {"Labels": {"l": "{{"}}}),)},
            'expanding mounts failed: expanding volume labels: expanding map entry "l"="{{": template: expansion:1: '
            "unclosed action",
        ),
        (
            {
                "mounts": (
                    Mount(
                        source="v",
                        target="/x",
                        options={"VolumeOptions": {"DriverConfig": {"Options": {"o": "{{"}}}},
                    ),
                )
            },
            'expanding mounts failed: expanding volume driver config: expanding map entry "o"="{{": template: '
            "expansion:1: unclosed action",
        ),
    ],
)
def test_templates_are_tried_before_a_service_is_taken(swarm: FakeSwarm, fields: dict[str, object], words: str) -> None:
    """On a task without labels of its service, so `.Service.Labels.x` is refused even where the service has it."""
    container = ContainerSpec(image="alpine", **fields)  # type: ignore[arg-type]
    with pytest.raises(RpcInvalidArgument) as refused:
        swarm.control.create_service(spec(container=container))
    assert refused.value.description == words
