"""Identifiers: every way of writing a value is forgiven, no other value is."""

import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from chalicelib import identifiers


def resident_ids() -> st.SearchStrategy[str]:
    """Valid 18-character resident IDs of people born in the twentieth century."""
    born = st.dates(date(1930, 1, 1), date(1999, 12, 31))
    body = st.builds(
        lambda region, day, order: f"{region}{day:%Y%m%d}{order:03d}",
        st.sampled_from(["110105", "440308", "650102", "810000"]),
        born,
        st.integers(0, 999),
    )
    return body.map(lambda digits: digits + str(mod_11_2.calc_check_digit(digits)))


def full_width(text: str) -> str:
    """The same characters, twice as wide."""
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def opens(typed: str, id_type: str, stored: str) -> bool:
    """Whether the typed number opens a policy of the stored one."""
    return not set(identifiers.id_keys(typed)).isdisjoint(identifiers.id_marks(id_type, stored))


@pytest.mark.parametrize(
    ("number", "valid"),
    [
        ("11010519491231002X", True),
        ("440308199901101512", True),
        ("810000199408230021", True),
        ("830000199201300022", True),
        ("15000019970319128X", False),
        ("11010519490231002X", False),
        ("110105491231002", True),
        ("110105491331002", False),
        ("1101051949123100", False),
    ],
)
def test_resident_ids_by_check_digit_and_birth_date(number: str, valid: bool) -> None:
    assert identifiers.resident_id_is_valid(number) is valid


def test_credit_codes_and_vins_by_their_check_digits() -> None:
    assert identifiers.credit_code_is_valid("91350100M000100Y43")
    assert not identifiers.credit_code_is_valid("91350100M000100Y4Z")
    assert identifiers.vin_is_valid("LATPAB071W1005301")
    assert identifiers.vin_is_valid("1M8GDM9AXKP042788")
    assert not identifiers.vin_is_valid("1M8GDM9AXKP042789")


@given(resident_ids(), st.integers(0, 17))
def test_an_id_number_opens_however_it_is_typed(number: str, place: int) -> None:
    for typed in (
        number.lower(),
        full_width(number),
        f" {number[:place]} {number[place:]} ",
        f"{number[:place]}-{number[place:]}",
        f"{number[:place]}　{number[place:]}",
    ):
        assert opens(typed, "resident_id", number)


@given(resident_ids())
def test_fifteen_digits_and_their_eighteen_open_each_other(number: str) -> None:
    fifteen = number[:6] + number[8:17]
    assert opens(fifteen, "resident_id", number)
    assert opens(number, "resident_id", fifteen)


@given(resident_ids(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_another_id_number_does_not_open(number: str, place: int, char: str) -> None:
    other = number[:place] + char + number[place + 1 :]
    assert opens(other, "resident_id", number) is (other == number)


def test_a_policy_without_its_organisation_code_opens_with_the_credit_code() -> None:
    assert opens("91350100M000100Y43", "organisation_code", "M000100Y-4")
    assert opens("M000100Y4", "credit_code", "91350100M000100Y43")
    assert opens("M000100Y-4", "organisation_code", "M000100Y4")


def test_two_credit_codes_around_one_organisation_code_differ() -> None:
    assert not opens("92350100M000100Y43", "credit_code", "91350100M000100Y43")
    assert not opens("92350100M000100Y43", "organisation_code", "M000100Y4")


def test_organisation_and_credit_code_are_one_person() -> None:
    assert identifiers.person("credit_code", "91350100M000100Y43") == identifiers.person(
        "organisation_code", "M000100Y-4"
    )


@pytest.mark.parametrize("dot", list("·•・‧．∙⋅"))
def test_all_middle_dots_are_equal(dot: str) -> None:
    assert identifiers.name(f"阿卜杜拉{dot}买买提") == identifiers.name("阿卜杜拉·买买提")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("ＡＢＣ物流 有限公司", "abc物流有限公司"),
        ("王　小明", "王小明"),
        ("葛\U000e0100城", "葛城"),
        ("﨑村", unicodedata.normalize("NFKC", "﨑村")),
    ],
)
def test_names_forgive_width_case_spaces_and_selectors(typed: str, stored: str) -> None:
    assert identifiers.name(typed) == identifiers.name(stored)


@pytest.mark.parametrize(
    ("one", "other"), [("𠮷田", "吉田"), ("張三", "张三"), ("王小明", "王小名")]
)
def test_other_characters_are_other_names(one: str, other: str) -> None:
    assert identifiers.name(one) != identifiers.name(other)


@given(st.text(max_size=60))
def test_bringing_a_name_to_its_form_twice_changes_nothing(text: str) -> None:
    once = identifiers.name(text)
    assert identifiers.name(once) == once


def test_policy_numbers_ignore_case_spaces_hyphens_and_width() -> None:
    assert identifiers.policy_no("ｐｄｚａ–2026 4401-0001") == "PDZA202644010001"


@pytest.mark.parametrize(
    "typed",
    [
        "138 0013 8000",
        "138-0013-8000",
        "+86 13800138000",
        "0086（138）00138000",
        "１３８００１３８０００",
    ],
)
def test_a_telephone_number_is_one_however_it_is_written(typed: str) -> None:
    assert identifiers.phone(typed) == "13800138000"
