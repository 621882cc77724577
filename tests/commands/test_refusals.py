"""What the docker CLI refuses before it asks an engine, our commands refuse in its words, and do as little."""

from __future__ import annotations

import io
import shlex

import pytest

from swarmlab.client.cluster import Cluster
from swarmlab.commands import DockerError, Session, Terminal, parse
from tests.commands.recorder import Recorder, words_of
from tests.commands.running import printed

pytestmark = pytest.mark.cli

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


@pytest.mark.parametrize("line", REFUSED)
def test_what_the_cli_refuses_is_refused_in_its_words(cluster: Cluster, recorder: Recorder, line: str) -> None:
    """No engine is asked for these, or for nothing that changes it."""
    words = words_of(line)
    code, text = recorder.typed(words)
    out = io.StringIO()
    with pytest.raises(DockerError) as refused:
        _run(shlex.join(words), Session.on(cluster, "docker-swarm-3", terminal=Terminal(out)))
    assert out.getvalue() == "".join(f"{line.rstrip()}\n" for line in text.expandtabs().splitlines())
    assert refused.value.exit_code == code


def _run(line: str, session: Session) -> None:
    try:
        command = parse(line)
    except DockerError as error:
        session.terminal.refuse(error)
        raise
    command.run(session)


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
    code, text = recorder.typed(words_of(line))
    assert code == 0
    assert all(each.method == "GET" for each in recorder.requests)
    assert printed(line, cluster, "docker-swarm-3") == "".join(f"{each.rstrip()}\n" for each in text.splitlines())
