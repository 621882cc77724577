"""Our commands print what the docker CLI leaves on a terminal's screen: byte for byte, only ages aside.

Reads are compared on the same cluster. What changes a swarm is in test_same_stories.py, what takes its time in
test_same_meanwhile.py. Runs on any backend that SWARMLAB_BACKEND names.
"""

from __future__ import annotations

import pytest

from swarmlab.client.cluster import Cluster
from tests.commands.screens import check_same

pytestmark = pytest.mark.cli

MANAGER, WORKER = "docker-swarm-3", "docker-swarm-1"

READS = """
docker node ls
docker node ls -q
docker node ls --filter role=manager
docker node ls --format '{{.Hostname}} {{.Status}}'
docker node inspect self --pretty
docker node inspect docker-swarm-1
docker node inspect nosuch docker-swarm-3
docker node ps
docker node ps docker-swarm-1
docker node ps -q docker-swarm-3
docker node ps docker-swarm-1 docker-swarm-2 docker-swarm-3
docker service ls
docker service ls -q
docker service ls --filter name=hello
docker service ls --filter name=nosuch
docker service ls --format json
docker service inspect helloworld
docker service inspect --pretty helloworld
docker service inspect --format '{{.Spec.Name}} {{json .Spec.Mode}}' helloworld
docker service inspect nosuch helloworld
docker service inspect --pretty nosuch
docker service ps helloworld
docker service ps --no-trunc helloworld
docker service ps -q helloworld
docker service ps --no-resolve helloworld
docker service ps --filter desired-state=running helloworld
docker service ps --filter desired-state=shutdown helloworld
docker service ps --filter desired-state=nosuch helloworld
docker service ps --filter node=docker-swarm-3 helloworld
docker service ps --format 'table {{.Name}}\\t{{.Node}}' helloworld
docker service ps nosuch
docker service ps helloworld nosuch
docker service logs nosuch
docker service logs --tail -1 helloworld
docker service logs --since nosuch helloworld
docker swarm join-token worker
docker swarm join-token --quiet manager
docker swarm join-token nosuch
docker ps
docker ps -a
docker ps -q
docker ps --no-trunc
docker ps --filter name=helloworld
docker ps --filter nosuch=1
docker info
docker version
docker version --format '{{.Client.Version}} {{.Server.Version}}'
docker version --format json
docker context ls
docker context ls --quiet
docker context ls --format json
docker context ls --format '{{.Name}} {{.Description}}'
docker context show
docker context inspect
docker context inspect docker-swarm-1 nosuch default
docker context inspect --format '{{.Name}} {{.Endpoints.docker.Host}}' docker-swarm-2
docker context use nosuch
docker system df
docker system df --verbose
docker inspect helloworld
docker inspect nosuch
docker inspect --size helloworld
docker inspect --size --format '{{.ID}}' docker-swarm-1 ingress nosuch
docker inspect --size --type nosuch x
docker volume ls
docker volume inspect nosuch
docker network ls
docker network inspect ingress
docker network inspect nosuch
docker stack ls
docker stack ps nosuch
docker stack services nosuch
docker stack ps ''
docker stack services --filter nosuch=1 ''
docker stack rm ok "' '"
docker stack deploy ''
docker tag alpine@sha256:abc x
docker tag alpine x@sha256:abc
docker tag alpine 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
docker tag '' x
docker tag alpine x:y@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
docker pull 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
docker swarm leave
docker node rm docker-swarm-1
docker node rm docker-swarm-3
docker node rm nosuch
docker node demote docker-swarm-3
docker node update --availability nosuch docker-swarm-1
docker service create --name helloworld --detach alpine
docker service create --mode global --replicas 3 alpine
docker service create --mode nosuch alpine
docker service create --name a.b --detach alpine
docker service create --network nosuch alpine
docker service create --constraint nosuch --detach alpine
docker service create --mode global-job --replicas 2 alpine
docker service create --mode global --max-concurrent 2 alpine
docker service create --mode replicated --max-concurrent 2 alpine
docker service create --mode replicated-job --update-delay 1s alpine
docker service create --mode global-job --rollback-parallelism 2 alpine
docker service create --mode global-job --replicas-max-per-node 2 alpine
docker service create --mode global --replicas-max-per-node 2 alpine
docker service create --generic-resource SSD=abc alpine
docker service create --generic-resource SSD alpine
docker service create --generic-resource SSD=1,GPU=2 alpine
docker service create --generic-resource SSD=-1 alpine
docker service create --generic-resource SSD=1 --generic-resource SSD=2 alpine
docker service create --ulimit nofile=3:2 alpine
docker service create --ulimit nofile alpine
docker service create --ulimit foo=1 alpine
docker service create --ulimit nofile=x alpine
docker service create --ulimit nofile=1:2:3 alpine
docker service create --ulimit nofile=-1:2 alpine
docker service create --env-file nosuch alpine
docker service create --env =1 alpine
docker service create --host foo alpine
docker service create --host foo:bar alpine
docker service create --dns foo alpine
docker service create --dns-search 'a b' alpine
docker service create --label =x alpine
docker service create --container-label '' alpine
docker service create --publish 80:80:80 alpine
docker service create --publish foo alpine
docker service create --publish 80-70:80 alpine
docker service create --publish published=x,target=80 alpine
docker service create --replicas -1 alpine
docker service create --endpoint-mode foo alpine
docker service create --update-order foo alpine
docker service create --update-failure-action foo alpine
docker service create --update-max-failure-ratio 2 alpine
docker service create --update-delay -1s alpine
docker service create --update-parallelism -1 alpine
docker service create --restart-condition foo alpine
docker service create --restart-delay -1s alpine
docker service create --limit-cpu foo alpine
docker service create --limit-memory 1k alpine
docker service create --limit-memory x alpine
docker service create --reserve-cpu 0.0001 alpine
docker service create --stop-grace-period foo alpine
docker service create --mount type=foo,target=/a alpine
docker service create --placement-pref foo alpine
docker service create --placement-pref pack=node.id alpine
docker service create --constraint 'a b==c' alpine
docker service create --constraint 'node.id==#' alpine
docker service create --name 'a b' alpine
docker service create --health-retries -1 alpine
docker service create --health-interval 1us alpine
docker service create --no-healthcheck --health-cmd true alpine
docker service create 'alpine latest'
docker service create
docker service update --ulimit-add foo=1 helloworld
docker service update --generic-resource-add SSD=abc helloworld
docker service update --replicas x helloworld
docker service update --nosuch helloworld
docker service update helloworld nosuch
docker service scale helloworld
docker service scale helloworld=-1
docker service ls --filter mode=global-job
docker service ls --filter nosuch=1
docker service ps --filter nosuch=1 helloworld
docker service ps --filter name=helloworld.1 helloworld
docker service inspect --pretty --format x helloworld
docker service scale nosuch=2
docker service scale helloworld=x
docker service update nosuch
docker service update --rollback --force helloworld
docker service rollback nosuch
docker service rm nosuch
docker stop nosuch
docker kill nosuch
docker rm nosuch
docker rm --force nosuch
docker logs nosuch
docker volume rm nosuch
docker rm 'a?force=1'
docker rm 'a b#/%41'
docker inspect --type service 'helloworld?insertDefaults=true'
docker node inspect 'a?b'
docker rename nosuch x
docker cp nosuch:/x -
docker --version
docker -v
docker -Dv
docker --version nosuch
docker -v service ls
docker --version=false service ls -q
docker --debug service ls -q
docker --debug=x service ls
docker --debug nosuch
docker --log-level debug service ls -q
docker --log-level=nosuch service ls
docker -lerror service ls -q
docker -l
docker -- service ls -q
docker -x
docker service -h
docker service ls -h
docker service ls -qh x
docker service ls -h --nosuch
docker service ls --help --nosuch
docker service ls --help=false -q
docker service ls --help=x
docker service scale --help
docker --help service ls
docker -h service nosuch
docker service --help ls
docker service -D ls
docker help service ls
docker help service nosuch
docker help service ls x y
""".strip().splitlines()

ON_A_WORKER = """
docker node ls
docker service create --replicas 1 --name helloworld alpine ping docker.com
docker service ls
docker service ps helloworld
docker service inspect helloworld
docker stack ls
docker swarm join-token worker
docker info
docker ps
docker network ls
""".strip().splitlines()


@pytest.mark.parametrize("line", READS)
def test_a_read_prints_the_same(cluster: Cluster, line: str) -> None:
    """What changes nothing is asked twice on the same manager."""
    check_same(cluster, MANAGER, line)


@pytest.mark.parametrize("line", ON_A_WORKER)
def test_a_worker_refuses_in_the_same_words(cluster: Cluster, line: str) -> None:
    """What changes nothing is asked twice on the same worker."""
    check_same(cluster, WORKER, line)
