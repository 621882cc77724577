"""What a learner is shown as the docker SDK's way declares what the command declares: both are run and compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import docker
import pytest

from swarmlab.client.cluster import Cluster
from swarmlab.commands import Session, parse
from swarmlab.commands.standard_input import ReadsInput
from swarmlab.engine import states
from tests.in_process import InProcess

MADE = """
docker network create -d overlay net
docker secret create pw -
docker config create site -
""".strip().splitlines()

CREATED = """
docker service create -d --name web alpine
docker service create -d --name web --replicas 3 alpine ping docker.com
docker service create -d --name web --mode global --label a=b --container-label c=d nginx:alpine
docker service create -d --name web --mode replicated-job --replicas 4 --max-concurrent 2 alpine true
docker service create -d --name web --constraint node.role==worker --placement-pref spread=node.labels.zone alpine
docker service create -d --name web --replicas-max-per-node 2 -e A=1 -e B=2 --user nobody --workdir /srv alpine
docker service create -d --name web --hostname '{{.Node.Hostname}}' --entrypoint /bin/sh --host a:10.0.0.9 alpine
docker service create -d --name web --stop-grace-period 3s --stop-signal SIGINT --read-only --init --tty alpine
docker service create -d --name web -p 8080:80 -p published=53,target=53,protocol=udp,mode=host nginx:alpine
docker service create -d --name web --endpoint-mode dnsrr --network net --dns 10.0.0.2 --dns-search lan alpine
docker service create -d --name web --mount type=volume,source=d,target=/d,readonly --mount type=tmpfs,target=/t alpine
docker service create -d --name web --secret source=pw,target=p,uid=5,mode=0400 --config site alpine
docker service create -d --name web --limit-cpu 0.5 --limit-memory 64m --limit-pids 9 --reserve-memory 32m alpine
docker service create -d --name web --generic-resource gpu=1 --log-driver json-file --log-opt max-size=1m alpine
docker service create -d --name web --restart-condition on-failure --restart-max-attempts 3 --restart-delay 1s alpine
docker service create -d --name web --update-parallelism 2 --update-order start-first --rollback-monitor 1s alpine
docker service create -d --name web --health-cmd true --health-interval 5s --health-retries 2 alpine
docker service create -d --name web --cap-add NET_ADMIN --cap-drop ALL --sysctl net.core.somaxconn=9 alpine
""".strip().splitlines()

BEFORE = (
    "docker service create -d --name web --replicas 2 --label a=b -e A=1 --limit-memory 64m --limit-cpu 1"
    " --update-delay 3s --constraint node.role==worker alpine:3.20 ping docker.com"
)
CHANGED = """
docker service update -d --image nginx:alpine web
docker service update -d --replicas 5 --args 'sleep 5' web
docker service update -d --env-add B=2 --label-add c=d web
docker service update -d --limit-cpu 0.5 --reserve-memory 8m web
docker service update -d --update-parallelism 2 --rollback-order start-first --restart-condition none web
docker service update -d --force web
docker service update -d --hostname h --user nobody --stop-grace-period 3s --log-driver none web
docker service update -d --rollback web
docker service rollback -d web
docker service scale -d web=4
""".strip().splitlines()


def cluster() -> Cluster:
    """A formed swarm with a network, a secret and a config; two of them are alike to the last id."""
    backend: Any = InProcess(states.build("formed", nodes=3, managers=1, seed=1))
    found = Cluster(backend)
    for line in MADE:
        type_in(found, line)
    return found


def type_in(found: Cluster, line: str) -> None:
    """Run a command as the CLI would; what reads its standard input reads a word."""
    command = parse(line)
    if isinstance(command, ReadsInput):
        command = replace(command, stdin="word")
    command.perform(Session.on(found))


def run_python(found: Cluster, text: str) -> None:
    """Run what a learner copied."""
    exec(text, {"client": found.manager().client, "docker": docker})


def declared(found: Cluster) -> Any:
    """The service's spec, defaults filled in, without what is empty and without the digest that the CLI asks for."""
    spec = found.manager().client.services.get("web", insert_defaults=True).attrs["Spec"]
    container = spec["TaskTemplate"]["ContainerSpec"]
    container["Image"] = container["Image"].partition("@")[0]
    if container.get("Init") is False:
        del container["Init"]
    spec["TaskTemplate"].get("Placement", {}).pop("Platforms", None)
    if spec.get("EndpointSpec") == {"Mode": "vip"}:  # what Swarm takes where none is declared
        del spec["EndpointSpec"]
    return without_empty(spec)


def without_empty(value: Any) -> Any:
    """Without what says nothing."""
    if isinstance(value, dict):
        found = {key: without_empty(each) for key, each in value.items()}
        return {
            key: each for key, each in found.items() if each not in (None, "", {}, [], 0, False) or key == "Replicas"
        }
    return [without_empty(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("line", CREATED)
def test_a_service_is_declared_alike(line: str) -> None:
    """By the command, and by the SDK's call that is shown beside it."""
    typed, copied = cluster(), cluster()
    type_in(typed, line)
    text = parse(line).sdk()
    assert "#" not in text
    run_python(copied, text)
    assert declared(copied) == declared(typed)


@pytest.mark.parametrize("line", CHANGED)
def test_a_service_is_changed_alike(line: str) -> None:
    """What was not typed stays."""
    typed, copied = cluster(), cluster()
    for each in (typed, copied):
        type_in(each, BEFORE)
        type_in(each, "docker service update -d --label-add second=1 web")
    type_in(typed, line)
    text = parse(line).sdk()
    assert "#" not in text
    run_python(copied, text)
    assert declared(copied) == declared(typed)


def test_what_the_sdk_has_no_argument_for_is_said() -> None:
    """Not left out in silence."""
    assert parse("service create --ulimit nofile=1:2 alpine").sdk().endswith("# the SDK has no argument for Ulimits")
    update = parse("service update --constraint-add a==b --mount-rm /d web").sdk()
    assert update.endswith("service.update()  # the SDK has no argument for --constraint-add, --mount-rm")


def test_what_is_refused_has_no_call() -> None:
    """The refusal stands in its place, as a remark."""
    text = parse("service create --mode global --replicas 2 alpine").sdk()
    assert text == "# replicas can only be used with replicated or replicated-job mode"
