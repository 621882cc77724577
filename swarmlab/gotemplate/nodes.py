"""The parts of a template that was read. `str(part)` is Go's spelling, as errors show it."""

from __future__ import annotations

from dataclasses import dataclass, field

from swarmlab.gotemplate.lexing import quoted


@dataclass(frozen=True, slots=True)
class Text:
    """What stands as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Dot:
    """`.`."""

    position: int

    def __str__(self) -> str:
        return "."


@dataclass(frozen=True, slots=True)
class Nil:
    """`nil`."""

    position: int

    def __str__(self) -> str:
        return "nil"


@dataclass(frozen=True, slots=True)
class Field:
    """`.A.B`."""

    position: int
    names: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(f".{name}" for name in self.names)


@dataclass(frozen=True, slots=True)
class Variable:
    """`$x.A`."""

    position: int
    name: str
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name + "".join(f".{name}" for name in self.names)


@dataclass(frozen=True, slots=True)
class Constant:
    """A text, a number, true or false, as it was written."""

    position: int
    value: str | int | float | bool
    written: str

    def __str__(self) -> str:
        return quoted(self.value) if isinstance(self.value, str) and self.written[0] != "`" else self.written


@dataclass(frozen=True, slots=True)
class Call:
    """The name of a function."""

    position: int
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Chain:
    """`(…).A`."""

    position: int
    node: Pipeline
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"({self.node})" + "".join(f".{name}" for name in self.names)


@dataclass(frozen=True, slots=True)
class Command:
    """A function with its arguments, or a value."""

    position: int
    words: tuple[Operand, ...]

    def __str__(self) -> str:
        return " ".join(f"({word})" if isinstance(word, Pipeline) else str(word) for word in self.words)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands, each getting what the one before gave; `names` are the variables that get the last."""

    position: int
    commands: tuple[Command, ...]
    names: tuple[str, ...] = ()
    assigns: bool = False

    def __str__(self) -> str:
        front = f"{', '.join(self.names)} {'=' if self.assigns else ':='} " if self.names else ""
        return front + " | ".join(map(str, self.commands))


Operand = Dot | Nil | Field | Variable | Constant | Call | Chain | Pipeline


@dataclass(frozen=True, slots=True)
class Branch:
    """`if`, `with` or `range`, with what is done and what is done else."""

    word: str
    pipeline: Pipeline
    body: tuple[Node, ...] = ()
    otherwise: tuple[Node, ...] = field(default=())


Node = Text | Pipeline | Branch
