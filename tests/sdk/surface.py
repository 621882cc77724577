"""The docker SDK's surface for a swarm and its hosts, found by looking at the SDK, and what of it was called.

A method or parameter that a new SDK brings is found too: a test fails until it is exercised or listed with a reason.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from docker.api.config import ConfigApiMixin
from docker.api.container import ContainerApiMixin
from docker.api.daemon import DaemonApiMixin
from docker.api.exec_api import ExecApiMixin
from docker.api.image import ImageApiMixin
from docker.api.network import NetworkApiMixin
from docker.api.secret import SecretApiMixin
from docker.api.service import ServiceApiMixin
from docker.api.swarm import SwarmApiMixin
from docker.api.volume import VolumeApiMixin
from docker.models import configs, containers, images, networks, nodes, secrets, services, swarm, volumes

CLASSES: tuple[type, ...] = (
    *(SwarmApiMixin, ServiceApiMixin, SecretApiMixin, ConfigApiMixin, NetworkApiMixin, VolumeApiMixin),
    *(ImageApiMixin, ContainerApiMixin, ExecApiMixin, DaemonApiMixin),
    *(swarm.Swarm, nodes.Node, nodes.NodeCollection, services.Service, services.ServiceCollection),
    *(secrets.Secret, secrets.SecretCollection, configs.Config, configs.ConfigCollection),
    *(networks.Network, networks.NetworkCollection, volumes.Volume, volumes.VolumeCollection),
    *(images.Image, images.ImageCollection, images.RegistryData, containers.Container, containers.ContainerCollection),
)

KEYWORDS = {
    "ServiceCollection.create": [
        *(services.CREATE_SERVICE_KWARGS + services.CONTAINER_SPEC_KWARGS),
        *(services.TASK_TEMPLATE_KWARGS + services.PLACEMENT_KWARGS),
    ],
    "ContainerCollection.run": [*containers.RUN_CREATE_KWARGS, *containers.RUN_HOST_CONFIG_KWARGS],
}
"""Methods whose parameters the SDK keeps in lists."""


def surface() -> set[str]:
    """`Class.method` and `Class.method(parameter)` of everything public."""
    return {name for class_ in CLASSES for method in _methods(class_) for name in _names(class_, method)}


def _methods(class_: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    own = inspect.getmembers(class_, inspect.isfunction)
    return ((name, method) for name, method in own if not name.startswith("_") and name != "prepare_model")


def _names(class_: type, method: tuple[str, Callable[..., Any]]) -> Iterator[str]:
    name = f"{class_.__name__}.{method[0]}"
    yield name
    for parameter in inspect.signature(method[1]).parameters.values():
        if (
            parameter.name != "self"
            and parameter.kind is not inspect.Parameter.VAR_KEYWORD
            and parameter.name != "args"
        ):
            yield f"{name}({parameter.name})"
    for keyword in KEYWORDS.get(name, []):
        yield f"{name}({keyword})"


@contextmanager
def noting_calls() -> Iterator[set[str]]:
    """Notes every method of the surface that is called and comes back, with the parameters that it was given."""
    called: set[str] = set()
    original = [(class_, name, method) for class_ in CLASSES for name, method in _methods(class_)]
    for class_, name, method in original:
        setattr(class_, name, _noting(called, f"{class_.__name__}.{name}", method))
    try:
        yield called
    finally:
        for class_, name, method in original:
            setattr(class_, name, method)


def _noting(called: set[str], name: str, method: Callable[..., Any]) -> Callable[..., Any]:
    signature = inspect.signature(method)

    @functools.wraps(method)
    def noting(*args: Any, **kwargs: Any) -> Any:
        result = method(*args, **kwargs)
        bound = signature.bind(*args, **kwargs)
        parameters = signature.parameters
        for parameter, value in bound.arguments.items():
            if parameters[parameter].kind is inspect.Parameter.VAR_KEYWORD:
                called.update(f"{name}({keyword})" for keyword in value)
            elif value is not None and not value is parameters[parameter].default is False:
                called.add(f"{name}({parameter})")
        called.add(name)
        return result

    return noting
