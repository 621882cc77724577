"""Reachability, and which Docker it is."""

from __future__ import annotations

from collections.abc import Sequence

from swarmlab.doctor import advice
from swarmlab.doctor.checks import Check, failed, ok, unknown
from swarmlab.doctor.facts import HostFacts

OLDEST = (20, 10)
"""The oldest engine that the lessons were compared with."""


def check_reach(host: HostFacts) -> Check:
    """Whether its engine answers."""
    if not host.unreached:
        return ok(host.name, "reached", host.endpoint)
    found, _, todo = host.unreached.removeprefix(f"{host.name}: ").partition(". ")
    return failed(host.name, "reached", found.removesuffix("."), todo or advice.start_docker(host.name))


def check_version(host: HostFacts) -> Check:
    """Whether it is new enough."""
    found = f"Docker {version(host)}"
    match numbers(host):
        case None:
            return unknown(host.name, "Docker", f"{found} is no version that could be compared")
        case older if older < OLDEST:
            return failed(
                host.name,
                "Docker",
                f"{found} is older than {text(OLDEST)}, the oldest that the lessons were compared with",
                f"on {host.name}: https://docs.docker.com/engine/install/",
            )
    return ok(host.name, "Docker", f"{found} on {host.info.get('OperatingSystem', 'an unnamed system')}")


def check_same_version(hosts: Sequence[HostFacts]) -> Check:
    """Whether all hosts have engines of one major version; a swarm of several works, but says different things."""
    subject, question = "all hosts", "one Docker"
    majors = {(numbers(host) or (0, 0))[0] for host in hosts}
    found = ", ".join(f"{host.name} {version(host)}" for host in hosts)
    if len(majors) <= 1:
        return ok(subject, question, f"version {version(hosts[0])}" if len({*map(version, hosts)}) == 1 else found)
    newest = version(max(hosts, key=lambda host: numbers(host) or (0, 0)))
    behind = [host.name for host in hosts if (numbers(host) or (0, 0))[0] < max(majors)]
    return failed(subject, question, found, f"upgrade {', '.join(behind)} to {newest}, one host after the other")


def version(host: HostFacts) -> str:
    """As the engine writes it."""
    return str(host.info.get("ServerVersion") or "without a version")


def numbers(host: HostFacts) -> tuple[int, int] | None:
    """The two numbers that count; None where it is no release (`dev`)."""
    major, _, rest = version(host).partition(".")
    minor = rest.partition(".")[0]
    return (int(major), int(minor)) if major.isdigit() and minor.isdigit() else None


def text(numbers: tuple[int, int]) -> str:
    """A version as it is written."""
    return f"{numbers[0]}.{numbers[1]:02}"
