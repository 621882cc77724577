"""What can run in a container: which programs an image has, and what becomes of a command.

Owns the servers' behaviour (what they log, which signals they handle); busybox's programs are in programs.py and
ping.py, the shell in shell.py. A command that no program answers to fails as runc says; one that the image really has
but that is not simulated is refused when the container is created.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime

from swarmlab.engine.errors import NotImplementedHere, ServerError
from swarmlab.engine.programs.busybox import KERNEL, SMALL_PROGRAMS
from swarmlab.engine.programs.processes import Context, Program, Run, Signal
from swarmlab.engine.programs.shell import SHELLS, script_of
from swarmlab.engine.programs.shell_syntax import parse
from swarmlab.engine.programs.shell_words import ShellSyntaxError

_KNOWN_APPLETS = frozenset(
    """adduser arch awk basename bash bc chmod chown chroot cmp cp crond cut dd df diff dig dirname dmesg du expr find
    free getent grep gunzip gzip head httpd ifconfig install ip kill killall less ln logger login md5sum mkfifo mktemp
    more mount mv nc netstat nice nohup nproc od paste pgrep pidof printf ps readlink realpath reboot rmdir route sed
    sha256sum shuf sort split stat stty su sync tar tee telnet time timeout top tr traceroute tty umount uniq unzip
    uptime usleep vi watch wc wget which xargs yes apk""".split()
)
"""What alpine has and this engine does not simulate."""


def _nginx(context: Context) -> Run:
    for line in _NGINX_ENTRYPOINT.splitlines():
        context.print(line)
    _nginx_says(context, 'using the "epoll" event method', "nginx/1.27.3", f"OS: Linux {KERNEL}")
    _nginx_says(context, "getrlimit(RLIMIT_NOFILE): 1048576:1048576", "start worker processes")
    _nginx_says(context, "start worker process 29", "start worker process 30")
    try:
        yield None
    except Signal as signal:
        number = {"SIGQUIT": 3, "SIGTERM": 15, "SIGINT": 2}[signal.name]
        what = "gracefully shutting down" if signal.name == "SIGQUIT" else "exiting"
        _nginx_says(context, f"signal {number} ({signal.name}) received, {what}", "exit")
    return 0


_NGINX_ENTRYPOINT = """\
/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration
/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/
/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh
10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf
10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf
/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh
/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh
/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh
/docker-entrypoint.sh: Configuration complete; ready for start up"""


def _nginx_says(context: Context, *notices: str) -> None:
    stamp = datetime.fromtimestamp(context.clock.now, UTC).strftime("%Y/%m/%d %H:%M:%S")
    for notice in notices:
        context.complain(f"{stamp} [notice] 1#1: {notice}")


def _redis(context: Context) -> Run:
    _redis_says(context, "*", "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo")
    _redis_says(context, "*", "Redis version=7.4.1, bits=64, commit=00000000, modified=0, pid=1, just started")
    _redis_says(context, "*", "Running mode=standalone, port=6379.")
    _redis_says(context, "*", "Ready to accept connections tcp")
    try:
        yield None
    except Signal:
        _redis_says(context, "#", "User requested shutdown...")
        _redis_says(context, "#", "Redis is now ready to exit, bye bye...")
    return 0


def _redis_says(context: Context, level: str, text: str) -> None:
    now = datetime.fromtimestamp(context.clock.now, UTC)
    stamp = f"{now:%d %b %Y %H:%M:%S}.{now.microsecond // 1000:03d}"
    context.print(f"1:M {stamp} {level} {text}")


def _httpd(context: Context) -> Run:
    stamp = datetime.fromtimestamp(context.clock.now, UTC).strftime("%a %b %d %H:%M:%S.%f %Y")
    context.complain(f"[{stamp}] [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.62 (Unix) configured -- resuming")
    try:
        yield None
    except Signal:
        stamp = datetime.fromtimestamp(context.clock.now, UTC).strftime("%a %b %d %H:%M:%S.%f %Y")
        context.complain(f"[{stamp}] [mpm_event:notice] [pid 1:tid 1] AH00491: caught SIGTERM, shutting down")
    return 0


def _whoami_server(context: Context) -> Run:
    stamp = datetime.fromtimestamp(context.clock.now, UTC).strftime("%Y/%m/%d %H:%M:%S")
    context.complain(f"{stamp} Starting up on port 80")
    with suppress(Signal):
        yield None
    # Go's runtime ends a program that is process 1 with this code on a signal.
    return 2


def _python(context: Context) -> Run:
    match context.arguments[1:]:
        case ("-m", "http.server", *rest):
            port = rest[0] if rest else "8000"
            context.print(f"Serving HTTP on 0.0.0.0 port {port} (http://0.0.0.0:{port}/) ...")
            try:
                yield None
            except Signal:
                context.print("\nKeyboard interrupt received, exiting.")
            return 0
        case ():
            return 0
    context.complain(f"{context.arguments[0]}: only `-m http.server` is simulated by the embedded engine")
    return 125


_ENDS = frozenset({"SIGTERM", "SIGINT", "SIGQUIT"})

SERVERS: dict[str, Program] = {
    program.name: program
    for program in (
        Program(name="nginx", run=_nginx, handles=_ENDS),
        Program(name="redis-server", run=_redis, handles=frozenset({"SIGTERM", "SIGINT"})),
        Program(name="httpd-foreground", run=_httpd, handles=_ENDS | {"SIGWINCH"}),
        Program(name="whoami", run=_whoami_server, handles=frozenset({"SIGTERM", "SIGINT", "SIGHUP"})),
        Program(name="python", run=_python, handles=frozenset({"SIGINT"})),
        Program(name="python3", run=_python, handles=frozenset({"SIGINT"})),
    )
}

BUSYBOX: Mapping[str, Program] = {**SMALL_PROGRAMS, **SHELLS}
_DEBIAN_LACKS = ("ping", "nslookup", "ash")
DEBIAN: Mapping[str, Program] = {name: each for name, each in BUSYBOX.items() if name not in _DEBIAN_LACKS}
NONE: Mapping[str, Program] = {}

BASES: Mapping[str, Mapping[str, Program]] = {"busybox": BUSYBOX, "debian": DEBIAN, "scratch": NONE}
"""The programs of what images are built on."""


def programs_of(base: str, servers: tuple[str, ...]) -> Mapping[str, Program]:
    """Every program of an image that is built on `base` and brings `servers`."""
    return {**BASES[base], **{name: SERVERS[name] for name in servers}}


class StartFailed(ServerError):
    """The container's process could not be started; `code` is the exit code that the container shows."""

    def __init__(self, reason: str, code: int) -> None:
        super().__init__(
            "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create "
            f"failed: unable to start container process: error during container init: {reason}"
        )
        self.code = code


def find_program(command: tuple[str, ...], programs: Mapping[str, Program]) -> Program:
    """The program that a command means.

    Raises:
        StartFailed: the image has no such program. Text recorded from 28.5.2.
    """
    name = command[0]
    folder, slash, plain = name.rpartition("/")
    if not slash and name in programs:
        return programs[name]
    if folder in ("/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/local/bin") and plain in programs:
        return programs[plain]
    if slash:
        raise StartFailed(f'exec: "{name}": stat {name}: no such file or directory', 127)
    raise StartFailed(f'exec: "{name}": executable file not found in $PATH', 127)


def check_simulated(command: tuple[str, ...], programs: Mapping[str, Program], *, stdin: bool = False) -> None:
    """Refuse a command that a real engine would run and this one cannot.

    Raises:
        NotImplementedHere: naming what is missing.
    """
    name = command[0].rpartition("/")[2]
    if name not in programs and programs and name in _KNOWN_APPLETS:
        raise NotImplementedHere(f"the embedded engine does not simulate the program {name}")
    if name in SHELLS and name in programs:
        _check_script(script_of(command), programs, stdin=stdin)


def _check_script(script: str | None, programs: Mapping[str, Program], *, stdin: bool) -> None:
    if script is None:
        if stdin:
            raise NotImplementedHere("the embedded engine does not simulate an interactive sh; use sh -c '…'")
        return
    try:
        parse(script)
    except ShellSyntaxError:
        return  # the shell says so itself when it runs
