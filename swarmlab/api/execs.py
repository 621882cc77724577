"""`/containers/{id}/exec` and `/exec`. Source: moby daemon/server/router/container/exec.go."""

from __future__ import annotations

from collections.abc import Callable

from swarmlab.api.container_attach import check_size, content_type, encoder
from swarmlab.api.json_parts import text_in, texts_in
from swarmlab.api.messages import RAW, Answer, Encoded, Hijack, Request, Response, Stream, empty, json_response
from swarmlab.api.wire import Json, object_of
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import EngineError, InvalidParameter
from swarmlab.engine.host.execs import Exec, ExecConfig
from swarmlab.engine.host.keyboard import DetachKeys, detach_keys
from swarmlab.engine.host.logs import Attached
from swarmlab.engine.pending import Pending


def create(daemon: Daemon, request: Request) -> Answer:
    """Note a command that is to be run in a running container."""
    given = object_of(request.json(), "body")
    command = texts_in(given, "Cmd")
    if not command:
        raise InvalidParameter("No exec command specified")
    container = daemon.containers.find(request.parameters["id"])
    config = ExecConfig(
        command=command,
        tty=bool(given.get("Tty")),
        stdin=bool(given.get("AttachStdin")),
        stdout=bool(given.get("AttachStdout")),
        stderr=bool(given.get("AttachStderr")),
        env=texts_in(given, "Env"),
        working_dir=text_in(given, "WorkingDir"),
        user=text_in(given, "User"),
        privileged=bool(given.get("Privileged")),
        detach_keys=text_in(given, "DetachKeys"),
    )
    detach_keys(config.detach_keys)
    return json_response({"Id": daemon.containers.execs.create(container, config).id}, 201)


def start(daemon: Daemon, request: Request) -> Answer | Pending[Response]:
    """Run it: detached, or with its output and input over this connection."""
    given = object_of(request.json(), "body")
    execs = daemon.containers.execs
    exec_ = execs.find(request.parameters["id"])
    execs.check_startable(exec_)
    if given.get("Detach"):
        return execs.start(exec_).then(lambda done: empty())
    tty = bool(given.get("Tty"))  # how it is sent; whether there is a terminal was said before
    output = Attached(stdout=exec_.config.stdout or exec_.config.tty, stderr=exec_.config.stderr)
    if not exec_.started:
        exec_.listeners.append(output)
    begun = execs.start(exec_)
    begun.on_done(lambda: _tell_refusal(begun, output))
    flow = Encoded(output, encoder(tty=tty), close=output.close)

    def moves_time() -> bool:
        return exec_.running and not exec_.waits_for_keys

    if not request.headers.get("upgrade"):
        return Stream(flow=flow, content_type=RAW, moves_time=moves_time)
    return Hijack(
        flow=flow,
        content_type=content_type(request, tty=tty),
        receive=_receiver(exec_, output),
        receive_end=lambda: _end_of_input(exec_),
        moves_time=moves_time,
    )


def _tell_refusal(begun: Pending[None], output: Attached) -> None:
    """The head of the answer is out already: what went wrong is said in the output."""
    try:
        begun.result()
    except EngineError as error:
        output.ended = False
        output.hear("stdout", f"{error}\r\n")
        output.close()


def _receiver(exec_: Exec, output: Attached) -> Callable[[bytes], None]:
    keyboard = exec_.keyboard
    if keyboard is None or not exec_.config.stdin:
        return lambda _: None
    if not exec_.config.tty:
        return keyboard.receive
    return DetachKeys(detach_keys(exec_.config.detach_keys), keyboard.receive, output.close).receive


def _end_of_input(exec_: Exec) -> None:
    if exec_.keyboard is not None:
        exec_.keyboard.end()


def inspect(daemon: Daemon, request: Request) -> Answer:
    """What became of it."""
    return json_response(_details(daemon.containers.execs.find(request.parameters["id"])))


def _details(exec_: Exec) -> Json:
    config = exec_.config
    user = {"user": config.user} if config.user else {}
    return {
        "ID": exec_.id,
        "Running": exec_.running,
        "ExitCode": exec_.exit_code,
        "ProcessConfig": {
            "tty": config.tty,
            "entrypoint": config.command[0],
            "arguments": list(config.command[1:]),
            "privileged": config.privileged,
            **user,
        },
        "OpenStdin": config.stdin,
        "OpenStderr": config.stderr,
        "OpenStdout": config.stdout,
        "CanRemove": False,
        "ContainerID": exec_.container.id,
        "DetachKeys": _shown_keys(config.detach_keys),
        "Pid": exec_.pid,
    }


def _shown_keys(text: str) -> str:
    return detach_keys(text).decode("latin-1") if text else ""


def resize(daemon: Daemon, request: Request) -> Response:
    """The client's terminal has another size: nothing here depends on it."""
    check_size(request)
    daemon.containers.execs.find(request.parameters["id"])
    return empty()
