"""Panels: pressing is typing. What is pressed is done; what cannot be is refused; what changes is shown."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from ipywidgets import HTML, Box, Stack, Tab, VBox

from swarmlab.client.protocols import FaultRefused
from swarmlab.commands import DockerError, ServiceCreate, ServiceScale, Session, parse
from swarmlab.widgets.card import CommandCard
from swarmlab.widgets.keys import OwnKeys
from swarmlab.widgets.panel import Panel
from swarmlab.widgets.panels import ENDED, ClusterPanel, Panels, ServicesPanel
from swarmlab.widgets.panels.inspect import Tree
from swarmlab.widgets.work import NotPossible
from tests.widgets.conftest import WITHIN_S, OnRealEngines, Open, OpenLab, all_of, button, press, until

PING = ("ping", "docker.com")


def type_on_manager(lab: Open, line: str) -> None:
    """A command of somebody else's."""
    parse(line).perform(Session.on(lab.cluster))


def choose(panel: ClusterPanel, node: str) -> None:
    """Choose a machine of the lab."""
    until(panel.node, "options", lambda options: node in dict(options))
    panel.node.value = dict(panel.node.options)[node]


def shown(table: HTML, *words: str) -> None:
    """Wait until a table has these words in one row."""
    until(table, "value", lambda html: any(all(word in row for word in words) for row in str(html).split("<tr>")))


# --- cluster ---------------------------------------------------------------------------------------------------------


def test_a_swarm_is_formed_by_pressing(open_lab: OpenLab) -> None:
    """Init, join as a worker and as a manager: nobody copies a token."""
    panel = open_lab("separate").panels.cluster()
    choose(panel, "docker-swarm-3")
    assert button(panel, "swarm init").tooltip == "docker swarm init --advertise-addr 172.31.16.13"
    assert "is now a manager" in press(panel, "swarm init")
    shown(panel.nodes, "docker-swarm-3", "Leader")
    choose(panel, "docker-swarm-1")
    assert press(panel, "swarm join as a worker") == "This node joined a swarm as a worker."
    choose(panel, "docker-swarm-2")
    assert press(panel, "swarm join as a manager") == "This node joined a swarm as a manager."
    shown(panel.nodes, "docker-swarm-1", "worker", "Ready")
    shown(panel.nodes, "docker-swarm-2", "manager", "Reachable")


def test_the_token_of_a_join_is_the_swarm_s(open_lab: OpenLab) -> None:
    """The tooltip hides it, the card shows what was sent."""
    lab = open_lab()
    panel = lab.panels.cluster()
    choose(panel, "docker-swarm-1")
    press(panel, "swarm leave")
    until(button(panel, "swarm join as a worker"), "tooltip", lambda text: "SWMTKN-1-…masked 172" in str(text))
    press(panel, "swarm join as a worker")
    api: Any = lab.cluster["docker-swarm-3"].client.api
    token = api.inspect_swarm()["JoinTokens"]["Worker"]
    assert panel.card.lines[0]["text"] == f"docker swarm join --token {token} 172.31.16.13:2377"


def test_on_real_engines_a_join_shows_no_token(open_lab: OpenLab) -> None:
    """It works all the same."""
    panel = open_lab(kind=OnRealEngines).panels.cluster()
    choose(panel, "docker-swarm-1")
    press(panel, "swarm leave")
    until(button(panel, "swarm join as a worker"), "tooltip", lambda text: "SWMTKN-1-…masked 172" in str(text))
    assert press(panel, "swarm join as a worker") == "This node joined a swarm as a worker."
    assert "--token SWMTKN-1-…masked 172" in panel.card.lines[0]["text"]
    assert "join_token='SWMTKN-1-…masked'" in panel.card.lines[1]["text"]


def test_roles_and_availability_are_changed(open_lab: OpenLab) -> None:
    """On a manager, whichever answers."""
    lab = open_lab()
    panel = lab.panels.cluster()
    choose(panel, "docker-swarm-1")
    shown(panel.nodes, "docker-swarm-1", "worker")
    assert press(panel, "node promote") == "Node docker-swarm-1 promoted to a manager in the swarm."
    lab.cluster.clock.sleep(5)
    shown(panel.nodes, "docker-swarm-1", "manager", "Reachable")
    assert press(panel, "node demote") == "Manager docker-swarm-1 demoted in the swarm."
    press(panel, "drain")
    shown(panel.nodes, "docker-swarm-1", "Drain")


def test_who_left_stays_as_a_record(open_lab: OpenLab) -> None:
    """It can be removed, but not told to do anything."""
    lab = open_lab()
    panel = lab.panels.cluster()
    choose(panel, "docker-swarm-1")
    press(panel, "swarm leave")
    until(button(panel, "swarm join as a worker"), "tooltip", lambda text: "SWMTKN" in str(text))
    press(panel, "swarm join as a worker")
    until(panel.node, "options", lambda options: len(options) == 4)
    panel.node.value = panel.node.options[3][1]
    assert panel.node.options[3][0].endswith("(record only)")
    with pytest.raises(NotPossible, match="no machine of the lab"):
        press(panel, "info")
    lab.cluster.clock.sleep(20)
    press(panel, "node rm")
    until(panel.node, "options", lambda options: len(options) == 3)


def test_tokens_rotate(open_lab: OpenLab) -> None:
    """And the old one is another."""
    panel = open_lab().panels.cluster()
    before = press(panel, "swarm join-token worker")
    panel.rotate.value = True
    assert button(panel, "swarm join-token worker").tooltip == "docker swarm join-token --rotate worker"
    after = press(panel, "swarm join-token worker")
    assert after.startswith("Successfully rotated worker join token.")
    assert before.split()[-2] not in after


def test_without_a_manager_nobody_can_join(open_lab: OpenLab) -> None:
    """Refused before anything is sent, with what to do."""
    panel = open_lab("separate").panels.cluster()
    choose(panel, "docker-swarm-1")
    with pytest.raises(NotPossible, match="docker swarm init on one node first"):
        press(panel, "swarm join as a worker")
    assert panel.card.state == "failed"
    assert "docker swarm init on one node first" in panel.card.result


def test_an_unlock_key_is_sent_and_forgotten(open_lab: OpenLab) -> None:
    """A saved notebook holds what stands in fields."""
    lab = open_lab()
    panel = lab.panels.cluster()
    type_on_manager(lab, "docker swarm update --autolock")
    key = press(panel, "swarm unlock-key").split("provide the following key:")[1].split()[0]
    lab.cluster["docker-swarm-3"].stop()
    lab.cluster["docker-swarm-3"].start()
    choose(panel, "docker-swarm-3")
    panel.unlock_key.value = key
    assert button(panel, "swarm unlock").tooltip == "docker swarm unlock <<< SWMKEY-1-…masked"
    press(panel, "swarm unlock")
    assert panel.card.state == "done"
    assert panel.unlock_key.value == ""


# --- services --------------------------------------------------------------------------------------------------------


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


# --- inspect, logs ---------------------------------------------------------------------------------------------------


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
    lines = panel.lines.value.split('<div class="swarmlab-log-line">')[1:]
    colours = {line.partition("@")[0].rpartition(">")[2]: line.partition("border-color: ")[2][:7] for line in lines}
    assert sorted(name.rpartition(".")[0] for name in colours) == ["helloworld.1", "helloworld.2"]
    assert len(set(colours.values())) == 2
    assert "PING docker.com" in panel.lines.value


def test_logs_of_one_task_with_options(open_lab: OpenLab) -> None:
    """What is chosen is what is typed."""
    lab = open_lab("helloworld")
    panel = lab.panels.logs("helloworld")
    until(panel.task, "options", lambda options: len(options) > 1)
    task = panel.task.options[1][1]
    panel.task.value, panel.tail.value, panel.since.value, panel.timestamps.value = task, "2", "1h", True
    press(panel, "service logs")
    assert panel.card.lines[0]["text"] == f"docker service logs --since 1h --tail 2 --timestamps {task}"
    assert panel.lines.value.count("swarmlab-log-line") == 2


def test_a_log_line_cannot_bring_html(open_lab: OpenLab) -> None:
    """What a container writes is text."""
    lab = open_lab()
    command = ServiceCreate(name="web", image="alpine", command=("echo", "<b>bold</b>"), detach=True)
    command.perform(Session.on(lab.cluster))
    lab.cluster.clock.sleep(5)
    panel = lab.panels.logs("web")
    until(panel.service, "value", lambda name: name == "web")
    press(panel, "service logs")
    assert "&lt;b&gt;bold&lt;/b&gt;" in panel.lines.value
    assert "<b>" not in panel.lines.value


# --- faults, ports ---------------------------------------------------------------------------------------------------


def test_a_lab_is_broken_and_mended(open_lab: OpenLab) -> None:
    """Each press is a call of the lab, and what is broken is listed."""
    lab = open_lab()
    panel = lab.panels.faults()
    panel.node.value = "docker-swarm-2"
    press(panel, "block port")
    assert panel.card.lines[0]["text"] == "lab['docker-swarm-2'].block('2377/tcp', at='firewall')"
    shown(panel.broken, "docker-swarm-2", "2377/tcp blocked at its firewall")
    press(panel, "stop engine")
    shown(panel.broken, "docker-swarm-2", "engine stopped")
    press(panel, "heal all")
    assert panel.card.lines[0]["text"] == "lab.heal()"
    until(panel.broken, "value", lambda html: "Nothing is broken on purpose" in str(html))
    assert lab.cluster.backend.faults.active() == []


def test_a_host_is_moved_to_another_network(open_lab: OpenLab) -> None:
    """And back."""
    panel = open_lab().panels.faults()
    panel.node.value = "docker-swarm-2"
    press(panel, "move outside")
    assert panel.card.lines[0]["text"] == "lab['docker-swarm-2'].move_outside()"
    shown(panel.broken, "docker-swarm-2", "in a network of its own")
    press(panel, "move inside")
    until(panel.broken, "value", lambda html: "Nothing is broken on purpose" in str(html))


def test_a_task_is_killed(open_lab: OpenLab) -> None:
    """And another takes its place."""
    lab = open_lab("helloworld")
    panel = lab.panels.faults()
    until(panel.task, "value", bool)
    press(panel, "kill task")
    lab.cluster.clock.sleep(10)
    assert [task.exit_code for task in lab.cluster.snapshot().tasks if task.state == "failed"] == [137]


def test_a_port_that_is_none_is_refused(open_lab: OpenLab) -> None:
    """With how it is typed."""
    panel = open_lab().panels.faults()
    for typed in ("2377", "x/tcp", "0/tcp", "70000/udp", ""):
        panel.port.value = typed
        with pytest.raises(NotPossible, match="is no port: type it as 2377/tcp"):
            press(panel, "block port")


def test_what_the_lab_may_not_do_is_told_with_what_to_type(open_lab: OpenLab) -> None:
    """In the words of the lab's refusal."""

    class OwnHosts(OnRealEngines):
        """Hosts on which the lab has no rights."""

        def __init__(self, **rest: Any) -> None:
            super().__init__(**rest)
            self.faults.stop = self._refuse

        def _refuse(self, node: str) -> None:
            raise FaultRefused(f"swarmlab may not stop {node}; type there: sudo systemctl stop docker")

    panel = open_lab(kind=OwnHosts).panels.faults()
    with pytest.raises(FaultRefused):
        press(panel, "stop engine")
    assert panel.card.result == "swarmlab may not stop docker-swarm-1; type there: sudo systemctl stop docker"


def test_ports_are_open_or_closed_at_a_wall(open_lab: OpenLab) -> None:
    """Every pair, all four rows, as signs and words."""
    lab = open_lab()
    panel = lab.panels.ports()
    assert press(panel, "check the ports") == "every port is open"
    assert panel.matrix.value.count("✓ open") == 24
    lab.cluster["docker-swarm-3"].block("2377/tcp")
    lab.cluster["docker-swarm-3"].block("2377/tcp", at="security_group")
    panel.node.value = "docker-swarm-3"
    assert press(panel, "check the ports") == "8 ports tried, 2 closed"
    assert panel.matrix.value.count("✗ closed: firewall and security group") == 2


# --- all of them -----------------------------------------------------------------------------------------------------

KINDS = ("cluster", "services", "inspect", "logs", "faults", "ports")


def open_panel(panels: Panels, kind: str) -> Panel:
    """`lab.panels.cluster()` and so on."""
    panel: Panel = getattr(panels, kind)()
    return panel


@pytest.mark.parametrize("kind", KINDS)
def test_a_panel_that_is_opened_again_replaces_the_one_before(open_lab: OpenLab, kind: str) -> None:
    """The old one is off the page; what it had running has ended."""
    panels = open_lab("helloworld").panels
    first = open_panel(panels, kind)
    second = open_panel(panels, kind)
    assert first.comm is None
    assert second.comm is not None
    with pytest.raises(NotPossible, match="this panel is closed: run its cell again"):
        first.work.call("late", lambda: None)


@pytest.mark.parametrize("kind", KINDS)
def test_a_panel_reads_as_one_line_that_never_changes(open_lab: OpenLab, kind: str) -> None:
    """It is what stands in a notebook where no widgets are shown, and what nbval compares."""
    panels = open_lab("helloworld").panels
    text = repr(open_panel(panels, kind))
    assert text == repr(open_panel(panels, kind))
    assert text.startswith(f"<Panel {kind}: ")
    assert len(text) <= 110


@pytest.mark.parametrize("kind", KINDS)
def test_every_control_says_what_it_is(open_lab: OpenLab, kind: str) -> None:
    """A description to be seen and a tooltip to be asked for."""
    frames = (HTML, Box, VBox, Stack, Tab, CommandCard, Tree, OwnKeys)
    controls: list[Any] = [
        each for each in all_of(open_panel(open_lab("helloworld").panels, kind)) if not isinstance(each, frames)
    ]
    assert controls
    assert [each for each in controls if not (each.description and each.tooltip)] == []


def test_a_panel_ends_with_its_lab(open_lab: OpenLab) -> None:
    """No thread is left; the page says what to do."""
    lab = open_lab("helloworld", time="live")
    panel = lab.panels.logs("helloworld")
    until(panel.service, "value", lambda name: name == "helloworld")
    panel.follow.value = True
    button(panel, "service logs").click()
    until(panel.lines, "value", lambda html: "seq=" in str(html))
    lab.panels.close()
    assert [thread.name for thread in threading.enumerate() if thread.name == "swarmlab-panel"] == []
    assert [each.value for each in panel.children] == [ENDED]
    assert panel.button.comm is None


def test_opening_panels_moves_no_manual_time(open_lab: OpenLab) -> None:
    """Only what somebody presses may."""
    lab = open_lab("helloworld")
    before = lab.cluster.clock.elapsed()
    for kind in KINDS:
        open_panel(lab.panels, kind)
    inspected = lab.panels.inspect("service", "helloworld")
    until(inspected.tree, "text", bool)
    assert lab.cluster.clock.elapsed() == before
