"""A docker SDK client for a host, however it is reached: ssh, TLS, a socket, or as one of docker's contexts says.

Owns how an endpoint becomes a client. Nothing is asked of anybody, and no host is talked to that does not prove who it
is. What goes wrong is said in `failures`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docker import DockerClient
from docker.context import ContextAPI
from docker.errors import DockerException
from docker.tls import TLSConfig
from requests.exceptions import RequestException

from swarmlab.backends.hosts.failures import explain
from swarmlab.backends.hosts.settings import HostSettings, TlsFiles
from swarmlab.backends.hosts.ssh import SshApi
from swarmlab.backends.tls_client import TlsClient

CLIENT_TIMEOUT_S = 60
"""Longer than the 20 s after which an engine answers a join, or a question that needs a leader."""

FIRST_TIMEOUT_S = 15
"""For the first answer of an engine: a host that is off says nothing at all."""

_ANY_VERSION = "1.41"
"""Said before the engine's own is known; no request is sent with it."""


class EndpointFailed(DockerException):
    """A host's engine cannot be reached; the text names the host, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where an engine is: `ssh://`, `tcp://` or `unix://`, and what TLS needs."""

    url: str
    tls: TlsFiles | None


def resolve(host: HostSettings) -> Endpoint:
    """The endpoint of a host; of `context:NAME`, what docker's context of that name says.

    Raises:
        EndpointFailed: there is no such context, or it is without TLS.
    """
    if not host.endpoint.startswith("context:"):
        return Endpoint(url=host.endpoint, tls=host.tls)
    name = host.endpoint.removeprefix("context:")
    try:
        context = ContextAPI.get_context(name)
    except Exception as error:  # the SDK raises a bare Exception for a file that it cannot read
        raise EndpointFailed(f"{host.name}: docker's context {name} cannot be read: {error}") from error
    if context is None:
        raise EndpointFailed(
            f"{host.name}: there is no docker context {name}; `docker context ls` lists what there is."
        )
    # The SDK's own default context has a name for sockets that nobody else knows.
    endpoint = Endpoint(url=str(context.Host).removeprefix("http+"), tls=_files(context.TLSConfig))
    if endpoint.url.startswith("tcp://") and endpoint.tls is None:
        raise EndpointFailed(
            f"{host.name}: docker's context {name} has no certificates: whoever reaches {endpoint.url} is root there."
            " Protect it: https://docs.docker.com/engine/security/protect-access/"
        )
    return endpoint


def connect(host: HostSettings, *, timeout_s: int = CLIENT_TIMEOUT_S) -> DockerClient:
    """A new client for a host's engine, which has answered once; the caller closes it.

    Raises:
        EndpointFailed: it cannot be reached; the text says why.
    """
    endpoint = resolve(host)
    try:
        client = _client(endpoint, timeout_s)
    except DockerException as error:
        raise EndpointFailed(f"{host.name}: {error}. Check its endpoint, {host.endpoint}.") from error
    try:
        _learn_version(client.api)
    except (DockerException, RequestException, OSError) as error:
        client.close()
        raise EndpointFailed(f"{host.name}: {explain(endpoint.url, endpoint.tls, error)}") from error
    return client


def _files(tls: TLSConfig | None) -> TlsFiles | None:
    if tls is None or not tls.verify or not tls.ca_cert or not tls.cert:
        return None
    return TlsFiles(ca=Path(tls.ca_cert), cert=Path(tls.cert[0]), key=Path(tls.cert[1]))


def _client(endpoint: Endpoint, timeout_s: int) -> DockerClient:
    if endpoint.url.startswith("ssh://"):
        return _SshClient(SshApi(endpoint.url, version=_ANY_VERSION, timeout_s=timeout_s))
    if endpoint.tls is not None:
        tls = endpoint.tls
        return TlsClient(endpoint.url, ca=tls.ca, cert=tls.cert, key=tls.key, timeout_s=timeout_s, version=_ANY_VERSION)
    return DockerClient(base_url=endpoint.url, timeout=timeout_s, version=_ANY_VERSION)


class _SshClient(DockerClient):
    def __init__(self, api: SshApi) -> None:
        self.api = api


def _learn_version(api: Any) -> None:
    patient, api.timeout = api.timeout, FIRST_TIMEOUT_S
    try:
        api._version = api.version(api_version=False)["ApiVersion"]
    finally:
        api.timeout = patient
