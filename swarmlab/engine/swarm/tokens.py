"""The secrets of a swarm as users see them: join tokens and unlock keys. Owns no state.

Source: swarmkit ca/config.go (GenerateJoinToken, ParseJoinToken), manager/encryption/encryption.go.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from swarmlab.engine.errors import InvalidParameter, ServerError
from swarmlab.engine.ids import Chance, base36

_DIGEST_LENGTH = 50
_SECRET_BYTES, _SECRET_LENGTH = 16, 25
_KEY_PREFIX, _KEY_BYTES = "SWMKEY-1-", 32


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinToken:
    """A join token taken apart: the digest (hexadecimal) of the swarm's root certificate, and the role's secret."""

    digest: str
    secret: str


def make_join_token(digest: str, chance: Chance) -> str:
    """A new token: the digest of a root certificate and a fresh secret, both in base 36."""
    secret = base36(int.from_bytes(chance.bytes(_SECRET_BYTES)), _SECRET_LENGTH)
    return f"SWMTKN-1-{base36(int(digest, 16), _DIGEST_LENGTH)}-{secret}"


def parse_join_token(token: str) -> JoinToken:
    """Take a join token apart.

    Raises:
        ServerError: it is none.
    """
    if not token:
        # Docker then trusts whatever authority it finds, and is refused there.
        return JoinToken(digest="", secret="")
    parts = token.split("-")
    if len(parts) != 4 or parts[:2] != ["SWMTKN", "1"]:
        raise ServerError("invalid join token")
    digest, secret = parts[2:]
    if (len(digest), len(secret)) != (_DIGEST_LENGTH, _SECRET_LENGTH) or not (digest.isascii() and digest.isalnum()):
        raise ServerError("invalid join token")
    return JoinToken(digest=f"{int(digest, 36):064x}", secret=secret)


def make_unlock_key(chance: Chance) -> str:
    """A new key that unlocks managers."""
    return _KEY_PREFIX + base64.b64encode(chance.bytes(_KEY_BYTES)).decode().rstrip("=")


def check_unlock_key(text: str) -> None:
    """Whether it has the form of an unlock key.

    Raises:
        InvalidParameter: it has not.
    """
    body = text.removeprefix(_KEY_PREFIX)
    try:
        key = base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if body == text or len(key) != _KEY_BYTES or "=" in body:
        raise InvalidParameter("invalid key string")
