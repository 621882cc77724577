"""What a node was entrusted with, and the files that its containers find. Recorded from engines 28.5.2."""

from __future__ import annotations

from dataclasses import replace

import pytest

from swarmlab.engine.assignment import Assignment
from swarmlab.engine.errors import ServerError
from swarmlab.engine.host.entrusted import Entrusted
from swarmlab.engine.ids import ConfigId, NodeId, SecretId, ServiceId, TaskId
from swarmlab.engine.model import (
    Config,
    ConfigReference,
    ConfigSpec,
    ContainerSpec,
    Driver,
    FileTarget,
    NodeDescription,
    Secret,
    SecretReference,
    SecretSpec,
    Task,
    TaskSpec,
    TaskState,
    TaskStatus,
)
from swarmlab.engine.templates import TaskPlace

GOLANG = Driver(name="golang")
TOKEN = Secret(id=SecretId("s1"), spec=SecretSpec(name="token", data=b"hush"))
CONF = Config(id=ConfigId("c1"), spec=ConfigSpec(name="conf", data=b"listen"))


def secret(target: str, id_: str = "s1", **owner: object) -> SecretReference:
    file = FileTarget(**{"name": target, "uid": "0", "gid": "0", "mode": 0o444, **owner})  # type: ignore[arg-type]
    return SecretReference(secret_id=SecretId(id_), secret_name="token", file=file)


def config(target: str, id_: str = "c1") -> ConfigReference:
    file = FileTarget(name=target, uid="0", gid="0", mode=0o444)
    return ConfigReference(config_id=ConfigId(id_), config_name="conf", file=file)


def place(*references: SecretReference | ConfigReference) -> TaskPlace:
    container = ContainerSpec(
        image="alpine",
        env=("SLOT={{.Task.Slot}}",),
        secrets=tuple(each for each in references if isinstance(each, SecretReference)),
        configs=tuple(each for each in references if isinstance(each, ConfigReference)),
    )
    task = Task(
        id=TaskId("task"),
        spec=TaskSpec(container=container),
        service_id=ServiceId("service"),
        service_name="web",
        slot=7,
        status=TaskStatus(timestamp=0, state=TaskState.STARTING),
        desired_state=TaskState.RUNNING,
    )
    return TaskPlace(task=task, node_id=NodeId("node"), description=NodeDescription(hostname="host"))


def holding(*objects: Secret | Config) -> Entrusted:
    entrusted = Entrusted()
    entrusted.take(Assignment(tasks=(), entrusted=objects, complete=True))
    return entrusted


@pytest.mark.parametrize(
    ("reference", "path"),
    [
        (secret("token"), "/run/secrets/token"),
        (secret("a/b"), "/run/secrets/a/b"),
        (secret("../x"), "/run/x"),
        (secret("."), "/run/secrets"),
        (secret("/abs"), "/abs"),
        (config("conf"), "/conf"),
        (config("rel/x"), "/rel/x"),
        (config("../x"), "/x"),
        (config("/etc/n"), "/etc/n"),
    ],
)
def test_a_target_is_a_path(reference: SecretReference | ConfigReference, path: str) -> None:
    """Secrets lie below /run/secrets, configs below the root, where they do not say the whole path."""
    (file,) = holding(TOKEN, CONF).files_for(place(reference))
    assert file.path == path


def test_one_secret_in_two_places_is_one_file() -> None:
    """The last mention's owner and rights hold for both."""
    first, second = secret("a", uid="1", mode=0o400), secret("b", uid="2", gid="3", mode=0o440)
    files = holding(TOKEN).files_for(place(first, second))
    assert [(file.path, file.uid, file.gid, file.mode) for file in files] == [
        ("/run/secrets/a", 2, 3, 0o440),
        ("/run/secrets/b", 2, 3, 0o440),
    ]


def test_of_one_path_the_config_is_seen() -> None:
    """It is mounted later."""
    (file,) = holding(TOKEN, CONF).files_for(place(secret("x"), config("/run/secrets/x")))
    assert file.text == "listen"


def test_what_is_not_there_is_named() -> None:
    """A service that was rolled back may ask for what is gone."""
    with pytest.raises(ServerError, match="unable to get secret from secret store: secret s1 not found"):
        holding().files_for(place(secret("token")))
    with pytest.raises(ServerError, match="unable to get config from config store: config c1 not found"):
        holding(TOKEN).files_for(place(secret("token"), config("conf")))


def test_a_node_forgets_what_it_no_longer_needs() -> None:
    """Withdrawn one by one, or by a whole new assignment."""
    entrusted = holding(TOKEN, CONF)
    entrusted.take(Assignment(tasks=(), withdrawn=(TOKEN.id,)))
    with pytest.raises(ServerError, match="secret s1 not found"):
        entrusted.files_for(place(secret("token")))
    assert entrusted.files_for(place(config("conf")))
    entrusted.take(Assignment(tasks=(), complete=True))
    with pytest.raises(ServerError, match="config c1 not found"):
        entrusted.files_for(place(config("conf")))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (b"{{.Service.Name}} {{.Task.Slot}} {{.Node.ID}}|{{.Node.Hostname}}|", "web 7 node||"),
        (b'{{secret "token"}} {{config "self"}} {{env "SLOT"}}{{env "NO"}}', None),
        (b'{{secret "token"}} {{env "SLOT"}}{{env "NO"}}', "hush 7"),
    ],
)
def test_templates_see_the_task_and_its_other_files(text: bytes, written: str | None) -> None:
    """But neither name nor platform of the node; another config's text is as it is stored."""
    self = Config(id=ConfigId("c2"), spec=ConfigSpec(name="self", data=text, templating=GOLANG))
    asked = place(secret("token"), config("self", "c2"))
    files = holding(TOKEN, self).files_for(asked)
    assert files[1].text == (written if written is not None else f"hush {text.decode()} 7")


def test_bytes_that_are_no_text_stay() -> None:
    """As surrogates, which become the same bytes again."""
    binary = replace(TOKEN, spec=SecretSpec(name="token", data=b"\xff\x00"))
    (file,) = holding(binary).files_for(place(secret("token")))
    assert file.text.encode("utf-8", "surrogateescape") == b"\xff\x00"
