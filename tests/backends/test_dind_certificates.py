"""Certificates of a lab: who is trusted, and who may read the keys."""

import socket
import ssl
import threading
from pathlib import Path

import pytest

from swarmlab.backends.dind.certificates import Authority, Credentials


def side(purpose: ssl.Purpose, credentials: Credentials, directory: Path) -> ssl.SSLContext:
    """One end of a connection: shows its certificate, and demands one of the same authority."""
    credentials.write(directory)
    context = ssl.create_default_context(purpose, cafile=directory / "ca.pem")
    context.load_cert_chain(directory / "cert.pem", directory / "key.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def talk(engine: ssl.SSLContext, learner: ssl.SSLContext, name: str) -> bytes:
    """What the learner reads when it calls the engine by this name."""
    near, far = socket.socketpair()

    def answer() -> None:
        with far:
            try:
                with engine.wrap_socket(far, server_side=True) as connection:
                    connection.sendall(b"hello")
            except OSError:
                pass  # the learner's side says why

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        with near, learner.wrap_socket(near, server_hostname=name) as connection:
            return connection.recv(5)
    finally:
        thread.join()


@pytest.mark.parametrize("name", ["docker-swarm-1", "127.0.0.1"])
def test_the_learner_and_the_engines_of_one_lab_trust_each_other(name: str, tmp_path: Path) -> None:
    """By host name and by address."""
    authority = Authority("lab")
    engine = side(ssl.Purpose.CLIENT_AUTH, authority.issue_server(["docker-swarm-1", "127.0.0.1"]), tmp_path / "engine")
    learner = side(ssl.Purpose.SERVER_AUTH, authority.issue_client(), tmp_path / "learner")
    assert talk(engine, learner, name) == b"hello"


def test_an_engine_is_not_trusted_under_a_name_that_is_not_its_own(tmp_path: Path) -> None:
    """A certificate is good for one node."""
    authority = Authority("lab")
    engine = side(ssl.Purpose.CLIENT_AUTH, authority.issue_server(["docker-swarm-1"]), tmp_path / "engine")
    learner = side(ssl.Purpose.SERVER_AUTH, authority.issue_client(), tmp_path / "learner")
    with pytest.raises(ssl.SSLCertVerificationError, match="docker-swarm-2"):
        talk(engine, learner, "docker-swarm-2")


def test_the_learner_of_another_lab_is_refused(tmp_path: Path) -> None:
    """Two labs do not trust each other, even with authorities of one name."""
    engine = side(ssl.Purpose.CLIENT_AUTH, Authority("lab").issue_server(["docker-swarm-1"]), tmp_path / "engine")
    learner = side(ssl.Purpose.SERVER_AUTH, Authority("lab").issue_client(), tmp_path / "learner")
    with pytest.raises(ssl.SSLCertVerificationError):
        talk(engine, learner, "docker-swarm-1")


def test_keys_are_private(tmp_path: Path) -> None:
    """Directory 0700, files 0600, whatever was there before."""
    directory = tmp_path / "credentials"
    directory.mkdir(mode=0o755)
    Authority("lab").issue_client().write(directory)
    assert directory.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in directory.iterdir()} == {
        "ca.pem": 0o600, "cert.pem": 0o600, "key.pem": 0o600,
    }  # fmt: skip
