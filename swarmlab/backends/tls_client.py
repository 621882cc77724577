"""docker SDK clients that trust whom they are told to: for engines behind TLS, and for the local Docker."""

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
        self.api = EngineApi(base_url=docker_host, tls=tls, timeout=timeout_s, version=version)


class PlainClient(DockerClient):
    """A docker SDK client as `docker.from_env` makes it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self.api = EngineApi(*arguments, **named)


class EngineApi(APIClient):
    """Asks an engine, and never heeds what the environment says of the internet."""

    def merge_environment_settings(self, *arguments: Any, **named: Any) -> Any:
        """Called by requests for each request."""
        # REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and proxies are meant for the internet; requests would prefer them to
        # what the client was given.
        self.trust_env = False
        return super().merge_environment_settings(*arguments, **named)
