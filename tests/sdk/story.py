"""One story that uses all of the docker SDK's swarm surface on an embedded lab in manual time."""

from __future__ import annotations

from swarmlab.backends.embedded import EmbeddedBackend
from tests.sdk.story_of_containers import containers, rare_parameters
from tests.sdk.story_of_hosts import images, networks, system, volumes
from tests.sdk.story_of_low_level import low_level_containers
from tests.sdk.story_of_services import keep_secrets, services
from tests.sdk.story_of_swarm import form_a_swarm, leave, manage_nodes


def tell(lab: EmbeddedBackend) -> None:
    """All of it, on a lab of separate engines."""
    manager, worker = lab.client("docker-swarm-3"), lab.client("docker-swarm-1")
    try:
        for client in (manager, worker):
            client.images.pull("alpine", tag="latest")
        form_a_swarm(manager, worker)
        lab.clock.sleep(5)
        manage_nodes(manager)
        keep_secrets(manager)
        networks(manager, worker)
        services(lab, manager)
        volumes(worker)
        images(worker)
        containers(lab, worker)
        low_level_containers(lab, worker)
        rare_parameters(worker)
        system(worker)
        leave(lab, manager, worker)
    finally:
        manager.close()
        worker.close()
