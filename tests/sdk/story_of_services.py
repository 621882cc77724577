"""What the story does with services, and with the secrets and configs that they are given."""

from __future__ import annotations

from docker import DockerClient
from docker.types import (
    ConfigReference,
    ContainerSpec,
    DNSConfig,
    EndpointSpec,
    Healthcheck,
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

from swarmlab.backends.embedded import EmbeddedBackend

SLEEP = ["sleep", "1000"]


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


def services(lab: EmbeddedBackend, manager: DockerClient) -> None:  # noqa: PLR0915  (a story is as long as it is)
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
