"""What our commands send an engine is what the docker CLI sends, to the last field."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from swarmlab.commands import (
    ContainerCreate,
    ContainerExec,
    ContainerRun,
    ContainerUpdate,
    NetworkConnect,
    NetworkCreate,
    parse,
)
from swarmlab.commands.containers.creating import query
from tests.commands.recorder import Recorder, words_of

pytestmark = pytest.mark.cli

CREATED = """
docker create alpine
docker create alpine sh -c 'echo hi' -x
docker create --name web --hostname h --domainname d --user 1:2 --workdir /w --entrypoint /bin/sh alpine -c true
docker create --entrypoint '' --no-healthcheck alpine
docker create -it alpine
docker create -i alpine
docker create -a stdin -a STDOUT alpine
docker create -a stderr -i alpine
docker create -e A=1 -e HOME -e NOSUCH_VARIABLE --env-file {files}/some.env alpine
docker create -l a=b -l c -l a=d --label-file {files}/some.env alpine
docker create --annotation a=b --annotation c alpine
docker create -p 80 alpine
docker create -p 8080:80 -p 80 -p 8443:443/udp -p 127.0.0.1:81:81 -p 127.0.0.1::82 -p [::1]:83:83 -p :84 alpine
docker create -p 8000-8001:80-81/udp -p 9000-9009:90 alpine
docker create -p published=80,target=90 -p target=91,protocol=udp alpine
docker create -p 0 -P alpine
docker create --expose 80 --expose 90-92/udp --expose 93/foo -p 80 alpine
docker create -v data:/data -v /srv:/srv:ro -v /anonymous -v ./here:/there -v .:/d:ro,z alpine
docker create -v a alpine
docker create -v a:/b -v a:/b alpine
docker create -v C:/a:/b -v x: -v a::b -v /a:b:x alpine
docker create --mount type=tmpfs,target=/q --mount type=volume,source=d,target=/d,readonly alpine
docker create --tmpfs /a --tmpfs /b:size=1m,mode=1777 --volumes-from one --volumes-from two:ro alpine
docker create --volume-driver local --storage-opt size=1g --log-driver local --log-opt max-size=1m alpine
docker create --log-opt a alpine
docker create --memory 1g --memory-swap -1 --memory-reservation 512m --memory-swappiness 5 --shm-size 1m alpine
docker create --memory 64m --memory-swap 128m --kernel-memory 1g --oom-kill-disable --oom-score-adj 5 alpine
docker create --cpus 1.5 --cpu-shares 3 --cpuset-cpus 0-1 --cpuset-mems 0 alpine
docker create --cpu-period 3 --cpu-quota 4 --cpu-rt-period 5 --cpu-rt-runtime 6 --cgroup-parent /x alpine
docker create --pids-limit 5 --ulimit nofile=1:2 --ulimit core=3 --ulimit nofile=4 alpine
docker create --pids-limit -1 alpine
docker create --blkio-weight 20 --blkio-weight-device /dev/sda:20 --blkio-weight-device /dev/sdb:0 alpine
docker create --device-read-bps /dev/sda:1mb --device-write-bps /dev/sda:7 --device-read-iops /dev/sda:5 alpine
docker create --device-write-iops /dev/sda:5 --device-write-iops /dev/sdb:6 alpine
docker create --device /dev/null --device /dev/zero:/dev/one --device /dev/null:r --device /dev/full:/x:rw alpine
docker create --device /dev//null --device-cgroup-rule 'c 1:* rwm' --device-cgroup-rule 'a *:3 r' alpine
docker create --gpus all alpine
docker create --gpus 2 alpine
docker create --gpus '"device=1,2"' alpine
docker create --gpus driver=nvidia,count=all,capabilities=compute,options=a=b alpine
docker create --gpus capabilities=gpu alpine
docker create --cap-add net_admin --cap-add CAP_SYS_TIME --cap-add NET_ADMIN --cap-drop ALL alpine
docker create --cap-add ALL --cap-add x --cap-drop x alpine
docker create --privileged --read-only --init --group-add audio --group-add 5 --runtime runc alpine
docker create --init=false --privileged=false alpine
docker create --ipc shareable --pid host --uts host --userns host --cgroupns private --isolation default alpine
docker create --ipc bad --pid container:one alpine
docker create --sysctl net.core.somaxconn=1 --sysctl kernel.shmmax=2 --sysctl fs.mqueue.x=3 alpine
docker create --security-opt no-new-privileges --security-opt seccomp=unconfined --security-opt label:disable alpine
docker create --security-opt systempaths=unconfined alpine
docker create --security-opt systempaths=unconfined --security-opt apparmor=x alpine
docker create --security-opt seccomp={files}/seccomp.json alpine
docker create --dns 1.1.1.1 --dns-option ndots:1 --dns-opt x --dns-search a.b --dns-search . alpine
docker create --add-host a:1.2.3.4 --add-host b=::1 --add-host c:[::1] --add-host d:host-gateway alpine
docker create --network bridge alpine
docker create --network default alpine
docker create --network host -P alpine
docker create --network none alpine
docker create --network container:one alpine
docker create --network back alpine
docker create --network back --ip 1.2.3.4 --ip6 ::1 --network-alias q --link-local-ip 169.254.1.1 alpine
docker create --network back --link a:b --link c --mac-address 92:d0:c6:0a:29:33 alpine
docker create --net back --net-alias q alpine
docker create --network name=back,alias=a,alias=b,ip=1.2.3.4,driver-opt=a=b --network other alpine
docker create --network name=back,ip6=::1,link-local-ip=1.2.3.4,gw-priority=5,mac-address=92:d0:c6:0a:29:33 alpine
docker create --network a,b alpine
docker create --network =x alpine
docker create --network host --ip 1.2.3.4 alpine
docker create --link a:b --link c alpine
docker create --network host --link a:b alpine
docker create --ip 1.2.3.4 alpine
docker create --mac-address 92d0.c60a.2933 alpine
docker create --mac-address 92-d0-c6-0a-29-33-00-01 alpine
docker create --restart on-failure:3 alpine
docker create --restart always:3 alpine
docker create --restart on-failure:-1 alpine
docker create --restart on-failure: alpine
docker create --restart nosuch alpine
docker create --restart '' --rm alpine
docker create --restart no --rm alpine
docker create --stop-signal SIGINT --stop-timeout 3 alpine
docker create --stop-timeout 0 alpine
docker create --stop-timeout -1 --stop-signal '' alpine
docker create --health-cmd x --health-interval 1s --health-timeout 2s --health-retries 3 alpine
docker create --health-cmd x --health-start-period 1m --health-start-interval 1us alpine
docker create --health-retries 0 --health-interval 0s alpine
docker create --health-retries 2 alpine
docker create --platform linux/arm64 alpine
docker create --platform arm64 alpine
docker create --platform aarch64 alpine
docker create --platform armhf alpine
docker create --platform linux/arm64/v8 alpine
docker create --platform Linux/x86_64 alpine
docker create --platform macos/arm alpine
docker create --platform windows alpine
docker create --pull never --quiet alpine
docker create alpine@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
docker run -d alpine
docker run -di --name x alpine cat
docker run -dit --rm alpine
""".strip().splitlines()


@pytest.mark.parametrize("line", CREATED)
def test_a_container_is_asked_for_as_the_cli_asks(recorder: Recorder, line: str) -> None:
    """The same body, fields of which nothing was said included, and the same query."""
    words = words_of(line)
    code, text = recorder.typed(words)
    assert code == 0, text
    theirs = recorder.asked("/containers/create")
    command = parse(shlex.join(words))
    assert isinstance(command, ContainerCreate | ContainerRun)
    assert _ordered(command.body()) == _ordered(theirs.body)
    assert query(command) == theirs.query


def _ordered(body: dict[str, Any]) -> dict[str, Any]:
    """The CLI sends volumes and variables in a random order."""
    host = body["HostConfig"]
    env = sorted(body["Env"] or ())
    return {**body, "Env": env, "HostConfig": {**host, "Binds": sorted(host["Binds"] or ())}}


EXECS = """
docker exec x sh
docker exec -i x sh -c 'a b'
docker exec -d -i x sh
docker exec --privileged -u a -w b -e A=1 -e HOME -e NOSUCH_VARIABLE -t x sh
docker exec --env-file {files}/some.env --detach-keys ctrl-a x sh
""".strip().splitlines()


@pytest.mark.parametrize("line", EXECS)
def test_a_command_in_a_container_is_asked_for_as_the_cli_asks(recorder: Recorder, line: str) -> None:
    """The CLI gives up at the empty answer, after it has asked."""
    words = words_of(line)
    recorder.typed(words)
    command = parse(shlex.join(words))
    assert isinstance(command, ContainerExec)
    assert command.body() == recorder.asked("/containers/x/exec").body


UPDATES = """
docker update --memory 1g x
docker update --memory 1g --memory-swap -1 --memory-reservation 1m --cpus 1.5 --cpu-shares 2 x
docker update --pids-limit 3 --restart always --blkio-weight 20 --cpuset-cpus 0 --cpuset-mems 0 x
docker update --cpu-period 2 --cpu-quota 3 --cpu-rt-period 1 --cpu-rt-runtime 1 x
docker update --restart on-failure:3 x
docker update --restart nosuch x
docker update --pids-limit 0 x
docker update --pids-limit -1 x
docker update --cpus 0 x
""".strip().splitlines()


@pytest.mark.parametrize("line", UPDATES)
def test_limits_are_changed_as_the_cli_changes_them(recorder: Recorder, line: str) -> None:
    """What was not typed is sent as zero, which changes nothing."""
    words = words_of(line)
    recorder.typed(words)
    command = parse(shlex.join(words))
    assert isinstance(command, ContainerUpdate)
    assert command.body() == recorder.asked("/containers/x/update").body


NETWORKS = """
docker network create x
docker network create --internal --attachable --ingress --scope swarm --driver overlay --opt a=b --label c=d x
docker network create --aux-address a=1.2.3.4 --subnet 1.2.3.0/24 --ipam-driver x --ipam-opt a=b --ipv6 x
docker network create --subnet 1.2.3.0/24 --subnet 2.0.0.0/8 --gateway 2.0.0.1 --ip-range 1.2.3.0/25 x
docker network create --subnet 1.2.3.0/24,fd00::/64 --aux-address a=fd00::5 --aux-address b=1.2.3.9 x
docker network create --subnet x x
docker network create --config-only --ipv4=false x
docker network create --config-from y -o a --ipam-opt b x
""".strip().splitlines()


@pytest.mark.parametrize("line", NETWORKS)
def test_a_network_is_asked_for_as_the_cli_asks(recorder: Recorder, line: str) -> None:
    """Which address belongs to which subnet is worked out before the engine is asked; subnets come in any order."""
    words = words_of(line)
    recorder.typed(words)
    command = parse(shlex.join(words))
    assert isinstance(command, NetworkCreate)
    bodies = command.body(), recorder.asked("/networks/create").body
    for body in bodies:
        body["IPAM"]["Config"].sort(key=lambda config: str(config["Subnet"]))
    assert bodies[0] == bodies[1]


CONNECTS = (
    "docker network connect a x",
    "docker network connect --driver-opt a=b --gw-priority 3 --ip6 ::1 --link a:b --link-local-ip 1.2.3.4 a x",
    "docker network connect --alias q,r --alias s --ip 1.2.3.4 a x",
)


@pytest.mark.parametrize("line", CONNECTS)
def test_a_network_is_connected_as_the_cli_connects_it(recorder: Recorder, line: str) -> None:
    """What the endpoint is to be like."""
    words = words_of(line)
    recorder.typed(words)
    command = parse(shlex.join(words))
    assert isinstance(command, NetworkConnect)
    assert command.body() == recorder.asked("/networks/a/connect").body
