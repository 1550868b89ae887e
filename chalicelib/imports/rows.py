"""Rows: cells become a valid object of the kind's schema, or reasons; oddities only warn (I6).

Everything that a schema of `imports/` demands is enforced while cells are read, so that no second
validation is needed for each row; tests hold reader and schema together.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from chalicelib import validation
from chalicelib.imports import cells, columns, dictionaries, identity


class Reason(NamedTuple):
    """Why a row is rejected or warned about: kebab-case code, field, the cell as it came."""

    code: str
    field: str
    value: str = ""


class Read(NamedTuple):
    """A row after reading: the object, what rejects it, what only warns."""

    row: dict[str, Any]
    errors: list[Reason]
    warnings: list[Reason]


class Reader:
    """Reads the rows of a file whose columns mean `fields`; made once per file or range."""

    def __init__(
        self,
        kind: str,
        fields: Sequence[str | None],
        terms: dictionaries.Terms = dictionaries.NO_TERMS,
    ) -> None:
        rules = columns.rules(kind)
        self._kind = kind
        self._steps = tuple(
            (place, name, cells.reader(rules[name], terms))
            for place, name in enumerate(fields)
            if name
        )

    def read(self, line: Sequence[cells.Cell | None], today: date) -> Read:
        """One row by its cells; empty cells are absent."""
        row: dict[str, Any] = {}
        errors: list[Reason] = []
        warnings: list[Reason] = []
        count = len(line)
        for place, name, read in self._steps:
            if place >= count:
                break
            cell = line[place]
            if not cell and cell in (None, ""):
                continue
            if type(cell) is str:
                bare = cell.strip()
                if len(bare) != len(cell):
                    if not bare:
                        continue
                    warnings.append(Reason("surrounding-spaces", name))
                    cell = bare
                if cells.is_formula(cell):
                    warnings.append(Reason("excel-formula", name))
            try:
                row[name] = read(cell)
            except cells.CellError as error:
                errors.append(Reason(str(error), name, str(cell)))
        missing = _required(self._kind) - row.keys()
        if missing:
            broken = {reason.field for reason in errors}
            errors += [Reason("required", name) for name in sorted(missing - broken)]
        if not errors and self._kind == "policies":
            _move_subject(row, warnings)
            errors += [Reason(*found) for found in identity.errors(row)]
            warnings += [Reason(*found) for found in identity.warnings(row, today.isoformat())]
        return Read(row, errors, warnings)


def read(kind: str, named: dict[str, cells.Cell], today: date) -> Read:
    """Reads one row whose cells are named by field."""
    return Reader(kind, list(named)).read(list(named.values()), today)


def _move_subject(row: dict[str, Any], warnings: list[Reason]) -> None:
    """Puts the line's own fields into `subject`; another line's are only warned about."""
    others = row.keys() - _common_fields()
    if not others:
        return
    own = columns.subject_fields(row["line"])
    subject = {}
    for name in [name for name in row if name in others]:
        value = row.pop(name)
        if name in own:
            subject[name] = str(value)
        else:
            warnings.append(Reason("column-of-another-line", name))
    if subject:
        row["subject"] = subject


@cache
def _common_fields() -> frozenset[str]:
    """The columns that every policy may have, whatever its line."""
    return frozenset(validation.load("imports/policies")["properties"])


@cache
def _required(kind: str) -> frozenset[str]:
    return frozenset(validation.load(f"imports/{kind}")["required"])
