"""What is left of a lab goes, also when Docker has forgotten an endpoint in its network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from docker.errors import APIError
from docker.models.networks import Network
from requests import Response

from swarmlab.backends.dind import labels


@dataclass
class KeptNetwork:
    """A network as Docker keeps it: it cannot be removed while an endpoint is in it.

    Attributes:
        endpoints: names, by what Docker shows them under.
    """

    endpoints: dict[str, str]
    is_there: bool = True
    attrs: dict[str, Any] = field(default_factory=dict)

    def remove(self) -> None:
        """Docker's answer is 403 while something is in it."""
        if self.endpoints:
            answer = Response()
            answer.status_code = 403
            raise APIError("has active endpoints", response=answer)
        self.is_there = False

    def reload(self) -> None:
        """Ask what is in it."""
        self.attrs = {"Containers": {key: {"Name": name} for key, name in self.endpoints.items()}}

    def disconnect(self, name: str, *, force: bool) -> None:
        """Take one out by name."""
        assert force
        self.endpoints = {key: other for key, other in self.endpoints.items() if other != name}


def test_an_endpoint_of_no_container_is_taken_out() -> None:
    """Docker shows it by its own id; the network goes then."""
    network = KeptNetwork({"ep-491985f3": "swarmlab-59f5b0-docker-swarm-2"})
    labels._remove_network(cast(Network, network))
    assert not network.is_there


def test_a_container_of_somebody_else_stays_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The lab did not put it there; what Docker says is raised when it does not go by itself."""
    monkeypatch.setattr(labels, "_LEFT_TIMEOUT_S", 0.3)
    network = KeptNetwork({"0b596c07adae": "mine"})
    with pytest.raises(APIError):
        labels._remove_network(cast(Network, network))
    assert network.endpoints == {"0b596c07adae": "mine"}
    assert network.is_there
