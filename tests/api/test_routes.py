"""The door of the API: versions, parameters, what is not there."""

import re

import pytest

from swarmlab.api.errors import STATUS, error_response, status_of
from swarmlab.api.messages import Request, Response
from swarmlab.api.routes import ROUTES, answer
from swarmlab.engine import errors
from swarmlab.engine.errors import EngineError
from tests.api.simulated import SimulatedEngines


@pytest.fixture(scope="module")
def engines() -> SimulatedEngines:
    return SimulatedEngines("formed")


REFUSALS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, EngineError)]


@pytest.mark.parametrize("path", ["/info", "/v1.24/info", "/v1.51/info"])
def test_every_version_is_answered(engines: SimulatedEngines, path: str) -> None:
    """With and without it in the path."""
    assert engines.ask("manager", "GET", path).status == 200


def test_every_answer_says_what_it_comes_from(engines: SimulatedEngines) -> None:
    """Refusals too."""
    for path in ("/info", "/services/nosuch", "/nosuch"):
        reply = engines.answer("manager", "GET", path)
        assert reply.headers["Api-Version"] == "1.51"
        assert reply.headers["Server"] == "Docker/28.5.2 (linux)"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/build"), ("GET", "/containers/x/attach/ws"), ("POST", "/commit"), ("GET", "/images/search")],
)
def test_what_a_real_engine_has_and_this_one_has_not_names_itself(
    engines: SimulatedEngines, method: str, path: str
) -> None:
    """501."""
    answered = engines.ask("manager", method, path)
    assert answered.status == 501
    assert answered.json() == {"message": f"{method} {path} is not implemented by this engine"}


def test_what_nobody_has_is_not_found(engines: SimulatedEngines) -> None:
    """404, in Docker's words."""
    assert engines.ask("manager", "PUT", "/info").json() == {"message": "page not found"}


def test_a_parameter_that_says_nothing_is_no_matter(engines: SimulatedEngines) -> None:
    """Clients send `all=0`, `size=false`."""
    assert engines.ask("manager", "GET", "/images/json?shared-size=false").status == 200
    assert engines.ask("manager", "POST", "/images/create?fromSrc=-").status == 501


def test_a_name_may_hold_slashes(engines: SimulatedEngines) -> None:
    """Images of a registry do."""
    assert engines.ask("manager", "GET", "/distribution/docker.io/library/alpine:latest/json").status == 200


def test_every_route_can_be_reached() -> None:
    """No route hides another one."""
    for route in ROUTES:
        path = re.sub(r"\{\w+(:\*)?\}", "x", route.template)
        first = next(other for other in ROUTES if other.method == route.method and other.pattern.fullmatch(path))
        assert first is route


@pytest.mark.parametrize(
    "class_", [kind for kind in REFUSALS if kind is not EngineError], ids=lambda class_: class_.__name__
)
def test_every_refusal_has_a_status(class_: type[EngineError]) -> None:
    """Its own or its nearest ancestor's."""
    assert any(kind in STATUS for kind in class_.__mro__)


def test_so_already_has_no_body() -> None:
    """304."""
    response = error_response(errors.NotModified())
    assert (response.status, response.body) == (304, b"")


def test_a_refusal_that_nobody_foresaw_is_an_error_of_the_server() -> None:
    """500."""
    assert status_of(EngineError("?")) == 500


def test_a_body_must_say_that_it_is_json(engines: SimulatedEngines) -> None:
    """Recorded from 28.5.2."""
    request = Request(method="POST", path="/volumes/create", headers={"content-type": "text/plain"}, body=b"{}")
    reply = answer(engines.daemon("manager"), request)
    assert isinstance(reply, Response)
    assert reply.status == 400
    assert b"unsupported Content-Type header (text/plain): must be 'application/json'" in reply.body


@pytest.mark.parametrize(
    ("text", "meaning"), [("1", True), ("true", True), ("0", False), ("False", False), ("", False)]
)
def test_yes_and_no_in_a_query(text: str, meaning: bool) -> None:
    """As Docker reads them."""
    assert Request(method="GET", path="/", query={"x": text}).flag("x") is meaning
