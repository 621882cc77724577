"""The program `whoami` of traefik: says who answers. Source: github.com/traefik/whoami app.go, v1.10.

Simplification: `/data`, `/echo`, TLS and gRPC are not there.
"""

from __future__ import annotations

import json
from contextlib import suppress

from swarmlab.engine.programs.connections import Call
from swarmlab.engine.programs.http import HttpRequest, HttpResponse, http_date
from swarmlab.engine.programs.processes import Context, Program, Run, Signal
from swarmlab.engine.programs.servers.serving import now, serve_until_signal, speak_http

_ENDED_BY_SIGNAL = 2
"""Go's runtime ends a program that is process 1 with this code."""


def _run(context: Context) -> Run:
    options = _options(context)
    if options is None:
        return 2
    port = int(options["port"])
    server = _Whoami(context, name=options["name"], verbose=bool(options["verbose"]))
    serve = speak_http(server.answer)
    context.complain(f"{_stamp(context)} Starting up on port {port}")
    if not context.network.listen(port, serve):
        context.complain(f"{_stamp(context)} listen tcp :{port}: bind: address already in use")
        return 1
    with suppress(Signal):
        yield from serve_until_signal(context, port)
    return _ENDED_BY_SIGNAL


def _stamp(context: Context) -> str:
    return now(context, "%Y/%m/%d %H:%M:%S")


def _options(context: Context) -> dict[str, str] | None:
    """`--port 8080`, `--port=8080`, `--name x`, `--verbose`, over their environment variables."""
    environment = context.environment
    options = {
        "port": environment.get("WHOAMI_PORT_NUMBER", "80"),
        "name": environment.get("WHOAMI_NAME", ""),
        "verbose": "",
    }
    words = list(context.arguments[1:])
    while words:
        name, equals, value = words.pop(0).lstrip("-").partition("=")
        if name == "verbose":
            options["verbose"] = "yes"
        elif name in options and (equals or words):
            options[name] = value if equals else words.pop(0)
        else:
            context.complain(f"flag provided but not defined: -{name}")
            return None
    if not options["port"].isdigit():
        context.complain(f"{_stamp(context)} listen tcp: lookup tcp/{options['port']}: unknown port")
        return None
    return options


class _Whoami:
    """A running whoami; its `/health` answers with the code that was last posted there."""

    def __init__(self, context: Context, *, name: str, verbose: bool) -> None:
        self._context = context
        self._name = name
        self._verbose = verbose
        self._health = 200

    def answer(self, request: HttpRequest, call: Call) -> HttpResponse:
        """Who answers; or how it feels."""
        if self._verbose:
            stamp = now(self._context, "%d/%b/%Y:%H:%M:%S +0000")
            self._context.complain(f'{_stamp(self._context)} {call.source} - - [{stamp}] "{request.line}" - -')
        match request.path.partition("?")[0]:
            case "/health":
                return self._health_answer(request)
            case "/bench":
                return self._response(200, "1")
            case "/api":
                return self._response(200, self._as_json(request), "application/json")
        return self._response(200, self._as_text(request, call))

    def _health_answer(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return self._response(self._health, "")
        if not request.body.strip().isdigit():
            return self._response(400, f'strconv.Atoi: parsing "{request.body}": invalid syntax')
        self._health = int(request.body)
        self._context.print(f"Update health check status code [{self._health}]")
        return self._response(200, "")

    def _addresses(self) -> list[str]:
        return ["127.0.0.1", "::1", *self._context.network.addresses()]

    def _as_text(self, request: HttpRequest, call: Call) -> str:
        lines = [f"Name: {self._name}"] if self._name else []
        lines.append(f"Hostname: {self._context.hostname}")
        lines += [f"IP: {address}" for address in self._addresses()]
        lines.append(f"RemoteAddr: {call.source}:{call.source_port}")
        headers = {name: request.header(name) for name in ("Host", "User-Agent")}
        others = {name: value for name, value in sorted(request.headers.items()) if name not in headers}
        shown = "".join(f"{name}: {value}\r\n" for name, value in {**headers, **others}.items() if value)
        return "\n".join(lines) + f"\n{request.line}\r\n{shown}\r\n"

    def _as_json(self, request: HttpRequest) -> str:
        content = {
            "hostname": self._context.hostname,
            "ip": self._addresses(),
            "headers": {name: [value] for name, value in sorted(request.headers.items()) if name != "Host"},
            "url": request.path,
            "host": request.header("Host"),
            "method": request.method,
            **({"name": self._name} if self._name else {}),
        }
        return json.dumps(content, separators=(",", ":")) + "\n"

    def _response(self, status: int, body: str, type_: str = "text/plain; charset=utf-8") -> HttpResponse:
        headers = {"Date": http_date(self._context.clock.now), "Content-Type": type_}
        return HttpResponse(status=status, body=body, headers=headers)


WHOAMI = Program(name="/whoami", run=_run, handles=frozenset({"SIGTERM", "SIGINT", "SIGHUP"}))
