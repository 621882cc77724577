"""Templates: in a service's hostname, environment and mounts, and in secrets and configs; what stands for nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, Spec, ask, demand, wait_for
from tests.conformance.test_secrets import data, logs, reference

STARTS_FROM = "formed"

INVALID = "rpc error: code = InvalidArgument desc = "
ENV = (
    "WHO={{.Service.Name}}.{{.Task.Slot}}",
    "LABEL={{index .Service.Labels `k`}}",
    '{{"not"}}=a template',
    'IF={{if eq .Task.Slot "1"}}first{{else}}other{{end}}',
    'JOIN={{join "-" .Node.Hostname .Service.Name}}',
    "ALL={{.Node.Platform}} {{.Service.Labels}}",
)
TEXT = 'I am {{.Service.Name}} on "{{.Node.Hostname}}", slot {{.Task.Slot}}: {{secret "plain"}} {{env "WHO"}}\n'
PLACEMENT = {"Constraints": [f"node.hostname=={MANAGER}"]}
FAILED = "starting container failed: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What templates became."""

    environment: list[str]
    hostname: str
    mounts: list[tuple[str, str]]
    volume: dict[str, str]
    text: str
    errors: dict[str, str]


def make(lab: Lab, kind: str, name: str, text: str, driver: str = "") -> str:
    """A secret or config, with a template driver where it has one; returns its id."""
    templating = {"Templating": {"Name": driver}} if driver else {}
    body = {"Name": name, "Data": data(text), **templating}
    return str(demand(lab[MANAGER], "POST", f"/{kind}s/create", body)["ID"])


def run(lab: Lab, name: str, **container: object) -> None:
    """A service on the manager."""
    spec = {"Image": "alpine:latest", "StopGracePeriod": 10**9, **container}
    template = {"ContainerSpec": spec, "Placement": PLACEMENT, "RestartPolicy": {"Condition": "none"}}
    body = {"Name": name, "Labels": {"k": "v"}, "TaskTemplate": template}
    demand(lab[MANAGER], "POST", "/services/create", body)


def error_of(lab: Lab, name: str) -> str:
    """Why the service's one task failed; empty while it has not."""
    tasks = demand(lab[MANAGER], "GET", f'/tasks?filters={{"service":["{name}"]}}')
    return str(tasks[0]["Status"].get("Err", "")) if tasks else ""


@pytest.fixture(scope="module")
def filled(lab: Lab) -> Filled:
    """One service whose templates stand for something, and some whose secrets or configs do not."""
    plain = make(lab, "secret", "plain", "hush")
    text = make(lab, "config", "text", TEXT, "golang")
    mount = {
        "Type": "volume",
        "Source": "data-{{.Task.Slot}}",
        "Target": "/data/{{.Service.Name}}",
        "VolumeOptions": {"Labels": {"slot": "{{.Task.Slot}}"}},
    }
    run(
        lab,
        "web",
        Args=["sh", "-c", "cat /text; sleep 1000"],
        Env=list(ENV),
        Hostname="{{.Node.Hostname}}-{{.Task.Slot}}",
        Mounts=[mount],
        Secrets=[reference("Secret", plain, "plain", "plain")],
        Configs=[reference("Config", text, "text", "text")],
    )
    for name, wrong in (("unknown", "{{.No}}"), ("unclosed", "{{"), ("missing", '{{secret "no"}}')):
        id_ = make(lab, "config", name, wrong, "golang")
        run(lab, name, Args=["sleep", "1000"], Configs=[reference("Config", id_, name, name)])
    other = make(lab, "secret", "other", "x", "nosuch")
    run(lab, "driver", Args=["sleep", "1000"], Secrets=[reference("Secret", other, "other", "other")])
    bob = {"File": {"Name": "x", "UID": "bob", "GID": "0", "Mode": 292}, "SecretID": plain, "SecretName": "plain"}
    run(lab, "owner", Args=["sleep", "1000"], Secrets=[bob])
    lab.wait_converged("web")
    failing = ("unknown", "unclosed", "missing", "driver", "owner")
    wait_for(lab, lambda: all(error_of(lab, name) for name in failing), True)
    wait_for(lab, lambda: "hush" in logs(lab, "web"), True)
    (container,) = lab[MANAGER].client.containers.list(filters={"name": "web."})
    errors = {name: error_of(lab, name) for name in failing}
    for name in ("unknown", "unclosed", "missing"):
        id_ = demand(lab[MANAGER], "GET", f"/configs/{name}")["ID"]
        errors[name] = errors[name].replace(id_, "ID")
    errors["driver"] = errors["driver"].replace(other, "ID")
    return Filled(
        environment=[each for each in container.attrs["Config"]["Env"] if not each.startswith("PATH=")],
        hostname=container.attrs["Config"]["Hostname"],
        mounts=[(mount["Name"], mount["Destination"]) for mount in container.attrs["Mounts"]],
        volume=lab[MANAGER].client.volumes.get("data-1").attrs["Labels"],
        text=logs(lab, "web"),
        errors=errors,
    )


def test_the_environment_is_filled_in(filled: Filled) -> None:
    """Values are templates, names are not."""
    assert filled.environment == [
        "WHO=web.1",
        "LABEL=v",
        '{{"not"}}=a template',
        "IF=first",
        f"JOIN={MANAGER}-web",
        "ALL={x86_64 linux} map[k:v]",
    ]


def test_the_hostname_is_filled_in(filled: Filled) -> None:
    """With the node's name."""
    assert filled.hostname == f"{MANAGER}-1"


def test_mounts_are_filled_in(filled: Filled) -> None:
    """Source, target, and a volume's labels."""
    assert filled.mounts == [("data-1", "/data/web")]
    assert filled.volume == {"slot": "1"}


def test_a_config_sees_secrets_and_variables_but_not_the_hosts_name(filled: Filled) -> None:
    """Of its node it knows the id only."""
    assert filled.text == 'I am web on "", slot 1: hush web.1\n'


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "unknown",
            "unable to get config from config store: failed to expand templated config ID: template: expansion:1:2: "
            'executing "expansion" at <.No>: can\'t evaluate field No in type *template.PayloadContext',
        ),
        (
            "unclosed",
            "unable to get config from config store: failed to expand templated config ID: template: expansion:1: "
            "unclosed action",
        ),
        (
            "missing",
            "unable to get config from config store: failed to expand templated config ID: template: expansion:1:2: "
            'executing "expansion" at <secret "no">: error calling secret: secret target no not found',
        ),
        (
            "driver",
            "unable to get secret from secret store: failed to expand templated secret ID: unrecognized template type",
        ),
        ("owner", 'strconv.Atoi: parsing "bob": invalid syntax'),
    ],
)
def test_what_cannot_be_filled_in_fails_the_task(filled: Filled, name: str, words: str) -> None:
    """When its container is started."""
    assert filled.errors[name] == FAILED + words


def _volume(**changes: Any) -> Spec:
    return {"Mounts": [{"Type": "volume", "Source": "v", "Target": "/d", **changes}]}


_AT = 'template: expansion:1:2: executing "expansion" at <.No>: can\'t evaluate field No in type *template.Context'
REFUSED: dict[str, Spec] = {
    f'expanding env failed: expanding env "E={{{{.No}}}}": {_AT}': {"Env": ["E={{.No}}"]},
    'expanding env failed: expanding env "E={{": template: expansion:1: unclosed action': {"Env": ["E={{"]},
    'expanding env failed: expanding env "E={{env}}": template: expansion:1: function "env" not defined': {
        "Env": ["E={{env}}"]
    },
    'expanding env failed: expanding env "E={{.Service.Labels.k}}": template: expansion:1:10: executing "expansion" at '
    '<.Service.Labels.k>: map has no entry for key "k"': {"Env": ["E={{.Service.Labels.k}}"]},
    f"expanding hostname failed: {_AT}": {"Hostname": "{{.No}}"},
    f'expanding mounts failed: expanding mount source "{{{{.No}}}}": {_AT}': _volume(Source="{{.No}}"),
    f'expanding mounts failed: expanding mount target "{{{{.No}}}}": {_AT}': _volume(Target="{{.No}}"),
    f'expanding mounts failed: expanding volume labels: expanding map entry "l"="{{{{.No}}}}": {_AT}': _volume(
        VolumeOptions={"Labels": {"l": "{{.No}}"}}
    ),
}


@pytest.mark.parametrize("words", REFUSED)
def test_templates_of_a_service_are_tried_at_once(lab: Lab, filled: Filled, words: str) -> None:
    """On a task without labels of its service."""
    container = {"Image": "alpine:latest", **REFUSED[words]}
    spec = {"Name": "wrong", "Labels": {"k": "v"}, "TaskTemplate": {"ContainerSpec": container}}
    answer = ask(lab[MANAGER], "POST", "/services/create", spec)
    assert (answer.status_code, answer.json()["message"]) == (400, INVALID + words)
