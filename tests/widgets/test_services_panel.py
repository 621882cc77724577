"""The services panel: a form is the command, the slider scales, and what others do meanwhile is respected."""

from __future__ import annotations

import threading

import pytest

from swarmlab.commands import DockerError
from swarmlab.widgets.panels import ServicesPanel
from tests.widgets.conftest import (
    WITHIN_S,
    Open,
    OpenLab,
    button,
    press,
    shown,
    type_on_manager,
    until,
)


def creating(lab: Open, **fields: str) -> ServicesPanel:
    """The services' panel with a form that is filled in."""
    panel = lab.panels.services()
    panel.image.value, panel.words.value = "alpine", "ping docker.com"
    for name, value in fields.items():
        panel.create[name].value = value
    return panel


def test_a_form_is_the_command(open_lab: OpenLab) -> None:
    """What is typed into fields is what would be typed at a shell; lists have a line each."""
    panel = creating(
        open_lab(), name="web", replicas="2", update_delay="5s", constraint="node.role == worker\nnode.hostname != x"
    )
    line = (
        "docker service create --constraint 'node.role == worker' --constraint 'node.hostname != x' --name web"
        " --replicas 2 --update-delay 5s alpine ping docker.com"
    )
    assert str(panel.creation()) == line
    assert button(panel, "service create").tooltip == line
    assert "--update-delay 5s alpine ping docker.com</code>" in panel.create_preview.value


def test_a_service_is_created_and_shown(open_lab: OpenLab) -> None:
    """With its progress, and then in the list."""
    panel = creating(open_lab(), name="web", replicas="2")
    assert "overall progress: 2 out of 2 tasks" in press(panel, "service create")
    shown(panel.list, "web", "2/2", "alpine:latest")
    assert panel.service.value == "web"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"replicas": "many"}, 'strconv.ParseUint: parsing "many": invalid syntax'),
        ({"replicas": "2", "mode": "global"}, "replicas can only be used with replicated or replicated-job mode"),
        ({"mount": "type=volume"}, "target is required"),
        ({"placement_pref": "node.labels.zone"}, "placement preference must be of the format"),
        ({"update_delay": "5"}, "missing unit in duration"),
        ({"max_concurrent": "2"}, "max-concurrent can only be used with replicated-job mode"),
    ],
)
def test_a_form_refuses_what_cannot_be(open_lab: OpenLab, fields: dict[str, str], words: str) -> None:
    """Before anything is sent, in the CLI's words: while typing, and when pressed."""
    lab = open_lab()
    panel = creating(lab, **fields)
    assert "✗" in panel.create_preview.value
    assert words.replace('"', "&quot;") in panel.create_preview.value
    with pytest.raises(DockerError):
        press(panel, "service create")
    assert words in panel.card.result
    assert lab.cluster.snapshot().services == ()


def test_a_service_needs_an_image(open_lab: OpenLab) -> None:
    """Said from the beginning."""
    panel = open_lab().panels.services()
    assert "an image is needed" in panel.create_preview.value
    panel.image.value, panel.words.value = "alpine", "echo 'half"
    assert "No closing quotation" in panel.create_preview.value


def test_the_slider_scales(open_lab: OpenLab) -> None:
    """As soon as it is let go; down as well as up, to any number in between."""
    lab = open_lab("helloworld")
    panel = lab.panels.services()
    until(panel.replicas, "value", lambda number: number == 1)
    for number in (3, 1):
        panel.replicas.value = number
        panel.wait(WITHIN_S)
        assert f"helloworld scaled to {number}\noverall progress: {number} out of {number} tasks" in panel.card.result
    assert panel.replicas.continuous_update is False


def test_the_slider_follows_the_cluster_and_sends_nothing_for_it(open_lab: OpenLab) -> None:
    """Somebody else scaled."""
    lab = open_lab("helloworld")
    panel = lab.panels.services()
    until(panel.replicas, "value", lambda number: number == 1)
    type_on_manager(lab, "docker service scale -d helloworld=30")
    until(panel.replicas, "value", lambda number: number == 30)
    assert panel.card.state == "idle"
    assert panel.replicas.max == 60


def test_the_slider_stays_where_it_was_put_while_its_command_runs(open_lab: OpenLab) -> None:
    """Who moves it on meanwhile is not pulled back by what the cluster was a moment ago."""
    lab = open_lab("helloworld")
    panel = lab.panels.services()
    until(panel.replicas, "value", lambda number: number == 1)
    is_over = threading.Event()
    panel.work.call("something", lambda: None if is_over.wait(WITHIN_S) else "late")
    type_on_manager(lab, "docker service scale -d helloworld=4")
    shown(panel.list, "helloworld", "replicated", "/4")
    assert panel.replicas.value == 1
    is_over.set()
    until(panel.replicas, "value", lambda number: number == 4)


def test_a_slider_that_is_refused_goes_back(open_lab: OpenLab) -> None:
    """It shows what is, not what was wished."""
    lab = open_lab("three-managers")
    type_on_manager(lab, "docker service create -d --name web alpine ping docker.com")
    panel = lab.panels.services()
    until(panel.replicas, "value", lambda number: number == 1)
    for name in ("docker-swarm-1", "docker-swarm-2"):
        lab.cluster[name].disconnect()
    lab.cluster.clock.sleep(30)
    panel.replicas.value = 5
    with pytest.raises(DockerError, match="does not have a leader"):
        panel.wait(WITHIN_S)
    until(panel.replicas, "value", lambda number: number == 1)
    assert "Too few managers are reachable" in panel.card.advice


def test_a_service_is_updated_rolled_back_and_removed(open_lab: OpenLab) -> None:
    """Only what was typed is changed."""
    lab = open_lab("helloworld")
    panel = lab.panels.services()
    until(panel.service, "value", lambda name: name == "helloworld")
    panel.update["label_add"].value = "a=b"
    panel.update["detach"].value = True
    press(panel, "service update")
    assert panel.card.lines[0]["text"] == "docker service update --detach --label-add a=b helloworld"
    assert lab.cluster.manager().client.services.get("helloworld").attrs["Spec"]["Labels"] == {"a": "b"}
    assert "rollback: rollback completed" in press(panel, "service rollback")
    press(panel, "service rm")
    until(panel.service, "value", lambda name: name is None)
    assert panel.replicas.disabled


def test_a_form_is_cleared(open_lab: OpenLab) -> None:
    """Nothing is sent."""
    panel = creating(open_lab(), name="web", mode="global", env="A=1")
    panel.create["init"].value = True
    button(panel.tabs.children[0], "clear the form").click()
    assert panel.create.typed() == {}
