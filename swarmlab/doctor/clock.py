"""Whether the hosts' clocks agree. Certificates, logs and the lessons' own ages depend on it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from swarmlab.doctor import advice
from swarmlab.doctor.checks import Check, failed, ok, unknown
from swarmlab.doctor.facts import HostFacts, Offset

ALLOWED_S = 2.0
"""How far a clock may be off. Swarm itself bears more: its certificates are dated back an hour.

Source of that: swarmkit ca/certificates.go, CertBackdate.
"""


def check_clocks(hosts: Sequence[HostFacts]) -> list[Check]:
    """A line for each host: how far its clock is from what most clocks, this machine's among them, say."""
    said = most_say([host.offset.seconds for host in hosts if host.offset])
    return [_check(host, host.offset, said) for host in hosts]


def most_say(offsets: Sequence[float]) -> float:
    """The time that most clocks agree on, as an offset from this machine's; one host alone is compared with it."""
    return median([0.0, *offsets]) if len(offsets) > 1 else 0.0


def _check(host: HostFacts, offset: Offset | None, said: float) -> Check:
    question = "clock"
    if offset is None:
        return unknown(host.name, question, "its engine does not say what time it has")
    off = offset.seconds - said
    found = f"{abs(off):.1f} s {'ahead' if off > 0 else 'behind'}"
    if abs(off) - offset.error_s > ALLOWED_S:
        return failed(host.name, question, found, advice.set_clock(host.name))
    if abs(off) + offset.error_s > ALLOWED_S:
        why = f"its engine took {2 * offset.error_s:.1f} s to answer, too long to tell"
        return unknown(host.name, question, why)
    unset = host.inside is not None and host.inside.is_synchronized is False
    found = found if abs(off) >= 0.1 else "agrees with the others"
    return ok(host.name, question, f"{found}, but no time service keeps it so" if unset else found)
