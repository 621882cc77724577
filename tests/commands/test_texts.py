"""Small makers of text: JSON, tables, references, templates, the terminal."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarmlab.client.tables import natural, table
from swarmlab.commands import DockerError, Terminal
from swarmlab.commands.printing.json_text import indented, json_list
from swarmlab.commands.printing.templates import render
from swarmlab.commands.spelling.references import Reference, shown

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_json_is_indented_as_go_does(value: object) -> None:
    """Python's own indentation is the same, but it would decode and encode again."""
    assert indented(json.dumps(value, separators=(",", ":"))) == json.dumps(value, indent=4)


def test_json_keeps_the_engine_s_bytes() -> None:
    r"""`\u003c` stays `\u003c`; what is empty stays on its line."""
    assert json_list(['{"a":"\\u003cb","c":{},"d":[1,2.50]}']) == (
        "[\n"
        "    {\n"
        '        "a": "\\u003cb",\n'
        '        "c": {},\n'
        '        "d": [\n'
        "            1,\n"
        "            2.50\n"
        "        ]\n"
        "    }\n"
        "]"
    )
    assert json_list([]) == "[]"


def test_a_table_has_columns_of_at_least_ten() -> None:
    """Three blanks stand between columns; the last one is not filled up."""
    assert table(("ID", "NAME"), [("a", "b")]) == "ID        NAME\na         b"
    assert table(("ID", "NAME"), [("a" * 12, "b")]).split("\n")[0] == "ID             NAME"


def test_names_are_ordered_as_people_count() -> None:
    """`web.10` comes after `web.2`."""
    assert sorted(["web.10", "api.1", "web.2"], key=natural) == ["api.1", "web.2", "web.10"]


@pytest.mark.parametrize(
    ("text", "named", "familiar"),
    [
        ("alpine", "docker.io/library/alpine", "alpine"),
        ("alpine:3.20", "docker.io/library/alpine:3.20", "alpine:3.20"),
        ("me/app", "docker.io/me/app", "me/app"),
        ("localhost:5000/app:1", "localhost:5000/app:1", "localhost:5000/app:1"),
        (
            "docker.io/library/alpine:latest@sha256:ab",
            "docker.io/library/alpine:latest@sha256:ab",
            "alpine:latest@sha256:ab",
        ),
    ],
)
def test_an_image_has_a_full_and_a_familiar_name(text: str, named: str, familiar: str) -> None:
    """What goes without saying is left out for people and filled in for registries."""
    reference = Reference.read(text)
    assert (reference.named, reference.familiar) == (named, familiar)


def test_tables_leave_out_a_digest_where_there_is_a_tag() -> None:
    """An image known by digest only keeps it."""
    assert shown("alpine:latest@sha256:ab") == "alpine:latest"
    assert shown("alpine@sha256:ab") == "alpine@sha256:ab"


def test_a_template_fills_in_fields() -> None:
    """Paths, `json`, and Go's way of showing values."""
    data = {"Name": "web", "Spec": {"Labels": {"b": "2", "a": "1"}, "On": True, "Half": 0.5, "One": 1.0}}
    assert render(r"{{.Name}}\t{{ .Spec.Labels }} {{.Spec.On}}", data) == "web\tmap[a:1 b:2] true"
    assert render("{{json .Spec.Labels}} {{.Spec.Half}} {{.Spec.One}}", data) == '{"b":"2","a":"1"} 0.5 1'


@pytest.mark.parametrize("template", ["{{range .Spec}}x{{end}}", "{{.Nosuch}}", "{{if .Name}}x{{end}}"])
def test_a_template_that_is_not_understood_is_refused(template: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(DockerError):
        render(template, {"Name": "web", "Spec": {}})


def test_the_terminal_shows_what_a_screen_would() -> None:
    """Tabs are blanks, lines have no blanks at their end, a half line waits."""
    out = io.StringIO()
    terminal = Terminal(out)
    terminal.write("ID:\t\tabc   \nhal")
    assert out.getvalue() == "ID:             abc\n"
    terminal.write("f\n")
    terminal.write("end")
    terminal.flush()
    assert out.getvalue().splitlines()[1:] == ["half", "end"]
