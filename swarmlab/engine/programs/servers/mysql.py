"""The programs `mysqld` and `mariadbd`, slow starters, and `mysqladmin ping`. Source: the images' docker-entrypoint.sh.

Simplification: nothing can be asked of them but whether they are ready; there is no client `mysql` or `mariadb`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from swarmlab.engine.programs.connections import Call, Ending
from swarmlab.engine.programs.processes import Context, Program, Run, Signal
from swarmlab.engine.programs.servers.serving import ENDS, now, serve_until_signal

_PORT = 3306
_DATA = "/var/lib/mysql"
_INITIALIZING_S = 5.5
_TEMPORARY_S = 1.5
_STARTING_S = 1.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What the two differ in.

    Attributes:
        passwords: the variables of which one must be set, as words after their prefixes.
        refusal: what the entrypoint says when none is.
    """

    name: str
    program: str
    version: str
    passwords: tuple[str, ...]
    refusal: str


_MYSQL = Kind(
    name="MySQL",
    program="mysqld",
    version="MYSQL_VERSION",
    passwords=("MYSQL_ROOT_PASSWORD", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD"),
    refusal="""\
    You need to specify one of the following as an environment variable:
    - MYSQL_ROOT_PASSWORD
    - MYSQL_ALLOW_EMPTY_PASSWORD
    - MYSQL_RANDOM_ROOT_PASSWORD
""",
)
_MARIADB = Kind(
    name="MariaDB",
    program="mariadbd",
    version="MARIADB_VERSION",
    passwords=(
        *("MARIADB_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD_HASH", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD"),
        *("MARIADB_RANDOM_ROOT_PASSWORD", *_MYSQL.passwords),
    ),
    refusal="""\
\tYou need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and \
MARIADB_RANDOM_ROOT_PASSWORD
""",
)


# --- the entrypoint ------------------------------------------------------------------------------------------------


def check_settings(context: Context) -> int | None:
    """The entrypoint refuses to make a database when nothing is said of root's password."""
    kind = next((kind for kind in (_MYSQL, _MARIADB) if kind.program == context.arguments[0]), None)
    if kind is None:
        return None
    for text in ("{}", "Switching to dedicated user 'mysql'", "{}"):
        _say(context, text.format(f"Entrypoint script for {kind.name} Server {_version(context, kind)} started."))
    if _is_initialized(context) or any(map(context.environment.get, kind.passwords)):
        return None
    text = "Database is uninitialized and password option is not specified"
    context.write("stderr", f"{_stamp(context)} [ERROR] [Entrypoint]: {text}\n{kind.refusal}")
    return 1


def _version(context: Context, kind: Kind) -> str:
    return context.environment.get(kind.version, "")


def _is_initialized(context: Context) -> bool:
    return context.files.is_directory(_DATA) and "mysql.ibd" in context.files.list(_DATA)


def _stamp(context: Context) -> str:
    return now(context, "%Y-%m-%d %H:%M:%S+00:00")


def _say(context: Context, text: str) -> None:
    context.write("stdout", f"{_stamp(context)} [Note] [Entrypoint]: {text}\n")


# --- the server ----------------------------------------------------------------------------------------------------


def _run(context: Context, kind: Kind) -> Run:
    log = _LOGS[kind.name](context, _version(context, kind).partition("-")[0].rpartition(":")[2].partition("+")[0])
    try:
        if not _is_initialized(context):
            yield from _initialize(context, kind, log)
        log.starting()
        yield _STARTING_S
        if not context.network.listen(_PORT, _serve):
            log.port_taken()
            return 1
        log.ready(_PORT)
        return (yield from serve_until_signal(context, _PORT))
    except Signal:
        log.ending()
    return 0


def _initialize(context: Context, kind: Kind, log: _Log) -> Run:
    _say(context, "Initializing database files")
    log.initializing()
    yield _INITIALIZING_S
    context.files.write(f"{_DATA}/mysql.ibd", "")
    _say(context, "Database files initialized")
    _say(context, "Starting temporary server")
    log.starting()
    yield _TEMPORARY_S
    log.ready(0)
    _say(context, "Temporary server started.")
    _say(context, "Stopping temporary server")
    log.ending()
    _say(context, "Temporary server stopped")
    context.write("stdout", "\n")
    _say(context, f"{kind.name} init process done. Ready for start up.")
    context.write("stdout", "\n")
    return 0


def _serve(call: Call) -> str:
    """Whoever does not speak its protocol is hung up on."""
    return ""


class _Log:
    """What MySQL's server writes."""

    def __init__(self, context: Context, version: str) -> None:
        self._context, self._version = context, version

    def _note(self, code: str, text: str, kind: str = "System", part: str = "Server") -> None:
        stamp = now(self._context, "%Y-%m-%dT%H:%M:%S.%fZ")
        self._context.complain(f"{stamp} 0 [{kind}] [MY-{code}] [{part}] {text}")

    def initializing(self) -> None:
        self._note("015017", "MySQL Server Initialization - start.")
        self._note(
            "013169", f"/usr/sbin/mysqld (mysqld {self._version}) initializing of server in progress as process 80"
        )
        self._engine()

    def _engine(self) -> None:
        self._note("013576", "InnoDB initialization has started.", part="InnoDB")
        self._note("013577", "InnoDB initialization has ended.", part="InnoDB")

    def starting(self) -> None:
        self._note("015015", "MySQL Server - start.")
        self._note("010116", f"/usr/sbin/mysqld (mysqld {self._version}) starting as process 1")
        self._engine()

    def ready(self, port: int) -> None:
        self._note("010068", "CA certificate ca.pem is self signed.", kind="Warning")
        self._note(
            "010931",
            f"/usr/sbin/mysqld: ready for connections. Version: '{self._version}'  socket: "
            f"'/var/run/mysqld/mysqld.sock'  port: {port}  MySQL Community Server - GPL.",
        )

    def port_taken(self) -> None:
        self._note("010262", "Can't start server: Bind on TCP/IP port: Address already in use", kind="ERROR")
        self._note("010257", f"Do you already have another mysqld server running on port: {_PORT} ?", kind="ERROR")
        self._note("010119", "Aborting", kind="ERROR")

    def ending(self) -> None:
        self._note(
            "013172",
            f"Received SHUTDOWN from user <via user signal>. Shutting down mysqld (Version: {self._version}).",
        )
        self._note(
            "010910", f"/usr/sbin/mysqld: Shutdown complete (mysqld {self._version})  MySQL Community Server - GPL."
        )
        self._note("015016", "MySQL Server - end.")


class _MariaDBLog(_Log):
    """What MariaDB's server writes."""

    def _line(self, text: str, kind: str = "Note") -> None:
        self._context.complain(f"{now(self._context, '%Y-%m-%d %H:%M:%S')} 0 [{kind}] {text}")

    def initializing(self) -> None:
        """Its scripts are silent when all goes well."""

    def starting(self) -> None:
        self._line(f"Starting MariaDB {self._version}-MariaDB-ubu2404 as process 1")
        self._line("InnoDB: Initializing buffer pool, total size = 128.000MiB, chunk size = 2.000MiB")
        self._line("InnoDB: Completed initialization of buffer pool")

    def ready(self, port: int) -> None:
        if port:
            self._line("Server socket created on IP: '0.0.0.0'.")
        self._line("mariadbd: ready for connections.")
        self._context.complain(
            f"Version: '{self._version}-MariaDB-ubu2404'  socket: '/run/mysqld/mysqld.sock'  port: {port}  "
            "mariadb.org binary distribution"
        )

    def port_taken(self) -> None:
        self._line("Can't start server: Bind on TCP/IP port: Address already in use", kind="ERROR")
        self._line("Aborting", kind="ERROR")

    def ending(self) -> None:
        self._line("mariadbd (initiated by: unknown): Normal shutdown")
        self._line("InnoDB: Starting shutdown...")
        self._line("mariadbd: Shutdown complete")


_LOGS: Mapping[str, type[_Log]] = {"MySQL": _Log, "MariaDB": _MariaDBLog}

# --- asking whether it is ready ------------------------------------------------------------------------------------


def _run_admin(context: Context) -> Run:
    """`mysqladmin [-h HOST] [-P PORT] … ping`."""
    words = context.arguments[1:]
    options = dict(pairwise(words))
    host = options.get("-h") or next((word.removeprefix("-h") for word in words if word.startswith("-h")), "localhost")
    addresses = context.network.resolve(host)
    if not addresses:
        context.complain(f"mysqladmin: connect to server at '{host}' failed")
        context.complain(f"error: 'Unknown MySQL server host '{host}' (-2)'")
        return 1
    exchange = context.network.connect(addresses[0], _PORT, "")
    yield min(exchange.takes_s, 3.0)
    if exchange.ending is not Ending.ANSWERED:
        context.complain(f"mysqladmin: connect to server at '{host}' failed")
        context.complain(f"error: 'Can't connect to MySQL server on '{host}:{_PORT}' (111)'")
        return 1
    context.print("mysqld is alive")
    return 0


MYSQLD = Program(name="mysqld", run=lambda context: _run(context, _MYSQL), handles=ENDS)
MARIADBD = Program(name="mariadbd", run=lambda context: _run(context, _MARIADB), handles=ENDS)
MYSQLADMIN = Program(name="mysqladmin", run=_run_admin)
MARIADB_ADMIN = Program(name="mariadb-admin", run=_run_admin)
