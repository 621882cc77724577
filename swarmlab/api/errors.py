"""Which refusal of the engine has which HTTP status, and its body.

Source: moby daemon/server/httpstatus/status.go.
"""

from __future__ import annotations

from swarmlab.api.messages import Response, empty, json_response
from swarmlab.engine import errors

STATUS: dict[type[errors.EngineError], int] = {
    errors.NotModified: 304,
    errors.InvalidParameter: 400,
    errors.NotFound: 404,
    errors.Ambiguous: 400,
    errors.NotModified: 304,
    errors.Conflict: 409,
    errors.Unauthorized: 401,
    errors.Forbidden: 403,
    errors.Unavailable: 503,
    errors.ServerError: 500,
    errors.NotImplementedHere: 501,
    errors.RpcError: 500,
    errors.RpcInvalidArgument: 400,
    errors.RpcFailedPrecondition: 400,
    errors.RpcNotFound: 404,
    errors.RpcAlreadyExists: 409,
    errors.RpcPermissionDenied: 403,
    errors.RpcUnimplemented: 501,
    errors.RpcUnavailable: 503,
    errors.RpcDeadlineExceeded: 500,
    errors.RpcInternal: 500,
    errors.RpcUnknown: 500,
}
"""The status of a class stands for its subclasses too."""


def status_of(error: errors.EngineError) -> int:
    """The HTTP status of a refusal: that of its nearest class in the table, 500 where there is none."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def error_response(error: errors.EngineError) -> Response:
    """A refusal as an answer."""
    status = status_of(error)
    return empty(status) if status == 304 else json_response({"message": str(error)}, status)
