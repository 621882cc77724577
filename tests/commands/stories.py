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
    (MANAGER, "docker info --format '{{{{json .Warnings}}}} {{{{json .Swarm.Warnings}}}}'"),
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

IMAGES_AND_NETWORKS = [
    (MANAGER, line)
    for line in (
        "docker swarm init --advertise-addr {address}",
        "docker pull --quiet alpine",
        "docker tag alpine mine:v1",
        "docker tag nosuch mine:v2",
        "docker tag alpine Mine",
        "docker history nosuch",
        "docker history --quiet --no-trunc alpine",
        "docker rmi nosuch mine:v1",
        "docker image prune --force",
        "docker network create br1",
        "docker network create --subnet 172.30.0.0/24 --ip-range 172.30.0.128/25 --gateway 172.30.0.254 br2",
        "docker network create --subnet 10.78.0.0/24 --gateway 10.99.0.9 bad",
        "docker network create --subnet 10.78.0.0/24 --ip-range 10.99.0.0/25 bad",
        "docker network create --subnet 10.78.0.5/24 bad",
        "docker network create --driver overlay --ingress bad",
        "docker network create --driver overlay --attachable att",
        "docker run --detach --name c1 --network att alpine sleep 1000",
        "docker network connect --alias zz br1 c1",
        "docker network connect br1 c1",
        "docker network connect --ip 1.2.3.4 br2 c1",
        "docker network connect nosuch c1",
        "docker network connect att c1",
        "docker network connect br1 nosuch",
        "docker network rm br1",
        "docker network disconnect br1 c1",
        "docker network disconnect nosuch c1",
        "docker network prune --force",
        "docker network ls --format '{{{{.Name}}}} {{{{.Driver}}}} {{{{.Scope}}}}'",
        "docker service create --detach --name onhost --network host alpine sleep 1000",
        "docker service create --detach --name onnone --network none alpine sleep 1000",
        "docker service rm onhost",
        "docker rm --force c1",
        "docker volume create v1",
        "docker volume prune --force",
        "docker volume prune --all --force",
        "docker volume create --driver nosuch v2",
        "docker image rm alpine",
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
        "docker stack deploy --compose-file {files}/stack.yml '\"'",
        "docker stack deploy --compose-file {files}/stack.yml --resolve-image maybe demo",
        "docker stack deploy demo",
        "docker stack deploy --compose-file {files}/nosuch.yml demo",
        "docker stack config --compose-file {files}/full.yml",
        "docker stack deploy --compose-file {files}/full.yml demo",
        "docker secret create elsewhere {files}/token",
        "docker stack deploy --compose-file {files}/full.yml demo",
        "docker service inspect demo_web",
        "docker secret inspect demo_plain",
        "docker config inspect demo_conf mynamed-1",
        "docker network ls --filter name=demo_ --format '{{{{.Name}}}} {{{{.Driver}}}} {{{{.Scope}}}}'",
        "docker stack deploy --detach --resolve-image never --compose-file {files}/full.yml demo",
        "docker stack deploy --detach --prune --compose-file {files}/small.yml demo",
        "docker stack deploy --detach --compose-file {files}/changed.yml demo",
        "docker stack services demo",
        "docker stack ls",
        "docker stack rm demo nosuch",
        "docker secret ls --format '{{{{.Name}}}}'",
        "docker swarm leave --force",
    )
]

SETTINGS_AND_SECRETS = [
    (MANAGER, line)
    for line in (
        "docker swarm ca",
        "docker swarm unlock",
        "docker swarm unlock-key",
        "docker swarm update --autolock",
        "docker swarm init --autolock --advertise-addr {address} --cert-expiry 48h --task-history-limit 2",
        "docker swarm unlock-key",
        "docker swarm unlock-key --rotate",
        "docker swarm unlock-key --quiet",
        "docker swarm unlock",
        "docker swarm update --autolock",
        "docker swarm update --autolock=false",
        "docker swarm unlock-key",
        "docker swarm unlock-key --rotate",
        "docker swarm update --autolock --max-snapshots 2",
        "docker swarm update",
        "docker swarm update extra",
        "docker swarm update --autolock=maybe",
        "docker swarm update --cert-expiry 30m",
        "docker swarm update --cert-expiry x",
        "docker swarm update --dispatcher-heartbeat -1s",
        "docker swarm update --snapshot-interval -1",
        "docker swarm update --task-history-limit -1 --dispatcher-heartbeat 0s --snapshot-interval 0 --cert-expiry 0",
        "docker swarm update --external-ca protocol=cfssl,url=https://ca.example.com",
        "docker swarm update --external-ca protocol=other,url=https://ca.example.com",
        "docker swarm update --external-ca protocol=cfssl",
        "docker swarm update --external-ca url=https://ca.example.com",
        "docker swarm update --external-ca nothing",
        "docker info --format '{{{{json .Swarm.Cluster.Spec.Raft}}}} {{{{json .Swarm.Cluster.Spec.Dispatcher}}}}'",
        "docker swarm ca --cert-expiry 2h",
        "docker swarm ca --ca-cert {files}/root.crt",
        "docker swarm ca --rotate --ca-cert {files}/root.crt",
        "docker swarm ca --rotate --ca-cert {files}/nosuch.crt",
        "docker swarm ca --rotate --ca-cert {files}/stack.yml",
        "docker swarm ca --rotate --ca-key {files}/root.key",
        "docker swarm ca --rotate --ca-cert {files}/root.crt --ca-key {files}/other.key",
        "docker swarm ca --rotate --external-ca protocol=cfssl,url=https://ca.example.com",
        "docker swarm ca --rotate --cert-expiry 30m",
        "docker swarm ca",
        "docker swarm ca --rotate",
        "docker swarm ca --rotate --quiet --ca-cert {files}/root.crt --ca-key {files}/root.key",
        "docker swarm ca",
        "docker swarm ca --rotate --detach",
        "docker swarm ca --help",
        "docker swarm unlock --help",
        "docker swarm update --help",
        "docker swarm leave --force",
    )
]

NODES = [
    (MANAGER, line)
    for line in (
        "docker swarm init --advertise-addr {address} --availability drain",
        "docker node ls",
        "docker node ls --format '{{{{.Hostname}}}} {{{{.Availability}}}} {{{{.TLSStatus}}}} {{{{.Self}}}}'",
        "docker node ls --format nosuch --quiet",
        "docker node ls --filter nosuch=1",
        "docker node ls --filter role=nosuch",
        "docker node ls --filter membership=accepted --format '{{{{.Hostname}}}}'",
        "docker node ls --filter membership=nosuch",
        "docker node inspect self --format '{{{{json .Spec}}}} {{{{json .ManagerStatus}}}}'",
        "docker node update --availability nosuch self",
        "docker node update --availability active docker-swarm-3",
        "docker node update --role nosuch docker-swarm-3",
        "docker node update --label-add a=1 --label-add b --label-add c= docker-swarm-3",
        "docker node update --label-rm b --label-rm nosuch docker-swarm-3",
        "docker node update --label-rm b docker-swarm-3",
        "docker node update nosuch",
        "docker node ls --filter node.label=a=1 --format '{{{{.Hostname}}}}'",
        "docker node update --role worker docker-swarm-3",
        "docker node demote docker-swarm-3 nosuch",
        "docker node promote docker-swarm-3",
        "docker node promote nosuch",
        "docker node rm docker-swarm-3",
        "docker node rm --force docker-swarm-3 nosuch",
        "docker node ps",
        "docker node ps nosuch",
        "docker node ps self nosuch",
        "docker swarm leave",
        "docker swarm leave --force",
        "docker swarm leave",
        "docker node ls",
        "docker node promote docker-swarm-3",
        "docker node ps",
        "docker node rm docker-swarm-3",
    )
]

LOCKED = (
    "docker node ls",
    "docker node inspect self",
    "docker node ps",
    "docker service ls",
    "docker stack ls",
    "docker network ls --format '{{.Name}}'",
    "docker swarm ca",
    "docker swarm join-token worker",
    "docker swarm unlock-key",
    "docker swarm update --autolock=false",
    "docker swarm init",
    "docker swarm init --force-new-cluster",
    "docker swarm leave",
    "docker info --format '{{json .Swarm}}'",
)
"""What a manager says that was restarted and not unlocked."""


SECRETS_AND_CONFIGS = [
    (MANAGER, line)
    for line in (
        "docker secret ls",
        "docker swarm init --advertise-addr {address}",
        "docker secret create",
        "docker secret create token",
        "docker secret create token one two",
        "docker secret create --driver vault token {files}/token",
        "docker secret create --driver vault token",
        "docker secret create token {files}/nosuch",
        "docker secret create token {files}",
        "docker secret create token /dev/null",
        "docker secret create -bad {files}/token",
        "docker secret create -- -bad {files}/token",
        "docker secret create --label a=b -l a=d token {files}/token",
        "docker secret create TOKEN {files}/token",
        "docker secret create --template-driver golang filled {files}/token",
        "docker secret inspect token",
        "docker secret inspect --format '{{{{.Spec.Name}}}} {{{{json .Spec.Labels}}}}' token nosuch",
        "docker secret inspect --pretty token filled --format x",
        "docker secret inspect --pretty token nosuch",
        "docker secret ls",
        "docker secret ls --quiet",
        "docker secret ls --filter name=TOK",
        "docker secret ls --filter label=a=d --format '{{{{.Name}}}}: {{{{.Labels}}}} {{{{.CreatedAt}}}}'",
        "docker secret ls --filter nosuch=1",
        "docker secret ls --filter nosuch",
        "docker secret ls --format json",
        "docker secret ls --format 'table {{{{.Name}}}}\\t{{{{.Driver}}}}\\t{{{{.Labels}}}}'",
        "docker config create conf",
        "docker config create conf {files}/nosuch",
        "docker config create conf /dev/null",
        "docker config create --label a=b conf {files}/token",
        "docker config create conf {files}/token",
        "docker config inspect conf",
        "docker config inspect --pretty conf",
        "docker config inspect --pretty conf nosuch",
        "docker config ls",
        "docker config ls --format json",
        "docker config ls --filter id=nosuch --quiet",
        "docker service create --secret nosuch alpine",
        "docker service create --config nosuch alpine",
        "docker service create --secret token --secret source=filled,target=token alpine",
        "docker service create --secret '' alpine",
        "docker service create --secret source=a,mode=abc alpine",
        "docker service create --secret source=a,mode=99999999999 alpine",
        "docker service create --secret source=a,foo=b alpine",
        "docker service create --secret a,b alpine",
        "docker service create --config target=b alpine",
        "docker service create --detach --name web --secret source=token,target=t,uid=1000,gid=1001,mode=0400"
        " --config source=conf,target=/etc/conf alpine sleep 1000",
        "docker service inspect web",
        "docker service inspect web --pretty",
        "docker secret rm token nosuch",
        "docker config rm conf",
        "docker service update --detach --secret-rm token --secret-add filled --config-rm conf web",
        "docker service inspect web",
        "docker service update --detach --secret-add filled web",
        "docker service update --detach --config-add nosuch web",
        "docker secret rm token",
        "docker config rm conf nosuch",
        "docker service rm web",
        "docker secret rm filled",
        "docker secret rm",
        "docker swarm leave --force",
    )
]
