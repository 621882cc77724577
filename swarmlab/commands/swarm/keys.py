"""The secrets of a swarm: join tokens, and the key that unlocks managers.

Source: docker/cli cli/command/swarm/{join_token,unlock,unlock_key}.go.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from swarmlab.commands.command import Command
from swarmlab.commands.errors import DockerError, wrong_count
from swarmlab.commands.session import Session, path_to
from swarmlab.commands.spelling.options import Switch, argument, arguments, flag

_HERE_STRING = "<<<"


@dataclass(frozen=True, kw_only=True)
class SwarmJoinToken(Command, path="swarm join-token"):
    """Show or rotate the token with which a worker or a manager joins."""

    usage = "[OPTIONS] (worker|manager)"
    summary = "Manage join tokens"

    quiet: Switch = flag("-q, --quiet", "Only display token")
    rotate: Switch = flag("--rotate", "Rotate join token")
    role: str = argument()

    def sdk(self) -> str:
        """See Command."""
        role = self.role.title()
        if self.rotate:
            which = "manager" if self.role == "manager" else "worker"
            return f"client.swarm.update(rotate_{which}_token=True)\nclient.swarm.attrs['JoinTokens'][{role!r}]"
        return f"client.swarm.reload()\nclient.swarm.attrs['JoinTokens'][{role!r}]"

    def perform(self, session: Session) -> None:
        """See Command."""
        if self.role not in ("worker", "manager"):
            raise DockerError(f"unknown role {self.role}")
        if self.rotate:
            _rotate(session, f"rotate{self.role.title()}Token")
            if not self.quiet:
                session.terminal.print(f"Successfully rotated {self.role} join token.\n")
        swarm = session.get("/swarm")
        if self.quiet:
            session.terminal.print(_token(swarm, self.role))
        else:
            print_join_command(session, session.get("/info")["Swarm"]["NodeID"], self.role)


@dataclass(frozen=True, kw_only=True)
class SwarmUnlockKey(Command, path="swarm unlock-key"):
    """Show or rotate the key that unlocks managers of a locked swarm."""

    usage = "[OPTIONS]"
    summary = "Manage the unlock key"

    quiet: Switch = flag("-q, --quiet", "Only display token")
    rotate: Switch = flag("--rotate", "Rotate unlock key")

    def sdk(self) -> str:
        """See Command."""
        return "client.swarm.get_unlock_key()['UnlockKey']"

    def perform(self, session: Session) -> None:
        """See Command."""
        if self.rotate:
            if not session.get("/swarm")["Spec"].get("EncryptionConfig", {}).get("AutoLockManagers"):
                raise DockerError("cannot rotate because autolock is not turned on")
            _rotate(session, "rotateManagerUnlockKey")
            if not self.quiet:
                session.terminal.print("Successfully rotated manager unlock key.")
        key = _fetch_unlock_key(session)
        if not key:
            raise DockerError("no unlock key is set")
        if self.quiet:
            session.terminal.print(key)
        else:
            print_unlock_key(session, key)


def _read_key(words: Sequence[str]) -> str:
    if not words:
        return ""
    if len(words) != 2 or words[0] != _HERE_STRING:
        raise wrong_count("accepts no arguments", "swarm unlock", "")
    return words[1]


def _show_key(key: str) -> list[str]:
    return [_HERE_STRING, key] if key else []


@dataclass(frozen=True, kw_only=True)
class SwarmUnlock(Command, path="swarm unlock"):
    """Start a manager that is locked; the key is typed when asked for, or given as a shell does: `<<< KEY`."""

    summary = "Unlock swarm"
    interspersed = False

    key: str = arguments(least=0, read=_read_key, show=_show_key)

    def __str__(self) -> str:
        rest = f" {_HERE_STRING} {shlex.quote(self.key)}" if self.key else ""
        return f"docker {self.path}{rest}"

    def sdk(self) -> str:
        """See Command."""
        return f"client.swarm.unlock({self.key!r})"

    def perform(self, session: Session) -> None:
        """See Command."""
        match session.get("/info")["Swarm"].get("LocalNodeState"):
            case "inactive":
                raise DockerError("Error: This node is not part of a swarm")
            case "locked":
                key = self.key or session.terminal.ask("Enter unlock key: ")
                session.post("/swarm/unlock", {"UnlockKey": key.strip()})
            case _:
                raise DockerError("Error: swarm is not locked")


def _fetch_unlock_key(session: Session) -> str:
    try:
        return str(session.get("/swarm/unlockkey")["UnlockKey"])
    except DockerError as error:
        raise DockerError(f"could not fetch unlock key: {error}", status=error.status) from None


def print_unlock_key(session: Session, key: str | None = None) -> None:
    """Tell how a stopped manager is unlocked."""
    key = key or _fetch_unlock_key(session)
    session.terminal.print(
        "To unlock a swarm manager after it restarts, run the `docker swarm unlock`\n"
        f"command and provide the following key:\n\n    {key}\n\n"
        "Remember to store this key in a password manager, since without it you\n"
        "will not be able to restart the manager."
    )


def print_join_command(session: Session, node_id: str, role: str) -> None:
    """Tell how a node joins; nothing where this node is no manager (any more)."""
    node = session.get(path_to("node", node_id))
    swarm = session.get("/swarm")
    if not node.get("ManagerStatus"):
        return
    session.terminal.print(f"To add a {role} to this swarm, run the following command:\n")
    address = node["ManagerStatus"]["Addr"]
    session.terminal.print(f"    docker swarm join --token {_token(swarm, role)} {address}\n")


def _token(swarm: dict[str, Any], role: str) -> str:
    return str(swarm["JoinTokens"][role.title()])


def _rotate(session: Session, what: str) -> None:
    swarm = session.get("/swarm")
    session.post("/swarm/update", swarm["Spec"], {**update_params(swarm), what: "true"})


def update_params(swarm: dict[str, Any]) -> dict[str, Any]:
    """The query of an update that rotates nothing."""
    rotations = ("rotateWorkerToken", "rotateManagerToken", "rotateManagerUnlockKey")
    return {"version": swarm["Version"]["Index"], **dict.fromkeys(rotations, "false")}
