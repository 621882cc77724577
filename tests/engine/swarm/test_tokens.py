"""Join tokens and unlock keys."""

import pytest

from swarmlab.engine.errors import InvalidParameter, ServerError
from swarmlab.engine.ids import Chance
from swarmlab.engine.swarm.tokens import check_unlock_key, make_join_token, make_unlock_key, parse_join_token

DIGEST = "ab" * 32


def test_a_token_holds_the_digest_of_the_root_certificate() -> None:
    """Its middle part is the certificate's SHA-256, so that a node can tell the swarm that it was invited to."""
    token = make_join_token(DIGEST, Chance(1))
    prefix, version, digest, secret = token.split("-")
    assert (prefix, version, len(digest), len(secret)) == ("SWMTKN", "1", 50, 25)
    assert parse_join_token(token).digest == DIGEST


def test_tokens_of_one_swarm_differ_in_their_secret_only() -> None:
    """Worker and manager tokens have one digest."""
    chance = Chance(1)
    one, other = make_join_token(DIGEST, chance), make_join_token(DIGEST, chance)
    assert one[:60] == other[:60]
    assert one != other


NO_TOKENS = ["foo", "SWMTKN-1-abc-def", "SWMTKN-1-" + "1" * 50, "SWMTKN-2-" + "1" * 50 + "-" + "a" * 25]


@pytest.mark.parametrize("text", NO_TOKENS)
def test_what_is_no_token_is_refused(text: str) -> None:
    """Parts that are missing or too short are noticed without asking anybody."""
    with pytest.raises(ServerError, match=r"^invalid join token$"):
        parse_join_token(text)


def test_an_unlock_key_is_32_bytes_in_base_64() -> None:
    """With a prefix, and without padding."""
    key = make_unlock_key(Chance(1))
    assert key.startswith("SWMKEY-1-")
    assert len(key) == len("SWMKEY-1-") + 43
    check_unlock_key(key)


@pytest.mark.parametrize("text", ["", "x", "SWMKEY-1-", "SWMKEY-1-abc", "SWMKEY-2-" + "a" * 43, "SWMKEY-1-" + "a" * 44])
def test_what_is_no_unlock_key_is_refused(text: str) -> None:
    """Before it is tried."""
    with pytest.raises(InvalidParameter, match=r"^invalid key string$"):
        check_unlock_key(text)
