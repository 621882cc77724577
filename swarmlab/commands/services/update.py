"""`docker service update`: read the spec, change what was typed, send it back.

Source: docker/cli cli/command/service/update.go.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, fields

from swarmlab.commands.errors import DockerError
from swarmlab.commands.services.changes import (
    change_env,
    change_labels,
    change_list,
    change_mounts,
    change_networks,
    change_ports,
    change_preferences,
)
from swarmlab.commands.services.create import hosts_entry
from swarmlab.commands.services.file_references import change as change_files
from swarmlab.commands.services.flags import ServiceFlags, Spec
from swarmlab.commands.services.generic_resources import change_generic_resources
from swarmlab.commands.services.images import pin, tagged
from swarmlab.commands.services.progress import wait_on_service
from swarmlab.commands.services.rights import CapabilityFlags, change_capabilities, change_ulimits
from swarmlab.commands.services.sdk_text import change, remark, rollback
from swarmlab.commands.services.sdk_update import arguments_of, missing_in
from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.file_references import read_config, read_secret
from swarmlab.commands.spelling.options import Many, Switch, Text, argument, flag


@dataclass(frozen=True, kw_only=True)
class ServiceUpdate(CapabilityFlags, ServiceFlags, path="service update"):
    """Change a service; the swarm replaces its tasks one after another where the change asks for it."""

    usage = "[OPTIONS] SERVICE"
    summary = "Update a service"
    shows_defaults = False

    args: Text = flag("--args command", "Service command args")
    config_add: Many = flag("--config-add config", "Add or update a config file on a service")
    config_rm: Many = flag("--config-rm list", "Remove a configuration file")
    constraint_add: Many = flag("--constraint-add list", "Add or update a placement constraint")
    constraint_rm: Many = flag("--constraint-rm list", "Remove a constraint")
    container_label_add: Many = flag("--container-label-add list", "Add or update a container label", syntax="label")
    container_label_rm: Many = flag("--container-label-rm list", "Remove a container label by its key")
    dns_add: Many = flag("--dns-add list", "Add or update a custom DNS server", syntax="ip")
    dns_option_add: Many = flag("--dns-option-add list", "Add or update a DNS option")
    dns_option_rm: Many = flag("--dns-option-rm list", "Remove a DNS option")
    dns_rm: Many = flag("--dns-rm list", "Remove a custom DNS server")
    dns_search_add: Many = flag("--dns-search-add list", "Add or update a custom DNS search domain", syntax="domain")
    dns_search_rm: Many = flag("--dns-search-rm list", "Remove a DNS search domain")
    endpoint_mode: Text = flag("--endpoint-mode string", "Endpoint mode (vip or dnsrr)")
    env_add: Many = flag("--env-add list", "Add or update an environment variable", syntax="env")
    env_rm: Many = flag("--env-rm list", "Remove an environment variable")
    force: Switch = flag("--force", "Force update even if no changes require it")
    generic_resource_add: Many = flag("--generic-resource-add list", "Add a Generic resource", syntax="resource")
    generic_resource_rm: Many = flag("--generic-resource-rm list", "Remove a Generic resource")
    group_add: Many = flag("--group-add list", "Add an additional supplementary user group to the container")
    group_rm: Many = flag("--group-rm list", "Remove a previously added supplementary user group from the container")
    host_add: Many = flag("--host-add list", 'Add a custom host-to-IP mapping ("host:ip")', syntax="extra-host")
    host_rm: Many = flag("--host-rm list", 'Remove a custom host-to-IP mapping ("host:ip")')
    image: Text = flag("--image string", "Service image tag")
    label_add: Many = flag("--label-add list", "Add or update a service label", syntax="label")
    label_rm: Many = flag("--label-rm list", "Remove a label by its key")
    mount_add: Many = flag("--mount-add mount", "Add or update a mount on a service")
    mount_rm: Many = flag("--mount-rm list", "Remove a mount by its target path")
    network_add: Many = flag("--network-add network", "Add a network")
    network_rm: Many = flag("--network-rm list", "Remove a network")
    placement_pref_add: Many = flag("--placement-pref-add pref", "Add a placement preference")
    placement_pref_rm: Many = flag("--placement-pref-rm pref", "Remove a placement preference")
    publish_add: Many = flag("--publish-add port", "Add or update a published port")
    publish_rm: Many = flag("--publish-rm port", "Remove a published port by its target port")
    rollback: Switch = flag("--rollback", "Rollback to previous specification")
    secret_add: Many = flag("--secret-add secret", "Add or update a secret on a service")
    secret_rm: Many = flag("--secret-rm list", "Remove a secret")
    sysctl_add: Many = flag("--sysctl-add list", "Add or update a Sysctl option")
    sysctl_rm: Many = flag("--sysctl-rm list", "Remove a Sysctl option")
    ulimit_add: Many = flag("--ulimit-add ulimit", "Add or update a ulimit option (default [])")
    ulimit_rm: Many = flag("--ulimit-rm list", "Remove a ulimit option")
    service: str = argument()

    def sdk(self) -> str:
        """See Command."""
        if self.rollback:
            return rollback(self.service)
        missing = missing_in(self, (name for name, _ in self._typed()))
        try:
            return change(self.service, arguments_of(self), missing)
        except (DockerError, ValueError) as error:
            return remark(error)

    def perform(self, session: Session) -> None:
        """See Command."""
        service = session.get(path_to("service", self.service))
        spec, params = service["Spec"], {"version": service["Version"]["Index"]}
        if not self.with_registry_auth:
            params["registryAuthFrom"] = "spec"
        warning = ""
        if self.rollback:
            self._refuse_others()
            params["rollback"] = "previous"
        else:
            self.change(session, spec)
            if self.image is not None and not self.no_resolve_image:
                warning = pin(session, spec)
        answer = session.post(f"/services/{service['ID']}/update", spec, params) or {}
        for text in [*(answer.get("Warnings") or []), *([warning] if warning else [])]:
            session.terminal.print(text)
        session.terminal.print(self.service)
        if not self.detach:
            wait_on_service(session, self.service, quiet=bool(self.quiet))

    def _typed(self) -> list[tuple[str, object]]:
        values = [(each.name, getattr(self, each.name)) for each in fields(self) if each.name != "service"]
        return [(name, value) for name, value in values if value is not None and value != ()]

    def _refuse_others(self) -> None:
        if [name for name, _ in self._typed() if name not in ("rollback", "detach", "quiet")]:
            raise DockerError("other flags may not be combined with --rollback")

    def change(self, session: Session, spec: Spec) -> None:
        """Write what was typed into the service's spec."""
        template = spec["TaskTemplate"]
        change_labels(spec, self.label_add, self.label_rm)
        self._change_mode(spec["Mode"])
        self._change_container(template["ContainerSpec"])
        self._change_files(session, template["ContainerSpec"])
        self.merge_credentials(session, template["ContainerSpec"])
        self._change_template(template)
        if self.network_add or self.network_rm:
            change_networks(session, template, self.network_add, self.network_rm)
        self.merge_update_configs(spec)
        if self.endpoint_mode is not None:
            spec.setdefault("EndpointSpec", {})["Mode"] = self.endpoint_mode
        if self.publish_add or self.publish_rm:
            change_ports(spec.setdefault("EndpointSpec", {}), self.publish_add, self.publish_rm)

    def _change_files(self, session: Session, container: Spec) -> None:
        if self.secret_add or self.secret_rm:
            change_files(session, container, "secret", [read_secret(text) for text in self.secret_add], self.secret_rm)
        if self.config_add or self.config_rm:
            change_files(session, container, "config", [read_config(text) for text in self.config_add], self.config_rm)

    def _change_mode(self, mode: Spec) -> None:
        # The real command takes --max-concurrent and does nothing with it.
        if self.replicas is not None:
            if "Replicated" not in mode:
                raise DockerError("replicas can only be used with replicated mode")
            mode["Replicated"]["Replicas"] = self.replicas

    def _change_container(self, container: Spec) -> None:
        self.merge_container(container)
        change_capabilities(container, self.cap_add, self.cap_drop)
        change_ulimits(container, self.ulimit_add, self.ulimit_rm)
        self.merge_health(container)
        if self.image is not None:
            container["Image"] = tagged(self.image)
        if self.args is not None:
            container["Args"] = shlex.split(self.args)
        change_labels(container, self.container_label_add, self.container_label_rm)
        change_labels(container, self.sysctl_add, self.sysctl_rm, name="Sysctls")
        change_env(container, self.env_add, self.env_rm)
        change_list(container, "Groups", self.group_add, self.group_rm)
        hosts = [tuple(hosts_entry(text) for text in texts) for texts in (self.host_add, self.host_rm)]
        change_list(container, "Hosts", *hosts, order=False)
        self._change_dns(container)
        if self.mount_add or self.mount_rm:
            change_mounts(container, self.mount_add, self.mount_rm)

    def _change_dns(self, container: Spec) -> None:
        dns = container.setdefault("DNSConfig", {})
        change_list(dns, "Nameservers", self.dns_add, self.dns_rm)
        change_list(dns, "Options", self.dns_option_add, self.dns_option_rm)
        change_list(dns, "Search", self.dns_search_add, self.dns_search_rm)

    def _change_template(self, template: Spec) -> None:
        self.merge_resources(template)
        change_generic_resources(template, self.generic_resource_add, self.generic_resource_rm)
        self.merge_restart_policy(template)
        self.merge_log_driver(template)
        placement = template.setdefault("Placement", {})
        change_list(placement, "Constraints", self.constraint_add, self.constraint_rm)
        change_preferences(placement, self.placement_pref_add, self.placement_pref_rm)
        if self.replicas_max_per_node is not None:
            placement["MaxReplicas"] = self.replicas_max_per_node
        if self.force:
            template["ForceUpdate"] = template.get("ForceUpdate", 0) + 1
