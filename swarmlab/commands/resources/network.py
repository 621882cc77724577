"""`docker network ls | inspect | create | rm | connect | disconnect`.

Source: docker/cli cli/command/network/.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from swarmlab.client.tables import natural, short_id
from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing.inspecting import Found, inspect
from swarmlab.commands.printing.listing import Kind, Listing, Row, columns, label_of
from swarmlab.commands.printing.templates import FORMAT_INSPECT, FORMAT_TABLE
from swarmlab.commands.resources.address_ranges import consolidated
from swarmlab.commands.resources.pruning import is_meant
from swarmlab.commands.session import Session, filters, path_to, typed_filters
from swarmlab.commands.spelling.endpoints import ENDPOINT
from swarmlab.commands.spelling.options import Many, Number, Switch, Text, argument, arguments, flag
from swarmlab.commands.spelling.typed import given, pairs
from swarmlab.gotypes.moments import time_of

_MESH = (
    "Before removing the routing-mesh network, make sure all the nodes in your swarm run the same docker engine"
    " version. Otherwise, removal may not be effective and functionality of newly create ingress networks will be"
    " impaired."
)
_COLUMNS = {"ID": "NETWORK ID", "Name": "NAME", "Driver": "DRIVER", "Scope": "SCOPE"}
_NETWORKS = Kind(
    type="*network.networkContext",
    headers={
        **_COLUMNS,
        "IPv4": "IPV4",
        "IPv6": "IPV6",
        "Internal": "INTERNAL",
        "Labels": "LABELS",
        "CreatedAt": "CREATED AT",
    },
    table=columns(_COLUMNS),
    raw=r"network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n",
    quiet_raw="network_id: {{.ID}}",
)


@dataclass(frozen=True, kw_only=True)
class NetworkLs(Command, path="network ls", also=("network list",)):
    """The networks of this engine, and those of the swarm that it knows."""

    usage = "[OPTIONS]"
    summary = "List networks"

    filter: Many = flag("-f, --filter filter", 'Provide filter values (e.g. "driver=bridge")')
    format: Text = flag("--format string", FORMAT_TABLE)
    no_trunc: Switch = flag("--no-trunc", "Do not truncate the output")
    quiet: Switch = flag("-q, --quiet", "Only display network IDs")

    def sdk(self) -> str:
        """See Command."""
        return f"client.networks.list(filters={typed_filters(self.filter)!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        networks = session.get("/networks", filters(typed_filters(self.filter)))
        networks.sort(key=lambda network: natural(network["Name"]))
        Listing(session.terminal, _NETWORKS).print(
            [self._row(network) for network in networks], quiet=bool(self.quiet), template=self.format or ""
        )

    def _row(self, network: dict[str, Any]) -> Row:
        labels = network.get("Labels") or {}
        return {
            "ID": network["Id"] if self.no_trunc else short_id(network["Id"]),
            **{name: network[name] for name in ("Name", "Driver", "Scope")},
            "IPv4": _word(network.get("EnableIPv4")),
            "IPv6": _word(network.get("EnableIPv6")),
            "Internal": _word(network.get("Internal")),
            "Labels": ",".join(f"{key}={value}" for key, value in sorted(labels.items())),
            "Label": label_of(labels),
            "CreatedAt": time_of(network["Created"]).shown,
        }


def _word(value: object) -> str:
    return str(bool(value)).lower()


@dataclass(frozen=True, kw_only=True)
class NetworkInspect(Command, path="network inspect"):
    """Subnet, options and members of a network."""

    usage = "[OPTIONS] NETWORK [NETWORK...]"
    summary = "Display detailed information on one or more networks"

    format: Text = flag("-f, --format string", FORMAT_INSPECT)
    verbose: Switch = flag("-v, --verbose", "Verbose output for diagnostics")
    networks: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.networks.get({name!r}).attrs" for name in self.networks)

    def perform(self, session: Session) -> None:
        """See Command."""
        params = {"verbose": "true"} if self.verbose else None
        get = lambda name: Found(session.raw(path_to("network", name), params), "network.Inspect", is_kept=True)  # noqa: E731
        inspect(session, self.networks, get, self.format or "")


@dataclass(frozen=True, kw_only=True)
class NetworkCreate(Command, path="network create"):
    """Make a network; `--driver overlay` makes one that spans the swarm."""

    usage = "[OPTIONS] NETWORK"
    summary = "Create a network"

    aux_address: Many = flag(
        "--aux-address map", "Auxiliary IPv4 or IPv6 addresses used by Network driver", "map[]", syntax="map"
    )
    attachable: Switch = flag("--attachable", "Enable manual container attachment")
    config_from: Text = flag("--config-from string", "The network from which to copy the configuration")
    config_only: Switch = flag("--config-only", "Create a configuration only network")
    driver: Text = flag("-d, --driver string", "Driver to manage the Network", '"bridge"')
    gateway: Many = flag("--gateway strings", "IPv4 or IPv6 Gateway for the master subnet")
    ingress: Switch = flag("--ingress", "Create swarm routing-mesh network")
    internal: Switch = flag("--internal", "Restrict external access to the network")
    ip_range: Many = flag("--ip-range strings", "Allocate container ip from a sub-range")
    ipam_driver: Text = flag("--ipam-driver string", "IP Address Management Driver", '"default"')
    ipam_opt: Many = flag("--ipam-opt map", "Set IPAM driver specific options", "map[]")
    ipv4: Switch = flag("--ipv4", "Enable or disable IPv4 address assignment", "true")
    ipv6: Switch = flag("--ipv6", "Enable or disable IPv6 address assignment")
    label: Many = flag("--label list", "Set metadata on a network", syntax="label")
    opt: Many = flag("-o, --opt map", "Set driver specific options", "map[]")
    scope: Text = flag("--scope string", "Control the network's scope")
    subnet: Many = flag("--subnet strings", "Subnet in CIDR format that represents a network segment")
    name: str = argument()

    def sdk(self) -> str:
        """See Command."""
        attachable = ", attachable=True" if self.attachable else ""
        return f"client.networks.create({self.name!r}, driver={self.driver or 'bridge'!r}{attachable})"

    def perform(self, session: Session) -> None:
        """See Command."""
        session.terminal.print(session.post("/networks/create", self.body())["Id"])

    def body(self) -> dict[str, Any]:
        """The request that creates it. Raises DockerError."""
        configs = consolidated(self.subnet, self.ip_range, self.gateway, pairs(self.aux_address))
        source = {"Network": self.config_from} if self.config_from else None
        return {
            "Name": self.name,
            "Driver": self.driver or "bridge",
            "Scope": self.scope or "",
            **given({"EnableIPv4": self.ipv4, "EnableIPv6": self.ipv6}),
            "ConfigFrom": source,
            "IPAM": {"Driver": self.ipam_driver or "default", "Options": pairs(self.ipam_opt), "Config": configs},
            "Internal": bool(self.internal),
            "Attachable": bool(self.attachable),
            "Ingress": bool(self.ingress),
            "ConfigOnly": bool(self.config_only),
            "Options": pairs(self.opt),
            "Labels": pairs(self.label),
        }


@dataclass(frozen=True, kw_only=True)
class NetworkConnect(Command, path="network connect"):
    """Put a container on one more network."""

    usage = "[OPTIONS] NETWORK CONTAINER"
    summary = "Connect a container to a network"

    alias: Many = flag("--alias strings", "Add network-scoped alias for the container")
    driver_opt: Many = flag("--driver-opt strings", "driver options for the network")
    gw_priority: Number = flag(
        "--gw-priority int",
        "Highest gw-priority provides the default gateway. Accepts positive and negative values.",
    )
    ip: Text = flag("--ip string", 'IPv4 address (e.g., "172.30.100.104")')
    ip6: Text = flag("--ip6 string", 'IPv6 address (e.g., "2001:db8::33")')
    link: Many = flag("--link list", "Add link to another container", syntax="link")
    link_local_ip: Many = flag("--link-local-ip strings", "Add a link-local address for the container")
    network: str = argument()
    container: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return f"client.networks.get({self.network!r}).connect({self.container!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        session.post(path_to("network", self.network, "connect"), self.body())

    def body(self) -> dict[str, Any]:
        """The request that connects it. Raises DockerError."""
        if any("=" not in text for text in self.driver_opt):
            raise DockerError("invalid key/value pair format in driver options")
        addresses = {"IPv4Address": self.ip, "IPv6Address": self.ip6, "LinkLocalIPs": list(self.link_local_ip)}
        endpoint = {
            **ENDPOINT,
            "IPAMConfig": {key: value for key, value in addresses.items() if value},
            "Links": list(self.link) or None,
            "Aliases": list(self.alias),
            "DriverOpts": pairs(self.driver_opt),
            "GwPriority": self.gw_priority or 0,
        }
        path_to("container", self.container)
        return {"Container": self.container, "EndpointConfig": endpoint}


@dataclass(frozen=True, kw_only=True)
class NetworkDisconnect(Command, path="network disconnect"):
    """Take a container off a network."""

    usage = "[OPTIONS] NETWORK CONTAINER"
    summary = "Disconnect a container from a network"

    force: Switch = flag("-f, --force", "Force the container to disconnect from a network")
    network: str = argument()
    container: str = argument()

    def sdk(self) -> str:
        """See Command."""
        return f"client.networks.get({self.network!r}).disconnect({self.container!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        path = path_to("network", self.network, "disconnect")
        path_to("container", self.container)
        session.post(path, {"Container": self.container, "Force": bool(self.force)})


@dataclass(frozen=True, kw_only=True)
class NetworkRm(Command, path="network rm", also=("network remove",)):
    """Remove networks that nothing uses."""

    usage = "NETWORK [NETWORK...]"
    summary = "Remove one or more networks"

    force: Switch = flag("-f, --force", "Do not error if the network does not exist")
    networks: Many = arguments()

    def sdk(self) -> str:
        """See Command."""
        return "\n".join(f"client.networks.get({name!r}).remove()" for name in self.networks)

    def perform(self, session: Session) -> None:
        """See Command."""
        failed = False
        for name in self.networks:
            try:
                if _is_kept(session, name):
                    continue
                session.delete(path_to("network", name))
            except DockerError as error:
                if self.force and error.status == 404:
                    continue
                session.terminal.print(str(error))
                failed = True
            else:
                session.terminal.print(name)
        if failed:
            raise DockerError("exit status 1")


def _is_kept(session: Session, name: str) -> bool:
    """Whether it is the routing mesh, whose removal nobody here says yes to."""
    try:
        network = session.get(path_to("network", name))
    except DockerError:
        return False
    return bool(network["Ingress"]) and not is_meant(session, _MESH, force=False)
