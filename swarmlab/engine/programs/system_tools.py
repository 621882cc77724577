"""The programs that look at the machine: `ps`, `top`, `df`, `free`, `uptime`, `nproc`; and `xargs`. Own no state.

Source: busybox 1.36 procps; texts recorded from 1.35.
Simplification: memory, disk and load are the same everywhere and always.
"""

from __future__ import annotations

from swarmlab.engine.programs.busybox import at_once, not_simulated
from swarmlab.engine.programs.kill import KILL
from swarmlab.engine.programs.processes import Context, Program, Run
from swarmlab.engine.programs.standard_input import read_all

_MEMORY_KB, _USED_KB, _CACHE_KB = 4_018_572, 812_344, 1_254_880
_DISK_KB, _DISK_USED_KB = 30_298_176, 4_312_608


def _ps(context: Context) -> int:
    if set("".join(context.arguments[1:])) - set("-efaux"):
        return not_simulated(context, " ".join(context.arguments[1:]))
    context.print("PID   USER     TIME  COMMAND")
    for process in context.processes():
        context.print(f"{process.pid:5} {process.user:8}  0:00 {' '.join(process.command)}")
    return 0


def _top(context: Context) -> Run:
    """Once with `-n 1`, else again every five seconds."""
    words = "".join(context.arguments[1:])
    while True:
        free_kb = _MEMORY_KB - _USED_KB - _CACHE_KB
        context.print(
            f"Mem: {_MEMORY_KB - free_kb}K used, {free_kb}K free, 1360K shrd, 61428K buff, {_CACHE_KB}K cached"
        )
        context.print("CPU:   0% usr   0% sys   0% nic 100% idle   0% io   0% irq   0% sirq")
        context.print("Load average: 0.08 0.05 0.01 1/312 29")
        context.print("  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND")
        for process in context.processes():
            context.print(
                f"{process.pid:5}     0 {process.user:8} S     1624   0%   0   0% {' '.join(process.command)}"
            )
        if "n1" in words:
            return 0
        yield 5.0


def _df(context: Context) -> int:
    human = context.arguments[1:] == ("-h",)
    if context.arguments[1:] not in ((), ("-h",), ("-k",)):
        return not_simulated(context, " ".join(context.arguments[1:]))
    context.print(f"Filesystem           {'     Size' if human else '1K-blocks'}      Used Available Use% Mounted on")
    rows = (
        ("overlay", _DISK_KB, _DISK_USED_KB, "/"),
        ("tmpfs", 65_536, 0, "/dev"),
        ("shm", 65_536, 0, "/dev/shm"),
        ("/dev/root", _DISK_KB, _DISK_USED_KB, "/etc/hosts"),
    )
    for name, size_kb, used_kb, target in rows:
        sizes = [_human(kb) if human else str(kb) for kb in (size_kb, used_kb, size_kb - used_kb)]
        share = -(-100 * used_kb // size_kb)
        context.print(f"{name:20} {sizes[0]:>9} {sizes[1]:>9} {sizes[2]:>9} {share:3}% {target}")
    return 0


def _human(size_kb: int) -> str:
    if not size_kb:
        return "0"
    return f"{size_kb / 1024**2:.1f}G" if size_kb >= 1024**2 else f"{size_kb / 1024:.1f}M"


def _free(context: Context) -> int:
    unit = {(): 1, ("-m",): 1024}.get(context.arguments[1:])
    if unit is None:
        return not_simulated(context, " ".join(context.arguments[1:]))
    left_kb = _MEMORY_KB - _USED_KB - _CACHE_KB
    numbers = (_MEMORY_KB, _USED_KB, left_kb, 1_360, _CACHE_KB, left_kb + _CACHE_KB)
    context.print("              total        used        free      shared  buff/cache   available")
    context.print("Mem:    " + " ".join(f"{number // unit:11}" for number in numbers))
    context.print("Swap:   " + " ".join(f"{number:11}" for number in (0, 0, 0)))
    return 0


def _uptime(context: Context) -> int:
    seconds = int(context.clock.now) % 86_400
    context.print(f" {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02} up 1 day,  2:04,  0 users,  "
                  "load average: 0.08, 0.05, 0.01")  # fmt: skip
    return 0


def _nproc(context: Context) -> int:
    context.print("2")
    return 0


def _xargs(context: Context) -> Run:
    """Run a program with what is piped in as further arguments."""
    words = context.arguments[1:] or ("echo",)
    program = context.programs.get(words[0].rpartition("/")[2])
    if words[0].startswith("-"):
        return not_simulated(context, words[0])
    more = (yield from read_all(context.stdin)).split()
    if program is None:
        context.complain(f"xargs: {words[0]}: No such file or directory")
        return 127
    arguments, context.arguments = context.arguments, (*words, *more)
    code = yield from program.run(context)
    context.arguments = arguments
    return 123 if code else 0


SYSTEM_TOOLS = (
    at_once("ps", _ps),
    Program(name="top", run=_top),
    at_once("df", _df),
    at_once("free", _free),
    at_once("uptime", _uptime),
    at_once("nproc", _nproc),
    Program(name="xargs", run=_xargs),
    KILL,
)
