"""Cells: typed values, or a reason that tells how to mend them."""

from typing import Any

import pytest

from chalicelib.imports import cells, columns

RULES = columns.rules("policies")


@pytest.mark.parametrize(
    ("field", "cell", "value"),
    [
        ("starts_on", "2026-01-31", "2026-01-31"),
        ("starts_on", "2026/1/31", "2026-01-31"),
        ("starts_on", "20260131", "2026-01-31"),
        ("starts_on", "2026年1月31日", "2026-01-31"),
        ("starts_on", "2026-01-31 00:00:00", "2026-01-31"),
        ("starts_on", 20260131, "2026-01-31"),
        ("premium", "3280.50", 328050),
        ("premium", "¥3,280.50", 328050),
        ("premium", 3280.5, 328050),
        ("premium", "0", 0),
        ("premium", "'-0", 0),
        ("line", "机动车辆保险", "motor"),
        ("line", "motor", "motor"),
        ("status", "有效", "in_force"),
        ("motor_kind", "交强险", "compulsory"),
        ("marketing_consent", "是", True),
        ("marketing_consent", "FALSE", False),
        ("insured_id_no", " 11010519491231002x ", "11010519491231002X"),
        ("mobile", "+86 138-0013-8000", "13800138000"),
        ("mobile", 13800138000, "13800138000"),
        ("insured_name", "'=王", "=王"),
        ("version", "3", 3),
        (
            "covers",
            "机动车损失保险|150000|2280.50|0;第三者责任保险|1000000|1000",
            [
                {
                    "name": "机动车损失保险",
                    "sum_insured": 15_000_000,
                    "premium": 228_050,
                    "deductible": "0",
                },
                {
                    "name": "第三者责任保险",
                    "sum_insured": 100_000_000,
                    "premium": 100_000,
                    "deductible": None,
                },
            ],
        ),
    ],
)
def test_a_cell_becomes_its_value(field: str, cell: Any, value: Any) -> None:
    assert cells.read(cell, RULES[field]) == value


@pytest.mark.parametrize(
    ("field", "cell", "reason"),
    [
        ("starts_on", "2026-02-30", "no-date"),
        ("starts_on", "soon", "no-date"),
        ("starts_on", 46053, "excel-serial-date"),
        ("starts_on", "46053", "excel-serial-date"),
        ("premium", "much", "no-amount"),
        ("premium", "1.005", "no-amount"),
        ("premium", "NaN", "no-amount"),
        ("premium", "Infinity", "no-amount"),
        ("premium", "-1", "negative"),
        ("line", "火险", "not-listed"),
        ("marketing_consent", "maybe", "not-listed"),
        ("insured_id_no", 4.40102e17, "excel-number"),
        ("insured_id_no", "4.40102E+17", "excel-number"),
        ("version", "1.5", "no-number"),
        ("version", "0", "out-of-range"),
        ("covers", "|1|2", "no-cover-list"),
        ("insured_name", "a\x00b", "control-character"),
        ("insured_name", "王" * 401, "too-long"),
        ("organisation", "../4401", "pattern"),
    ],
)
def test_a_cell_that_cannot_be_read_says_why(field: str, cell: Any, reason: str) -> None:
    with pytest.raises(cells.CellError, match=reason):
        cells.read(cell, RULES[field])


def test_columns_are_found_in_any_order_in_both_languages_with_aliases() -> None:
    found = columns.of("policies", ["保费", " 保单号* ", "insured_name", "颜色", "被保险人"])
    assert found.fields == ("premium", "policy_no", "insured_name", None, None)
    assert found.unknown == ["颜色", "被保险人"]
    assert "version" in found.missing
