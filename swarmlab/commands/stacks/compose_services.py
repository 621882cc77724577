"""A compose file's service as the swarm's API wants it.

Source: docker/cli cli/compose/convert/service.go, volume.go.
"""

from __future__ import annotations

import shlex
from typing import Any

from swarmlab.commands.errors import DockerError
from swarmlab.commands.printing import units
from swarmlab.commands.services.create import hosts_entry
from swarmlab.commands.services.flags import given
from swarmlab.commands.services.images import tagged
from swarmlab.commands.spelling.mounts import read_volume
from swarmlab.commands.spelling.ports import read_ports
from swarmlab.commands.stacks.compose import Words, pairs, texts

NAMESPACE = "com.docker.stack.namespace"
IMAGE = "com.docker.stack.image"
DEFAULT = "default"


def service_spec(stack: str, name: str, service: Words, content: Words) -> Words:
    """The spec of one service.

    Raises:
        DockerError: it names no image, or a network or volume that the file does not declare.
    """
    if not service.get("image"):
        raise DockerError(f"invalid image reference for service {name}: no image specified")
    deploy = service.get("deploy") or {}
    labels = {**pairs(deploy.get("labels")), NAMESPACE: stack, IMAGE: service["image"]}
    template: Words = {
        "ContainerSpec": _container(stack, name, service, content),
        "Resources": _resources(deploy.get("resources") or {}),
        "Placement": _placement(deploy.get("placement") or {}),
        "Networks": _networks(stack, name, service, content),
        "RestartPolicy": _restart(deploy.get("restart_policy")),
        "LogDriver": _log_driver(service.get("logging")),
    }
    ports = [port for entry in service.get("ports") or [] for port in _ports(entry)]
    endpoint: Words = {"Ports": sorted(ports, key=lambda port: port.get("PublishedPort", 0))}
    return given(
        {
            "Name": f"{stack}_{name}",
            "Labels": labels,
            "TaskTemplate": given(template),
            "Mode": _mode(deploy),
            "UpdateConfig": _update(deploy.get("update_config")),
            "RollbackConfig": _update(deploy.get("rollback_config")),
            "EndpointSpec": {**endpoint, **given({"Mode": deploy.get("endpoint_mode")})},
        }
    )


def attached(service: Words) -> dict[str, Words]:
    """The networks of a service by name, with what it says about each."""
    networks = service.get("networks")
    if isinstance(networks, list):
        return {name: {} for name in networks}
    return {name: options or {} for name, options in (networks or {DEFAULT: {}}).items()}


def network_name(stack: str, name: str, content: Words) -> str:
    """What a network of the file is called in the swarm."""
    network = (content.get("networks") or {}).get(name) or {}
    return str(network.get("name") or (name if network.get("external") else f"{stack}_{name}"))


def _networks(stack: str, name: str, service: Words, content: Words) -> list[Words]:
    found = []
    for network, options in attached(service).items():
        if network != DEFAULT and network not in (content.get("networks") or {}):
            raise DockerError(f'service {name}: undefined network "{network}"')
        target = network_name(stack, network, content)
        found.append({"Target": target, "Aliases": [*texts(options.get("aliases")), name]})
    return sorted(found, key=lambda each: str(each["Target"]))


def _container(stack: str, name: str, service: Words, content: Words) -> Words:
    environment = sorted(f"{key}={value}" for key, value in pairs(service.get("environment")).items())
    mounts = [_mount(stack, name, entry, content) for entry in service.get("volumes") or []]
    dns = {"Nameservers": texts(service.get("dns")), "Search": texts(service.get("dns_search"))}
    hosts = [hosts_entry(text.replace("=", ":", 1)) for text in _host_texts(service.get("extra_hosts"))]
    return given(
        {
            "Image": tagged(service["image"]),
            "Command": _words(service.get("entrypoint")),
            "Args": _words(service.get("command")),
            "Hostname": service.get("hostname"),
            "Hosts": hosts or None,
            "DNSConfig": {key: value for key, value in dns.items() if value} or None,
            "Healthcheck": _health(service.get("healthcheck")),
            "Env": environment or None,
            "Labels": {**pairs(service.get("labels")), NAMESPACE: stack},
            "Dir": service.get("working_dir"),
            "User": service.get("user"),
            "Mounts": sorted(mounts, key=lambda each: str(each.get("Target"))) or None,
            "StopGracePeriod": _duration(service.get("stop_grace_period")),
            "StopSignal": service.get("stop_signal"),
            "TTY": service.get("tty"),
            "Privileges": {"CredentialSpec": None, "SELinuxContext": None, "NoNewPrivileges": False},
            "Init": service.get("init"),
            "ReadOnly": service.get("read_only"),
        }
    )


def _words(value: Any) -> list[str] | None:
    if value is None:
        return None
    return shlex.split(value) if isinstance(value, str) else texts(value)


def _host_texts(value: Any) -> list[str]:
    return [f"{name}:{address}" for name, address in value.items()] if isinstance(value, dict) else texts(value)


def _duration(value: Any) -> int | None:
    return None if value is None else units.read_duration(str(value))


def _mount(stack: str, name: str, entry: Any, content: Words) -> Words:
    if isinstance(entry, str):
        mount = read_volume(entry)
    else:
        mount = {"Type": entry["type"], "Target": entry["target"]}
        mount |= given({"Source": entry.get("source"), "ReadOnly": entry.get("read_only")})
    if mount["Type"] != "volume" or not mount.get("Source"):
        return mount
    declared = content.get("volumes") or {}
    if mount["Source"] not in declared:
        raise DockerError(f'service {name}: undefined volume "{mount["Source"]}"')
    volume = declared[mount["Source"]] or {}
    if volume.get("external"):
        return {**mount, "Source": volume.get("name") or mount["Source"]}
    options: Words = {"Labels": {**pairs(volume.get("labels")), NAMESPACE: stack}}
    if volume.get("driver") or volume.get("driver_opts"):
        options["DriverConfig"] = {"Name": volume.get("driver", ""), "Options": pairs(volume.get("driver_opts"))}
    return {**mount, "Source": volume.get("name") or f"{stack}_{mount['Source']}", "VolumeOptions": options}


def _ports(entry: Any) -> list[Words]:
    if not isinstance(entry, dict):
        return read_ports(str(entry))
    port = {"Protocol": entry.get("protocol", "tcp"), "TargetPort": int(entry["target"])}
    port |= {"PublishMode": entry.get("mode", "ingress")}
    return [{**port, "PublishedPort": int(entry["published"])} if entry.get("published") else port]


def _mode(deploy: Words) -> Words:
    mode, replicas = deploy.get("mode", "replicated"), deploy.get("replicas")
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
            "Delay": _duration(config.get("delay")),
            "FailureAction": config.get("failure_action"),
            "Monitor": _duration(config.get("monitor")),
            "MaxFailureRatio": config.get("max_failure_ratio", 0),
            "Order": config.get("order"),
        }
    )


def _restart(policy: Words | None) -> Words | None:
    if policy is None:
        return None
    return given(
        {
            "Condition": policy.get("condition"),
            "Delay": _duration(policy.get("delay")),
            "MaxAttempts": policy.get("max_attempts"),
            "Window": _duration(policy.get("window")),
        }
    )


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
        typed = {
            "NanoCPUs": None if cpus is None else units.read_nano_cpus(str(cpus)),
            "MemoryBytes": None if memory is None else units.read_bytes(str(memory)),
            "Pids": amounts.get("pids"),
        }
        found[name] = given(typed) or None
    return given(found)


def _log_driver(logging: Words | None) -> Words | None:
    return None if logging is None else {"Name": logging.get("driver", ""), "Options": pairs(logging.get("options"))}


def _health(check: Words | None) -> Words | None:
    if check is None:
        return None
    if check.get("disable"):
        return {"Test": ["NONE"]}
    test = check.get("test")
    return given(
        {
            "Test": ["CMD-SHELL", test] if isinstance(test, str) else test,
            "Interval": _duration(check.get("interval")),
            "Timeout": _duration(check.get("timeout")),
            "StartPeriod": _duration(check.get("start_period")),
            "StartInterval": _duration(check.get("start_interval")),
            "Retries": check.get("retries"),
        }
    )
