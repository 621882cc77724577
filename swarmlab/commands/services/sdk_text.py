"""`service create` and `service update` as calls of the docker SDK, for a learner to copy.

Owns the text. Values are the API's own, which the SDK takes as they are; what it has no argument for is said in a
remark. Source: docker-py docker/models/services.py, docker/types/services.py, docker/api/service.py.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from swarmlab.commands.services.flags import Spec

CONTAINER = {
    "Args": "args",
    "CapabilityAdd": "cap_add",
    "CapabilityDrop": "cap_drop",
    "Command": "command",
    "DNSConfig": "dns_config",
    "Dir": "workdir",
    "Env": "env",
    "Groups": "groups",
    "Healthcheck": "healthcheck",
    "Hostname": "hostname",
    "Hosts": "hosts",
    "Init": "init",
    "Isolation": "isolation",
    "Labels": "container_labels",
    "Mounts": "mounts",
    "ReadOnly": "read_only",
    "StopGracePeriod": "stop_grace_period",
    "StopSignal": "stop_signal",
    "Sysctls": "sysctls",
    "TTY": "tty",
    "User": "user",
}
"""Parts of a container's spec, and what the SDK calls them."""

Arguments = dict[str, str]
"""Keyword arguments, and their text."""


def creation(spec: Spec, *, networks: Sequence[str], files: Mapping[str, Sequence[Spec]]) -> str:
    """The text that declares a service.

    Args:
        spec: as the API has it, without networks and files, which are named only.
        networks: their names.
        files: `secrets` and `configs`, as they were asked for.
    """
    template = spec["TaskTemplate"]
    container = dict(template["ContainerSpec"])
    image = container.pop("Image")
    container.pop("Init" if container.get("Init") is False else "", None)
    arguments = {
        **given_as_text({"name": spec["Name"]}),
        "mode": _mode(spec["Mode"]),
        **given_as_text({"labels": spec["Labels"]}),
        **container_arguments(container),
        **_placement(template.get("Placement") or {}),
        **given_as_text({"resources": {key: value for key, value in template["Resources"].items() if value}}),
        **given_as_text({"restart_policy": template.get("RestartPolicy"), "networks": list(networks)}),
        **_log_driver(template),
        **given_as_text({"update_config": spec.get("UpdateConfig"), "rollback_config": spec.get("RollbackConfig")}),
        **given_as_text({"endpoint_spec": _endpoint(spec["EndpointSpec"])}),
        **{kind: _files(kind, asked) for kind, asked in files.items() if asked},
    }
    missing = [key for key in container if key not in CONTAINER]
    return f"client.services.create({_call([repr(image)], arguments)}){_remark(missing)}"


PARTS = {
    "spec": "service.attrs['Spec']",
    "template": "service.attrs['Spec']['TaskTemplate']",
    "container": "service.attrs['Spec']['TaskTemplate']['ContainerSpec']",
    "placement": "service.attrs['Spec']['TaskTemplate'].get('Placement', {})",
}
"""What the arguments of a change may speak of."""


def change(service: str, arguments: Arguments, missing: Sequence[str]) -> str:
    """The text that changes a service.

    Args:
        service: its name.
        arguments: may speak of parts of what it is now.
        missing: flags that the SDK has no argument for.
    """
    texts = [text for text in arguments.values() if text]
    if missing and not texts:
        return _remark(missing).strip()
    parts = [name for name in PARTS if any(re.search(rf"\b{name}[.\[]", text) for text in texts)]
    defaults = ", insert_defaults=True" if parts else ""
    lines = [f"service = client.services.get({service!r}{defaults})", *(f"{name} = {PARTS[name]}" for name in parts)]
    return "\n".join([*lines, f"service.update({_call([], arguments)}){_remark(missing)}"])


def rollback(service: str) -> str:
    """The text that goes back; the SDK has no method for it, so it is a request."""
    return (
        f"service = client.services.get({service!r})\n"
        "url = client.api._url('/services/{0}/update', service.id)\n"
        "client.api._post_json(url, data=service.attrs['Spec'], "
        "params={'version': service.version, 'rollback': 'previous'})"
    )


def merged(now: str, new: Spec) -> str:
    """A map that has what is new besides what is there now; empty where nothing is new."""
    return f"{{**{now}, {repr(new)[1:]}" if new else ""


def _call(first: list[str], arguments: Arguments) -> str:
    return ", ".join([*first, *(f"{name}={text}" for name, text in arguments.items() if text)])


def given_as_text(values: Mapping[str, Any]) -> Arguments:
    """Arguments with values; what is empty is left out."""
    return {name: repr(value) for name, value in values.items() if value not in (None, "", [], {})}


def container_arguments(container: Spec) -> Arguments:
    """A container's spec as the SDK takes it."""
    known = {CONTAINER[key]: value for key, value in container.items() if key in CONTAINER}
    if "hosts" in known:
        known["hosts"] = {name: address for address, _, name in (text.partition(" ") for text in known["hosts"])}
    return given_as_text(known)


def _mode(mode: Spec) -> str:
    """Empty where it is what the SDK takes for granted."""
    ((kind, values),) = mode.items()
    if mode == {"Replicated": {}}:
        return ""
    names = {
        "Replicated": "replicated",
        "Global": "global",
        "ReplicatedJob": "replicated-job",
        "GlobalJob": "global-job",
    }
    numbers = [values.get("Replicas", values.get("TotalCompletions")), values.get("MaxConcurrent")]
    shown = [repr(each) for each in (names[kind], *numbers) if each is not None]
    return f"docker.types.ServiceMode({', '.join(shown)})"


def _placement(placement: Spec) -> Arguments:
    preferences = [("spread", each["Spread"]["SpreadDescriptor"]) for each in placement.get("Preferences") or []]
    return given_as_text(
        {
            "constraints": placement.get("Constraints"),
            "preferences": preferences,
            "maxreplicas": placement.get("MaxReplicas"),
        }
    )


def _log_driver(template: Spec) -> Arguments:
    driver = template.get("LogDriver") or {}
    return given_as_text({"log_driver": driver.get("Name"), "log_driver_options": driver.get("Options")})


def _endpoint(endpoint: Spec) -> Spec:
    return {} if endpoint == {"Mode": "vip", "Ports": []} else endpoint


def _files(kind: str, asked: Sequence[Spec]) -> str:
    return f"[{', '.join(file_text(kind, each) for each in asked)}]"


def file_text(kind: str, asked: Spec) -> str:
    """A secret or config by its name, which the SDK wants an id for."""
    what = kind.removesuffix("s").capitalize()
    name, file = asked[f"{what}Name"], asked["File"]
    found = f"client.{kind}.list(filters={{'name': {name!r}}})[0].id"
    more = given_as_text({"filename": file["Name"], "uid": file["UID"], "gid": file["GID"], "mode": file["Mode"]})
    return f"docker.types.{what}Reference({_call([found, repr(name)], more)})"


def _remark(missing: Sequence[str]) -> str:
    return f"  # the SDK has no argument for {', '.join(missing)}" if missing else ""


def remark(error: Exception) -> str:
    """What stands in the place of a call that would be refused."""
    return "".join(f"# {line}\n" for line in str(error).splitlines()).rstrip()
