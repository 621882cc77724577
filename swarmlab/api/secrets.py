"""`/secrets` and `/configs`: the same requests about two kinds of data; only a config's can be read again.

Source: moby daemon/server/router/swarm/cluster_routes.go, daemon/cluster/{secrets,configs,filters}.go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Generic, TypeVar

from swarmlab.api.filters import Filters, parse
from swarmlab.api.messages import Request, Response, empty, json_list, json_response
from swarmlab.api.objects import head
from swarmlab.api.wire import Json, decode, encode
from swarmlab.engine.daemon import Daemon
from swarmlab.engine.errors import InvalidParameter
from swarmlab.engine.go_numbers import NotANumber, parse_uint
from swarmlab.engine.manager.control import Control
from swarmlab.engine.model import Config, ConfigSpec, Secret, SecretSpec
from swarmlab.engine.pending import Pending

T = TypeVar("T", Secret, Config)

FILTERS = ("id", "label", "name")
_TEMPLATING_SINCE = (1, 37)


class Resource(Generic[T]):
    """The requests about one kind.

    Args:
        type_: the kind.
        spec: what is declared.
        filters: the keys that a list knows.
        declare: makes one of a spec.
    """

    def __init__(
        self,
        type_: type[T],
        spec: type[SecretSpec] | type[ConfigSpec],
        filters: tuple[str, ...],
        declare: Callable[[Control, SecretSpec | ConfigSpec], str],
    ) -> None:
        self._type: type[T] = type_
        self._spec, self._filters, self._declare = spec, filters, declare
        self._kind = type_.__name__.lower()

    def list_(self, daemon: Daemon, request: Request) -> Pending[Response]:
        """Every one, in the order of ids."""
        filters = parse(request.query, self._filters, before_keys=daemon.check_manages)

        def answer(control: Control) -> Response:
            found = [obj for obj in control.store.all(self._type) if _fits(obj, filters)]
            return json_list(object_json(obj) for obj in sorted(found, key=lambda obj: obj.id))

        return daemon.ask(answer)

    def inspect(self, daemon: Daemon, request: Request) -> Pending[Response]:
        """One."""
        reference = request.parameters["id"]
        return daemon.ask(lambda control: json_response(object_json(control.store.find(self._type, reference))))

    def create(self, daemon: Daemon, request: Request) -> Pending[Response]:
        """Declare one."""
        body = request.json()
        if isinstance(body, dict) and body.get("Templating") is not None and request.version < _TEMPLATING_SINCE:
            version = ".".join(map(str, request.version))
            raise InvalidParameter(f"{self._kind} templating is not supported on the specified API version: {version}")
        daemon.check_manages()
        spec = self._read(body)
        return daemon.ask(lambda control: json_response({"ID": self._declare(control, spec)}, 201))

    def update(self, daemon: Daemon, request: Request) -> Pending[Response]:
        """Give it other labels."""
        reference, body, text = request.parameters["id"], request.json(), request.query.get("version", "")
        try:
            version = parse_uint(text)
        except NotANumber:
            raise InvalidParameter(f"invalid {self._kind} version") from None
        daemon.check_manages()
        spec = self._read(body)

        def change(control: Control) -> Response:
            stored = control.secrets if self._kind == "secret" else control.configs
            stored.relabel(reference, version, spec)
            return empty()

        return daemon.ask(change)

    def remove(self, daemon: Daemon, request: Request) -> Pending[Response]:
        """Remove it, where no service asks for it."""

        def change(control: Control) -> Response:
            stored = control.secrets if self._kind == "secret" else control.configs
            stored.remove(request.parameters["id"])
            return empty(204)

        return daemon.ask(change)

    def _read(self, body: object) -> SecretSpec | ConfigSpec:
        return decode(self._spec, body, self._spec.__name__)


def object_json(obj: Secret | Config) -> Json:
    """A secret without its data, or a config with it."""
    spec = replace(obj.spec, data=b"") if isinstance(obj, Secret) else obj.spec
    return {**head(obj.id, obj.meta), "Spec": encode(spec)}


def _fits(obj: Secret | Config, filters: Filters) -> bool:
    """Names are found whatever their case. Recorded from 28.5.2."""
    name = obj.spec.name.lower()
    return (
        filters.prefix("id", obj.id)
        and ("name" not in filters or any(name.startswith(each.lower()) for each in filters.get("name")))
        and ("names" not in filters or name in {each.lower() for each in filters.get("names")})
        and filters.labels("label", obj.spec.labels)
    )


def _declare_secret(control: Control, spec: SecretSpec | ConfigSpec) -> str:
    assert isinstance(spec, SecretSpec)
    return control.secrets.declare(spec).id


def _declare_config(control: Control, spec: SecretSpec | ConfigSpec) -> str:
    assert isinstance(spec, ConfigSpec)
    return control.configs.declare(spec).id


SECRETS = Resource(Secret, SecretSpec, (*FILTERS, "names"), _declare_secret)
CONFIGS = Resource(Config, ConfigSpec, FILTERS, _declare_config)
