"""Command lines with `--format`, which change nothing, and those before them that make what is to be shown.

They are typed on one manager: to the docker CLI, and to our commands.
"""

from __future__ import annotations

MADE = """
docker run -d --name one --label a.b-c=x --label z=<1> -p 8080:80 -p 443 -v vol:/data -e A=1 nginx:alpine
docker run -d --name two --restart on-failure:3 alpine sleep 1000
docker volume create --label l=1 myvol
docker network create --driver overlay --attachable --internal --label n=1 over
docker secret create --label s=1 sec {files}/token
docker config create --label c=1 --template-driver golang conf {files}/token
docker stack deploy --detach=true -c {files}/small.yml st
""".strip().splitlines()

SERVICE = (
    "docker service create --detach --name full --replicas 2 --env A=b --label k=v --container-label q=w"
    " --limit-cpu 0.5 --limit-memory 64m --reserve-memory 32m --mount type=volume,source=d,target=/x --secret sec"
    " --config conf --publish 8000:80 --publish published=9000,target=90,mode=host --network over"
    " --constraint node.role==manager --placement-pref spread=node.id --update-delay 90s"
    " --update-max-failure-ratio 0.25 --stop-grace-period 1m30s --health-cmd true --health-interval 5s"
    " --restart-max-attempts 3 --log-driver json-file --log-opt max-size=1m --ulimit nofile=1:2 --host a:1.2.3.4"
    " --dns 8.8.8.8 --no-resolve-image nginx:alpine"
)

_NODES = r"""
docker node ls --format '{{json .}}'
docker node ls --format json
docker node ls --format raw
docker node ls --format 'raw{{.ID}}'
docker node ls --format 'tablex {{.ID}}'
docker node ls --format table
docker node ls -q --format table
docker node ls -q --format raw
docker node ls -q --format json
docker node ls -q --format '{{.Hostname}}'
docker node ls --format '{{.Hostname}}\t{{.Status}}\n'
docker node ls --format '{{upper .Hostname}} {{if eq .Status "Ready"}}up{{end}}'
docker node ls --format '{{pad .Hostname 2 3}}|{{title .Availability}}|{{lower .Status}}'
docker node ls --format '{{.Self}} {{json .Self}} {{if .Self}}me{{end}}'
docker node ls --format 'table {{.Self}}'
docker node ls --format 'table {{upper .Hostname}}\t{{.Status}}'
docker node ls --format 'table {{json .Hostname}}\t{{truncate .Status 2}}\t{{.TLSStatus}}'
docker node ls --format 'table {{join .Hostname "x"}}\t{{split .Hostname "-"}}'
docker node ls --format 'table {{split .Hostname "-"}}'
docker node ls --format 'table {{if eq .Status "Ready"}}{{.Hostname}}{{end}}\tb'
docker node ls --format 'table {{.Nosuch}}'
docker node ls --format '{{.Hostname}} {{.Nosuch}}'
docker node ls --format '{{.Spec'
docker node ls --filter name=nosuch --format '{{.ID'
docker node ls --filter name=nosuch --format 'table {{.Nosuch}}'
docker node ps self --format '{{.Name}} {{.DesiredState}}'
docker node inspect self --format '{{.Description.Hostname}}\n{{.Status.State}}'
docker node inspect self --format '{{.Spec}} {{.Version}} {{.CreatedAt}} {{.Status}}'
docker node inspect self --format '{{.}}'
docker node inspect self --format '{{json .}}'
docker node inspect self --format json
docker node inspect self --format raw
docker node inspect self --format table
docker node inspect self --format pretty
docker node inspect self --format prettyx
docker node inspect self --pretty --format x
docker node inspect nosuch --format json
docker node inspect nosuch --format '{{.ID}}'
docker node inspect docker-swarm-1 --format '{{.Spec.Name}}|{{.Spec.Labels}}|{{.Spec.Labels.a}}|{{.ManagerStatus}}'
docker node inspect self docker-swarm-1 --format '{{.ManagerStatus.Addr}}'
docker node inspect docker-swarm-1 --format '{{.ManagerStatus.Nosuch}}'
docker node inspect self --format '{{if .ManagerStatus}}manager{{else}}worker{{end}} {{eq .ManagerStatus nil}}'
docker node inspect self --format '{{.Nosuch}}'
docker node inspect self --format '{{.Spec.Role.Foo}}'
docker node inspect self --format '{{.ID 1}}'
docker node inspect self --format '{{upper .Spec.Role}}'
docker node inspect self --format '{{upper 1}}'
docker node inspect self --format '{{upper .Spec.Labels.foo}}'
docker node inspect self --format '{{join "a" "b"}}'
docker node inspect self --format '{{"a" | join}}'
docker node inspect self --format '{{pad "x" "y" 1}}'
docker node inspect self --format '{{eq .Spec.Role "manager"}} {{eq .Version.Index "x"}}'
docker node inspect self --format '{{eq .Spec .Spec}}'
docker node inspect self --format '{{range .Spec}}{{end}}'
docker node inspect self --format '{{len .Spec}}'
docker node inspect self --format '{{index .Description.Engine.Plugins 99}}'
docker node inspect self --format '{{printf "%s %v %T %q" .Spec.Role .Version .Version.Index .Spec.Role}}'
docker node inspect self --format '{{printf "%v %+v %T %T" .ManagerStatus .Spec .ManagerStatus .Spec.Labels}}'
docker node inspect self --format '{{.CreatedAt.Year}} {{.CreatedAt.Format "2006-01-02"}} {{.CreatedAt.Unix}}'
docker node inspect self --format '{{range $i, $p := .Description.Engine.Plugins}}{{$i}}={{$p.Name}} {{end}}'
docker node inspect self --format '{{html "<a>"}} {{json "<a>"}} {{println 1}}'
docker node inspect self --format '{{nosuch .Spec}}'
docker node inspect self --format '{{.Spec'
"""

_SERVICES = r"""
docker service ls --format json
docker service ls --format raw
docker service ls -q --format raw
docker service ls -q --format '{{.Name}}'
docker service ls --format '{{.Name}}: {{.Mode}} {{.Labels}}'
docker service ls --format '{{join (split .Image ":") "/"}}'
docker service ps helloworld --format json
docker service ps helloworld --format raw
docker service ps helloworld -q --format '{{.Name}}'
docker service ps helloworld --format '{{.Name}}{{"\t"}}{{.Node}} {{.Nosuch}}'
docker service inspect full --format '{{.Spec.Name}} {{.Spec.Labels.k}} {{.Spec.Mode.Replicated.Replicas}}'
docker service inspect full --format '{{json .Spec}}'
docker service inspect full --format '{{.Spec}}'
docker service inspect full --format '{{.Spec.TaskTemplate}}'
docker service inspect full --format '{{.Spec.TaskTemplate.ContainerSpec}}'
docker service inspect full --format '{{range .Spec.TaskTemplate.ContainerSpec.Secrets}}{{.}} {{.File.Mode}}{{end}}'
docker service inspect full --format '{{.Spec.TaskTemplate.ContainerSpec.Healthcheck}}'
docker service inspect full --format '{{.Spec.TaskTemplate.Resources}} {{.Spec.TaskTemplate.Resources.Limits}}'
docker service inspect full --format '{{.Spec.TaskTemplate.Placement}} {{.Spec.TaskTemplate.LogDriver}}'
docker service inspect full --format '{{.Spec.UpdateConfig}} {{.Spec.UpdateConfig.Delay.Seconds}}'
docker service inspect full --format '{{printf "%d %.2f" .Spec.UpdateConfig.Delay .Spec.UpdateConfig.MaxFailureRatio}}'
docker service inspect full --format '{{range .Endpoint.Ports}}{{.PublishedPort}}:{{.TargetPort}}/{{.Protocol}} {{end}}'
docker service inspect full --format '{{join .Spec.TaskTemplate.ContainerSpec.Env ","}} {{.Spec.EndpointSpec}}'
docker service inspect full --format '{{with index .Spec.TaskTemplate.ContainerSpec.Mounts 0}}{{.Type}}{{end}}'
docker service inspect full --format table
docker service inspect helloworld --format '{{range .Spec.TaskTemplate.ContainerSpec.Args}}{{println .}}{{end}}'
docker service inspect helloworld --format '{{.Spec.Mode}} {{.Spec.Mode.Global}} {{.PreviousSpec}}'
docker service inspect helloworld --format '{{eq .Spec.Mode.Replicated.Replicas 3}}'
docker service inspect helloworld --format '{{.UpdateStatus.State}}'
docker service inspect helloworld --format '{{.Spec.TaskTemplate.Nosuch}}'
docker service inspect helloworld nosuch --format '{{.Spec.Name}}'
docker service inspect helloworld --format pretty
docker stack ls --format json
docker stack ls --format '{{.Name}} {{.Orchestrator}}'
docker stack services st --format '{{.Name}} {{.Mode}}'
docker stack services st -q --format '{{.Name}}'
docker stack ps st --format '{{.Nosuch}}'
"""

_STORED = r"""
docker secret ls --format json
docker secret ls --format 'table {{.Name}}\t{{.Label "x.y-z"}}\t{{.Labels}}'
docker secret ls --format '{{.Label "s"}} {{"s" | .Label}} {{.Label}}'
docker secret ls -q --format table
docker secret inspect sec --format '{{.Spec.Name}} {{.Spec.Labels}} {{.Spec.Data}} {{.Spec.Driver}}'
docker secret inspect sec --format '{{.Nosuch}}'
docker secret inspect sec --format pretty
docker secret inspect sec --format prettyx
docker secret inspect sec --format table
docker config ls --format '{{.Name}} {{.Driver}}'
docker config ls --filter name=nosuch --format 'table {{.Nosuch}}'
docker config inspect conf --format '{{printf "%s" .Spec.Data}} {{.Spec.Templating}} {{.Spec.Templating.Name}}'
docker config inspect conf --format '{{.Spec.Nosuch}}'
docker network ls --format json
docker network ls --filter name=over --format raw
docker network ls --filter name=over -q --format raw
docker network ls --format 'table {{.Name}}\t{{.IPv6}}\t{{.IPv4}}\t{{.Internal}}\t{{.Labels}}'
docker network ls --format '{{.Name}} {{.Label "n"}} {{.Nosuch}}'
docker network inspect over --format '{{range $k, $v := .Labels}}{{$k}}={{$v}}{{end}} {{.ConfigFrom.Network}}'
docker network inspect ingress --format '{{.IPAM}} {{(index .IPAM.Config 0).Subnet}} {{.EnableIPv6}}'
docker network inspect ingress --format '{{.Name}} {{.Nosuch}}'
docker network inspect ingress --format '{{.Id}} {{.Name}}'
docker network inspect ingress --format json
docker network inspect nosuch --format '{{.Name}}'
docker volume ls --format json
docker volume ls --filter name=myvol --format raw
docker volume ls --filter name=myvol -q --format '{{.Driver}}'
docker volume ls --format 'table {{.Name}}\t{{.Label "l"}}\t{{.Links}}\t{{.Size}}\t{{.Status}}'
docker volume ls --format '{{.Nosuch'
docker volume inspect myvol --format '{{.Name}} {{.Labels}} {{.Options}} {{.Status}} {{.UsageData}}'
docker volume inspect myvol --format '{{.Nosuch}}'
docker volume inspect myvol --format '{{.ClusterVolume.ID}}'
docker volume inspect myvol --format json
"""

_CONTAINERS = r"""
docker ps --format '{{json .}}'
docker ps --format json
docker ps --format raw
docker ps --size --format raw
docker ps -q --format raw
docker ps -q --format '{{.Names}}'
docker ps --format '{{.Names}}\t{{.State}}\t{{.LocalVolumes}}|{{.Networks}}|{{.Platform}}|'
docker ps --format 'table {{.Names}}\t{{.Label "a.b-c"}}\t{{.Platform}}'
docker ps --format '{{.Names}} {{.Label "com.docker.swarm.task"}} {{.Nosuch}}'
docker ps --format '{{.Platform.OS}}'
docker ps --format '{{.Label 1}}'
docker ps --format '{{.Nosuch'
docker inspect one --format '{{.Name}} {{.State.Status}} {{.Config.Labels}}'
docker inspect two --format '{{.HostConfig.RestartPolicy}} {{.HostConfig.RestartPolicy.Name}}'
docker inspect one --format '{{range $k, $v := .NetworkSettings.Networks}}{{$k}} {{$v.IPAddress}}{{end}}'
docker inspect one --format '{{(index (index .NetworkSettings.Ports "80/tcp") 0).HostPort}}'
docker inspect one --format '{{.HostConfig.NetworkMode.IsHost}} {{.HostConfig.NetworkMode}} {{.Args}}'
docker inspect one --format '{{.HostConfig.Binds}} {{.Config.ExposedPorts}}'
docker inspect one --format '{{.State.Health.Status}}'
docker inspect one --format '{{.ID}}'
docker inspect one --format '{{.Id}} {{.Nosuch}}'
docker inspect one two --format '{{.Name}}'
docker inspect one full vol over sec --format '{{.Name}}'
docker inspect full --format '{{.Spec.Name}} {{.Kind}}'
docker inspect full --format '{{.Spec.Name}} {{.Spec.Mode.Global.Foo}}'
docker inspect nosuch --format '{{.Name}}'
docker inspect --type volume nosuch --format '{{.Name}}'
docker container inspect one nosuch --format '{{.Name}}'
docker image inspect alpine --format '{{.RepoTags}} {{.Config.Cmd}} {{.Os}} {{.RootFS.Layers}}'
docker image inspect alpine --format '{{.Nosuch}}'
docker images --format '{{json .}}'
docker images --format '{{.Repository}} {{.Containers}} {{.SharedSize}} {{.UniqueSize}}'
docker images --digests --format raw
docker images -q --format '{{.Repository}}'
docker history alpine --format '{{json .}}'
docker history alpine --format '{{.Size}} {{.Nosuch}}'
docker stats --no-stream --format '{{.Name}} {{.Nosuch}}'
docker stats --no-stream --format '{{.Nosuch'
docker system df --format '{{.Type}} {{.TotalCount}} {{.Nosuch}}'
docker system df --format 'table {{.Type}}\t{{.TotalCount}}'
docker system df -v --format '{{range .Containers}}{{.Names}} {{.Image}}{{end}} {{range .Volumes}}{{.Name}}{{end}}'
docker system df -v --format '{{json .Volumes}}'
docker system df -v --format '{{.Nosuch}}'
docker system df -v --format '{{.Nosuch'
docker system df -v --format raw
"""

_SYSTEM = r"""
docker context ls --format '{{.Name}} {{.Current}} {{.Nosuch}}'
docker context ls -q --format table
docker context inspect docker-swarm-1 --format '{{.Name}} {{.Endpoints.docker.Host}}'
docker info --format '{{.Swarm.LocalNodeState}} {{.NCPU}}\n'
docker info --format '{{.Swarm}}'
docker info --format '{{json .Swarm}}'
docker info --format '{{.Swarm.Cluster.Spec.CAConfig}} {{.Swarm.Cluster.Spec.Dispatcher}}'
docker info --format '{{if .Swarm.ControlAvailable}}yes{{end}} {{.Nosuch}}'
docker info --format '{{range .Plugins.Volume}}{{.}},{{end}} {{.Info.Name}}'
docker info --format '{{.ClientInfo.Version}} {{.ClientInfo.Nosuch}}'
docker info --format '{{.ClientInfo.APIVersion}}|{{.Name}}'
docker info --format '{{json .RegistryConfig}} {{.ServerErrors}} {{.Warnings}}'
docker info --format '{{.Swarm.Cluster.JoinTokens}}'
docker info --format '{{.Swarm'
docker info --format table
docker version --format '{{.Server.Version}} {{.Client.Nosuch}}'
docker version --format '{{.Client.APIVersion}} {{.Server.APIVersion}} {{.Client.Platform}}'
docker version --format '{{.Client.Version}}{{"\t"}}x'
docker version --format json
docker version --format '{{.}}'
docker version --format '{{.Server'
docker version
docker events --since 1 --until 2 --format '{{.Type'
docker events --since 1 --until 2 --format '{{.Nosuch}}'
docker events --since 1 --until 2 --format '{{.Actor.Nosuch}}'
"""

FORMATS = (_NODES + _SERVICES + _STORED + _CONTAINERS + _SYSTEM).replace("\n\n", "\n").strip().splitlines()
