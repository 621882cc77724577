"""Docker's Go types: JSON becomes values, values become JSON, by a table that has no gaps."""

from __future__ import annotations

import json
import re

import pytest

from swarmlab.api.routes import ROUTES
from swarmlab.gotemplate import Pointer, Struct, Template, TemplateError
from swarmlab.gotypes import decode, encode
from swarmlab.gotypes.moments import duration_of, mode_of, time_of
from swarmlab.gotypes.table import fields_by_lower_key, struct_type, underlying

ANSWERS = (
    "swarm.Node swarm.Service swarm.Task swarm.Secret swarm.Config network.Inspect volume.Volume image.InspectResponse "
    "container.InspectResponse events.Message system.dockerInfo system.versionInfo"
).split()
REQUESTS = sorted({route.body for route in ROUTES if route.body})
_NODE = {"ID": "x", "Version": {"Index": 3}, "Spec": {"Role": "manager", "Labels": {"a": "b"}}}


def shown(template: str, data: object, type_: str) -> str:
    return Template("", template).fill(decode(data, type_))


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{.ID}} {{.Version}} {{.Version.Index}}", "x 3 3"),
        ("{{.Spec}}", "{{ map[a:b]} manager }"),
        ("{{.Spec.Name}}|{{.Spec.Availability}}|{{.Status}}", "||{  }"),
        ("{{.CreatedAt}}", "0001-01-01 00:00:00 +0000 UTC"),
        ("{{.ManagerStatus}} {{.Description.Engine.Plugins}}", "<nil> []"),
        ("{{.Meta.Version}} {{.Spec.Annotations.Labels.a}}", "3 b"),
        (
            '{{printf "%T %T %T" .Spec.Role .ManagerStatus .Version.Index}}',
            "swarm.NodeRole *swarm.ManagerStatus uint64",
        ),
    ],
)
def test_what_is_absent_has_its_zero_value(template: str, text: str) -> None:
    """As in a struct that Go filled from JSON."""
    assert shown(template, _NODE, "swarm.Node") == text


@pytest.mark.parametrize(
    ("template", "refusal"),
    [
        ("{{.Nosuch}}", "can't evaluate field Nosuch in type swarm.Node"),
        ("{{.ManagerStatus.Addr}}", "nil pointer evaluating *swarm.ManagerStatus.Addr"),
        ("{{.ManagerStatus.Nosuch}}", "can't evaluate field Nosuch in type *swarm.ManagerStatus"),
        ("{{.Spec.Role.Nosuch}}", "can't evaluate field Nosuch in type swarm.NodeRole"),
        ("{{.Version.Index.Nosuch}}", "can't evaluate field Nosuch in type uint64"),
        ("{{range .Spec}}{{end}}", "range can't iterate over {{ map[a:b]} manager }"),
    ],
)
def test_errors_name_the_go_type(template: str, refusal: str) -> None:
    """So they are what a learner reads on a real engine."""
    with pytest.raises(TemplateError) as refused:
        shown(template, _NODE, "swarm.Node")
    assert str(refused.value).endswith(refusal)


@pytest.mark.parametrize(
    ("type_", "data", "text"),
    [
        ("swarm.RestartPolicy", {"Delay": 5000000000, "MaxAttempts": 0}, '{"Delay":5000000000,"MaxAttempts":0}'),
        ("swarm.NodeSpec", {"Labels": {"b": "2", "a": "<1>"}}, '{"Labels":{"a":"<1>","b":"2"}}'),
        ("swarm.SecretSpec", {"Data": "dm0K"}, '{"Labels":null,"Data":"dm0K"}'),
        ("nat.PortMap", {"80/tcp": [{"HostIp": "::", "HostPort": "1"}]}, '{"80/tcp":[{"HostIp":"::","HostPort":"1"}]}'),
        ("[]string", [], "[]"),
        ("[]string", None, "null"),
        ("swarm.UpdateConfig", {"MaxFailureRatio": 0.25, "Order": "x"},
         '{"Parallelism":0,"MaxFailureRatio":0.25,"Order":"x"}'),
        ("registry.ServiceConfig", {"Mirrors": [], "InsecureRegistryCIDRs": ["::1/128"]},
         '{"IndexConfigs":null,"InsecureRegistryCIDRs":["::1/128"],"Mirrors":[]}'),
    ],
)  # fmt: skip
def test_json_comes_back_as_go_writes_it(type_: str, data: object, text: str) -> None:
    """In the order of the struct, without what may be left out and is empty."""
    assert encode(decode(data, type_)) == text


def test_html_is_escaped_where_asked() -> None:
    """As `json.Marshal` does, and the CLI's function `json` does not."""
    assert encode("<&>", escapes_html=True) == r'"\u003c\u0026\u003e"'
    assert encode(Struct("*x.Row", {"A": "<"})) == r'{"A":"\u003c"}'


@pytest.mark.parametrize("type_", ANSWERS)
def test_json_of_a_zero_value_is_read_back_as_itself(type_: str) -> None:
    """Every type that the tables name is known, down to the last."""
    empty = encode(decode({}, type_))
    assert encode(decode(json.loads(empty), type_)) == empty


@pytest.mark.parametrize("type_", [*ANSWERS, *REQUESTS])
def test_every_field_has_a_type_that_is_known(type_: str) -> None:
    """What points to a struct, or holds some, too."""
    seen: set[str] = set()
    waiting = [type_]
    while waiting:
        struct = struct_type(waiting.pop())
        for field in struct.fields if struct else ():
            decode(None, field.type)
            inner = re.sub(r"^(?:\*|\[\d*\]|map\[[^\]]+\])+", "", underlying(re.sub(r"^\*", "", field.type)))
            if inner not in seen:
                seen.add(inner)
                waiting.append(inner)
    assert all(struct_type(each) or underlying(each) == "string" or _is_basic(each) for each in seen), seen


def _is_basic(type_: str) -> bool:
    return bool(re.fullmatch(r"(?:u?int\d*|bool|string|float32|any|struct\{\})", underlying(type_))) or type_ in (
        "time.Time",
        "registry.NetIPNet",
    )


@pytest.mark.parametrize(
    ("text", "said", "written"),
    [
        ("2026-01-05T09:00:00.5Z", "2026-01-05 09:00:00.5 +0000 UTC", "2026-01-05T09:00:00.5Z"),
        ("2026-01-05T09:00:00.000000000Z", "2026-01-05 09:00:00 +0000 UTC", "2026-01-05T09:00:00Z"),
        ("2026-01-05T09:00:00+01:00", "2026-01-05 09:00:00 +0100 +0100", "2026-01-05T09:00:00+01:00"),
        ("0001-01-01T00:00:00Z", "0001-01-01 00:00:00 +0000 UTC", "0001-01-01T00:00:00Z"),
    ],
)
def test_times_are_shown_as_go_shows_them(text: str, said: str, written: str) -> None:
    """In a template, and in JSON."""
    assert (time_of(text).shown, time_of(text).text) == (said, written)


@pytest.mark.parametrize(
    ("layout", "text"),
    [
        ("2006-01-02T15:04:05.000Z07:00", "2026-01-05T09:04:00.500Z"),
        ("Mon Jan _2 3:04PM 06", "Mon Jan  5 9:04AM 26"),
        ("Monday, January 2 .999", "Monday, January 5 .5"),
    ],
)
def test_a_time_is_formatted_by_gos_example(layout: str, text: str) -> None:
    """The layout is the time of Go's birthday, so to say."""
    moment = Pointer("*time.Time", time_of("2026-01-05T09:04:00.5Z"))
    assert Template("", f'{{{{.Format "{layout}"}}}}').fill(moment) == text


def test_a_time_can_be_asked() -> None:
    """For its parts, and for what it is called."""
    template = "{{.Year}} {{.Month}} {{.Weekday}} {{.UnixMilli}} {{.IsZero}} {{.String}}"
    text = "2026 January Monday 1767603840500 false 2026-01-05 09:04:00.5 +0000 UTC"
    assert Template("", template).fill(time_of("2026-01-05T09:04:00.5Z")) == text


def test_durations_and_modes_say_what_they_are() -> None:
    """And are numbers all the same."""
    filled = Template("", '{{.}} {{.Seconds}} {{printf "%d" .}} {{gt . 5}}').fill(duration_of(90 * 10**9))
    assert filled == "1m30s 90 90000000000 true"
    assert mode_of(0o444).shown == "-r--r--r--"


def test_keys_are_found_by_their_lower_case() -> None:
    """As JSON has them, those of embedded structs too; a pointer is as good as what it points to."""
    keys = fields_by_lower_key("container.CreateRequest")
    assert keys["stoptimeout"] == ("StopTimeout", "int")
    assert keys["hostconfig"] == ("HostConfig", "container.HostConfig")
    assert fields_by_lower_key("container.HostConfig")["dns"] == ("Dns", "[]string")
    assert fields_by_lower_key("system.dockerInfo").keys().isdisjoint({"username", "-", ""})
