"""What our commands send an engine is what the docker CLI sends, to the last field; what it refuses, they refuse."""

from __future__ import annotations

import io
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from swarmlab.client.cluster import Cluster
from swarmlab.commands import (
    ContainerCreate,
    ContainerExec,
    ContainerRun,
    ContainerUpdate,
    DockerError,
    NetworkConnect,
    NetworkCreate,
    Session,
    Terminal,
    parse,
)
from swarmlab.commands.containers.creating import query
from tests.commands.recorder import Recorder, recording
from tests.commands.running import printed

pytestmark = pytest.mark.cli

FILES = Path(__file__).parent / "files"

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

REFUSED = """
docker create --pid bad alpine
docker create --pid container: alpine
docker create --uts bad alpine
docker create --userns bad alpine
docker create --cgroupns bad alpine
docker create --restart on-failure:x alpine
docker create --restart on-failure:1:2 alpine
docker create --restart :3 alpine
docker create --restart always --rm alpine
docker create --memory-swappiness 101 alpine
docker create --memory-swappiness -2 alpine
docker create --memory x alpine
docker create --memory-swap x alpine
docker create --shm-size x alpine
docker create --log-driver none --log-opt a=b alpine
docker create --security-opt x alpine
docker create --security-opt seccomp=nosuch alpine
docker create --storage-opt x alpine
docker create --device x alpine
docker create --device /dev/null:/x:q alpine
docker create --device a:b:c:d alpine
docker create --device '' alpine
docker create --device-cgroup-rule x alpine
docker create --attach x alpine
docker create --mac-address x alpine
docker create --mac-address 92:d0:c6:0a:29 alpine
docker create --expose 80:90 alpine
docker create --expose x alpine
docker create --expose 70000 alpine
docker create --expose 90-80 alpine
docker create --expose '' alpine
docker create -p 80:80:80 alpine
docker create -p x alpine
docker create -p 99999:80 alpine
docker create -p 80-81:80-82 alpine
docker create -p 80/foo alpine
docker create -p published=80,x alpine
docker create -p 1.2.3:80:80 alpine
docker create -p : alpine
docker create -p '' alpine
docker create --env-file nosuch alpine
docker create --env-file {files}/blank.env alpine
docker create --env-file {files}/nameless.env alpine
docker create --label-file nosuch alpine
docker create --label-file {files}/blank.env alpine
docker create --label =x alpine
docker create --label '' alpine
docker create --env =x alpine
docker create --env '' alpine
docker create --link a:b:c alpine
docker create --link '' alpine
docker create --sysctl x alpine
docker create --sysctl foo.bar=1 alpine
docker create --sysctl net.x alpine
docker create --ulimit x alpine
docker create --dns x alpine
docker create --dns-search 'a b' alpine
docker create --add-host x alpine
docker create --add-host x:y alpine
docker create --cidfile /dev/null alpine
docker create --cidfile /nosuch/x alpine
docker create --pull x alpine
docker create --stop-timeout x alpine
docker create --blkio-weight 70000 alpine
docker create --blkio-weight x alpine
docker create --blkio-weight-device x alpine
docker create --blkio-weight-device /dev/x:5 alpine
docker create --device-read-bps x alpine
docker create --device-read-bps /dev/x:y alpine
docker create --device-read-iops /dev/x:y alpine
docker create --device-read-bps x:y alpine
docker create --gpus x alpine
docker create --gpus foo=x alpine
docker create --network a --network a alpine
docker create --network a --network host alpine
docker create --network name=a,foo=b alpine
docker create --network name=a,b alpine
docker create --network name=a,driver-opt=b alpine
docker create --network name=a,gw-priority=b alpine
docker create --network alias=b alpine
docker create --network name=a,alias=b --network-alias c alpine
docker create --network name=a,ip=1.2.3.4 --ip 1.2.3.4 alpine
docker create --network name=a,ip6=::1 --ip6 ::1 alpine
docker create --network name=a,link-local-ip=1.2.3.4 --link-local-ip 1.2.3.4 alpine
docker create --network name=a,mac-address=92:d0:c6:0a:29:33 --mac-address 92:d0:c6:0a:29:33 alpine
docker create --network name=a,mac-address=x alpine
docker create --network host --network-alias x alpine
docker create --network-alias x alpine
docker create --network '' alpine
docker create --no-healthcheck --health-cmd x alpine
docker create --health-interval -1s alpine
docker create --health-retries -1 alpine
docker create --health-start-interval -1s alpine
docker create -v /a:/b:ro:z alpine
docker create -v aa::b alpine
docker create -v aa: alpine
docker create -v :/b alpine
docker create -v '' alpine
docker create --cpu-count 1 alpine
docker create --io-maxiops 1 alpine
docker create --platform foo/bar/baz/q alpine
docker create --platform foo alpine
docker create --platform 'a b/c' alpine
docker create A
docker create 'a b'
docker create alpine@sha256:aaa
docker create alpine:
docker create --nosuch alpine
docker create -y alpine
docker create
docker run -it alpine
docker run -a stdin -t alpine
docker run -d -a stdout alpine
docker run --pull x alpine
docker run --restart always --rm alpine
docker run A
docker run --cidfile /dev/null alpine
docker run --platform foo alpine
docker run -e
docker run --memory-swap alpine
docker exec x
docker exec --env-file nosuch x sh
docker exec -e =1 x sh
docker attach
docker attach a b
docker start -a x y
docker start -i x y
docker start --checkpoint x y
docker cp a b
docker cp a:b c:d
docker cp a
docker cp '' a:b
docker cp a:b ''
docker cp /tmp/nosuch x:/y
docker cp x:/y /nosuch/z
docker export
docker export -o /nosuch/e x
docker update
docker update x
docker update --restart no
docker update --memory x y
docker stats --foo
docker system df x
docker system prune --volumes --filter until=1h --force
docker system prune x
docker network connect --driver-opt x a b
docker network create --aux-address a=1.2.3.4 x
docker network create --aux-address a x
docker network create --subnet 1.2.3.0/24 --subnet 1.2.3.128/25 x
docker network create --subnet 1.2.3.0/24 --gateway 1.2.3.1 --gateway 1.2.3.2 x
docker network create --subnet 1.2.3.0/24,2.0.0.0/8 --gateway 1.2.3.1 --gateway 1.2.3.2 x
docker network create --subnet 1.2.3.0/24,2.0.0.0/8 --ip-range 1.2.3.0/26 --ip-range 1.2.3.0/25 x
docker network create --subnet 1.2.3.0/24 --gateway x x
docker network create --subnet 1.2.3.0/24 --gateway 2.2.3.1 x
docker network create --subnet 1.2.3.0/24 --ip-range x x
docker network create --subnet 1.2.3.0/24 --aux-address a=x x
docker network create --gateway 1.2.3.1 x
docker network create --label '' x
docker pull A
docker pull a@
docker pull -a a:b
docker rmi --platform foo alpine
docker history --platform foo alpine
docker image inspect --platform foo alpine
docker inspect ''
docker inspect --type image ''
docker inspect --type config ''
docker rm ''
docker rm /
docker stop ''
docker pause ''
docker start '' ' '
docker wait ''
docker rename '' x
docker rename x ''
docker top ''
docker port ''
docker diff ''
docker logs ''
docker exec '' sh
docker attach ''
docker update --memory 64m ''
docker network inspect ''
docker network rm ''
docker network connect '' x
docker network connect x ''
docker network disconnect '' x
docker network disconnect x ''
docker volume inspect ''
docker volume rm ''
docker node inspect ''
docker node rm ''
docker node ps ''
docker node promote ''
docker service inspect ''
docker service rm ''
docker service update ''
docker service rollback ''
docker service logs ''
docker secret inspect ''
docker secret rm ''
docker config inspect ''
docker config rm ''
docker create --env-file {files} alpine
docker create --env-file {files}/latin.env alpine
docker create --label-file {files}/latin.env alpine
docker create --security-opt seccomp={files} alpine
docker service create --env-file {files}/latin.env alpine
docker service create --entrypoint '"' alpine
docker service create --entrypoint 'a\\' alpine
docker service update --args "'" x
docker stack config -c {files}/latin.env
docker events --since x
docker events --since 2000-13-01
docker events --until 2000-12-01T25:00
docker secret create s /proc/self/mem
docker export -o {files} x
docker tag x a:b:c
docker tag x a@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
docker tag x ''
docker tag x A
docker context show x
docker container nosuch
docker container --nosuch
docker container ls --nosuch
docker system nosuch x
docker context nosuch
docker image --foo
docker nosuch
docker help nosuch
docker nosuch --foo
docker --foo
docker -x ps
""".strip().splitlines()

EXECS = """
docker exec x sh
docker exec -i x sh -c 'a b'
docker exec -d -i x sh
docker exec --privileged -u a -w b -e A=1 -e HOME -e NOSUCH_VARIABLE -t x sh
docker exec --env-file {files}/some.env --detach-keys ctrl-a x sh
""".strip().splitlines()

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


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    """The CLI and an engine that keeps what it is asked."""
    with recording(tmp_path_factory.mktemp("recorder")) as recorder:
        yield recorder


def _words(line: str) -> list[str]:
    return shlex.split(line.format(files=FILES))[1:]


@pytest.mark.parametrize("line", CREATED)
def test_a_container_is_asked_for_as_the_cli_asks(recorder: Recorder, line: str) -> None:
    """The same body, fields of which nothing was said included, and the same query."""
    words = _words(line)
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


@pytest.mark.parametrize("line", REFUSED)
def test_what_the_cli_refuses_is_refused_in_its_words(cluster: Cluster, recorder: Recorder, line: str) -> None:
    """No engine is asked for these, or for nothing that changes it."""
    words = _words(line)
    code, text = recorder.typed(words)
    out = io.StringIO()
    with pytest.raises(DockerError) as refused:
        _run(shlex.join(words), Session.on(cluster, "docker-swarm-3", terminal=Terminal(out)))
    assert out.getvalue() == "".join(f"{line.rstrip()}\n" for line in text.expandtabs().splitlines())
    assert refused.value.exit_code == code


ASKED_BACK = """
docker system prune
docker system prune --volumes
docker system prune --all --filter label=a --filter until=1h
docker container prune
docker image prune
docker image prune --all --filter until=1h
docker network prune
docker volume prune
docker volume prune --all
docker network rm ingress
docker network rm --force ingress
""".strip().splitlines()


@pytest.mark.parametrize("line", ASKED_BACK)
def test_what_is_not_meant_is_not_done(cluster: Cluster, recorder: Recorder, line: str) -> None:
    """Nobody says yes, so what would go is told and stays."""
    code, text = recorder.typed(_words(line))
    assert code == 0
    assert all(each.method == "GET" for each in recorder.requests)
    assert printed(line, cluster, "docker-swarm-3") == "".join(f"{each.rstrip()}\n" for each in text.splitlines())


def _run(line: str, session: Session) -> None:
    try:
        command = parse(line)
    except DockerError as error:
        session.terminal.refuse(error)
        raise
    command.run(session)


@pytest.mark.parametrize("line", EXECS)
def test_a_command_in_a_container_is_asked_for_as_the_cli_asks(recorder: Recorder, line: str) -> None:
    """The CLI gives up at the empty answer, after it has asked."""
    words = _words(line)
    recorder.typed(words)
    command = parse(shlex.join(words))
    assert isinstance(command, ContainerExec)
    assert command.body() == recorder.asked("/containers/x/exec").body


@pytest.mark.parametrize("line", UPDATES)
def test_limits_are_changed_as_the_cli_changes_them(recorder: Recorder, line: str) -> None:
    """What was not typed is sent as zero, which changes nothing."""
    words = _words(line)
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
    words = _words(line)
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
    words = _words(line)
    recorder.typed(words)
    command = parse(shlex.join(words))
    assert isinstance(command, NetworkConnect)
    assert command.body() == recorder.asked("/networks/a/connect").body
