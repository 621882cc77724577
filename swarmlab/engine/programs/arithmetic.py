"""Whole-number arithmetic of the small shell: `$((i + 1))`. Owns no state."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping


class NotComputable(Exception):
    """It cannot be computed; the message is the shell's, without its name."""


_BINARY: dict[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.floordiv,
    ast.Mod: operator.mod,
}


def evaluate(expression: str, names: Mapping[str, str]) -> int:
    """The value of `expression`; names that stand for nothing count as 0.

    Raises:
        NotComputable: it is not made of numbers, names, `+ - * / %` and parentheses, or divides by zero.
    """
    try:
        return _value(ast.parse(expression.strip(), mode="eval").body, names)
    except (SyntaxError, ValueError):
        raise NotComputable("arithmetic syntax error") from None
    except ZeroDivisionError:
        raise NotComputable("divide by zero") from None


def _value(node: ast.expr, names: Mapping[str, str]) -> int:
    match node:
        case ast.Constant(value=int(number)):
            return number
        case ast.Name(id=name):
            return int(names.get(name) or 0)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _BINARY[type(op)](_value(left, names), _value(right, names))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, names)
    raise NotComputable("arithmetic syntax error")
