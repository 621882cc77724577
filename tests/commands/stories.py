"""Command lines that change a swarm, in order, each with the node that it is typed on.

`{address}` stands for the manager's address, `{worker}` for the worker's join token.
"""

MANAGER = "docker-swarm-3"

FORMING_AND_RUNNING = [
    (MANAGER, "docker swarm init --advertise-addr {address}"),
    ("docker-swarm-1", "docker swarm join --token {worker} {address}:2377"),
    ("docker-swarm-2", "docker swarm join --token {worker} {address}:2377"),
    ("docker-swarm-2", "docker swarm join --token {worker} {address}:2377"),
    (MANAGER, "docker node ls"),
    (MANAGER, "docker service create --replicas 1 --name helloworld alpine ping docker.com"),
    (MANAGER, "docker service ls"),
    (MANAGER, "docker service scale helloworld=5"),
    (MANAGER, "docker service scale helloworld=3 nosuch=1"),
    (MANAGER, "docker service update --detach --limit-memory 64m --env-add COLOUR=blue --label-add a=b helloworld"),
    (MANAGER, "docker service update --force --update-parallelism 0 --quiet helloworld"),
    (MANAGER, "docker service rollback helloworld"),
    (MANAGER, "docker node update --availability drain --label-add zone=a docker-swarm-1"),
    (MANAGER, "docker node promote docker-swarm-2"),
    (MANAGER, "docker node promote docker-swarm-2"),
    (MANAGER, "docker node demote docker-swarm-2"),
    (MANAGER, "docker node update --availability active docker-swarm-1"),
    (MANAGER, "docker service create --detach --name web --mode global --publish 8080:80 nginx"),
    (MANAGER, "docker service rm web helloworld nosuch"),
    (MANAGER, "docker volume create data"),
    (MANAGER, "docker volume ls"),
    (MANAGER, "docker volume rm data"),
    (MANAGER, "docker run --rm alpine echo hello"),
    (MANAGER, "docker run --rm alpine sh -c 'exit 3'"),
    (MANAGER, "docker run --detach --name one alpine sleep 1000"),
    (MANAGER, "docker ps --filter name=one"),
    (MANAGER, "docker stop --timeout 1 one"),
    (MANAGER, "docker rm one"),
    (MANAGER, "docker network create --driver overlay mine"),
    (MANAGER, "docker network rm mine"),
    (MANAGER, "docker swarm join-token --rotate worker"),
    ("docker-swarm-1", "docker swarm leave"),
    (MANAGER, "docker swarm leave --force"),
    (MANAGER, "docker node ls"),
]

CREATED = (
    "docker service create --detach --name full --replicas 2 --env A=1 --env B=2 --env A=3 --label a=b --label c"
    " --container-label x=y --hostname h --workdir /tmp --mount type=volume,source=data,target=/data"
    " --mount type=bind,source=/tmp,target=/t,readonly --limit-cpu 0.5 --limit-memory 64m --reserve-cpu 0.1"
    " --reserve-memory 16m --restart-condition on-failure --restart-max-attempts 3 --restart-window 1m30s"
    " --update-delay 2s --update-parallelism 2 --update-failure-action rollback --update-max-failure-ratio 0.25"
    " --rollback-parallelism 0 --rollback-order start-first --stop-grace-period 3s --stop-signal SIGINT"
    " --constraint node.role==manager --constraint node.labels.a!=b --placement-pref spread=node.labels.zone"
    " --replicas-max-per-node 4 --publish 8080:80 --publish published=9000,target=90,mode=host,protocol=udp"
    " --network back alpine sleep 1000"
)
CHANGED = (
    "docker service update --detach --env-add A=9 --env-add C=7 --env-rm B --label-rm c --label-add z=1"
    " --container-label-rm x --constraint-rm node.labels.a!=b --constraint-add node.hostname==docker-swarm-3"
    " --mount-rm /t --mount-add type=volume,source=more,target=/more --publish-rm 80 --publish-add 8081:81"
    " --replicas 3 --limit-cpu 1 --update-delay 0s --update-parallelism 1 --restart-condition any --image busybox"
    " --args 'sleep 2000' --placement-pref-rm spread=node.labels.zone --placement-pref-add spread=node.labels.rack"
    " --hostname other --network-rm back --replicas-max-per-node 5 --force --workdir /var full"
)

OPTIONS = [
    (MANAGER, line)
    for line in (
        "docker swarm init --advertise-addr {address}",
        "docker network create --driver overlay back",
        CREATED,
        "docker service inspect full",
        CHANGED,
        "docker service inspect full",
        "docker service update --detach --rollback full",
        "docker service inspect full",
        "docker service rm full",
        "docker service create --detach --name plain alpine sleep 1000",
        "docker service update --detach --limit-memory 32m --restart-delay 1s plain",
        "docker service update --detach --publish-add 7000-7002:70-72 --image nginx:alpine plain",
        "docker service inspect plain",
        "docker service rm plain",
        "docker service create --detach --no-resolve-image --name web --endpoint-mode dnsrr nginx:alpine",
        "docker service inspect web",
        "docker service rm web",
        "docker swarm update --task-history-limit 3",
        "docker info --format '{{{{json .Swarm.Cluster.Spec}}}}'",
        "docker swarm leave --force",
    )
]

A_STACK = [
    (MANAGER, line)
    for line in (
        "docker swarm init --advertise-addr {address}",
        "docker stack deploy --compose-file {files}/stack.yml demo",
        "docker service inspect demo_web",
        "docker service inspect demo_cache",
        "docker stack ls",
        "docker network inspect demo_back --format '{{{{.Name}}}} {{{{.Labels}}}} {{{{.Driver}}}} {{{{.Attachable}}}}'",
        "docker stack rm demo",
        "docker swarm leave --force",
    )
]
