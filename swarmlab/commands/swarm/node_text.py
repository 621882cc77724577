"""What a node looks like in `node ls` and in `node inspect --pretty`.

Source: docker/cli cli/command/node/formatter.go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from swarmlab.client.tables import capitalised
from swarmlab.commands.printing.listing import Kind
from swarmlab.commands.printing.units import binary_size

Node = dict[str, Any]
NODES = Kind(
    type="*node.nodeContext",
    headers={
        "ID": "ID",
        "Self": "",
        "Hostname": "HOSTNAME",
        "Status": "STATUS",
        "Availability": "AVAILABILITY",
        "ManagerStatus": "MANAGER STATUS",
        "EngineVersion": "ENGINE VERSION",
        "TLSStatus": "TLS STATUS",
    },
    table="{{.ID}} {{if .Self}}*{{else}} {{ end }}\t{{.Hostname}}\t{{.Status}}\t{{.Availability}}"
    "\t{{.ManagerStatus}}\t{{.EngineVersion}}",
    raw=r"node_id: {{.ID}}\nhostname: {{.Hostname}}\nstatus: {{.Status}}\navailability: {{.Availability}}"
    r"\nmanager_status: {{.ManagerStatus}}\n",
    quiet_raw="node_id: {{.ID}}",
)


def row(node: Node, info: dict[str, Any]) -> dict[str, object]:
    """One line of `node ls`; `info` is the answering engine's swarm information."""
    manager = node.get("ManagerStatus") or {}
    itself = node["ID"] == info.get("NodeID")
    return {
        "ID": node["ID"],
        "Self": itself,
        "Hostname": node.get("Description", {}).get("Hostname", ""),
        "Status": capitalised(node["Status"]["State"]),
        "Availability": capitalised(node["Spec"]["Availability"]),
        "ManagerStatus": "Leader" if manager.get("Leader") else capitalised(manager.get("Reachability", "")),
        "EngineVersion": node.get("Description", {}).get("Engine", {}).get("EngineVersion", ""),
        "TLSStatus": _tls_status(node, info),
    }


def _tls_status(node: Node, info: dict[str, Any]) -> str:
    mine = node.get("Description", {}).get("TLSInfo")
    ours = (info.get("Cluster") or {}).get("TLSInfo")
    if not mine or not ours:
        return "Unknown"
    return "Ready" if mine == ours else "Needs Rotation"


def pretty(node: Node) -> str:
    """The text of `node inspect --pretty`, tabs as the CLI writes them."""
    return "\n".join(_pretty_lines(node))


def _pretty_lines(node: Node) -> Iterator[str]:
    spec, description, status = node["Spec"], node.get("Description", {}), node["Status"]
    yield f"ID:\t\t\t{node['ID']}"
    if spec.get("Name"):
        yield f"Name:\t\t\t{spec['Name']}"
    if spec.get("Labels"):
        yield "Labels:"
        yield from _labels(spec["Labels"])
    yield f"Hostname:              \t{description.get('Hostname', '')}"
    yield f"Joined at:             \t{joined_at(node['CreatedAt'])}"
    yield "Status:"
    yield f" State:\t\t\t{capitalised(status['State'])}"
    if status.get("Message"):
        yield f" Message:              \t{capitalised(status['Message'])}"
    yield f" Availability:         \t{capitalised(spec['Availability'])}"
    if status.get("Addr"):
        yield f" Address:\t\t{status['Addr']}"
    yield from _manager(node.get("ManagerStatus"))
    yield from _machine(description)
    yield from _tls(description.get("TLSInfo"))


def joined_at(timestamp: str) -> str:
    """A timestamp as Go prints a time, in lower case as the CLI does: `2026-11-23 05:59:12.97 +0000 utc`."""
    seconds, _, fraction = timestamp.rstrip("Z").partition(".")
    fraction = fraction.rstrip("0")
    return f"{seconds.replace('T', ' ')}{fraction and '.' + fraction} +0000 utc"


def _manager(status: dict[str, Any] | None) -> Iterator[str]:
    if not status:
        return
    yield "Manager Status:"
    yield f" Address:\t\t{status.get('Addr', '')}"
    yield f" Raft Status:\t\t{capitalised(status.get('Reachability', ''))}"
    yield f" Leader:\t\t{'Yes' if status.get('Leader') else 'No'}"


def _machine(description: dict[str, Any]) -> Iterator[str]:
    platform, resources = description.get("Platform", {}), description.get("Resources", {})
    engine = description.get("Engine", {})
    yield "Platform:"
    yield f" Operating System:\t{platform.get('OS', '')}"
    yield f" Architecture:\t\t{platform.get('Architecture', '')}"
    yield "Resources:"
    yield f" CPUs:\t\t\t{resources.get('NanoCPUs', 0) // 10**9}"
    yield f" Memory:\t\t{binary_size(resources['MemoryBytes']) if resources.get('MemoryBytes') else ''}"
    if engine.get("Plugins"):
        yield "Plugins:"
        yield from _plugins(engine["Plugins"])
    yield f"Engine Version:\t\t{engine.get('EngineVersion', '')}"
    if engine.get("Labels"):
        yield "Engine Labels:"
        yield from _labels(engine["Labels"])


def _plugins(plugins: list[dict[str, str]]) -> Iterator[str]:
    for kind in sorted({plugin["Type"] for plugin in plugins}):
        yield f" {kind}:\t\t{', '.join(plugin['Name'] for plugin in plugins if plugin['Type'] == kind)}"


def _labels(labels: dict[str, str]) -> Iterator[str]:
    for key, value in sorted(labels.items()):
        yield f" - {key}={value}" if value else f" - {key}"


def _tls(tls: dict[str, str] | None) -> Iterator[str]:
    if not tls:
        return
    yield "TLS Info:"
    yield " TrustRoot:"
    yield tls.get("TrustRoot", "")
    yield f" Issuer Subject:\t{tls.get('CertIssuerSubject', '')}"
    yield f" Issuer Public Key:\t{tls.get('CertIssuerPublicKey', '')}"
