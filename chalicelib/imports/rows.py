"""Rows: cells become a valid object of the kind's schema, or reasons; oddities only warn (I6)."""

from datetime import date
from functools import cache
from typing import Any, NamedTuple

from chalicelib import identifiers, validation
from chalicelib.errors import InvalidInputError
from chalicelib.imports import cells, columns


class Reason(NamedTuple):
    """Why a row is rejected or warned about: kebab-case code and the field concerned."""

    code: str
    field: str


class Read(NamedTuple):
    """A row after reading: the object, what rejects it, what only warns."""

    row: dict[str, Any]
    errors: list[Reason]
    warnings: list[Reason]


def read(kind: str, named: dict[str, cells.Cell], today: date) -> Read:
    """Reads one row whose cells are named by field; empty cells are absent."""
    row: dict[str, Any] = {}
    errors: list[Reason] = []
    warnings: list[Reason] = []
    rules = columns.rules(kind)
    for name, cell in named.items():
        if cells.is_empty(cell):
            continue
        try:
            row[name] = cells.read(cell, rules[name])
        except cells.CellError as error:
            errors.append(Reason(str(error), name))
    broken = {reason.field for reason in errors}
    errors += [
        Reason("required", name)
        for name in _required(kind)
        if name not in row and name not in broken
    ]
    if kind == "policies" and not errors:
        _move_subject(row, warnings)
        errors += _policy_errors(row)
        warnings += _policy_warnings(row, today)
    if not errors:
        try:
            validation.validate(f"imports/{kind}", row)
        except InvalidInputError as error:
            errors += [Reason(broken.code, broken.pointer.strip("/")) for broken in error.errors]
    return Read(row, errors, warnings)


def _move_subject(row: dict[str, Any], warnings: list[Reason]) -> None:
    """Puts the line's own fields into `subject`; another line's are only warned about."""
    own = columns.subject_fields(row["line"])
    common = _common_fields()
    subject = {}
    for name in [name for name in row if name not in common]:
        value = row.pop(name)
        if name in own:
            subject[name] = str(value)
        else:
            warnings.append(Reason("column-of-another-line", name))
    if subject:
        row["subject"] = subject


def _policy_errors(row: dict[str, Any]) -> list[Reason]:
    """What domain.md §4 and the contract reject."""
    errors = []
    if row["ends_on"] < row["starts_on"]:
        errors.append(Reason("end-before-start", "ends_on"))
    for who in ("insured", "policyholder"):
        errors += _identity_errors(row, who)
    return errors


def _identity_errors(row: dict[str, Any], who: str) -> list[Reason]:
    number = row.get(f"{who}_id_no")
    if number is None or row.get(f"{who}_id_type") not in (
        "resident_id",
        "hk_macao_taiwan_residence",
    ):
        return []
    if not identifiers.resident_id_is_valid(number):
        return [Reason("checksum", f"{who}_id_no")]
    errors = []
    born = identifiers.birth_date(number)
    if row.get(f"{who}_birth_date", str(born)) != str(born):
        errors.append(Reason("birth-date-mismatch", f"{who}_birth_date"))
    if row.get(f"{who}_sex", identifiers.sex(number)) != identifiers.sex(number):
        errors.append(Reason("sex-mismatch", f"{who}_sex"))
    return errors


def _policy_warnings(row: dict[str, Any], today: date) -> list[Reason]:
    warnings = []
    for who in ("insured", "policyholder"):
        number = row.get(f"{who}_id_no", "")
        if row.get(f"{who}_id_type") == "credit_code" and not identifiers.credit_code_is_valid(
            number
        ):
            warnings.append(Reason("checksum", f"{who}_id_no"))
    if row["issued_on"] > today.isoformat():
        warnings.append(Reason("in-the-future", "issued_on"))
    if "vin" in row and not identifiers.vin_is_valid(row["vin"]):
        warnings.append(Reason("checksum", "vin"))
    return warnings


@cache
def _common_fields() -> frozenset[str]:
    """The columns that every policy may have, whatever its line."""
    return frozenset(validation.load("imports/policies")["properties"])


@cache
def _required(kind: str) -> tuple[str, ...]:
    return tuple(validation.load(f"imports/{kind}")["required"])
