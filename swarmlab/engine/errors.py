"""One class per kind of refusal, carrying the words that a user reads. Which HTTP status each has: `api/errors.py`.

`EngineError` is raised by the daemon itself and shown as written. `RpcError` is raised by the swarm's manager and
reaches the user through gRPC, so its text has the prefix `rpc error: code = … desc = …`.
Source: moby daemon/cluster/errors.go, grpc status codes.
"""

from __future__ import annotations


class EngineError(Exception):
    """A refusal of the engine; `str(error)` is the `message` of the API's answer."""


class InvalidParameter(EngineError):
    """The request itself is wrong (400)."""


class NotFound(EngineError):
    """The named object does not exist (404)."""

    def __init__(self, kind: str, reference: str) -> None:
        super().__init__(f"{kind} {reference} not found")


class NoSuchContainer(NotFound):
    """No container of this host has that name or id."""

    def __init__(self, reference: str) -> None:
        EngineError.__init__(self, f"No such container: {reference}")


class NoSuchExec(NotFound):
    """No exec of this host has that id."""

    def __init__(self, reference: str) -> None:
        EngineError.__init__(self, f"No such exec instance: {reference}")


class NoSuchImage(NotFound):
    """No image of this host has that name; `reference` is as the engine completes it (`x:latest`)."""

    def __init__(self, reference: str) -> None:
        EngineError.__init__(self, f"No such image: {reference}")


class VolumeNotFound(NotFound):
    """No volume of this host has that name."""

    def __init__(self, name: str) -> None:
        EngineError.__init__(self, f"get {name}: no such volume")
        self.name = name


class RegistryDenied(NotFound):
    """The registry has no such repository, or does not say."""

    def __init__(self, repository: str) -> None:
        EngineError.__init__(
            self,
            f"pull access denied for {repository}, repository does not exist or may require 'docker login': denied: "
            "requested access to the resource is denied",
        )


class ManifestUnknown(NotFound):
    """The registry has the repository, but not that tag or digest."""

    def __init__(self, reference: str) -> None:
        EngineError.__init__(self, f"manifest for {reference} not found: manifest unknown: manifest unknown")


class NotModified(EngineError):
    """It is so already: a running container started, a stopped one stopped (304, no text)."""


class Ambiguous(EngineError):
    """A name or id prefix fits several objects (400)."""

    def __init__(self, kind: str, reference: str, matches: int) -> None:
        super().__init__(f"{kind} {reference} is ambiguous ({matches} matches found)")


class Conflict(EngineError):
    """The request contradicts the present state (409)."""


class Forbidden(EngineError):
    """The request is not allowed (403)."""


class Unauthorized(EngineError):
    """The key or password is wrong (401)."""


class Unavailable(EngineError):
    """The node is not in the swarm state that the request needs (503)."""


class ServerError(EngineError):
    """The engine tried and failed (500)."""


class EngineStopped(ServerError):
    """The engine died before it answered. Nobody reads this: the connection ends with the engine."""

    def __init__(self) -> None:
        super().__init__("the engine stopped")


class NotImplementedHere(EngineError):
    """This engine does not have it; the text names what was asked (501)."""


class RpcError(EngineError):
    """A refusal of the swarm's manager.

    Attributes:
        description: the text without the gRPC prefix.
    """

    code = "Unknown"

    def __init__(self, description: str) -> None:
        super().__init__(f"rpc error: code = {self.code} desc = {description}")
        self.description = description


class RpcInvalidArgument(RpcError):
    """Answered with 400."""

    code = "InvalidArgument"


class RpcFailedPrecondition(RpcError):
    """Answered with 400."""

    code = "FailedPrecondition"


class RpcNotFound(RpcError):
    """Answered with 404."""

    code = "NotFound"


class RpcAlreadyExists(RpcError):
    """Answered with 409."""

    code = "AlreadyExists"


class RpcPermissionDenied(RpcError):
    """Answered with 403."""

    code = "PermissionDenied"


class RpcUnimplemented(RpcError):
    """Answered with 501."""

    code = "Unimplemented"


class RpcUnavailable(RpcError):
    """Answered with 503."""

    code = "Unavailable"


class RpcDeadlineExceeded(RpcError):
    """Answered with 500."""

    code = "DeadlineExceeded"


class RpcInternal(RpcError):
    """Answered with 500."""

    code = "Internal"


class RpcUnknown(RpcError):
    """Answered with 500: the manager raised an error without a gRPC type of its own."""


class UpdateOutOfSequence(RpcUnknown):
    """The version sent is not the stored one: someone else wrote in between."""

    def __init__(self) -> None:
        super().__init__("update out of sequence")
