"""What a service's update status says at each turn of an update or rollback, in Swarm's words.

Owns no state: each function gives the service as it is to be stored, or None to leave it alone.
Source: swarmkit manager/orchestrator/update/updater.go (startUpdate, pauseUpdate, rollbackUpdate, completeUpdate).
"""

from __future__ import annotations

from dataclasses import replace

from swarmlab.engine.model import Service, UpdateState, UpdateStatus


def started(service: Service, now: float) -> Service | None:
    """An update begins; one whose status stands already keeps it."""
    if service.update_status is not None:
        return None
    status = UpdateStatus(state=UpdateState.UPDATING, started_at=now, message="update in progress")
    return replace(service, update_status=status)


def paused(service: Service, message: str) -> Service | None:
    """An update or rollback stops half way, until the user updates the service again."""
    status = service.update_status
    if status is None:
        return None
    in_rollback = status.state is UpdateState.ROLLBACK_STARTED
    state = UpdateState.ROLLBACK_PAUSED if in_rollback else UpdateState.PAUSED
    return replace(service, update_status=replace(status, state=state, message=message))


def rolled_back(service: Service, message: str) -> Service | None:
    """An update turns back to the previous spec, which is then forgotten."""
    if service.update_status is None or service.previous_spec is None:
        return None
    return replace(
        service,
        spec=service.previous_spec,
        spec_version=service.previous_spec_version or 0,
        previous_spec=None,
        previous_spec_version=None,
        update_status=replace(service.update_status, state=UpdateState.ROLLBACK_STARTED, message=message),
    )


def completed(service: Service, now: float) -> Service | None:
    """An update or rollback is over."""
    status = service.update_status
    if status is None:
        return None
    if status.state is UpdateState.ROLLBACK_STARTED:
        state, message = UpdateState.ROLLBACK_COMPLETED, "rollback completed"
    else:
        state, message = UpdateState.COMPLETED, "update completed"
    return replace(service, update_status=replace(status, state=state, message=message, completed_at=now))
