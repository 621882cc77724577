"""What may happen in a history: the lines that hypothesis draws from. Shrinking prefers the first of each list."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.invariants.history import History

SERVICES = ("web", "api", "logs")
PORTS = ("2377/tcp", "7946/tcp", "7946/udp", "4789/udp")
PAUSES_S = (0.2, 0, 0.05, 1, 3, 8, 18, 45)
LONG_PAUSES_S = (*PAUSES_S, 120, 700)

PROGRAMS = (
    "alpine sleep 100000",
    "alpine sleep 100000",
    "alpine sleep 100000",
    "alpine ping docker.com",
    "nginx sleep 100000",
    "alpine sleep 3",
    "alpine nosuchprogram",
    "alpine false",
    "nosuch",
)
MODES = (
    "--replicas 1",
    "--replicas 3",
    "--replicas 6",
    "--mode global",
    "--mode replicated-job --replicas 3 --max-concurrent 2",
    "--mode global-job",
)
SERVICE_OPTIONS = (
    "--constraint node.role==worker",
    "--constraint node.hostname!=docker-swarm-1",
    "--constraint node.labels.disk==ssd",
    "--placement-pref spread=node.labels.disk",
    "--replicas-max-per-node 1",
    "--reserve-cpu 0.7",
    "--reserve-memory 1500m",
    "--restart-condition none",
    "--restart-condition on-failure",
    "--restart-delay 1s",
    "--restart-max-attempts 2",
    "--stop-grace-period 1s",
    "--update-order start-first",
    "--update-parallelism 0",
    "--update-delay 3s",
    "--update-failure-action rollback",
    "--update-failure-action continue",
    "--rollback-order start-first",
    "--network mesh",
    "--publish 8080:80",
    "--publish published=8081,target=80,mode=host",
    "--endpoint-mode dnsrr",
    "--secret token",
    "--config source=motd,target=/motd",
)
CHANGES = (
    "--force",
    "--env-add A=1",
    "--env-add A=2",
    "--image busybox",
    "--image nosuch",
    "--args 'sleep 100000'",
    "--args false",
    "--replicas 4",
    "--replicas 0",
    "--constraint-add node.role==worker",
    "--constraint-rm node.role==worker",
    "--reserve-cpu 1.5",
    "--reserve-cpu 0",
    "--update-order start-first",
    "--update-order stop-first",
    "--update-parallelism 2",
    "--update-failure-action rollback",
    "--rollback",
    "--publish-add 8082:80",
    "--network-add mesh",
    "--network-rm mesh",
    "--stop-grace-period 2s",
    "--label-add a=b",
    "--secret-add token",
    "--secret-rm token",
)
ON_MANAGER = (
    "docker service scale -d {service}={count}",
    "docker service scale -d {service}={count}",
    "docker service rm {service}",
    "docker service rollback -d {service}",
    "docker node update --availability drain {host}",
    "docker node update --availability drain {host}",
    "docker node update --availability pause {host}",
    "docker node update --availability active {host}",
    "docker node update --availability active {host}",
    "docker node update --label-add disk=ssd {host}",
    "docker node update --label-rm disk {host}",
    "docker node promote {host}",
    "docker node demote {host}",
    "docker node rm {host}",
    "docker node rm --force {host}",
    "docker network create --driver overlay mesh",
    "docker network rm mesh",
    "docker swarm update --task-history-limit 2",
    "docker swarm update --dispatcher-heartbeat 1s",
    "docker swarm update --autolock=true",
    "docker swarm update --autolock=false",
    "docker swarm unlock-key --rotate -q",
    "docker swarm ca --rotate -d",
    "docker swarm join-token --rotate -q worker",
    "docker secret create token - <<< secret",
    "docker secret rm token",
    "docker config create motd - <<< hello",
)
ON_HOST = (
    "docker swarm leave",
    "docker swarm leave --force",
    "docker swarm join --token <worker> {<manager host>}:2377",
    "docker swarm join --token <worker> {<manager host>}:2377",
    "docker swarm join --token <manager> {<manager host>}:2377",
    "docker swarm init --advertise-addr {<host>}",
    "docker swarm init --force-new-cluster --advertise-addr {<host>}",
    "docker swarm unlock <<< {key}",
)
FAULTS = (
    "stop",
    "stop",
    "start",
    "start",
    "disconnect",
    "reconnect",
    "kill",
    "kill",
    "lose",
    "pause",
    "pause",
    "resume",
    "resume",
    "ahead 300",
    "move_outside",
    "move_inside",
    *(f"{word} {port}" for port in PORTS for word in ("block", "open")),
)


PRELUDE = (
    "docker-swarm-3:~$ docker network create --driver overlay mesh",
    "docker-swarm-3:~$ docker node update --label-add disk=ssd docker-swarm-2",
    "docker-swarm-3:~$ docker secret create token - <<< secret",
    "docker-swarm-3:~$ docker config create motd - <<< hello",
)
JUMPS_S = (5, 20, 100, 700)
"""How far the lab's time jumps."""


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A lab, a service or two, and then anything."""
    hosts = draw(st.sampled_from([3, 3, 4, 5]))
    managers = draw(st.sampled_from([1, 3]))
    names = [f"docker-swarm-{number}" for number in range(1, hosts + 1)]
    host = st.sampled_from(names)
    manager = st.sampled_from(["docker-swarm-3", *(["docker-swarm-1", "docker-swarm-2"] if managers == 3 else [])])
    happening = st.one_of(
        created(manager), updated(manager), ordered(manager, host), typed(host, manager), broken(host), jumped()
    )
    lines = [*draw(st.sampled_from([(), PRELUDE])), draw(created(manager))]
    pauses = st.sampled_from(LONG_PAUSES_S if draw(st.integers(0, 9)) == 9 else PAUSES_S)
    for _ in range(draw(st.integers(0, 16))):
        if pause := draw(pauses):
            lines.append(f"wait {pause}")
        lines.append(draw(happening))
    return History(hosts=hosts, managers=managers, seed=draw(st.integers(0, 99)), lines=tuple(lines))


@st.composite
def created(draw: st.DrawFn, manager: st.SearchStrategy[str]) -> str:
    """`docker service create`."""
    options = draw(st.lists(st.sampled_from(SERVICE_OPTIONS), max_size=3, unique=True))
    words = [draw(st.sampled_from(MODES)), *options, draw(st.sampled_from(PROGRAMS))]
    return f"{draw(manager)}:~$ docker service create -d --name {draw(st.sampled_from(SERVICES))} {' '.join(words)}"


@st.composite
def updated(draw: st.DrawFn, manager: st.SearchStrategy[str]) -> str:
    """`docker service update`."""
    change = draw(st.sampled_from(CHANGES))
    return f"{draw(manager)}:~$ docker service update -d {change} {draw(st.sampled_from(SERVICES))}"


@st.composite
def ordered(draw: st.DrawFn, manager: st.SearchStrategy[str], host: st.SearchStrategy[str]) -> str:
    """What else is asked of a manager."""
    line = draw(st.sampled_from(ON_MANAGER))
    words = {"service": draw(st.sampled_from(SERVICES)), "count": draw(st.integers(0, 7)), "host": draw(host)}
    return f"{draw(manager)}:~$ {line.format(**words)}"


@st.composite
def typed(draw: st.DrawFn, host: st.SearchStrategy[str], manager: st.SearchStrategy[str]) -> str:
    """Joining and leaving."""
    name, line = draw(host), draw(st.sampled_from(ON_HOST))
    line = line.replace("<worker>", "{worker}").replace("<manager>", "{manager}")
    return f"{name}:~$ {line.replace('<manager host>', draw(manager)).replace('<host>', name)}"


@st.composite
def broken(draw: st.DrawFn, host: st.SearchStrategy[str]) -> str:
    """A fault, or its repair."""
    return f"{draw(host)}: {draw(st.sampled_from(FAULTS))}"


@st.composite
def jumped(draw: st.DrawFn) -> str:
    """The time of the whole lab jumps."""
    return f"jump {draw(st.sampled_from(JUMPS_S))}"
