"""Cluster volumes where no CSI plugin is: asked for, shown, changed, waited for by services, let go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, NS, WORKER, Spec, ask, demand, said, type_line

STARTS_FROM = "formed"

MOUNTED = {"Scope": "single", "Sharing": "none", "MountVolume": {}}
INVALID = "rpc error: code = InvalidArgument desc = "
NAME_TAKEN = "rpc error: code = Unknown desc = name conflicts with an existing object"
OUT_OF_SEQUENCE = "rpc error: code = Unknown desc = update out of sequence"
WORKERS_MAY_NOT = "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. "
NO_TYPE = INVALID + "Volume AccessMode must specify either Mount or Block access type"
NOT_HERE = "volume update only valid for cluster volumes, but swarm is unavailable"


def volume(name: str, driver: str = "csi", /, **spec: object) -> Spec:
    """What asks for a volume."""
    return {"Name": name, "Driver": driver, "ClusterVolumeSpec": {"AccessMode": MOUNTED, **spec}}


FULL = {
    **volume(
        "full",
        Group="fast",
        AccessMode={"Scope": "multi", "Sharing": "onewriter", "MountVolume": {"FsType": "ext4", "MountFlags": ["ro"]}},
        AccessibilityRequirements={
            "Requisite": [{"Segments": {"zone": "Z1", "region": "R1"}}, {}],
            "Preferred": [{"Segments": {"region": "R1"}}],
        },
        CapacityRange={"RequiredBytes": 1000, "LimitBytes": -1},
        Availability="pause",
    ),
    "Labels": {"b": "2", "a": "1"},
    "DriverOpts": {"o": "p"},
}
OTHER_WORDS = volume("other-words", AccessMode={"Scope": "x", "Sharing": "x", "MountVolume": {}, "BlockVolume": {}},
                     Availability="x", CapacityRange={}, AccessibilityRequirements={})  # fmt: skip
BLOCK = volume("block", "", AccessMode={"Scope": "multi", "Sharing": "readonly", "BlockVolume": {}})
REFUSED: dict[str, tuple[str, Spec, int, str]] = {
    "no name": (MANAGER, volume(""), 400, INVALID + "meta: name must be provided"),
    "no access mode": (MANAGER, volume("x", AccessMode=None), 400, INVALID + "AccessMode must not be nil"),
    "an empty access mode": (MANAGER, volume("x", AccessMode={}), 400, NO_TYPE),
    "no type": (MANAGER, volume("x", AccessMode={"Scope": "multi", "Sharing": "all"}), 400, NO_TYPE),
    "nothing": (MANAGER, {"Name": "x", "ClusterVolumeSpec": {}}, 400, INVALID + "AccessMode must not be nil"),
    "a secret that is not there": (
        MANAGER, volume("x", Secrets=[{"Key": "k", "Secret": "s"}]), 400, INVALID + "secret not found: s",
    ),
    "several secrets": (
        MANAGER, volume("x", Secrets=[{"Key": "k", "Secret": "s"}, {"Key": "a"}]), 400,
        INVALID + "secrets not found: s, ",
    ),
    "a name that is taken": (MANAGER, volume("FULL"), 500, NAME_TAKEN),
    "on a worker": (WORKER, volume("x"), 503, WORKERS_MAY_NOT),
    "a scope that is no word": (
        MANAGER, volume("x", AccessMode={"Scope": 3}), 400,
        "invalid JSON: json: cannot unmarshal number into Go struct field "
        "CreateOptions.ClusterVolumeSpec.AccessMode.Scope of type volume.Scope",
    ),
    "a size that is no number": (
        MANAGER, volume("x", CapacityRange={"RequiredBytes": "x"}), 400,
        "invalid JSON: json: cannot unmarshal string into Go struct field "
        "CreateOptions.ClusterVolumeSpec.CapacityRange.RequiredBytes of type int64",
    ),
}  # fmt: skip
MOUNTS: dict[str, list[Spec]] = {
    "by-name": [{"Type": "cluster", "Source": "full", "Target": "/d"}],
    "by-group": [{"Type": "cluster", "Source": "group:fast", "Target": "/d", "ReadOnly": True, "ClusterOptions": {}}],
    "two": [{"Type": "cluster", "Source": name, "Target": f"/{name}"} for name in ("full", "block")],
    "nowhere": [{"Type": "cluster", "Source": "nosuch", "Target": "/d"}],
    "no-source": [{"Type": "cluster", "Target": "/d"}],
    "by-driver": [
        {"Type": "volume", "Source": "full", "Target": "/d", "VolumeOptions": {"DriverConfig": {"Name": "csi"}}}
    ],
}
TYPED = (
    "docker volume ls",
    "docker volume ls --cluster",
    "docker volume ls --cluster --quiet --filter name=nosuch",
    "docker volume ls --cluster --format json",
    "docker volume ls --format json",
    "docker volume inspect full --format '{{.Name}} {{.Scope}} {{.ClusterVolume.Spec.Availability}}'",
    "docker volume create --driver csi --type mount --scope multi --sharing all --group g --availability pause"
    " --required-bytes 1k --limit-bytes 2g --topology-required region=r1,zone=z1 --topology-required x"
    " --topology-preferred region=r2 --label x=y --opt o=p typed",
    "docker volume inspect typed --format '{{json .ClusterVolume.Spec}} {{json .Labels}} {{json .Options}}'",
    "docker volume create --availability drain plain",
    "docker volume inspect plain --format '{{.Driver}} {{json .ClusterVolume.Spec}}'",
    "docker volume create --secret a=b --topology-required a=b local",
    "docker volume inspect local --format '{{.Scope}}'",
    "docker volume create --type nosuch typed",
    "docker volume create --type block typed",
    "docker volume create --type block",
    "docker volume create --limit-bytes x typed",
    "docker volume update --availability drain typed",
    "docker volume update --availability nosuch typed",
    "docker volume update typed",
    "docker volume update",
    "docker volume update nosuch --availability drain",
    "docker volume inspect typed --format '{{.ClusterVolume.Spec.Availability}}'",
    "docker volume rm typed nosuch",
    "docker volume rm --force typed plain local nosuch",
    "docker volume inspect typed",
    "docker service create --detach --name typed --mount type=cluster,src=full,dst=/d,readonly alpine sleep 100",
    "docker service inspect typed --format '{{json .Spec.TaskTemplate.ContainerSpec.Mounts}}'",
    "docker service rm typed",
    "docker volume prune --all --force",
)


@dataclass(slots=True, kw_only=True)
class Story:
    """What was answered, and what was typed and printed."""

    made: dict[str, Spec] = field(default_factory=dict)
    refused: dict[str, tuple[int, str]] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)
    updated: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    removed: dict[str, tuple[int, str]] = field(default_factory=dict)
    waits: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    mounts: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(lab: Lab) -> Story:
    """Volumes, services that want them, changes, removal."""
    told = Story()
    for body in (FULL, OTHER_WORDS, BLOCK):
        told.made[body["Name"]] = demand(lab[MANAGER], "POST", "/volumes/create", body)
    for what, (node, body, _, _) in REFUSED.items():
        answer = ask(lab[node], "POST", "/volumes/create", body)
        told.refused[what] = (answer.status_code, answer.json()["message"])
    wait_for_volumes(lab, told)
    look(lab, told)
    told.typed = {line: type_line(lab, MANAGER, line) for line in TYPED}
    told.typed["on a worker"] = type_line(lab, WORKER, "docker volume ls --cluster")
    change(lab, told)
    remove(lab, told)
    return told


def wait_for_volumes(lab: Lab, told: Story) -> None:
    """Services that mount them."""
    manager = lab[MANAGER]
    for name, mounts in MOUNTS.items():
        container = {"Image": "alpine:latest", "Args": ["sleep", "1000"], "StopGracePeriod": NS, "Mounts": mounts}
        body = {"Name": name, "TaskTemplate": {"ContainerSpec": container}, "Mode": {"Replicated": {"Replicas": 2}}}
        demand(manager, "POST", "/services/create", body)
    body = {"Name": "everywhere", "TaskTemplate": {"ContainerSpec": container | {"Mounts": MOUNTS["by-name"]}}}
    demand(manager, "POST", "/services/create", {**body, "Mode": {"Global": {}}})
    lab.clock.sleep(3)
    for name in (*MOUNTS, "everywhere"):
        tasks = demand(manager, "GET", f'/tasks?filters={{"service":["{name}"]}}')
        told.waits[name] = [(task["Status"]["State"], task["Status"]["Err"]) for task in tasks]
        service = demand(manager, "GET", f"/services/{name}")
        told.mounts[name] = service["Spec"]["TaskTemplate"]["ContainerSpec"]["Mounts"]


def look(lab: Lab, told: Story) -> None:
    """Lists and single looks."""
    demand(lab[MANAGER], "POST", "/volumes/create", {"Name": "block"})  # of the host, of the same name
    id_ = told.made["full"]["ClusterVolume"]["ID"]
    for reference in ("full", id_, id_[:8]):
        told.seen[reference] = demand(lab[MANAGER], "GET", f"/volumes/{reference}")
    for node in (MANAGER, WORKER):
        found = demand(lab[node], "GET", '/volumes?filters={"name":["nosuch"]}')
        told.seen[f"listed on {node}"] = sorted(each["Name"] for each in found["Volumes"]), found["Warnings"]
    told.seen["of both"] = demand(lab[MANAGER], "GET", "/volumes/block")["Scope"]
    for what, node, path in (("on a worker", WORKER, "full"), ("FULL", MANAGER, "FULL")):
        answer = ask(lab[node], "GET", f"/volumes/{path}")
        told.seen[what] = (answer.status_code, answer.json()["message"])


UPDATES: dict[str, tuple[str, str, object]] = {
    "drain": ("{id}", "{version}", {"Spec": {"Availability": "drain"}}),
    "anything else": ("{id}", "{version}", {"Spec": {"Group": "other", "Availability": "no word"}}),
    "nothing": ("{id}", "{version}", {}),
    "an old version": ("{id}", "1", {"Spec": {"Availability": "active"}}),
    "no version": ("{id}", "", {"Spec": {}}),
    "by name": ("full", "{version}", {"Spec": {"Availability": "active"}}),
    "none": ("nosuch", "1", {"Spec": {"Availability": "active"}}),
}


def change(lab: Lab, told: Story) -> None:
    """Changes of a volume; each with the availability that it has then."""
    manager = lab[MANAGER]
    for what, (reference, version, body) in UPDATES.items():
        before = demand(manager, "GET", "/volumes/full")["ClusterVolume"]
        values = {"id": before["ID"], "version": before["Version"]["Index"]}
        path = f"/volumes/{reference}?version={version}".format(**values)
        told.updated[what] = (*said(ask(manager, "PUT", path, body)), availability(lab))
    told.updated["on a worker"] = (*said(ask(lab[WORKER], "PUT", "/volumes/full?version=1", {})), availability(lab))


def availability(lab: Lab) -> str:
    """What is asked of the volume now."""
    found: str = demand(lab[MANAGER], "GET", "/volumes/full")["ClusterVolume"]["Spec"]["Availability"]
    return found


def remove(lab: Lab, told: Story) -> None:
    """Let go, and removed by force."""
    manager = lab[MANAGER]
    told.removed["let go"] = said(ask(manager, "DELETE", "/volumes/full"))
    told.seen["let go"] = demand(manager, "GET", "/volumes/full")["ClusterVolume"]["Spec"]
    told.removed["let go again"] = said(ask(manager, "DELETE", "/volumes/full"))
    told.removed["its name"] = said(ask(manager, "POST", "/volumes/create", volume("full")))
    told.removed["by force"] = said(ask(manager, "DELETE", "/volumes/full?force=1"))
    told.removed["gone"] = said(ask(manager, "GET", "/volumes/full"))
    told.removed["gone, by force"] = said(ask(manager, "DELETE", "/volumes/full?force=1"))
    told.removed["none"] = said(ask(manager, "DELETE", "/volumes/nosuch"))
    told.removed["on a worker"] = said(ask(lab[WORKER], "DELETE", "/volumes/other-words"))
    told.removed["on a worker, by force"] = said(ask(lab[WORKER], "DELETE", "/volumes/other-words?force=1"))


def spec_of(made: Mapping[str, Any]) -> Any:
    """What was asked of the swarm."""
    return made["ClusterVolume"]["Spec"]


def test_a_volume_is_answered_as_it_was_asked_for(story: Story) -> None:
    """Beside what any volume says, its spec; nothing says that it is there."""
    made = story.made["full"]
    assert spec_of(made) == FULL["ClusterVolumeSpec"]
    assert list(made) == ["ClusterVolume", "CreatedAt", "Driver", "Labels", "Mountpoint", "Name", "Options", "Scope"]
    assert list(made["ClusterVolume"]) == ["ID", "Version", "CreatedAt", "UpdatedAt", "Spec"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \+0000 UTC", made["CreatedAt"])
    beside = {key: value for key, value in made.items() if key not in ("ClusterVolume", "CreatedAt")}
    assert beside == {"Driver": "csi", "Labels": {"a": "1", "b": "2"}, "Mountpoint": "", "Name": "full",
                      "Options": {"o": "p"}, "Scope": "global"}  # fmt: skip


def test_words_that_nobody_knows_are_as_good_as_the_first(story: Story) -> None:
    """Scope, sharing and availability are not checked; of two types the mount counts."""
    assert spec_of(story.made["other-words"]) == {
        "AccessMode": MOUNTED,
        "AccessibilityRequirements": {},
        "CapacityRange": {"RequiredBytes": 0, "LimitBytes": 0},
        "Availability": "active",
    }
    made = story.made["block"]
    assert spec_of(made)["AccessMode"] == {"Scope": "multi", "Sharing": "readonly", "BlockVolume": {}}
    assert (made["Driver"], made["Labels"], made["Options"]) == ("", None, None)


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_refused(story: Story, what: str) -> None:
    """In the manager's words."""
    _, _, status, message = REFUSED[what]
    got = story.refused[what]
    assert got[0] == status
    assert got[1].startswith(message)


def test_a_volume_is_found_by_name_id_and_the_beginning_of_it(story: Story) -> None:
    """Wherever it is named as it is."""
    made = story.made["full"]
    id_ = made["ClusterVolume"]["ID"]
    assert story.seen["full"] == story.seen[id_] == story.seen[id_[:8]] == made
    assert story.seen["FULL"] == (404, "volume FULL not found")
    assert story.seen["on a worker"] == (404, "get full: no such volume")


def test_a_list_shows_them_on_managers_whatever_the_filter(story: Story) -> None:
    """Filters concern a host's own volumes; a host's own comes first where names meet."""
    assert story.seen[f"listed on {MANAGER}"] == (["block", "full", "other-words"], None)
    assert story.seen[f"listed on {WORKER}"] == ([], None)
    assert story.seen["of both"] == "local"


@pytest.mark.parametrize("name", [name for name in MOUNTS if name != "by-driver"])
def test_a_service_waits_for_a_volume_that_is_not_made(story: Story, name: str) -> None:
    """Whatever names it, even nothing."""
    why = "no suitable node (cannot fulfill requested CSI volume mounts on 3 nodes)"
    assert story.waits[name] == [("pending", why)] * 2


def test_a_global_service_waits_on_each_node(story: Story) -> None:
    """Each node in its own words; a volume's driver that no node has is another reason."""
    assert story.waits["everywhere"] == [("pending", "cannot fulfill requested CSI volume mounts on 1 node")] * 3
    assert story.waits["by-driver"] == [("pending", "no suitable node (missing plugin on 3 nodes)")] * 2


def test_mounts_are_shown_as_they_were_asked_for(story: Story) -> None:
    """Options of cluster mounts are none."""
    assert story.mounts["by-name"] == MOUNTS["by-name"]
    assert story.mounts["by-group"] == [
        {"Type": "cluster", "Source": "group:fast", "Target": "/d", "ReadOnly": True}
    ]  # fmt: skip


def test_only_the_availability_changes(story: Story) -> None:
    """Anything else of the spec is passed over; the manager knows volumes by their ids only."""
    assert story.updated == {
        "drain": (200, "", "drain"),
        "anything else": (200, "", "drain"),
        "nothing": (200, "", "drain"),
        "an old version": (500, OUT_OF_SEQUENCE, "drain"),
        "no version": (
            400, "invalid swarm object version '': strconv.ParseUint: parsing \"\": invalid syntax", "drain",
        ),
        "by name": (404, "rpc error: code = NotFound desc = volume full not found", "drain"),
        "none": (404, "volume nosuch not found", "drain"),
        "on a worker": (503, NOT_HERE, "drain"),
    }  # fmt: skip


def test_a_volume_that_is_let_go_stays_until_it_is_removed_by_force(story: Story) -> None:
    """Nobody unmakes what nobody made; its name stays taken."""
    assert story.removed == {
        "let go": (204, ""),
        "let go again": (204, ""),
        "its name": (500, NAME_TAKEN),
        "by force": (204, ""),
        "gone": (404, "volume full not found"),
        "gone, by force": (204, ""),
        "none": (404, "volume nosuch not found"),
        "on a worker": (404, "get other-words: no such volume"),
        "on a worker, by force": (204, ""),
    }
    assert story.seen["let go"] == {**FULL["ClusterVolumeSpec"], "Availability": "drain"}


PRINTED = {
    "docker volume ls --cluster": [
        "VOLUME NAME  GROUP  DRIVER  AVAILABILITY  STATUS",
        "block  active  pending creation",
        "full  fast  csi  pause  pending creation",
        "other-words  csi  active  pending creation",
    ],
    "docker volume ls --cluster --quiet --filter name=nosuch": ["block", "full", "other-words"],
    "docker volume inspect full --format '{{.Name}} {{.Scope}} {{.ClusterVolume.Spec.Availability}}'": [
        "full global pause"
    ],
    "docker volume create --type nosuch typed": [f"Error response from daemon: {NO_TYPE}"],
    "docker volume create --type block typed": [f"Error response from daemon: {NAME_TAKEN}"],
    "docker volume update nosuch --availability drain": ["Error response from daemon: volume nosuch not found"],
    "docker volume update --availability drain typed": [],
    "docker volume inspect typed --format '{{.ClusterVolume.Spec.Availability}}'": ["drain"],
    "docker volume inspect local --format '{{.Scope}}'": ["local"],
    "docker volume rm typed nosuch": ["typed", "Error response from daemon: volume nosuch not found"],
    "docker volume rm --force typed plain local nosuch": ["typed", "plain", "local", "nosuch"],
    "docker volume inspect typed": ["[]", "Error response from daemon: volume typed not found"],
    "on a worker": ["VOLUME NAME  GROUP  DRIVER  AVAILABILITY  STATUS"],
}


@pytest.mark.cli
@pytest.mark.parametrize("line", PRINTED)
def test_the_docker_command_prints(story: Story, line: str) -> None:
    """What a reader sees who types it."""
    assert story.typed[line] == PRINTED[line]
