"""The programs that make, move and name files, and those that print what they are told. Own no state.

Source: busybox 1.36 coreutils; texts recorded from 1.35.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from swarmlab.engine.host.files import NoSuchFile, ReadOnly
from swarmlab.engine.programs.busybox import absolute, at_once, not_simulated
from swarmlab.engine.programs.processes import Context, Program, Run

_TERMINATED = 143


def _words(context: Context) -> tuple[list[str], str]:
    """The words that are no options, and the letters of the options."""
    words = context.arguments[1:]
    return [w for w in words if not w.startswith("-")], "".join(w[1:] for w in words if w.startswith("-"))


def _mkdir(context: Context) -> int:
    paths, letters = _words(context)
    code = 0
    for path in paths:
        whole = absolute(context, path)
        parent = whole.rpartition("/")[0] or "/"
        if context.files.is_directory(whole) and "p" not in letters:
            code = _cannot(context, "create directory", path, "File exists")
        elif not context.files.is_directory(parent) and "p" not in letters:
            code = _cannot(context, "create directory", path, "No such file or directory")
        else:
            code |= _try(context, "create directory", path, lambda whole=whole: context.files.make_directory(whole))  # type: ignore[misc]
    return code


def _rmdir(context: Context) -> int:
    code = 0
    for path in context.arguments[1:]:
        whole = absolute(context, path)
        if not context.files.is_directory(whole):
            code = _fail(context, f"'{path}': No such file or directory")
        elif context.files.list(whole):
            code = _fail(context, f"'{path}': Directory not empty")
        else:
            code |= _try(context, "remove", path, lambda whole=whole: context.files.remove(whole))  # type: ignore[misc]
    return code


def _copy(context: Context) -> int:
    """`cp` and, removing what was copied, `mv`; files only."""
    paths, letters = _words(context)
    if len(paths) < 2 or "r" in letters or "R" in letters or "a" in letters:
        return not_simulated(context, " ".join(context.arguments[1:]) or "no file")
    *sources, target = paths
    code = 0
    for path in sources:
        try:
            text = context.files.read(absolute(context, path))
        except NoSuchFile:
            verb = "can't stat" if context.arguments[0].endswith("cp") else "can't rename"
            code = _fail(context, f"{verb} '{path}': No such file or directory")
            continue
        into = absolute(context, target)
        if context.files.is_directory(into):
            into = f"{into.rstrip('/')}/{path.rpartition('/')[2]}"
        code |= _try(context, "create", target, lambda into=into, text=text: context.files.write(into, text))  # type: ignore[misc]
        if context.arguments[0].endswith("mv") and not code:
            context.files.remove(absolute(context, path))
    return code


def _try(context: Context, verb: str, path: str, act: Callable[[], None]) -> int:
    try:
        act()
    except ReadOnly:
        return _cannot(context, verb, path, "Read-only file system")
    return 0


def _cannot(context: Context, verb: str, path: str, reason: str) -> int:
    return _fail(context, f"can't {verb} '{path}': {reason}")


def _fail(context: Context, text: str) -> int:
    context.complain(f"{context.arguments[0]}: {text}")
    return 1


# --- words ---------------------------------------------------------------------------------------------------------


def _basename(context: Context) -> int:
    words = context.arguments[1:]
    name = words[0].rstrip("/").rpartition("/")[2] if words else ""
    context.print(name.removesuffix(words[1]) if len(words) > 1 else name)
    return 0 if words else 1


def _dirname(context: Context) -> int:
    words = context.arguments[1:]
    folder, slash, _ = words[0].rstrip("/").rpartition("/") if words else ("", "", "")
    context.print(folder or ("/" if slash else "."))
    return 0 if words else 1


def _printf(context: Context) -> int:
    words = list(context.arguments[1:])
    if not words:
        return _fail(context, "usage: printf FORMAT [ARG]...")
    form = _unescaped(words.pop(0))
    pieces = re.findall(r"%[-0-9.]*[sd%]|[^%]+", form)
    while True:
        for piece in pieces:
            context.write("stdout", _formatted(piece, words))
        if not words or not any(piece[0] == "%" and piece != "%%" for piece in pieces):
            return 0


def _formatted(piece: str, words: list[str]) -> str:
    if not piece.startswith("%") or piece == "%%":
        return piece.replace("%%", "%")
    value = words.pop(0) if words else ""
    if piece.endswith("d"):
        return piece % (int(value) if re.fullmatch(r"-?\d+", value) else 0)
    return piece % value


def _unescaped(text: str) -> str:
    return text.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r").replace("\\\\", "\\")


def _expr(context: Context) -> int:
    match context.arguments[1:]:
        case (left, operator, right) if re.fullmatch(r"-?\d+", left) and re.fullmatch(r"-?\d+", right):
            a, b = int(left), int(right)
            if operator in ("/", "%") and b == 0:
                return _fail(context, "division by zero") + 1
            values = {"+": a + b, "-": a - b, "*": a * b, "/": a // b if b else 0, "%": a % b if b else 0}
            if operator in values:
                context.print(str(values[operator]))
                return 0 if values[operator] else 1
    return not_simulated(context, " ".join(context.arguments[1:]))


# --- programs that run programs ------------------------------------------------------------------------------------


def _time_out(context: Context) -> Run:
    """Run a program, but not for longer than it is given."""
    words = context.arguments[1:]
    if words[:1] in (("-t",), ("-s",)):
        words = words[1:]
    if len(words) < 2 or not re.fullmatch(r"\d+(\.\d+)?s?", words[0]):
        return not_simulated(context, " ".join(context.arguments[1:]))
    program = context.programs.get(words[1].rpartition("/")[2])
    if program is None:
        return _fail(context, f"can't execute '{words[1]}': No such file or directory") + 126
    ends_at = context.clock.now + float(words[0].rstrip("s"))
    arguments, context.arguments = context.arguments, words[1:]
    run = program.run(context)
    try:
        while True:
            sleep_s = next(run)
            left_s = ends_at - context.clock.now
            if sleep_s is None or sleep_s > left_s:
                yield max(0.0, left_s)
                run.close()
                context.complain("Terminated")
                return _TERMINATED
            yield sleep_s
    except StopIteration as end:
        return int(end.value or 0)
    finally:
        context.arguments = arguments


FILE_TOOLS = (
    at_once("mkdir", _mkdir),
    at_once("rmdir", _rmdir),
    at_once("cp", _copy),
    at_once("mv", _copy),
    at_once("basename", _basename),
    at_once("dirname", _dirname),
    at_once("printf", _printf),
    at_once("expr", _expr),
    Program(name="timeout", run=_time_out),
)
