"""Cells: typed values, or a reason that tells how to mend them."""

from typing import Any

import pytest

from chalicelib.imports import cells, columns

RULES = columns.rules("policies")
AT = columns.rules("claims")["at"]


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
        ("premium", "1,234,567.8", 123456780),
        ("premium", ".5", 50),
        ("premium", 0.1 + 0.2, 30),
        ("premium", 3280.4999999999995, 328050),
        ("line", "机动车辆保险", "motor"),
        ("line", "motor", "motor"),
        ("status", "有效", "in_force"),
        ("motor_kind", "交强险", "compulsory"),
        ("marketing_consent", "是", True),
        ("marketing_consent", "FALSE", False),
        ("insured_id_no", " 11010519491231002x ", "11010519491231002X"),
        ("mobile", "+86 138-0013-8000", "13800138000"),
        ("mobile", 13800138000, "13800138000"),
        ("mobile", 13800138000.0, "13800138000"),
        ("insured_id_no", 110105491231002.0, "110105491231002"),
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
        ("premium", "3280,50", "no-amount"),
        ("premium", "1,2,3", "no-amount"),
        ("premium", "1_000", "no-amount"),
        ("mobile", 1380013800.5, "excel-number"),
        ("ends_on", "9999-12-31", "no-date"),
        ("starts_on", "0001/1/1", "no-date"),
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


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2026/6/1 9:30", "2026-06-01T01:30:00.000000Z"),
        ("2026-06-01 09:30:15", "2026-06-01T01:30:15.000000Z"),
        ("2026年6月1日", "2026-05-31T16:00:00.000000Z"),
        ("20260601", "2026-05-31T16:00:00.000000Z"),
        ("2026/6/1 24:00", "2026-06-01T16:00:00.000000Z"),
        ("2026-06-01T09:30:00+00:00", "2026-06-01T09:30:00.000000Z"),
    ],
)
def test_a_moment_is_written_like_a_date_with_a_time_of_day_or_none(cell: str, value: str) -> None:
    assert cells.read(cell, AT) == value


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("2026/6/31 9:30", "no-time"),
        ("2026-06-01 25:00", "no-time"),
        ("0001-01-01", "no-time"),
        ("46174.395833", "excel-serial-date"),
    ],
)
def test_a_moment_that_cannot_be_read_says_why(cell: str, reason: str) -> None:
    with pytest.raises(cells.CellError, match=reason):
        cells.read(cell, AT)


def test_columns_are_found_in_any_order_in_both_languages_with_aliases() -> None:
    found = columns.of("policies", ["保费", " 保单号* ", "insured_name", "颜色", "被保险人"])
    assert found.fields == ("premium", "policy_no", "insured_name", None, None)
    assert found.unknown == ["颜色", "被保险人"]
    assert "version" in found.missing
