"""Checks of a policy row that look at several cells: identity (domain.md §4), period, 2013 rule.

The seven items of a policyholder and the five of an insured person, with their relation, are those
of 保监发〔2013〕82号; of an organisation nobody asks sex and date of birth.
"""

import re
from collections.abc import Iterator
from typing import Any

from chalicelib import identifiers, series

Found = tuple[str, str]
"""Code and field; for errors the cell follows."""

CHECKED_TYPES = frozenset({"resident_id", "hk_macao_taiwan_residence"})
_PEOPLE = tuple(
    (f"{who}_id_type", f"{who}_id_no", f"{who}_birth_date", f"{who}_sex")
    for who in ("insured", "policyholder")
)
_PAST_DATES = (
    "insured_birth_date",
    "policyholder_birth_date",
    "issued_on",
    "paid_on",
    "first_registered_on",
)
ITEMS = (
    (
        "policyholder_id_type",
        (
            "policyholder_name",
            "policyholder_id_type",
            "policyholder_id_no",
            "policyholder_phone",
            "policyholder_address",
            "relation",
        ),
        ("policyholder_sex", "policyholder_birth_date"),
    ),
    (
        "insured_id_type",
        ("insured_name", "insured_id_type", "insured_id_no"),
        ("insured_sex", "insured_birth_date"),
    ),
)
"""What must be known of everyone and of persons alone, whose kind of ID number stands in front."""

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_LETTER = "A-HJ-NP-Z"
_PLATES = re.compile(
    f"[{_PROVINCES}][{_LETTER}][{_LETTER}0-9]{{5}}"  # ordinary
    f"|[{_PROVINCES}][{_LETTER}][{_LETTER}0-9]{{4}}[挂学警]"
    f"|粤Z[{_LETTER}0-9]{{4}}[港澳]"
    f"|[{_PROVINCES}][{_LETTER}][A-HJK][{_LETTER}0-9]\\d{{4}}"  # small, new energy
    f"|[{_PROVINCES}][{_LETTER}]\\d{{5}}[A-HJK]"  # large, new energy
    f"|\\d{{6}}使|使\\d{{6}}|[{_PROVINCES}]\\d{{5}}领|[{_PROVINCES}][{_LETTER}]\\d{{4}}领"
)
"""GA 36-2018 (domain.md §4). Others exist (military, temporary), so that a failure only warns."""


def errors(row: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What rejects the row: code, field, cell."""
    if row["ends_on"] < row["starts_on"]:
        yield "end-before-start", "ends_on", row["ends_on"]
    sound = None
    for kind, no, birth_date, sex in _PEOPLE:
        number = row.get(no)
        if number is None or row.get(kind) not in CHECKED_TYPES:
            continue
        # Most people insure themselves: the same number is not calculated twice.
        if number != sound and not identifiers.resident_id_is_valid(number):
            yield "checksum", no, number
            continue
        sound = number
        born = row.get(birth_date)
        if born is not None and born != str(identifiers.birth_date(number)):
            yield "birth-date-mismatch", birth_date, born
        said = row.get(sex)
        if said is not None and said != identifiers.sex(number):
            yield "sex-mismatch", sex, said


def warnings(row: dict[str, Any], today: str) -> Iterator[Found]:
    """What is odd about the row; `today` is Shanghai's day in ISO form."""
    sound = None
    for kind, no, _, _ in _PEOPLE:
        number, said = row.get(no), row.get(kind)
        if number and said == "credit_code" and number != sound:
            if identifiers.credit_code_is_valid(number):
                sound = number
            else:
                yield "checksum", no
        elif number and said == "organisation_code" and len(number) < 9 and number.isdigit():
            yield "leading-zeros-lost", no
    for name in _PAST_DATES:
        if row.get(name, "") > today:
            yield "in-the-future", name
    vin, plate = row.get("vin"), row.get("plate_no")
    if vin is not None and not identifiers.vin_is_valid(vin):
        yield "checksum", "vin"
    if plate is not None and not plate_is_usual(plate):
        yield "plate", "plate_no"
    if "brand_model" in row and series.of(row["brand_model"]) is None:
        yield "unknown-model", "brand_model"
    for name in ("office_phone", "home_phone", "mobile"):
        phone = row.get(name, "")
        if name != "mobile" and len(phone) in (9, 10, 11) and phone[0] not in "01":
            yield "leading-zeros-lost", name
    for name in missing_items(row):
        yield "identity-item-missing", name


def plate_is_usual(plate: str) -> bool:
    """Whether a plate has one of the known forms, separators left out."""
    return _PLATES.fullmatch(re.sub(r"[\s·•.-]", "", plate).upper()) is not None


def missing_items(row: dict[str, Any]) -> list[str]:
    """Fields of the 2013 rule that the row leaves empty."""
    missing = []
    for kind, of_everyone, of_persons in ITEMS:
        missing += [name for name in of_everyone if name not in row]
        if row.get(kind) not in identifiers.ORGANISATION_TYPES:
            missing += [name for name in of_persons if name not in row]
    return missing


def places(row: dict[str, Any]) -> Iterator[str]:
    """Whose data quality the row is part of: `organisation/…`, `agent/…`, `intermediary/…`."""
    yield f"organisation/{row['organisation']}"
    if "agent" in row:
        yield f"agent/{row['agent']}"
    if "channel_code" in row:
        yield f"intermediary/{row['channel_code']}"
