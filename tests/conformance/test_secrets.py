"""Secrets and configs: what is stored, who may see it, what a container finds, and every refusal with its words."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, WORKER, Spec, ask, demand, wait_for

STARTS_FROM = "formed"

INVALID, UNKNOWN, EXISTS = (
    f"rpc error: code = {code} desc = " for code in ("InvalidArgument", "Unknown", "AlreadyExists")
)
NAME_RULE = (
    f"{INVALID}invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be "
    "[a-zA-Z0-9]"
)
LABELS_ONLY = f"{INVALID}only updates to Labels are allowed"
OUT_OF_SEQUENCE = f"{UNKNOWN}update out of sequence"
KINDS = ("secret", "config")
LIMITS = {"secret": 512_000, "config": 1_024_000}
READ_ALL = (
    "cd /run/secrets; ls; cat token other; cat /conf /etc/n; echo x > /conf; echo x >> /run/secrets/token; sleep 1000"
)
OWNER = {"UID": "0", "GID": "0", "Mode": 0o444}


def data(text: str) -> str:
    """As requests carry it."""
    return base64.b64encode(text.encode()).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What became of two secrets and two configs."""

    ids: dict[str, str]
    created: dict[str, Any]
    refusals: dict[str, tuple[int, str]]
    lists: dict[str, list[str]]
    after_update: dict[str, Any]
    service: Spec
    mounts: list[object]
    output: str
    in_use: dict[str, tuple[int, str]]
    after_change: dict[str, tuple[int, str]]
    events: list[tuple[str, str, str]]


def refused(lab: Lab, method: str, path: str, body: object = None, node: str = MANAGER) -> tuple[int, str]:
    """Status and words of a refusal."""
    answer = ask(lab[node], method, path, body)
    return answer.status_code, answer.json()["message"] if answer.content else ""


def refusals(lab: Lab, kind: str) -> dict[str, tuple[int, str]]:
    """Everything that is refused of a kind, of which there is one called `a` of version `{version}`."""
    stored = demand(lab[MANAGER], "GET", f"/{kind}s/a")
    version, path = stored["Version"]["Index"], f"/{kind}s/{stored['ID']}/update"
    create = f"/{kind}s/create"
    requests = {
        "no name": (create, {"Data": data("x")}),
        "bad name": (create, {"Name": "-x", "Data": data("x")}),
        "long name": (create, {"Name": "x" * 65, "Data": data("x")}),
        "no data": (create, {"Name": "b"}),
        "too much": (create, {"Name": "b", "Data": data("x" * LIMITS[kind])}),
        "no base64": (create, {"Name": "b", "Data": "a*k="}),
        "same name": (create, {"Name": "A", "Data": data("x")}),
        "no version": (path, {"Name": "a"}),
        "old version": (f"{path}?version=1", {"Name": "a"}),
        "other name": (f"{path}?version={version}", {"Name": "b"}),
        "other data": (f"{path}?version={version}", {"Name": "a", "Data": data("y")}),
        "unknown": (f"/{kind}s/nosuch/update?version=1", {"Name": "a"}),
    }
    found = {what: refused(lab, "POST", *request) for what, request in requests.items()}
    found["get unknown"] = refused(lab, "GET", f"/{kind}s/nosuch")
    found["remove unknown"] = refused(lab, "DELETE", f"/{kind}s/nosuch")
    found["on a worker"] = refused(lab, "GET", f"/{kind}s", node=WORKER)
    found["bad filter"] = refused(lab, "GET", f'/{kind}s?filters={{"nosuch":["x"]}}')
    return found


def names(lab: Lab, kind: str, filters: str) -> list[str]:
    """What a list shows."""
    return sorted(each["Spec"]["Name"] for each in demand(lab[MANAGER], "GET", f"/{kind}s?filters={filters}"))


def reference(kind: str, id_: str, name: str, target: str) -> Spec:
    """As a service asks for a file."""
    return {"File": {"Name": target, **OWNER}, f"{kind}ID": id_, f"{kind}Name": name}


def logs(lab: Lab, name: str) -> str:
    """What a service's tasks wrote."""
    client = lab.manager().client
    return b"".join(client.services.get(name).logs(stdout=True, stderr=True)).decode()


def container_on(lab: Lab, node: str, name: str) -> Any:
    """The one container whose name begins so."""
    (container,) = lab[node].client.containers.list(filters={"name": name})
    return container


def references(ids: dict[str, str]) -> dict[str, list[dict[str, object]]]:
    """What a container spec says that wants all four as files."""
    secrets = [
        reference("Secret", ids[f"secret {name}"], name, file) for name, file in (("a", "token"), ("ab", "other"))
    ]
    configs = [
        reference("Config", ids[f"config {name}"], name, file) for name, file in (("a", "conf"), ("ab", "/etc/n"))
    ]
    return {"Secrets": secrets, "Configs": configs}


@pytest.fixture(scope="module")
def stored(lab: Lab) -> Stored:
    """The story: make, refuse, list, label, use, remove."""
    manager = lab[MANAGER]
    ids, created, seen, lists, updated = {}, {}, {}, {}, {}
    for kind in KINDS:
        for name, text in (("a", "first\n"), ("ab", "second\n")):
            body = {"Name": name, "Labels": {"k": name}, "Data": data(text)}
            ids[f"{kind} {name}"] = demand(manager, "POST", f"/{kind}s/create", body)["ID"]
        created[kind] = demand(manager, "GET", f"/{kind}s/A")
        seen |= {f"{kind}: {what}": refusal for what, refusal in refusals(lab, kind).items()}
        lists[kind] = [
            ",".join(names(lab, kind, filters))
            for filters in ('{"name":["A"]}', '{"name":["ab"]}', '{"label":["k=a"]}', '{"id":["nosuch"]}')
        ]
        version = created[kind]["Version"]["Index"]
        path = f"/{kind}s/{ids[f'{kind} a']}/update?version={version}"
        demand(manager, "POST", path, {"Name": "a", "Labels": {"x": "y"}, "Templating": {"Name": "golang"}})
        updated[kind] = demand(manager, "GET", f"/{kind}s/a")["Spec"]
    for what, driver in (("driver", {"Name": "vault"}), ("nameless driver", {})):
        seen[f"secret: {what}"] = refused(lab, "POST", "/secrets/create", {"Name": "v", "Driver": driver})
    container = {
        "Image": "alpine:latest",
        "Command": ["sh", "-c", READ_ALL],
        "StopGracePeriod": 10**9,
        **references(ids),
    }
    task = {"ContainerSpec": container, "Placement": {"Constraints": [f"node.hostname=={WORKER}"]}}
    spec = {"Name": "reader", "TaskTemplate": task}
    demand(manager, "POST", "/services/create", spec)
    lab.wait_converged("reader")
    wait_for(lab, lambda: logs(lab, "reader").count("Read-only"), 2)
    output, attrs = logs(lab, "reader"), container_on(lab, WORKER, "reader").attrs
    in_use = {kind: refused(lab, "DELETE", f"/{kind}s/a") for kind in KINDS}
    service = demand(manager, "GET", "/services/reader")
    spec = service["Spec"]
    for key in ("Secrets", "Configs"):
        del spec["TaskTemplate"]["ContainerSpec"][key]
    demand(manager, "POST", f"/services/{service['ID']}/update?version={service['Version']['Index']}", spec)
    after_change = {kind: (ask(manager, "DELETE", f"/{kind}s/a").status_code, "") for kind in KINDS}
    demand(manager, "DELETE", "/services/reader")
    lab.clock.sleep(1)
    events = [
        (each["Type"], each["Action"], each["Actor"]["Attributes"]["name"])
        for each in manager.client.events(
            decode=True, since=0, until=int(lab.clock.now().timestamp()), filters={"type": list(KINDS)}
        )
    ]
    return Stored(
        ids=ids,
        created=created,
        refusals=seen,
        lists=lists,
        after_update=updated,
        service=service["Spec"],
        mounts=[attrs["Mounts"], attrs["HostConfig"]["Binds"]],
        output=output,
        in_use=in_use,
        after_change=after_change,
        events=events,
    )


def test_a_secret_is_never_shown_a_config_is(stored: Stored) -> None:
    """Name, labels, version and times of both; data of the config only. Their names are found whatever the case."""
    assert stored.created["secret"]["Spec"] == {"Name": "a", "Labels": {"k": "a"}}
    assert stored.created["config"]["Spec"] == {"Name": "a", "Labels": {"k": "a"}, "Data": data("first\n")}
    assert list(stored.created["secret"]) == ["ID", "Version", "CreatedAt", "UpdatedAt", "Spec"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("what", "status", "words"),
    [
        ("no name", 400, f"{INVALID}name must be provided"),
        ("bad name", 400, NAME_RULE),
        ("long name", 400, NAME_RULE),
        ("no data", 400, f"{INVALID}{{kind}} data must be larger than 0 and less than {{limit}} bytes"),
        ("too much", 400, f"{INVALID}{{kind}} data must be larger than 0 and less than {{limit}} bytes"),
        (
            "no base64",
            400,
            "invalid JSON: json: cannot unmarshal string into Go struct field {Kind}Spec.Data of type []uint8: illegal "
            "base64 data at input byte 1",
        ),
        ("same name", 409, f"{EXISTS}{{kind}} A already exists"),
        ("no version", 400, "invalid {kind} version"),
        ("old version", 500, OUT_OF_SEQUENCE),
        ("other name", 400, LABELS_ONLY),
        ("other data", 400, LABELS_ONLY),
        ("unknown", 404, "{kind} nosuch not found"),
        ("get unknown", 404, "{kind} nosuch not found"),
        ("remove unknown", 404, "{kind} nosuch not found"),
        (
            "on a worker",
            503,
            "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. Please run "
            "this command on a manager node or promote the current node to a manager.",
        ),
        ("bad filter", 400, "invalid filter 'nosuch'"),
    ],
)
def test_what_is_refused(stored: Stored, kind: str, what: str, status: int, words: str) -> None:
    """With its status."""
    text = words.format(kind=kind, Kind=kind.capitalize(), limit=LIMITS[kind])
    assert stored.refusals[f"{kind}: {what}"] == (status, text)


def test_drivers_are_plugins(stored: Stored) -> None:
    """There are none."""
    assert stored.refusals["secret: driver"] == (500, f'{UNKNOWN}plugin "vault" not found')
    assert stored.refusals["secret: nameless driver"] == (400, f"{INVALID}secret driver must have a name")


@pytest.mark.parametrize("kind", KINDS)
def test_lists_are_filtered(stored: Stored, kind: str) -> None:
    """Names by their beginning, whatever the case."""
    assert stored.lists[kind] == ["a,ab", "ab", "a", ""]


@pytest.mark.parametrize("kind", KINDS)
def test_an_update_changes_labels_and_nothing_else(stored: Stored, kind: str) -> None:
    """A template driver that is sent along is not heard."""
    assert stored.after_update[kind]["Labels"] == {"x": "y"}
    assert "Templating" not in stored.after_update[kind]


def test_a_container_finds_files_that_it_cannot_change(stored: Stored) -> None:
    """Secrets below /run/secrets, configs where they are wanted; what is complained of comes by another stream."""
    lines = stored.output.splitlines()
    told = [line for line in lines if not line.startswith("sh: ")]
    assert told == ["other", "token", "first", "second", "first", "second"]
    assert "sh: can't create /conf: Read-only file system" in lines
    assert "sh: can't create /run/secrets/token: Read-only file system" in lines


def test_inspect_shows_no_mounts_of_them(stored: Stored) -> None:
    """Neither as mounts nor as binds."""
    assert stored.mounts == [[], None]


def test_a_service_keeps_ids_and_names(stored: Stored) -> None:
    """As they were sent, whole."""
    container = stored.service["TaskTemplate"]["ContainerSpec"]
    assert "Secrets" not in container  # taken out for the change


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_in_use_stays(stored: Stored, kind: str) -> None:
    """Until no service's spec asks for it; tasks of the old spec need it no more."""
    assert stored.in_use[kind] == (400, f"{INVALID}{kind} 'a' is in use by the following service: reader")
    assert stored.after_change[kind][0] == 204


def test_managers_tell_of_them(stored: Stored) -> None:
    """Made, labelled, removed."""
    for kind in KINDS:
        of_one = [action for type_, action, name in stored.events if (type_, name) == (kind, "a")]
        assert of_one == ["create", "update", "remove"]


REFERENCES = {
    "malformed secret reference": {"Secrets": [{}]},
    "malformed secret reference, no target provided": {"Secrets": [{"SecretID": "x", "SecretName": "x"}]},
    "malformed file secret reference, invalid target file name provided": {
        "Secrets": [{"File": {"Name": ""}, "SecretID": "x", "SecretName": "x"}]
    },
    "secrets not found: x, y": {"Secrets": [reference("Secret", each, each, each) for each in ("x", "y")]},
    "secret references 'x' and 'y' have a conflicting target: 't'": {
        "Secrets": [reference("Secret", each, each, "t") for each in ("x", "y")]
    },
    "malformed config reference": {"Configs": [{"File": {"Name": "x"}}]},
    "malformed file config reference, invalid target file name provided": {
        "Configs": [{"File": {"Name": ""}, "ConfigID": "x", "ConfigName": "x"}]
    },
    "config not found: x": {"Configs": [reference("Config", "x", "x", "x")]},
    "CredentialSpec references config 'x', but that config isn't in config references with RuntimeTarget": {
        "Privileges": {"CredentialSpec": {"Config": "x"}}
    },
}


@pytest.mark.parametrize("words", REFERENCES)
def test_a_service_must_ask_rightly(lab: Lab, stored: Stored, words: str) -> None:
    """Every rule of references, in the manager's words."""
    spec = {"Name": "wrong", "TaskTemplate": {"ContainerSpec": {"Image": "alpine:latest", **REFERENCES[words]}}}
    assert refused(lab, "POST", "/services/create", spec) == (400, INVALID + words)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"ConfigID": "x", "ConfigName": "x"}, "invalid Config: either File or Runtime should be set"),
        (
            {"File": {"Name": "x"}, "Runtime": {}, "ConfigID": "x", "ConfigName": "x"},
            "invalid Config: cannot specify both File and Runtime",
        ),
    ],
)
def test_the_engine_itself_looks_at_configs(lab: Lab, stored: Stored, config: Spec, words: str) -> None:
    """Before it asks the manager."""
    spec = {"Name": "wrong", "TaskTemplate": {"ContainerSpec": {"Image": "alpine:latest", "Configs": [config]}}}
    assert refused(lab, "POST", "/services/create", spec) == (400, words)
