"""Why a host's engine cannot be reached: what ssh, TLS or the kernel said, as a sentence with the next step.

Owns the words only. Whoever connects hands over the error; a certificate is read here to tell whose fault it is.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cryptography import x509
from requests.exceptions import Timeout

from swarmlab.backends.hosts.settings import TlsFiles
from swarmlab.backends.hosts.ssh import SshFailed

_ALERT = re.compile(r"alert|TLSV1|SSLV3", re.IGNORECASE)
_BROKEN = (ConnectionResetError, BrokenPipeError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


def explain(url: str, tls: TlsFiles | None, error: BaseException) -> str:
    """The sentence that completes `docker-swarm-1: …`.

    Args:
        url: the endpoint that was tried.
        tls: what it was tried with.
        error: what came of it.
    """
    chain = list(_chain(error))
    if said := next((str(one) for one in chain if isinstance(one, SshFailed)), ""):
        return _by_ssh(url, said)
    if any(isinstance(one, FileNotFoundError) and one.filename == "ssh" for one in chain):
        return "there is no ssh command here. Install it: apt install openssh-client"
    if tls is not None and (said := _by_tls(url, tls, chain)):
        return said
    return _by_kernel(url, chain)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and all that it was made of: libraries wrap each other's."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop(0)
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inside = [each for each in (*one.args, getattr(one, "reason", None)) if isinstance(each, BaseException)]
        waiting += [*inside, one.__cause__, one.__context__]


_SSH: Sequence[tuple[str, str]] = (
    (
        "REMOTE HOST IDENTIFICATION HAS CHANGED",
        "{host} shows another host key than the one in known_hosts. If the host was made anew, forget the old key,"
        " ssh-keygen -R '{host}', and look at the new one: {look}. If it was not, somebody stands between.",
    ),
    (
        "Host key verification failed",
        "the host key of {host} is not known. Connect once by hand, compare the fingerprint with the one that the"
        " host's console or your cloud shows, and say yes: {look}",
    ),
    (
        "Permission denied",
        "{host} refuses this user or key. Check the user in the endpoint (on EC2: ubuntu, admin, ec2-user) and that"
        " your key is loaded (ssh-add -l): {look} must answer without a question.",
    ),
    (
        "docker: not found|docker: command not found|docker: No such file",
        "{host} is reached, but has no docker command. Install Docker there: https://docs.docker.com/engine/install/",
    ),
    (
        r"dial unix \S+: connect: permission denied|permission denied while trying to connect to the Docker",
        "{host} is reached, but its user may not talk to Docker. There: sudo usermod -aG docker $USER; then log in"
        " anew.",
    ),
    (
        r"Cannot connect to the Docker daemon|dial (unix|tcp) \S+: connect: (connection refused|no such file)",
        "{host} is reached, but no Docker engine runs there. There: sudo systemctl start docker",
    ),
    (
        "Could not resolve hostname",
        "there is no host {host}. Check the name in the endpoint, or write its public address.",
    ),
    (
        "Connection timed out|Operation timed out|No route to host|Network is unreachable",
        "{host} does not answer. Check the address, that the host runs, and that its security group and firewall let"
        " your address reach the ssh port: {look}",
    ),
    (
        "Connection refused",
        "{host} is there, but nothing listens on its ssh port. Check the port in the endpoint, and that sshd runs: sudo"
        " systemctl start ssh",
    ),
)
"""What ssh, or the docker command at its other end, says; and what to tell a learner."""


def _by_ssh(url: str, said: str) -> str:
    parts = urlsplit(url)
    host = f"[{parts.hostname}]:{parts.port}" if parts.port else str(parts.hostname)
    port = f"-p {parts.port} " if parts.port else ""
    look = f"ssh {port}{parts.username + '@' if parts.username else ''}{parts.hostname} true"
    for pattern, words in _SSH:
        if re.search(pattern, said):
            return words.format(host=host, look=look)
    return f"ssh to {host} failed: {said.splitlines()[-1]}. Try by hand: {look}"


def _by_tls(url: str, tls: TlsFiles, chain: Sequence[BaseException]) -> str:
    """What is wrong with whose certificate; nothing where TLS is not to blame."""
    for one in chain:
        if isinstance(one, ssl.SSLCertVerificationError):
            return _server_certificate(url, tls, one)
    said = next((str(one) for one in chain if isinstance(one, ssl.SSLError)), "")
    if "WRONG_VERSION_NUMBER" in said or "HTTP_REQUEST" in said:
        return f"{url} does not speak TLS: whoever reaches it is root there. Start dockerd with --tlsverify."
    if "KEY_VALUES_MISMATCH" in said:
        return f"{tls.key} is not the key of {tls.cert}. Name the two that belong together."
    if _ALERT.search(said) or any(isinstance(one, _BROKEN) for one in chain):
        return _refused_certificate(url, tls)
    return f"TLS with {url} failed: {said}. Check ca, cert and key." if said else ""


def _server_certificate(url: str, tls: TlsFiles, error: ssl.SSLCertVerificationError) -> str:
    reason = error.verify_message
    if "expired" in reason:
        return f"the certificate of {url} has expired. Issue a new one for that engine (and compare the clocks)."
    if "not yet valid" in reason:
        return (
            f"the certificate of {url} is not valid yet. Compare the clocks of that host and of this machine: date -u"
        )
    if "match" in reason or "not valid for" in reason:
        host = urlsplit(url).hostname
        return f"the certificate of {url} is for other names. Issue one with {host} among its alternative names."
    return f"the certificate of {url} was not issued by {tls.ca} ({reason}). Name the CA that signed it as ca."


def _refused_certificate(url: str, tls: TlsFiles) -> str:
    ends = x509.load_pem_x509_certificate(tls.cert.read_bytes()).not_valid_after_utc
    if ends < datetime.now(UTC):
        return f"{url} refuses {tls.cert}, which expired on {ends:%Y-%m-%d}. Issue a new certificate for this client."
    return f"{url} refuses {tls.cert}: it was not issued by the CA that this engine trusts. Name one that was as cert."


def _by_kernel(url: str, chain: Sequence[BaseException]) -> str:
    if url.startswith("unix://"):
        return _by_socket(url.removeprefix("unix://"), chain)
    if any(isinstance(one, Timeout | TimeoutError) for one in chain):
        return (
            f"{url} does not answer. Check the address, that the host runs, and that its security group and firewall"
            " let your address reach that port."
        )
    if any(isinstance(one, ConnectionRefusedError) for one in chain):
        return f"nothing listens at {url}. Check the port, and that Docker runs there: sudo systemctl start docker"
    return f"{url} cannot be reached ({chain[-1]}). Check the endpoint, and that Docker runs there."


def _by_socket(path: str, chain: Sequence[BaseException]) -> str:
    if any(isinstance(one, PermissionError) for one in chain):
        return f"this user may not use {path}. Join its group: sudo usermod -aG docker $USER; then log in anew."
    return f"no Docker engine answers at {path}. Check the path, and that Docker runs: sudo systemctl start docker"
