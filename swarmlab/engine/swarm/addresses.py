"""Addresses that users give to `swarm init` and `swarm join`: what is accepted, what it means, which words refuse it.

Owns the rules for listen, advertise and data path addresses; a port after an advertise address is never checked.
Source: moby daemon/cluster/listen_addr.go and swarm.go (validateAddr); every text recorded from 28.5.2.
Simplification: interfaces have IPv4 addresses only.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

from swarmlab.engine.errors import InvalidParameter, ServerError
from swarmlab.engine.go_numbers import NotANumber, parse_uint

DEFAULT_PORT = "2377"
_ANY = "0.0.0.0"
_RESOLVER = "127.0.0.53:53"
_NOT_ADVERTISED = ("lo", "docker0", "docker_gwbridge")

_BAD_LISTEN = "listen address must be an IP address or network interface (with optional port number)"
_BAD_ADVERTISE = "advertise address must be a non-zero IP address or network interface (with optional port number)"
_BAD_DATA_PATH = "data path address must be a non-zero IP address or network interface (without a port number)"

Interfaces = Mapping[str, tuple[str, ...]]


def split_host_port(text: str) -> tuple[str, str] | None:
    """Host and port of `host:port` or `[host]:port`; None where there is no port, or too many colons."""
    match = re.fullmatch(r"\[([^\[\]]*)\]:([^:]*)|([^:\[\]]*):([^:]*)", text)
    if match is None:
        return None
    bracketed, port_after_bracket, host, port = match.groups()
    return (host, port) if bracketed is None else (bracketed, port_after_bracket)


def join_host_port(host: str, port: str) -> str:
    """`host:port`, an IPv6 host in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def is_unspecified(host: str) -> bool:
    """Whether `host` is the address that means all of them."""
    return _is_ip(host) and ipaddress.ip_address(host).is_unspecified


def complete(address: str, what: str) -> str:
    """`address` with host 0.0.0.0 and port 2377 where it has none.

    Raises:
        InvalidParameter: it is empty; `what` is its name in the refusal (`ListenAddr`, `remoteAddr`).
    """
    if not address:
        raise InvalidParameter(f'invalid {what} "": invalid empty address')
    host, port = split_host_port(address) or (address, "")
    return join_host_port(host or _ANY, port or DEFAULT_PORT)


def resolve_listen(address: str, interfaces: Interfaces) -> tuple[str, str]:
    """Host and port to listen on; an interface's name stands for its address.

    Raises:
        InvalidParameter: neither an address nor an interface.
    """
    parts = split_host_port(address)
    if parts is None:
        raise InvalidParameter(f"could not parse listen address {address}")
    return _resolve(parts[0], interfaces, _BAD_LISTEN, any_is_fine=True), parts[1]


def resolve_advertise(address: str, listen_port: str, interfaces: Interfaces) -> tuple[str, str]:
    """Host and port to tell others; without `address` the one address that this host has.

    Raises:
        InvalidParameter: not an address of one machine, or the host has several to choose from.
    """
    if not address:
        return choose_own_address(interfaces), listen_port
    host, port = split_host_port(address) or (address, listen_port)
    return _resolve(host, interfaces, _BAD_ADVERTISE), port


def resolve_data_path(address: str, interfaces: Interfaces) -> str:
    """The address for overlay traffic; empty where none is given.

    Raises:
        InvalidParameter: not an address of one machine.
    """
    return _resolve(address, interfaces, _BAD_DATA_PATH) if address else ""


def check_data_path_port(port: int) -> int:
    """The port for overlay traffic, 4789 unless given.

    Raises:
        ServerError: out of range.
    """
    if port and not 1024 <= port <= 49151:
        raise ServerError(f"Datapath port number is not in valid range (1024-49151) : {port}")
    return port or 4789


def check_address_pools(pools: tuple[str, ...], subnet_size: int) -> None:
    """Look at the ranges that overlay networks are to be cut from. Source: moby daemon/cluster/listen_addr.go.

    Raises:
        ServerError: not a range, or one that a network does not fit in.
    """
    if pools and subnet_size > 29:
        raise ServerError(f"subnet size is out of range: {subnet_size}")
    for pool in pools:
        try:
            prefix = ipaddress.ip_network(pool, strict=False).prefixlen
        except ValueError as error:
            raise ServerError(f"invalid base pool {pool}: invalid CIDR address: {pool}") from error
        if subnet_size < prefix:
            raise ServerError(f'invalid CIDR: "{pool}". Subnet size is too small for pool: {subnet_size}')


def check_can_listen(host: str, port: str, interfaces: Interfaces) -> None:
    """Whether a manager of this host can serve there.

    Raises:
        ServerError: it cannot.
    """
    failed = "manager stopped: failed to listen on remote API address: listen tcp"
    _check_port(failed, "tcp", port)
    if not is_unspecified(host) and not _is_own(host, interfaces):
        raise ServerError(f"{failed} {join_host_port(host, port)}: bind: cannot assign requested address")


def _check_port(failed: str, protocol: str, port: str) -> None:
    try:
        parse_uint(port, 16)
    except NotANumber as error:
        unknown = error.reason == "invalid syntax"
        wrong = f"lookup {protocol}/{port}: unknown port" if unknown else f"address {port}: invalid port"
        raise ServerError(f"{failed}: {wrong}") from None


def local_address_towards(remote: str, interfaces: Interfaces) -> str:
    """The address of this host from which packets to `remote` (`host:port`) leave.

    Raises:
        ServerError: `remote` is not an address and a port. Source: moby daemon/cluster/noderunner.go.
    """
    host, port = split_host_port(remote) or (remote, "")
    failed = "could not find local IP address: dial udp"
    _check_port(failed, "udp", port)
    if not _is_ip(host):
        raise ServerError(f"{failed}: lookup {host} on {_RESOLVER}: no such host")
    return host if _is_own(host, interfaces) else interfaces["eth0"][0]


def local_address(listen_host: str, advertise_host: str, interfaces: Interfaces) -> str:
    """The host's own address in the swarm (`Node Address` of `docker info`): the advertised one if it has that."""
    if not is_unspecified(listen_host):
        return listen_host
    if _is_own(advertise_host, interfaces):
        return advertise_host
    return choose_own_address(interfaces)


def choose_own_address(interfaces: Interfaces) -> str:
    """The host's only address, Docker's own bridges left out.

    Raises:
        InvalidParameter: it has none, or more than one.
    """
    found = [(name, a) for name, addresses in interfaces.items() if name not in _NOT_ADVERTISED for a in addresses]
    if not found:
        raise InvalidParameter("could not find the system's IP address - specify one with --advertise-addr")
    if len(found) > 1:
        raise InvalidParameter(_several(*found[0], *found[1]))
    return found[0][1]


def _several(interface: str, address: str, other_interface: str, other_address: str) -> str:
    if interface == other_interface:
        where = f"interface {interface} ({address} and {other_address})"
    else:
        where = f"different interfaces ({address} on {interface} and {other_address} on {other_interface})"
    return (
        f"could not choose an IP address to advertise since this system has multiple addresses on {where}"
        " - specify one with --advertise-addr"
    )


def _resolve(host: str, interfaces: Interfaces, refusal: str, *, any_is_fine: bool = False) -> str:
    addresses = interfaces.get(host)
    if addresses is not None:
        return _only(host, addresses)
    if _is_ip(host) and (any_is_fine or not is_unspecified(host)):
        return host
    raise InvalidParameter(refusal)


def _only(interface: str, addresses: tuple[str, ...]) -> str:
    if not addresses:
        raise InvalidParameter(f"interface {interface} has no usable IPv4 or IPv6 address")
    if len(addresses) > 1:
        raise InvalidParameter(
            f"interface {interface} has more than one IPv4 address ({addresses[0]} and {addresses[1]})"
        )
    return addresses[0]


def _is_own(host: str, interfaces: Interfaces) -> bool:
    return any(host in addresses for addresses in interfaces.values())


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
