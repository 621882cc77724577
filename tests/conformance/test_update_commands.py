"""What `docker service update` and `docker service rollback` print while they wait: converged, paused, turned back.

The commands wait by the clock on the wall, so the lab's time is live; all are typed at the same moment, each for a
service of its own.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from swarmlab.lab import Lab
from tests.conformance.asking import MANAGER, NS, Spec, demand, typist
from tests.conformance.rolling import FAILS, SLEEPS, config, create, film, over, spec, to_version, update

STARTS_FROM = "formed"
TIME = "live"

pytestmark = pytest.mark.cli


SHORT, LONG = config(0, monitor_s=3), config(monitor_s=6, Delay=3 * NS)


def service(name: str) -> Spec:
    """A service whose updates are watched for three seconds; where tasks fail, for longer, and one at a time."""
    declared = spec(
        name,
        replicas=None if name == "everywhere" else 2,
        args=FAILS if name == "to-failure" else SLEEPS,
        UpdateConfig=SHORT,
        RollbackConfig=SHORT,
    )
    declared["TaskTemplate"]["RestartPolicy"] = {"Condition": "any", "Delay": NS}
    return {**declared, **GIVEN.get(name, {})}


WAITING = "--detach=false"
COMMANDS = {
    "image": "docker service update {waiting} --image alpine:3.20 {name}",
    "label": "docker service update {waiting} --label-add a=b {name}",
    "quiet": "docker service update --quiet --force {name}",
    "in-background": "docker service update --detach --force {name}",
    "everywhere": "docker service update {waiting} --force {name}",
    "no-image": "docker service update {waiting} --image alpine:nosuch {name}",
    "failing": "docker service update {waiting} --args 'sh -c \"exit 3\"' {name}",
    "turns-back": "docker service update {waiting} --args 'sh -c \"sleep 5; exit 3\"' {name}",
    "back": "docker service update {waiting} --rollback {name}",
    "rollback": "docker service rollback {waiting} {name}",
    "rollback-quiet": "docker service rollback -q {name}",
    "to-failure": "docker service rollback {waiting} {name}",
    "fewer": "docker service rollback {waiting} {name}",
    "never": "docker service rollback {waiting} {name}",
    "never-back": "docker service update {waiting} --rollback {name}",
    "combined": "docker service update --rollback --image alpine:3.20 {name}",
}
GIVEN: dict[str, Spec] = {
    "no-image": {"UpdateConfig": LONG},
    "failing": {"UpdateConfig": LONG},
    "turns-back": {"UpdateConfig": config(monitor_s=8, Delay=2 * NS, FailureAction="rollback")},
    "to-failure": {"RollbackConfig": LONG},
}
UPDATED = ("back", "rollback", "rollback-quiet", "to-failure")
"""Services that have a version 2 to leave."""


@pytest.fixture(scope="module")
def printed(lab: Lab) -> dict[str, list[str]]:
    """What each command printed in the end, by service."""
    demand(lab[MANAGER], "POST", "/services/create", service("to-failure"))
    create(lab, *[service(name) for name in COMMANDS if name != "to-failure"])
    for name in UPDATED:
        update(lab, name, to_version("2"))
    update(lab, "fewer", lambda spec: spec["Mode"]["Replicated"].update(Replicas=1))
    film(lab, dict.fromkeys(UPDATED, over))
    types = typist(lab)
    with ThreadPoolExecutor(max_workers=len(COMMANDS)) as pool:
        typed = {
            name: pool.submit(types.type, MANAGER, line.format(waiting=WAITING, name=name))
            for name, line in COMMANDS.items()
        }
        return {name: types.comparable(text.result()) for name, text in typed.items()}


BLAMES = "due to failure or early termination of task <id>"
ALL = "overall progress: 2 out of 2 tasks"
ALL_BACK = "overall progress: rolling back update: 2 out of 2 tasks"
ASKED = "rollback: manually requested rollback"
NO_PREVIOUS = (
    "Error response from daemon: rpc error: code = FailedPrecondition desc = service <id> does not have a previous spec"
)
NOT_ACCESSED = [
    "image alpine:nosuch could not be accessed on a registry to record",
    "its digest. Each node will access alpine:nosuch independently,",
    "possibly leading to different nodes running different",
    "versions of the image.",
]
PRINTED = {
    "image": ["image", ALL, "verify: Service image converged"],
    "label": ["label", ALL, "verify: Service label converged"],
    "quiet": ["quiet"],
    "in-background": ["in-background"],
    "everywhere": ["everywhere", "overall progress: 3 out of 3 tasks", "verify: Service everywhere converged"],
    "turns-back": [
        "turns-back",
        f"rollback: update rolled back {BLAMES}",
        ALL_BACK,
        "verify: Service turns-back converged",
    ],
    "back": ["back", ASKED, ALL_BACK, "verify: Service back converged"],
    "rollback": ["rollback", ASKED, ALL_BACK, "verify: Service rollback converged"],
    "rollback-quiet": ["rollback-quiet"],
    "fewer": ["fewer", ALL_BACK, "verify: Service fewer converged", "rollback: rollback completed"],
    "never": [NO_PREVIOUS],
    "never-back": [NO_PREVIOUS],
    "combined": ["other flags may not be combined with --rollback"],
}
PAUSED = {
    "no-image": ["no-image", *NOT_ACCESSED, f"service update paused: update paused {BLAMES}"],
    "failing": ["failing", f"service update paused: update paused {BLAMES}"],
    "to-failure": ["to-failure", ASKED, f"service rollback paused: update paused {BLAMES}"],
}


@pytest.mark.parametrize("name", PRINTED)
def test_what_a_command_prints(name: str, printed: dict[str, list[str]]) -> None:
    """The name as it was typed, the last of the progress, and how it ended."""
    assert [line for line in printed[name] if not is_passing(name, line)] == PRINTED[name]


def is_passing(name: str, line: str) -> bool:
    """Whether a line is there for a moment, which a look may miss: on the way, and where nothing is replaced."""
    if name == "fewer":
        return line == ASKED
    counts = line.startswith("overall progress:") and line != ALL_BACK
    return name == "turns-back" and (counts or line == "verify: Detected task failure")


@pytest.mark.parametrize("name", PAUSED)
def test_what_a_command_prints_when_tasks_fail(name: str, printed: dict[str, list[str]]) -> None:
    """It ends with the status's message; how many tasks ran just then is a matter of moments."""
    assert [line for line in printed[name] if not line.startswith("overall progress:")] == PAUSED[name]
