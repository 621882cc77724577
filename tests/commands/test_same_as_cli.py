"""Our commands print what the docker CLI leaves on a terminal's screen: byte for byte, only ages aside.

Reads are compared on the same cluster; changes on two labs that go through the same story. Runs on any backend that
SWARMLAB_BACKEND names.
"""

from __future__ import annotations

import re
import shlex
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from swarmlab.client.cluster import Cluster
from tests.commands import stories
from tests.commands.running import printed
from tests.commands.screens import screen, without_ages, without_chance

pytestmark = pytest.mark.cli

MANAGER, WORKER = stories.MANAGER, "docker-swarm-1"
FILES = Path(__file__).parent / "files"

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


def check_same(cluster: Cluster, node: str, line: str) -> None:
    """Ask the CLI, then ask as we do."""
    theirs = screen(shlex.split(line)[1:], cluster.backend, node)
    assert without_ages(printed(line, cluster, node)) == without_ages(theirs)


LOGS = ("--tail 2", "--tail 2 --timestamps", "--tail 1 --details", "--tail 1 --no-trunc", "--raw --tail 1", "")


@pytest.mark.parametrize("options", LOGS)
def test_logs_print_the_same_lines(cluster: Cluster, options: str) -> None:
    """Lines of several tasks may come in another order each time; those of one task may not.

    The service goes on writing, so what the CLI printed first must be there, and more may follow.
    """
    line = f"docker service logs {options} helloworld"
    theirs = screen(shlex.split(line)[1:], cluster.backend, MANAGER).splitlines()
    ours = printed(line, cluster, MANAGER).splitlines()
    assert {_shape(text) for text in ours} == {_shape(text) for text in theirs}
    if not options:
        assert set(theirs) <= set(ours)


def _shape(line: str) -> str:
    """A line without what differs from one ping to the next."""
    line = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", line)
    return re.sub(r"(seq|time)=[\d.]+", r"\1=N", line)


def test_following_ends_as_by_ctrl_c(cluster: Cluster) -> None:
    """`-t 3` leaves whole lines and `^C`, as a person's Ctrl-C does."""
    line = "docker service logs --follow --tail 1 helloworld"
    theirs = screen(shlex.split(line)[1:], cluster.backend, MANAGER, interrupt_after="seq=").splitlines()
    ours = printed(line, cluster, MANAGER, patience_s=3).splitlines()
    assert ours[-1] == theirs[-1] == "^C"
    assert len(ours) > 2
    assert {_shape(text) for text in ours[:-1]} == {_shape(text) for text in theirs[:-1] if "time=" in text}


def test_a_run_ends_as_by_ctrl_c(cluster: Cluster) -> None:
    """The program is sent the interrupt and has the last word."""
    line = "docker run --rm alpine ping docker.com"
    screen(["pull", "alpine"], cluster.backend, MANAGER)
    theirs = screen(shlex.split(line)[1:], cluster.backend, MANAGER, interrupt_after="seq=1").splitlines()
    ours = printed(line, cluster, MANAGER, patience_s=2.5).splitlines()
    assert {*map(_numberless, ours), ""} == {*map(_numberless, theirs), ""}


def _numberless(line: str) -> str:
    """The terminal's own echo of Ctrl-C may come before the last line's text."""
    return re.sub(r"\d+", "N", line).removeprefix("^C")


def test_waiting_in_vain_ends_as_by_ctrl_c(cluster: Cluster) -> None:
    """A service that no node suits never converges; it stays when the waiting ends."""
    line = "docker service create --name vain --constraint node.hostname==nosuch alpine"
    theirs = screen(shlex.split(line)[1:], cluster.backend, MANAGER, interrupt_after="no suitable node")
    printed("docker service rm vain", cluster, MANAGER)
    ours = printed(line, cluster, MANAGER, patience_s=3)
    printed("docker service rm vain", cluster, MANAGER)
    # Now and then the CLI is gone before it has printed its last line.
    assert without_chance(ours).startswith(without_chance(theirs).rstrip("\n"))
    assert ours.splitlines()[-1].startswith("Use `docker service ps ")


def test_a_paused_update_is_told(cluster: Cluster) -> None:
    """An image that is not there pauses the update, and that is how the command ends."""
    printed("docker service create --detach --name poor --replicas 2 alpine sleep 1000", cluster, MANAGER)
    cluster.wait_converged("poor")
    line = "docker service update --image nosuch:1 poor"
    theirs = screen(shlex.split(line)[1:], cluster.backend, MANAGER)
    printed("docker service rm poor", cluster, MANAGER)
    printed("docker service create --detach --name poor --replicas 2 alpine sleep 1000", cluster, MANAGER)
    cluster.wait_converged("poor")
    ours = printed(line, cluster, MANAGER)
    printed("docker service rm poor", cluster, MANAGER)
    assert _without_slots(ours) == _without_slots(theirs)


def test_a_rollback_is_told(cluster: Cluster) -> None:
    """Twice: the second leads forth again."""
    create = "docker service create --detach --name turning --replicas 2 --stop-signal SIGKILL alpine sleep 1000"
    printed(create, cluster, MANAGER)
    cluster.wait_converged("turning")
    printed("docker service update --quiet --env-add A=1 turning", cluster, MANAGER)
    line = "docker service rollback turning"
    theirs = screen(shlex.split(line)[1:], cluster.backend, MANAGER)
    cluster.wait_converged("turning")
    ours = printed(line, cluster, MANAGER)
    printed("docker service rm turning", cluster, MANAGER)
    assert theirs.startswith("turning\nrollback: manually requested rollback\n")
    assert _without_slots(ours) == _without_slots(theirs)


def _without_slots(text: str) -> list[str]:
    """Without the lines of slots: how far each had got when the update paused is a matter of milliseconds."""
    return [line for line in _numberless(without_chance(text)).splitlines() if not line.startswith("N/N: ")]


@pytest.mark.parametrize(
    "story",
    [
        "FORMING_AND_RUNNING",
        "CONTAINERS",
        "OPTIONS",
        "A_STACK",
        "SECRETS_AND_CONFIGS",
        "SETTINGS_AND_SECRETS",
        "NODES",
        "IMAGES_AND_NETWORKS",
        "VOLUMES_AND_DRIVERS",
        "JOBS",
    ],
)
def test_a_story_prints_the_same(twins: tuple[Cluster, Cluster], story: str) -> None:
    """What the CLI does to one lab, ours does to its twin, line by line and at the same time."""
    names: tuple[dict[str, str], dict[str, str]] = ({}, {})
    with ThreadPoolExecutor(max_workers=1) as pool:
        told = []
        for node, line in getattr(stories, story):
            running = pool.submit(printed, _filled(line, twins[1]), twins[1], node)
            theirs = screen(shlex.split(_filled(line, twins[0]))[1:], twins[0].backend, node)
            ours = running.result()
            if comparable(ours, twins[1], names[1]) != comparable(theirs, twins[0], names[0]):
                told.append(f"{node}:~$ {line}\n{theirs}\n{ours}")
        assert not told, "\n\n".join(told)


def test_a_locked_manager_says_the_same(twins: tuple[Cluster, Cluster]) -> None:
    """It was restarted: whatever is asked, there and here."""
    for cluster in twins:
        printed(_filled("docker swarm init --autolock --advertise-addr {address}", cluster), cluster, MANAGER)
        key = cluster[MANAGER].client.swarm.get_unlock_key()["UnlockKey"]
        cluster[MANAGER].stop()
        cluster[MANAGER].start()
        for line in stories.LOCKED:
            check_same(cluster, MANAGER, line)
        assert printed("docker swarm unlock <<< nonsense", cluster, MANAGER) == (
            "Error response from daemon: invalid key string\n"
        )
        assert printed(f"docker swarm unlock <<< {key}", cluster, MANAGER) == ""
        check_same(cluster, MANAGER, "docker swarm unlock")
        printed("docker swarm leave --force", cluster, MANAGER)


def _filled(line: str, cluster: Cluster) -> str:
    directory = Path(cluster.backend.docker_config).parent / "typed"
    directory.mkdir(exist_ok=True)
    values = {"address": cluster[MANAGER].address, "files": str(FILES), "directory": str(directory)}
    if "{worker}" in line:
        cluster[MANAGER].client.swarm.reload()
        values["worker"] = cluster[MANAGER].client.swarm.attrs["JoinTokens"]["Worker"]
    return line.format(**values)


def comparable(text: str, cluster: Cluster, names: dict[str, str]) -> str:
    """A screen with ages, times, ids and all chance made equal; an id keeps its number all story long."""
    text = re.sub(r"\d{4}-\d\d-\d\d [\d:.]+ \+0000( UTC)?", "TIME", text, flags=re.IGNORECASE)
    directory = str(Path(cluster.backend.docker_config).parent)
    text = re.sub(r'"Index": \d+', '"Index": N', without_ages(text.replace(directory, "DIRECTORY")))
    if "Creating " in text or "Removing " in text:  # in no particular order: the CLI's
        text = "\n".join(sorted(text.split("\n")))
    return without_chance(text.replace(cluster[MANAGER].address, "ADDRESS"), names)
