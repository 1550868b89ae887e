"""The reader enforces what the schema of each kind demands: what it lets through is valid."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import validation
from chalicelib.imports import columns, rows
from infra import generator
from infra.generator.portfolio import KINDS

TODAY = date(2026, 11, 21)
DRAWN = generator.portfolio(5, 60, today=TODAY)
CELLS = st.one_of(
    st.text(max_size=30),
    st.text("0123456789-./|;,年月日 ", max_size=20),
    st.integers(-(10**18), 10**18),
    st.floats(allow_nan=True, allow_infinity=True),
    st.booleans(),
    st.sampled_from(["x" * 3_000, "王" * 500, "|" * 300, "a|1|2|3;" * 250]),
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_generated_row_is_read_without_error_and_valid(kind: str) -> None:
    for found in list(DRAWN.rows(kind))[:60]:
        read = rows.read(kind, {name: cell for name, cell in found.items() if cell}, TODAY)
        assert read.errors == []
        validation.validate(f"imports/{kind}", read.row)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_whatever_stands_in_a_cell_what_is_read_without_error_is_valid(
    kind: str, data: st.DataObject
) -> None:
    found: dict[str, Any] = dict(data.draw(st.sampled_from(list(DRAWN.rows(kind))[:20])))
    name = data.draw(st.sampled_from(sorted(columns.rules(kind))))
    read = rows.read(kind, {**found, name: data.draw(CELLS)}, TODAY)
    if not read.errors:
        validation.validate(f"imports/{kind}", read.row)
