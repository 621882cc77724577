"""The program `httpd` of busybox: a server of files. Source: busybox 1.36 networking/httpd.c; recorded from 1.35.

Simplification: no scripts, no configuration file; without `-f` it is not simulated.
"""

from __future__ import annotations

from swarmlab.engine.programs.busybox import absolute, not_simulated
from swarmlab.engine.programs.connections import Call
from swarmlab.engine.programs.http import HttpRequest, HttpResponse, http_date
from swarmlab.engine.programs.options import UnknownOption, parse_options
from swarmlab.engine.programs.processes import Context, Program, Run
from swarmlab.engine.programs.servers.serving import read_page, serve_until_signal, speak_http

_NOT_FOUND = (
    "<HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD>\n<BODY><H1>404 Not Found</H1>\nThe requested URL was not found\n"
    "</BODY></HTML>\n"
)


def _run(context: Context) -> Run:
    try:
        options = parse_options(context.arguments[1:], ("-f", "-v", "-i"), ("-p", "-h"))
    except UnknownOption as option:
        return not_simulated(context, str(option))
    port = (options.value("-p") or "80").rpartition(":")[2]
    if not options.has("-f") or not port.isdigit():
        return not_simulated(context, " ".join(context.arguments[1:]) or "a server in the background")
    root = absolute(context, options.value("-h") or ".").rstrip("/")
    if not context.files.is_directory(root or "/"):
        context.complain(f"httpd: can't change directory to '{options.value('-h')}': No such file or directory")
        return 1

    def answer(request: HttpRequest, call: Call) -> HttpResponse:
        response = _page(context, root, request)
        if options.has("-v"):
            context.complain(f"[::ffff:{call.source}]:{call.source_port}: response:{response.status}")
        return response

    serve = speak_http(answer)
    if not context.network.listen(int(port), serve):
        context.complain("httpd: bind: Address already in use")
        return 1
    return (yield from serve_until_signal(context, int(port)))


def _page(context: Context, root: str, request: HttpRequest) -> HttpResponse:
    headers = {"Date": http_date(context.clock.now), "Connection": "close"}
    found = read_page(context, root, request.path)
    if found is None:
        return HttpResponse(status=404, body=_NOT_FOUND, headers={**headers, "Content-type": "text/html"})
    headers |= {"Content-type": found[1], "Accept-Ranges": "bytes"}
    return HttpResponse(status=200, body=found[0], headers=headers)


BUSYBOX_HTTPD = Program(name="httpd", run=_run)
