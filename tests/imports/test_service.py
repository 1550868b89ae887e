"""Imports: every row ends with an outcome, files may come twice, workers may die."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import xlsxwriter

from chalicelib import aws, settings
from chalicelib.imports import plan, service, store
from chalicelib.organisations import service as organisations
from chalicelib.policies import service as policies

AT = datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC)
HEADERS = {
    "policy_no": "保单号",
    "version": "版本",
    "line": "险种",
    "status": "保单状态",
    "issued_on": "签单日期",
    "starts_on": "起保日",
    "ends_on": "终保日",
    "organisation": "机构代码",
    "insured_name": "被保人",
    "insured_id_type": "证件类型",
    "insured_id_no": "身份证号",
    "premium": "保费",
}

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(autouse=True)
def _an_organisation() -> None:
    organisations.take("organisations", [({"code": "4401", "name": "广州", "level": "city"}, "t")])


def row(**changes: str) -> dict[str, str]:
    """A policy as a file has it, with a number that no other test uses."""
    return {
        "policy_no": f"PDZA{uuid4().hex[:16].upper()}",
        "version": "1",
        "line": "机动车辆保险",
        "status": "有效",
        "issued_on": "2026/3/1",
        "starts_on": "20260302",
        "ends_on": "2027-03-01",
        "organisation": "4401",
        "insured_name": "阿卜杜拉·买买提",
        "insured_id_type": "居民身份证",
        "insured_id_no": "11010519491231002X",
        "premium": "3,280.50",
        **changes,
    }


def as_csv(rows: list[dict[str, str]], encoding: str = "utf-8-sig") -> bytes:
    """The rows under Chinese headers."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADERS.values())
    writer.writerows([found.get(name, "") for name in HEADERS] for found in rows)
    return out.getvalue().encode(encoding)


def drop(content: bytes, name: str, kind: str = "policies") -> store.File:
    """Puts a file where the core system puts it."""
    key = f"{kind}/{uuid4().hex[:8]}-{name}"
    bucket = settings.get("INCOMING_BUCKET")
    put = aws.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
    return store.File(bucket, key, put.get("VersionId"))


def work_queue() -> None:
    """Does what the queue holds, as the worker function would."""
    sqs = aws.client("sqs")
    queue = settings.get("IMPORT_QUEUE_URL")
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            body = json.loads(message["Body"])
            service.work(body["import_id"], body["range"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def report(file: store.File, content: bytes, name: str = "report.json") -> Any:
    """What came out of an import."""
    key = f"imports/{file.key}/{plan.digest([content])[:12]}/{name}"
    found = aws.client("s3").get_object(Bucket=settings.get("DOCUMENTS_BUCKET"), Key=key)
    text = found["Body"].read()
    return json.loads(text) if name.endswith("json") else text.decode("utf-8-sig")


def imported(content: bytes, name: str, kind: str = "policies") -> Any:
    """The report of a file that nothing disturbs."""
    file = drop(content, name, kind)
    service.begin(file, AT)
    work_queue()
    return report(file, content)


def totals(found: dict[str, Any]) -> tuple[int, ...]:
    """Total, accepted, unchanged, superseded, rejected."""
    names = ("total", "accepted", "unchanged", "superseded", "rejected")
    return tuple(found[name] for name in names)


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


def test_a_worker_that_dies_anywhere_leaves_the_report_of_a_clean_run(
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
    for number in (1, 1, 2):
        service._work(state.details, parts[number].details["bounds"], AT)
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
    sqs.purge_queue(QueueUrl=queue)
    one = row()
    imported(as_csv([one]), "a.csv")
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(message["Body"]) for message in messages] == [
        {"policy_no": one["policy_no"], "version": 1}
    ]


def test_organisations_are_upserts_whose_gaps_stay_as_they_were() -> None:
    code = uuid4().hex[:8]
    first = f"机构代码,机构名称,级别,行政区划\n{code},甲,总公司,440100\n".encode()
    second = f"机构代码,机构名称,级别\n{code},乙,总公司\n".encode()
    assert totals(imported(first, "o.csv", "organisations")) == (1, 1, 0, 0, 0)
    assert totals(imported(second, "o.csv", "organisations")) == (1, 1, 0, 0, 0)
    entry = organisations.entry("organisations", code)
    assert entry == {"code": code, "name": "乙", "level": "head_office", "region": "440100"}
