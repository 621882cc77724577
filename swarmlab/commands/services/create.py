"""`docker service create`.

Source: docker/cli cli/command/service/create.go, opts.go ToService.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

from swarmlab.commands.errors import DockerError
from swarmlab.commands.services.file_references import resolve as resolve_files
from swarmlab.commands.services.flags import ServiceFlags, Spec, UpdateFlags
from swarmlab.commands.services.generic_resources import read_generic_resources
from swarmlab.commands.services.images import pin, tagged
from swarmlab.commands.services.networks import resolve
from swarmlab.commands.services.progress import wait_on_service
from swarmlab.commands.services.rights import CapabilityFlags, change_capabilities, change_ulimits, read_env_files
from swarmlab.commands.services.sdk_text import creation, remark
from swarmlab.commands.session import Session
from swarmlab.commands.spelling.file_references import read_config, read_secret
from swarmlab.commands.spelling.mounts import read_mount
from swarmlab.commands.spelling.options import Many, Text, argument, arguments, flag
from swarmlab.commands.spelling.ports import read_ports
from swarmlab.commands.spelling.typed import given, pairs

_BOTH = "can only be used with replicated or replicated-job mode"


@dataclass(frozen=True, kw_only=True)
class ServiceCreate(CapabilityFlags, ServiceFlags, path="service create"):
    """Declare a set of containers of one image; the swarm keeps it running."""

    usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]"
    summary = "Create a new service"
    interspersed = False

    config: Many = flag("--config config", "Specify configurations to expose to the service")
    constraint: Many = flag("--constraint list", "Placement constraints")
    container_label: Many = flag("--container-label list", "Container labels", syntax="label")
    dns: Many = flag("--dns list", "Set custom DNS servers", syntax="ip")
    dns_option: Many = flag("--dns-option list", "Set DNS options")
    dns_search: Many = flag("--dns-search list", "Set custom DNS search domains", syntax="domain")
    endpoint_mode: Text = flag("--endpoint-mode string", "Endpoint mode (vip or dnsrr)", '"vip"')
    env: Many = flag("-e, --env list", "Set environment variables", syntax="env")
    env_file: Many = flag("--env-file list", "Read in a file of environment variables")
    generic_resource: Many = flag("--generic-resource list", "User defined resources", syntax="resource")
    group: Many = flag("--group list", "Set one or more supplementary user groups for the container")
    host: Many = flag("--host list", "Set one or more custom host-to-IP mappings (host:ip)", syntax="extra-host")
    label: Many = flag("-l, --label list", "Service labels", syntax="label")
    mode: Text = flag(
        "--mode string", 'Service mode ("replicated", "global", "replicated-job", "global-job")', '"replicated"'
    )
    mount: Many = flag("--mount mount", "Attach a filesystem mount to the service")
    name: Text = flag("--name string", "Service name")
    network: Many = flag("--network network", "Network attachments")
    placement_pref: Many = flag("--placement-pref pref", "Add a placement preference")
    publish: Many = flag("-p, --publish port", "Publish a port as a node port")
    secret: Many = flag("--secret secret", "Specify secrets to expose to the service")
    sysctl: Many = flag("--sysctl list", "Sysctl options")
    ulimit: Many = flag("--ulimit ulimit", "Ulimit options", "[]")
    image: str = argument()
    command: Many = arguments(least=0)

    def sdk(self) -> str:
        """See Command."""
        files = {
            "secrets": [read_secret(text) for text in self.secret],
            "configs": [read_config(text) for text in self.config],
        }
        try:
            return creation(self._plain_spec(), networks=self.network, files=files)
        except DockerError as error:
            return remark(error)

    def perform(self, session: Session) -> None:
        """See Command."""
        spec = self.spec(session)
        warning = "" if self.no_resolve_image else pin(session, spec)
        answer = session.post("/services/create", spec)
        for text in [*(answer.get("Warnings") or []), *([warning] if warning else [])]:
            session.terminal.print(text)
        session.terminal.print(answer["ID"])
        if not self.detach:
            wait_on_service(session, answer["ID"], quiet=bool(self.quiet))

    def check(self) -> None:
        """Refuse, before anybody is asked, what makes no sense together.

        Raises:
            DockerError: in the words in which `perform` refuses it.
        """
        self._plain_spec()

    def spec(self, session: Session) -> Spec:
        """The service's spec; networks are looked up by name.

        Raises:
            DockerError: flags that do not go together, or a network that is not there.
        """
        spec = self._plain_spec()
        template = spec["TaskTemplate"]
        if self.network:
            template["Networks"] = resolve(session, self.network)
        self._ask_for_files(session, template["ContainerSpec"])
        self.merge_credentials(session, template["ContainerSpec"])
        return spec

    def _plain_spec(self) -> Spec:
        """All of the spec that nobody has to be asked for."""
        spec: Spec = {
            "Name": self.name or "",
            "Labels": pairs(self.label),
            "Mode": self._mode(),
            "TaskTemplate": self._task_template(),
            "EndpointSpec": {
                "Mode": (self.endpoint_mode or "vip").lower(),
                "Ports": [port for text in self.publish for port in read_ports(text)],
            },
        }
        self.merge_update_configs(spec)
        return spec

    def _ask_for_files(self, session: Session, container: Spec) -> None:
        if self.secret:
            container["Secrets"] = resolve_files(session, "secret", [read_secret(text) for text in self.secret])
        if self.config:
            container["Configs"] = resolve_files(session, "config", [read_config(text) for text in self.config])

    def _mode(self) -> Spec:
        mode = self.mode or "replicated"
        if mode.endswith("-job") and any(getattr(self, each.name) is not None for each in fields(UpdateFlags)):
            raise DockerError("update and rollback configuration is not supported for jobs")
        if mode.startswith("global"):
            self._refuse_replicas()
        if mode not in ("replicated-job",) and self.max_concurrent is not None:
            raise DockerError("max-concurrent can only be used with replicated-job mode")
        match mode:
            case "global":
                return {"Global": {}}
            case "global-job":
                return {"GlobalJob": {}}
            case "replicated":
                return {"Replicated": given({"Replicas": self.replicas})}
            case "replicated-job":
                concurrent = self.replicas if self.max_concurrent is None else self.max_concurrent
                return {"ReplicatedJob": given({"MaxConcurrent": concurrent, "TotalCompletions": self.replicas})}
            case _:
                raise DockerError(f"Unknown mode: {mode}, only replicated and global supported")

    def _refuse_replicas(self) -> None:
        if self.replicas is not None:
            raise DockerError(f"replicas {_BOTH}")
        if self.replicas_max_per_node:
            raise DockerError(f"replicas-max-per-node {_BOTH}")

    def _task_template(self) -> Spec:
        template: Spec = {
            "ContainerSpec": self._container(),
            "Resources": {"Limits": {}, "Reservations": self._generic_resources()},
            "Placement": self._placement(),
            "ForceUpdate": 0,
        }
        self.merge_resources(template)
        self.merge_restart_policy(template)
        self.merge_log_driver(template)
        return template

    def _container(self) -> Spec:
        container: Spec = {
            "Image": tagged(self.image),
            "Args": list(self.command) or None,
            "Labels": pairs(self.container_label) or None,
            "Env": last_of_each((*read_env_files(self.env_file), *self.env)) or None,
            "Groups": list(self.group) or None,
            "Mounts": [read_mount(text) for text in self.mount] or None,
            "Hosts": [hosts_entry(text) for text in self.host] or None,
            "Sysctls": pairs(self.sysctl) or None,
            "DNSConfig": dns_config(self.dns, self.dns_search, self.dns_option),
        }
        container = given(container) | {"Init": False}
        self.merge_container(container)
        change_capabilities(container, self.cap_add, self.cap_drop)
        change_ulimits(container, self.ulimit, ())
        self.merge_health(container)
        return container

    def _generic_resources(self) -> Spec:
        found = read_generic_resources(self.generic_resource)
        return {"GenericResources": found} if found else {}

    def _placement(self) -> Spec:
        preferences = [preference(text) for text in self.placement_pref]
        return given(
            {
                "Constraints": list(self.constraint) or None,
                "Preferences": preferences or None,
                "MaxReplicas": self.replicas_max_per_node or None,
            }
        )


def last_of_each(variables: Many) -> list[str]:
    """Environment variables, each where it was set last."""
    found: dict[str, str] = {}
    for text in variables:
        found.pop(text.partition("=")[0], None)
        found[text.partition("=")[0]] = text
    return list(found.values())


def preference(text: str) -> Spec:
    """`spread=node.labels.zone` as the API has it."""
    return {"Spread": {"SpreadDescriptor": text.partition("=")[2]}}


def hosts_entry(text: str) -> str:
    """`name:address` as a line of /etc/hosts."""
    name, _, address = text.partition(":")
    return f"{address} {name}"


def dns_config(servers: Many, search: Many, options: Many) -> Spec:
    """A container's DNS settings, without what is empty."""
    values = {"Nameservers": list(servers), "Search": list(search), "Options": list(options)}
    return {name: value for name, value in values.items() if value}
