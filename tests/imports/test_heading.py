"""Headings: found below titles, in one row or two, whatever separates the columns."""

import pytest

from chalicelib.imports import heading, tables


def lines(*rows: list[str]) -> list[tables.Line]:
    """Rows with their line numbers."""
    return [tables.Line(place, list(row)) for place, row in enumerate(rows, 1)]


def test_title_rows_above_the_header_are_passed_over() -> None:
    found = heading.find(
        "contacts", lines(["联系信息登记表"], ["制表人:张三", ""], ["保单号", "电话"], ["P1", "1"])
    )
    assert found == heading.Heading(["保单号", "电话"], 4)


def test_a_merged_header_over_two_rows_is_joined() -> None:
    found = heading.find(
        "policies",
        lines(
            ["保单号", "投保人", "", "", "被保险人", ""],
            ["", "姓名", "证件类型", "证件号码", "姓名", "性别"],
            ["P1", "王", "居民身份证", "1", "李", "男"],
        ),
    )
    assert found is not None
    assert found.first_line == 3
    assert found.headers[:4] == ["保单号", "投保人姓名", "投保人证件类型", "投保人证件号码"]


def test_the_same_header_in_both_languages_is_one_header() -> None:
    found = heading.find(
        "contacts", lines(["保单号", "电话"], ["policy_no", "phone"], ["P1", "13800138000"])
    )
    assert found == heading.Heading(["保单号", "电话"], 3)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_the_one_that_makes_sense_of_the_header(separator: str) -> None:
    text = f"说明:a,b,c,d,e\n保单号{separator}电话\nP1{separator}1\n"
    found, by = heading.of_text("contacts", text)
    assert (found.headers, found.first_line, by) == (["保单号", "电话"], 3, separator)


def test_a_file_without_any_known_column_has_no_heading() -> None:
    with pytest.raises(tables.NoTableError, match="no-known-header"):
        heading.of_text("contacts", "a,b\n1,2\n")
