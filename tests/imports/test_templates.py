"""Templates and files made by hand (I10): filled in, dropped, with maker, reviewer, totals."""

import io

import openpyxl
import pytest

from chalicelib import validation
from chalicelib.imports import service, templates
from chalicelib.policies import service as policies
from tests.imports.files import (
    AT,
    HEADERS,
    announce,
    drop,
    imported,
    report,
    row,
    totals,
    work_queue,
)

KINDS = validation.names("imports")


@pytest.fixture(autouse=True)
def _an_organisation(aws):
    announce()


def filled(rows, control=None):
    """The template of policies as somebody fills it in."""
    book = openpyxl.load_workbook(io.BytesIO(templates.make("policies")))
    sheet = book["数据"]
    places = {cell.value.strip("*"): cell.column for cell in sheet[1]}
    for offset, found in enumerate(rows):
        for name, header in HEADERS.items():
            sheet.cell(3 + offset, places[header], found[name])
    for label, value in (control or {}).items():
        (cell,) = [cell for cell in book["制表复核"]["A"] if cell.value == label]
        book["制表复核"].cell(cell.row, 2, value)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


BOTH = {"制表": "张三", "复核": "李四"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_template_has_the_columns_of_its_kind_types_lists_and_equal_bytes(kind):
    content = templates.make(kind)
    assert content == templates.make(kind)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == ["数据", "制表复核", "代码"]
    sheet = book["数据"]
    headers = [cell.value for cell in sheet[1]]
    schema = validation.load(f"imports/{kind}")
    for name, rule in schema["properties"].items():
        if "x-header" in rule:
            marked = f"*{rule['x-header']}" if name in schema["required"] else rule["x-header"]
            assert marked in headers
    assert sheet["A2"].value.startswith("示例")
    codes = [r for r in schema["properties"].values() if r.get("x-kind") == "code"]
    lists = [v for v in sheet.data_validations.dataValidation if v.type == "list"]
    assert len(lists) >= bool(codes)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_template_is_a_file_without_rows(kind):
    found = imported(templates.make(kind), "t.xlsx", kind)
    assert totals(found) == (0, 0, 0, 0, 0)
    assert not found["unknown_columns"]
    assert not found["missing_columns"]


def test_the_example_row_becomes_a_row_when_its_mark_is_taken_off():
    book = openpyxl.load_workbook(io.BytesIO(templates.make("policies")))
    mark = book["数据"]["A2"]
    mark.value = mark.value.removeprefix("示例: ")
    out = io.BytesIO()
    book.save(out)
    found = imported(out.getvalue(), "t.xlsx")
    assert (found["total"], found["rejected"]) == (1, 0), found["rejections"]


def test_a_filled_template_with_right_control_data_becomes_policies():
    rows = [row(), row(premium="0.50")]
    control = {**BOTH, "行数": 2, "合计保费": "3281.00"}
    found = imported(filled(rows, control), "t.xlsx")
    assert totals(found) == (2, 2, 0, 0, 0)
    assert found["control"] == {
        "maker": "张三",
        "reviewer": "李四",
        "rows": 2,
        "sums": {"premium": 328_100},
    }
    assert policies.version(rows[0]["policy_no"], 1)["premium"] == 328_050


def test_a_filled_template_without_control_data_counts_as_a_systems_file():
    found = imported(filled([row()]), "t.xlsx")
    assert totals(found) == (1, 1, 0, 0, 0)
    assert "control" not in found


@pytest.mark.parametrize(
    ("control", "reason"),
    [
        ({"制表": "张三"}, "control-incomplete"),
        ({**BOTH}, "control-incomplete"),
        ({**BOTH, "复核": " 张 三", "行数": 1}, "control-same-person"),
        ({**BOTH, "行数": 2}, "control-rows"),
        ({**BOTH, "行数": "many"}, "control-rows"),
        ({**BOTH, "行数": 1, "合计保费": 3280.51}, "control-sum"),
    ],
)
def test_control_data_that_are_wrong_refuse_the_file_whole(control, reason):
    one = row()
    found = imported(filled([one], control), "t.xlsx")
    assert totals(found) == (0, 0, 0, 0, 0)
    assert found["reasons"] == {reason: 1}
    assert found["refused"]
    assert policies.find(one["policy_no"]) is None


def by_hand(lines, rows):
    header = ",".join(HEADERS.values())
    body = [",".join(f'"{found[name]}"' for name in HEADERS) for found in rows]
    return "\n".join([*lines, header, *body, ""]).encode("gb18030")


def test_lines_above_the_header_of_a_csv_file_are_control_data_too():
    lines = ["保单清单", "制表:张三,复核:李四", "行数,2", "保费合计,6561.00"]
    content = by_hand(lines, [row(), row()])
    found = imported(content, "h.csv")
    assert totals(found) == (2, 2, 0, 0, 0)
    assert found["control"]["sums"] == {"premium": 656_100}
    wrong = by_hand([*lines[:3], "保费合计,6561.01"], [row(), row()])
    found = imported(wrong, "h.csv")
    assert found["reasons"] == {"control-sum": 1}
    assert "6561.01" in found["refused"]
    assert "6561.00" in found["refused_en"]


def test_a_maker_alone_above_the_header_is_a_title():
    found = imported(by_hand(["保单清单", "制表:张三"], [row()]), "h.csv")
    assert totals(found) == (1, 1, 0, 0, 0)


def test_the_example_row_of_a_template_saved_as_csv_is_passed_over():
    content = by_hand([], [{**row(), "policy_no": "示例:PDZA202644010000000001"}, row()])
    assert totals(imported(content, "h.csv")) == (1, 1, 0, 0, 0)


def test_control_data_are_checked_once_and_a_file_dropped_again_changes_nothing():
    content = filled([row()], {**BOTH, "行数": 1})
    file = drop(content, "t.xlsx")
    for _ in range(2):
        service.begin(file, AT)
        work_queue()
    assert report(file, content)["control"]["rows"] == 1
