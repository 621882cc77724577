"""One story that uses all of the docker SDK's swarm surface on an embedded lab in manual time."""

from __future__ import annotations

import io
import tarfile
from typing import Any

from docker import DockerClient
from docker.types import (
    ConfigReference,
    ContainerSpec,
    DNSConfig,
    EndpointSpec,
    Healthcheck,
    IPAMConfig,
    IPAMPool,
    Mount,
    NetworkAttachmentConfig,
    Placement,
    PlacementPreference,
    Privileges,
    Resources,
    RestartPolicy,
    RollbackConfig,
    SecretReference,
    ServiceMode,
    TaskTemplate,
    UpdateConfig,
)
from docker.types.containers import LogConfig, Ulimit

from swarmlab.backends.embedded import EmbeddedBackend

SLEEP = ["sleep", "1000"]


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


def keep_secrets(manager: DockerClient) -> None:
    """Secrets and configs."""
    for kind, store in (("secret", manager.secrets), ("config", manager.configs)):
        made = store.create(name=f"old-{kind}", data=b"hi", labels={"a": "b"})
        store.list(filters={"name": f"old-{kind}"})
        found = store.get(made.id)
        found.reload()
        found.remove()
    made = manager.api.create_secret("password", b"hi", labels={"a": "b"})["ID"]
    manager.api.secrets(filters={"id": made})
    manager.api.inspect_secret(made)
    manager.api.remove_secret(manager.api.create_secret("other", b"hi")["ID"])
    made = manager.api.create_config("settings", b"hi", labels={"a": "b"}, templating={"Name": "golang"})["ID"]
    manager.api.configs(filters={"id": made})
    manager.api.inspect_config(made)
    manager.api.remove_config(manager.api.create_config("other", b"hi")["ID"])


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


def services(lab: EmbeddedBackend, manager: DockerClient) -> None:  # noqa: PLR0915  (as below)
    """Create with everything, look, scale, update, roll back, logs."""
    secret, config = manager.secrets.list()[0], manager.configs.list()[0]
    service = manager.services.create(
        "alpine:latest",
        command=["ping"],
        args=["docker.com"],
        name="web",
        labels={"tier": "front"},
        mode=ServiceMode("replicated", replicas=1),
        update_config=UpdateConfig(parallelism=1, delay=1, order="start-first"),
        rollback_config=RollbackConfig(parallelism=1),
        endpoint_spec=EndpointSpec(ports={8080: 80}),
        constraints=["node.role==manager"],
        preferences=[PlacementPreference("spread", "node.labels.disk")],
        platforms=[("amd64", "linux")],
        maxreplicas=3,
        cap_add=["CAP_NET_ADMIN"],
        cap_drop=["CAP_CHOWN"],
        configs=[ConfigReference(config.id, config.name)],
        secrets=[SecretReference(secret.id, secret.name)],
        container_labels={"a": "b"},
        dns_config=DNSConfig(nameservers=["10.0.0.53"]),
        env=["A=b"],
        groups=["wheel"],
        healthcheck=Healthcheck(test=["CMD", "true"], interval=5_000_000_000),
        hostname="web",
        hosts={"db": "10.0.0.9"},
        init=True,
        isolation="default",
        mounts=[Mount("/data", "data")],
        open_stdin=False,
        privileges=Privileges(selinux_disable=True),
        read_only=False,
        resources=Resources(mem_limit=64 << 20),
        restart_policy=RestartPolicy("any", delay=5),
        networks=[NetworkAttachmentConfig("front")],
        stop_grace_period=1_000_000_000,
        stop_signal="SIGTERM",
        tty=False,
        user="root",
        workdir="/",
        sysctls={"net.core.somaxconn": "1024"},
    )
    lab.clock.sleep(10)
    service.reload()
    service.tasks(filters={"desired-state": "running"})
    list(service.logs(stdout=True, stderr=True, tail=5, timestamps=True))
    service.scale(2)
    service.reload()
    service.force_update()
    service.reload()
    service.update(labels={"tier": "back"})
    manager.services.list(filters={"name": "web"}, status=True)
    manager.services.get(service.id, insert_defaults=True)
    manager.api.services(filters={"name": "web"}, status=True)
    found = manager.api.inspect_service("web", insert_defaults=True)
    tasks = manager.api.tasks(filters={"service": "web"})
    manager.api.inspect_task(tasks[0]["ID"])
    logs = {"details": True, "follow": False, "stdout": True, "stderr": True, "since": 1, "timestamps": True}
    list(manager.api.service_logs("web", **logs, tail=3, is_tty=False))
    following = manager.api.service_logs("web", follow=True, stdout=True)
    assert next(following).startswith(b"PING docker.com")
    following.close()
    task = TaskTemplate(ContainerSpec("alpine:latest", command=SLEEP), placement=Placement(constraints=["node.id!=x"]))
    made = manager.api.create_service(
        task,
        name="low",
        labels={"a": "b"},
        mode=ServiceMode("global"),
        update_config=UpdateConfig(),
        rollback_config=RollbackConfig(),
        networks=["front"],
        endpoint_spec=EndpointSpec(mode="dnsrr"),
    )
    manager.api.update_service(
        made["ID"],
        manager.api.inspect_service(made["ID"])["Version"]["Index"],
        task_template=task,
        name="low",
        labels={},
        mode=ServiceMode("global"),
        update_config=UpdateConfig(),
        rollback_config=RollbackConfig(),
        networks=["front"],
        endpoint_spec=EndpointSpec(mode="dnsrr"),
        fetch_current_spec=True,
    )
    of_old = {"endpoint_config": {"Mode": "dnsrr"}, "networks": ["front"]}
    old = manager.api.create_service(task, name="old", **of_old)["ID"]
    manager.api.update_service(
        old, manager.api.inspect_service(old)["Version"]["Index"], task_template=task, name="old", **of_old
    )
    manager.api.remove_service(old)
    assert found["Spec"]["Name"] == "web"
    manager.api.remove_service("low")
    service.remove()
    lab.clock.sleep(15)


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


def containers(lab: EmbeddedBackend, worker: DockerClient) -> None:  # noqa: PLR0915  (a story is as long as it is)
    """The collection and its objects."""
    worker.containers.run("alpine", ["echo", "hi"], stdout=True, stderr=True, remove=True)
    box = worker.containers.run(
        "alpine",
        SLEEP,
        detach=True,
        name="full",
        domainname="example",
        environment={"A": "b"},
        healthcheck={"test": ["CMD", "true"]},
        hostname="full",
        labels={"a": "b"},
        platform="linux/amd64",
        stdin_open=True,
        stop_signal="SIGTERM",
        tty=True,
        use_config_proxy=False,
        user="root",
        working_dir="/",
        auto_remove=False,
        blkio_weight=100,
        cap_add=["NET_ADMIN"],
        cap_drop=["CHOWN"],
        cgroupns="private",
        cpu_period=100000,
        cpu_quota=50000,
        cpu_shares=512,
        cpuset_cpus="0",
        cpuset_mems="0",
        dns=["10.0.0.53"],
        dns_opt=["ndots:1"],
        dns_search=["example"],
        extra_hosts={"db": "10.0.0.9"},
        group_add=["wheel"],
        init=True,
        ipc_mode="private",
        log_config=LogConfig(type="json-file", config={}),
        mem_limit="64m",
        mem_reservation="32m",
        memswap_limit="128m",
        mounts=[Mount("/data", "data")],
        oom_kill_disable=False,
        oom_score_adj=5,
        pids_limit=100,
        privileged=False,
        read_only=False,
        restart_policy={"Name": "on-failure", "MaximumRetryCount": 1},
        runtime="runc",
        security_opt=["no-new-privileges"],
        shm_size="64m",
        sysctls={"net.core.somaxconn": "1024"},
        ulimits=[Ulimit(name="nofile", soft=1, hard=2)],
        ports={"80/tcp": 8081},
        volumes=["/more"],
    )
    box.reload()
    box.top(ps_args="aux")
    box.exec_run(
        ["sh", "-c", "echo hi"],
        stdout=True,
        stderr=True,
        stdin=False,
        tty=False,
        privileged=False,
        user="root",
        environment={"A": "b"},
        workdir="/",
        demux=True,
    )
    box.exec_run("echo hi", stream=True, tty=True, privileged=True)
    box.exec_run(["sleep", "1"], detach=True)
    box.exec_run(["cat"], stdin=True, socket=True).output.close()
    box.put_archive("/", archive())
    list(box.get_archive("/note", chunk_size=512, encode_stream=True)[0])
    box.diff()
    list(box.export(chunk_size=512))
    box.stats(stream=False, one_shot=True)
    box.pause()
    box.unpause()
    box.rename("renamed")
    box.resize(24, 80)
    box.update(cpu_shares=256)
    box.attach_socket(params={"stdout": 1, "stream": 1}).close()
    list(box.logs(stream=True, follow=False, stdout=True, stderr=True, timestamps=True, tail=5, since=1, until=9**10))
    worker.containers.list(all=True, limit=5, filters={"name": "x"}, sparse=True, ignore_removed=True)
    worker.containers.get("renamed").kill(signal="SIGTERM")
    box.restart(timeout=1)
    box.stop(timeout=1)
    box.start()
    box.kill()
    box.wait(timeout=10, condition="not-running")
    box.remove(v=True, force=True, link=False)
    made = worker.containers.create("alpine", ["echo", "hi"], name="made")
    made.start()
    made.wait()
    assert made.attach(stdout=True, stream=False, logs=True) == b"hi\n"
    worker.containers.prune(filters={"label": "x"})
    made.remove()
    attach(lab, worker)


def attach(lab: EmbeddedBackend, worker: DockerClient) -> None:
    """To what a container wrote and writes, until it ends; its streams kept apart."""
    script = ["sh", "-c", "echo one; sleep 1; echo two >&2; sleep 1"]
    talker = worker.containers.run("alpine", script, detach=True, name="talker")
    everything = worker.api.attach("talker", stream=True, logs=True)
    apart = talker.attach(stream=True, logs=True, demux=True)
    from_now_on = talker.attach(stream=True)
    lab.clock.sleep(3)
    assert list(everything) == [b"one\n", b"two\n"]
    assert list(apart) == [(b"one\n", None), (None, b"two\n")]
    assert list(from_now_on) == [b"two\n"]
    talker.remove()


def low_level_containers(lab: EmbeddedBackend, worker: DockerClient) -> None:  # noqa: PLR0915  (as above)
    """The low-level client."""
    api = worker.api
    config = api.create_host_config(auto_remove=False)
    networking = api.create_networking_config({"bridge": api.create_endpoint_config()})
    made = api.create_container(
        "alpine",
        command=SLEEP,
        hostname="low",
        user="root",
        detach=True,
        stdin_open=True,
        tty=True,
        ports=[80],
        environment=["A=b"],
        volumes=["/more"],
        name="low",
        working_dir="/",
        domainname="example",
        host_config=config,
        labels={"a": "b"},
        stop_signal="SIGTERM",
        networking_config=networking,
        healthcheck={"test": ["CMD", "true"]},
        stop_timeout=5,
        use_config_proxy=False,
        platform="linux/amd64",
    )["Id"]
    api.start(made)
    api.containers(quiet=True, all=True, trunc=True, latest=True, limit=3, size=True, filters={"id": made})
    api.inspect_container("low")
    api.port("low", 80)
    api.top("low", ps_args="aux")
    exec_ = api.exec_create(
        "low",
        ["cat"],
        stdout=True,
        stderr=True,
        stdin=True,
        tty=True,
        privileged=True,
        user="root",
        environment=["A=b"],
        workdir="/",
        detach_keys="ctrl-p",
    )["Id"]
    api.exec_start(exec_, detach=True, tty=True)
    api.exec_resize(exec_, height=24, width=80)
    api.exec_inspect(exec_)
    another = api.exec_create("low", ["echo", "hi"])["Id"]
    list(api.exec_start(another, stream=True, demux=True))
    api.exec_start(api.exec_create("low", ["cat"], stdin=True)["Id"], socket=True).close()
    api.put_archive("low", "/", archive())
    api.get_archive("low", "/note", chunk_size=512, encode_stream=True)
    api.diff("low")
    api.export("low", chunk_size=512)
    api.stats("low", decode=None, stream=False, one_shot=True)
    next(api.stats("low", decode=True, stream=True))
    api.pause("low")
    api.unpause("low")
    api.resize("low", 24, 80)
    api.update_container(
        "low",
        cpu_shares=256,
        mem_limit="64m",
        restart_policy={"Name": "no"},
        blkio_weight=100,
        cpu_period=100000,
        cpu_quota=50000,
        cpuset_cpus="0",
        cpuset_mems="0",
        mem_reservation="32m",
        memswap_limit="128m",
    )
    api.rename("low", "lower")
    api.attach_socket("lower", params={"stdout": 1, "stream": 1}, ws=False).close()
    wanted: dict[str, Any] = {"stdout": True, "stderr": True, "timestamps": True, "tail": 5, "since": 1, "until": 9**10}
    api.logs("lower", **wanted, stream=False, follow=False)
    api.kill("lower", signal="SIGTERM")
    api.restart("lower", timeout=1)
    api.stop("lower", timeout=1)
    api.wait("lower", timeout=10, condition="not-running")
    api.attach("lower", stdout=True, stderr=True, stream=False, logs=True, demux=True)
    api.prune_containers(filters={"label": "x"})
    api.remove_container("lower", v=True, link=False, force=True)


def rare_parameters(worker: DockerClient) -> None:
    """What `docker inspect` shows and little else reads."""
    run, rate = worker.containers.run, [{"Path": "/dev/sda", "Rate": 1}]
    first = run("alpine", ["1000"], entrypoint=["sleep"], detach=True, publish_all_ports=True, nano_cpus=10**8)
    run(
        "alpine",
        SLEEP,
        detach=True,
        name="second",
        blkio_weight_device=[{"Path": "/dev/sda", "Weight": 100}],
        cgroup_parent="course",
        cpu_rt_period=1000,
        cpu_rt_runtime=1000,
        device_read_bps=rate,
        device_read_iops=rate,
        device_write_bps=rate,
        device_write_iops=rate,
        isolation="default",
        lxc_conf={"a": "b"},
        mem_swappiness=5,
        network_mode="host",
        pid_mode="host",
        tmpfs={"/t": ""},
        userns_mode="host",
        uts_mode="host",
        version="1.51",
        volumes_from=[first.id],
    )
    worker.containers.list(before="second", since=first.id)
    worker.api.containers(before="second", since=first.id)
    worker.api.create_container("alpine", command=["1"], entrypoint=["sleep"], name="third", runtime="runc")
    for container in worker.containers.list(all=True):
        container.remove(force=True)
    login = {"username": "me", "password": "secret"}
    worker.api.pull("alpine", tag="latest", auth_config=login)
    worker.api.inspect_distribution("alpine:latest", auth_config=login)
    worker.images.get_registry_data("alpine:latest", auth_config=login)


def system(worker: DockerClient) -> None:
    """What an engine says of itself."""
    worker.api.info()
    worker.api.version(api_version=False)
    worker.api.ping()
    worker.api.df()
    list(worker.api.events(since=1, until=worker_now(worker), filters={"type": "volume"}, decode=True))


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


def worker_now(worker: DockerClient) -> str:
    """The engine's present as a time that clients may send."""
    return str(worker.api.info()["SystemTime"])


def archive() -> bytes:
    """A file `note`, packed."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        note = tarfile.TarInfo("note")
        note.size = 2
        tar.addfile(note, io.BytesIO(b"hi"))
    return packed.getvalue()
