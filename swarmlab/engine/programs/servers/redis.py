"""The programs `redis-server` and `redis-cli`, with the commands that a lesson needs. Source: redis 7.4.

Simplification: strings and counters only; no expiry, no replicas, nothing on disk but what the log says.
"""

from __future__ import annotations

from collections.abc import Callable
from fnmatch import fnmatchcase

from swarmlab.engine.programs.connections import Call, Ending, Exchange
from swarmlab.engine.programs.processes import Context, Program, Run, Signal
from swarmlab.engine.programs.servers.serving import now, serve_until_signal

_PORT = 6379
_NIL = "$-1\r\n"
_OK = "+OK\r\n"


def _run(context: Context) -> Run:
    version = context.environment.get("REDIS_VERSION", "7.4.1")
    database = _Database()
    _say(context, "C", "*", "oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo")
    facts = f"Redis version={version}, bits=64, commit=00000000, modified=0, pid=1, just started"
    _say(context, "C", "*", facts)
    if len(context.arguments) == 1:
        _say(context, "C", "#", _NO_CONFIGURATION)
    if not context.network.listen(_PORT, database.serve):
        _say(
            context, "M", "#", f"Warning: Could not create server TCP listening socket *:{_PORT}: bind: Address in use"
        )
        return 1
    _say(context, "M", "*", "monotonic clock: POSIX clock_gettime")
    _say(context, "M", "*", f"Running mode=standalone, port={_PORT}.")
    _say(context, "M", "*", "Server initialized")
    _say(context, "M", "*", "Ready to accept connections tcp")
    try:
        return (yield from serve_until_signal(context, _PORT))
    except Signal as signal:
        context.print(f"1:signal-handler ({int(context.clock.now)}) Received {signal.name} scheduling shutdown...")
        _say(context, "M", "*", "User requested shutdown...")
        _say(context, "M", "*", "Saving the final RDB snapshot before exiting.")
        _say(context, "M", "*", "DB saved on disk")
        _say(context, "M", "#", "Redis is now ready to exit, bye bye...")
    return 0


_NO_CONFIGURATION = (
    "Warning: no config file specified, using the default config. In order to specify a config file use redis-server "
    "/path/to/redis.conf"
)


def _say(context: Context, role: str, level: str, text: str) -> None:
    stamp = now(context, "%d %b %Y %H:%M:%S.%f")[:-3]
    context.print(f"1:{role} {stamp} {level} {text}")


class _Database:
    """What is stored, and the commands on it."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._commands: dict[str, Callable[[list[str]], str]] = {
            "PING": lambda words: _bulk(words[0]) if words else "+PONG\r\n",
            "ECHO": lambda words: _bulk(words[0]),
            "SET": self._set,
            "GET": lambda words: _bulk(self._values.get(words[0])),
            "DEL": self._delete,
            "EXISTS": lambda words: _number(sum(key in self._values for key in words)),
            "INCR": lambda words: self._add(words[0], 1),
            "DECR": lambda words: self._add(words[0], -1),
            "INCRBY": lambda words: self._add(words[0], int(words[1])),
            "KEYS": self._keys,
            "DBSIZE": lambda _: _number(len(self._values)),
            "FLUSHALL": self._flush,
        }

    def serve(self, call: Call) -> str:
        """Answer an inline command."""
        if call.text.startswith(("GET /", "POST /", "HEAD /")):
            return ""  # Redis hangs up on what looks like HTTP.
        name, *words = call.text.strip().split(" ") or [""]
        command = self._commands.get(name.upper())
        if command is None:
            shown = "".join(f"'{word}' " for word in words)
            return f"-ERR unknown command '{name}', with args beginning with: {shown}\r\n"
        try:
            return command(words)
        except IndexError:
            return f"-ERR wrong number of arguments for '{name.lower()}' command\r\n"
        except ValueError:
            return "-ERR value is not an integer or out of range\r\n"

    def _set(self, words: list[str]) -> str:
        key, value = words[0], words[1]
        self._values[key] = value
        return _OK

    def _delete(self, words: list[str]) -> str:
        return _number(sum(self._values.pop(key, None) is not None for key in words))

    def _add(self, key: str, number: int) -> str:
        value = int(self._values.get(key, "0")) + number
        self._values[key] = str(value)
        return _number(value)

    def _keys(self, words: list[str]) -> str:
        found = [key for key in self._values if fnmatchcase(key, words[0])]
        return f"*{len(found)}\r\n" + "".join(map(_bulk, found))

    def _flush(self, _: list[str]) -> str:
        self._values.clear()
        return _OK


def _bulk(text: str | None) -> str:
    return _NIL if text is None else f"${len(text.encode())}\r\n{text}\r\n"


def _number(value: int) -> str:
    return f":{value}\r\n"


def _run_cli(context: Context) -> Run:
    """`redis-cli [-h HOST] [-p PORT] COMMAND …`."""
    words = list(context.arguments[1:])
    host, port = "127.0.0.1", _PORT
    while len(words) > 1 and words[0] in ("-h", "-p"):
        option, value = words.pop(0), words.pop(0)
        host, port = (value, port) if option == "-h" else (host, int(value) if value.isdigit() else 0)
    addresses = context.network.resolve(host)
    if not addresses:
        context.complain(f"Could not connect to Redis at {host}:{port}: Name or service not known")
        return 1
    exchange = context.network.connect(addresses[0], port, " ".join(words or ["PING"]))
    yield exchange.takes_s
    return _show(context, exchange, f"{host}:{port}")


def _show(context: Context, exchange: Exchange, where: str) -> int:
    if not exchange.answered:
        words = "Connection timed out" if exchange.ending is Ending.TIMED_OUT else exchange.ending.value
        context.complain(f"Could not connect to Redis at {where}: {words}")
        return 1
    for line in _shown(exchange.text, terminal=context.terminal):
        context.print(line)
    return 1 if exchange.text.startswith("-") else 0


def _shown(answer: str, *, terminal: bool) -> list[str]:
    """An answer's lines, as redis-cli prints them: with types at a terminal, else plain."""
    kind, rest = answer[:1], answer[1:].split("\r\n")
    match kind:
        case "+":
            return [rest[0]]
        case "-":
            return [f"(error) {rest[0]}" if terminal else rest[0]]
        case ":":
            return [f"(integer) {rest[0]}" if terminal else rest[0]]
        case "*":
            found = rest[2::2]
            return [f'{n}) "{text}"' for n, text in enumerate(found, 1)] if terminal else found
    if answer == _NIL:
        return ["(nil)" if terminal else ""]
    return [f'"{rest[1]}"' if terminal else rest[1]]


REDIS = Program(name="redis-server", run=_run, handles=frozenset({"SIGTERM", "SIGINT"}))
REDIS_CLI = Program(name="redis-cli", run=_run_cli)
