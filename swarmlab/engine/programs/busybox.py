"""The small programs that every image here has (busybox's), each as far as it is simulated.

Owns no state. A program does what busybox's does with the options that stand here; with others it says on standard
error that they are not simulated, so that nobody takes silence for an answer. Source: busybox 1.36 applets.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

from swarmlab.engine.host.files import NoSuchFile, ReadOnly
from swarmlab.engine.programs.ping import PING
from swarmlab.engine.programs.processes import Context, Program, Run
from swarmlab.engine.programs.standard_input import read_some

NOT_SIMULATED = 125
"""Exit code of a program that was asked for something that is not simulated."""

KERNEL = "6.8.0-1029-aws"
_UNITS_S = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def not_simulated(context: Context, what: str) -> int:
    """Say that the embedded engine does not have this."""
    context.complain(f"{context.arguments[0]}: {what} is not simulated by the embedded engine")
    return NOT_SIMULATED


def at_once(name: str, function: Callable[[Context], int]) -> Program:
    """A program that takes no time."""

    def run(context: Context) -> Run:
        yield from ()
        return function(context)

    return Program(name=name, run=run)


def absolute(context: Context, path: str) -> str:
    """`path` from the root on."""
    joined = path if path.startswith("/") else f"{context.working_dir.rstrip('/')}/{path}"
    return "/" + "/".join(part for part in joined.split("/") if part not in ("", "."))


def _echo(context: Context) -> int:
    words = context.arguments[1:]
    end = "\n"
    if words and words[0] in ("-n", "-e"):
        end = "" if words[0] == "-n" else "\n"
        if words[0] == "-e":
            words = tuple(word.replace("\\n", "\n").replace("\\t", "\t") for word in words)
        words = words[1:]
    context.write("stdout", " ".join(words) + end)
    return 0


_DURATION = re.compile(r"(\d*\.?\d+)([smhd]?)")


def _sleep(context: Context) -> Run:
    if len(context.arguments) < 2:
        context.complain("BusyBox v1.36.1 multi-call binary.\n\nUsage: sleep [N]...")
        return 1
    total_s = 0.0
    for word in context.arguments[1:]:
        match = _DURATION.fullmatch(word)
        if word in ("infinity", "inf"):
            yield None
        if match is None:
            context.complain(f"sleep: invalid number '{word}'")
            return 1
        total_s += float(match[1]) * _UNITS_S[match[2]]
    yield total_s
    return 0


def _hostname(context: Context) -> int:
    if context.arguments[1:] == ("-i",):
        addresses = context.network.resolve(context.hostname)
        context.print(" ".join(addresses))
        return 0 if addresses else 1
    if len(context.arguments) > 1:
        return not_simulated(context, context.arguments[1])
    context.print(context.hostname)
    return 0


def _env(context: Context) -> int:
    if len(context.arguments) > 1:
        return not_simulated(context, "running a program")
    for name, value in context.environment.items():
        context.print(f"{name}={value}")
    return 0


def _printenv(context: Context) -> int:
    if len(context.arguments) == 1:
        return _env(context)
    values = [context.environment.get(name) for name in context.arguments[1:]]
    for value in values:
        if value is not None:
            context.print(value)
    return 0 if None not in values else 1


def _cat(context: Context) -> Run:
    code = 0
    for path in context.arguments[1:] or ("-",):
        if path == "-":
            while text := (yield from read_some(context.stdin)):
                context.write("stdout", text)
            continue
        try:
            context.write("stdout", context.files.read(absolute(context, path)))
        except NoSuchFile:
            context.complain(f"cat: can't open '{path}': No such file or directory")
            code = 1
    return code


def _ls(context: Context) -> int:
    paths = [word for word in context.arguments[1:] if not word.startswith("-")] or [context.working_dir]
    flags = {word for word in context.arguments[1:] if word.startswith("-")}
    if flags - {"-1", "-a", "-A"}:
        return not_simulated(context, " ".join(sorted(flags)))
    code = 0
    for path in paths:
        code |= _ls_one(context, path, flags, many=len(paths) > 1)
    return code


def _shown(names: list[str]) -> list[str]:
    return [name for name in names if not name.startswith(".")]


def _ls_one(context: Context, path: str, flags: set[str], *, many: bool) -> int:
    whole = absolute(context, path)
    if context.files.is_directory(whole):
        names = context.files.list(whole) if flags & {"-a", "-A"} else _shown(context.files.list(whole))
        names = [".", "..", *names] if "-a" in flags else names
        context.write("stdout", f"{path}:\n" if many else "")
        context.write("stdout", "".join(f"{name}\n" for name in names))
        return 0
    try:
        context.files.read(whole)
    except NoSuchFile:
        context.complain(f"ls: {path}: No such file or directory")
        return 1
    context.print(path)
    return 0


def _touch(context: Context) -> int:
    code = 0
    for path in context.arguments[1:]:
        try:
            context.files.write(absolute(context, path), "", append=True)
        except ReadOnly:
            context.complain(f"touch: {path}: Read-only file system")
            code = 1
    return code


def _rm(context: Context) -> int:
    code, force = 0, any(word in ("-f", "-rf", "-fr") for word in context.arguments[1:])
    for path in context.arguments[1:]:
        if path.startswith("-"):
            continue
        try:
            context.files.remove(absolute(context, path))
        except NoSuchFile:
            if not force:
                context.complain(f"rm: can't remove '{path}': No such file or directory")
                code = 1
        except ReadOnly:
            context.complain(f"rm: can't remove '{path}': Read-only file system")
            code = 1
    return code


def _date(context: Context) -> int:
    now = datetime.fromtimestamp(context.clock.now, UTC)
    words = [word for word in context.arguments[1:] if word not in ("-u",)]
    if not words:
        context.print(f"{now:%a %b} {now.day:2d} {now:%H:%M:%S UTC %Y}")
    elif len(words) == 1 and words[0].startswith("+"):
        pattern = words[0][1:].replace("%s", str(int(context.clock.now)))
        context.print(now.strftime(pattern))
    else:
        return not_simulated(context, " ".join(words))
    return 0


def _id(context: Context) -> int:
    if len(context.arguments) > 1:
        return not_simulated(context, context.arguments[1])
    user = context.user or "root"
    root = user in ("root", "0")
    context.print("uid=0(root) gid=0(root) groups=0(root)" if root else f"uid={user} gid=0(root) groups=0(root)")
    return 0


def _uname(context: Context) -> int:
    match context.arguments[1:]:
        case () | ("-s",):
            context.print("Linux")
        case ("-n",):
            context.print(context.hostname)
        case ("-r",):
            context.print(KERNEL)
        case ("-m",):
            context.print("x86_64")
        case ("-a",):
            context.print(f"Linux {context.hostname} {KERNEL} #31-Ubuntu SMP x86_64 Linux")
        case others:
            return not_simulated(context, " ".join(others))
    return 0


def _print_line(text: Callable[[Context], str]) -> Callable[[Context], int]:
    def function(context: Context) -> int:
        context.print(text(context))
        return 0

    return function


SMALL_PROGRAMS: dict[str, Program] = {
    program.name: program
    for program in (
        PING,
        Program(name="sleep", run=_sleep),
        at_once("true", lambda _: 0),
        at_once("false", lambda _: 1),
        at_once("echo", _echo),
        at_once("hostname", _hostname),
        at_once("env", _env),
        at_once("printenv", _printenv),
        Program(name="cat", run=_cat),
        at_once("ls", _ls),
        at_once("touch", _touch),
        at_once("rm", _rm),
        at_once("date", _date),
        at_once("id", _id),
        at_once("whoami", _print_line(lambda context: context.user or "root")),
        at_once("pwd", _print_line(lambda context: context.working_dir)),
        at_once("uname", _uname),
    )
}
