"""A whole lesson as a learner clicks through it, cell by cell: broken, looked into and repaired.

Screenshots go to artifacts/, for people to look at.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.learner import ERROR, WATCH, Learner
from tests.browser.pages import hurried, jupyterlab_on
from tests.jupyterlab import RunningLab

pytestmark = pytest.mark.browser

YOURS = "# Your commands go here."
FORESEEN = ("DockerError: exit status 1",)
RIGHT_WITHIN_S = 60


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningLab]:
    """JupyterLab on the lessons, in live time, which passes quickly in this one."""
    with jupyterlab_on(
        tmp_path_factory.mktemp("failures"), {"08-failures": hurried("08-failures")}, time="live"
    ) as lab:
        yield lab


def test_failures_are_made_found_and_repaired(learner: Learner, page: Page) -> None:
    """Lesson 08: predict, break by the panel, observe on the board, repair; the lab's checks end right."""
    learner.expects = FORESEEN
    learner.open("08-failures")
    learner.hide_files()
    a_join_that_does_not_arrive(learner)
    workers_that_die(learner)
    answer(learner, "08-q1", "The token is wrong.")
    answer(learner, "08-q2", "A node with two tasks is lost.")
    let_it_join(learner)
    spread_with_the_slider(learner)
    repair_the_cluster(learner)
    learner.run_until("lab.close()")
    expect(board(page)).to_contain_text("This lab has ended")
    expect(learner.run_until("progress()")).to_contain_text(re.compile(r"08 · Failures\s*3 of 3\s*2 of 2\s*4"))
    expect(page.locator(ERROR)).to_have_count(4)  # three joins that did not arrive, one that came too late


def a_join_that_does_not_arrive(learner: Learner) -> None:
    """Failure 1: both walls are closed by the panel, found by the other panel, and opened again."""
    page = learner.page
    learner.run_until("lab.board()")
    expect(learner.run_until('print(lab["docker-swarm-3"].check')).to_contain_text("2377/tcp: open")
    faults = learner.panel("faults")
    close(faults, "2377/tcp", "docker-swarm-3", "firewall", "security group")
    expect(host(page, "docker-swarm-3")).to_contain_text("2377/tcp blocked")
    learner.take("lesson-08-broken")
    learner.skip_to("%docker -n docker-swarm-1 swarm join")
    expect(learner.run()).to_contain_text("Timeout was reached before node joined.")
    learner.run_until("lab.panels.ports()")
    ports = learner.panel("ports")
    ports.get_by_label("to", exact=True).select_option("docker-swarm-3")
    press(ports, "check the ports", "lab['docker-swarm-3'].check('2377/tcp', peer=lab['docker-swarm-1'])")
    expect(ports.get_by_role("row", name="docker-swarm-1 → docker-swarm-3")).to_contain_text(
        "✗ closed: firewall and security group"
    )
    learner.run_until("%docker -n docker-swarm-1 swarm leave")
    open_again(faults, "2377/tcp", "docker-swarm-3", "firewall")
    learner.skip_to("half_open = predict")
    commit(learner.run(), "no")
    learner.run_until('arrived = "no"')
    expect(learner.run_until("half_open.outcome")).to_contain_text("What happened: no")
    learner.run_until("%docker node ls")
    expect(host(page, "docker-swarm-1")).to_contain_text("ready")


def workers_that_die(learner: Learner) -> None:
    """Failures 2 and 3: the panel stops two engines and starts them; the time line goes back, and so does the board."""
    page = learner.page
    named = learner.run_until("snapshot = lab.snapshot()").inner_text()
    first, second = re.findall(r"(?:first|second): (docker-swarm-\d)", named)
    learner.run_until("lab.panels.faults()")
    faults = learner.panel("faults")
    expect(faults).to_have_count(1)
    on_node(faults, first, "stop engine", "stop")
    commit(learner.run_until("replicas = predict"), "7/5")
    expect(learner.run_until("lab.clock.sleep(30)")).to_contain_text("What happened: 7/5")
    expect(host(page, first)).to_contain_text("last seen running")
    on_node(faults, second, "stop engine", "stop")
    back = learner.run_until("back = predict")
    back.get_by_label("Answer").fill("0")
    back.get_by_role("button", name="Commit").click()
    expect(back.get_by_role("status")).to_have_text("You predict: 0")
    press(faults, "heal all", "lab.heal()")
    expect(faults).to_contain_text("Nothing is broken on purpose just now.")
    expect(learner.run_until("back.outcome")).to_contain_text("What happened: 0")
    look_back(learner)
    commit(learner.run_until("error = predict"), "No such container")


def look_back(learner: Learner) -> None:
    """The time line's slider takes the board along."""
    timeline = learner.run_until("lab.timeline()").get_by_role("region", name="Time line of the lab")
    timeline.get_by_role("button", name="To the event before").click()
    expect(timeline.get_by_role("status")).to_contain_text("You see a past moment")
    expect(board(learner.page)).to_contain_text("past")
    learner.take("lesson-08-past")
    timeline.get_by_role("button", name="Back to the present").click()
    expect(timeline.get_by_role("status")).to_contain_text("● Live")


def let_it_join(learner: Learner) -> None:
    """Exercise 08-a: both walls are opened by the panel of faults, and the panel of the cluster joins."""
    exercise = begin(learner, "formed", "08-a")
    learner.skip_to(YOURS)
    learner.write("lab.panels.cluster()")
    learner.run()
    open_again(learner.panel("faults"), "2377/tcp", "docker-swarm-3", "firewall", "security group")
    cluster = learner.panel("cluster")
    choose_node(cluster, "docker-swarm-1")
    cluster.get_by_role("button", name="swarm join as a worker").click()
    expect(cluster.get_by_label("What the command printed")).to_contain_text("This node joined a swarm as a worker.")
    check_until_right(exercise)


def spread_with_the_slider(learner: Learner) -> None:
    """Exercise 08-b: to one task and back to five, with the scale slider; new tasks are spread."""
    exercise = begin(learner, "helloworld", "08-b")
    learner.skip_to(YOURS)
    learner.write("lab.panels.services()")
    learner.run()
    services = learner.panel("services")
    services.get_by_role("tab", name="change").click()
    expect(services.get_by_role("slider")).to_have_attribute("aria-valuenow", re.compile(r"^5(\.0)?$"))
    for number in (1, 5):
        pull(learner.page, services.get_by_role("slider"), number)
        result = services.get_by_label("What the command printed")
        expect(result).to_contain_text(f"helloworld scaled to {number}\n")
        expect(result).to_contain_text("verify: Service helloworld converged")
    check_until_right(exercise)


def repair_the_cluster(learner: Learner) -> None:
    """Exercise 08-c: hosts and walls are healed, the drained node is active again, the service is updated by force."""
    exercise = begin(learner, "three-managers", "08-c")
    press(learner.panel("faults"), "heal all", "lab.heal()")
    check(exercise)
    expect(exercise).to_contain_text("08-c not yet, because")
    cluster, services = learner.panel("cluster"), learner.panel("services")
    choose_node(cluster, "docker-swarm-3")
    press(cluster, "active", "docker node update --availability active")
    for name in ("docker-swarm-1", "docker-swarm-2", "docker-swarm-3"):
        expect(host(learner.page, name)).to_have_attribute("aria-label", re.compile("ready, active"))
    services.get_by_label("--force", exact=True).check()
    press(services, "service update", "docker service update --force helloworld")
    check_until_right(exercise)
    learner.take("lesson-08-repaired")
    learner.skip_to("repair.check()")


def begin(learner: Learner, state: str, name: str) -> Locator:
    """Go on to an exercise, and let it break the cluster."""
    exercise = learner.run_until(f'lab.reset("{state}")').locator(".swarmlab-lesson")
    exercise.get_by_role("button", name="Begin", exact=True).click()
    expect(exercise).to_contain_text(f"{name} has begun.")
    check(exercise)
    expect(exercise.get_by_role("status")).to_have_text("○ not attempted")
    return exercise


def check(exercise: Locator) -> None:
    """Press Check, and wait for the answer."""
    press_and_wait(exercise, "Check")


def check_until_right(exercise: Locator) -> None:
    """Press Check, as often as it takes: what was done needs a moment to arrive."""
    until = time.monotonic() + RIGHT_WITHIN_S
    check(exercise)
    while "✓ right" not in exercise.get_by_role("status").inner_text() and time.monotonic() < until:
        check(exercise)
    expect(exercise.get_by_role("status")).to_have_text("✓ right")


def commit(cell: Locator, choice: str) -> None:
    """Choose an answer of a prediction, and commit to it."""
    cell.get_by_role("radio", name=choice, exact=True).check()
    cell.get_by_role("button", name="Commit").click()
    expect(cell.get_by_role("status")).to_have_text(f"You predict: {choice}")


def answer(learner: Learner, quiz: str, choice: str) -> None:
    """Choose an answer of a quiz."""
    cell = learner.run_until(f'quiz("{quiz}")')
    cell.get_by_role("radio", name=choice).check()
    cell.get_by_role("button", name="Answer", exact=True).click()
    expect(cell.get_by_role("status")).to_contain_text(") right: ")


def press(panel: Locator, button: str, shown: str) -> None:
    """Press a button once its tooltip says what it does; the card shows the same, and in the end that it is done."""
    expect(panel.get_by_role("button", name=button, exact=True)).to_have_attribute(
        "title", re.compile(re.escape(shown))
    )
    press_and_wait(panel, button)
    expect(panel.locator(".swarmlab-card-line code").first).to_contain_text(shown)


def press_and_wait(panel: Locator, button: str) -> None:
    """Press a button, and wait until the card says that it is done, which it may have said before."""
    state = panel.locator(".swarmlab-card-state")
    state.evaluate_all(WATCH)
    panel.get_by_role("button", name=button, exact=True).click()
    expect(state).to_have_attribute("data-changed", "yes")
    expect(state).to_contain_text("✓ done")


def choose_node(cluster: Locator, name: str) -> None:
    """In the panel of the cluster, which tells more of each node than its name."""
    field = cluster.get_by_label("node", exact=True)
    field.select_option(label=field.locator("option", has_text=name).text_content())


def on_node(faults: Locator, node: str, button: str, verb: str) -> None:
    """Do that to a node, by the panel of faults."""
    faults.get_by_label("node", exact=True).select_option(node)
    press(faults, button, f"lab['{node}'].{verb}()")


def close(faults: Locator, port: str, node: str, *walls: str) -> None:
    """Block a port, by the panel of faults."""
    _at_walls(faults, "block", port, node, walls)


def open_again(faults: Locator, port: str, node: str, *walls: str) -> None:
    """Open a port, by the panel of faults."""
    _at_walls(faults, "open", port, node, walls)


def _at_walls(faults: Locator, verb: str, port: str, node: str, walls: tuple[str, ...]) -> None:
    faults.get_by_label("node", exact=True).select_option(node)
    faults.get_by_label("port", exact=True).fill(port)
    for wall in walls:
        faults.get_by_label("at its", exact=True).select_option(wall)
        press(faults, f"{verb} port", f"lab['{node}'].{verb}('{port}', at='{wall.replace(' ', '_')}')")


def pull(page: Page, handle: Locator, number: int) -> None:
    """Take hold of a slider from 0 to 20, and let it go at a number."""
    handle.scroll_into_view_if_needed()
    held, track = (
        handle.bounding_box(),
        handle.locator("xpath=ancestor::*[contains(@class, 'noUi-base')]").bounding_box(),
    )
    assert held
    assert track
    height = held["y"] + held["height"] / 2
    page.mouse.move(held["x"] + held["width"] / 2, height)
    page.mouse.down()
    page.mouse.move(track["x"] + track["width"] * number / 20, height, steps=4)
    page.mouse.up()


def board(page: Page) -> Locator:
    """The board at the side."""
    return page.locator(".jupyterlab-sidecar .swl-board")


def host(page: Page, name: str) -> Locator:
    """A host's card on the board at the side."""
    return board(page).locator(".swl-card", has=page.locator(".swl-title", has_text=name))
