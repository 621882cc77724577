"""What every server does: listen until a signal ends it, and look for files. Owns no state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from swarmlab.engine.host.files import NoSuchFile
from swarmlab.engine.programs.connections import Call, Serve
from swarmlab.engine.programs.http import HttpRequest, HttpResponse, parse_request
from swarmlab.engine.programs.processes import Context, Run

Answer = Callable[[HttpRequest, Call], HttpResponse]
ENDS = frozenset({"SIGTERM", "SIGINT", "SIGQUIT"})

_TYPES: Mapping[str, str] = {
    "html": "text/html",
    "css": "text/css",
    "js": "application/javascript",
    "json": "application/json",
    "txt": "text/plain",
}


def serve_until_signal(context: Context, port: int) -> Run:
    """Go on listening on a port until the end; a signal that the program handles is raised here."""
    try:
        while True:
            yield None
    finally:
        context.network.close(port)


def speak_http(answer: Answer) -> Serve:
    """A server of HTTP, from what answers one request."""

    def serve(call: Call) -> str:
        request = parse_request(call.text)
        if request is None:
            return HttpResponse(status=400).text
        response = answer(request, call)
        return response.text if request.method != "HEAD" else response.text.partition("\r\n\r\n")[0] + "\r\n\r\n"

    return serve


def now(context: Context, pattern: str) -> str:
    """The moment, as a log shows it."""
    return datetime.fromtimestamp(context.clock.now, UTC).strftime(pattern)


def read_page(context: Context, root: str, path: str) -> tuple[str, str] | None:
    """The file that a path means, and its type; None where there is none. A folder means its `index.html`."""
    inner = path.partition("?")[0]
    whole = root + inner + ("index.html" if inner.endswith("/") else "")
    try:
        text = context.files.read(whole)
    except NoSuchFile:
        return None
    return text, _TYPES.get(whole.rpartition(".")[2], "application/octet-stream")


def common_log(context: Context, request: HttpRequest, call: Call, response: HttpResponse) -> str:
    """A line of the common log format."""
    stamp = now(context, "%d/%b/%Y:%H:%M:%S +0000")
    return f'{call.source} - - [{stamp}] "{request.line}" {response.status} {len(response.body.encode())}'
