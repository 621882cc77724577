"""Whether a host finds names, and the registry that images come from. Asked through its own engine."""

from __future__ import annotations

from swarmlab.doctor.checks import Check, failed, ok, unknown
from swarmlab.doctor.facts import HostFacts

QUESTION = "DNS, registry"
_NOT_RESOLVED = ("no such host", "lookup ", "server misbehaving", "name resolution")
"""Words of Go's resolver, as engines pass them on."""

_NOT_CONNECTED = (
    "dial tcp",
    "timeout",
    "timed out",
    "deadline exceeded",
    "refused",
    "unreachable",
    "canceled",
    "x509",
    "tls:",
)
"""The registry's name was found, but no answer came."""


def check_registry(host: HostFacts) -> Check:
    """One answer tells of both: whether the registry's name is found, and whether it answers."""
    error = host.registry_error
    if error is None:
        return unknown(host.name, QUESTION, "its engine was not asked")
    if not error:
        return ok(host.name, QUESTION, "the name is found, the registry answers")
    if any(words in error for words in _NOT_RESOLVED):
        test = f"on {host.name}: getent hosts registry-1.docker.io; where that fails, set a name server that answers"
        return failed(host.name, QUESTION, f"a name is not found: {error}", f"{test} in /etc/resolv.conf")
    if any(words in error.lower() for words in _NOT_CONNECTED):
        return failed(
            host.name,
            QUESTION,
            f"the registry does not answer: {error}",
            f"let {host.name} out to registry-1.docker.io, 443/tcp; or give its engine a mirror (registry-mirrors)",
        )
    return ok(host.name, QUESTION, f"the registry answers: {error}")
