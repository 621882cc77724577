"""Changes that `service update` makes to the lists and maps of a spec: one thing added, another removed.

Source: docker/cli cli/command/service/update.go.
"""

from __future__ import annotations

from typing import Any

from swarmlab.commands.errors import DockerError
from swarmlab.commands.services.flags import Spec
from swarmlab.commands.services.networks import network_id, resolve
from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.mounts import read_mount
from swarmlab.commands.spelling.ports import PortConfig, read_ports
from swarmlab.commands.spelling.typed import pairs

Texts = tuple[str, ...]


def change_labels(owner: Spec, add: Texts, remove: Texts, *, name: str = "Labels") -> None:
    """Remove keys from a map of texts, then add or replace others."""
    if add or remove:
        kept = {key: value for key, value in (owner.get(name) or {}).items() if key not in remove}
        owner[name] = {**kept, **pairs(add)}


def change_env(container: Spec, add: Texts, remove: Texts) -> None:
    """Remove variables by name, then add or replace others."""
    if add or remove:
        before = {_variable(text): text for text in container.get("Env") or []}
        kept = {name: text for name, text in before.items() if name not in {_variable(each) for each in remove}}
        container["Env"] = list({**kept, **{_variable(text): text for text in add}}.values())


def _variable(text: str) -> str:
    return text.partition("=")[0]


def change_list(owner: Spec, name: str, add: Texts, remove: Texts, *, order: bool = True) -> None:
    """Add to a list of texts, then remove from it; sorted, so that the same changes always give the same list."""
    if add or remove:
        texts = [text for text in dict.fromkeys([*(owner.get(name) or []), *add]) if text not in remove]
        owner[name] = sorted(texts) if order else texts


def change_preferences(placement: Spec, add: Texts, remove: Texts) -> None:
    """Remove placement preferences, then add others at the end."""
    if add or remove:
        gone = [text.partition("=")[2] for text in remove]
        before = [each for each in placement.get("Preferences") or [] if each["Spread"]["SpreadDescriptor"] not in gone]
        placement["Preferences"] = before + [{"Spread": {"SpreadDescriptor": text.partition("=")[2]}} for text in add]


def change_mounts(container: Spec, add: Texts, remove: Texts) -> None:
    """Remove mounts by target, and add or replace others by target."""
    mounts = {each.get("Target", ""): each for each in container.get("Mounts") or []}
    mounts |= {each["Target"]: each for each in map(read_mount, add)}
    kept = [each for target, each in mounts.items() if target not in remove]
    container["Mounts"] = sorted(kept, key=lambda each: (each.get("Source", ""), each.get("Target", "")))


def change_ports(endpoint: Spec, add: Texts, remove: Texts) -> None:
    """Remove ports by target, protocol and mode, then add others."""
    before = {_port_key(port): port for port in endpoint.get("Ports") or []}
    gone = {_target(port) for text in remove for port in read_ports(text)}
    kept = {key: port for key, port in before.items() if _target(port) not in gone}
    for text in add:
        for port in read_ports(text):
            if _port_key(port) not in before:
                kept[_port_key(port)] = port
    endpoint["Ports"] = [port for _, port in sorted(kept.items())]


def _target(port: PortConfig) -> tuple[Any, ...]:
    return port["TargetPort"], port.get("Protocol") or "tcp", port.get("PublishMode") or "ingress"


def _port_key(port: PortConfig) -> str:
    target, protocol, mode = _target(port)
    return f"{port.get('PublishedPort', 0)}:{target}/{protocol}/{mode}"


def change_networks(session: Session, template: Spec, add: Texts, remove: Texts) -> None:
    """Detach from some networks, attach to others.

    Raises:
        DockerError: a network is not there, or the service is attached to it already.
    """
    gone = {network_id(session, name) for name in remove}
    kept = [each for each in template.get("Networks") or [] if each["Target"] not in gone]
    attached = {each["Target"] for each in kept}
    for each in resolve(session, add):
        if each["Target"] in attached:
            raise DockerError(f"service is already attached to network {_name_of(session, each['Target'])}")
        kept.append(each)
    template["Networks"] = sorted(kept, key=lambda each: str(each["Target"]))


def _name_of(session: Session, network: str) -> str:
    return str(session.get(path_to("network", network))["Name"])
