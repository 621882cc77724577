"""What a learner is shown as the docker SDK's way declares what the command declares: both are run and compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import docker
import pytest

from swarmlab.client.cluster import Cluster
from swarmlab.commands import Session, parse
from swarmlab.commands.services.sdk_update import NOT_IN_SDK
from swarmlab.commands.services.update import ServiceUpdate
from swarmlab.commands.spelling.options import flags_of
from swarmlab.commands.standard_input import ReadsInput
from swarmlab.engine import states
from tests.in_process import InProcess

MADE = """
docker network create -d overlay net
docker network create -d overlay other
docker secret create pw -
docker secret create key -
docker config create site -
docker config create page -
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


RICH = (
    "docker service create -d --name web --replicas 2 --label a=b --container-label c=d -e A=1 -e B=2 --group staff"
    " --host a:10.0.0.9 --dns 10.0.0.2 --dns-search lan --dns-option debug --mount type=volume,source=d,target=/d"
    " --secret pw --config site --network net -p 8080:80 -p 5353:53/udp --constraint node.role==worker"
    " --placement-pref spread=node.labels.zone --replicas-max-per-node 2 --generic-resource gpu=1 --limit-cpu 1"
    " --health-cmd true --health-retries 2 --cap-add NET_ADMIN --cap-drop CHOWN --sysctl net.core.somaxconn=9 alpine"
)
CHANGED_OF_RICH = """
docker service update -d --env-add A=9 --env-add C=3 --env-rm B web
docker service update -d --label-add e=f --label-rm a --container-label-add g=h --container-label-rm c web
docker service update -d --container-label-add g=h --sysctl-add net.core.rmem_max=1 web
docker service update -d --label-rm a --sysctl-rm net.core.somaxconn web
docker service update -d --group-add wheel --group-rm staff web
docker service update -d --host-add b:10.0.0.8 --host-rm a:10.0.0.9 web
docker service update -d --dns-add 10.0.0.3 --dns-rm 10.0.0.2 --dns-search-add wan --dns-option-rm debug web
docker service update -d --mount-add type=tmpfs,target=/t --mount-rm /d web
docker service update -d --mount-add type=volume,source=e,target=/d web
docker service update -d --secret-add source=key,target=k --secret-rm pw --config-add page --config-rm site web
docker service update -d --network-add name=other,alias=db --network-rm net web
docker service update -d --network-add other web
docker service update -d --publish-add 9090:90 --publish-rm 80 web
docker service update -d --publish-rm 53/udp web
docker service update -d --publish-rm 80 --publish-rm 53/udp --endpoint-mode dnsrr web
docker service update -d --constraint-add node.labels.disk==ssd --constraint-rm node.role==worker web
docker service update -d --placement-pref-add spread=node.labels.rack --placement-pref-rm spread=node.labels.zone web
docker service update -d --replicas-max-per-node 5 web
docker service update -d --generic-resource-add gpu=2 --generic-resource-add disk=1 --reserve-memory 8m web
docker service update -d --generic-resource-rm gpu --limit-memory 64m web
docker service update -d --health-retries 5 --health-interval 3s web
docker service update -d --no-healthcheck web
docker service update -d --cap-add SYS_TIME --cap-drop NET_ADMIN web
docker service update -d --max-concurrent 2 --no-resolve-image --image nginx:alpine web
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


@pytest.mark.parametrize("line", CHANGED_OF_RICH)
def test_one_thing_of_many_is_changed_alike(line: str) -> None:
    """Of lists and maps only what was named; what stands beside it in the same part stays."""
    typed, copied = cluster(), cluster()
    for each in (typed, copied):
        type_in(each, RICH)
    type_in(typed, line)
    text = parse(line).sdk()
    assert "#" not in text
    before = declared(copied)
    run_python(copied, text)
    assert declared(copied) == declared(typed)
    assert declared(copied) != before


OF_THE_CONTAINER = """
docker service update -d --entrypoint /bin/sh web
docker service update -d --init web
docker service update -d --isolation default --limit-cpu 0.5 web
docker service update -d --limit-pids 9 --reserve-cpu 0.25 web
docker service update -d --log-driver json-file --log-opt max-size=1m web
docker service update -d --read-only --tty web
docker service update -d --stop-signal SIGINT --workdir /srv web
""".strip().splitlines()


@pytest.mark.parametrize("line", OF_THE_CONTAINER)
def test_a_setting_of_the_whole_container_is_changed_alike(line: str) -> None:
    """Where the service had none."""
    test_a_service_is_changed_alike(line)


def test_every_flag_of_an_update_is_a_call_or_said_to_be_none() -> None:
    """Each is in a call that is run here, or in the list of those that the SDK cannot do.

    Of `--update-*`, `--rollback-*`, `--restart-*`, `--health-*` and `--dns-*` some are run, not each.
    """
    tried = {
        word
        for line in (*CHANGED, *CHANGED_OF_RICH, *OF_THE_CONTAINER)
        for word in line.split()
        if word.startswith("--")
    }
    alike = ("--update-", "--rollback-", "--restart-", "--health-", "--dns-")
    quiet = {"--detach", "--quiet", "--with-registry-auth", "--rollback"}
    known = {f"--{name.replace('_', '-')}" for name in NOT_IN_SDK} | quiet | tried
    flags = {f"--{each.long}" for each in flags_of(ServiceUpdate)}
    assert {flag for flag in flags - known if not flag.startswith(alike)} == set()


def test_what_the_sdk_has_no_argument_for_is_said() -> None:
    """Once, and not left out in silence; where nothing else was typed there is no call that would do nothing."""
    assert parse("service create --ulimit nofile=1:2 alpine").sdk().endswith("# the SDK has no argument for Ulimits")
    update = parse("service update --replicas 2 --ulimit-add nofile=1 --oom-score-adj 5 web").sdk()
    assert update.endswith("2))  # the SDK has no argument for --oom-score-adj, --ulimit-add")
    assert parse("service update --ulimit-rm nofile web").sdk() == "# the SDK has no argument for --ulimit-rm"
    assert parse("service update --network-rm net web").sdk() == "# the SDK has no argument for --network-rm"


def test_what_is_refused_has_no_call() -> None:
    """The refusal stands in its place, as a remark."""
    update = parse("service update --no-healthcheck --health-cmd true web").sdk()
    assert update == "# --no-healthcheck conflicts with --health-* options"
    text = parse("service create --mode global --replicas 2 alpine").sdk()
    assert text == "# replicas can only be used with replicated or replicated-job mode"
