"""Credential specs as services ask for them: `config://name`, `file://name`, `registry://name`.

Source: docker/cli cli/command/service/opts.go, credentialSpecOpt.
"""

from __future__ import annotations

_SOURCES = {"config://": "Config", "file://": "File", "registry://": "Registry"}


def read_credentials(text: str) -> dict[str, str]:
    """Where the credentials are; nowhere for an empty text.

    Raises:
        ValueError: in the CLI's words.
    """
    nowhere = dict.fromkeys(_SOURCES.values(), "")
    if not text:
        return nowhere
    for prefix, source in _SOURCES.items():
        if text.startswith(prefix):
            return {**nowhere, source: text.removeprefix(prefix)}
    raise ValueError('invalid credential spec: value must be prefixed with "config://", "file://", or "registry://"')
