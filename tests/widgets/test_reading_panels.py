"""The panels that read: inspect and logs."""

from __future__ import annotations

import pytest

from swarmlab.commands import ServiceCreate, ServiceScale, Session
from tests.widgets.conftest import WITHIN_S, OpenLab, button, press, until

PING = ("ping", "docker.com")


def test_a_thing_is_inspected_at_once(open_lab: OpenLab) -> None:
    """It was named; and a field is explained."""
    panel = open_lab("helloworld").panels.inspect("service", "helloworld")
    until(panel.tree, "text", lambda text: '"Name": "helloworld"' in str(text))
    panel.tree.chosen = ["Spec", "UpdateConfig", "Order"]
    assert panel.tree.meaning.startswith("stop-first stops the old task")
    assert panel.card.lines[0]["text"] == "docker service inspect helloworld"


def test_nodes_and_tasks_are_inspected_too(open_lab: OpenLab) -> None:
    """A task by its id."""
    lab = open_lab("helloworld")
    panel = lab.panels.inspect("node", "docker-swarm-1")
    until(panel.tree, "text", lambda text: '"Hostname": "docker-swarm-1"' in str(text))
    panel.kind.value = "task"
    until(panel.name, "options", len)
    button(panel, "inspect").click()
    panel.wait(WITHIN_S)
    until(panel.tree, "text", lambda text: '"Slot": 1' in str(text))
    assert panel.card.lines[0]["text"].startswith("docker inspect --type task ")


def test_there_are_three_kinds(open_lab: OpenLab) -> None:
    """Another one is refused by name."""
    with pytest.raises(ValueError, match="no kind 'pod' to inspect; there are node, service, task"):
        open_lab().panels.inspect("pod")


def test_each_task_s_lines_have_its_name_and_a_colour(open_lab: OpenLab) -> None:
    """Two tasks, two colours; the name is in the line as docker prints it."""
    lab = open_lab("helloworld")
    ServiceScale(replicas={"helloworld": 2}).perform(Session.on(lab.cluster))
    panel = lab.panels.logs("helloworld")
    until(panel.service, "value", lambda name: name == "helloworld")
    press(panel, "service logs")
    assert panel.card.lines[0]["text"] == "docker service logs --tail 100 helloworld"
    colours = {prefix.partition("@")[0]: colour for prefix, colour, _ in panel.lines.lines}
    assert sorted(name.rpartition(".")[0] for name in colours) == ["helloworld.1", "helloworld.2"]
    assert len(set(colours.values())) == 2
    assert any("PING docker.com" in text for _, _, text in panel.lines.lines)


def test_logs_of_one_task_with_options(open_lab: OpenLab) -> None:
    """What is chosen is what is typed."""
    lab = open_lab("helloworld")
    panel = lab.panels.logs("helloworld")
    until(panel.task, "options", lambda options: len(options) > 1)
    task = panel.task.options[1][1]
    panel.task.value, panel.tail.value, panel.since.value, panel.timestamps.value = task, "2", "1h", True
    press(panel, "service logs")
    assert panel.card.lines[0]["text"] == f"docker service logs --since 1h --tail 2 --timestamps {task}"
    assert len(panel.lines.lines) == 2


def test_a_log_line_is_told_as_it_is(open_lab: OpenLab) -> None:
    """What a container writes is text: nothing in it is changed, and the page makes text of it."""
    lab = open_lab()
    command = ServiceCreate(name="web", image="alpine", command=("echo", "<b>bold</b>"), detach=True)
    command.perform(Session.on(lab.cluster))
    lab.cluster.clock.sleep(5)
    panel = lab.panels.logs("web")
    until(panel.service, "value", lambda name: name == "web")
    press(panel, "service logs")
    assert [text.strip() for _, _, text in panel.lines.lines] == ["<b>bold</b>"]
