"""Whether the kernel has what Swarm's networks and images are made of."""

from __future__ import annotations

from collections.abc import Sequence

from swarmlab.doctor import advice
from swarmlab.doctor.checks import Check, failed, ok, unknown
from swarmlab.doctor.facts import HostFacts

OVERLAY_DRIVERS = ("overlay2", "overlayfs", "fuse-overlayfs")


def check_kernel(host: HostFacts) -> list[Check]:
    """Images on overlay, networks on VXLAN, virtual addresses on IPVS."""
    return [
        _check_storage(host),
        _check_modules(host, "overlay networks", ["vxlan"], "no overlay network carries a packet"),
        _check_modules(
            host, "IPVS", ["ip_vs", "ip_vs_rr", "xt_ipvs"], "virtual IPs and published ports take no connection"
        ),
    ]


def _check_storage(host: HostFacts) -> Check:
    driver = host.info.get("Driver")
    if driver in OVERLAY_DRIVERS:
        return ok(host.name, "overlay", f"storage driver {driver}")
    return failed(
        host.name,
        "overlay",
        f"storage driver {driver}: each container takes the whole image's room",
        f"on {host.name}: sudo modprobe overlay && sudo systemctl restart docker   (its data must lie on ext4 or xfs)",
    )


def _check_modules(host: HostFacts, question: str, modules: Sequence[str], without: str) -> Check:
    kernel = f"kernel {host.info.get('KernelVersion', 'unknown')}"
    if host.inside is None:
        return unknown(host.name, question, f"{kernel}; {host.why_no_inside}")
    states = {name: host.inside.modules.get(name, "unknown") for name in modules}
    if missing := [name for name, state in states.items() if state == "missing"]:
        return failed(
            host.name,
            question,
            f"{kernel} has no {', '.join(missing)}: {without}",
            *advice.load_modules(host.name, " ".join(missing)),
        )
    if unsure := [name for name, state in states.items() if state == "unknown"]:
        return unknown(host.name, question, f"{kernel}: neither loaded nor listed: {', '.join(unsure)}")
    later = [name for name, state in states.items() if state == "loadable"]
    return ok(host.name, question, f"{kernel}{', loaded when needed' if later else ''}")
