"""A docker SDK client for an engine behind TLS, where both sides show certificates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docker import APIClient, DockerClient
from docker.tls import TLSConfig


class TlsClient(DockerClient):
    """A docker SDK client that trusts one authority, and no other.

    Args:
        docker_host: `tcp://address:port`.
        ca: the authority's certificate.
        cert: the client's.
        key: of that.
        timeout_s: for each answer.
        version: of the API; None asks the engine for its own, at once.
    """

    def __init__(
        self, docker_host: str, *, ca: Path, cert: Path, key: Path, timeout_s: int, version: str | None = None
    ) -> None:
        tls = TLSConfig(client_cert=(str(cert), str(key)), ca_cert=str(ca), verify=True)
        self.api = _Api(base_url=docker_host, tls=tls, timeout=timeout_s, version=version)


class _Api(APIClient):
    def merge_environment_settings(self, *arguments: Any, **named: Any) -> Any:
        # REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and proxies are meant for the internet; requests would prefer them to
        # what the client was given.
        self.trust_env = False
        return super().merge_environment_settings(*arguments, **named)
