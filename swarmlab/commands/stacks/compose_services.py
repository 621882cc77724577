"""A compose file's service as the swarm's API wants it.

Source: docker/cli cli/compose/convert/{service,volume,compose}.go, which makes nothing of `tmpfs` either.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing import units
from swarmlab.commands.services.create import hosts_entry
from swarmlab.commands.services.images import tagged
from swarmlab.commands.spelling.file_references import OWNER, Reference
from swarmlab.commands.spelling.typed import duration, given
from swarmlab.commands.stacks.compose_forms import Words
from swarmlab.commands.stacks.compose_mounts import mount_of

NAMESPACE = "com.docker.stack.namespace"
IMAGE = "com.docker.stack.image"
DEFAULT = "default"
_PREDEFINED = ("default", "bridge", "host", "none")

Resolve = Callable[[str, list[Reference]], list[Reference]]
"""Gives secrets or configs, the kind said first, their ids."""


def service_spec(stack: str, name: str, service: Words, content: Words, resolve: Resolve) -> Words:
    """The spec of one service.

    Raises:
        DockerError: it asks for what the file does not declare, or for what cannot be.
    """
    deploy = service.get("deploy") or {}
    try:
        template: Words = {
            "ContainerSpec": _container(stack, service, content, resolve),
            "Resources": _resources(deploy.get("resources") or {}),
            "RestartPolicy": _restart(service.get("restart", ""), deploy.get("restart_policy")),
            "Placement": _placement(deploy.get("placement") or {}),
            "Networks": _networks(stack, name, service, content),
            "LogDriver": _log_driver(service.get("logging")),
        }
    except DockerError as error:
        raise DockerError(f"service {name}: {error}", status=error.status) from None
    ports = [_port(port) for port in service.get("ports") or []]
    return given(
        {
            "Name": f"{stack}_{name}",
            "Labels": {**(deploy.get("labels") or {}), NAMESPACE: stack, IMAGE: service.get("image", "")},
            "TaskTemplate": given(template),
            "Mode": _mode(deploy),
            "UpdateConfig": _update(deploy.get("update_config")),
            "RollbackConfig": _update(deploy.get("rollback_config")),
            "EndpointSpec": {
                "Ports": sorted(ports, key=lambda port: port.get("PublishedPort", 0)),
                **given({"Mode": deploy.get("endpoint_mode")}),
            },
        }
    )


def full_name(stack: str, kind: str, name: str, content: Words) -> str:
    """What a network, secret or config of the file is called in the swarm."""
    return str(((content.get(kind) or {}).get(name) or {}).get("name") or f"{stack}_{name}")


# --- networks ------------------------------------------------------------------------------------------------------


def attached(service: Words) -> dict[str, Words]:
    """The networks of a service by name, with what it says about each."""
    return {name: options or {} for name, options in (service.get("networks") or {DEFAULT: {}}).items()}


def _networks(stack: str, name: str, service: Words, content: Words) -> list[Words]:
    found = []
    for network, options in attached(service).items():
        if network != DEFAULT and network not in (content.get("networks") or {}):
            raise DockerError(f'undefined network "{network}"')
        target = full_name(stack, "networks", network, content)
        aliases = [*options.get("aliases", []), *([name] if target not in _PREDEFINED else [])]
        found.append(given({"Target": target, "Aliases": aliases or None}))
    return sorted(found, key=lambda each: str(each["Target"]))


# --- the container -------------------------------------------------------------------------------------------------


def _container(stack: str, service: Words, content: Words, resolve: Resolve) -> Words:
    dns = given({"Nameservers": service.get("dns"), "Search": service.get("dns_search")})
    return given(
        {
            "Image": tagged(service.get("image", "")),
            "Command": service.get("entrypoint"),
            "Args": service.get("command"),
            "Hostname": service.get("hostname"),
            "Hosts": [hosts_entry(text) for text in service.get("extra_hosts") or []] or None,
            "DNSConfig": dns or None,
            "Healthcheck": _health(service.get("healthcheck")),
            "Env": _environment(service.get("environment") or {}) or None,
            "Labels": {**(service.get("labels") or {}), NAMESPACE: stack},
            "Dir": service.get("working_dir"),
            "User": service.get("user"),
            "Mounts": [mount_of(stack, volume, content) for volume in service.get("volumes") or []] or None,
            "StopGracePeriod": duration(service.get("stop_grace_period")),
            "StopSignal": service.get("stop_signal"),
            "TTY": service.get("tty"),
            "OpenStdin": service.get("stdin_open"),
            "Secrets": _files(stack, "secret", service, content, resolve) or None,
            "Configs": _files(stack, "config", service, content, resolve) or None,
            "ReadOnly": service.get("read_only"),
            "Privileges": _privileges(service.get("credential_spec")),
            "Isolation": service.get("isolation"),
            "Init": service.get("init"),
            "Sysctls": service.get("sysctls"),
            **_capabilities(service.get("cap_add") or [], service.get("cap_drop") or []),
            "Ulimits": _ulimits(service.get("ulimits") or {}) or None,
        }
    )


def _environment(variables: dict[str, str | None]) -> list[str]:
    return sorted(name if value is None else f"{name}={value}" for name, value in variables.items())


def _files(stack: str, kind: str, service: Words, content: Words, resolve: Resolve) -> list[Reference]:
    """The secrets or configs that a service asks for, by name."""
    kinds, name = f"{kind}s", f"{kind.capitalize()}Name"
    references: list[Reference] = []
    for each in service.get(kinds) or []:
        source = each.get("source", "")
        if source not in (content.get(kinds) or {}):
            raise DockerError(f'undefined {kind} "{source}"')
        owner = given({"UID": each.get("uid"), "GID": each.get("gid"), "Mode": each.get("mode")})
        file = {"Name": each.get("target") or source, **OWNER, **owner}
        references.append({"File": file, name: full_name(stack, kinds, source, content)})
    return sorted(resolve(kind, references), key=lambda each: str(each[name]))


def _privileges(credentials: Words | None) -> Words:
    spec = credentials and given({name.capitalize(): value for name, value in credentials.items()})
    return {"CredentialSpec": spec or None, "SELinuxContext": None, "NoNewPrivileges": False}


def _capabilities(add: list[str], drop: list[str]) -> Words:
    """What is dropped and added is added. Source: docker/cli opts/capabilities.go, EffectiveCapAddCapDrop."""
    added = {_capability(name) for name in add}
    dropped = {_capability(name) for name in drop}
    if "ALL" in dropped:
        dropped = {"ALL"}
    if "ALL" in added:
        added = {"ALL"}
    return {"CapabilityAdd": sorted(added) or None, "CapabilityDrop": sorted(dropped - added) or None}


def _capability(name: str) -> str:
    upper = name.strip().upper()
    return upper if upper == "ALL" or upper.startswith("CAP_") else f"CAP_{upper}"


def _ulimits(limits: dict[str, Any]) -> list[Words]:
    both = {
        name: value if isinstance(value, dict) else {"soft": value, "hard": value} for name, value in limits.items()
    }
    return [{"Name": name, "Hard": both[name]["hard"], "Soft": both[name]["soft"]} for name in sorted(both)]


def _health(check: Words | None) -> Words | None:
    if check is None:
        return None
    if check.get("disable"):
        if check.get("test"):
            raise DockerError("test and disable can't be set at the same time")
        return {"Test": ["NONE"]}
    return given(
        {
            "Test": check.get("test"),
            "Interval": duration(check.get("interval")),
            "Timeout": duration(check.get("timeout")),
            "StartPeriod": duration(check.get("start_period")),
            "StartInterval": duration(check.get("start_interval")),
            "Retries": check.get("retries"),
        }
    )


# --- the rest of the task ------------------------------------------------------------------------------------------


def _restart(legacy: str, policy: Words | None) -> Words | None:
    if policy is None:
        return _old_restart(legacy)
    return given(
        {
            "Condition": policy.get("condition"),
            "Delay": duration(policy.get("delay")),
            "MaxAttempts": policy.get("max_attempts"),
            "Window": duration(policy.get("window")),
        }
    )


def _old_restart(text: str) -> Words | None:
    """`restart: on-failure:3`, as before there were swarms."""
    name, _, count = text.partition(":")
    if count and not count.isdecimal():
        raise DockerError("invalid restart policy format: maximum retry count must be an integer")
    match name:
        case "" | "no":
            return None
        case "always" | "unless-stopped":
            return {"Condition": "any"}
        case "on-failure":
            return {"Condition": "on-failure", "MaxAttempts": int(count or 0)}
    raise DockerError(f"unknown restart policy: {name}")


def _placement(placement: Words) -> Words:
    preferences = [{"Spread": {"SpreadDescriptor": each["spread"]}} for each in placement.get("preferences") or []]
    return given(
        {
            "Constraints": placement.get("constraints"),
            "Preferences": preferences or None,
            "MaxReplicas": placement.get("max_replicas_per_node"),
        }
    )


def _resources(resources: Words) -> Words:
    found = {}
    for name, key in (("Limits", "limits"), ("Reservations", "reservations")):
        amounts = resources.get(key) or {}
        cpus, memory = amounts.get("cpus"), amounts.get("memory")
        generic = [each["discrete_resource_spec"] for each in amounts.get("generic_resources") or []]
        typed = {
            "NanoCPUs": None if cpus is None else units.read_nano_cpus(cpus),
            "MemoryBytes": None if memory is None else units.read_bytes(memory),
            "Pids": amounts.get("pids"),
            "GenericResources": [_generic(each) for each in generic] or None,
        }
        found[name] = given(typed) or None
    return given(found)


def _generic(resource: Words) -> Words:
    return {"DiscreteResourceSpec": {"Kind": resource["kind"], "Value": resource["value"]}}


def _log_driver(logging: Words | None) -> Words | None:
    if logging is None:
        return None
    return given({"Name": logging.get("driver"), "Options": logging.get("options")})


# --- the rest of the service ---------------------------------------------------------------------------------------


def _port(port: Words) -> Words:
    return given(
        {
            "Protocol": port.get("protocol"),
            "TargetPort": port.get("target"),
            "PublishedPort": port.get("published"),
            "PublishMode": port.get("mode"),
        }
    )


def _mode(deploy: Words) -> Words:
    mode, replicas = deploy.get("mode") or "replicated", deploy.get("replicas")
    if mode in ("global", "global-job"):
        if replicas is not None:
            raise DockerError("replicas can only be used with replicated or replicated-job mode")
        return {"Global": {}} if mode == "global" else {"GlobalJob": {}}
    if mode == "replicated-job":
        return {"ReplicatedJob": given({"MaxConcurrent": replicas, "TotalCompletions": replicas})}
    if mode != "replicated":
        raise DockerError(f"Unknown mode: {mode}")
    return {"Replicated": given({"Replicas": replicas})}


def _update(config: Words | None) -> Words | None:
    if config is None:
        return None
    return given(
        {
            "Parallelism": config.get("parallelism", 1),
            "Delay": duration(config.get("delay")),
            "FailureAction": config.get("failure_action"),
            "Monitor": duration(config.get("monitor")),
            "MaxFailureRatio": config.get("max_failure_ratio", 0),
            "Order": config.get("order"),
        }
    )
