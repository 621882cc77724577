"""Of services: their many options, jobs, stacks, the secrets and configs that they are given."""

from tests.commands.stories.telling import on_manager

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
    "docker service update --detach --env-add A=9 --env-rm B --label-rm c --label-add z=1"
    " --container-label-rm x --constraint-rm node.labels.a!=b --constraint-add node.hostname==docker-swarm-3"
    " --mount-rm /t --mount-add type=volume,source=more,target=/more --publish-rm 80 --publish-add 8081:81"
    " --replicas 3 --limit-cpu 1 --update-delay 0s --update-parallelism 1 --restart-condition any --image busybox"
    " --args 'sleep 2000' --placement-pref-rm spread=node.labels.zone --placement-pref-add spread=node.labels.rack"
    " --hostname other --network-rm back --replicas-max-per-node 5 --force --workdir /var full"
)

OPTIONS = on_manager(
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

A_STACK = on_manager(
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

JOBS = on_manager(
    "docker swarm init --advertise-addr {address}",
    "docker service create --name three --mode replicated-job --replicas 3 --max-concurrent 2 alpine sleep 1",
    "docker service create --name two --mode replicated-job --max-concurrent 2 alpine true",
    "docker service create --name each --mode global-job alpine sleep 1",
    "docker service create --name none --mode replicated-job --replicas 0 alpine true",
    "docker service create --detach --name failing --mode replicated-job --restart-condition none alpine false",
    "docker service create --name given --mode global-job --update-delay 1s alpine true",
    "docker service scale three=2",
    "docker service scale each=2",
    "docker service update --force each",
    "docker service update --max-concurrent 1 three",
    "docker service update --max-concurrent 1 each",
    "docker service update --replicas 1 each",
    "docker service update --update-parallelism 2 two",
    "docker service rollback three",
    "docker service rollback none",
    "docker service ls",
    "docker service ls --filter mode=replicated-job --format '{{{{.Name}}}} {{{{.Replicas}}}}'",
    "docker service ps three",
    "docker service ps two",
    "docker service inspect --pretty each",
    "docker service rm three two each none failing",
    "docker swarm leave --force",
)

SECRETS_AND_CONFIGS = on_manager(
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
