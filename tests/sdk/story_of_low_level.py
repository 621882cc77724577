"""What the story does with containers by the low-level client."""

from __future__ import annotations

from typing import Any

from docker import DockerClient

from swarmlab.backends.embedded import EmbeddedBackend
from tests.sdk.story_of_containers import archive

SLEEP = ["sleep", "1000"]


def low_level_containers(lab: EmbeddedBackend, worker: DockerClient) -> None:  # noqa: PLR0915  (a story is as long as it is)
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
