"""Every method and parameter of the docker SDK for a swarm and its hosts: exercised, or not here for a reason."""

import io
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from docker import DockerClient
from docker.errors import APIError, InvalidVersion
from docker.types import DeviceRequest

from swarmlab.backends.embedded import EmbeddedBackend
from tests.sdk import story
from tests.sdk.surface import noting_calls, surface

Call = Callable[[DockerClient], object]


def _create(**options: object) -> Call:
    return lambda client: client.containers.create("alpine", ["true"], **options)


def _connect(**options: object) -> Call:
    return lambda client: client.api.connect_container_to_network("box", "bridge", **options)


REFUSED: dict[str, Call] = {
    "Container.commit": lambda client: client.containers.get("box").commit("mine"),
    "ContainerApiMixin.commit": lambda client: client.api.commit("box"),
    "ContainerApiMixin.create_container(mac_address)": _create(mac_address="02:42:ac:11:00:09"),
    "ContainerApiMixin.create_container(network_disabled)": _create(network_disabled=True),
    "ContainerApiMixin.update_container(kernel_memory)": lambda client: client.api.update_container(
        "box", kernel_memory="8m"
    ),
    "ContainerCollection.run(cpu_count)": _create(cpu_count=1),
    "ContainerCollection.run(cpu_percent)": _create(cpu_percent=5),
    "ContainerCollection.run(device_cgroup_rules)": _create(device_cgroup_rules=["c 1:1 r"]),
    "ContainerCollection.run(device_requests)": _create(device_requests=[DeviceRequest(count=1)]),
    "ContainerCollection.run(devices)": _create(devices=["/dev/null"]),
    "ContainerCollection.run(kernel_memory)": _create(kernel_memory="8m"),
    "ContainerCollection.run(links)": _create(links={"box": "b"}),
    "ContainerCollection.run(mac_address)": _create(mac_address="02:42:ac:11:00:09"),
    "ContainerCollection.run(network_disabled)": _create(network_disabled=True),
    "ContainerCollection.run(storage_opt)": _create(storage_opt={"size": "1G"}),
    "ContainerCollection.run(volume_driver)": _create(volume_driver="nosuch"),
    "DaemonApiMixin.login": lambda client: client.api.login("me", password="secret", registry="http://x"),
    "Image.save": lambda client: list(client.images.get("alpine").save()),
    "ImageApiMixin.get_image": lambda client: list(client.api.get_image("alpine")),
    "ImageApiMixin.import_image": lambda client: client.api.import_image_from_data(b"x", repository="mine"),
    "ImageApiMixin.load_image": lambda client: list(client.api.load_image(b"x")),
    "ImageApiMixin.push": lambda client: client.api.push("alpine"),
    "ImageApiMixin.search": lambda client: client.api.search("alpine"),
    "ImageApiMixin.pull(all_tags)": lambda client: client.api.pull("alpine", all_tags=True),
    "ImageCollection.build": lambda client: client.images.build(fileobj=io.BytesIO(b"FROM alpine")),
    "ImageCollection.load": lambda client: client.images.load(b"x"),
    "ImageCollection.pull(all_tags)": lambda client: client.images.pull("alpine", all_tags=True),
    "ImageCollection.push": lambda client: client.images.push("alpine"),
    "ImageCollection.search": lambda client: client.images.search("alpine"),
    "NetworkApiMixin.connect_container_to_network(ipv6_address)": _connect(ipv6_address="fd00::9"),
    "NetworkApiMixin.connect_container_to_network(link_local_ips)": _connect(link_local_ips=["169.254.1.1"]),
    "NetworkApiMixin.connect_container_to_network(links)": _connect(links=[("box", "b")]),
    "NetworkApiMixin.connect_container_to_network(mac_address)": _connect(mac_address="02:42:ac:11:00:09"),
    "NetworkApiMixin.create_network(enable_ipv6)": lambda client: client.api.create_network("six", enable_ipv6=True),
    "NetworkApiMixin.inspect_network(verbose)": lambda client: client.api.inspect_network("ingress", verbose=True),
}
"""Refused with 501 and by name. An entry without a parameter stands for all parameters of the method."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotHere:
    """Why something cannot be exercised: who refuses it, and how."""

    call: Call
    error: type[Exception]
    says: str


NOT_HERE = {
    "ContainerApiMixin.attach_socket(ws)": NotHere(
        # The SDK's WebSockets look for a server named as in the URL that it makes up for unix sockets.
        call=lambda client: client.api.attach_socket("box", ws=True),
        error=ValueError,
        says="scheme http\\+docker is invalid",
    ),
    "ContainerCollection.run(init_path)": NotHere(
        call=_create(init_path="/init"),
        error=InvalidVersion,
        says="init_path param is not supported in API versions > 1.29",
    ),
    "ImageCollection.create": NotHere(call=lambda client: client.images.create(), error=NotImplementedError, says="^$"),
    "NodeCollection.create": NotHere(call=lambda client: client.nodes.create(), error=NotImplementedError, says="^$"),
    "ContainerApiMixin.remove_container(link)": NotHere(
        call=lambda client: client.api.remove_container("box", link=True),
        error=APIError,
        says="link",
    ),
    "NetworkApiMixin.create_network(ingress)": NotHere(
        call=lambda client: client.api.create_network("another", driver="overlay", ingress=True),
        error=APIError,
        says=r"ingress network .* is already present",
    ),
    "SecretApiMixin.create_secret(driver)": NotHere(
        call=lambda client: client.api.create_secret("external", b"x", driver={"Name": "x"}),
        error=APIError,
        says='plugin "x" not found',
    ),
}
"""What no engine answers otherwise: the SDK refuses it itself, or a real engine does in these words."""


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """What a story called."""
    lab = EmbeddedBackend(time="manual", directory=tmp_path_factory.mktemp("sdk"), state="separate")
    with noting_calls() as noted:
        story.tell(lab)
    lab.close()
    return noted


@pytest.fixture(scope="module")
def manager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerClient]:
    """A manager with an image and a container."""
    lab = EmbeddedBackend(time="manual", directory=tmp_path_factory.mktemp("sdk"), state="formed")
    with closing(lab.client("docker-swarm-3")) as client:
        client.images.pull("alpine", tag="latest")
        client.containers.run("alpine", ["sleep", "1000"], detach=True, name="box")
        yield client
    lab.close()


def is_listed(name: str) -> bool:
    """Whether it, or its method as a whole, stands in one of the lists."""
    method = name.partition("(")[0]
    imports = "ImageApiMixin.import_image"
    return {name, method} & {*REFUSED, *NOT_HERE} != set() or method.startswith(imports)


def test_everything_that_the_sdk_has_is_exercised_or_listed(called: set[str]) -> None:
    """Something new in the SDK is found here."""
    assert sorted(name for name in surface() - called if not is_listed(name)) == []


def test_nothing_is_listed_that_works(called: set[str]) -> None:
    """Or that the SDK does not have any more."""
    assert sorted({*REFUSED, *NOT_HERE} & called) == []
    assert {*REFUSED, *NOT_HERE} <= surface()


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_names_itself(manager: DockerClient, name: str) -> None:
    """501."""
    with pytest.raises(APIError, match="this engine") as refused:
        REFUSED[name](manager)
    assert refused.value.response.status_code == 501


@pytest.mark.parametrize("name", NOT_HERE)
def test_what_is_not_here_is_refused_elsewhere_too(manager: DockerClient, name: str) -> None:
    """By the SDK itself, or in a real engine's words."""
    reason = NOT_HERE[name]
    with pytest.raises(reason.error, match=reason.says):
        reason.call(manager)
