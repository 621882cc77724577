"""A docker SDK client for an engine behind the lab's own TLS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docker import APIClient, DockerClient
from docker.tls import TLSConfig


class TlsClient(DockerClient):
    """A docker SDK client that trusts the lab's authority, and no other."""

    def __init__(self, docker_host: str, credentials: Path, *, timeout_s: int) -> None:
        tls = TLSConfig(
            client_cert=(str(credentials / "cert.pem"), str(credentials / "key.pem")),
            ca_cert=str(credentials / "ca.pem"),
            verify=True,
        )
        self.api = _Api(base_url=docker_host, tls=tls, timeout=timeout_s)


class _Api(APIClient):
    def merge_environment_settings(self, *arguments: Any, **named: Any) -> Any:
        # REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE and proxies are meant for the internet; requests would prefer them to
        # what the client was given.
        self.trust_env = False
        return super().merge_environment_settings(*arguments, **named)
