"""The lab of real engines: puts its parts together, and takes them apart."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence

from docker import DockerClient

from swarmlab.backends import states
from swarmlab.backends.contexts import write_contexts
from swarmlab.backends.dind import local_docker, node_plan, registry
from swarmlab.backends.dind.certificates import Authority
from swarmlab.backends.dind.faults import DindFaults, DindPorts
from swarmlab.backends.dind.labels import lab_labels, remove_lab, remove_orphans
from swarmlab.backends.dind.network import LabNetwork, create_network
from swarmlab.backends.dind.node_plan import NodePlan
from swarmlab.backends.dind.nodes import NodeContainer
from swarmlab.backends.dind.walls import Links
from swarmlab.backends.parallel import in_parallel
from swarmlab.backends.real_time import RealClock
from swarmlab.backends.real_web import RealWeb
from swarmlab.client.protocols import Clock, Faults, Host, LabState, Ports, Web
from swarmlab.ownership import LabDirectory

HOST_NAMES = ("docker-swarm-1", "docker-swarm-2", "docker-swarm-3")
CLIENT_TIMEOUT_S = 60
"""Longer than the 20 s after which an engine answers a join, or a question that needs a leader."""


class DindBackend:
    """Three real Docker Engines in containers of the local Docker. Implements `Backend`."""

    name = "dind"

    def __init__(
        self, local: DockerClient, directory: LabDirectory, node_containers: Mapping[str, NodeContainer], links: Links
    ) -> None:
        self.lab_id = directory.lab_id
        self.docker_config = str(directory.docker_config)
        self.clock: Clock = RealClock()
        self.faults: Faults = DindFaults(node_containers, links)
        self.ports: Ports = DindPorts(node_containers, links)
        self.web: Web = RealWeb(links.addresses)
        self.hosts: Sequence[Host] = [_host(node, links) for node in node_containers.values()]
        self._local = local
        self._nodes = node_containers
        self._links = links
        self._closed = False

    def client(self, node: str) -> DockerClient:
        """A new docker SDK client for the node's engine; the caller closes it."""
        return self._nodes[node].connect(CLIENT_TIMEOUT_S)

    def observer(self, node: str) -> DockerClient:
        """The same: real time passes by itself."""
        return self.client(node)

    def reset(self, state: LabState) -> None:
        """Heal every fault, put a new engine in each node's place, then build the named state."""
        self._links.heal()
        in_parallel(lambda node: node.recreate(walls=self._links.rules(node.name)), self._nodes.values())
        states.build(self._nodes, state)

    def close(self) -> None:
        """Remove the containers, the network and the volumes of this lab."""
        if self._closed:
            return
        remove_lab(self._local, self.lab_id)
        self._local.close()
        self._closed = True


def start(directory: LabDirectory, state: LabState) -> DindBackend:
    """Start a lab of real engines; what dead owners left in the local Docker is removed first.

    The image of the nodes is `docker:dind`, or what SWARMLAB_NODE_IMAGE names; that of the registry `registry:2`, or
    what SWARMLAB_REGISTRY_IMAGE names.

    Raises:
        NoLocalDocker: no Docker answers on this machine, or it has not the images; the text says what to do.
        NodeFailed: an engine did not start.
    """
    local = local_docker.connect()
    try:
        remove_orphans(local)
        backend = _assemble(local, directory)
        states.build(backend._nodes, state)
    except BaseException:
        remove_lab(local, directory.lab_id)
        local.close()
        raise
    return backend


def _assemble(local: DockerClient, directory: LabDirectory) -> DindBackend:
    node_image, registry_image = _images(local)
    labels = lab_labels(directory.lab_id, directory.owner)
    prefix = f"swarmlab-{directory.lab_id}"
    authority = Authority(prefix)
    learner = authority.issue_client()
    learner.write(directory.docker_config)
    network = create_network(local, prefix, host_names=HOST_NAMES, labels=labels)
    links = Links(addresses=network.addresses, public_addresses=network.public_addresses)
    plans = _plan_nodes(local, directory, network, authority, node_image)
    node_containers = {plan.name: NodeContainer(local, plan, walls=links.rules(plan.name)) for plan in plans}
    in_parallel(
        _call,
        [
            *(node.create for node in node_containers.values()),
            lambda: registry.start_registry(local, registry_image, network, name=f"{prefix}-registry", labels=labels),
        ],
    )
    backend = DindBackend(local, directory, node_containers, links)
    write_contexts(directory.docker_config, backend.hosts, current=states.MANAGER, write_tls=learner.write)
    return backend


def _call(work: Callable[[], None]) -> None:
    work()


def _images(local: DockerClient) -> tuple[str, str]:
    node_image = os.environ.get("SWARMLAB_NODE_IMAGE") or node_plan.DEFAULT_IMAGE
    registry_image = os.environ.get("SWARMLAB_REGISTRY_IMAGE") or registry.DEFAULT_IMAGE
    local_docker.require_image(local, node_image, "Name another image with a Docker Engine in SWARMLAB_NODE_IMAGE.")
    local_docker.require_image(local, registry_image, "Name another image of a registry in SWARMLAB_REGISTRY_IMAGE.")
    local_docker.require_image(local, states.SERVICE_IMAGE, "The lessons run it: pull or load it first.")
    return node_image, registry_image


def _plan_nodes(
    local: DockerClient, directory: LabDirectory, network: LabNetwork, authority: Authority, image: str
) -> Sequence[NodePlan]:
    publish_at, reach_at = local_docker.published_address(local)
    return [
        NodePlan(
            name=name,
            container=f"{network.name}-{name}",
            image=image,
            network=network.name,
            address=address,
            registry=f"{network.registry_address}:{registry.PORT}",
            publish_at=publish_at,
            reach_at=reach_at,
            labels=lab_labels(directory.lab_id, directory.owner),
            server=authority.issue_server([name, "localhost", local_docker.LOOPBACK, address, reach_at]),
            learner=directory.docker_config,
        )
        for name, address in network.addresses.items()
    ]


def _host(node: NodeContainer, links: Links) -> Host:
    return Host(
        name=node.name,
        address=links.addresses[node.name],
        public_address=links.public_addresses[node.name],
        docker_host=node.docker_host,
        context=node.name,
    )
