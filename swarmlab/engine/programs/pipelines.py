"""Programs joined by pipes: each reads what the one before it writes, all at the same time. Owns their turns.

Source: pipe(7). A program whose reader has ended is ended too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from swarmlab.engine.clock import Clock
from swarmlab.engine.programs.processes import Context, Run
from swarmlab.engine.programs.standard_input import AWAIT_INPUT, StandardInput

_BROKEN_PIPE = 141

Start = Callable[[Context], Run]


@dataclass(slots=True)
class _Stage:
    """One of the programs: when it goes on (None: when it is told to), or its exit code."""

    run: Run
    due: float | None = 0.0
    awaits_input: bool = False
    code: int | None = None

    def go_on(self, now: float) -> None:
        """Let it work until it sleeps, waits or ends."""
        try:
            sleep_s = next(self.run)
        except StopIteration as end:
            self.code, self.due = int(end.value or 0), None
            return
        self.awaits_input = sleep_s == AWAIT_INPUT
        self.due = None if sleep_s is None or self.awaits_input else now + sleep_s

    def end(self) -> None:
        """Nobody reads it any more."""
        if self.code is None:
            self.run.close()
            self.code, self.due = _BROKEN_PIPE, None


def run_pipeline(context: Context, starts: list[Start]) -> Run:
    """Run programs joined by pipes; ends with the last one, with its exit code."""
    inputs = [context.stdin, *(StandardInput() for _ in starts[1:])]
    stages = [_Stage(start(_between(context, inputs, number))) for number, start in enumerate(starts)]
    try:
        while (code := stages[-1].code) is None:
            if not _one_round(stages, inputs, context.clock):
                yield _sleep_s(stages, context.clock)
                if stages[0].awaits_input:
                    stages[0].due = context.clock.now
        return code
    finally:
        for stage in stages:
            stage.end()


def _between(context: Context, inputs: list[StandardInput], number: int) -> Context:
    """What the program of that number has at hand: the last one writes where the whole writes."""
    if number + 1 == len(inputs):
        return replace(context, stdin=inputs[number])
    target, write = inputs[number + 1], context.write
    return replace(
        context,
        stdin=inputs[number],
        write=lambda stream, text: target.feed(text) if stream == "stdout" else write(stream, text),
    )


def _one_round(stages: list[_Stage], inputs: list[StandardInput], clock: Clock) -> bool:
    """Let all that can go on do so. Returns whether any did."""
    worked = False
    for number, stage in enumerate(stages):
        heard = number > 0 and stage.awaits_input and inputs[number].has_news
        if stage.code is None and (heard or (stage.due is not None and stage.due <= clock.now)):
            stage.go_on(clock.now)
            worked = True
        if stage.code is not None and number + 1 < len(stages):
            inputs[number + 1].end()
        if stage.code is not None and number > 0:
            stages[number - 1].end()
    return worked


def _sleep_s(stages: list[_Stage], clock: Clock) -> float | None:
    due = [stage.due for stage in stages if stage.due is not None]
    if due:
        return max(0.0, min(due) - clock.now)
    return AWAIT_INPUT if stages[0].awaits_input else None
