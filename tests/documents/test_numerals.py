"""Amounts as printed; capital numerals are read back by an independent reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.documents import numerals

UNITS = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(
    ("fen", "words"),
    [
        (0, "零元整"),
        (1, "壹分"),
        (10, "壹角整"),
        (1_005, "壹拾元零伍分"),
        (328_050, "叁仟贰佰捌拾元伍角整"),
        (1_000_100, "壹万零壹元整"),
        (16_409_02, "壹万陆仟肆佰零玖元零贰分"),
        (100_100_001_000, "壹拾亿零壹佰万零壹拾元整"),
        (105_000_000_000_000, "壹万零伍佰亿元整"),
    ],
)
def test_an_amount_is_written_as_an_accountant_writes_it(fen: int, words: str) -> None:
    assert numerals.capitals(fen) == words


@given(st.integers(0, 10**18 - 1))
def test_capital_numerals_read_back_as_the_amount(fen: int) -> None:
    words = numerals.capitals(fen)
    assert _read(words) == fen
    assert "零零" not in words
    assert words.endswith(("整", "分"))


@pytest.mark.parametrize("fen", [-1, 10**18])
def test_what_has_no_capital_numerals_is_refused(fen: int) -> None:
    with pytest.raises(ValueError, match="no capital numerals"):
        numerals.capitals(fen)


@given(st.integers(-(10**18), 10**18))
def test_a_printed_amount_reads_back_as_the_amount(fen: int) -> None:
    printed = numerals.amount(fen)
    assert int(printed.replace(",", "").replace(".", "")) == fen
    assert printed[-3] == "."


def _read(words: str) -> int:
    """Fen from capital numerals, place by place."""
    yuan, _, rest = words.rpartition("元") if "元" in words else ("", "", words)
    fen = _integer(yuan) * 100
    for unit, worth in (("角", 10), ("分", 1)):
        if unit in rest:
            fen += "零壹贰叁肆伍陆柒捌玖".index(rest[rest.index(unit) - 1]) * worth
    return fen


def _integer(words: str) -> int:
    if not words:
        return 0
    for name, worth in (("亿", 10**8), ("万", 10**4)):
        if name in words:
            head, _, tail = words.partition(name) if name == "亿" else words.rpartition(name)
            return _integer(head) * worth + _integer(tail)
    total = digit = 0
    for character in words:
        if character in UNITS:
            total += digit * UNITS[character]
            digit = 0
        else:
            digit = "零壹贰叁肆伍陆柒捌玖".index(character)
    return total + digit
