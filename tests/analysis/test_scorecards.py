"""Yearly scorecards (R7): counted by hand, put once, what is missing named, small cells hidden."""

import io
import json
from datetime import date
from types import SimpleNamespace

import pypdf
import pytest

from chalicelib import aws as clients
from chalicelib import clock, events, settings, texts
from chalicelib.analysis import scorecards, service, store
from chalicelib.downloads import kinds
from chalicelib.figures import store as figures
from chalicelib.figures import units
from chalicelib.organisations import service as organisations
from chalicelib.upkeep import store as upkeep

PARENTS = {"Q": None, "P1": "Q", "P2": "Q", "C1": "P1"}
AT = clock.parse("2027-01-11T03:30:00+08:00")
"""The first run after the ten days for late data."""
DAY = "2026-12-30"
SERVICE = {
    "people": 30,
    "tables": {
        "promise": [
            {"code": "payment:broken", "people": 6, "times": 8, "hours": 900},
            {"code": "payment:kept", "people": 24, "times": 32, "hours": 90},
            {"code": "reply:kept"},
        ],
        "stage": [],
    },
}


def closed(number, organisation, on_time):
    return {
        "kind": "closed",
        "objection_no": f"O{number}",
        "organisation": organisation,
        "unit": "P1",
        "on_time": on_time,
    }


def keep_day(day, entries):
    facts = {
        "revision": 1,
        "sha256": "0" * 64,
        "directory": units.keep({}),
        "partners": {},
        "events": {"objections": len(entries)},
        "units": {},
    }
    assert figures.keep(day, f"0001-{'0' * 16}", {}, entries, facts)


def report(aws, at=AT):
    with aws.guard.acting("report_quarter"):
        return service.score(at)


def work(aws):
    """Sets the scorecards that are queued, as the function would; what they were asked for by."""
    sqs, done = clients.client("sqs"), []
    queue = settings.get("RENDER_QUEUE_URL")
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            body = json.loads(message["Body"])
            if body.get("kind") != scorecards.LETTER:
                continue
            record = {"messageId": "1", "body": message["Body"]}
            with aws.guard.acting("render_document"):
                answer = events.render_document(
                    {"Records": [record]}, SimpleNamespace(aws_request_id="test")
                )
            assert answer == {"batchItemFailures": []}
            done.append(body["reference"])
    return done


def stored():
    s3, bucket = clients.client("s3"), settings.get("DOCUMENTS_BUCKET")
    found = s3.list_objects_v2(Bucket=bucket, Prefix="service/2026/").get("Contents", [])
    return {
        one["Key"]: s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in found
    }


@pytest.fixture(scope="module")
def year(aws):
    aws.empty()
    work(aws)
    organisations.take(
        "organisations",
        [
            ({"code": c, "name": c, "level": "city"} | ({"parent": p} if p else {}), f"a#{c}")
            for c, p in PARENTS.items()
        ],
    )
    organisations._tree.cache_clear()
    organisations._cached.cache_clear()
    upkeep.count("f1", 0, {("organisation", "C1"): {"rows": 40, "complete": 30, "relation": 10}})
    upkeep.count("f2", 0, {("organisation", "P1"): {"rows": 10, "complete": 10}})
    # Of C1 nine in time and six late, of P2 twelve in time and two late: these are too few.
    mine = [closed(n, "C1", n < 9) for n in range(15)]
    others = [closed(n, "P2", n < 112) for n in range(100, 114)]
    keep_day("2026-01-01", mine[:8])
    keep_day("2026-12-31", mine[8:] + others)
    # The day after and the day before are of other years.
    keep_day("2025-12-31", [closed(900, "C1", on_time=False)])
    keep_day("2027-01-01", [closed(901, "C1", on_time=False)])
    store.put_tables("C1", DAY, {"service": SERVICE}, 2_000_000_000)
    store.put_tables("P2", "2025-12-31", {"service": SERVICE}, 2_000_000_000)
    assert report(aws) == len(PARENTS)
    yield aws
    # Storage is emptied for nobody: other tests of this process look at what lies there.
    for year in ("2026", "2027"):
        for code in PARENTS:
            for form in ("json", "pdf"):
                clients.client("s3").delete_object(
                    Bucket=settings.get("DOCUMENTS_BUCKET"), Key=scorecards.key(year, code, form)
                )


def shown(organisation):
    return scorecards.newest(organisation, date(2027, 6, 1), "en")


def test_objections_and_data_quality_are_those_of_the_organisation_with_all_below(year):
    assert shown("C1")["objections"] == {"closed": 15, "on_time": 9, "late": 6}
    assert shown("Q")["quality"] == {
        "since": None,
        "rows": 50,
        "complete": 40,
        "missing": {"relation": 10},
    }
    assert shown("P1")["objections"] == {"closed": 15, "on_time": 9, "late": 6}


def test_a_cell_under_five_is_hidden_and_what_would_tell_it(year):
    assert shown("P2")["objections"] == {"closed": 14, "on_time": None, "late": None}
    # Less what P1 shows, the figures of the one above would tell it.
    assert shown("Q")["objections"] == {"closed": 29, "on_time": None, "late": None}
    hidden = [row for row in shown("C1")["promises"] if row["code"] == "reply:kept"]
    assert [row["times"] for row in hidden] == [None]


def test_what_is_missing_is_named_and_never_zero(year):
    found = shown("P2")
    missing = {one["code"] for one in found["missing"]}
    assert missing == {"quality", "objection_days", "tables"}
    assert (found["quality"], found["promises"], found["satisfaction"]) == (None, None, None)
    assert len(found["missing_days"]) == 363
    missing = {one["code"] for one in shown("C1")["missing"]}
    assert missing == {"quality_before", "objection_days", "tables_of_last_day", "satisfaction"}


def test_they_are_printed_once_and_stay_as_they_are(year):
    assert sorted(work(year)) == [f"2026/{code}" for code in sorted(PARENTS)]
    files = stored()
    assert set(files) == {
        f"service/2026/{code}-scorecard.{form}" for code in PARENTS for form in ("json", "pdf")
    }
    pdf = pypdf.PdfReader(io.BytesIO(files["service/2026/C1-scorecard.pdf"]))
    text = "".join(page.extract_text() for page in pdf.pages)
    for words in ("数据质量与服务年度评分表", "75.0%", "60.0%", "80.0%", "缺少的数据"):
        assert words in text
    upkeep.count("f3", 0, {("organisation", "C1"): {"rows": 5, "complete": 5}})
    assert report(year, clock.parse("2027-02-01T03:30:00+08:00")) == 0
    # A run that was cut short is made up for; what is there stays.
    store.get("service/2026", "begun").delete()
    assert report(year) == len(PARENTS)
    work(year)
    assert stored() == files
    assert shown("C1")["quality"]["rows"] == 40


def test_nothing_is_made_while_late_data_may_come_nor_of_a_year_that_runs(year):
    for at in ("2028-01-10T03:30:00+08:00", "2027-06-11T03:30:00+08:00"):
        assert scorecards.begin(clock.parse(at)) == 0


def test_the_next_year_is_what_came_since_and_a_year_without_figures_says_so(year):
    assert scorecards.begin(clock.parse("2028-01-11T03:30:00+08:00")) == len(PARENTS)
    found = scorecards.newest("Q", date(2028, 6, 1), "en")
    assert (found["year"], found["quality"]["rows"]) == (2027, 5)
    assert found["quality"]["since"] == "2027-01-11"
    assert len(work(year)) == len(PARENTS)


def test_a_manager_reads_his_own_with_the_tables_and_finds_its_file(year, door, staff_token):
    token = staff_token(["branch_manager"], "P1")
    reply = door.get("/v1/staff/analysis/C1", token=token, query={"day": "2027-06-01"})
    assert reply.status == 200, reply.body
    assert reply.body["scorecard"] == scorecards.newest("C1", date(2027, 6, 1), "zh-CN")
    early = door.get("/v1/staff/analysis/C1", token=token, query={"day": "2026-12-31"})
    assert early.body["scorecard"] is None
    kind, organisation = kinds.of(reply.body["scorecard"]["document"])
    assert (kind.name, organisation) == ("service", "C1")
    assert kind.period.fullmatch("2026")
    assert kinds.of("service/2026/C1.pdf") is None


def test_every_item_of_data_quality_has_its_word():
    for name in set(upkeep.FIGURES) - {"rows", "complete"}:
        for language in ("zh-CN", "en"):
            assert texts.text(f"analysis.scorecard.item.{name}", language)
