"""The program `httpd-foreground`: Apache's server of files. Source: httpd 2.4, its image; recorded lines.

Simplification: its configuration is the image's own; a changed one is not read.
"""

from __future__ import annotations

from swarmlab.engine.programs.connections import Call
from swarmlab.engine.programs.http import HttpRequest, HttpResponse, http_date
from swarmlab.engine.programs.processes import Context, Program, Run, Signal
from swarmlab.engine.programs.servers.serving import ENDS, common_log, now, read_page, serve_until_signal, speak_http

ROOT = "/usr/local/apache2/htdocs"
WELCOME = "<html><body><h1>It works!</h1></body></html>\n"
_PORT = 80
_NAMELESS = (
    "AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using {}. "
    "Set the 'ServerName' directive globally to suppress this message"
)
_ERROR_PAGE = (
    '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>{0}</title>\n</head><body>\n'
    "<h1>{1}</h1>\n<p>{2}</p>\n</body></html>\n"
)


def _run(context: Context) -> Run:
    version = context.environment.get("HTTPD_VERSION", "2.4.62")

    def answer(request: HttpRequest, call: Call) -> HttpResponse:
        response = _page(context, version, request)
        context.print(common_log(context, request, call, response))
        return response

    address = next(iter(context.network.addresses()), "127.0.0.1")
    for _ in range(2):
        context.complain(_NAMELESS.format(address))
    serve = speak_http(answer)
    if not context.network.listen(_PORT, serve):
        context.complain("(98)Address already in use: AH00072: make_sock: could not bind to address 0.0.0.0:80")
        return 1
    _notice(context, f"AH00489: Apache/{version} (Unix) configured -- resuming normal operations", "mpm_event")
    _notice(context, "AH00094: Command line: 'httpd -D FOREGROUND'", "core")
    try:
        return (yield from serve_until_signal(context, _PORT))
    except Signal as signal:
        if signal.name == "SIGWINCH":
            _notice(context, "AH00492: caught SIGWINCH, shutting down gracefully", "mpm_event")
        else:
            _notice(context, "AH00491: caught SIGTERM, shutting down", "mpm_event")
    return 0


def _notice(context: Context, text: str, module: str) -> None:
    context.complain(f"[{now(context, '%a %b %d %H:%M:%S.%f %Y')}] [{module}:notice] [pid 1:tid 1] {text}")


def _page(context: Context, version: str, request: HttpRequest) -> HttpResponse:
    headers = {"Date": http_date(context.clock.now), "Server": f"Apache/{version} (Unix)", "Connection": "close"}
    found = read_page(context, ROOT, request.path)
    if found is None:
        text = "The requested URL was not found on this server."
        body = _ERROR_PAGE.format("404 Not Found", "Not Found", text)
        return HttpResponse(status=404, body=body, headers={**headers, "Content-Type": "text/html; charset=iso-8859-1"})
    return HttpResponse(status=200, body=found[0], headers={**headers, "Content-Type": found[1]})


HTTPD = Program(name="httpd-foreground", run=_run, handles=ENDS | {"SIGWINCH"})
