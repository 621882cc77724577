"""docker SDK clients that trust and say what they are told to.

For engines behind TLS, for the local Docker, for the ports of a lab.
"""

from __future__ import annotations

from collections.abc import Mapping
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


class HeadersClient(DockerClient):
    """A docker SDK client that sends headers with each request, the one for the engine's version too.

    Args:
        docker_host: of the engine.
        headers: by their names.
    """

    def __init__(self, docker_host: str, headers: Mapping[str, str]) -> None:
        self.api = _HeadersApi(docker_host, headers)


class EngineApi(APIClient):
    """Asks an engine, and never heeds what the environment says of the internet."""

    def merge_environment_settings(self, *arguments: Any, **named: Any) -> Any:
        """Called by requests for each request."""
        # REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and proxies are meant for the internet; requests would prefer them to
        # what the client was given.
        self.trust_env = False
        return super().merge_environment_settings(*arguments, **named)


class _HeadersApi(EngineApi):
    def __init__(self, docker_host: str, headers: Mapping[str, str]) -> None:
        self._to_send = headers
        super().__init__(base_url=docker_host, version="auto")

    def prepare_request(self, request: Any) -> Any:
        """Called by requests for each request."""
        prepared = super().prepare_request(request)
        prepared.headers.update(self._to_send)
        return prepared
