"""Whole objects of a swarm as Docker's JSON; the forms of their parts are in shapes.py.

Source: moby daemon/cluster/convert/*.go; compared with the answers of an engine 28.5.2.
"""

from __future__ import annotations

from collections.abc import Iterable

from swarmlab.api.shapes import generic_resources, index_of
from swarmlab.api.times import timestamp
from swarmlab.api.wire import Json, encode, encode_object
from swarmlab.engine import model
from swarmlab.engine.model import Meta, Node, Service, Task, TaskSpec
from swarmlab.engine.store import Store


def head(id_: str, meta: Meta) -> Json:
    """What every object of a swarm begins with."""
    return {
        "ID": id_,
        "Version": {"Index": meta.version},
        "CreatedAt": timestamp(meta.created_at),
        "UpdatedAt": timestamp(meta.updated_at),
    }


def present(**parts: object) -> Json:
    """The parts that are there."""
    return {key: encode(part) for key, part in parts.items() if part is not None}


def service_json(service: Service) -> Json:
    """A service."""
    return {
        **head(service.id, service.meta),
        "Spec": encode(service.spec),
        **present(PreviousSpec=service.previous_spec),
        "Endpoint": encode(service.endpoint or model.Endpoint()),
        **present(UpdateStatus=service.update_status, JobStatus=service.job_status),
    }


class TaskWriter:
    """Writes the tasks of one answer: what they share, as a service's tasks share their spec, is encoded once.

    The networks that they are attached to are written out, so the store is needed. Specs are told apart by `id`: the
    caller holds all tasks until the last one is written, so that no spec's number is given to another.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._specs: dict[int, Json] = {}
        self._networks: dict[str, Json | None] = {}

    def write(self, task: Task) -> Json:
        """A task as JSON."""
        attachments = list(self._attachments(task))
        return {
            **head(task.id, task.meta),
            "Labels": {},
            "Spec": self._spec(task.spec),
            "ServiceID": task.service_id,
            **({"Slot": task.slot} if task.slot else {}),
            **({"NodeID": task.node_id} if task.node_id else {}),
            "Status": encode(task.status),
            "DesiredState": task.desired_state.name.lower(),
            **({"NetworksAttachments": attachments} if attachments else {}),
            **(
                {"GenericResources": generic_resources(task.assigned_generic_resources)}
                if task.assigned_generic_resources
                else {}
            ),
            **({} if task.job_iteration is None else {"JobIteration": index_of(task.job_iteration)}),
            "Volumes": None,
        }

    def _spec(self, spec: TaskSpec) -> Json:
        """A task's spec, where unlike a service's the runtime is not written."""
        if id(spec) not in self._specs:
            self._specs[id(spec)] = {key: value for key, value in encode_object(spec).items() if key != "Runtime"}
        return self._specs[id(spec)]

    def _attachments(self, task: Task) -> Iterable[Json]:
        for attachment in task.networks:
            network = self._network(attachment.network_id)
            if network is not None:
                addresses = {"Addresses": list(attachment.addresses)} if attachment.addresses else {}
                yield {"Network": network, **addresses}

    def _network(self, id_: str) -> Json | None:
        if id_ not in self._networks:
            network = self._store.get(model.Network, id_)
            self._networks[id_] = None if network is None else network_json(network)
        return self._networks[id_]


def network_json(network: model.Network) -> Json:
    """A network as tasks carry it; `GET /networks` has another form."""
    spec = network.spec
    return {
        **head(network.id, network.meta),
        "Spec": {
            "Name": spec.name,
            "Labels": encode(spec.labels),
            "DriverConfiguration": {} if spec.ingress else _driver(spec.driver, spec.options),
            **({"Internal": True} if spec.internal else {}),
            **({"Attachable": True} if spec.attachable else {}),
            **({"Ingress": True} if spec.ingress else {}),
            **_ipam_options(spec),
            **({"ConfigFrom": {"Network": spec.config_from}} if spec.config_from else {}),
            "Scope": "swarm",
        },
        "DriverState": _driver(spec.driver, network.driver_options),
        "IPAMOptions": _ipam_state(network),
    }


def _ipam_options(spec: model.NetworkSpec) -> Json:
    """What was sent about addresses, if anything was; the ingress network's is empty."""
    if not (spec.ingress or spec.ipam_driver or spec.ipam):
        return {}
    driver = {} if spec.ingress else _ipam_driver(spec, spec.ipam_driver)
    return {"IPAMOptions": {"Driver": driver, **({"Configs": _ipam(spec.ipam)} if spec.ipam else {})}}


def _ipam_state(network: model.Network) -> Json:
    if network.predefined or network.spec.driver != "overlay":
        return {"Driver": {}}
    driver = _ipam_driver(network.spec, network.spec.ipam_driver or "default")
    return {"Driver": driver, "Configs": _ipam(network.ipam)}


def _ipam_driver(spec: model.NetworkSpec, name: str) -> Json:
    options = {"Options": encode(spec.ipam_options)} if spec.ipam_options else {}
    return {**({"Name": name} if name else {}), **options}


def _driver(name: str, options: object) -> Json:
    return {"Name": name, **({"Options": encode(options)} if options else {})}


def _ipam(configs: Iterable[model.IPAMConfig]) -> list[object]:
    return [encode(config) for config in configs]


def node_json(node: Node) -> Json:
    """A node."""
    return {
        **head(node.id, node.meta),
        "Spec": encode(node.spec),
        "Description": encode(node.description) if node.description else {},
        "Status": encode(node.status),
        **present(ManagerStatus=node.manager_status),
    }
