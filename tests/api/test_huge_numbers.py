"""Numbers of five thousand digits, and JSON that is three thousand levels deep: refused in Go's words."""

import pytest

from tests.api.simulated import SimulatedEngines

HUGE = "9" * 5000
TOO_GREAT = f'parsing "{HUGE}": value out of range'
DEEP = "[" * 3000


@pytest.fixture(scope="module")
def engines() -> SimulatedEngines:
    engines = SimulatedEngines("helloworld")
    assert engines.ask("manager", "POST", "/images/create?fromImage=alpine&tag=latest").status == 200
    assert engines.ask("manager", "POST", "/containers/create?name=web", {"Image": "alpine"}).status == 201
    return engines


@pytest.mark.parametrize("kind", ["node", "service"])
def test_a_version_out_of_range(engines: SimulatedEngines, kind: str) -> None:
    """Of what an update is based on."""
    reply = engines.ask("manager", "POST", f"/{kind}s/helloworld/update?version={HUGE}", {})
    assert reply.status == 400
    assert reply.json() == {"message": f"invalid {kind} version '{HUGE}': strconv.ParseUint: {TOO_GREAT}"}


def test_a_secrets_version_out_of_range(engines: SimulatedEngines) -> None:
    """Here Docker does not say why."""
    reply = engines.ask("manager", "POST", f"/secrets/x/update?version={HUGE}", {})
    assert (reply.status, reply.json()) == (400, {"message": "invalid secret version"})


def test_an_api_version_out_of_range(engines: SimulatedEngines) -> None:
    """Source: moby api/types/versions, compare: the end of the range."""
    reply = engines.ask("manager", "GET", f"/v1.{HUGE}/info")
    assert reply.status == 400
    assert reply.json() == {"message": f"client version 1.{HUGE} is too new. Maximum supported API version is 1.51"}


def test_a_number_in_a_query(engines: SimulatedEngines) -> None:
    """How long a container may take to stop; here Docker's refusal has no type."""
    reply = engines.ask("manager", "POST", f"/containers/web/stop?t={HUGE}")
    assert (reply.status, reply.json()) == (500, {"message": f"strconv.Atoi: {TOO_GREAT}"})


@pytest.mark.parametrize(
    ("limit", "reason"),
    [
        (HUGE, "invalid format"),
        (f"0-{HUGE}", "invalid format"),
        ("0-9000", "value of out range, maximum is 8192"),
        ("2-1", "invalid format"),
    ],
)
@pytest.mark.parametrize(("key", "what"), [("CpusetCpus", "cpus"), ("CpusetMems", "mems")])
def test_a_set_of_cpus(engines: SimulatedEngines, key: str, what: str, limit: str, reason: str) -> None:
    """Source: moby pkg/sysinfo/sysinfo_linux.go, parseUintList; the slip of the pen is Docker's."""
    reply = engines.ask("manager", "POST", "/containers/create", {"Image": "alpine", "HostConfig": {key: limit}})
    shown = f"{reason}: {limit}" if reason == "invalid format" else reason
    assert (reply.status, reply.json()) == (400, {"message": f"Invalid value {limit} for cpuset {what}: {shown}"})


@pytest.mark.parametrize("key", ["publish", "expose"])
def test_a_port_in_a_filter(engines: SimulatedEngines, key: str) -> None:
    """Ports have 16 bits."""
    reply = engines.ask("manager", "GET", f'/containers/json?filters={{"{key}":["{HUGE}"]}}')
    assert reply.json() == {"message": f"error while looking up for {key} {HUGE}: strconv.ParseUint: {TOO_GREAT}"}


def test_a_tail_of_logs(engines: SimulatedEngines) -> None:
    """Of a container every line, of a service a refusal."""
    assert engines.ask("manager", "GET", f"/containers/web/logs?stdout=1&tail={HUGE}").status == 200
    reply = engines.ask("manager", "GET", f"/services/helloworld/logs?stdout=1&tail={HUGE}")
    assert reply.json() == {"message": 'tail value must be a positive integer or "all"'}


def test_the_size_of_a_terminal(engines: SimulatedEngines) -> None:
    """It has 32 bits."""
    reply = engines.ask("manager", "POST", f"/containers/web/resize?h=24&w={1 << 32}")
    assert reply.json() == {"message": f'invalid resize width "{1 << 32}": value out of range'}


def test_a_users_number_out_of_range_is_a_name(engines: SimulatedEngines) -> None:
    """Source: moby/sys user/user.go, GetExecUser."""
    engines.ask("manager", "POST", "/containers/create?name=user", {"Image": "alpine", "User": HUGE})
    reply = engines.ask("manager", "POST", "/containers/user/start")
    assert f"unable to find user {HUGE}: no matching entries in passwd file" in reply.json()["message"]


@pytest.mark.parametrize("text", [DEEP, '{"name":' + DEEP, HUGE, "{} {}", "{}]", '{"name":NaN}'])
def test_filters_that_are_no_json_of_theirs(engines: SimulatedEngines, text: str) -> None:
    """However deep."""
    reply = engines.ask("manager", "GET", f"/services?filters={text}")
    assert (reply.status, reply.json()) == (400, {"message": "invalid filter"})


def test_half_a_character_in_a_filter(engines: SimulatedEngines) -> None:
    r"""Go reads `\ud800` as the character that stands for what is none."""
    reply = engines.ask("manager", "GET", r'/services?filters={"\ud800":["x"]}')
    assert (reply.status, reply.json()) == (400, {"message": "invalid filter '\ufffd'"})
