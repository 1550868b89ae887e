"""Rows: cells become a valid object of the kind's schema, or reasons; oddities only warn (I6).

Everything that a schema of `imports/` demands is enforced while cells are read, so that no second
validation is needed for each row; tests hold reader and schema together.
"""

from collections.abc import Sequence
from datetime import date
from functools import cache
from operator import itemgetter
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
    """Reads the rows of a file whose columns mean `fields`; made once per file or range.

    A row is the file's hottest path: what depends on the columns alone is settled here.
    """

    def __init__(
        self,
        kind: str,
        fields: Sequence[str | None],
        terms: dictionaries.Terms = dictionaries.NO_TERMS,
    ) -> None:
        own = _common_fields() if kind == "policies" else columns.rules(kind).keys()
        self._kind = kind
        self._count = len(fields)
        self._common = _Group(kind, fields, [name for name in fields if name in own], terms)
        self._subject = _Group(kind, fields, [name for name in fields if name not in own], terms)

    def read(self, line: Sequence[cells.Cell | None], today: date) -> Read:
        """One row by its cells; empty cells are absent."""
        found = Read({}, [], [])
        row, errors, warnings = found
        if len(line) < self._count:
            line = [*line, *[None] * (self._count - len(line))]
        self._common.read(line, row, found)
        subject: dict[str, Any] = {}
        self._subject.read(line, subject, found)
        required = columns.required(self._kind)
        if not required <= row.keys():
            broken = {reason.field for reason in errors}
            errors += [Reason("required", name) for name in sorted(required - row.keys() - broken)]
        if not errors and self._kind == "policies":
            if subject:
                _put_subject(row, subject, warnings)
            for name in columns.of_other_lines(row["line"]) & row.keys():
                warnings.append(Reason("column-of-another-line", name))
            errors += [Reason(*wrong) for wrong in identity.errors(row)]
            warnings += [Reason(*odd) for odd in identity.warnings(row, today.isoformat())]
        return found


class _Group:
    """Columns that fill one object, and the readers of their cells."""

    def __init__(
        self,
        kind: str,
        fields: Sequence[str | None],
        wanted: list[str | None],
        terms: dictionaries.Terms,
    ) -> None:
        rules = columns.rules(kind)
        names = [name for name in wanted if name]
        places = [fields.index(name) for name in names]
        self._steps = tuple((name, cells.reader(rules[name], terms)) for name in names)
        # One cell alone would come without its tuple.
        self._pick = itemgetter(*places) if len(places) > 1 else None
        self._places = places

    def read(self, line: Sequence[cells.Cell | None], into: dict[str, Any], found: Read) -> None:
        """Puts the values of the cells into the object, what is wrong or odd into the row."""
        picked = self._pick(line) if self._pick else [line[place] for place in self._places]
        for (name, read), cell in zip(self._steps, picked, strict=True):
            if not cell and (cell is None or cell == ""):
                continue
            if type(cell) is str:
                bare = cell.strip()
                if len(bare) != len(cell):
                    if not bare:
                        continue
                    found.warnings.append(Reason("surrounding-spaces", name))
                    cell = bare
                if cell[0] == "=":
                    found.warnings.append(Reason("excel-formula", name))
            try:
                value = read(cell)
            except cells.CellError as error:
                found.errors.append(Reason(str(error), name, str(cell)))
                continue
            # `-` for a number is how people write that there is none.
            if value != "":
                into[name] = value


def read(kind: str, named: dict[str, cells.Cell], today: date) -> Read:
    """Reads one row whose cells are named by field."""
    return Reader(kind, list(named)).read(list(named.values()), today)


def _put_subject(row: dict[str, Any], given: dict[str, Any], warnings: list[Reason]) -> None:
    """Puts the line's own fields into `subject`; another line's are only warned about."""
    own = columns.subject_fields(row["line"])
    subject = {}
    for name, value in given.items():
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
