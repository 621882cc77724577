"""The program `registry`: answers that it is there and has no repositories. Source: distribution 2.8.

Simplification: nothing can be pushed to it or pulled from it.
"""

from __future__ import annotations

import json
from contextlib import suppress

from swarmlab.engine.programs.connections import Call
from swarmlab.engine.programs.http import HttpRequest, HttpResponse, http_date
from swarmlab.engine.programs.processes import Context, Program, Run, Signal
from swarmlab.engine.programs.servers.serving import common_log, now, serve_until_signal, speak_http

_PORT = 5000
_ENDED_BY_SIGNAL = 2


def _run(context: Context) -> Run:
    def answer(request: HttpRequest, call: Call) -> HttpResponse:
        response = _page(context, request)
        line = common_log(context, request, call, response)
        context.print(f'{line} "" "{request.header("User-Agent")}"')
        return response

    _log(context, "redis not configured")
    _log(context, "using inmemory blob descriptor cache")
    serve = speak_http(answer)
    if not context.network.listen(_PORT, serve):
        _log(context, f"listen tcp :{_PORT}: bind: address already in use", level="fatal")
        return 1
    _log(context, f"listening on [::]:{_PORT}")
    with suppress(Signal):
        yield from serve_until_signal(context, _PORT)
    return _ENDED_BY_SIGNAL


def _log(context: Context, text: str, level: str = "info") -> None:
    version = context.environment.get("REGISTRY_VERSION", "2.8.3")
    stamp = now(context, "%Y-%m-%dT%H:%M:%S.%fZ")
    context.complain(
        f'time="{stamp}" level={level} msg="{text}" go.version=go1.20.8 service=registry version={version}'
    )


def _page(context: Context, request: HttpRequest) -> HttpResponse:
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Docker-Distribution-Api-Version": "registry/2.0",
        "Date": http_date(context.clock.now),
    }
    match request.path.rstrip("/"):
        case "/v2":
            return HttpResponse(status=200, body="{}", headers=headers)
        case "/v2/_catalog":
            return HttpResponse(status=200, body=json.dumps({"repositories": []}) + "\n", headers=headers)
    return HttpResponse(status=404, body="404 page not found\n", headers=headers)


REGISTRY = Program(name="registry", run=_run, handles=frozenset({"SIGTERM", "SIGINT"}))
