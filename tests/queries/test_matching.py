"""Q3 through the service, on real items: every way of writing opens, no other value does."""

import itertools
import sys
import unicodedata
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from chalicelib import codes, validation
from chalicelib.imports import rows
from chalicelib.policies import service as policies
from chalicelib.queries import rules, service
from infra.generator import portfolio

AT = datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC)
TODAY = date(2026, 11, 21)
FIELDS = {
    "policy_no": "policy_no",
    "id_no": "insured_id_no",
    "insured_name": "insured_name",
    "serial_no": "serial_no",
}
SPACES = "  \t\u00a0\u2003\u3000"
SELECTORS = "\ufe00\ufe0f\U000e0100\U000e01ef\u180b"
HYPHENS = "-‐‑–—−－"
DOTS = "·•・‧．∙⋅"
CODE_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXYIOZSV"
NAME_CHARACTERS = "王张張吉𠮷国國𠀀𪚥葛·abcxyz0189（＆"
"""Simplified beside traditional, variants beside their standard forms, extension B and letters."""

pytestmark = pytest.mark.usefixtures("aws")
real_items = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}


@pytest.fixture(scope="module")
def stored() -> list[dict[str, Any]]:
    """Queryable policies of the generated portfolio, imported as files are; every line is there.

    Every third organisation is stored by its organisation code, every third resident by the 15
    digits of the old card; documents without a serial number get one.
    """
    drawn = []
    for place, made in enumerate(portfolio(11, 300).policies):
        read = rows.read(
            "policies", {"serial_no": f"S{place:05}Z", **_as_of_old(made, place)}, TODAY
        )
        assert read.errors == [], read.errors
        drawn.append(read.row)
    policies.take([policies.Row(row, f"matching#{n}") for n, row in enumerate(drawn)], AT)
    found = [row for row in drawn if _answerable(row)]
    assert {row["line"] for row in found} == {row["line"] for row in drawn} - {"special_risk"}
    names = [row["insured_name"] for row in found]
    assert any("·" in name for name in names)
    assert any(ord(char) > 0x20000 for name in names for char in name)
    assert max(len(name) for name in names) > 40
    types = {row["insured_id_type"] for row in found}
    assert {"resident_id", "credit_code", "organisation_code", "passport"} <= types
    assert any(len(row["insured_id_no"]) == 15 for row in found)
    return found


def _as_of_old(row: dict[str, Any], place: int) -> dict[str, Any]:
    number = row["insured_id_no"]
    if place % 3 or not row["insured_id_type"]:
        return row
    if row["insured_id_type"] == "credit_code":
        return {**row, "insured_id_type": "organisation_code", "insured_id_no": number[8:17]}
    if row["insured_id_type"] == "resident_id" and number[6:8] == "19":
        return {**row, "insured_id_no": number[:6] + number[8:17]}
    return row


def _answerable(row: dict[str, Any]) -> bool:
    record = policies.find(row["policy_no"])
    assert record is not None
    return rules.answerable(record, AT)


def opens(request: dict[str, str]) -> bool:
    """Whether a request as the public sends it opens the policy; limits left aside."""
    validation.validate("queries/request", request)
    return service.find(request, AT).assurance is not None


def credentials(data: st.DataObject, row: dict[str, Any]) -> dict[str, str]:
    """The values of one of the line's rules as they are stored, by credential."""
    rule = data.draw(st.sampled_from(codes.line(row["line"])["verification"]))
    return {name: row[FIELDS[name]] for name in ("policy_no", *rule)}


@cache
def _compatible() -> dict[str, list[str]]:
    """By character: the characters that Unicode calls compatible with it (NFKC)."""
    found: dict[str, list[str]] = {}
    for point in itertools.chain(range(0xD800), range(0xE000, sys.maxunicode + 1)):
        char = chr(point)
        plain = unicodedata.normalize("NFKC", char)
        if plain != char and len(plain) == 1:
            found.setdefault(plain, []).append(char)
    return found


def written(data: st.DataObject, credential: str, value: str) -> str:
    """The value in another way of writing."""
    spread = []
    for char in _other_form(data, credential, value):
        kind = data.draw(st.integers(0, 5))
        if kind == 1 and char in DOTS and credential == "insured_name":
            char = data.draw(st.sampled_from(DOTS))
        elif kind == 2 and char.isascii() and char.isalpha():
            char = char.swapcase()
        elif kind == 3 and char in _compatible():
            char = data.draw(st.sampled_from(_compatible()[char]))
        spread.append(char)
    between = SPACES + SELECTORS + ("" if credential == "insured_name" else HYPHENS)
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(spread)))
        spread.insert(place, data.draw(st.sampled_from(between)))
    return "".join(spread)


def _other_form(data: st.DataObject, credential: str, value: str) -> str:
    """The number of the other length that is the same by law: 15 for 18 and back."""
    if credential != "id_no" or not data.draw(st.booleans()):
        return value
    if len(value) == 15 and value.isdigit():
        body = f"{value[:6]}19{value[6:]}"
        return body + str(mod_11_2.calc_check_digit(body))
    if len(value) == 18 and value[6:8] == "19" and value[:17].isdigit() and value[0] != "9":
        return value[:6] + value[8:17]
    return value


def changed(data: st.DataObject, credential: str, value: str) -> str:
    """The value with one character replaced, left out or put in, so that it is another value."""
    alphabet = NAME_CHARACTERS if credential == "insured_name" else CODE_CHARACTERS
    bare = "".join(char for char in value if not char.isspace() and char != "-")
    place = data.draw(st.integers(0, len(bare) - 1))
    char = data.draw(st.sampled_from(alphabet))
    match data.draw(st.sampled_from(("replaced", "left out", "put in"))):
        case "replaced":
            assume(_plain(char) != _plain(bare[place]))
            return bare[:place] + char + bare[place + 1 :]
        case "left out":
            return bare[:place] + bare[place + 1 :]
        case _:
            return bare[:place] + char + bare[place:]


def _plain(char: str) -> str:
    """A character's value, said here once more without the code that is tested."""
    return "·" if char in DOTS else unicodedata.normalize("NFKC", char).lower()


@settings(max_examples=60, **real_items)
@given(st.data())
def test_every_way_of_writing_opens(stored: list[dict[str, Any]], data: st.DataObject) -> None:
    any_writing_opens(stored, data)


@settings(max_examples=60, **real_items)
@given(st.data())
def test_no_change_of_value_opens(stored: list[dict[str, Any]], data: st.DataObject) -> None:
    no_other_value_opens(stored, data)


@pytest.mark.soak
@settings(max_examples=3000, **real_items)
@given(st.data())
def test_every_way_of_writing_opens_at_length(
    stored: list[dict[str, Any]], data: st.DataObject
) -> None:
    any_writing_opens(stored, data)


@pytest.mark.soak
@settings(max_examples=3000, **real_items)
@given(st.data())
def test_no_change_of_value_opens_at_length(
    stored: list[dict[str, Any]], data: st.DataObject
) -> None:
    no_other_value_opens(stored, data)


def any_writing_opens(stored: list[dict[str, Any]], data: st.DataObject) -> None:
    """One policy, one of its rules, every value in another writing."""
    row = data.draw(st.sampled_from(stored))
    sent = credentials(data, row)
    assert opens({name: written(data, name, value) for name, value in sent.items()})


def no_other_value_opens(stored: list[dict[str, Any]], data: st.DataObject) -> None:
    """The same with a single character of one value changed, the others right."""
    row = data.draw(st.sampled_from(stored))
    sent = credentials(data, row)
    wrong = data.draw(st.sampled_from(sorted(sent)))
    other = changed(data, wrong, sent[wrong])
    assume(other)
    assume(wrong != "policy_no" or other not in {each["policy_no"] for each in stored})
    request = {name: written(data, name, value) for name, value in sent.items() if name != wrong}
    assert not opens({**request, wrong: other})


def test_an_organisation_is_opened_by_its_organisation_code_and_by_its_credit_code(
    stored: list[dict[str, Any]],
) -> None:
    tried = set()
    for row in stored:
        with_id = [rule for rule in codes.line(row["line"])["verification"] if "id_no" in rule]
        if not with_id or row["insured_id_type"] not in ("credit_code", "organisation_code"):
            continue
        sent = {"policy_no": row["policy_no"]} | {
            name: row[FIELDS[name]] for name in with_id[0] if name != "policy_no"
        }
        bare = row["insured_id_no"].replace("-", "")
        within = bare[8:17] if len(bare) == 18 else bare
        body = f"91440101{within}"
        around = bare if len(bare) == 18 else body + uscc.calc_check_digit(body)
        for typed in (around, around.lower(), within, f"{within[:8]}-{within[8:]}"):
            assert opens({**sent, "id_no": typed}), (row["insured_id_no"], typed)
        tried.add(row["insured_id_type"])
    assert tried == {"credit_code", "organisation_code"}
