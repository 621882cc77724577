"""Whether there is room for images."""

from __future__ import annotations

from swarmlab.doctor import advice
from swarmlab.doctor.checks import Check, failed, ok, unknown
from swarmlab.doctor.facts import HostFacts

NEEDED_BYTES = 2 * 10**9
"""The lessons' images and their containers, with room to spare."""


def check_disk(host: HostFacts) -> Check:
    """What is free where Docker keeps its data; the API tells only how much Docker takes."""
    held = "" if host.held_bytes is None else f"; Docker holds {gigabytes(host.held_bytes)}"
    if host.inside is None or host.inside.disk is None:
        return unknown(host.name, "disk", f"free room is not seen, {host.why_no_inside or 'df says nothing'}{held}")
    free, in_all = host.inside.disk
    found = f"{gigabytes(free)} of {gigabytes(in_all)} free{held}"
    if free < NEEDED_BYTES:
        return failed(host.name, "disk", f"{found}; {gigabytes(NEEDED_BYTES)} are needed", advice.free_disk(host.name))
    return ok(host.name, "disk", found)


def gigabytes(count: int) -> str:
    """As Docker writes them: of 1000 megabytes."""
    return f"{count / 10**9:.1f} GB"
