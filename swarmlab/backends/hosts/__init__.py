"""A lab on the learner's own hosts: real engines, a real swarm, nothing changed that is not the lab's.

`settings` reads lab.toml (`toml_file` knows its lines). `endpoints` makes a client of a host, through `ssh`, TLS or a
socket, and `failures` says why not. `survey` looks at all hosts before anything begins. `guard` watches every request:
`changes` reads what it would change, `membership` tells whose swarm that is, `records` writes into the `ledger` what
was created. `clean` removes that. `faults` asks a human for what the lab has no right to do, in `commands`; `ports`
sees what gets through, by `packets` that are sent and seen in a `shell` on the hosts. `backend` puts the parts
together.
"""

from __future__ import annotations

from swarmlab.backends.hosts.backend import HostsBackend, start
from swarmlab.backends.hosts.clean import clean
from swarmlab.backends.hosts.endpoints import EndpointFailed, connect, resolve
from swarmlab.backends.hosts.ledger import Ledger, LedgerError
from swarmlab.backends.hosts.settings import HostSettings, HostsSettings, TlsFiles, read_settings
from swarmlab.backends.hosts.survey import HostsRefused
from swarmlab.backends.hosts.toml_file import SettingsError

__all__ = [
    "EndpointFailed",
    "HostSettings",
    "HostsBackend",
    "HostsRefused",
    "HostsSettings",
    "Ledger",
    "LedgerError",
    "SettingsError",
    "TlsFiles",
    "clean",
    "connect",
    "read_settings",
    "resolve",
    "start",
]
