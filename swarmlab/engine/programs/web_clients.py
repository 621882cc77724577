"""The programs that ask web servers: `wget` as busybox has it, `curl`. Own no state.

Source: busybox 1.36 networking/wget.c, texts recorded from 1.35; curl 8.11.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace

from swarmlab.engine.programs.busybox import absolute
from swarmlab.engine.programs.connections import TIMED_OUT, Ending, Exchange
from swarmlab.engine.programs.http import HttpRequest, HttpResponse, Url, parse_response, parse_url
from swarmlab.engine.programs.options import Options, UnknownOption, parse_options
from swarmlab.engine.programs.processes import Context, Program, Run

_MAX_REDIRECTS = 5

Asking = Generator[float | None, None, Exchange]


def _ask(context: Context, address: str, url: Url, request: HttpRequest, limit_s: float | None) -> Asking:
    """Send a request; whoever waits longer than the limit sees a time-out."""
    exchange = context.network.connect(address, url.port, request.text)
    if limit_s is not None and exchange.takes_s > limit_s:
        yield limit_s
        return replace(TIMED_OUT, takes_s=limit_s)
    yield exchange.takes_s
    return exchange


def _pick(context: Context, addresses: list[str]) -> str:
    """Docker's resolver shuffles the addresses of a name that has several."""
    return addresses[0] if len(addresses) == 1 else context.chance.choice(addresses)


# --- wget ----------------------------------------------------------------------------------------------------------

_WGET_FLAGS = ("-q", "-S", "-c", "--spider", "--no-check-certificate", "--quiet")
_WGET_VALUED = ("-O", "-T", "-U", "-P", "-Y", "-o", "-t", "--header", "--post-data", "--timeout", "--output-document")
_WGET_USAGE = """\
BusyBox v1.36.1 multi-call binary.

Usage: wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]
\t[--post-data STR | --post-file FILE] [-Y on/off]
\t[--no-check-certificate] [-P DIR] [-U AGENT] [-T SEC] URL...

Retrieve files via HTTP or FTP"""


def _wget(context: Context) -> Run:
    try:
        options = parse_options(context.arguments[1:], _WGET_FLAGS, _WGET_VALUED)
    except UnknownOption as option:
        context.complain(f"wget: unrecognized option: {str(option).lstrip('-')}\n{_WGET_USAGE}")
        return 1
    if not options.words:
        context.complain(_WGET_USAGE)
        return 1
    code = 0
    for text in options.words:
        code = code or (yield from _Wget(context, options).fetch(text))
    return code


class _Wget:
    """One address that wget fetches."""

    def __init__(self, context: Context, options: Options) -> None:
        self._context = context
        self._options = options
        self._quiet = options.has("-q", "--quiet")

    def _say(self, text: str) -> None:
        if not self._quiet:
            self._context.complain(text)

    def _fail(self, text: str) -> int:
        self._context.complain(f"wget: {text}")
        return 1

    def fetch(self, text: str) -> Run:
        """Fetch what a URL means, and keep it as the options say."""
        url = parse_url(text)
        if url is None:
            return self._fail(f"not an http or ftp url: {text}")
        target = self._target(url)
        if target != "-" and not self._options.value("-O", "--output-document") and self._exists(target):
            self._say(self._connecting(url, self._first_address(url)))
            return self._fail(f"can't open '{target}': File exists")
        for _ in range(_MAX_REDIRECTS):
            addresses = self._context.network.resolve(url.host)
            if not addresses:
                return self._fail(f"bad address '{url.host}'")
            address = _pick(self._context, addresses)
            self._say(self._connecting(url, address))
            limit_s = self._options.seconds("-T", "--timeout")
            exchange = yield from _ask(self._context, address, url, self._request(url), limit_s)
            if not exchange.answered:
                if exchange.ending is Ending.TIMED_OUT and limit_s is not None:
                    return self._fail("download timed out")
                return self._fail(f"can't connect to remote host ({address}): {exchange.ending.value}")
            response = parse_response(exchange.text)
            if response is None:
                return self._fail("error getting response")
            moved = parse_url(response.headers.get("Location", "")) if response.status in (301, 302) else None
            if moved is None:
                return self._keep(response, target)
            url = moved
        return self._fail("too many redirections")

    def _first_address(self, url: Url) -> str:
        return next(iter(self._context.network.resolve(url.host)), "")

    @staticmethod
    def _connecting(url: Url, address: str) -> str:
        return f"Connecting to {url.authority} ({address}:{url.port})"

    def _request(self, url: Url) -> HttpRequest:
        given = dict(line.split(": ", 1) for line in self._options.values.get("--header", []) if ": " in line)
        data = self._options.value("--post-data")
        posted = "--post-data" in self._options.values
        form = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(data))} if posted else {}
        agent = self._options.value("-U") or "Wget"
        headers = {"Host": url.authority, "User-Agent": agent, "Connection": "close", **form, **given}
        return HttpRequest(method="POST" if posted else "GET", path=url.path, headers=headers, body=data)

    def _target(self, url: Url) -> str:
        name = url.path.partition("?")[0].rpartition("/")[2] or "index.html"
        folder = self._options.value("-P")
        return self._options.value("-O", "--output-document") or (f"{folder.rstrip('/')}/{name}" if folder else name)

    def _exists(self, path: str) -> bool:
        folder, _, name = absolute(self._context, path).rpartition("/")
        return self._context.files.is_directory(folder or "/") and name in self._context.files.list(folder or "/")

    def _keep(self, response: HttpResponse, target: str) -> int:
        if self._options.has("-S"):
            self._context.complain(f"  {response.status_line}")
            for name, value in response.headers.items():
                self._context.complain(f"  {name}: {value}")
        if response.status >= 300:
            return self._fail(f"server returned error: {response.status_line}")
        if self._options.has("--spider"):
            self._say("remote file exists")
            return 0
        stdout = target == "-"
        self._say("writing to stdout" if stdout else f"saving to '{target}'")
        if stdout:
            self._context.write("stdout", response.body)
        else:
            self._context.files.write(absolute(self._context, target), response.body)
        name, size = target.rpartition("/")[2], len(response.body.encode())
        self._say(f"{name[:20]:20} 100% |{'*' * 32}| {_short(size):>5}  0:00:00 ETA")
        self._say("written to stdout" if stdout else f"'{target}' saved")
        return 0


def _short(size: int) -> str:
    return str(size) if size < 100_000 else f"{size // 1024}k"


# --- curl ----------------------------------------------------------------------------------------------------------

_CURL_ALIASES: Mapping[str, str] = {
    "--silent": "-s",
    "--show-error": "-S",
    "--fail": "-f",
    "--include": "-i",
    "--head": "-I",
    "--location": "-L",
    "--max-time": "-m",
    "--output": "-o",
    "--write-out": "-w",
    "--request": "-X",
    "--data": "-d",
    "--header": "-H",
    "--user-agent": "-A",
    "--insecure": "-k",
}
_CURL_FLAGS = ("-s", "-S", "-f", "-i", "-I", "-L", "-k")
_CURL_VALUED = ("-m", "-o", "-w", "-X", "-d", "-H", "-A", "--connect-timeout", "--retry")
_METER = """\
  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current
                                 Dload  Upload   Total   Spent    Left  Speed
"""


def _curl(context: Context) -> Run:
    words = [_without_alias(word) for word in context.arguments[1:]]
    try:
        options = parse_options(words, _CURL_FLAGS, _CURL_VALUED)
    except UnknownOption as option:
        context.complain(f"curl: option {option}: is unknown\ncurl: try 'curl --help' for more information")
        return 2
    if not options.words:
        context.complain("curl: (2) no URL specified\ncurl: try 'curl --help' for more information")
        return 2
    code = 0
    for text in options.words:
        code = yield from _Curl(context, options).fetch(text)
    return code


def _without_alias(word: str) -> str:
    name, equals, value = word.partition("=")
    short = _CURL_ALIASES.get(name)
    return word if short is None else f"{short}{value}" if equals else short


class _Curl:
    """One address that curl fetches."""

    def __init__(self, context: Context, options: Options) -> None:
        self._context = context
        self._options = options
        self._metered = not options.has("-s") and not context.terminal

    def _fail(self, code: int, text: str) -> int:
        if not self._options.has("-s") or self._options.has("-S"):
            self._context.complain(f"curl: ({code}) {text}")
        return code

    def fetch(self, text: str) -> Run:
        """Fetch what a URL means, and show it as the options say."""
        url = parse_url(text)
        if url is None:
            return self._fail(3, "URL rejected: Malformed input to a URL function")
        limit_s = self._options.seconds("-m", "--connect-timeout")
        for _ in range(_MAX_REDIRECTS):
            addresses = self._context.network.resolve(url.host)
            if not addresses:
                return self._fail(6, f"Could not resolve host: {url.host}")
            exchange = yield from _ask(self._context, _pick(self._context, addresses), url, self._request(url), limit_s)
            if not exchange.answered:
                return self._not_connected(url, exchange, limited=limit_s is not None)
            response = parse_response(exchange.text)
            if response is None:
                return self._fail(52, "Empty reply from server")
            moved = parse_url(response.headers.get("Location", ""))
            if moved is None or not self._options.has("-L") or response.status not in (301, 302):
                return self._show(response, exchange)
            url = moved
        return self._fail(47, f"Maximum ({_MAX_REDIRECTS}) redirects followed")

    def _not_connected(self, url: Url, exchange: Exchange, *, limited: bool) -> int:
        took = f"{exchange.takes_s * 1000:.0f}"
        if exchange.ending is Ending.TIMED_OUT and limited:
            return self._fail(28, f"Connection timed out after {took} milliseconds")
        code = 28 if exchange.ending is Ending.TIMED_OUT else 7
        reason = "Could not connect to server"
        return self._fail(code, f"Failed to connect to {url.host} port {url.port} after {took} ms: {reason}")

    def _request(self, url: Url) -> HttpRequest:
        data = "&".join(self._options.values.get("-d", []))
        method = self._options.value("-X") or ("HEAD" if self._options.has("-I") else "POST" if data else "GET")
        form = {"Content-Length": str(len(data)), "Content-Type": "application/x-www-form-urlencoded"} if data else {}
        given = dict(line.split(": ", 1) for line in self._options.values.get("-H", []) if ": " in line)
        agent = self._options.value("-A") or "curl/8.11.0"
        headers = {"Host": url.authority, "User-Agent": agent, "Accept": "*/*", **form, **given}
        return HttpRequest(method=method, path=url.path, headers=headers, body=data)

    def _show(self, response: HttpResponse, exchange: Exchange) -> int:
        if self._metered and not self._options.has("-I"):
            self._show_meter(len(response.body.encode()))
        if self._options.has("-f") and response.status >= 400:
            return self._fail(22, f"The requested URL returned error: {response.status}")
        head = exchange.text.partition("\r\n\r\n")[0] + "\r\n\r\n" if self._options.has("-i", "-I") else ""
        self._write(head + response.body)
        form = self._options.value("-w")
        for name, value in (("http_code", str(response.status)), ("size_download", str(len(response.body.encode())))):
            form = form.replace(f"%{{{name}}}", value)
        self._context.write("stdout", form.replace("\\n", "\n"))
        return 0

    def _show_meter(self, size: int) -> None:
        line = f"100 {size:5}  100 {size:5}    0     0  {size // 2:5}      0 --:--:-- --:--:-- --:--:-- {size // 2:5}\n"
        self._context.write("stderr", _METER + "\r" + line)

    def _write(self, text: str) -> None:
        target = self._options.value("-o") or "-"
        if target == "-":
            self._context.write("stdout", text)
        elif target != "/dev/null":
            self._context.files.write(absolute(self._context, target), text)


WGET = Program(name="wget", run=_wget)
CURL = Program(name="curl", run=_curl)
