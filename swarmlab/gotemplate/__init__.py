"""Go's text/template, as far as Docker's users meet it: `{{.Task.Slot}}`, `{{if eq .Name "x"}}…{{end}}`, `{{json .}}`.

Owns nothing but the language; knows no Docker and imports nothing of this project, so every layer may use it.
Errors have the words of Go. Source: Go text/template, its packages parse and exec.
Simplification: no `define`, `template`, `block`, `break`, `continue` and `call`; of values only the
methods that they are given.
"""

from swarmlab.gotemplate.errors import CallError, NotInTemplates, TemplateError
from swarmlab.gotemplate.executing import Template
from swarmlab.gotemplate.functions import Function, comparisons
from swarmlab.gotemplate.values import Items, Map, Method, Number, Pointer, Real, Struct, Word

__all__ = [
    "CallError",
    "Function",
    "Items",
    "Map",
    "Method",
    "NotInTemplates",
    "Number",
    "Pointer",
    "Real",
    "Struct",
    "Template",
    "TemplateError",
    "Word",
    "comparisons",
]
