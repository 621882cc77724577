"""Small makers of text: JSON, tables, references, templates, the terminal."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarmlab.client.tables import natural, table
from swarmlab.commands import DockerError, Terminal
from swarmlab.commands.printing.json_text import compact_list, indented, json_list
from swarmlab.commands.printing.listing import Kind, Listing
from swarmlab.commands.printing.tabwriter import aligned
from swarmlab.commands.printing.templates import fill, fill_header, parse
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


def test_json_on_one_line_keeps_the_engine_s_bytes() -> None:
    """What stands between them goes."""
    assert compact_list(['{"a": 1.50}', '[ "b c" ]']) == '[{"a":1.50},["b c"]]'


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


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ('{{upper .}} {{lower "A"}} {{title "heLLo wORLD-x"}}', "AB-C a HeLLo WORLD-X"),
        ('{{split . "-"}} {{join (split . "-") "+"}} {{json (split . "-")}}', '[ab c] ab+c ["ab","c"]'),
        ('{{pad . 1 2}}|{{pad "" 1 1}}|{{truncate . 2}} {{truncate . 9}}', " ab-c  ||ab ab-c"),
        ('{{json .}} {{json "<"}} {{json 1}}', '"ab-c" "<" 1'),
    ],
)
def test_a_template_has_the_functions_of_the_cli(template: str, text: str) -> None:
    """Recorded from the docker CLI 28.2.2."""
    assert filled(template, "ab-c") == text


def filled(template: str, data: object) -> str:
    written: list[str] = []
    fill(parse(template), data, written.append)
    return "".join(written)


@pytest.mark.parametrize(
    ("template", "refusal"),
    [
        ("{{.Spec", "template parsing error: template: :1: unclosed action"),
        ("{{define `x`}}", "swarmlab's %docker does not have {{define}} in --format; in a terminal use the docker CLI"),
        ("{{call .}}", "swarmlab's %docker does not have {{call}} in --format; in a terminal use the docker CLI"),
    ],
)
def test_a_template_that_cannot_be_read_is_refused(template: str, refusal: str) -> None:
    """In the words of the CLI; what is not here is named."""
    with pytest.raises(DockerError) as refused:
        parse(template)
    assert str(refused.value) == refusal


def test_what_comes_before_an_error_is_written() -> None:
    """As `docker info` prints it."""
    written: list[str] = []
    with pytest.raises(DockerError, match="can't evaluate field No in type string"):
        fill(parse("a{{.}}b{{.No}}c"), "x", written.append)
    assert "".join(written) == "axb"


def test_a_header_goes_through_no_function_but_pad() -> None:
    """So that a column is called what it is called, whatever is done with what stands in it."""
    assert fill_header('{{json .A}} {{upper .A}} {{split .A "a"}} {{pad .A 1 1}}|', {"A": "Name"}) == (
        "Name Name Name  Name |"
    )


def test_a_row_is_not_shown_as_a_whole() -> None:
    """The CLI shows its own affairs there."""
    listing = Listing(Terminal(io.StringIO()), Kind(type="*x.xContext", headers={"A": "A"}, table="{{.A}}"))
    with pytest.raises(DockerError, match=r"does not have \{\{\.\}\} of a row"):
        listing.print([{"A": "1"}], template="{{.}}")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A\tB\nlong enough\tb", "A             B\nlong enough   b"),
        ("a\tb\nalone\nlonger than it\tb", "a         b\nalone\nlonger than it   b"),
        ("a\tb\tc\nd\te", "a         b         c\nd         e"),
        ("", ""),
    ],
)
def test_tabs_end_cells(text: str, shown: str) -> None:
    """Lines without a gap share the width of a column; the last cell of a line has none. As Go's tabwriter does it."""
    assert aligned(text) == shown


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
