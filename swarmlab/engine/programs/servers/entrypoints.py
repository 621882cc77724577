"""The scripts that images begin with: each says or checks something and becomes the program that it was given.

And the program of hello-world, which is a text.

Owns no state. Source: the images' docker-entrypoint.sh.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from swarmlab.engine.programs.busybox import at_once
from swarmlab.engine.programs.processes import Context, Program, Run
from swarmlab.engine.programs.servers import mysql, nginx, postgres

Prelude = Callable[[Context], int | None]
"""What a script does first; a number is the code that it ends with instead of going on."""


_HELLO = """
Hello from Docker!
This message shows that your installation appears to be working correctly.

To generate this message, Docker took the following steps:
 1. The Docker client contacted the Docker daemon.
 2. The Docker daemon pulled the "hello-world" image from the Docker Hub.
    (amd64)
 3. The Docker daemon created a new container from that image which runs the
    executable that produces the output you are currently reading.
 4. The Docker daemon streamed that output to the Docker client, which sent it
    to your terminal.

To try something more ambitious, you can run an Ubuntu container with:
 $ docker run -it ubuntu bash

Share images, automate workflows, and more with a free Docker ID:
 https://hub.docker.com/

For more examples and ideas, visit:
 https://docs.docker.com/get-started/

"""


def _say_hello(context: Context) -> int:
    context.write("stdout", _HELLO)
    return 0


HELLO = at_once("/hello", _say_hello)


def _nginx(context: Context) -> None:
    if context.arguments[0] in ("nginx", "nginx-debug"):
        nginx.announce(context)


def _nothing(_: Context) -> None:
    """Most scripts only change the user that the program runs as."""


_PRELUDES: Mapping[str, Prelude] = {
    "nginx": _nginx,
    "postgres": postgres.check_settings,
    "mysqld": mysql.check_settings,
    "mariadbd": mysql.check_settings,
}


def entrypoint(script: str, command: tuple[str, ...], programs: Mapping[str, Program]) -> Program | None:
    """The script of an image as it will run `command`; None where there is no such program.

    Signals are those of the program that it becomes. What is no program is an argument of the image's own server.
    """
    server = next((name for name in _SERVERS if name in programs), "")
    is_option = bool(server and command and command[0].startswith("-"))
    if is_option or (server in _TAKES_ANYTHING and (not command or command[0] not in programs)):
        command = (server, *command)
    inner = programs.get(command[0].rpartition("/")[2]) if command else None
    if inner is None:
        return None
    prelude = _PRELUDES.get(server, _nothing)

    def run(context: Context) -> Run:
        context = replace(context, arguments=command)
        code = prelude(context)
        return (yield from inner.run(context)) if code is None else code

    return Program(name=script, run=run, handles=inner.handles, minds_keys=inner.minds_keys, traps=inner.traps)


_SERVERS = ("nginx", "redis-server", "postgres", "mysqld", "mariadbd", "registry", "curl")
_TAKES_ANYTHING = ("registry", "curl")
