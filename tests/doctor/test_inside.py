"""What a shell on a host sees: asked of this very machine, and read from answers of others."""

import shutil
from contextlib import closing

import pytest

from swarmlab.backends.hosts.shell import ProgramShell
from swarmlab.doctor.facts import Inside
from swarmlab.doctor.inside import MODULES, look, read, script
from tests.hosts.network import Network

UBUNTU = """\
== addresses
Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 127.0.0.1
        /32 host LOCAL
     |-- 172.31.16.11
        /32 host LOCAL
     |-- 172.31.31.255
        /32 link BROADCAST
== tcp
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0949 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
   1: 0B101FAC:1F0A 0C101FAC:B000 01 00000000:00000000 00:00000000 00000000     0        0 2 1
== udp
   8: 00000000:12B5 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 0 2
== disk
Filesystem     1024-blocks     Used Available Capacity Mounted on
/dev/root         30297152  9437184  20843584      32% /
== synchronized
NTPSynchronized=yes
== firewall
ufw
== modules
vxlan loaded
ip_vs loadable
ip_vs_rr missing
xt_ipvs nonsense
"""


def test_an_answer_is_read() -> None:
    """What is not understood is unknown; who is connected does not listen."""
    assert read(UBUNTU) == Inside(
        addresses=frozenset({"127.0.0.1", "172.31.16.11"}),
        listening=frozenset({"2377/tcp", "4789/udp"}),
        disk=(20843584 * 1024, 30297152 * 1024),
        modules={"vxlan": "loaded", "ip_vs": "loadable", "ip_vs_rr": "missing", "xt_ipvs": "unknown"},
        firewall="ufw",
        is_synchronized=True,
    )


def test_no_answer_is_nothing_known() -> None:
    """A container of some image may have no program at all."""
    assert read("sh: cat: not found\n") == Inside(modules=dict.fromkeys(MODULES, "unknown"))


def test_this_machine_is_seen() -> None:
    """Its own address, its disk, and every module with a state that is known."""
    with closing(ProgramShell(["sh"])) as shell:
        inside = look(shell, "/var/lib/nosuch")
    assert "127.0.0.1" in inside.addresses
    assert inside.disk is not None
    assert inside.disk[0] <= inside.disk[1] == pytest.approx(shutil.disk_usage("/").total, rel=0.1)
    assert inside.modules.keys() == MODULES.keys()


@pytest.mark.shells
def test_busybox_sees_the_same(network: Network) -> None:
    """As in a container of alpine."""
    with closing(ProgramShell([*network.enter_sender, "busybox", "sh"])) as small:
        assert look(small, "/").addresses == look(network.sender, "/").addresses == {"127.0.0.1", "10.213.0.1"}


def test_ports_that_are_held_are_seen(network: Network) -> None:
    """By whom, is not its business."""
    assert look(network.sender, "/").listening == frozenset()
    network.sender.run("""
    exec 2>/dev/null
    timeout 5 python3 -c 'import socket, time; a = socket.create_server(("", 2377)); b = socket.socket(type=2);
b.bind(("", 7946)); time.sleep(60)' & echo
    until grep -qi ':0949 ' /proc/net/tcp && grep -qi ':1F0A ' /proc/net/udp; do sleep 0.1; done
    """)
    assert look(network.sender, "/").listening == {"2377/tcp", "7946/udp"}


def test_the_script_is_safe_with_any_directory() -> None:
    """A name is no command."""
    assert "df -Pk '/data; reboot'" in script("/data; reboot")
