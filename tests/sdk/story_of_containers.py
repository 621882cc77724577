"""What the story does with containers by the collection and its objects."""

from __future__ import annotations

import io
import tarfile

from docker import DockerClient
from docker.types import (
    Mount,
)
from docker.types.containers import LogConfig, Ulimit

from swarmlab.backends.embedded import EmbeddedBackend

SLEEP = ["sleep", "1000"]


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


def archive() -> bytes:
    """A file `note`, packed."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        note = tarfile.TarInfo("note")
        note.size = 2
        tar.addfile(note, io.BytesIO(b"hi"))
    return packed.getvalue()
