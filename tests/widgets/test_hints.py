"""A hint for what docker really says: every refusal here is provoked."""

from __future__ import annotations

import pytest

from swarmlab.commands import DockerError, Session, Terminal, parse
from swarmlab.widgets.hints import HINTS, hint_for
from tests.widgets.conftest import OpenLab

SETUP = ("service create -d --name web -p 8080:80 nginx:alpine", "network create -d overlay net")
PROVOKED = (
    ("docker-swarm-1", "service ls", "Send it to a manager"),
    ("docker-swarm-1", "swarm init", "Let the node leave first"),
    ("docker-swarm-3", "swarm leave", "Demote it first"),
    ("docker-swarm-3", "node demote docker-swarm-3", "Promote another node before"),
    ("docker-swarm-3", "node rm docker-swarm-1", "Let the node leave first"),
    ("docker-swarm-3", "node rm docker-swarm-3", "Demote it first"),
    ("docker-swarm-3", "service create -d --name web alpine", "Choose another name"),
    ("docker-swarm-3", "service create -d -p 8080:80 alpine", "Publish another port"),
    ("docker-swarm-3", "service ps nosuch", "docker service ls lists"),
    ("docker-swarm-3", "service inspect nosuch", "docker service ls lists"),
    ("docker-swarm-3", "service logs nosuch", "docker service ps lists"),
    ("docker-swarm-3", "service rollback web", "There is nothing to go back to"),
    ("docker-swarm-3", "service logs --tail -1 web", "Leave --tail empty"),
    ("docker-swarm-3", "service update --rollback --force web", "Roll back first"),
    ("docker-swarm-3", "service create --mode global --replicas 2 alpine", "A global service"),
    ("docker-swarm-3", "swarm unlock-key", "The swarm is not locked"),
)


@pytest.mark.parametrize(("node", "line", "advice"), PROVOKED, ids=[line for _, line, _ in PROVOKED])
def test_a_refusal_has_its_hint(open_lab: OpenLab, node: str, line: str, advice: str) -> None:
    """Found by Docker's own words."""
    lab = open_lab()
    for made in SETUP:
        parse(made).perform(Session.on(lab.cluster, terminal=Terminal()))
    with pytest.raises(DockerError) as refused:
        parse(line).perform(Session.on(lab.cluster, node))
    assert hint_for(str(refused.value)).startswith(advice)


def test_an_engine_that_is_down_has_its_hint(open_lab: OpenLab) -> None:
    """It says nothing itself."""
    lab = open_lab()
    lab.cluster["docker-swarm-1"].stop()
    with pytest.raises(DockerError) as refused:
        parse("info").perform(Session.on(lab.cluster, "docker-swarm-1"))
    assert hint_for(str(refused.value)).startswith("This engine is stopped or cut off")


def test_a_hint_is_one_line() -> None:
    """Short enough to be read."""
    assert [advice for _, advice in HINTS if "\n" in advice or len(advice) > 130] == []


def test_words_that_say_it_all_have_no_hint() -> None:
    """No filler."""
    assert hint_for("invalid argument") == ""
