"""The commands that mend what is found, as one types them on the host or in the cloud."""

from __future__ import annotations

from swarmlab.doctor.facts import Firewall, HostFacts


def open_port(port: str, *, target: HostFacts, sender: HostFacts, by_filter: bool) -> tuple[str, ...]:
    """How to let a port's packets in.

    Args:
        port: `2377/tcp`.
        target: the host that is to receive them.
        sender: the host that sends them.
        by_filter: something refused them aloud, so it is the host's own firewall: a security group keeps silent.
    """
    number, protocol = port.split("/")
    firewall: Firewall = target.inside.firewall if target.inside else "unknown"
    rule = f'rule family="ipv4" source address="{sender.address}" port port="{number}" protocol="{protocol}" accept'
    commands = {
        "ufw": f"sudo ufw allow proto {protocol} from {sender.address} to any port {number}",
        "firewalld": f"sudo firewall-cmd --permanent --add-rich-rule='{rule}' && sudo firewall-cmd --reload",
        "none": f"sudo iptables -I INPUT -p {protocol} --dport {number} -s {sender.address} -j ACCEPT",
    }
    lines = [f"on {target.name}: {command}" for name, command in commands.items() if name == firewall]
    if firewall == "unknown":
        lines = [
            f"on {target.name}, if ufw is its firewall: {commands['ufw']}",
            f"if firewalld is: {commands['firewalld']}",
        ]
    if by_filter:
        return tuple(lines)
    group = (
        f"in its security group (AWS): aws ec2 authorize-security-group-ingress --group-id GROUP-OF-{target.name} "
        f"--protocol {protocol} --port {number} --cidr {sender.address}/32"
    )
    return (group,) if firewall == "none" else (*lines, group)


def set_clock(host: str) -> str:
    """How to have a time service set the clock."""
    return f"on {host}: sudo timedatectl set-ntp true   (or: sudo apt install chrony)"


def free_disk(host: str) -> str:
    """How to see what may go."""
    return f"on {host}: docker system df, then docker image prune --all   (removes images that no container uses)"


def load_modules(host: str, modules: str) -> tuple[str, ...]:
    """How to get kernel modules."""
    return (
        f"on {host}: sudo modprobe --all {modules}",
        "if it finds none: sudo apt install linux-modules-extra-$(uname -r)   (Ubuntu; on Debian: linux-image-amd64)",
    )


def start_docker(host: str) -> str:
    """What to look at where no engine answers."""
    return f"on {host}: sudo systemctl status docker, and sudo systemctl enable --now docker"
