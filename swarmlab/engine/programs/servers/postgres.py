"""The programs `postgres`, a slow starter, and `pg_isready`. Source: postgres 17's image; lines recorded from it.

Simplification: nothing can be asked of it but whether it is ready; there is no `psql`.
"""

from __future__ import annotations

from swarmlab.engine.programs.connections import Call, Ending
from swarmlab.engine.programs.processes import Context, Program, Run, Signal
from swarmlab.engine.programs.servers.serving import ENDS, now, serve_until_signal

_PORT = 5432
_DATA = "/var/lib/postgresql/data"
_INITIALIZING_S = 2.4
_STARTING_S = 0.35
_NO_PASSWORD = """\
Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about "trust":
       https://www.postgresql.org/docs/current/auth-trust.html
"""
_INITIALIZING = """\
The files belonging to this database system will be owned by user "postgres".
This user must also own the server process.

The database cluster will be initialized with locale "en_US.utf8".
The default database encoding has accordingly been set to "UTF8".
The default text search configuration will be set to "english".

Data page checksums are disabled.

fixing permissions on existing directory /var/lib/postgresql/data ... ok
creating subdirectories ... ok
selecting dynamic shared memory implementation ... posix
"""
_INITIALIZED = """\
syncing data to disk ... ok

PostgreSQL init process complete; ready for start up.

"""


def check_settings(context: Context) -> int | None:
    """The entrypoint refuses to make a database without a password."""
    environment = context.environment
    open_ = environment.get("POSTGRES_PASSWORD") or environment.get("POSTGRES_HOST_AUTH_METHOD") == "trust"
    if context.arguments[0] == "postgres" and not _is_initialized(context) and not open_:
        context.write("stderr", _NO_PASSWORD)
        return 1
    return None


def _is_initialized(context: Context) -> bool:
    return context.files.is_directory(_DATA) and "PG_VERSION" in context.files.list(_DATA)


def _run(context: Context) -> Run:
    version = context.environment.get("PG_VERSION", "17.2").partition("-")[0]
    try:
        if not _is_initialized(context):
            context.write("stdout", _INITIALIZING)
            yield _INITIALIZING_S
            context.files.write(f"{_DATA}/PG_VERSION", version.partition(".")[0] + "\n")
            context.write("stdout", _INITIALIZED)
        else:
            context.write("stdout", "\nPostgreSQL Database directory appears to contain a database; Skipping "
                                    "initialization\n\n")  # fmt: skip
        _log(context, f"starting PostgreSQL {version} on x86_64-pc-linux-gnu, compiled by gcc, 64-bit")
        _log(context, f'listening on IPv4 address "0.0.0.0", port {_PORT}')
        _log(context, 'listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"')
        yield _STARTING_S
        if not context.network.listen(_PORT, _serve):
            _log(context, 'could not bind IPv4 address "0.0.0.0": Address in use', level="LOG")
            _log(context, "could not create any TCP/IP sockets", level="FATAL")
            return 1
        _log(context, "database system is ready to accept connections")
        return (yield from serve_until_signal(context, _PORT))
    except Signal as signal:
        kind = {"SIGTERM": "smart", "SIGINT": "fast", "SIGQUIT": "immediate"}[signal.name]
        for line in (f"received {kind} shutdown request", "shutting down", "database system is shut down"):
            _log(context, line)
    return 0


def _log(context: Context, text: str, level: str = "LOG") -> None:
    context.complain(f"{now(context, '%Y-%m-%d %H:%M:%S.%f')[:-3]} UTC [1] {level}:  {text}")


def _serve(call: Call) -> str:
    """Whoever does not speak its protocol is hung up on."""
    return ""


def _run_isready(context: Context) -> Run:
    """`pg_isready [-h HOST] [-p PORT] [-U NAME] [-d NAME]`."""
    options = dict(zip(context.arguments[1::2], context.arguments[2::2], strict=False))
    host, port = options.get("-h", ""), options.get("-p", str(_PORT))
    addresses = context.network.resolve(host or "localhost")
    where = f"{host or '/var/run/postgresql'}:{port}"
    if not addresses or not port.isdigit():
        context.print(f"{where} - no response")
        return 2
    exchange = context.network.connect(addresses[0], int(port), "")
    yield min(exchange.takes_s, 3.0)
    ready = exchange.ending is Ending.ANSWERED
    context.print(f"{where} - {'accepting connections' if ready else 'no response'}")
    return 0 if ready else 2


POSTGRES = Program(name="postgres", run=_run, handles=ENDS)
PG_ISREADY = Program(name="pg_isready", run=_run_isready)
