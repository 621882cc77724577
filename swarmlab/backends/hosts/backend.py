"""The lab on the learner's own hosts: puts its parts together, attaches, forms what it may, and lets go again."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from docker import DockerClient

from swarmlab.backends import states
from swarmlab.backends.contexts import tls_directory, write_contexts
from swarmlab.backends.hosts.clean import clean
from swarmlab.backends.hosts.endpoints import CLIENT_TIMEOUT_S, connect, resolve
from swarmlab.backends.hosts.faults import HandFaults
from swarmlab.backends.hosts.guard import Guard
from swarmlab.backends.hosts.ledger import Ledger
from swarmlab.backends.hosts.membership import membership
from swarmlab.backends.hosts.ports import HostsPorts
from swarmlab.backends.hosts.settings import HostSettings, HostsSettings, TlsFiles, read_settings
from swarmlab.backends.hosts.survey import MANAGERS, HostsRefused, Sight, survey, why_not
from swarmlab.backends.real_time import RealClock
from swarmlab.backends.real_web import RealWeb
from swarmlab.client.protocols import Clock, Faults, Host, LabState, Ports, Web
from swarmlab.engine.states import first_manager
from swarmlab.ownership import LabDirectory

_ASK_TIMEOUT_S = 30
_GONE = 404


class HostsBackend:
    """The learner's own hosts. Implements `Backend`; `close` removes nothing from them, `clean` does."""

    name = "hosts"

    def __init__(self, directory: LabDirectory, settings: HostsSettings, ledger: Ledger) -> None:
        self.lab_id = directory.lab_id
        self.docker_config = str(directory.docker_config)
        self.settings = settings
        self.ledger = ledger
        self._hosts = {host.name: host for host in settings.hosts}
        self._guards = {name: Guard(name, settings, ledger, self._ask) for name in self._hosts}
        self._ends = ExitStack()
        ports = HostsPorts(self._hosts)
        self._ends.callback(ports.close)
        self.hosts: Sequence[Host] = [_host(host) for host in settings.hosts]
        self.clock: Clock = RealClock()
        self.ports: Ports = ports
        self.faults: Faults = HandFaults(self._hosts, self.client, ports)
        self.web: Web = RealWeb({host.name: host.public_address or host.address for host in settings.hosts})

    @property
    def manager(self) -> str:
        """The host that manages in the states with one manager: the third, or the last where there are fewer."""
        return first_manager(list(self._hosts))

    def client(self, node: str) -> DockerClient:
        """A new docker SDK client for the node's engine, which the guard watches; the caller closes it."""
        return self._connect(node, CLIENT_TIMEOUT_S)

    def observer(self, node: str) -> DockerClient:
        """The same: real time passes by itself."""
        return self.client(node)

    def reset(self, state: LabState) -> None:
        """Remove what the lab created, and build the named state; a swarm that was there is only looked at.

        Raises:
            HostsRefused: a swarm that the lab did not form is not in that state, or something could not be removed.
        """
        self.faults.heal()
        self.bring_to(state, survey(self.settings, self.ledger.entries()))

    def bring_to(self, state: LabState, sights: Sequence[Sight]) -> None:
        """Bring the hosts to a named state, or refuse it before anything is changed."""
        entries = self.ledger.entries()
        self._check_number(state)
        if any(membership(sight.name, sight.swarm, entries) == "foreign" for sight in sights):
            if reason := why_not(state, sights, self.manager):
                raise HostsRefused(f"{self.settings.path}: {reason}")
            return
        self._clean()
        try:
            self._build(state)
        except BaseException:
            clean(self.settings, self.ledger, _in_silence)
            raise

    def hold(self) -> None:
        """Be the only lab on these hosts, until it is closed.

        Raises:
            LedgerError: another one is.
        """
        self._ends.enter_context(self.ledger.held())

    def close(self) -> None:
        """Let go of the hosts. What the lab created there stays, and stays in the ledger."""
        self._ends.close()

    def _connect(self, node: str, timeout_s: int) -> DockerClient:
        return self._guards[node].watch(connect(self._hosts[node], timeout_s=timeout_s))

    def _ask(self, node: str, path: str) -> Any:
        """The decoded answer of a host's engine to a GET; None where it has no such thing."""
        with closing(connect(self._hosts[node], timeout_s=_ASK_TIMEOUT_S)) as client:
            api: Any = client.api
            answer = api.get(f"{api.base_url}{path}", timeout=api.timeout)
            if answer.status_code == _GONE:
                return None
            api._raise_for_status(answer)
            return answer.json()

    def _check_number(self, state: LabState) -> None:
        if state == "three-managers" and len(self._hosts) < MANAGERS:
            raise HostsRefused(
                f"{self.settings.path} has {len(self._hosts)} hosts; the state {state} needs {MANAGERS}."
            )

    def _clean(self) -> None:
        said: list[str] = []
        if self.ledger.entries() and clean(self.settings, self.ledger, said.append):
            stays = "\n".join(line for line in said if " stays" in line)
            raise HostsRefused(f"Something of the lab before could not be removed:\n{stays}")

    def _build(self, state: LabState) -> None:
        states.build({name: _Engine(self, name) for name in self._hosts}, state, manager=self.manager)
        labelled = {host.name: host.labels for host in self._hosts.values() if host.labels}
        if state != "separate" and labelled:
            with closing(self.client(self.manager)) as client:
                _label(client, labelled)


class _Engine:
    """One host, as the steps to a named state want it."""

    def __init__(self, backend: HostsBackend, name: str) -> None:
        self._backend = backend
        self._name = name

    @property
    def address(self) -> str:
        return self._backend._hosts[self._name].address

    def connect(self, timeout_s: int) -> DockerClient:
        return self._backend._connect(self._name, timeout_s)


def start(directory: LabDirectory, state: LabState | None, path: Path | str) -> HostsBackend:
    """Start a lab on the hosts of a lab.toml.

    Where they are in no swarm, or in one that a lab formed, the named state is built. A swarm that was there is only
    attached to.

    Args:
        directory: the lab's own.
        state: to begin with; None takes the hosts as they are.
        path: of lab.toml.

    Raises:
        SettingsError: something in the file is wrong.
        HostsRefused: the hosts are not reached, do not fit together, or not the state.
        LedgerError: another lab uses them.
    """
    settings = read_settings(path)
    ledger = Ledger(settings.path)
    sights = survey(settings, ledger.entries())
    backend = HostsBackend(directory, settings, ledger)
    backend.hold()
    try:
        if state is not None:
            backend.bring_to(state, sights)
        _write_contexts(directory.docker_config, settings, backend)
    except BaseException:
        backend.close()
        raise
    return backend


def _in_silence(_: str) -> None:
    """Nobody is told."""


def _host(host: HostSettings) -> Host:
    return Host(
        name=host.name,
        address=host.address,
        public_address=host.public_address,
        docker_host=resolve(host).url,
        context=host.name,
    )


def _write_contexts(directory: Path, settings: HostsSettings, backend: HostsBackend) -> None:
    write_contexts(directory, backend.hosts, current=backend.manager)
    for host in settings.hosts:
        if (files := resolve(host).tls) is not None:
            _copy(files, tls_directory(directory, host.name))


def _copy(files: TlsFiles, directory: Path) -> None:
    """As `docker context create` does; only this user may read the key."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("ca", "cert", "key"):
        path = directory / f"{name}.pem"
        path.touch(mode=0o600)
        shutil.copyfile(getattr(files, name), path)


def _label(manager: DockerClient, labels: Mapping[str, Mapping[str, str]]) -> None:
    """`docker node update --label-add` for every host with labels in lab.toml."""
    for node in manager.nodes.list():
        wanted = labels.get(node.attrs["Description"].get("Hostname"))
        if wanted:
            node.update({**node.attrs["Spec"], "Labels": {**(node.attrs["Spec"].get("Labels") or {}), **wanted}})
