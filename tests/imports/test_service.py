"""Imports: every row ends with an outcome, files may come twice, workers may die."""

import csv
import io
import json
from datetime import datetime
from uuid import uuid4

import pytest
import xlsxwriter

from chalicelib import aws, settings
from chalicelib.contacts import service as contacts
from chalicelib.imports import plan, service, store, working
from chalicelib.organisations import service as organisations
from chalicelib.policies import service as policies
from tests.imports.files import (
    AT,
    HEADERS,
    KilledError,
    announce,
    as_csv,
    die,
    drop,
    imported,
    report,
    row,
    totals,
    work_queue,
)

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(autouse=True)
def _an_organisation() -> None:
    announce()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_in_any_encoding_becomes_policies(encoding: str) -> None:
    one, other = row(insured_name="王𠮷"), row()
    assert totals(imported(as_csv([one, other], encoding), "a.csv")) == (2, 2, 0, 0, 0)
    found = policies.version(one["policy_no"], 1)
    assert found["insured_name"] == "王𠮷"
    assert found["premium"] == 328_050


def test_a_spreadsheet_with_real_dates_and_numbers_becomes_policies() -> None:
    one = row()
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADERS.values())
        for column, name in enumerate(HEADERS):
            sheet.write(1, column, one[name])
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        starts = datetime(2026, 3, 2)  # noqa: DTZ001 - spreadsheets know no time zones
        sheet.write_datetime(1, 5, starts, day)
        sheet.write_number(1, 11, 3280.5)
        sheet.write_number(1, 1, 1)
    assert totals(imported(out.getvalue(), "a.xlsx")) == (1, 1, 0, 0, 0)
    found = policies.version(one["policy_no"], 1)
    assert (found["starts_on"], found["premium"]) == ("2026-03-02", 328_050)


def test_json_lines_take_english_and_chinese_names() -> None:
    one, other = row(), {HEADERS[name]: value for name, value in row().items()}
    content = "\n".join(json.dumps(found, ensure_ascii=False) for found in (one, other, "x"))
    found = imported(content.encode(), "a.jsonl")
    assert totals(found) == (3, 2, 0, 0, 1)
    assert found["reasons"] == {"not-json": 1}


def test_rejected_rows_come_back_and_can_be_corrected_and_dropped_again() -> None:
    good = row()
    bad = [
        row(insured_id_no="15000019970319128X"),
        row(ends_on="2026-01-01"),
        row(premium="free"),
        row(organisation="9999"),
        row(insured_name="=HYPERLINK(1)", line="火险"),
        row(policy_no=""),
    ]
    content = as_csv([good, *bad])
    file = drop(content, "a.csv")
    service.begin(file, AT)
    work_queue()
    found = report(file, content)
    assert totals(found) == (7, 1, 0, 0, 6)
    assert found["reasons"] == {
        "checksum": 1,
        "end-before-start": 1,
        "no-amount": 1,
        "not-listed": 1,
        "required": 1,
        "unknown-organisation": 1,
    }
    text = report(file, content, "rejected.csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [found["行号"] for found in rows] == ["3", "4", "5", "6", "7", "8"]
    assert "证件号码校验位" in rows[0]["原因"]
    assert rows[4]["被保人"] == "'=HYPERLINK(1)"
    mended = text.replace("火险", "车险")
    mended = mended.replace("机动车辆保险", "motor").replace("车险", "motor")
    again = imported(mended.encode("utf-8-sig"), "mended.csv")
    assert totals(again) == (6, 1, 0, 0, 5)
    assert again["unknown_columns"] == []
    assert policies.version(rows[4]["保单号"], 1)["insured_name"] == "=HYPERLINK(1)"


def test_the_same_file_again_changes_nothing_and_keeps_its_first_report() -> None:
    content = as_csv([row()])
    file = drop(content, "a.csv")
    service.begin(file, AT)
    work_queue()
    first = report(file, content)
    service.begin(file, AT)
    work_queue()
    assert report(file, content) == first
    assert totals(imported(content, "other-name.csv")) == (1, 0, 1, 0, 0)


def test_a_worker_thatdies_anywhere_leaves_the_report_of_a_clean_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plan.make, "__kwdefaults__", {"range_bytes": 400})
    rows = [row() for _ in range(8)] + [row(premium="x")]
    content = as_csv(rows)
    file = drop(content, "a.csv")
    service.begin(file, AT)
    import_id = f"{file.key}/{plan.digest([content])[:12]}"
    state = store.get(import_id)
    assert state is not None
    parts = store.ranges(import_id)
    assert len(parts) > 2
    # Rows are stored, then the worker dies before its range is counted off; twice.
    with monkeypatch.context() as patch:
        patch.setattr(store, "done", die)
        for number in (1, 1, 2):
            with pytest.raises(KilledError):
                service.work(import_id, number)
    service.begin(file, AT)
    work_queue()
    assert totals(report(file, content)) == (9, 8, 0, 0, 1)


@pytest.mark.parametrize(
    ("content", "name", "kind", "reason"),
    [
        (b"", "a.csv", "policies", "empty"),
        (b"\x00\x01\x02 nothing", "a.csv", "policies", "no-known-header"),
        (b"PK nothing", "a.xlsx", "policies", "no-spreadsheet"),
        (b"%PDF-1.7", "a.pdf", "policies", "unknown-format"),
        (b"a,b\n1,2\n", "a.csv", "recipes", "unknown-kind"),
    ],
)
def test_a_file_that_is_no_table_is_refused_whole_with_a_reason(
    content: bytes, name: str, kind: str, reason: str
) -> None:
    found = imported(content, name, kind)
    assert totals(found) == (0, 0, 0, 0, 0)
    assert found["reasons"] == {reason: 1}
    assert found["refused"]


def test_accepted_policies_are_queued_for_their_documents() -> None:
    sqs, queue = aws.client("sqs"), settings.get("RENDER_QUEUE_URL")
    one = row()
    imported(as_csv([one]), "a.csv")
    queued = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        queued += [json.loads(message["Body"]) for message in messages]
    assert {"policy_no": one["policy_no"], "version": 1} in queued


def test_organisations_are_upserts_whose_gaps_stay_as_they_were() -> None:
    code = uuid4().hex[:8]
    first = f"机构代码,机构名称,级别,行政区划\n{code},甲,总公司,440100\n".encode()
    second = f"机构代码,机构名称,级别\n{code},乙,总公司\n".encode()
    assert totals(imported(first, "o.csv", "organisations")) == (1, 1, 0, 0, 0)
    assert totals(imported(second, "o.csv", "organisations")) == (1, 1, 0, 0, 0)
    entry = organisations.entry("organisations", code)
    assert entry == {"code": code, "name": "乙", "level": "head_office", "region": "440100"}


def test_a_worker_whose_time_runs_short_pauses_between_batches_and_another_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(working, "BATCH", 3)
    content = as_csv([*(row() for _ in range(10)), row(premium="x")])
    file = drop(content, "a.csv")
    service.begin(file, AT)
    import_id = f"{file.key}/{plan.digest([content])[:12]}"
    work_queue(remaining=lambda: 0.0)
    assert totals(report(file, content)) == (11, 10, 0, 0, 1)
    assert len(store.part(import_id, 0).details["pieces"]) == 4


def wrong_half(good: int, bad: int) -> bytes:
    """A file with so many good and bad rows."""
    return as_csv([*(row() for _ in range(good)), *(row(premium="x") for _ in range(bad))])


def test_a_large_file_mostly_wrong_is_stopped_before_anything_is_written_and_can_be_forced() -> (
    None
):
    content = wrong_half(499, 501)
    file = drop(content, "a.csv")
    service.begin(file, AT)
    work_queue()
    found = report(file, content)
    assert totals(found) == (1000, 0, 0, 0, 1000)
    assert found["reasons"] == {"no-amount": 501, "file-stopped": 499}
    assert found["stopped"]
    first = next(iter(csv.DictReader(io.StringIO(content.decode("utf-8-sig")))))
    assert policies.find(first["保单号"]) is None
    service.begin(file, AT)
    work_queue()
    assert report(file, content) == found
    import_id = f"{file.key}/{plan.digest([content])[:12]}"
    assert service.retry(import_id, force=True)
    work_queue()
    assert totals(report(file, content)) == (1000, 499, 0, 0, 501)
    assert policies.find(first["保单号"]) is not None


def test_a_stopped_file_that_is_dropped_again_with_force_is_taken() -> None:
    content = wrong_half(499, 501)
    file = drop(content, "a.csv")
    service.begin(file, AT)
    work_queue()
    assert report(file, content)["stopped"]
    forced = aws.client("s3").put_object(
        Bucket=file.bucket, Key=file.key, Body=content, Metadata={"force": "true"}
    )
    service.begin(file._replace(version=forced["VersionId"]), AT)
    work_queue()
    assert totals(report(file, content)) == (1000, 499, 0, 0, 501)


@pytest.mark.parametrize(("good", "bad"), [(500, 500), (300, 699)])
def test_half_wrong_or_below_a_thousand_rows_is_taken(good: int, bad: int) -> None:
    found = imported(wrong_half(good, bad), "a.csv")
    assert totals(found) == (good + bad, good, 0, 0, bad)


def test_a_file_dropped_with_force_is_not_checked() -> None:
    content = wrong_half(400, 601)
    file = drop(content, "a.csv", metadata={"force": "true"})
    service.begin(file, AT)
    work_queue()
    assert totals(report(file, content)) == (1001, 400, 0, 0, 601)


def test_reasons_name_row_column_and_masked_value_in_both_languages() -> None:
    found = imported(as_csv([row(), row(insured_id_no="4.40102E+17")]), "a.csv")
    (reason,) = found["rejections"]
    assert (reason["row"], reason["column"], reason["field"], reason["code"]) == (
        3,
        "身份证号",
        "insured_id_no",
        "excel-number",
    )
    assert "第 3 行「身份证号」“4.4****E+17”:" in reason["detail"]["zh-CN"]
    assert reason["detail"]["en"].startswith('row 3, insured_id_no "4.4****E+17": ')


def test_oddities_are_counted_as_warnings_and_identity_items_by_who_sold() -> None:
    odd = row(insured_name=" 王 ", issued_on="2027-01-01", organisation="4401")
    found = imported(as_csv([odd]), "a.csv")
    assert totals(found) == (1, 1, 0, 0, 0)
    assert found["warnings"] == {
        "identity-item-missing": 1,
        "in-the-future": 1,
        "surrounding-spaces": 1,
    }
    figures = found["identity_items"]["organisation"]["4401"]
    assert (figures["rows"], figures["complete"]) == (1, 0)
    assert figures["missing"]["policyholder_phone"] == 1


def test_what_belongs_to_another_line_or_names_nobody_we_know_only_warns() -> None:
    vehicle = {"plate_no": "粤A12345", "motor_kind": "commercial", "vin": "LATPAB071W1005301"}
    rows = [
        row(line="cargo", channel_code="nobody", **vehicle),
        row(channel_type="direct", channel_code="desk 4", **vehicle),
    ]
    content = "\n".join(json.dumps(one, ensure_ascii=False) for one in rows).encode()
    found = imported(content, "a.jsonl")
    assert totals(found) == (2, 2, 0, 0, 0)
    assert found["warnings"]["column-of-another-line"] == 1
    assert found["warnings"]["unknown-intermediary"] == 1


def test_an_organisation_code_whose_zeros_were_cut_off_says_so() -> None:
    organisations.take("organisations", [({"code": "0571", "name": "杭州", "level": "city"}, "t")])
    found = imported(as_csv([row(organisation="571")]), "a.csv")
    assert found["reasons"] == {"leading-zeros-lost": 1}


def test_a_quote_that_is_never_closed_refuses_the_file_and_says_where(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plan, "QUOTED_BYTES", 2000)
    lines = (
        as_csv([row(premium="1") for _ in range(30)]).decode("utf-8-sig").splitlines(keepends=True)
    )
    lines[4] = '"' + lines[4]
    found = imported("".join(lines).encode(), "a.csv")
    assert found["reasons"] == {"quote-not-closed": 1}
    assert found["refused"].startswith("第 5 行:")


def test_contacts_and_wrong_contacts_come_by_file() -> None:
    policy_no, phone = row()["policy_no"], f"13{uuid4().int % 10**9:09d}"
    known = f"保单号,电话,电话类型,来源,登记日期\n{policy_no},{phone},移动电话,承保,2026-01-01\n"
    assert totals(imported(known.encode(), "c.csv", "contacts")) == (1, 1, 0, 0, 0)
    assert [found.phone for found in contacts.good_numbers(policy_no)] == [phone]
    wrong = f"电话,登记日期,原因\n{phone},2026-02-01,空号\n"
    assert totals(imported(wrong.encode(), "w.csv", "wrong-contacts")) == (1, 1, 0, 0, 0)
    assert contacts.good_numbers(policy_no) == []


def test_titles_above_the_header_and_lines_within_a_large_header_keep_their_numbers() -> None:
    content = "2026 年保单清单\n\n".encode() + as_csv([row(premium="x")], "utf-8")
    file = drop(content, "a.csv")
    service.begin(file, AT)
    work_queue()
    text = report(file, content, "rejected.csv")
    assert [found["行号"] for found in csv.DictReader(io.StringIO(text))] == ["4"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (as_csv([row()]).decode("utf-8-sig").encode("utf-16"), "utf-16"),
        (b"PK\x03\x04" + bytes(100), "workbook-named-otherwise"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "workbook-named-otherwise"),
        (b"%PDF-1.4", "no-text"),
        (b"", "empty"),
    ],
)
def test_what_is_told_by_its_first_bytes_is_refused_by_its_name(
    content: bytes, reason: str
) -> None:
    found = imported(content, "a.csv")
    assert (totals(found), found["reasons"]) == ((0, 0, 0, 0, 0), {reason: 1})
    assert found["refused"]


def test_a_cell_of_a_workbook_may_hold_any_end_of_line() -> None:
    one = row(insured_name="\u738b\u2028\x85\u5c0f\u660e")
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADERS.values())
        sheet.write_row(1, 0, [one[name] for name in HEADERS])
    assert totals(imported(out.getvalue(), "a.xlsx")) == (1, 1, 0, 0, 0)


def test_a_version_that_says_otherwise_is_named_with_its_number() -> None:
    one = row()
    found = imported(as_csv([one, {**one, "premium": "5"}]), "a.csv")
    (why,) = found["rejections"]
    assert (why["code"], why["row"], why["value"]) == ("version-conflict", 3, "1")
