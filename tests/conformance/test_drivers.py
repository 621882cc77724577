"""Drivers of logs, runtimes, isolation, credentials: what a service may ask for, and what becomes of its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, NS, Spec, ask, demand, type_line

STARTS_FROM = "formed"

MISSING = "no suitable node (missing plugin on 3 nodes)"
BEGIN = "failed to create task for container: failed to initialize logging driver: "
MISMATCHED = "mismatched Runtime and *Spec fields"
REFUSED_BY_NOBODY = "dial tcp 127.0.0.1:24224: connect: connection refused"


def template(driver: str | None = None, /, container: Mapping[str, object] | None = None, **options: str) -> Spec:
    """A task that sleeps, and is not replaced when that fails."""
    log = {} if driver is None else {"LogDriver": {"Name": driver, **({"Options": options} if options else {})}}
    spec = {"Image": "alpine:latest", "Args": ["sleep", "1000"], "StopGracePeriod": NS, **(container or {})}
    return {"ContainerSpec": spec, "RestartPolicy": {"Condition": "none"}, **log}


TASKS: dict[str, tuple[Spec, str, str]] = {
    "no-driver": (template(), "running", ""),
    "an-empty-one": (template(""), "running", ""),
    "json-file": (template("json-file", **{"max-size": "10m", "max-file": "3"}), "running", ""),
    "local": (template("local"), "running", ""),
    "none": (template("none", a="b"), "running", ""),
    "nosuch": (template("nosuch"), "pending", MISSING),
    "etwlogs": (template("etwlogs", a="b"), "pending", MISSING),
    "syslog": (template("syslog"), "failed", f"starting container failed: {BEGIN}Unix syslog delivery error"),
    "syslog-udp": (template("syslog", **{"syslog-address": "udp://1.2.3.4:514"}), "running", ""),
    "journald": (template("journald"), "failed", f"starting container failed: {BEGIN}journald is not enabled on this"
                                                 " host"),
    "fluentd": (template("fluentd"), "failed", f"starting container failed: {BEGIN}{REFUSED_BY_NOBODY}"),
    "fluentd-async": (template("fluentd", **{"fluentd-async": "true"}), "running", ""),
    "gelf": (template("gelf"), "rejected", "gelf-address is a required parameter"),
    "splunk": (template("splunk"), "failed", f"starting container failed: {BEGIN}splunk: splunk-url is expected"),
    "awslogs": (template("awslogs"), "rejected", "must specify a value for log opt 'awslogs-group'"),
    "an-option": (template("json-file", nosuch="1"), "rejected", "unknown log opt 'nosuch' for json-file log driver"),
    "no-name": ({**template(), "LogDriver": {"Options": {"max-size": "1k"}}}, "running", ""),
    "process": (template(None, {"Isolation": "process"}), "rejected", "invalid isolation 'process' on linux"),
    "isolated": (template(None, {"Isolation": "nosuch"}), "running", ""),
    "credentials": (
        template(None, {"Privileges": {"CredentialSpec": {"File": "a.json"}}}), "rejected",
        'invalid --security-opt 2: "credentialspec=file://a.json"',
    ),
    "registry": (
        template(None, {"Privileges": {"CredentialSpec": {"Registry": "a"}}}), "rejected",
        'invalid --security-opt 2: "credentialspec=registry://a"',
    ),
    "with-more": ({**template(), "PluginSpec": {"name": "p"}, "NetworkAttachmentSpec": {"ContainerID": "c"}},
                  "running", ""),
}  # fmt: skip
PLUGIN = {"name": "p", "remote": "nosuch/plugin:latest"}
ATTACHMENT = {"Runtime": "attachment", "NetworkAttachmentSpec": {"ContainerID": "c"}}
REFUSED: dict[str, tuple[Spec, int, str]] = {
    "a plugin": ({"TaskTemplate": {"Runtime": "plugin", "PluginSpec": PLUGIN}, "Mode": {"Global": {}}}, 500,
                 'runtime type "plugin" only supported in experimental'),
    "a replicated plugin": ({"TaskTemplate": {"Runtime": "plugin", "PluginSpec": PLUGIN},
                             "Mode": {"Replicated": {"Replicas": 1}}}, 400, "plugins must not use replicated mode"),
    "a plugin that is not said": ({"TaskTemplate": {"Runtime": "plugin"}}, 400, MISMATCHED),
    "a plugin without its runtime": ({"TaskTemplate": {"PluginSpec": PLUGIN}}, 400, MISMATCHED),
    "a container as a plugin": ({"TaskTemplate": {**template(), "Runtime": "plugin"}}, 400, MISMATCHED),
    "an attachment": ({"TaskTemplate": ATTACHMENT}, 400, "unsupported runtime"),
    "an attachment without its runtime": ({"TaskTemplate": {**ATTACHMENT, "Runtime": ""}}, 400, MISMATCHED),
    "another runtime": ({"TaskTemplate": {**template(), "Runtime": "nosuch"}}, 400, "unsupported runtime"),
    "nothing": ({"TaskTemplate": {}}, 400, MISMATCHED),
    "no template": ({}, 400, MISMATCHED),
    "a mount of an image": ({"TaskTemplate": template(None, {"Mounts": [{"Type": "image", "Source": "busybox",
                             "Target": "/i"}]})}, 400, 'invalid MountType: "image"'),
    "no credentials": (
        {"TaskTemplate": template(None, {"Privileges": {"CredentialSpec": {}}})}, 400,
        'invalid CredentialSpec: must either provide "file", "registry", or "config" for credential spec',
    ),
}  # fmt: skip
CREATED: dict[str, tuple[Spec, int, str]] = {
    "nosuch": ({"Type": "nosuch"}, 400, 'error looking up logging plugin nosuch: plugin "nosuch" not found'),
    "an option of json-file": ({"Type": "json-file", "Config": {"a": "b"}}, 400,
                               "unknown log opt 'a' for json-file log driver"),
    "an option of local": ({"Type": "local", "Config": {"a": "b"}}, 400, "unknown log opt 'a' for log driver local"),
    "an option of gelf": ({"Type": "gelf", "Config": {"gelf-address": "udp://1.2.3.4:1", "a": "b"}}, 400,
                          'unknown log opt "a" for gelf log driver'),
    "a mode": ({"Type": "json-file", "Config": {"mode": "x"}}, 400, "logger: logging mode not supported: x"),
    "a buffer": ({"Type": "json-file", "Config": {"max-buffer-size": "1m"}}, 400,
                 "logger: max-buffer-size option is only supported with 'mode=non-blocking'"),
    "a size of a buffer": ({"Type": "json-file", "Config": {"mode": "non-blocking", "max-buffer-size": "x"}}, 400,
                           "error parsing option max-buffer-size: invalid size: 'x'"),
    "a cache": ({"Type": "local", "Config": {"cache-disabled": "x"}}, 400,
                "invalid value for option cache-disabled: x"),
    "a scheme": ({"Type": "syslog", "Config": {"syslog-address": "1.2.3.4"}}, 400, "unsupported scheme: ''"),
    "a socket": ({"Type": "syslog", "Config": {"syslog-address": "unix:///nosuch"}}, 400,
                 "stat /nosuch: no such file or directory"),
    "a facility": ({"Type": "syslog", "Config": {"syslog-facility": "x"}}, 400, "invalid syslog facility"),
    "a format": ({"Type": "syslog", "Config": {"syslog-format": "x"}}, 400, "Invalid syslog format"),
    "no TCP": ({"Type": "gelf", "Config": {"gelf-address": "http://x"}}, 400,
               "gelf: endpoint needs to be TCP or UDP"),
    "a reconnection": ({"Type": "gelf", "Config": {"gelf-address": "udp://1.2.3.4:1", "gelf-tcp-max-reconnect": "1"}},
                       400, '"gelf-tcp-max-reconnect" is only valid for TCP'),
    "no boolean": ({"Type": "fluentd", "Config": {"fluentd-async": "x"}}, 400,
                   'strconv.ParseBool: parsing "x": invalid syntax'),
    "no size": ({"Type": "fluentd", "Config": {"fluentd-buffer-limit": "x"}}, 400, "invalid size: 'x'"),
    "a collector's scheme": ({"Type": "fluentd", "Config": {"fluentd-address": "udp://1.2.3.4"}}, 400,
                             "invalid fluentd-address (udp://1.2.3.4): unsupported scheme: 'udp'"),
    "a collector's path": ({"Type": "fluentd", "Config": {"fluentd-address": "1.2.3.4/x"}}, 400,
                           "invalid fluentd-address (1.2.3.4/x): should not contain a path element"),
    "a collector's port": ({"Type": "fluentd", "Config": {"fluentd-address": "1.2.3.4:x"}}, 400,
                           'invalid fluentd-address (1.2.3.4:x): parse "tcp://1.2.3.4:x": invalid port ":x" after'
                           " host"),
    "a collector's socket": ({"Type": "fluentd", "Config": {"fluentd-address": "unix://"}}, 400,
                             "invalid fluentd-address (unix://): path is empty"),
}  # fmt: skip
STARTED: dict[str, tuple[Spec, str, int]] = {
    "syslog": ({"Type": "syslog"}, "Unix syslog delivery error", 500),
    "fluentd": ({"Type": "fluentd", "Config": {"fluentd-address": "tcp://127.0.0.1"}}, REFUSED_BY_NOBODY, 500),
    "socket": ({"Type": "fluentd", "Config": {"fluentd-address": "unix:///nosuch"}},
               "dial unix /nosuch: connect: no such file or directory", 500),
    "gelf": ({"Type": "gelf", "Config": {"gelf-address": "tcp://127.0.0.1:9"}},
             "gelf: cannot connect to GELF endpoint: 127.0.0.1:9 dial tcp 127.0.0.1:9: connect: connection refused",
             500),
    "size": ({"Type": "json-file", "Config": {"max-size": "x"}}, "invalid size: 'x'", 500),
    "files": ({"Type": "json-file", "Config": {"max-file": "0"}}, "max-file cannot be less than 1", 500),
    "number": ({"Type": "json-file", "Config": {"max-file": "x"}}, 'strconv.Atoi: parsing "x": invalid syntax', 500),
    "compressed": ({"Type": "json-file", "Config": {"compress": "true"}},
                   "compress cannot be true when max-file is less than 2 or max-size is not set", 500),
    "local-size": ({"Type": "local", "Config": {"max-size": "x"}}, "invalid value for max-size: x: invalid size: 'x'",
                   400),
    "local-files": ({"Type": "local", "Config": {"max-file": "1"}},
                    "compression cannot be enabled when max file count is 1", 400),
}  # fmt: skip
READ: dict[str, tuple[Spec, int]] = {
    "of a collector": ({"Type": "gelf", "Config": {"gelf-address": "udp://1.2.3.4:12201"}}, 200),
    "without a copy": ({"Type": "gelf", "Config": {"gelf-address": "udp://1.2.3.4:1", "cache-disabled": "true"}}, 501),
    "of nobody": ({"Type": "none"}, 501),
    "of a file": ({"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3", "compress": "true"}}, 200),
}
TYPED = {
    "docker service create --detach --name typed --log-driver nosuch --log-opt a=b alpine sleep 100": ["<id>"],
    "docker service inspect typed --format '{{json .Spec.TaskTemplate.LogDriver}}'": [
        '{"Name":"nosuch","Options":{"a":"b"}}'
    ],
    "docker service update --detach --log-opt c=d typed": ["typed"],
    "docker service update --detach --log-driver local --log-opt e typed": ["typed"],
    "docker service inspect  typed --format '{{json .Spec.TaskTemplate.LogDriver}}'": [
        '{"Name":"local","Options":{"e":""}}'
    ],
    "docker service create --detach --name other --log-opt a=b --isolation nosuch alpine sleep 100": ["<id>"],
    "docker service inspect other --format '{{json .Spec.TaskTemplate.ContainerSpec}}'": [
        '{"Image":"alpine:latest@<digest>","Args":["sleep","100"],"Init":false,"StopGracePeriod":10000000000,'
        '"DNSConfig":{},"Isolation":"default"}'
    ],
    "docker service create --detach --name auth --with-registry-auth alpine sleep 100": ["<id>"],
    "docker run --log-driver nosuch alpine true": [
        'docker: Error response from daemon: error looking up logging plugin nosuch: plugin "nosuch" not found',
        "Run 'docker run --help' for more information",
    ],
    "docker run --log-driver syslog --name typed alpine true": [
        f"docker: Error response from daemon: {BEGIN}Unix syslog delivery error",
        "Run 'docker run --help' for more information",
    ],
    "docker logs typed": ["Error response from daemon: Unix syslog delivery error"],
    "docker run --isolation process alpine true": [
        "docker: Error response from daemon: invalid isolation (process): linux only supports 'default'",
        "Run 'docker run --help' for more information",
    ],
    "docker run --isolation default alpine true": [],
}


@dataclass(slots=True, kw_only=True)
class Story:
    """What was answered, what the tasks say, and what was typed and printed."""

    tasks: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    created: dict[str, tuple[int, str]] = field(default_factory=dict)
    started: dict[str, tuple[tuple[int, str], str, tuple[int, str]]] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)
    defaults: list[Any] = field(default_factory=list)
    typed: dict[str, list[str]] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Services of all kinds, containers of all kinds, a swarm with a default."""
    told, manager = Story(), lab[MANAGER]
    for name, (task, _, _) in TASKS.items():
        body = {"Name": name, "TaskTemplate": task, "Mode": {"Replicated": {"Replicas": 1}}}
        demand(manager, "POST", "/services/create", body)
    for what, (body, _, _) in REFUSED.items():
        told.refused[what] = told_of(ask(manager, "POST", "/services/create", {"Name": "x", **body}))
    assert ask(manager, "POST", "/images/create?fromImage=alpine&tag=latest").ok
    for what, (log, _, _) in CREATED.items():
        told.created[what] = told_of(ask(manager, "POST", "/containers/create", container(log)))
    start(lab, told)
    lab.wait_until(lambda: "" if settled(lab) else "tasks on their way", "settled tasks", timeout_s=120)
    for name in TASKS:
        tasks = demand(manager, "GET", f'/tasks?filters={{"service":["{name}"]}}')
        told.tasks[name] = [(task["Status"]["State"], task["Status"].get("Err", "")) for task in tasks
                            if task["ServiceID"] == demand(manager, "GET", f"/services/{name}")["ID"]]  # fmt: skip
    told.seen["spec"] = demand(manager, "GET", "/services/credentials")["Spec"]["TaskTemplate"]["ContainerSpec"]
    told.seen["plugins"] = [node["Description"]["Engine"]["Plugins"] for node in demand(manager, "GET", "/nodes")]
    set_default(lab, told)
    told.typed = {line: type_line(lab, MANAGER, line) for line in TYPED}
    return told


def container(log: Spec) -> Spec:
    """A container that says a word and sleeps."""
    host = {"LogConfig": log}
    return {"Image": "alpine:latest", "Cmd": ["sh", "-c", "echo said; sleep 1000"], "HostConfig": host}


def told_of(answer: Any) -> tuple[int, str]:
    """Status and refusal of an answer."""
    return (answer.status_code, answer.json()["message"]) if not answer.ok else (0, "")


def start(lab: Lab, told: Story) -> None:
    """Containers whose drivers cannot begin, and those whose drivers can."""
    manager = lab[MANAGER]
    for name, (log, _, _) in STARTED.items():
        demand(manager, "POST", f"/containers/create?name={name}", container(log))
        started = told_of(ask(manager, "POST", f"/containers/{name}/start"))
        state = demand(manager, "GET", f"/containers/{name}/json")["State"]
        logs = told_of(ask(manager, "GET", f"/containers/{name}/logs?stdout=1"))
        told.started[name] = (started, f"{state['Status']}: {state['Error']}", logs)
    for what, (log, _) in READ.items():
        id_ = demand(manager, "POST", "/containers/create", container(log))["Id"]
        demand(manager, "POST", f"/containers/{id_}/start")
        told.read[what] = ask(manager, "GET", f"/containers/{id_}/logs?stdout=1").status_code


def settled(lab: Lab) -> bool:
    """Whether every task has come to where it stays."""
    states = {task["Status"]["State"] for task in demand(lab[MANAGER], "GET", "/tasks")}
    return states <= {"running", "pending", "failed", "rejected"}


def set_default(lab: Lab, told: Story) -> None:
    """A log driver for all tasks of the swarm."""
    manager = lab[MANAGER]
    swarm = demand(manager, "GET", "/swarm")
    spec = {**swarm["Spec"], "TaskDefaults": {"LogDriver": {"Name": "nosuch", "Options": {"a": "b"}}}}
    demand(manager, "POST", f"/swarm/update?version={swarm['Version']['Index']}", spec)
    told.defaults.append(demand(manager, "GET", "/swarm")["Spec"]["TaskDefaults"])
    body = {"Name": "by-default", "TaskTemplate": template(), "Mode": {"Replicated": {"Replicas": 1}}}
    demand(manager, "POST", "/services/create", body)
    lab.wait_converged("by-default")
    (task,) = demand(manager, "GET", '/tasks?filters={"service":["by-default"]}')
    told.defaults.append(task["Spec"].get("LogDriver"))
    told.defaults.append(task["Status"]["State"])


@pytest.mark.parametrize("name", TASKS)
def test_a_task_comes_as_far_as_its_drivers_let_it(story: Story, name: str) -> None:
    """Waits for a node that has the driver; is rejected for its options; fails when the driver cannot begin."""
    _, state, err = TASKS[name]
    assert story.tasks[name] == [(state, err)]


@pytest.mark.parametrize("what", REFUSED)
def test_a_service_that_is_no_container_is_refused(story: Story, what: str) -> None:
    """In the engine's words."""
    _, status, message = REFUSED[what]
    assert story.refused[what] == (status, message)


@pytest.mark.parametrize("what", CREATED)
def test_options_of_a_log_driver_are_checked(story: Story, what: str) -> None:
    """Before the container is made."""
    _, status, message = CREATED[what]
    assert story.created[what] == (status, message)


@pytest.mark.parametrize("name", STARTED)
def test_a_container_does_not_start_when_its_log_driver_does_not(story: Story, name: str) -> None:
    """It stays created, says why, and has no logs for the same reason. A file that is missing is the asker's fault."""
    _, trouble, status = STARTED[name]
    refused = 400 if trouble.endswith("no such file or directory") else 500
    assert story.started[name] == ((refused, BEGIN + trouble), f"created: {BEGIN}{trouble}", (status, trouble))


@pytest.mark.parametrize("what", READ)
def test_logs_can_be_read_where_they_or_a_copy_are_kept(story: Story, what: str) -> None:
    """Of a driver that sends them elsewhere a copy is kept, unless that was not wanted."""
    assert story.read[what] == READ[what][1]


def test_a_default_log_driver_of_the_swarm_is_not_kept(story: Story) -> None:
    """The API takes it, and that is all."""
    assert story.defaults == [{}, None, "running"]


def test_credentials_are_shown_whole(story: Story) -> None:
    """With the sources that were not named."""
    assert story.seen["spec"]["Privileges"] == {
        "CredentialSpec": {"Config": "", "File": "a.json", "Registry": ""},
        "SELinuxContext": None,
        "NoNewPrivileges": False,
    }


def test_nodes_say_which_log_drivers_they_have(story: Story) -> None:
    """All of them the same. Debian's build of Docker lacks gcplogs, Docker's own has it."""
    names = [each["Name"] for each in story.seen["plugins"][0] if each["Type"] == "Log"]
    assert [name for name in names if name != "gcplogs"] == [
        "awslogs",
        "fluentd",
        "gelf",
        "journald",
        "json-file",
        "local",
        "splunk",
        "syslog",
    ]
    assert story.seen["plugins"][1:] == story.seen["plugins"][:1] * 2


@pytest.mark.cli
@pytest.mark.parametrize("line", TYPED)
def test_the_docker_command_prints(story: Story, line: str) -> None:
    """What a reader sees who types it."""
    assert story.typed[line] == TYPED[line]


# --- images as mounts ------------------------------------------------------------------------------------------------

RELATIVE = 'invalid mount config for type "image": subpath must be a relative path within the volume'
NOT_FOR = 'invalid mount config for type "{}": field ImageOptions must not be specified'
IMAGE = {"Type": "image", "Source": "busybox:latest", "Target": "/i"}
BIN = {"ImageOptions": {"Subpath": "bin"}}
IMAGE_MOUNTS: dict[str, tuple[Spec, tuple[int, str]]] = {
    "whole": (IMAGE, (0, "")),
    "part": ({**IMAGE, **BIN}, (0, "")),
    "outside": ({**IMAGE, "ImageOptions": {"Subpath": "../x"}}, (400, RELATIVE)),
    "absolute": ({**IMAGE, "ImageOptions": {"Subpath": "/bin"}}, (400, RELATIVE)),
    "nothing": (
        {"Type": "image", "Target": "/i"},
        (400, 'invalid mount config for type "image": field Source must not be empty'),
    ),
    "not-there": ({**IMAGE, "Source": "nosuch:latest"}, (404, "No such image: nosuch:latest")),
    "as-a-volume": (
        {**IMAGE, "VolumeOptions": {"Subpath": "a"}},
        (400, 'VolumeOptions must not be specified on mount type "image"'),
    ),
    "bind": ({"Type": "bind", "Source": "/tmp", "Target": "/i", **BIN}, (400, NOT_FOR.format("bind"))),
    "volume": ({"Type": "volume", "Source": "v", "Target": "/i", **BIN}, (400, NOT_FOR.format("volume"))),
    "tmpfs": ({"Type": "tmpfs", "Target": "/i", **BIN}, (400, NOT_FOR.format("tmpfs"))),
    "cluster": (
        {"Type": "cluster", "Source": "v", "Target": "/i"},
        (400, 'invalid mount config for type "cluster": mount type unknown'),
    ),
}


@pytest.fixture(scope="module")
def mounted(lab: Lab, story: Story) -> dict[str, tuple[tuple[int, str], Any, Any]]:
    """Of each container that is to have a mount: why not, its warnings, what it shows of its mounts."""
    manager, found = lab[MANAGER], {}
    assert ask(manager, "POST", "/images/create?fromImage=busybox&tag=latest").ok
    for name, (mount, _) in IMAGE_MOUNTS.items():
        body = {"Image": "alpine:latest", "Cmd": ["sleep", "1000"], "HostConfig": {"Mounts": [mount]}}
        answer = ask(manager, "POST", f"/containers/create?name=mount-{name}", body)
        refusal = told_of(answer)
        if not answer.ok:
            found[name] = (refusal, None, None)
            continue
        demand(manager, "POST", f"/containers/mount-{name}/start")
        shown = demand(manager, "GET", f"/containers/mount-{name}/json")["Mounts"]
        found[name] = ((0, ""), answer.json()["Warnings"], shown)
    return found


@pytest.mark.parametrize("name", IMAGE_MOUNTS)
def test_an_image_can_be_mounted(mounted: dict[str, Any], name: str) -> None:
    """One that lies on the host, or a part of it, and nothing else with its options."""
    refusal, warnings, shown = mounted[name]
    assert refusal == IMAGE_MOUNTS[name][1]
    if not refusal[0]:
        assert warnings == ["Image mount is an experimental feature"]
        assert [{**shown[0], "Source": ""}] == [
            {"Type": "image", "Name": "busybox:latest", "Source": "", "Destination": "/i", "Mode": "", "RW": False,
             "Propagation": "rprivate"}
        ]  # fmt: skip
