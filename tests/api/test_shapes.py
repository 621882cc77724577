"""Specs sent to an engine 28.5.2 and what it showed of them, kept in recorded/services.json."""

import json
from pathlib import Path

import pytest

from swarmlab.api.objects import service_json
from swarmlab.api.services import with_defaults
from swarmlab.api.wire import decode
from swarmlab.engine.ids import ServiceId
from swarmlab.engine.model import Service, ServiceSpec

RECORDED = json.loads((Path(__file__).parent / "recorded" / "services.json").read_text())


def service(sent: object) -> Service:
    return Service(id=ServiceId("s"), spec=decode(ServiceSpec, sent, "ServiceSpec"))


@pytest.mark.parametrize("name", RECORDED)
def test_a_spec_is_shown_as_a_real_engine_shows_it(name: str) -> None:
    """Same keys, same values, same order of keys."""
    shown = service_json(service(RECORDED[name]["sent"]))["Spec"]
    assert json.dumps(shown) == json.dumps(RECORDED[name]["shown"])


@pytest.mark.parametrize("name", RECORDED)
def test_defaults_are_filled_in_as_a_real_engine_does(name: str) -> None:
    """`insertDefaults` fills what was not sent and nothing else."""
    shown = service_json(with_defaults(service(RECORDED[name]["sent"])))["Spec"]
    assert json.dumps(shown) == json.dumps(RECORDED[name]["with_defaults"])


@pytest.mark.parametrize("name", RECORDED)
def test_a_spec_that_was_read_means_the_same_when_it_is_sent_back(name: str) -> None:
    """`docker service scale` sends what it read with another number: that must replace no task."""
    before = service(RECORDED[name]["sent"]).spec
    assert decode(ServiceSpec, service_json(service(RECORDED[name]["sent"]))["Spec"], "ServiceSpec") == before
