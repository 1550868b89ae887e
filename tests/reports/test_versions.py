"""Reports that nobody overwrites, signs alone or forgets: versions, signatures, submissions."""

import io
import itertools
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import openpyxl
import pikepdf
import pytest

from chalicelib import aws as clients
from chalicelib import clock, events, settings, validation
from chalicelib.figures import service as figures
from chalicelib.partners import service as partners
from chalicelib.reports import deadlines, filed, periods, register, service, spreadsheet
from chalicelib.reports.gathering import UnbalancedError
from chalicelib.reports.periods import Quarter
from chalicelib.reports.tallies import Tally
from tests.conftest import Aws
from tests.door import Door, Reply
from tests.figures.world import World, announce
from tests.reports.conftest import printed, report, stored

TREE: dict[str, tuple[str, str | None]] = {
    "1": ("head_office", None),
    "21": ("province", "1"),
    "22": ("province", "1"),
    "2101": ("city", "21"),
    "2201": ("city", "22"),
}
DAYS = [date(2025, 4, 1), date(2025, 4, 2), date(2025, 6, 30)]
AFTER = datetime(2025, 7, 1, 3, 30, tzinfo=clock.SHANGHAI)
PERIOD = "2025Q2"


@pytest.fixture(scope="module")
def world(aws: Aws) -> World:
    """A small company and quarter, reported once."""
    aws.empty()
    announce(TREE)
    found = World(7)
    for day in DAYS:
        for organisation in ("2101", "2201"):
            at = clock.start_of_day(day) + timedelta(hours=10)
            query = found.query(at, outcome="verified", organisation=organisation, partner="iac")
            found.look(query, "claims")
    found.objection(clock.start_of_day(DAYS[0]), organisation="2101", violation=True)
    found.write()
    for day in DAYS:
        figures.make(day)
    with aws.guard.acting("report_quarter"):
        events.report_quarter({"time": AFTER.isoformat()}, SimpleNamespace(aws_request_id="test"))
    return found


@pytest.fixture(scope="module")
def late(world: World) -> dict[str, bytes]:
    """The files of the first versions as they stood, before an event came late and all ran anew."""
    units = ("21", "22", "head_office")
    before = {unit: stored(f"reports/{PERIOD}/{unit}/0001/report.json") for unit in units}
    came = world.query(clock.start_of_day(DAYS[1]), outcome="failed", organisation="2101")
    world.write_queries([came], [])
    figures.make(DAYS[1])
    service.run(AFTER)
    return before


class Officers:
    """People who sign, at the door."""

    def __init__(self, door: Door, token: Callable[..., str]) -> None:
        self.door = door
        people = {
            "a": ("reporting_officer", "21"),
            "b": ("compliance_reviewer", "21"),
            "c": ("reporting_officer", "21"),
            "other": ("compliance_reviewer", "22"),
            "head": ("reporting_officer", "1"),
            "manager": ("branch_manager", "21"),
        }
        self.tokens = {who: token([role], at, sub=who) for who, (role, at) in people.items()}

    def sign(self, who: str, unit: str, etag: str | None = None, **body: Any) -> Reply:
        path = f"/v1/staff/reports/{PERIOD}/{unit}/signatures"
        headers = {"if-match": etag} if etag else {}
        return self.door.post(path, body, token=self.tokens[who], headers=headers)

    def submit(self, who: str, unit: str, **body: Any) -> Reply:
        path = f"/v1/staff/reports/{PERIOD}/{unit}/submissions"
        told = {"recipient": "监管局", "receipt": "15号", **body}
        return self.door.post(path, told, token=self.tokens[who])

    def listed(self, who: str, **query: str) -> list[dict[str, Any]]:
        reply = self.door.get("/v1/staff/reports", token=self.tokens[who], query=query)
        assert reply.status == 200, reply.body
        validation.validate("reports/list", reply.body)
        return list(reply.body["items"])


@pytest.fixture
def officers(door: Door, staff_token: Callable[..., str]) -> Officers:
    return Officers(door, staff_token)


def test_quarters_end_at_midnight_in_shanghai() -> None:
    midnight = datetime(2026, 10, 1, tzinfo=clock.SHANGHAI)
    assert periods.last_ended(midnight - timedelta(milliseconds=1)).key == "2026Q2"
    assert periods.last_ended(midnight).key == "2026Q3"
    assert periods.last_ended(datetime(2026, 1, 31, tzinfo=clock.SHANGHAI)).key == "2025Q4"
    fourth = Quarter(2026, 4)
    assert (fourth.next.key, fourth.before.key) == ("2027Q1", "2026Q3")
    assert (fourth.first, fourth.last) == (date(2026, 10, 1), date(2026, 12, 31))
    assert fourth.due_on == date(2027, 1, 10)
    assert [len(Quarter(2028, n).days) for n in (1, 2, 3, 4)] == [91, 91, 92, 92]


def test_a_run_again_is_the_same_version_whatever_was_renamed(world: World, aws: Aws) -> None:
    keys = sorted(_keys())
    manifest = stored(f"reports/{PERIOD}/manifest.json")
    announce(TREE, "改名{}")
    partners.register("iac", {"name": {"zh-CN": "新名", "en": "New"}, "active": True}, None)
    for day in DAYS:
        figures.make(day)
    assert service.run(AFTER)["new_versions"] == 0
    assert sorted(_keys()) == keys
    assert stored(f"reports/{PERIOD}/manifest.json") == manifest
    assert list(json.loads(manifest)["organisations"]) == ["21", "22", "head_office"]


@pytest.mark.parametrize("counting", ["add", "happened"])
def test_nothing_is_filed_where_the_branches_do_not_add_up_to_the_company(
    world: World, monkeypatch: pytest.MonkeyPatch, counting: str
) -> None:
    """A fault planted: the first thing that a branch counts is lost on it."""
    as_it_is, keys, calls = getattr(Tally, counting), sorted(_keys()), itertools.count()

    def lossy(*told: Any) -> None:
        if next(calls):
            as_it_is(*told)

    with monkeypatch.context() as patch:
        patch.setattr(Tally, counting, lossy)
        with pytest.raises(UnbalancedError):
            service.run(AFTER)
    assert sorted(_keys()) == keys
    assert service.run(AFTER)["new_versions"] == 0


def test_other_figures_are_a_new_version_with_what_differs(
    world: World, late: dict[str, bytes]
) -> None:
    listed = json.loads(stored(f"reports/{PERIOD}/manifest.json"))["organisations"]
    assert {unit: one["version"] for unit, one in listed.items()} == {
        "21": "0002",
        "22": "0001",
        "head_office": "0002",
    }
    for unit, content in late.items():
        assert stored(f"reports/{PERIOD}/{unit}/0001/report.json") == content
    second = report("21", PERIOD, 2)
    assert second["previous"]["version"] == 1
    differing = {one["pointer"]: (one["before"], one["after"]) for one in second["differences"]}
    assert differing["/totals/queries"] == (3, 4)
    assert differing["/totals/queries_failed"] == (0, 1)
    assert not any("objections" in pointer for pointer in differing)
    locked = clients.client("s3").head_object(
        Bucket=settings.get("DOCUMENTS_BUCKET"), Key=f"reports/{PERIOD}/21/0001/report.xlsx"
    )
    assert locked["ObjectLockMode"] == "COMPLIANCE"
    assert locked["ObjectLockRetainUntilDate"].astimezone(clock.SHANGHAI).year == 2035


def test_every_version_is_made_again_bit_for_bit_from_what_is_stored(
    world: World, late: dict[str, bytes]
) -> None:
    for unit, version in (("21", 1), ("21", 2), ("22", 1), ("head_office", 1), ("head_office", 2)):
        content = stored(f"reports/{PERIOD}/{unit}/{version:04d}/report.json")
        assert service.reproduce(PERIOD, unit, version) == content, (unit, version)
        sheet = stored(f"reports/{PERIOD}/{unit}/{version:04d}/report.xlsx")
        assert spreadsheet.make(json.loads(content)) == sheet


def test_nobody_alone_signs_a_report_and_only_signed_ones_are_submitted(
    world: World, late: dict[str, bytes], officers: Officers
) -> None:
    first = officers.sign("a", "21", version=2)
    assert first.status == 201, first.body
    validation.validate("reports/report", first.body)
    assert first.body["state"] == "signed_once"
    again = officers.sign("a", "21")
    assert (again.status, again.body["code"]) == (403, "same-person")
    at = {"submitted_at": clock.shown(clock.now())}
    assert officers.submit("a", "21", **at).status == 409
    assert officers.sign("b", "21", etag='"2-0-0"').status == 412
    assert officers.sign("b", "21", version=1).status == 412
    second = officers.sign("b", "21", etag=first.headers["ETag"])
    assert (second.status, second.body["state"]) == (201, "signed")
    assert [one["signed_by"] for one in second.body["signatures"]] == ["a", "b"]
    assert officers.sign("c", "21").status == 409
    tomorrow = clock.shown(clock.now() + timedelta(days=1))
    assert officers.submit("a", "21", submitted_at=tomorrow).status == 400
    assert officers.submit("a", "21", submitted_at="gestern").status == 400
    refused = officers.submit("a", "21", submitted_at="2025-07-01T10:00:00+08:00")
    assert [one["code"] for one in refused.body["errors"]] == ["before-report"]
    sent = officers.submit("a", "21", **at)
    assert (sent.status, sent.body["state"]) == (201, "submitted")
    assert len(officers.submit("a", "21", **at).body["submissions"]) == 1
    assert sent.body["submissions"][0]["receipt"] == "15号"
    assert "21" not in deadlines.waiting(Quarter(2025, 2))


def test_reports_are_seen_and_signed_by_their_own_organisation_and_those_above(
    world: World, officers: Officers
) -> None:
    assert [one["organisation"] for one in officers.listed("other")] == ["22"]
    assert [one["organisation"] for one in officers.listed("head")] == ["21", "22", "head_office"]
    assert officers.listed("head", period="2024Q1") == []
    assert [one["organisation"] for one in officers.listed("head", organisation="22")] == ["22"]
    page = officers.door.get(
        "/v1/staff/reports", token=officers.tokens["head"], query={"limit": "2"}
    ).body
    rest = officers.listed("head", limit="2", cursor=page["cursor"])
    assert [one["organisation"] for one in (*page["items"], *rest)] == ["21", "22", "head_office"]
    assert officers.sign("other", "21").status == 404
    assert officers.sign("a", "head_office").status == 404
    assert officers.sign("manager", "21").status == 403
    assert officers.sign("head", "nobody").status == 404
    assert (
        officers.door.get(
            "/v1/staff/reports", token=officers.tokens["head"], query={"period": "2025"}
        ).status
        == 404
    )


def test_every_version_can_be_read_with_its_own_signatures(
    world: World, late: dict[str, bytes], officers: Officers
) -> None:
    def got(who: str, rest: str = "", **query: str) -> Reply:
        path = f"/v1/staff/reports/{PERIOD}/head_office{rest}"
        return officers.door.get(path, token=officers.tokens[who], query=query)

    signed = officers.sign("head", "head_office", version=2)
    assert signed.status == 201, signed.body
    told = got("head", "/versions").body
    validation.validate("reports/list", told)
    assert [one["version"] for one in told["items"]] == [2, 1]
    assert [len(one["signatures"]) for one in told["items"]] == [1, 0]
    page = got("head", "/versions", limit="1").body
    assert [one["version"] for one in page["items"]] == [2]
    rest = got("head", "/versions", limit="1", cursor=page["cursor"]).body
    assert ([one["version"] for one in rest["items"]], rest["cursor"]) == ([1], None)
    newest, first = got("head"), got("head", version="1")
    assert newest.body["previous"]["figures_sha256"] == first.body["figures_sha256"]
    assert newest.headers["ETag"] == signed.headers["ETag"]
    assert "ETag" not in first.headers
    assert got("head", version="3").status == 404
    assert got("head", version="two").status == 400
    assert got("a").status == got("a", "/versions").status == 404


def test_a_figure_leads_to_its_day_and_to_the_events_behind_it(
    world: World, officers: Officers
) -> None:
    def got(path: str, who: str = "c", **query: str) -> dict[str, Any]:
        reply = officers.door.get(path, token=officers.tokens[who], query=query)
        assert reply.status == 200, reply.body
        return dict(reply.body)

    place = f"/v1/staff/reports/{PERIOD}/21"
    whole = got(place)
    assert whole == report("21", PERIOD, whole["version"])
    day = whole["days"][0]
    found = got(f"{place}/days/{day['day']}")
    validation.validate("reports/day", found)
    assert sum(row["attempts"] for row in found["items"]) == day["queries"]
    assert {e["kind"] for e in found["objections"]} >= {"received", "escalated"}
    assert all({"line", "channel", "subject"} <= one.keys() for one in found["objections"])
    assert found["rollup"] in {one["rollup"] for one in whole["sources"]["days"]}
    behind = got(f"{place}/days/{day['day']}/events")
    validation.validate("reports/events", behind)
    own = [m for m in world.attempts if m["organisation"] == "2101" and m["at"].month == 4]
    assert [one["query_id"] for one in behind["items"]] == [own[0]["query_id"]]
    company = f"/v1/staff/reports/{PERIOD}/head_office/days/{day['day']}"
    first = got(f"{company}/events", "head", limit="1")
    rest = got(f"{company}/events", "head", limit="1", cursor=first["cursor"])
    assert len({one["query_id"] for one in (*first["items"], *rest["items"])}) == 2
    assert got(f"{company}/events", "head", outcome="failed")["items"] == []
    rows = got(company, "head", limit="1")
    assert got(company, "head", limit="1", cursor=rows["cursor"])["cursor"] is None
    for path in (f"{company}/events", f"{place}/days/2025-04-03", f"{place}/days/x"):
        reply = officers.door.get(path, token=officers.tokens["c"])
        assert reply.status == 404
    assert officers.door.get(place, token=officers.tokens["manager"]).status == 403


def test_alarms_come_five_two_and_no_days_before_the_deadline(
    world: World, aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    context = SimpleNamespace(aws_request_id="test", get_remaining_time_in_millis=lambda: 900_000)

    def told(day: int) -> dict[str, int]:
        at = datetime(2025, 7, day, 23, 59, tzinfo=clock.SHANGHAI)
        capsys.readouterr()
        with aws.guard.acting("watch_deadlines"):
            events.watch_deadlines({"time": at.isoformat()}, context)
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        found = [line for line in lines if "ReportsUnsubmitted" in line]
        return {line["days_left"]: int(line["ReportsUnsubmitted"][0]) for line in found}

    unsubmitted = len(deadlines.waiting(Quarter(2025, 2)))
    assert unsubmitted >= 2
    assert told(4) == {"5": 0, "2": 0, "0": 0}
    assert told(5) == {"5": unsubmitted, "2": 0, "0": 0}
    assert told(8) == {"5": unsubmitted, "2": unsubmitted, "0": 0}
    assert told(10) == {"5": unsubmitted, "2": unsubmitted, "0": unsubmitted}
    assert deadlines.waiting(Quarter(2020, 1)) == []


def test_the_pdf_is_made_by_the_queue_once_and_says_what_is_missing(
    world: World, late: dict[str, bytes], aws: Aws
) -> None:
    printed()
    entry = register.standing(PERIOD)["head_office"]
    assert {"json", "xlsx", "pdf"} == entry.files.keys()
    content = stored(f"reports/{PERIOD}/head_office/0002/report.pdf")
    assert filed.make(report("head_office", PERIOD, 2)) == content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert len(pdf.pages) >= 8
    words = filed.Wording(report("head_office", PERIOD, 2))
    assert words.completeness.endswith("2025-04-03至2025-06-29")
    record = {"messageId": "m", "body": json.dumps(_letter("22", 1))}
    with aws.guard.acting("render_document"):
        answer = events.render_document({"Records": [record]}, SimpleNamespace(aws_request_id="t"))
    assert answer == {"batchItemFailures": []}


def test_the_forms_as_xlsx_say_what_the_report_says(world: World) -> None:
    filed_report = report("21", PERIOD)
    book = openpyxl.load_workbook(io.BytesIO(stored(f"reports/{PERIOD}/21/0001/report.xlsx")))
    assert book.sheetnames[:4] == ["A3", "A4", "A5", "A6"]
    for form in ("A3", "A4", "A5", "A6"):
        sheet = book[form]
        cells = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
        assert cells[0] == filed.Wording(filed_report).form(form)
        assert "填报机构：21分公司" in cells
        assert any(str(cell).startswith("以下日期数据缺失") for cell in cells)
    total = next(row for row in book["A3"].iter_rows(values_only=True) if row[0] == "合计")
    assert total[2:6] == (3, 3, 0, 0)
    totals = filed_report["totals"]
    for sheet in ("分险种", "分合作方", "分语言", "分机构"):
        *_, last = [row for row in book[sheet].iter_rows(values_only=True) if row[0] == "合计"]
        assert last[2:4] == (totals["queries"], totals["queries_verified"])
    assert "汉语" in [row[0] for row in book["分语言"].iter_rows(values_only=True)]


def test_what_was_signed_of_a_version_is_not_signed_of_the_next(
    world: World, late: dict[str, bytes], officers: Officers
) -> None:
    """The last test of all: reports have one version more after it."""
    for who in ("other", "head"):
        assert officers.sign(who, "22", version=1).status == 201
    came = world.query(clock.start_of_day(DAYS[1]), outcome="failed", organisation="2201")
    world.write_queries([came], [])
    figures.make(DAYS[1])
    service.run(AFTER)
    (standing,) = officers.listed("other", organisation="22")
    assert (standing["version"], standing["state"], standing["signatures"]) == (2, "unsigned", [])
    assert officers.submit("other", "22", submitted_at=clock.shown(clock.now())).status == 409
    assert officers.sign("other", "22", version=2).body["state"] == "signed_once"


def _letter(unit: str, version: int) -> dict[str, str]:
    return {"kind": service.LETTER, "reference": f"{PERIOD}/{unit}/{version:04d}"}


def _keys() -> list[str]:
    found = clients.client("s3").list_objects_v2(
        Bucket=settings.get("DOCUMENTS_BUCKET"), Prefix=f"reports/{PERIOD}/"
    )
    return [one["Key"] for one in found["Contents"]]
