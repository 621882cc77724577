"""What the story does with networks, volumes, images, and what an engine says of itself."""

from __future__ import annotations

from docker import DockerClient
from docker.types import (
    IPAMConfig,
    IPAMPool,
)

SLEEP = ["sleep", "1000"]


def networks(manager: DockerClient, worker: DockerClient) -> None:
    """Those of the swarm, and those of a host."""
    ipam = IPAMConfig(pool_configs=[IPAMPool(subnet="10.77.0.0/24", gateway="10.77.0.1")])
    own = IPAMConfig(pool_configs=[IPAMPool(subnet="172.30.0.0/16")])
    manager.networks.create("front", driver="overlay", attachable=True, labels={"a": "b"}, scope="swarm")
    manager.api.create_network("inner", driver="overlay", internal=True, options={"encrypted": ""}, ipam=ipam)
    local = worker.networks.create("back", driver="bridge", check_duplicate=True, labels={"a": "b"}, ipam=own)
    box = worker.containers.run("alpine", SLEEP, detach=True, name="box")
    local.connect(box, aliases=["b"])
    local.reload()
    local.disconnect(box, force=True)
    worker.api.connect_container_to_network(
        "box", "back", aliases=["c"], driver_opt={"a": "b"}, ipv4_address="172.30.0.77"
    )
    worker.api.disconnect_container_from_network("box", "back", force=True)
    worker.networks.get("back", scope="local")
    worker.networks.list(names=["back"], ids=None, filters={"driver": "bridge"}, greedy=True)
    worker.api.networks(names=["back"], ids=[local.id], filters={"driver": "bridge"})
    worker.api.inspect_network("back", scope="local")
    local.remove()
    worker.api.create_network("gone")
    worker.api.remove_network("gone")
    worker.networks.prune(filters={"label": "x"})
    worker.api.prune_networks(filters={"label": "x"})
    box.remove(force=True)


def volumes(worker: DockerClient) -> None:
    """Volumes of a host."""
    volume = worker.volumes.create("data", driver="local", labels={"a": "b"})
    volume.reload()
    worker.volumes.list(filters={"name": "data"})
    worker.volumes.get("data").remove(force=True)
    worker.api.create_volume("notes", driver="local", driver_opts={}, labels={"a": "b"})
    worker.api.volumes(filters={"name": "notes"})
    worker.api.inspect_volume("notes")
    worker.api.remove_volume("notes", force=True)
    worker.volumes.prune(filters={"label": "x"})
    worker.api.prune_volumes(filters={"label": "x"})


def images(worker: DockerClient) -> None:
    """Pulled, named, looked at, removed."""
    image = worker.images.pull("busybox", tag="latest", all_tags=False, platform="linux/amd64")
    image.tag("mine/busybox", tag="one", force=True)
    image.reload()
    image.history()
    worker.images.list(name="busybox", all=True, filters={"dangling": False})
    data = worker.images.get_registry_data("nginx:latest")
    data.reload()
    data.has_platform("linux/amd64")
    data.pull(platform="linux/amd64")
    worker.images.get("mine/busybox:one").remove(force=True, noprune=True)
    worker.images.pull("busybox", tag="latest")
    worker.images.remove("busybox:latest", force=True)
    worker.images.prune(filters={"dangling": True})
    worker.images.prune_builds()
    list(worker.api.pull("httpd", tag="latest", stream=True, decode=True, platform="linux/amd64"))
    worker.api.tag("httpd:latest", "mine/httpd", tag="one", force=True)
    worker.api.images(name="httpd", quiet=True, all=True, filters={"dangling": False})
    worker.api.inspect_image("httpd:latest")
    worker.api.inspect_distribution("httpd:latest")
    worker.api.history("httpd:latest")
    worker.api.remove_image("mine/httpd:one", force=False, noprune=True)
    worker.api.prune_images(filters={"dangling": True})


def system(worker: DockerClient) -> None:
    """What an engine says of itself."""
    worker.api.info()
    worker.api.version(api_version=False)
    worker.api.ping()
    worker.api.df()
    list(worker.api.events(since=1, until=worker_now(worker), filters={"type": "volume"}, decode=True))


def worker_now(worker: DockerClient) -> str:
    """The engine's present as a time that clients may send."""
    return str(worker.api.info()["SystemTime"])
