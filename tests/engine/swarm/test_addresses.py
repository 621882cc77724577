"""Addresses that users give: recorded from three engines 28.5.2, each case with its words."""

import pytest

from swarmlab.engine.errors import EngineError, InvalidParameter, ServerError
from swarmlab.engine.swarm import addresses
from swarmlab.engine.swarm.membership import InitRequest, JoinRequest
from swarmlab.engine.swarm.node_addresses import addresses_to_init, addresses_to_join

ONE = {"lo": ("127.0.0.1",), "docker0": ("172.17.0.1",), "eth0": ("10.0.0.11",)}
TWO_ON_ONE = {**ONE, "eth0": ("10.0.0.11", "10.0.0.111")}
TWO_INTERFACES = {**ONE, "eth1": ("192.168.7.1",)}
NONE = {**ONE, "eth0": ()}

ADVERTISE = "advertise address must be a non-zero IP address or network interface (with optional port number)"
LISTEN = "listen address must be an IP address or network interface (with optional port number)"
DATA_PATH = "data path address must be a non-zero IP address or network interface (without a port number)"


@pytest.mark.parametrize(
    ("given", "advertised", "node"),
    [
        ("", "10.0.0.11:2377", "10.0.0.11"),
        ("10.0.0.11", "10.0.0.11:2377", "10.0.0.11"),
        ("eth0", "10.0.0.11:2377", "10.0.0.11"),
        ("eth0:2400", "10.0.0.11:2400", "10.0.0.11"),
        ("10.0.0.11:2400", "10.0.0.11:2400", "10.0.0.11"),
        ("10.0.0.11:abc", "10.0.0.11:abc", "10.0.0.11"),
        ("127.0.0.1", "127.0.0.1:2377", "127.0.0.1"),
        ("lo", "127.0.0.1:2377", "127.0.0.1"),
        ("docker0", "172.17.0.1:2377", "172.17.0.1"),
        ("203.0.113.11", "203.0.113.11:2377", "10.0.0.11"),
        ("::1", "[::1]:2377", "10.0.0.11"),
    ],
)
def test_accepted_advertise_addresses(given: str, advertised: str, node: str) -> None:
    """Any address of one machine is taken, also one that is not this host's; its port is never looked at."""
    found = addresses_to_init(InitRequest(advertise_addr=given), ONE)
    assert (found.manager, found.node) == (advertised, node)


@pytest.mark.parametrize(
    "given",
    ["0.0.0.0", "0.0.0.0:2377", "nosuch0", "docker-swarm-1", "docker-swarm-1:2377", "300.1.1.1", "[::]:2377", ":2377"],
)
def test_refused_advertise_addresses(given: str) -> None:
    """Neither all addresses, nor an interface that is not there, nor a host's name."""
    with pytest.raises(InvalidParameter) as refused:
        addresses_to_init(InitRequest(advertise_addr=given), ONE)
    assert str(refused.value) == ADVERTISE


@pytest.mark.parametrize(
    ("interfaces", "words"),
    [
        (
            TWO_ON_ONE,
            "could not choose an IP address to advertise since this system has multiple addresses on interface eth0 "
            "(10.0.0.11 and 10.0.0.111) - specify one with --advertise-addr",
        ),
        (
            TWO_INTERFACES,
            "could not choose an IP address to advertise since this system has multiple addresses on different "
            "interfaces (10.0.0.11 on eth0 and 192.168.7.1 on eth1) - specify one with --advertise-addr",
        ),
        (NONE, "could not find the system's IP address - specify one with --advertise-addr"),
    ],
)
def test_no_address_to_choose(interfaces: addresses.Interfaces, words: str) -> None:
    """Without an address given, the host must have exactly one."""
    with pytest.raises(InvalidParameter) as refused:
        addresses_to_init(InitRequest(), interfaces)
    assert str(refused.value) == words


def test_an_interface_with_two_addresses_is_no_answer() -> None:
    """An interface stands for its address, so it must have one."""
    with pytest.raises(InvalidParameter, match=r"interface eth0 has more than one IPv4 address \(10.0.0.11 and"):
        addresses_to_init(InitRequest(advertise_addr="eth0"), TWO_ON_ONE)


@pytest.mark.parametrize(
    ("request_", "kind", "words"),
    [
        (InitRequest(listen_addr=""), InvalidParameter, 'invalid ListenAddr "": invalid empty address'),
        (InitRequest(listen_addr="nosuch0:2377"), InvalidParameter, LISTEN),
        (
            InitRequest(listen_addr="10.0.0.99:2377"),
            ServerError,
            "manager stopped: failed to listen on remote API address: listen tcp 10.0.0.99:2377: bind: cannot assign "
            "requested address",
        ),
        (
            InitRequest(listen_addr="0.0.0.0:70000"),
            ServerError,
            "manager stopped: failed to listen on remote API address: listen tcp: address 70000: invalid port",
        ),
        (
            InitRequest(listen_addr="0.0.0.0:abc"),
            ServerError,
            "manager stopped: failed to listen on remote API address: listen tcp: lookup tcp/abc: unknown port",
        ),
        (InitRequest(data_path_addr="0.0.0.0"), InvalidParameter, DATA_PATH),
        (InitRequest(data_path_addr="foo.bar"), InvalidParameter, DATA_PATH),
        (
            InitRequest(data_path_port=80),
            ServerError,
            "Datapath port number is not in valid range (1024-49151) : 80",
        ),
        (
            InitRequest(default_addr_pool=("10.0.0.0/30",)),
            ServerError,
            'invalid CIDR: "10.0.0.0/30". Subnet size is too small for pool: 24',
        ),
        (InitRequest(default_addr_pool=("foo",)), ServerError, "invalid base pool foo: invalid CIDR address: foo"),
        (
            InitRequest(default_addr_pool=("10.0.0.0/8",), subnet_size=31),
            ServerError,
            "subnet size is out of range: 31",
        ),
    ],
)
def test_other_refusals_of_init(request_: InitRequest, kind: type[EngineError], words: str) -> None:
    """Listen address, data path and address pools have words of their own."""
    with pytest.raises(kind) as refused:
        addresses_to_init(request_, ONE)
    assert str(refused.value) == words


def test_a_listen_address_sets_the_port_that_is_advertised() -> None:
    """Without a port of its own, the advertised address takes the one that is listened on."""
    found = addresses_to_init(InitRequest(listen_addr="10.0.0.11:2400"), ONE)
    assert (found.manager, found.served) == ("10.0.0.11:2400", "2400/tcp")


def test_the_listen_address_may_lack_its_port() -> None:
    """2377 is meant."""
    assert addresses_to_init(InitRequest(listen_addr="0.0.0.0"), ONE).served == "2377/tcp"


def join(**given: object) -> JoinRequest:
    return JoinRequest(**{"remote_addrs": ("10.0.0.13",), "join_token": "", **given})  # type: ignore[arg-type]


def test_a_manager_may_be_named_without_its_port() -> None:
    """`docker swarm join … 10.0.0.13` asks port 2377."""
    found, remotes = addresses_to_join(join(), ONE)
    assert remotes == ("10.0.0.13:2377",)
    assert found.node == "10.0.0.11"


@pytest.mark.parametrize("given", ["0.0.0.0", "nosuch"])
def test_a_joining_node_may_advertise_nonsense(given: str) -> None:
    """The swarm sees for itself where the node is, as Docker has it."""
    found, _ = addresses_to_join(join(advertise_addr=given), ONE)
    assert found.manager == "10.0.0.11:2377"


@pytest.mark.parametrize(
    ("remotes", "words"),
    [
        ((), "at least 1 RemoteAddr is required to join"),
        (("",), 'invalid remoteAddr "": invalid empty address'),
        (("10.0.0.13:abc",), "could not find local IP address: dial udp: lookup udp/abc: unknown port"),
        (("10.0.0.13:70000",), "could not find local IP address: dial udp: address 70000: invalid port"),
        (
            ("docker-swarm-3",),
            "could not find local IP address: dial udp: lookup docker-swarm-3 on 127.0.0.53:53: no such host",
        ),
    ],
)
def test_refused_addresses_of_managers(remotes: tuple[str, ...], words: str) -> None:
    """What is wrong with the manager's address is told at once."""
    with pytest.raises(EngineError) as refused:
        addresses_to_join(join(remote_addrs=remotes), ONE)
    assert str(refused.value) == words
