"""Lists against a slow computation, their files, and runs that come twice, late or cut short."""

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pikepdf
import pytest

from chalicelib import aws, clock, settings
from chalicelib.contacts import service as contacts
from chalicelib.expiry import filing, making, periods, service, store
from chalicelib.organisations import service as organisations
from tests.conftest import Aws
from tests.expiry import portfolio

HEAD_OFFICE = "10000000"
UNITS = list(portfolio.UNITS)
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def policies(aws: Aws) -> Iterator[list[dict[str, Any]]]:
    """A generated portfolio with edges: customers with several policies, renewals, leap days."""
    aws.empty()
    found = portfolio.load(7, 150)
    found += _edges(found)
    portfolio.store(found, "edges")
    yield found
    aws.empty()


def _edges(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Copies of a motor policy that differ where lists go wrong."""
    motor = next(policy for policy in found if policy.get("vin"))
    motor = {name: part for name, part in motor.items() if name != "previous_policy_no"}
    edges = [
        ("LASTOFMONTH", "2026-11-30", "V1", "in_force"),
        ("FIRSTOFMONTH", "2026-12-01", "V2", "in_force"),
        ("LASTOFYEAR", "2026-12-31", "V3", "suspended"),
        ("LEAPDAY", "2028-02-29", "V4", "in_force"),
        ("NOTLEAP", "2027-02-28", "V5", "in_force"),
        ("CANCELLED", "2026-12-15", "V6", "cancelled"),
        ("BYVEHICLE", "2026-12-15", "V7", "in_force"),
        ("BYNUMBER", "2026-12-15", "V8", "in_force"),
        ("RENEWALGONE", "2026-12-15", "V9", "in_force"),
    ]
    made = [_edge(motor, *edge) for edge in edges]
    made.append(_edge(motor, "NEXT-OF-VEHICLE", "2027-12-15", "V7", "pending"))
    by_number = {"previous_policy_no": "EDGE-BYNUMBER", "insured_id_no": "91440101MA59ABCDE1"}
    by_number["insured_id_type"] = "credit_code"
    made.append({**_edge(motor, "NEXT-BY-NUMBER", "2027-12-15", "V8B", "in_force"), **by_number})
    cancelled = _edge(motor, "NEXT-CANCELLED", "2027-12-15", "V9", "cancelled")
    made.append({**cancelled, "previous_policy_no": "EDGE-RENEWALGONE"})
    return made


def _edge(motor: dict[str, Any], name: str, ends_on: str, vin: str, status: str) -> dict[str, Any]:
    starts_on = date.fromisoformat(ends_on) - timedelta(days=364)
    return {
        **motor,
        "policy_no": f"EDGE-{name}",
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on,
        "vin": vin,
        "plate_no": f"粤B{vin}",
        "status": status,
    }


def run(at: datetime, *only: str, filed: bool = False) -> dict[str, int]:
    """A scheduled run with its queue worked off in this process, as far as these periods go.

    `filed`: their PDFs too, with which the manifest is written; they are most of a run's time.
    """
    begun = service.begin(at)
    while messages := _receive():
        for message in messages:
            if not only or message["period"] in only:
                service.work(message)
    if filed:
        file_all()
    return begun


def file_all() -> None:
    """What render_document does of the lists that were made."""
    while messages := _receive("RENDER_QUEUE_URL"):
        for message in messages:
            if message.get("kind") == "expiry_list":
                service.render(message["reference"])


def _receive(name: str = "EXPIRY_QUEUE_URL") -> list[dict[str, Any]]:
    queue, sqs = settings.get(name), aws.client("sqs")
    found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return [json.loads(message["Body"]) for message in found]


def stored(key: str) -> bytes:
    bucket = settings.get("DOCUMENTS_BUCKET")
    content: bytes = aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return content


def listed(key: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(stored(key).decode("utf-8-sig"))))


def written(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


def manifest(period: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(stored(f"expiry/{period}/manifest.json"))
    return found


@pytest.fixture(scope="module")
def lists(policies: list[dict[str, Any]]) -> dict[str, int]:
    return run(datetime(2026, 11, 21, 6, tzinfo=SHANGHAI), filed=True)


def test_lists_of_every_organisation_equal_a_slow_computation(policies, lists):
    for key in ("2026-11", "2026-12", "2027-01", "days/2026-11-21/60", "days/2026-11-21/30"):
        period, found = periods.parse(key), manifest(key)["organisations"]
        for organisation in organisations.parents():
            expected, renewed = portfolio.slowly(policies, organisation, period.first, period.last)
            if organisation not in found:
                assert (expected, renewed) == (set(), 0)
                continue
            numbers = [row["保单号"] for row in listed(f"expiry/{key}/{organisation}.csv")]
            assert sorted(numbers) == sorted(expected), (key, organisation)
            assert found[organisation]["policies"] == len(expected)
            assert found[organisation]["renewed"] == renewed


def test_edges_fall_where_the_calendar_says(lists):
    november = {row["保单号"] for row in listed(f"expiry/2026-11/{HEAD_OFFICE}.csv")}
    december = {row["保单号"] for row in listed(f"expiry/2026-12/{HEAD_OFFICE}.csv")}
    assert "EDGE-LASTOFMONTH" in november
    assert {"EDGE-FIRSTOFMONTH", "EDGE-LASTOFYEAR", "EDGE-RENEWALGONE"} <= december
    assert not december & {"EDGE-CANCELLED", "EDGE-BYVEHICLE", "EDGE-BYNUMBER"}


def test_a_leap_day_belongs_to_february(policies, aws, tmp_path):
    for key, number in (("2028-02", "EDGE-LEAPDAY"), ("2027-02", "EDGE-NOTLEAP")):
        making.make(periods.parse(key), HEAD_OFFICE, UNITS, tmp_path)
        assert number in (tmp_path / f"{HEAD_OFFICE}.csv").read_text("utf-8-sig")


def test_policies_of_one_customer_stand_together(lists):
    for key in ("2026-11", "2026-12"):
        customers = [row["客户序号"] for row in listed(f"expiry/{key}/{HEAD_OFFICE}.csv")]
        assert customers == sorted(customers, key=int)
        assert len(set(customers)) == manifest(key)["organisations"][HEAD_OFFICE]["customers"]


def test_the_same_run_again_changes_no_byte_and_no_version(policies, lists):
    before = [stored("expiry/2026-12/manifest.json"), _versions("expiry/2026-12/")]
    run(datetime(2026, 11, 22, 6, tzinfo=SHANGHAI), "2026-12", filed=True)
    assert [stored("expiry/2026-12/manifest.json"), _versions("expiry/2026-12/")] == before


def _versions(prefix: str) -> dict[str, int]:
    bucket, found = settings.get("DOCUMENTS_BUCKET"), {}
    pages = aws.client("s3").get_paginator("list_object_versions")
    for page in pages.paginate(Bucket=bucket, Prefix=prefix):
        for version in page.get("Versions", []):
            if not version["Key"].endswith("manifest.json"):
                found[version["Key"]] = found.get(version["Key"], 0) + 1
    return found


def test_a_changed_policy_shows_as_a_difference_up_to_the_head_office(policies, lists):
    row = next(policy for policy in policies if policy["policy_no"] == "EDGE-LASTOFYEAR")
    before = manifest("2026-12")["organisations"]
    changed = {**row, "version": row["version"] + 1, "premium": row["premium"] + 100}
    assert portfolio.store([changed], "changed") == ["accepted"]
    run(datetime(2026, 11, 23, 6, tzinfo=SHANGHAI), "2026-12", filed=True)
    after = manifest("2026-12")["organisations"]
    differing = {code for code in after if after[code] != before.get(code)}
    parents = organisations.parents()
    above, code = set(), row["organisation"]
    while code:
        above.add(code)
        code = parents[code]
    assert differing == above
    assert after[HEAD_OFFICE]["premium"] == before[HEAD_OFFICE]["premium"] + 100


def test_a_run_that_comes_late_gives_the_lists_of_the_intended_day(policies, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2027, 3, 9, tzinfo=UTC))
    begun = run(datetime(2026, 11, 24, 6, tzinfo=SHANGHAI), "days/2026-11-24/7")
    assert list(begun) == [
        "2026-11",
        "2026-12",
        "2027-01",
        "days/2026-11-24/60",
        "days/2026-11-24/30",
        "days/2026-11-24/7",
    ]


def test_a_newer_run_takes_the_place_of_an_unfinished_one(policies):
    service.begin(datetime(2026, 11, 25, 6, tzinfo=SHANGHAI))
    left = _receive()
    run(datetime(2026, 11, 25, 6, tzinfo=SHANGHAI), "2026-12", filed=True)
    before = stored("expiry/2026-12/manifest.json")
    for message in left:
        service.work(message)
    file_all()
    assert stored("expiry/2026-12/manifest.json") == before


def test_a_list_that_became_empty_is_written_empty(policies, lists):
    row = next(policy for policy in policies if policy["policy_no"] == "EDGE-FIRSTOFMONTH")
    alone = {**row, "policy_no": "EDGE-ALONE", "ends_on": "2027-01-09", "vin": "V11"}
    alone |= {"organisation": _empty_unit(policies), "plate_no": "粤BV11"}
    portfolio.store([alone], "alone")
    run(datetime(2026, 11, 26, 6, tzinfo=SHANGHAI), "2027-01")
    key = f"expiry/2027-01/{alone['organisation']}.csv"
    assert [row["保单号"] for row in listed(key)] == ["EDGE-ALONE"]
    portfolio.store([{**alone, "version": alone["version"] + 1, "status": "cancelled"}], "gone")
    run(datetime(2026, 11, 27, 6, tzinfo=SHANGHAI), "2027-01")
    assert listed(key) == []


def _empty_unit(policies: list[dict[str, Any]]) -> str:
    busy = {policy["organisation"] for policy in policies}
    everybody = organisations.parents()
    return next(code for code in everybody if code not in busy and code not in everybody.values())


@pytest.fixture(scope="module")
def files(policies: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lists")
    making.make(periods.parse("2026-12"), HEAD_OFFICE, UNITS, folder)
    return folder


def test_the_spreadsheet_has_real_types_filters_a_frozen_header_and_a_print_setup(files):
    sheet = openpyxl.load_workbook(files / f"{HEAD_OFFICE}.xlsx").worksheets[0]
    header = [cell.value for cell in sheet[1]]
    first = dict(zip(header, sheet[2], strict=True))
    assert first["终保日期"].is_date
    assert isinstance(first["保费"].value, int | float)
    assert first["保费"].number_format == "#,##0.00"
    assert first["保单号"].data_type == "s"
    assert sheet.freeze_panes == "D2"
    assert sheet.auto_filter.ref == f"A1:AD{sheet.max_row}"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.column_dimensions["K"].width > 20


def test_spreadsheet_and_csv_hold_the_same_cells(files):
    sheet = openpyxl.load_workbook(files / f"{HEAD_OFFICE}.xlsx").worksheets[0]
    header, *rows = sheet.iter_rows(values_only=True)
    lines = written(files / f"{HEAD_OFFICE}.csv")
    assert len(rows) == len(lines)
    for row, line in zip(rows, lines, strict=True):
        for name, cell in zip(header, row, strict=True):
            assert _as_in_csv(cell, name) == line[name]


def _as_in_csv(cell: Any, name: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return f"{cell:.2f}" if name in ("保费", "保险金额", "本期赔款") else str(cell)


def test_a_cell_that_looks_like_a_formula_is_text_everywhere(policies, tmp_path):
    row = next(policy for policy in policies if policy["policy_no"] == "EDGE-FIRSTOFMONTH")
    hostile = {**row, "policy_no": "EDGE-HOSTILE", "insured_name": "=1+1", "ends_on": "2031-05-04"}
    portfolio.store([{**hostile, "vin": "V12", "plate_no": "粤BV12"}], "hostile")
    making.make(periods.parse("2031-05"), row["organisation"], [row["organisation"]], tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / f"{row['organisation']}.xlsx").worksheets[0]
    assert sheet["C2"].value == "=1+1"
    assert sheet["C2"].data_type == "s"
    lines = written(tmp_path / f"{row['organisation']}.csv")
    assert lines[0]["被保人"] == "'=1+1"


def test_an_agent_gets_his_own_customers_only(policies, tmp_path):
    row = next(policy for policy in policies if policy.get("agent"))
    making.make(periods.parse("2026-12"), HEAD_OFFICE, UNITS, tmp_path, row["agent"])
    lines = written(tmp_path / f"{HEAD_OFFICE}.csv")
    assert {line["业务员工号"] for line in lines} <= {row["agent"]}


def test_the_filing_copy_is_tagged_and_names_the_other_files_by_digest(files):
    page = (files / f"{HEAD_OFFICE}.html").read_text("utf-8")
    assert hashlib.sha256((files / f"{HEAD_OFFICE}.csv").read_bytes()).hexdigest() in page
    with pikepdf.open(io.BytesIO(filing.sheet(page))) as pdf:
        assert "/StructTreeRoot" in pdf.Root
        assert pdf.open_metadata()["pdfaid:part"] == "3"
        assert len(pdf.pages) > 1


def test_state_of_a_run_holds_nothing_personal(lists):
    for item in store.ExpiryItem.query("2026-12"):
        found = item.result or {}
        names = {"policies", "renewed", "customers", "premium", "files", "agents"}
        assert set(found) <= names
        for own in found.get("agents", {}).values():
            assert set(own) == {"policies", "premium", "files"}


def test_a_wrong_number_stays_out_and_the_newest_good_one_is_named_with_its_source(
    policies, tmp_path
):
    row = next(policy for policy in policies if policy["policy_no"] == "EDGE-FIRSTOFMONTH")
    called = {**row, "policy_no": "EDGE-CALLED", "ends_on": "2032-05-04", "vin": "V13"}
    portfolio.store([{**called, "plate_no": "粤BV13", "mobile": "13800138001"}], "called")
    wrong = {"phone": "13800138001", "reported_on": "2031-06-01", "reason": "空号"}
    newer = {"policy_no": "EDGE-CALLED", "phone": "13800138002", "phone_kind": "mobile"}
    newer |= {"source": "claim_report", "recorded_on": "2031-05-01"}
    contacts.take([(wrong, "wrong#1"), (newer, "newer#1")])
    unit = row["organisation"]
    making.make(periods.parse("2032-05"), unit, [unit], tmp_path)
    (line,) = written(tmp_path / f"{unit}.csv")
    assert (line["移动电话"], line["移动电话来源"]) == ("13800138002", "报案")
