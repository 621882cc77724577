"""`service update` as a call of the docker SDK: each argument is what is there now, changed as it was typed.

Owns which flags the SDK has an argument for. The SDK replaces what it is given, so each argument begins with what the
service has; its placement is one thing to the SDK: all four parts are given as soon as one changes.
Source: docker-py docker/models/services.py, docker/types/services.py, docker/api/service.py.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from swarmlab.commands.services.create import hosts_entry
from swarmlab.commands.services.flags import Spec
from swarmlab.commands.services.generic_resources import read_generic_resources
from swarmlab.commands.services.rights import change_capabilities
from swarmlab.commands.services.sdk_text import (
    Arguments,
    container_arguments,
    file_text,
    given_as_text,
    merged,
)
from swarmlab.commands.spelling.attachments import attachment
from swarmlab.commands.spelling.file_references import read_config, read_secret
from swarmlab.commands.spelling.mounts import read_mount
from swarmlab.commands.spelling.ports import PortConfig, read_ports
from swarmlab.commands.spelling.typed import pairs

if TYPE_CHECKING:
    from swarmlab.commands.services.update import ServiceUpdate

NOT_IN_SDK = ("credential_spec", "oom_score_adj", "ulimit_add", "ulimit_rm")
"""Flags that the SDK has no argument for."""

Texts = Sequence[str]


def arguments_of(typed: ServiceUpdate) -> Arguments:
    """The arguments of `service.update`; they speak of the service's `spec`, and of parts of it."""
    return {
        **given_as_text({"image": typed.image, "force_update": typed.force}),
        "mode": "" if typed.replicas is None else f"docker.types.ServiceMode('replicated', {typed.replicas})",
        **_container(typed),
        **_maps(typed),
        **_lists(typed),
        **_placement(typed),
        "endpoint_spec": _endpoint(typed),
        "update_config": merged("spec.get('UpdateConfig', {})", typed.typed_update_config("update")),
        "rollback_config": merged("spec.get('RollbackConfig', {})", typed.typed_update_config("rollback")),
        "restart_policy": merged("template.get('RestartPolicy', {})", typed.typed_restart_policy()),
        "resources": _resources(typed),
        **_log_driver(typed),
    }


def missing_in(typed: ServiceUpdate, names: Iterable[str]) -> list[str]:
    """Those of the flags that the SDK has no argument for, as they are spelt.

    Its `networks` cannot be none: an empty list leaves them as they are.
    """
    missing = [name for name in names if name in NOT_IN_SDK]
    missing += ["network_rm"] if typed.network_rm and not typed.network_add else []
    return [f"--{name.replace('_', '-')}" for name in missing]


def _container(typed: ServiceUpdate) -> Arguments:
    container: Spec = {} if typed.args is None else {"Args": shlex.split(typed.args)}
    typed.merge_container(container)
    health = typed.typed_health()
    disabled = typed.disabled_health(health)
    return {
        **container_arguments(container),
        "healthcheck": repr(disabled) if disabled else merged("container.get('Healthcheck', {})", health),
        **_capabilities(typed.cap_add, typed.cap_drop),
    }


def _capabilities(add: Texts, drop: Texts) -> Arguments:
    if not (add or drop):
        return {}
    wrote: Spec = {}
    change_capabilities(wrote, add, drop)
    added, dropped = wrote.get("CapabilityAdd", []), wrote.get("CapabilityDrop", [])
    return {
        "cap_add": _together("container.get('CapabilityAdd', [])", added, dropped),
        "cap_drop": _together("container.get('CapabilityDrop', [])", dropped, added),
    }


def _maps(typed: ServiceUpdate) -> Arguments:
    return {
        "labels": _map("spec['Labels']", typed.label_add, typed.label_rm),
        "container_labels": _map("container.get('Labels', {})", typed.container_label_add, typed.container_label_rm),
        "sysctls": _map("container.get('Sysctls', {})", typed.sysctl_add, typed.sysctl_rm),
    }


def _lists(typed: ServiceUpdate) -> Arguments:
    return {
        "env": _env(typed.env_add, typed.env_rm),
        "groups": _together("container.get('Groups', [])", typed.group_add, typed.group_rm),
        "hosts": _hosts(typed.host_add, typed.host_rm),
        "dns_config": _dns(typed),
        "mounts": _by_key("container.get('Mounts', [])", "Target", map(read_mount, typed.mount_add), typed.mount_rm),
        "secrets": _files("secrets", map(read_secret, typed.secret_add), typed.secret_rm),
        "configs": _files("configs", map(read_config, typed.config_add), typed.config_rm),
        "networks": _networks(typed.network_add, typed.network_rm),
    }


def _map(now: str, add: Texts, remove: Texts) -> str:
    gone = sorted(set(remove) - set(pairs(add)))
    if gone:
        now = f"{{key: value for key, value in {now}.items() if key not in {gone}}}"
    return merged(now, pairs(add)) or (now if gone else "")


def _together(now: str, add: Texts, remove: Texts) -> str:
    """What is there now and what is added, without what is removed, in order."""
    if not (add or remove):
        return ""
    without = f" - {{{_shown(remove)}}}" if remove else ""
    return f"sorted({{{', '.join([f'*{now}', *map(repr, add)])}}}{without})"


def _env(add: Texts, remove: Texts) -> str:
    """A variable that is there keeps its place."""
    if not (add or remove):
        return ""
    name = "each.partition('=')[0]"
    now = "container.get('Env', [])"
    if remove:
        now = f"(each for each in {now} if {name} not in {list(remove)})"
    return f"list({{{name}: each for each in [*{now}{''.join(f', {each!r}' for each in add)}]}}.values())"


def _hosts(add: Texts, remove: Texts) -> str:
    """The SDK wants names with addresses, the API has it the other way round."""
    if not (add or remove):
        return ""
    entries = ", ".join(["*container.get('Hosts', [])", *(repr(hosts_entry(text)) for text in add)])
    condition = f" if entry not in {[hosts_entry(text) for text in remove]}" if remove else ""
    return f"{{entry.split()[1]: entry.split()[0] for entry in [{entries}]{condition}}}"


def _dns(typed: ServiceUpdate) -> str:
    now = "container.get('DNSConfig', {})"
    changes = {
        "Nameservers": (typed.dns_add, typed.dns_rm),
        "Options": (typed.dns_option_add, typed.dns_option_rm),
        "Search": (typed.dns_search_add, typed.dns_search_rm),
    }
    return _with(now, {name: _together(f"{now}.get('{name}', [])", *change) for name, change in changes.items()})


def _files(kind: str, add: Iterable[Spec], remove: Texts) -> str:
    what = kind.removesuffix("s").capitalize()
    texts = [file_text(kind, each) for each in add]
    return _without(f"container.get('{what}s', [])", f"each['{what}Name']", repr(list(remove)) if remove else "", texts)


def _networks(add: Texts, remove: Texts) -> str:
    if not add:
        return ""
    gone = f"[{', '.join(f'client.networks.get({name!r}).id' for name in remove)}]" if remove else ""
    texts = []
    for found in map(attachment, add):
        more = "".join(f", {key!r}: {value!r}" for key, value in found.items() if key != "Target")
        texts.append(f"{{'Target': client.networks.get({found['Target']!r}).id{more}}}")
    together = _without("template.get('Networks', [])", "each['Target']", gone, texts)
    return f"sorted({together}, key=lambda each: each['Target'])"


def _placement(typed: ServiceUpdate) -> Arguments:
    constraints = _together("placement.get('Constraints', [])", typed.constraint_add, typed.constraint_rm)
    add, remove = ([_spread(text) for text in each] for each in (typed.placement_pref_add, typed.placement_pref_rm))
    most = typed.replicas_max_per_node
    if not (constraints or add or remove) and most is None:
        return {}
    gone = repr([each["Spread"]["SpreadDescriptor"] for each in remove]) if remove else ""
    now, key = "placement.get('Preferences', [])", "each['Spread']['SpreadDescriptor']"
    return {
        "constraints": constraints or "placement.get('Constraints')",
        "preferences": _without(now, key, gone, map(repr, add)) or now,
        "maxreplicas": "placement.get('MaxReplicas')" if most is None else repr(most),
        "platforms": "[(each.get('Architecture'), each.get('OS')) for each in placement.get('Platforms', [])]",
    }


def _spread(text: str) -> Spec:
    return {"Spread": {"SpreadDescriptor": text.partition("=")[2]}}


def _endpoint(typed: ServiceUpdate) -> str:
    now = "spec.get('EndpointSpec', {})"
    ports = [port for text in typed.publish_add for port in read_ports(text)]
    gone = [_target(port) for text in typed.publish_rm for port in read_ports(text)]
    key = "(each['TargetPort'], each['Protocol'], each['PublishMode'])"
    return _with(
        now,
        {
            "Mode": "" if typed.endpoint_mode is None else repr(typed.endpoint_mode),
            "Ports": _without(f"{now}.get('Ports', [])", key, repr(gone) if gone else "", map(repr, ports)),
        },
    )


def _target(port: PortConfig) -> tuple[Any, ...]:
    return port["TargetPort"], port.get("Protocol") or "tcp", port.get("PublishMode") or "ingress"


def _resources(typed: ServiceUpdate) -> str:
    now = "template.get('Resources', {})"
    template: Spec = {}
    typed.merge_resources(template)
    wanted = template.get("Resources") or {}
    limits, reservations = f"{now}.get('Limits', {{}})", f"{now}.get('Reservations', {{}})"
    values = {name: repr(value) for name, value in (wanted.get("Reservations") or {}).items()}
    generic = _generic(f"{reservations}.get('GenericResources', [])", typed)
    parts = {
        "Limits": merged(limits, wanted.get("Limits") or {}),
        "Reservations": _with(reservations, {**values, "GenericResources": generic}),
    }
    return _with(now, parts)


def _generic(now: str, typed: ServiceUpdate) -> str:
    add = read_generic_resources(typed.generic_resource_add)
    gone = [each["DiscreteResourceSpec"]["Kind"] for each in add] + list(typed.generic_resource_rm)
    kept = [each for each in add if each["DiscreteResourceSpec"]["Kind"] not in typed.generic_resource_rm]
    return _without(now, "each['DiscreteResourceSpec']['Kind']", repr(gone) if gone else "", map(repr, kept))


def _log_driver(typed: ServiceUpdate) -> Arguments:
    template: Spec = {}
    typed.merge_log_driver(template)
    driver = template.get("LogDriver") or {}
    return given_as_text({"log_driver": driver.get("Name"), "log_driver_options": driver.get("Options")})


# --- pieces of text ---


def _with(now: str, parts: Mapping[str, str]) -> str:
    """A map as it is now, with parts that are texts themselves; empty where none is."""
    given = "".join(f", {name!r}: {text}" for name, text in parts.items() if text)
    return f"{{**{now}{given}}}" if given else ""


def _without(now: str, key: str, gone: str, add: Iterable[str]) -> str:
    """A list as it is now without those whose key is gone, and then what is added; empty where nothing is."""
    texts = list(add)
    if not (gone or texts):
        return ""
    kept = f"*(each for each in {now} if {key} not in {gone})" if gone else f"*{now}"
    return f"[{', '.join([kept, *texts])}]"


def _by_key(now: str, key: str, add: Iterable[Spec], remove: Texts) -> str:
    """The same for things that are added as they are, in the place of those with the same key."""
    new = list(add)
    gone = [*(each[key] for each in new), *remove]
    kept = [repr(each) for each in new if each[key] not in remove]
    return _without(now, f"each[{key!r}]", repr(gone) if gone else "", kept)


def _shown(texts: Texts) -> str:
    return ", ".join(map(repr, texts))
