"""How a host is reached, ssh and TLS with their real programs: what works, and what is said of all that does not."""

from __future__ import annotations

import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from docker.context import ContextAPI

from swarmlab import Lab
from swarmlab.backends.contexts import write_contexts
from swarmlab.backends.dind import certificates
from swarmlab.backends.dind.certificates import Authority, Credentials
from swarmlab.backends.embedded import EmbeddedBackend
from swarmlab.backends.hosts import EndpointFailed, HostSettings, HostsRefused, TlsFiles, connect
from swarmlab.backends.hosts.endpoints import Endpoint, resolve
from swarmlab.backends.hosts.failures import explain
from swarmlab.backends.hosts.ssh import SshFailed
from swarmlab.client.protocols import Host
from swarmlab.ownership import lab_directories
from tests.hosts.conftest import changed, everything
from tests.hosts.sshd import Sshd, User, make_key
from tests.hosts.writing import write_settings

HostsOf = Callable[..., EmbeddedBackend]
NAME = "docker-swarm-1"


def settings(endpoint: str, tls: TlsFiles | None = None) -> HostSettings:
    return HostSettings(
        name=NAME, endpoint=endpoint, address="172.31.16.11", public_address=None, labels={}, tls=tls, line=1
    )


def failure(host: HostSettings) -> str:
    """What is said when a host is not reached."""
    with pytest.raises(EndpointFailed) as failed:
        connect(host)
    assert str(failed.value).startswith(f"{NAME}: ")
    return str(failed.value).removeprefix(f"{NAME}: ")


# --- ssh -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def user(user: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[User]:
    """A user whose own `ssh` is on the PATH."""
    made = User.create(tmp_path / "user")
    monkeypatch.setenv("PATH", str(tmp_path / "user" / "bin"), prepend=":")
    yield made
    made.stop()


@pytest.fixture
def there(hosts_of: HostsOf) -> EmbeddedBackend:
    """Three simulated engines."""
    return hosts_of("formed")


@pytest.fixture
def host(user: User, there: EmbeddedBackend) -> Sshd:
    """The first of them, behind an sshd."""
    return user.start_host(1, {"DOCKER_HOST": there.hosts[0].docker_host}, shell='sh -c "$SSH_ORIGINAL_COMMAND"')


@pytest.mark.ssh
@pytest.mark.cli
def test_an_engine_is_reached_through_ssh(host: Sshd) -> None:
    """One connection for one question after the other; it ends with its client, and its ssh with it."""
    client = connect(settings(host.endpoint))
    for _ in range(3):
        assert client.info()["Name"] == NAME
    (ssh,) = [child for child in psutil.Process().children() if child.name() == "ssh"]
    client.close()
    assert not ssh.is_running()


@pytest.mark.ssh
@pytest.mark.cli
def test_streams_pass_through_ssh(host: Sshd) -> None:
    """What a container prints as it prints it, and what is typed into one."""
    with closing(connect(settings(host.endpoint))) as client:
        container = client.containers.run("alpine", "ping docker.com", detach=True)
        lines = container.logs(stream=True, follow=True)
        assert next(lines).startswith(b"PING docker.com")
        assert next(lines).startswith(b"64 bytes from")
        assert container.exec_run("hostname").output.decode().strip() == container.id[:12]
        typed = container.exec_run(["cat"], stdin=True, socket=True).output
        typed._sock.sendall(b"hello\n")
        assert typed.read(13).endswith(b"hello")
        container.kill()


@pytest.mark.ssh
@pytest.mark.cli
def test_a_stream_through_ssh_can_be_ended(host: Sshd) -> None:
    """Whoever watches a cluster must be able to stop, though nothing happens there."""
    with closing(connect(settings(host.endpoint))) as client:
        events = client.events()
        reader = threading.Thread(target=lambda: list(events))
        reader.start()
        events.close()
        reader.join(20)
        assert not reader.is_alive()
        assert client.ping()


SSH_FAILURES = {
    "unknown host key": (
        lambda user, host: user.know(""),
        "the host key of {host} is not known. Connect once by hand,",
    ),
    "changed host key": (
        lambda user, host: user.know(f"[{host.address}]:{host.port} {make_key(host.folder / 'other')}\n"),
        "{host} shows another host key than the one in known_hosts. If the host was made anew, forget the old key,"
        " ssh-keygen -R '{host}'",
    ),
    "wrong key": (
        lambda user, host: (make_key(user.folder / "other"), user.use("other")),
        "{host} refuses this user or key. Check the user in the endpoint (on EC2: ubuntu, admin, ec2-user)",
    ),
    "nothing listens": (lambda user, host: host.stop(), "{host} is there, but nothing listens on its ssh port."),
    "no docker": (
        lambda user, host: (host.folder / "command").write_text(
            "#!/bin/sh\necho 'sh: 1: docker: not found' >&2\nexit 127"
        ),
        "{host} is reached, but has no docker command. Install Docker there: https://docs.docker.com/engine/install/",
    ),
    "no engine": (
        lambda user, host: _point(host, "unix:///nobody.sock"),
        "{host} is reached, but no Docker engine runs there. There: sudo systemctl start docker",
    ),
}


def _point(host: Sshd, docker_host: str) -> None:
    command = host.folder / "command"
    command.write_text(re.sub(r"DOCKER_HOST=[^;]+", f"DOCKER_HOST={docker_host}", command.read_text()))


@pytest.mark.ssh
@pytest.mark.cli
@pytest.mark.parametrize(("spoil", "said"), SSH_FAILURES.values(), ids=SSH_FAILURES)
def test_what_ssh_says_is_said_with_the_next_step(
    spoil: Callable[[User, Sshd], object], said: str, user: User, host: Sshd
) -> None:
    """Nothing asks for a password or a yes on the terminal."""
    spoil(user, host)
    expected = said.format(host=f"[{host.address}]:{host.port}")
    assert failure(settings(host.endpoint)).startswith(expected)


@pytest.mark.parametrize("said", ["Connection timed out", "No route to host", "Network is unreachable"])
def test_a_host_that_does_not_answer_is_said(said: str) -> None:
    """It is off, or a security group keeps silent: what to look at, and how."""
    failed = SshFailed(f"ssh: connect to host 203.0.113.11 port 22: {said}")
    assert explain("ssh://ubuntu@203.0.113.11", None, failed) == (
        "203.0.113.11 does not answer. Check the address, that the host runs, and that its security group and firewall"
        " let your address reach the ssh port: ssh ubuntu@203.0.113.11 true"
    )


@pytest.mark.ssh
@pytest.mark.cli
def test_a_wrong_user_is_said(host: Sshd) -> None:
    """With the line that must work by hand."""
    endpoint = f"ssh://nobody-here@{host.address}:{host.port}"
    by_hand = f"ssh -p {host.port} nobody-here@{host.address} true must answer without a question."
    assert failure(settings(endpoint)).endswith(by_hand)


@pytest.mark.ssh
def test_a_host_that_nobody_knows_is_said(user: User) -> None:
    """A typo in its name."""
    assert failure(settings("ssh://ubuntu@no-such-host.invalid")).startswith("there is no host no-such-host.invalid.")


def test_a_machine_without_ssh_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything else can go wrong."""
    monkeypatch.setenv("PATH", "/nowhere")
    assert failure(settings("ssh://ubuntu@127.0.0.1")) == (
        "there is no ssh command here. Install it: apt install openssh-client"
    )


@pytest.mark.ssh
@pytest.mark.cli
def test_an_ssh_that_breaks_is_followed_by_another(host: Sshd) -> None:
    """A laptop that slept: the question that it cost fails, the next one is answered."""
    with closing(connect(settings(host.endpoint))) as client:
        for ssh in [child for child in psutil.Process().children() if child.name() == "ssh"]:
            ssh.kill()
            psutil.wait_procs([ssh], timeout=10)
        with suppress(Exception):
            client.ping()
        assert client.ping()


KERNEL = """
import sys, threading
from swarmlab import Lab
lab = Lab.hosts(sys.argv[1])
client = lab["docker-swarm-1"].client
events = client.events()
threading.Thread(target=lambda: list(events), daemon=True).start()
client.ping()
print("asked", flush=True)
sys.stdin.read()
"""


@pytest.mark.ssh
@pytest.mark.cli
def test_no_ssh_outlives_a_killed_kernel(there: EmbeddedBackend, host: Sshd, tmp_path: Path) -> None:
    """Neither one that waits for the next question nor one that a stream comes through."""
    path = write_settings(tmp_path, there.hosts[:1], endpoints={NAME: host.endpoint})
    command = [sys.executable, "-c", KERNEL, path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as kernel:
        assert kernel.stdout is not None
        assert kernel.stdout.readline() == "asked\n"
        started = [child for child in psutil.Process(kernel.pid).children() if child.name() == "ssh"]
        kernel.kill()
    assert started
    _, alive = psutil.wait_procs(started, timeout=30)
    assert alive == []


# --- TLS -----------------------------------------------------------------------------------------------------------


class TlsDoor:
    """A real TLS server in front of a simulated engine's socket, on a loopback address."""

    def __init__(self, folder: Path, credentials: Credentials, docker_host: str) -> None:
        credentials.write(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        context.load_verify_locations(folder / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
        self._context = context
        self._engine = docker_host.removeprefix("unix://")
        self._server = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"tcp://127.0.0.1:{self._server.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._server.accept()
            except OSError:
                return
            with plain, suppress(OSError):
                plain.settimeout(10)
                with self._context.wrap_socket(plain, server_side=True) as secure:
                    self._pass_on(secure)

    def _pass_on(self, secure: ssl.SSLSocket) -> None:
        """One request and its answer."""
        with socket.socket(socket.AF_UNIX) as engine:
            engine.connect(self._engine)
            engine.sendall(secure.recv(65536).replace(b"Connection: keep-alive", b"Connection: close"))
            while data := engine.recv(65536):
                secure.sendall(data)

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._threads[0].join(20)


Doors = Callable[[Credentials], TlsDoor]


@pytest.fixture
def open_door(there: EmbeddedBackend, tmp_path: Path) -> Iterator[Doors]:
    """Opens a door with a certificate; it is closed with the test."""
    doors: list[TlsDoor] = []

    def open_door(credentials: Credentials) -> TlsDoor:
        doors.append(TlsDoor(tmp_path / f"door-{len(doors)}", credentials, there.hosts[0].docker_host))
        return doors[-1]

    yield open_door
    for door in doors:
        door.close()


def files(folder: Path, credentials: Credentials) -> TlsFiles:
    credentials.write(folder)
    return TlsFiles(ca=folder / "ca.pem", cert=folder / "cert.pem", key=folder / "key.pem")


def issue(monkeypatch: pytest.MonkeyPatch, make: Callable[[], Credentials], *, days: int) -> Credentials:
    """A certificate that is valid for other days than a lab's; none at all is an expired one."""
    with monkeypatch.context() as patch:
        patch.setattr(certificates, "VALID_DAYS", days)
        return make()


def test_an_engine_is_reached_with_the_right_certificates(open_door: Doors, tmp_path: Path) -> None:
    """Both sides show one that the same authority issued."""
    authority = Authority("ours")
    door = open_door(authority.issue_server(["127.0.0.1"]))
    with closing(connect(settings(door.endpoint, files(tmp_path / "us", authority.issue_client())))) as client:
        assert client.info()["Name"] == NAME


def test_a_certificate_of_another_authority_is_said(open_door: Doors, tmp_path: Path) -> None:
    """Whoever answers there is not the learner's engine, or ca is another's."""
    door = open_door(Authority("theirs").issue_server(["127.0.0.1"]))
    ours = files(tmp_path / "us", Authority("ours").issue_client())
    said = failure(settings(door.endpoint, ours))
    assert said.startswith(f"the certificate of {door.endpoint} was not issued by {ours.ca} (")


def test_an_expired_certificate_of_an_engine_is_said(
    open_door: Doors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what to compare."""
    authority = Authority("ours")
    door = open_door(issue(monkeypatch, lambda: authority.issue_server(["127.0.0.1"]), days=0))
    said = failure(settings(door.endpoint, files(tmp_path / "us", authority.issue_client())))
    assert (
        said
        == f"the certificate of {door.endpoint} has expired. Issue a new one for that engine (and compare the clocks)."
    )


def test_a_certificate_for_another_name_is_said(open_door: Doors, tmp_path: Path) -> None:
    """An engine whose public address changed."""
    authority = Authority("ours")
    door = open_door(authority.issue_server(["203.0.113.7"]))
    said = failure(settings(door.endpoint, files(tmp_path / "us", authority.issue_client())))
    assert said.endswith("is for other names. Issue one with 127.0.0.1 among its alternative names.")


@pytest.mark.parametrize("days", [30, 0], ids=["another's", "expired"])
def test_a_certificate_of_ours_that_is_refused_is_said(
    days: int, open_door: Doors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the file's name, and whether it has expired."""
    authority = Authority("ours")
    door = open_door(authority.issue_server(["127.0.0.1"]))
    issuer = Authority("theirs") if days else authority
    ours = replace(issue(monkeypatch, issuer.issue_client, days=days), authority=authority.issue_client().authority)
    said = failure(settings(door.endpoint, files(tmp_path / "us", ours)))
    assert said.startswith(f"{door.endpoint} refuses {tmp_path}/us/cert.pem")
    assert ("expired on" in said) == (days == 0)


def test_an_engine_without_tls_is_said(tmp_path: Path) -> None:
    """Whoever answers in plain words there lets everybody in."""
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def answer() -> None:
            connection, _ = plain.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTPS request to an HTTP server.\n")

        thread = threading.Thread(target=answer)
        thread.start()
        endpoint = f"tcp://127.0.0.1:{plain.getsockname()[1]}"
        said = failure(settings(endpoint, files(tmp_path / "us", Authority("ours").issue_client())))
        thread.join()
    assert said == f"{endpoint} does not speak TLS: whoever reaches it is root there. Start dockerd with --tlsverify."


def test_a_port_on_which_nobody_listens_is_said(tmp_path: Path) -> None:
    """The engine is down, or on another port."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"tcp://127.0.0.1:{server.getsockname()[1]}"
    said = failure(settings(endpoint, files(tmp_path / "us", Authority("ours").issue_client())))
    assert said.startswith(f"nothing listens at {endpoint}. Check the port, and that Docker runs there")


def toml(folder: Path, engines: EmbeddedBackend, endpoints: dict[str, str], tls: dict[str, TlsFiles]) -> Path:
    """A lab.toml of all hosts, some reached in other ways than through their sockets."""
    more = {
        name: "".join(f'{key} = "{getattr(files, key)}"\n' for key in ("ca", "cert", "key"))
        for name, files in tls.items()
    }
    return write_settings(folder, engines.hosts, endpoints=endpoints, more=more)


@pytest.mark.ssh
@pytest.mark.cli
def test_a_lab_does_not_begin_with_some_of_its_hosts(
    user: User, hosts_of: HostsOf, open_door: Doors, tmp_path: Path
) -> None:
    """One whose key is not known, one whose CA is another's, one that is well: all are told of, and none is changed."""
    engines = hosts_of("separate")
    first = user.start_host(1, {"DOCKER_HOST": engines.hosts[0].docker_host})
    user.know("")
    door = open_door(Authority("theirs").issue_server(["127.0.0.1"]))
    endpoints = {NAME: first.endpoint, "docker-swarm-2": door.endpoint}
    ours = {"docker-swarm-2": files(tmp_path / "us", Authority("ours").issue_client())}
    before = everything(engines)
    with pytest.raises(HostsRefused) as refused:
        Lab.hosts(toml(tmp_path, engines, endpoints, ours), "formed")
    one, two = str(refused.value).splitlines()
    assert one.startswith(f"{NAME}: the host key of [{first.address}]:{first.port} is not known. Connect once by hand")
    assert two.startswith(f"docker-swarm-2: the certificate of {door.endpoint} was not issued by {tmp_path}/us/ca.pem")
    assert changed(before, everything(engines)) == {}
    assert list(lab_directories()) == []


def test_the_certificates_of_a_lab_are_private_and_go_with_it(
    there: EmbeddedBackend, open_door: Doors, tmp_path: Path
) -> None:
    """The docker command of a terminal needs copies; only this user may read them, and they are deleted at the end."""
    authority = Authority("ours")
    door = open_door(authority.issue_server(["127.0.0.1"]))
    ours = files(tmp_path / "us", authority.issue_client())
    with Lab.hosts(toml(tmp_path, there, {NAME: door.endpoint}, {NAME: ours})) as lab:
        folder = Path(lab.backend.docker_config)
        copies = {path.name: path for path in folder.glob("contexts/tls/*/docker/*.pem")}
        modes = {name: path.stat().st_mode & 0o777 for name, path in copies.items()}
        assert modes == dict.fromkeys(("ca.pem", "cert.pem", "key.pem"), 0o600)
        assert copies["key.pem"].read_bytes() == ours.key.read_bytes()
    assert not folder.exists()


# --- contexts ------------------------------------------------------------------------------------------------------


def test_a_host_is_reached_as_docker_s_context_says(
    there: EmbeddedBackend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its name; the certificates of a context are used as they lie there."""
    monkeypatch.setenv("DOCKER_CONFIG", there.docker_config)
    with closing(connect(settings(f"context:{NAME}"))) as client:
        assert client.info()["Name"] == NAME
    assert ContextAPI.get_context(NAME).Host == there.hosts[0].docker_host


def test_the_default_context_is_this_machine_s_socket() -> None:
    """As everybody writes it."""
    assert resolve(settings("context:default")) == Endpoint(url="unix:///var/run/docker.sock", tls=None)


def test_a_context_without_certificates_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As such an endpoint is in lab.toml itself."""
    open_to_all = Host(name="x", address="", public_address=None, docker_host="tcp://127.0.0.1:2375", context="open")
    write_contexts(tmp_path, [open_to_all], current="open")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert failure(settings("context:open")).startswith("docker's context open has no certificates: whoever reaches")


def test_no_process_is_left(user: User) -> None:
    """Every ssh that a test started has ended."""
    assert [one for one in psutil.Process().children() if one.name() == "ssh"] == []
