"""The program `python`, as far as `-m http.server`. Source: CPython Lib/http/server.py.

As real Python it keeps its output back where it is no terminal: what the server says at its start shows at its end,
or at once with PYTHONUNBUFFERED. Its access log is on standard error and shows at once.
"""

from __future__ import annotations

from swarmlab.engine.programs.busybox import not_simulated
from swarmlab.engine.programs.connections import Call
from swarmlab.engine.programs.http import HttpRequest, HttpResponse, http_date
from swarmlab.engine.programs.processes import Context, Program, Run, Signal
from swarmlab.engine.programs.servers.serving import now, read_page, serve_until_signal, speak_http

_NOT_FOUND = """\
<!DOCTYPE HTML>
<html lang="en">
    <head>
        <meta charset="utf-8">
        <title>Error response</title>
    </head>
    <body>
        <h1>Error response</h1>
        <p>Error code: 404</p>
        <p>Message: File not found.</p>
        <p>Error code explanation: 404 - Nothing matches the given URI.</p>
    </body>
</html>
"""


def _run(context: Context) -> Run:
    version = context.environment.get("PYTHON_VERSION", "3.13.0")
    match context.arguments[1:]:
        case ("--version" | "-V",):
            context.print(f"Python {version}")
            return 0
        case ("-m", "http.server", *rest) if len(rest) <= 1 and all(word.isdigit() for word in rest):
            return (yield from _serve(context, int(rest[0]) if rest else 8000, version))
        case () if not context.terminal:
            return 0
    return not_simulated(context, " ".join(context.arguments[1:]) or "an interactive session")


def _serve(context: Context, port: int, version: str) -> Run:
    def answer(request: HttpRequest, call: Call) -> HttpResponse:
        response = _page(context, version, request)
        stamp = now(context, "%d/%b/%Y %H:%M:%S")
        context.complain(f'{call.source} - - [{stamp}] "{request.line}" {response.status} -')
        return response

    serve = speak_http(answer)
    if not context.network.listen(port, serve):
        context.complain("OSError: [Errno 98] Address already in use")
        return 1
    announced = context.terminal or bool(context.environment.get("PYTHONUNBUFFERED"))
    greeting = f"Serving HTTP on 0.0.0.0 port {port} (http://0.0.0.0:{port}/) ..."
    if announced:
        context.print(greeting)
    try:
        return (yield from serve_until_signal(context, port))
    except Signal:
        if not announced:
            context.print(greeting)
        context.print("\nKeyboard interrupt received, exiting.")
    return 0


def _page(context: Context, version: str, request: HttpRequest) -> HttpResponse:
    headers = {"Server": f"SimpleHTTP/0.6 Python/{version}", "Date": http_date(context.clock.now)}
    found = read_page(context, context.working_dir.rstrip("/"), request.path)
    if found is not None:
        return HttpResponse(status=200, body=found[0], headers={**headers, "Content-type": found[1]})
    folder = context.working_dir.rstrip("/") + request.path.partition("?")[0]
    headers["Content-type"] = "text/html;charset=utf-8"
    if not context.files.is_directory(folder):
        return HttpResponse(status=404, body=_NOT_FOUND, headers=headers)
    return HttpResponse(status=200, body=_listing(context, folder, request.path), headers=headers)


def _listing(context: Context, folder: str, path: str) -> str:
    title = f"Directory listing for {path}"
    names = [
        name + ("/" if context.files.is_directory(f"{folder.rstrip('/')}/{name}") else "")
        for name in context.files.list(folder)
    ]
    items = "".join(f'<li><a href="{name}">{name}</a></li>\n' for name in names)
    return (
        '<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<style type="text/css">\n:root {\n'
        f"color-scheme: light dark;\n}}\n</style>\n<title>{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n<hr>\n"
        f"<ul>\n{items}</ul>\n<hr>\n</body>\n</html>\n"
    )


PYTHONS = tuple(Program(name=name, run=_run, handles=frozenset({"SIGINT"})) for name in ("python", "python3"))
