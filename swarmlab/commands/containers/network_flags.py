"""Flags of `docker run` and `docker create` that say what a container's network is like.

Source: docker/cli cli/command/container/opts.go, parseNetworkOpts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.spelling.attachments import Attachment, container_attachment
from swarmlab.commands.spelling.bindings import Binding, read_bindings, read_exposed
from swarmlab.commands.spelling.endpoints import ENDPOINT
from swarmlab.commands.spelling.options import Many, Switch, Text, flag

Body = dict[str, Any]
DEFAULT = "default"
_IPAM = ("IPv4Address", "IPv6Address", "LinkLocalIPs")
_BYTES = (6, 8, 20)
_EITHER = (
    ("network_alias", "Aliases", "--network-alias and per-network alias"),
    ("ip", "IPv4Address", "--ip and per-network IPv4 address"),
    ("ip6", "IPv6Address", "--ip6 and per-network IPv6 address"),
    ("mac_address", "MacAddress", "--mac-address and per-network MAC address"),
    ("link_local_ip", "LinkLocalIPs", "--link-local-ip and per-network link-local IP addresses"),
)
"""What may be said of the first network in two places, but not in both."""


@dataclass(frozen=True, kw_only=True)
class NetworkFlags(Command):
    """Networks, addresses, names and ports."""

    add_host: Many = flag("--add-host list", "Add a custom host-to-IP mapping (host:ip)", syntax="extra-host")
    dns: Many = flag("--dns list", "Set custom DNS servers", syntax="ip")
    dns_option: Many = flag("--dns-option list", "Set DNS options", also=("dns-opt",))
    dns_search: Many = flag("--dns-search list", "Set custom DNS search domains", syntax="domain")
    expose: Many = flag("--expose list", "Expose a port or a range of ports")
    ip: Text = flag("--ip string", "IPv4 address (e.g., 172.30.100.104)")
    ip6: Text = flag("--ip6 string", "IPv6 address (e.g., 2001:db8::33)")
    link: Many = flag("--link list", "Add link to another container", syntax="link")
    link_local_ip: Many = flag("--link-local-ip list", "Container IPv4/IPv6 link-local addresses")
    mac_address: Text = flag("--mac-address string", "Container MAC address (e.g., 92:d0:c6:0a:29:33)")
    network: Many = flag(
        "--network network", "Connect a container to a network", syntax="container-network", also=("net",)
    )
    network_alias: Many = flag(
        "--network-alias list", "Add network-scoped alias for the container", also=("net-alias",)
    )
    publish: Many = flag("-p, --publish list", "Publish a container's port(s) to the host")
    publish_all: Switch = flag("-P, --publish-all", "Publish all exposed ports to random ports")

    def check_mac_address(self) -> None:
        """Raise DockerError unless it is one."""
        _check_mac(self.mac_address or "")

    def bindings(self) -> dict[str, list[Binding]]:
        """What is published where. Raises DockerError."""
        try:
            return read_bindings(self.publish)
        except ValueError as error:
            raise DockerError(str(error)) from None

    def exposed(self) -> list[str]:
        """The ports that the container says it listens on. Raises DockerError."""
        try:
            return [port for text in self.expose for port in read_exposed(text)]
        except ValueError as error:
            raise DockerError(str(error)) from None

    def names(self) -> Body:
        """The part of a HostConfig that is about names and ports, bindings aside."""
        return {
            "Dns": list(self.dns),
            "DnsOptions": list(self.dns_option),
            "DnsSearch": list(self.dns_search),
            "ExtraHosts": [_host(text) for text in self.add_host] or None,
            "Links": list(self.link) or None,
            "NetworkMode": self._attachments()[0]["Target"],
            "PublishAllPorts": bool(self.publish_all),
        }

    def endpoints(self) -> Body:
        """What is asked of each network; a single one of which nothing is said is left out.

        Raises:
            DockerError: in the CLI's words.
        """
        attachments = self._attachments()
        found: Body = {}
        for number, attachment in enumerate(attachments):
            endpoint = _endpoint(attachment if number else self._with_flags(attachment))
            name = attachment["Target"]
            if name in found:
                raise DockerError(f'network "{name}" is specified multiple times')
            if endpoint != ENDPOINT or len(self.network) != 1:
                found[name] = endpoint
        if len({_is_user_defined(each["Target"]) for each in attachments}) > 1:
            raise DockerError("conflicting options: cannot attach both user-defined and non-user-defined network-modes")
        return found

    def _attachments(self) -> list[Attachment]:
        return [container_attachment(text) for text in self.network] or [{"Target": DEFAULT}]

    def _with_flags(self, attachment: Attachment) -> Attachment:
        for name, key, both in _EITHER:
            if getattr(self, name) and attachment.get(key):
                raise DockerError(f"conflicting options: cannot specify both {both}")
        typed = {key: getattr(self, name) for name, key, _ in _EITHER if getattr(self, name)}
        links = {"Links": self.link} if self.link and _is_user_defined(attachment["Target"]) else {}
        return {**attachment, **typed, **links}


def _endpoint(attachment: Attachment) -> Body:
    name = attachment["Target"]
    if not name.strip():
        raise DockerError("no name set for network")
    if attachment.get("Aliases") and not _is_user_defined(name):
        raise DockerError("network-scoped aliases are only supported for user-defined networks")
    _check_mac(attachment.get("MacAddress", ""))
    ipam = dict(_listed(attachment, _IPAM))
    return {**ENDPOINT, **dict(_listed(attachment, ENDPOINT)), "IPAMConfig": ipam or None}


def _listed(attachment: Attachment, keys: Body | tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    for key in keys:
        if key in attachment:
            yield key, list(attachment[key]) if isinstance(attachment[key], tuple) else attachment[key]


def _is_user_defined(name: str) -> bool:
    return name not in (DEFAULT, "bridge", "host", "none") and not name.startswith("container:")


def _check_mac(text: str) -> None:
    """Source: Go net.ParseMAC."""
    pairs, fours = re.fullmatch(r"[\da-fA-F]{2}([:-])[\da-fA-F]{2}(\1[\da-fA-F]{2})*", text), text.split(".")
    if pairs:
        size = (len(text) + 1) // 3
    else:
        size = 2 * len(fours) if all(re.fullmatch(r"[\da-fA-F]{4}", each) for each in fours) else 0
    if text and size not in _BYTES:
        raise DockerError(f"{text} is not a valid mac address")


def _host(text: str) -> str:
    name, _, address = text.partition("=" if "=" in text else ":")
    return f"{name}:{address.removeprefix('[').removesuffix(']')}"
