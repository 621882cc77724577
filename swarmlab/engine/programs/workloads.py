"""What can run in a container: which programs an image has, and what becomes of a command.

Owns no state. Servers are in servers/, busybox's programs in busybox.py, ping.py and the *_tools.py, the shell in
shell.py. A command that no program answers to fails as runc says; one that the image really has
but that is not simulated is refused when the container is created.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from posixpath import normpath

from swarmlab.engine.errors import InvalidParameter, NotImplementedHere
from swarmlab.engine.host.files import Files
from swarmlab.engine.programs.busybox import SMALL_PROGRAMS
from swarmlab.engine.programs.file_tools import FILE_TOOLS
from swarmlab.engine.programs.network_tools import NETWORK_TOOLS
from swarmlab.engine.programs.processes import Program
from swarmlab.engine.programs.servers.busybox_httpd import BUSYBOX_HTTPD
from swarmlab.engine.programs.servers.entrypoints import HELLO, entrypoint
from swarmlab.engine.programs.servers.httpd import HTTPD
from swarmlab.engine.programs.servers.mysql import MARIADB_ADMIN, MARIADBD, MYSQLADMIN, MYSQLD
from swarmlab.engine.programs.servers.nginx import NGINX
from swarmlab.engine.programs.servers.postgres import PG_ISREADY, POSTGRES
from swarmlab.engine.programs.servers.python import PYTHONS
from swarmlab.engine.programs.servers.redis import REDIS, REDIS_CLI
from swarmlab.engine.programs.servers.registry import REGISTRY
from swarmlab.engine.programs.servers.whoami import WHOAMI
from swarmlab.engine.programs.shell import DEBIAN_SHELLS, SHELLS, script_of
from swarmlab.engine.programs.shell_syntax import parse
from swarmlab.engine.programs.shell_words import ShellSyntaxError
from swarmlab.engine.programs.system_tools import SYSTEM_TOOLS
from swarmlab.engine.programs.text_tools import TEXT_TOOLS
from swarmlab.engine.programs.web_clients import CURL, WGET

_KNOWN_APPLETS = frozenset(
    """adduser arch arp awk base64 bc chgrp chmod chown chroot cmp crond dd deluser diff dig dmesg du egrep expand fold
    gunzip gzip ifconfig install ip killall less ln logger login md5sum mkfifo mktemp more mount nice nohup od
    paste pgrep pidof pkill readlink realpath reboot route sha1sum sha256sum shuf split stat stty su sync tar telnet
    traceroute tty umount unzip usleep vi watch which yes apk""".split()
)
"""What alpine has and this engine does not simulate."""

_APPLETS = (*TEXT_TOOLS, *SYSTEM_TOOLS, *NETWORK_TOOLS, *FILE_TOOLS, WGET, BUSYBOX_HTTPD)

_SERVED: Mapping[str, Program] = {
    program.name: program
    for program in (
        *(NGINX, HTTPD, WHOAMI, REDIS, REDIS_CLI, POSTGRES, PG_ISREADY, REGISTRY, HELLO, CURL, WGET, *PYTHONS),
        *(MYSQLD, MYSQLADMIN, MARIADBD, MARIADB_ADMIN),
    )
}
"""What images bring beyond what they are built on."""

BUSYBOX: Mapping[str, Program] = {**SMALL_PROGRAMS, **{each.name: each for each in _APPLETS}, **SHELLS}
_DEBIAN_LACKS = frozenset("ash free httpd kill nc netstat nslookup ping ps top uptime wget".split())
DEBIAN: Mapping[str, Program] = {
    **{name: each for name, each in BUSYBOX.items() if name not in _DEBIAN_LACKS},
    **DEBIAN_SHELLS,
}

BASES: Mapping[str, Mapping[str, Program]] = {"busybox": BUSYBOX, "debian": DEBIAN, "scratch": {}}
"""The programs of what images are built on."""

_ENTRYPOINTS = frozenset({"docker-entrypoint.sh", "entrypoint.sh"})


@cache
def programs_of(base: str, servers: tuple[str, ...]) -> Mapping[str, Program]:
    """Every program of an image that is built on `base` and brings `servers`."""
    return {**BASES[base], **{name: _SERVED[name] for name in servers}}


RUNC_CREATE = (
    "failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: "
)
NOT_FOUND, NOT_INVOKABLE = 127, 126


class StartFailed(InvalidParameter):
    """The container's process could not be started: the `reason`, and the exit `code` that the container shows.

    Source: moby daemon/errors.go, startInvalidConfigError, which is answered with 400.
    """

    def __init__(self, reason: str, code: int) -> None:
        super().__init__(f"{RUNC_CREATE}unable to start container process: error during container init: {reason}")
        self.reason = reason
        self.code = code


def find_program(
    command: tuple[str, ...], programs: Mapping[str, Program], files: Callable[[], Files], directory: str
) -> Program:
    """The program that a command means; `files` and `directory` are what it finds in its container.

    Raises:
        StartFailed: the image has no such program. Texts recorded from 28.5.2.
    """
    name = command[0]
    folder, slash, plain = name.rpartition("/")
    if plain in _ENTRYPOINTS and (begun := entrypoint(name, command[1:], programs)) is not None:
        return begun
    if name in programs:
        return programs[name]
    if folder in ("/bin", "/usr/bin", "/sbin", "/usr/sbin", "/usr/local/bin") and plain in programs:
        return programs[plain]
    if slash:
        raise _not_run(name, files(), name if name.startswith("/") else f"{directory.rstrip('/')}/{name}")
    raise StartFailed(f'exec: "{name}": executable file not found in $PATH', NOT_FOUND)


def _not_run(name: str, files: Files, path: str) -> StartFailed:
    """What lies there instead of a program. Of a directory the engine says what older ones said of it, too.

    Source: Go, os/exec LookPath; moby daemon/errors.go, setExitCodeFromError.
    """
    whole = normpath(path)
    if files.is_directory(whole):
        return StartFailed(f'exec: "{name}": is a directory: permission denied', NOT_INVOKABLE)
    if files.is_file(whole):
        return StartFailed(f'exec: "{name}": permission denied', NOT_INVOKABLE)
    return StartFailed(f'exec: "{name}": stat {name}: no such file or directory', NOT_FOUND)


def check_simulated(command: tuple[str, ...], programs: Mapping[str, Program]) -> None:
    """Refuse a command that a real engine would run and this one cannot.

    Raises:
        NotImplementedHere: naming what is missing.
    """
    name = command[0].rpartition("/")[2]
    if name not in programs and programs and name in _KNOWN_APPLETS:
        raise NotImplementedHere(f"the embedded engine does not simulate the program {name}")
    is_shell = name in programs and programs[name] in (*SHELLS.values(), *DEBIAN_SHELLS.values())
    script = script_of(command) if is_shell else None
    if script is not None:
        with suppress(ShellSyntaxError):  # the shell says so itself when it runs
            parse(script)
