"""What stands for something else in a shell's words: variables, `$(…)`, `$((…))`, patterns of paths.

Owns no state of its own: a running shell's is in shell_state.py.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Generator

from swarmlab.engine.programs.arithmetic import NotComputable, evaluate
from swarmlab.engine.programs.shell_globs import Fields, paths_of
from swarmlab.engine.programs.shell_state import Exit, ShellState
from swarmlab.engine.programs.shell_words import Word, expansions

RunText = Generator[float | None, None, str]
RunWords = Generator[float | None, None, list[str]]


class ExpandingShell(ShellState):
    """A shell that knows what words stand for; what commands do is shell_running.py's business."""

    __slots__ = ()

    @abstractmethod
    def output_of(self, script: str) -> RunText:
        """What a script writes."""

    def expand(self, word: Word) -> RunWords:
        """The fields that a word becomes."""
        fields = Fields()
        for part in word.parts:
            if part.quoted and part.text in ("$@", "${@}"):
                fields.add_all(self.arguments)
                continue
            text = (yield from self._expand_text(part.text)) if part.expands else part.text
            fields.add(text, quoted=part.quoted, split=part.expands)
        context, caret = self.context, not self.voice.is_dash
        found = [paths_of(each, context.files, context.working_dir, caret_inverts=caret) for each in fields.patterns]
        return [path for paths in found for path in paths]

    def expand_whole(self, word: Word) -> RunText:
        """A word where only one may stand: no blanks divide it, no path fits it."""
        pieces: list[str] = []
        for part in word.parts:
            pieces.append((yield from self._expand_text(part.text)) if part.expands else part.text)
        return "".join(pieces)

    def _expand_text(self, text: str) -> RunText:
        expanded = ""
        for kind, piece in expansions(re.sub(r'\\(["\\])', r"\1", text)):
            if kind == "command":
                expanded += yield from self.output_of(piece)
            elif kind == "arithmetic":
                expanded += self._arithmetic(piece)
            else:
                expanded += self._value(piece) if kind == "variable" else piece
        return expanded

    def _value(self, name: str) -> str:
        name, dash, default = name.partition(":-")
        if name == "?":
            return str(self.code)
        if name == "$":
            return str(self.context.pid)
        if name == "#":
            return str(len(self.arguments))
        if name in ("@", "*"):
            return " ".join(self.arguments)
        if name.isdigit():
            position = int(name) - 1
            return self.arguments[position] if 0 <= position < len(self.arguments) else self.name if name == "0" else ""
        value = self.variables.get(name, "")
        return value or (default if dash else "")

    def _arithmetic(self, expression: str) -> str:
        names = {name: self._value(name) for name in re.findall(r"[A-Za-z_]\w*", expression)}
        try:
            return str(evaluate(expression.replace("$", ""), names))
        except NotComputable as error:
            of_dash = "division by zero" if "zero" in str(error) else "expecting primary"
            dash = f'arithmetic expression: {of_dash}: "{expression}"'
            self.complain(self.context, self.voice.either(str(error), dash))
            raise Exit(2) from None
