"""What the story does to the swarm itself and its nodes: formed, changed, left, locked."""

from __future__ import annotations

from docker import DockerClient

from swarmlab.backends.embedded import EmbeddedBackend


def form_a_swarm(manager: DockerClient, worker: DockerClient) -> None:
    """init, join, update, rotate."""
    spec = manager.api.create_swarm_spec(
        task_history_retention_limit=3,
        snapshot_interval=5000,
        keep_old_snapshots=1,
        log_entries_for_slow_followers=400,
        heartbeat_tick=1,
        election_tick=10,
        dispatcher_heartbeat_period=5_000_000_000,
        node_cert_expiry=7_776_000_000_000_000,
        labels={"course": "one"},
        name="default",
        autolock_managers=False,
    )
    manager.api.init_swarm(
        advertise_addr="172.31.16.13",
        listen_addr="0.0.0.0:2378",
        force_new_cluster=False,
        swarm_spec=spec,
        default_addr_pool=["10.20.0.0/16"],
        subnet_size=25,
        data_path_addr="172.31.16.13",
        data_path_port=4790,
    )
    manager.api.leave_swarm(force=True)
    manager.swarm.init(
        advertise_addr="172.31.16.13",
        listen_addr="0.0.0.0:2377",
        force_new_cluster=False,
        default_addr_pool=["10.20.0.0/16"],
        subnet_size=25,
        data_path_addr="172.31.16.13",
        data_path_port=4790,
        task_history_retention_limit=4,
    )
    manager.swarm.reload()
    token = manager.swarm.attrs["JoinTokens"]["Worker"]
    worker.swarm.join(
        remote_addrs=["172.31.16.13"],
        join_token=token,
        listen_addr="0.0.0.0:2377",
        advertise_addr="172.31.16.11",
        data_path_addr="172.31.16.11",
    )
    manager.swarm.update(
        rotate_worker_token=True,
        rotate_manager_token=True,
        rotate_manager_unlock_key=True,
        autolock_managers=True,
        labels={"course": "two"},
    )
    manager.swarm.reload()
    manager.swarm.get_unlock_key()
    manager.api.get_unlock_key()
    version, name = manager.api.inspect_swarm()["Version"]["Index"], {"Name": "default"}
    manager.api.update_swarm(
        version, name, rotate_worker_token=True, rotate_manager_token=True, rotate_manager_unlock_key=True
    )


def manage_nodes(manager: DockerClient) -> None:
    """list, get, update; removal comes at the end."""
    nodes = manager.nodes.list(filters={"role": "worker"})
    node = manager.nodes.get(nodes[0].id)
    node.update({"Availability": "active", "Role": "worker", "Labels": {"disk": "ssd"}})
    node.reload()
    manager.api.nodes(filters={"id": node.id})
    spec = {**manager.api.inspect_node(node.id)["Spec"], "Labels": {}}
    manager.api.update_node(node.id, manager.api.inspect_node(node.id)["Version"]["Index"], spec)


def leave(lab: EmbeddedBackend, manager: DockerClient, worker: DockerClient) -> None:
    """Leave, and forget; a locked manager is unlocked."""
    worker.swarm.leave(force=True)
    lab.clock.sleep(20)
    node = manager.nodes.list(filters={"role": "worker"})[0]
    node.remove(force=True)
    token = manager.api.inspect_swarm()["JoinTokens"]["Worker"]
    worker.api.join_swarm(
        ["172.31.16.13"],
        token,
        listen_addr="0.0.0.0:2377",
        advertise_addr="172.31.16.11",
        data_path_addr="172.31.16.11",
    )
    worker.api.leave_swarm(force=True)
    lab.clock.sleep(20)
    manager.api.remove_node(manager.nodes.list(filters={"role": "worker"})[0].id, force=True)
    manager.swarm.init(advertise_addr="172.31.16.13", force_new_cluster=True)
    manager.api.init_swarm(advertise_addr="172.31.16.13", force_new_cluster=True)
    manager.swarm.reload()
    manager.swarm.update(autolock_managers=True)
    key = manager.swarm.get_unlock_key()
    lab.faults.stop("docker-swarm-3")
    lab.faults.start("docker-swarm-3")
    manager.swarm.unlock(key["UnlockKey"])
    lab.faults.stop("docker-swarm-3")
    lab.faults.start("docker-swarm-3")
    manager.api.unlock_swarm(key["UnlockKey"])
