"""What a shell on a host sees: one script that only reads, and what its answer means.

Works with the programs of Debian and of busybox. A program or a file that is not there makes its fact unknown.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Final

from swarmlab.backends.hosts.shell import Shell
from swarmlab.client.protocols import PORTS
from swarmlab.doctor.facts import Firewall, Inside, ModuleState

MODULES: Final = {
    "vxlan": "VXLAN",
    "ip_vs": "IP_VS",
    "ip_vs_rr": "IP_VS_RR",
    "xt_ipvs": "NETFILTER_XT_MATCH_IPVS",
}
"""Kernel modules that Swarm's networks need, each with its option in the kernel's configuration.

Source: moby contrib/check-config.sh, "overlay" and "ipvs"; libnetwork's load balancer is of the kind rr.
"""

_SCRIPT = r"""
echo '== addresses'; cat /proc/net/fib_trie
echo '== tcp'; cat /proc/net/tcp /proc/net/tcp6
echo '== udp'; cat /proc/net/udp /proc/net/udp6
echo '== disk'; df -Pk ROOT || df -Pk /
echo '== synchronized'; timedatectl show -p NTPSynchronized
echo '== firewall'
if grep -qi '^ENABLED=yes' /etc/ufw/ufw.conf; then echo ufw
elif [ -e /var/run/firewalld.pid ] || [ "$(systemctl is-active firewalld)" = active ]; then echo firewalld
elif [ -d /etc/systemd/system ] && systemctl is-active -q dbus; then echo none
else echo unknown
fi
echo '== modules'
release="$(uname -r)"
known="/lib/modules/$release"
config() { zcat /proc/config.gz || cat "/boot/config-$release"; }
for pair in MODULES; do
    name="${pair%=*}"
    if grep -q "^$name " /proc/modules || [ -d "/sys/module/$name" ] || grep -q "/$name\.ko" "$known/modules.builtin"
    then state=loaded
    elif grep -q "/$name\.ko[^ ]*:" "$known/modules.dep"; then state=loadable
    else
        case "$(config | grep "CONFIG_${pair#*=}[= ]"):$([ -e "$known/modules.dep" ] && echo known)" in
            *=y:*) state=loaded ;;
            *=m:) state=unknown ;;
            *'is not set':*|*:known) state=missing ;;
            *) state=unknown ;;
        esac
    fi
    echo "$name $state"
done
"""


def look(shell: Shell, docker_root: str) -> Inside:
    """Look around on a host.

    Raises:
        ShellFailed: nothing came back.
    """
    return read(shell.run(script(docker_root)))


def script(docker_root: str) -> str:
    """What is typed; `docker_root` is where Docker keeps its data."""
    pairs = " ".join(f"{name}={option}" for name, option in MODULES.items())
    lines = _SCRIPT.replace("ROOT", shlex.quote(docker_root)).replace("MODULES", pairs)
    return f"LC_ALL=C; export LC_ALL\nexec 2>/dev/null\n{lines}"


def read(answer: str) -> Inside:
    """What the script's answer says."""
    parts = dict(re.findall(r"^== (\w+)\n(.*?)(?=^== |\Z)", answer, re.MULTILINE | re.DOTALL))
    return Inside(
        addresses=frozenset(_addresses(parts.get("addresses", ""))),
        listening=_listening(parts),
        disk=_disk(parts.get("disk", "")),
        modules=_modules(parts.get("modules", "")),
        firewall=_firewall(parts.get("firewall", "").strip()),
        is_synchronized={"NTPSynchronized=yes": True, "NTPSynchronized=no": False}.get(
            parts.get("synchronized", "").strip()
        ),
    )


def _addresses(fib_trie: str) -> Iterable[str]:
    return re.findall(r"\|-- ([\d.]+)\n\s+/32 host LOCAL", fib_trie)


def _listening(parts: Mapping[str, str]) -> frozenset[str]:
    # A line of /proc/net/tcp: "0: 00000000:0949 00000000:0000 0A ..."; a socket of UDP has no state of listening.
    ports = {
        f"{int(port, 16)}/{protocol}"
        for protocol, state in (("tcp", "0A"), ("udp", r"\w+"))
        for port in re.findall(rf"^\s*\d+: \w+:(\w{{4}}) \w+:0000 {state} ", parts.get(protocol, ""), re.MULTILINE)
    }
    return frozenset(ports & set(PORTS))


def _disk(df: str) -> tuple[int, int] | None:
    numbers = re.search(r"\s(\d+)\s+\d+\s+(\d+)\s+\d+%", df)
    return (int(numbers[2]) * 1024, int(numbers[1]) * 1024) if numbers else None


def _modules(lines: str) -> dict[str, ModuleState]:
    states: dict[str, ModuleState] = dict.fromkeys(MODULES, "unknown")
    for line in lines.splitlines():
        match line.split():
            case [name, "loaded" | "loadable" | "missing" as state] if name in states:
                states[name] = state
    return states


def _firewall(word: str) -> Firewall:
    match word:
        case "ufw" | "firewalld" | "none":
            return word
    return "unknown"
