"""Go's templates: what they write, and the words in which they refuse. All recorded from an engine 28.5.2."""

from __future__ import annotations

import re

import pytest

from swarmlab.gotemplate import (
    CallError,
    Function,
    Items,
    Map,
    Method,
    NotInTemplates,
    Number,
    Pointer,
    Real,
    Struct,
    Template,
    TemplateError,
    Word,
    comparisons,
)

_LABELS = {"x.y": "z", "a": "b"}
_PLATFORM = Struct("Platform", {"Architecture": "x86_64", "OS": "linux"})
_DATA = Struct(
    "*Context",
    {
        "Service": Struct("Service", {"ID": "sid", "Name": "web", "Labels": _LABELS}),
        "Node": Struct("Node", {"ID": "nid", "Hostname": "host", "Platform": _PLATFORM}),
        "Slot": "1",
    },
)


def _no(name: str) -> str:
    raise CallError(f"no {name}")


def filled(text: str, data: object = _DATA) -> str:
    functions = {"no": Function(_no, 1, texts=True)}
    return Template("expansion", text, functions, missing_is_error=True).fill(data)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain }} text", "plain }} text"),
        ("{{.}}", "{{sid web map[a:b x.y:z]} {nid host {x86_64 linux}} 1}"),
        ("{{.Node.Platform}}", "{x86_64 linux}"),
        ("{{.Service.Labels}}", "map[a:b x.y:z]"),
        ('{{index .Service.Labels "x.y"}}|{{index .Service.Labels "no"}}', "z|"),
        ("{{1}} {{true}} {{`s`}} {{1.5}}", "1 true s 1.5"),
        ("{{- .Node.Hostname -}} x", "hostx"),
        ("a {{/* remark */ -}} y", "a y"),
        ('{{if eq .Slot "1"}}one{{else}}more{{end}}', "one"),
        ('{{if eq .Slot "2"}}two{{else if eq .Slot "1"}}one{{else}}more{{end}}', "one"),
        ("{{range $k, $v := .Service.Labels}}{{$k}}={{$v}},{{end}}", "a=b,x.y=z,"),
        ("{{range 3}}{{.}}{{else}}none{{end}}{{range 0}}{{else}}none{{end}}", "012none"),
        ("{{with .Service.Name}}{{.}} {{$.Slot}}{{end}}", "web 1"),
        ('{{$x := "a"}}{{if true}}{{$x = "b"}}{{end}}{{$x}}', "b"),
        ('{{.Service.Name | printf "%.2s-%q" | len}}', "15"),
        ('{{printf "%d" .Slot}} {{printf "%s"}} {{printf "a" 1}}', "%!d(string=1) %!s(MISSING) a%!(EXTRA int=1)"),
        (
            '{{printf "%5s|%-5s|%05d|%x|%t|%T|%v|%%|%.2f" "a" "b" 7 255 true 1 "v" 1.5}}',
            "    a|b    |00007|ff|true|int|v|%|1.50",
        ),
        ('{{and .Slot .Service.Name}} {{or "" "z"}} {{not true}}', "web z false"),
        ("{{lt 1 2}}{{gt 1 2}}{{ne 1 2}}{{le 1 1}}{{ge 1 1}}", "truefalsetruetruetrue"),
        ('{{html "<"}} {{urlquery "a b"}} {{js "x"}} {{print 1 2 "a"}} {{println 1}}', "&lt; a+b x 1 2a 1\n"),
        ("{{index .Service.Name 1}} {{slice .Service.Name 1 3}} {{len .Service.Labels}}", "101 eb 2"),
        ("{{(index .Service.Labels `a`) | len}} {{.Slot |}}", "1 1"),
    ],
)
def test_a_template_writes(text: str, written: str) -> None:
    """Values, conditions, loops, variables, functions."""
    assert filled(text) == written


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("{{.No}}", '1:2: executing "expansion" at <.No>: can\'t evaluate field No in type *Context'),
        (
            "{{.Service.Labels.no}}",
            '1:10: executing "expansion" at <.Service.Labels.no>: map has no entry for key "no"',
        ),
        ("x\n{{.Slot\n}} {{.No}}", '3:5: executing "expansion" at <.No>: can\'t evaluate field No in type *Context'),
        ("{{.Slot.x}}", '1:7: executing "expansion" at <.Slot.x>: can\'t evaluate field x in type string'),
        ("{{nil}}", '1:2: executing "expansion" at <nil>: nil is not a command'),
        ('{{"a" "b"}}', '1:2: executing "expansion" at <"a">: can\'t give argument to non-function "a"'),
        ("{{.Slot 1}}", '1:2: executing "expansion" at <.Slot>: Slot has arguments but cannot be invoked as function'),
        ("{{not}}", '1:2: executing "expansion" at <not>: wrong number of args for not: want 1 got 0'),
        ("{{len 1}}", '1:2: executing "expansion" at <len 1>: error calling len: len of type int'),
        (
            "{{eq .Slot 1}}",
            '1:2: executing "expansion" at <eq .Slot 1>: error calling eq: '
            "incompatible types for comparison: string and int",
        ),
        (
            "{{index .Service.Labels 1}}",
            '1:2: executing "expansion" at <index .Service.Labels 1>: error calling index: '
            "value has type int; should be string",
        ),
        (
            '{{slice "" 0 3}}',
            '1:2: executing "expansion" at <slice "" 0 3>: error calling slice: index out of range: 3',
        ),
        ("{{range .Slot}}{{end}}", '1:8: executing "expansion" at <.Slot>: range can\'t iterate over 1'),
        ('{{no "x"}}', '1:2: executing "expansion" at <no "x">: error calling no: no x'),
        ("{{no 1}}", '1:5: executing "expansion" at <1>: expected string; found 1'),
        (
            "{{no .Service.Labels}}",
            '1:13: executing "expansion" at <.Service.Labels>: wrong type for value; expected string; '
            "got map[string]string",
        ),
        ("{{", "1: unclosed action"),
        ("{{.Slot", "1: unclosed action"),
        ("{{}}", "1: missing value for command"),
        ("{{if}}x{{end}}", "1: missing value for if"),
        ("{{if .Slot}}x", "1: unexpected EOF"),
        ("{{end}}", "1: unexpected {{end}}"),
        ("{{if .Slot}}{{else}}{{else}}{{end}}", "1: expected end; found {{else}}"),
        ("{{nosuch}}", '1: function "nosuch" not defined'),
        ("{{$y}}", '1: undefined variable "$y"'),
        ('{{"abc}}', "1: unterminated quoted string"),
        ("{{(}}", "1: unclosed left paren"),
        ("{{)}}", "1: unexpected right paren"),
        ("{{@}}", '1: unexpected "@" in command'),
        ("{{| .Slot}}", '1: unexpected "|" in command'),
        ("{{.Slot.}}", "1: unexpected <.> in operand"),
        ("{{.Slot | 1}}", "1: non executable command in pipeline stage 2"),
    ],
)
def test_a_template_is_refused_in_gos_words(text: str, refusal: str) -> None:
    """With the place, and what stands there."""
    with pytest.raises(TemplateError) as refused:
        filled(text)
    assert str(refused.value) == f"template: expansion:{refusal}"


@pytest.mark.parametrize("text", ['{{template "x"}}', '{{define "x"}}{{end}}', "{{'a'}}", '{{printf "%U" 1}}'])
def test_what_is_not_there_is_named(text: str) -> None:
    """It is neither left out nor guessed."""
    with pytest.raises(NotInTemplates):
        filled(text)


_ROLE = Word("manager", "swarm.NodeRole", {"IsManager": Method(lambda: True)})
_TYPED = Struct(
    "swarm.Node",
    {
        "Spec": Struct("swarm.Spec", {"Name": "n", "Role": _ROLE}),
        "Index": Number(7, "uint64"),
        "Delay": Number(5, "time.Duration", "5ns"),
        "Ratio": Real(0.25, "float32"),
        "Some": Pointer("*swarm.Status", Struct("swarm.Status", {"Addr": "a"}), frozenset({"Addr"})),
        "None": Pointer("*swarm.Status", None, frozenset({"Addr"})),
        "Count": Pointer("*uint64", Number(3, "uint64")),
        "Args": Items(["a", "b"], "[]string"),
        "Labels": Map({"x": "y"}, "map[string]string"),
        "Data": Items([118, 109], "[]uint8"),
        "Label": Method(lambda name: f"<{name}>", ("string",)),
    },
    embedded=("Spec",),
)


def cli_filled(text: str) -> str:
    return Template("", text, comparisons(tells_types=False)).fill(_TYPED)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("{{.Spec}} {{.Name}} {{.Role}} {{.Role.IsManager}}", "{n manager} n manager true"),
        ("{{.Some}} {{.Some.Addr}} {{.None}} {{.Count}}", "{a} a <nil> 3"),
        ("{{if .Some}}some{{end}}{{if .None}}none{{end}} {{eq .None nil}} {{ne .Some nil}}", "some true true"),
        ('{{eq .Role "manager"}} {{eq .Index 7}} {{lt 6 .Index}} {{gt .Ratio 0.2}}', "true true true true"),
        ("{{.Delay}} {{.Ratio}} {{.Args}} {{.Labels}} {{.Labels.no}}", "5ns 0.25 [a b] map[x:y] <no value>"),
        ('{{.Label "z"}} {{"z" | .Label}} {{printf "%s" .Data}} {{.Data}}', "<z> <z> vm [118 109]"),
        ('{{printf "%v %+v %T %d" .Some .Spec .None .Delay}}', "&{a} {Name:n Role:manager} *swarm.Status 5"),
        ('{{index .Labels "no"}}|{{index .Args 1}} {{len .Args}} {{range .Args}}{{.}}{{end}}', "|b 2 ab"),
    ],
)
def test_values_may_be_of_types_with_names(text: str, written: str) -> None:
    """Structs, pointers, texts, numbers, methods. Recorded from the docker CLI 28.2.2."""
    assert cli_filled(text) == written


def test_a_pointer_within_shows_an_address() -> None:
    """There is none, but it has the form of one, and is the same each time."""
    shown = cli_filled("{{.}}")
    assert re.fullmatch(r"\{\{n manager\} 7 5ns 0\.25 0xc000[0-9a-f]{6} <nil> 0xc000[0-9a-f]{6} .*\}", shown)
    assert shown == cli_filled("{{.}}")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("{{.None.Addr}}", '7: executing "" at <.None.Addr>: nil pointer evaluating *swarm.Status.Addr'),
        ("{{.None.No}}", '7: executing "" at <.None.No>: can\'t evaluate field No in type *swarm.Status'),
        ("{{.Role.No}}", '7: executing "" at <.Role.No>: can\'t evaluate field No in type swarm.NodeRole'),
        (
            "{{eq .Role 1}}",
            '2: executing "" at <eq .Role 1>: error calling eq: incompatible types for comparison',
        ),
        (
            "{{eq .Spec .Spec}}",
            '2: executing "" at <eq .Spec .Spec>: error calling eq: non-comparable type {n manager}: swarm.Spec',
        ),
        ("{{.Label 1}}", '9: executing "" at <1>: expected string; found 1'),
        ("{{.Label}}", '2: executing "" at <.Label>: wrong number of args for Label: want 1 got 0'),
        (
            "{{.Label .Role}}",
            '9: executing "" at <.Role>: wrong type for value; expected string; got swarm.NodeRole',
        ),
        ("{{.Label .Labels.no}}", '16: executing "" at <.Labels.no>: invalid value; expected string'),
        ("{{.Labels.x 1}}", '9: executing "" at <.Labels.x>: x is not a method but has arguments'),
        ("{{len .Count}}", '2: executing "" at <len .Count>: error calling len: len of type uint64'),
    ],
)
def test_errors_name_the_types(text: str, refusal: str) -> None:
    """Recorded from the docker CLI 28.2.2, which is built with a Go before 1.25."""
    with pytest.raises(TemplateError) as refused:
        cli_filled(text)
    assert str(refused.value) == f"template: :1:{refusal}"


def test_a_missing_key_may_be_no_error() -> None:
    """As in `--format`, where maps are what JSON gave."""
    assert Template("", "{{.a}} {{.b}}").fill({"a": 1}) == "1 <no value>"
