"""What a tired person reads: a healthy set-up, a broken one, and the same for programs."""

import json
from dataclasses import replace
from pathlib import Path

from swarmlab.doctor.checks import Section, failed, ok, unknown
from swarmlab.doctor.facts import Offset
from swarmlab.doctor.hosts import judge
from swarmlab.doctor.looking import NO_SHELL
from swarmlab.doctor.report import as_json, has_failed, table
from tests.doctor.hosts_made_up import all_arrive, formed, host, inside

HEALTHY = Path(__file__).with_name("healthy.txt")
BROKEN = Path(__file__).with_name("broken.txt")


def test_a_healthy_set_up() -> None:
    """Three hosts, one swarm: nothing to do."""
    hosts = formed()
    assert table(judge(hosts, all_arrive(hosts))) == HEALTHY.read_text().strip()


def test_a_broken_set_up() -> None:
    """Each red line is followed by what to do."""
    first, second, manager = formed()
    full = replace(inside(first.address), disk=(900_000_000, 8_000_000_000), firewall="unknown")
    no_ipvs = {"vxlan": "loaded", "ip_vs": "missing", "ip_vs_rr": "missing", "xt_ipvs": "missing"}
    hosts = [
        replace(first, inside=full, offset=Offset(seconds=-94.2, error_s=0.03), registry_error="no such host"),
        replace(second, inside=None, why_no_inside=NO_SHELL),
        replace(manager, inside=inside(manager.address, modules=no_ipvs)),
        host(4, unreached="docker-swarm-4: 203.0.113.14 does not answer. Check the address, and that the host runs."),
    ]
    arrivals = {pair: what for pair, what in all_arrive(hosts[:3]).items() if pair[0] != "docker-swarm-2"}
    arrivals |= {pair: "unseen" for pair in arrivals if pair[1] == "docker-swarm-2" and pair[2].endswith("udp")}
    arrivals["docker-swarm-1", "docker-swarm-3", "7946/tcp"] = "rejected"
    arrivals["docker-swarm-1", "docker-swarm-3", "4789/udp"] = "silent"
    arrivals["docker-swarm-3", "docker-swarm-1", "7946/udp"] = "silent"
    assert table(judge(hosts, arrivals)) == BROKEN.read_text().strip()


def test_neighbours_that_found_the_same_share_a_line() -> None:
    """Of one subject only, and with the same advice."""
    checks = (ok("a → b", "1/tcp", "open"), ok("a → b", "2/udp", "open"), failed("a → b", "3/udp", "shut", "open it"))
    others = (ok("b → a", "1/tcp", "open"),)
    assert table([Section(title="Ports", checks=checks + others)]).splitlines() == [
        "Ports",
        "  ✓ a → b  1/tcp, 2/udp  open",
        "  ✗ a → b  3/udp         shut",
        "      → open it",
        "  ✓ b → a  1/tcp         open",
        "",
        "1 failed, 3 ok.",
    ]


def test_a_section_without_checks_is_not_shown() -> None:
    """No heading over nothing."""
    sections = [Section(title="Empty", checks=()), Section(title="Full", checks=(unknown("a", "b", "why"),))]
    assert table(sections) == "Full\n  ? a  b  why\n\n1 unknown."


def test_programs_get_every_check_by_itself() -> None:
    """And whether any failed."""
    sections = [Section(title="Ports", checks=(ok("a", "1/tcp", "open"), failed("a", "2/tcp", "shut", "open it")))]
    assert json.loads(as_json(sections)) == {
        "ok": False,
        "checks": [
            {"section": "Ports", "subject": "a", "question": "1/tcp", "verdict": "ok", "found": "open", "advice": []},
            {
                "section": "Ports",
                "subject": "a",
                "question": "2/tcp",
                "verdict": "failed",
                "found": "shut",
                "advice": ["open it"],
            },
        ],
    }


def test_what_is_unknown_has_not_failed() -> None:
    """Nor is it well; the line says so."""
    assert not has_failed([Section(title="Ports", checks=(unknown("a", "1/tcp", "why"),))])
