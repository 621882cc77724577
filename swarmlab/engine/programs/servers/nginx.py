"""The program `nginx`: a server of files with an access log. Source: nginx 1.27, its image's entrypoint; recorded.

Simplification: its configuration is the image's own; a changed one is not read.
"""

from __future__ import annotations

from swarmlab.engine.programs.busybox import KERNEL
from swarmlab.engine.programs.connections import Call
from swarmlab.engine.programs.http import REASONS, HttpRequest, HttpResponse, http_date
from swarmlab.engine.programs.processes import Context, Program, Run, Signal
from swarmlab.engine.programs.servers.serving import ENDS, common_log, now, read_page, serve_until_signal, speak_http

ROOT = "/usr/share/nginx/html"
_PORT = 80
_NUMBERS = {"SIGQUIT": 3, "SIGTERM": 15, "SIGINT": 2}
_WORKERS = (30, 31)

WELCOME = """\
<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href="http://nginx.org/">nginx.org</a>.<br/>
Commercial support is available at
<a href="http://nginx.com/">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
"""

_ENTRYPOINT = """\
/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration
/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/
/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh
10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf
10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf
/docker-entrypoint.sh: Sourcing /docker-entrypoint.d/15-local-resolvers.envsh
/docker-entrypoint.sh: Launching /docker-entrypoint.d/20-envsubst-on-templates.sh
/docker-entrypoint.sh: Launching /docker-entrypoint.d/30-tune-worker-processes.sh
/docker-entrypoint.sh: Configuration complete; ready for start up
"""


def announce(context: Context) -> None:
    """What the image's entrypoint says before it becomes nginx."""
    if not context.environment.get("NGINX_ENTRYPOINT_QUIET_LOGS"):
        context.write("stdout", _ENTRYPOINT)


def _run(context: Context) -> Run:
    words = context.arguments[1:]
    if words in (("-v",), ("-V",)):
        context.complain(f"nginx version: nginx/{_version(context)}")
        return 0
    if words == ("-t",):
        context.complain("nginx: the configuration file /etc/nginx/nginx.conf syntax is ok")
        context.complain("nginx: configuration file /etc/nginx/nginx.conf test is successful")
        return 0
    server = _Server(context)
    serve = speak_http(server.answer)
    if not context.network.listen(_PORT, serve):
        stamp = now(context, "%Y/%m/%d %H:%M:%S")
        context.complain(f"{stamp} [emerg] 1#1: bind() to 0.0.0.0:{_PORT} failed (98: Address already in use)")
        return 1
    server.begin()
    try:
        return (yield from serve_until_signal(context, _PORT))
    except Signal as signal:
        server.end(signal.name)
    return 0


def _version(context: Context) -> str:
    return context.environment.get("NGINX_VERSION", "1.27.3")


class _Server:
    """A running nginx."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._version = _version(context)
        self._connections = 0

    def begin(self) -> None:
        """Say what it is."""
        compiler = "gcc 13.2.1 20240309 (Alpine 13.2.1_git20240309)"
        if "alpine" not in self._context.environment.get("PKG_RELEASE", "alpine"):
            compiler = "gcc 12.2.0 (Debian 12.2.0-14)"
        self._notice('using the "epoll" event method', f"nginx/{self._version}", f"built by {compiler}")
        self._notice(f"OS: Linux {KERNEL}", "getrlimit(RLIMIT_NOFILE): 1048576:1048576", "start worker processes")
        self._notice(*(f"start worker process {number}" for number in _WORKERS))

    def end(self, signal: str) -> None:
        """Say why it ends."""
        what = "gracefully shutting down" if signal == "SIGQUIT" else "exiting"
        self._notice(f"signal {_NUMBERS[signal]} ({signal}) received, {what}")
        for worker in _WORKERS:
            self._say(f"[notice] {worker}#{worker}: {what}")
        for worker in _WORKERS:
            self._notice(f"worker process {worker} exited with code 0")
        self._notice("exit")

    def _notice(self, *notices: str) -> None:
        for notice in notices:
            self._say(f"[notice] 1#1: {notice}")

    def _say(self, text: str) -> None:
        self._context.complain(f"{now(self._context, '%Y/%m/%d %H:%M:%S')} {text}")

    def answer(self, request: HttpRequest, call: Call) -> HttpResponse:
        """A page, and a line in the access log."""
        self._connections += 1
        response = self._page(request, call)
        agent, referer = request.header("User-Agent") or "-", request.header("Referer") or "-"
        line = common_log(self._context, request, call, response)
        self._context.print(f'{line} "{referer}" "{agent}" "-"')
        return response

    def _page(self, request: HttpRequest, call: Call) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self._response(405, _error_page(405, self._version))
        if request.path == "/50x.html" or (page := read_page(self._context, ROOT, request.path)) is None:
            return self._missing(request, call)
        text, type_ = page
        return self._response(200, text, type_)

    def _missing(self, request: HttpRequest, call: Call) -> HttpResponse:
        path = request.path.partition("?")[0]
        folder = path.endswith("/") and self._context.files.is_directory(ROOT + path)
        reason = (
            f'directory index of "{ROOT}{path}" is forbidden'
            if folder
            else f'open() "{ROOT}{path}" failed (2: No such file or directory)'
        )
        worker = _WORKERS[0]
        self._say(
            f"[error] {worker}#{worker}: *{self._connections} {reason}, client: {call.source}, server: localhost, "
            f'request: "{request.line}", host: "{request.header("Host")}"'
        )
        code = 403 if folder else 404
        return self._response(code, _error_page(code, self._version))

    def _response(self, status: int, body: str, type_: str = "text/html") -> HttpResponse:
        headers = {
            "Server": f"nginx/{self._version}",
            "Date": http_date(self._context.clock.now),
            "Content-Type": type_,
            "Connection": "close",
        }
        return HttpResponse(status=status, body=body, headers=headers)


def _error_page(status: int, version: str) -> str:
    text = f"{status} {REASONS[status]}"
    return (
        f"<html>\r\n<head><title>{text}</title></head>\r\n<body>\r\n<center><h1>{text}</h1></center>\r\n"
        f"<hr><center>nginx/{version}</center>\r\n</body>\r\n</html>\r\n"
    )


NGINX = Program(name="nginx", run=_run, handles=ENDS)
