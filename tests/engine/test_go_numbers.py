"""Whole numbers in text, as Go's strconv reads them."""

from collections.abc import Callable

import pytest

from swarmlab.engine.go_numbers import NotANumber, atoi, parse_uint, quoted

HUGE = "9" * 5000


@pytest.mark.parametrize(
    ("text", "number"), [("7", 7), ("-7", -7), ("+7", 7), ("007", 7), ("0", 0), ("0" * 5000 + "7", 7), ("-00", 0)]
)
def test_a_number(text: str, number: int) -> None:
    """A sign and zeros before it are nothing."""
    assert atoi(text) == number


@pytest.mark.parametrize("text", ["", " 1", "1 ", "1_0", "\u0663", "\u00b2", "x", "1.0", "--1", "0x1", "1\n"])
def test_no_number(text: str) -> None:
    """Python takes some of these for one."""
    for read, name in ((atoi, "Atoi"), (parse_uint, "ParseUint")):
        with pytest.raises(NotANumber) as refused:
            read(text)
        assert str(refused.value) == f"strconv.{name}: parsing {quoted(text)}: invalid syntax"


@pytest.mark.parametrize("text", ["+1", "-1"])
def test_a_number_without_sign_has_none(text: str) -> None:
    """Not even a plus."""
    with pytest.raises(NotANumber, match=r"invalid syntax$"):
        parse_uint(text)


@pytest.mark.parametrize(
    ("text", "nearest"), [("9223372036854775808", 2**63 - 1), ("-9223372036854775809", -(2**63)), (HUGE, 2**63 - 1)]
)
def test_a_number_too_great(text: str, nearest: int) -> None:
    """However many digits it has; Go's function returns the end of the range beside the error."""
    with pytest.raises(NotANumber) as refused:
        atoi(text)
    assert str(refused.value) == f'strconv.Atoi: parsing "{text}": value out of range'
    assert refused.value.nearest == nearest


@pytest.mark.parametrize("read", [atoi, parse_uint])
def test_what_is_too_great_is_not_read_to_its_end(read: Callable[[str], int]) -> None:
    """Twenty-one digits are out of range, though no number follows; what is in range is none then."""
    with pytest.raises(NotANumber, match=r"value out of range$"):
        read(f"{HUGE}/tcp")
    with pytest.raises(NotANumber, match=r"invalid syntax$"):
        read("18446744073709551615/tcp")


def test_the_ends_of_the_ranges_are_in_them() -> None:
    """And one more is not."""
    assert atoi("-9223372036854775808") == -(2**63)
    assert parse_uint("18446744073709551615") == 2**64 - 1
    assert parse_uint("65535", 16) == 65535
    with pytest.raises(NotANumber, match=r"value out of range$"):
        parse_uint("65536", 16)
