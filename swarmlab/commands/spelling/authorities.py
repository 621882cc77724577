"""Certificates and certificate authorities as the CLI's flags name them.

Source: docker/cli cli/command/swarm/opts.go (ExternalCAOption, PEMFile).
"""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

_PEM = re.compile(r"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----", re.DOTALL)


def read_pem(path: str) -> str:
    """What a PEM file holds.

    Raises:
        ValueError: it cannot be read, or is none; in Go's words.
    """
    text = _read(path)
    if not _PEM.search(text):
        raise ValueError("file contents must be in PEM format")
    return text


def _read(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError as error:
        raise ValueError(f"open {path}: {str(error.strerror).lower()}") from None


def read_external_ca(text: str) -> dict[str, Any]:
    """`protocol=cfssl,url=https://ca` as the API has it.

    Raises:
        ValueError: something is missing or unknown; in the CLI's words.
    """
    given: dict[str, str] = {}
    for field in next(csv.reader([text]), []):
        key, equals, value = field.partition("=")
        if not equals:
            raise ValueError(f"invalid field '{field}' must be a key=value pair")
        given[key] = value
    return _external_ca(given)


def _external_ca(given: dict[str, str]) -> dict[str, Any]:
    protocol, url, file = (given.pop(key, None) for key in ("protocol", "url", "cacert"))
    if protocol is not None and protocol.lower() != "cfssl":
        raise ValueError(f"unrecognized external CA protocol {protocol}")
    certificate = _ca_cert(file) if file is not None else ""
    for key, value in (("protocol", protocol), ("url", url)):
        if value is None:
            raise ValueError(f"the external-ca option needs a {key}= parameter")
    return {"Protocol": "cfssl", "URL": url, "Options": given, "CACert": certificate}


def _ca_cert(path: str) -> str:
    try:
        text = _read(path)
    except ValueError as error:
        raise ValueError(f"unable to read CA cert for external CA: {error}") from None
    if not _PEM.search(text):
        raise ValueError("CA cert for external CA must be in PEM format")
    return text


def external_cas(texts: tuple[str, ...], root: str) -> list[dict[str, Any]]:
    """The authorities of a flag that may be repeated; all sign for one root certificate, whatever theirs says."""
    return [{**read_external_ca(text), "CACert": root} for text in texts]
