"""Tables of a day (K1): equal to an independent recount, the same again, right after late news."""

import base64
import io
import json
import zlib
from datetime import date, timedelta
from types import SimpleNamespace

import pypdf
import pytest

from chalicelib import aws as clients
from chalicelib import clock, events, settings
from chalicelib.analysis import blocks, daily, printing, service, showing, store
from chalicelib.downloads import kinds
from chalicelib.imports import rows as reading
from chalicelib.organisations import service as organisations
from chalicelib.policies import service as policies
from chalicelib.privacy import restrictions
from infra.generator import id_numbers, portfolio
from tests.analysis import recount
from tests.imports import files

DAY = date(2026, 11, 20)
AT = clock.start_of_day(DAY + timedelta(days=1)) + timedelta(hours=2)
PARENTS = {"Q": None, "P1": "Q", "P2": "Q", "C1": "P1", "C2": "P1", "C3": "P2"}
LEVELS = {"Q": "head_office", "P": "province"}
UNITS = ("C1", "C1", "C1", "C2", "C3", "C3", "P1", "C1")
SIZE = 500
# Fuyang's code of today and of the prefecture that it was; Yanbei, which was divided; nobody's.
BORN = ("440106", "440106", "440305", "341202", "342123", "342123", "142121", "449901", None)


def take(rows, source="t"):
    named = [policies.Row(row, f"{source}#{place}") for place, row in enumerate(rows)]
    outcomes = policies.take(named, AT)
    service.note([found.key for found in outcomes if found.outcome == policies.ACCEPTED])
    return [found.outcome for found in outcomes]


def announce():
    organisations.take(
        "organisations",
        [
            (
                {"code": c, "name": c, "level": LEVELS.get(c[0], "city")}
                | ({"parent": p} if p else {}),
                f"a#{c}",
            )
            for c, p in PARENTS.items()
        ],
    )
    for cached in (organisations._tree, organisations._cached, organisations._open):
        cached.cache_clear()


def drawn():
    """Policies as the import reads them, some of them of people whom others may be."""
    found = portfolio(11, SIZE, today=DAY)
    read = [reading.read("policies", dict(row), DAY) for row in found.policies]
    good = [
        {**entry.row, "organisation": UNITS[place % len(UNITS)]}
        for place, entry in enumerate(read)
        if not entry.errors and entry.row["line"] != "special_risk"
    ]
    for place, row in enumerate(good):
        row["occupation"] = ("教师", "医生", "司机", f"职业{place}")[place % 4]
        if row["insured_id_type"] == "resident_id":
            row["insured_id_no"] = moved(row["insured_id_no"])
    return good


def moved(number):
    """Most come from three provinces; some of the codes are former ones, one is nobody's."""
    lot = zlib.crc32(number.encode()) % len(BORN)
    return id_numbers._checked(f"{BORN[lot]}{number[6:17]}") if BORN[lot] else number


@pytest.fixture(scope="module")
def everything(aws):
    aws.empty()
    announce()
    rows = drawn()
    take(rows)
    roll_up(aws)
    return rows


def roll_up(aws, at=AT):
    """The scheduled function, held to its policy."""
    event = {"time": clock.stored(at)}
    with aws.guard.acting("roll_up_day"):
        return events.roll_up_day(event, SimpleNamespace(aws_request_id="test"))["analysis"]


def shown(organisation):
    """What is stored, by population and table: {code: row}."""
    facts = store.tables(organisation, DAY.isoformat()).facts
    return {
        population: {
            "people": found["people"],
            **{
                table: None if rows is None else {row["code"]: row for row in rows}
                for table, rows in found["tables"].items()
            },
        }
        for population, found in facts.items()
    }


@pytest.mark.parametrize("organisation", PARENTS)
def test_every_figure_equals_the_recount_or_is_hidden(everything, organisation):
    found = shown(organisation)
    compared = 0
    of_all = recount.insured(everything, PARENTS, "Q", DAY)
    for table, groups in recount.insured(everything, PARENTS, organisation, DAY).items():
        expected = {}
        for code, people in groups.items():
            rare = table in ("held", "occupation") and len(of_all[table][code]) < 5
            category = "other" if rare and code != "unknown" else code
            expected.setdefault(category, set()).update(people)
        rows = found["insured"][table]
        if rows is not None:
            assert set(rows) == set(expected)
            for code, people in expected.items():
                compared += rows[code].get("people") == len(people)
                assert rows[code].get("people", len(people)) == len(people), (table, code)
                assert len(people) >= 5 or "people" not in rows[code]
    for table, groups in recount.policies(everything, PARENTS, organisation, DAY).items():
        rows = found["policies"][table] or {}
        for code, (people, count, premium) in groups.items() if rows else ():
            if "people" in rows[code]:
                compared += 1
                assert (people, count, premium) == tuple(
                    rows[code][name] for name in ("people", "policies", "premium")
                )
                assert people >= 5
    rows = found["renewals"]["line"] or {}
    for code, (people, count) in (
        recount.renewals(everything, PARENTS, organisation, DAY).items() if rows else ()
    ):
        if "people" in rows[code]:
            compared += 1
            assert (people, count) == (rows[code]["people"], rows[code]["policies"])
            assert people >= 5
    assert compared >= (10 if organisation == "Q" else 1)


def test_the_company_and_branches_have_their_tables_as_pdf_with_charts(everything, aws):
    """Asked for every night, all others' on the last of a month; what is hidden is in neither."""
    asked = set()
    queue, sqs = settings.get("RENDER_QUEUE_URL"), clients.client("sqs")
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in found:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            body = json.loads(message["Body"])
            if body.get("kind") == daily.LETTER:
                asked.add(body["reference"])
                record = {"messageId": "m", "body": message["Body"]}
                with aws.guard.acting("render_document"):
                    context = SimpleNamespace(aws_request_id="t")
                    answer = events.render_document({"Records": [record]}, context)
                assert answer == {"batchItemFailures": []}
    assert asked == {f"2026-11-20/{one}" for one in ("Q", "P1", "P2")}
    assert daily._printed(date(2026, 11, 30)) == set(PARENTS)
    key = printing.key("2026-11-20", "P1")
    assert key == "service/2026-11/P1-tables.pdf"
    assert kinds.of(key) == (kinds.KINDS["service"], "P1")
    bucket = settings.get("DOCUMENTS_BUCKET")
    content = clients.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    text = "".join(page.extract_text() for page in pages).replace("\n", "")
    for population in showing.populations(store.tables("P1", DAY.isoformat()).facts, "zh-CN"):
        assert population["name"] in text
        for table in population["tables"]:
            for row in table["rows"]:
                if row["people"] is not None:
                    assert f"{row['people']:,}" in text


def test_a_chart_draws_what_is_shown_and_nothing_else():
    rows = [
        {"code": "motor:renewed", "name": "车险: 已续保", "people": 9, "policies": 77_001},
        {"code": "motor:lapsed", "name": "车险: 未续保", "people": None, "policies": None},
        {"code": "cargo:lapsed", "name": "<货>: 未续保", "people": 6, "policies": 6},
    ]
    svg = printing.drawn("renewals", {"table": "line", "rows": rows})
    assert "77,001" in svg
    assert "&lt;货" in svg
    assert "<货" not in svg
    hidden = [{**row, "people": None, "policies": None} for row in rows]
    assert printing.drawn("renewals", {"table": "line", "rows": hidden}) == ""


def test_of_many_rows_the_largest_have_bars_and_hidden_ones_are_counted_in_one_line():
    people = [None if place % 3 == 0 else 100 + place for place in range(42)]
    rows = [
        {"code": f"44{place:02d}", "name": f"地区{place:02d}", "people": number}
        for place, number in enumerate(people)
    ]
    svg = printing.drawn("insured", {"table": "region", "rows": rows})
    drawn = {row["name"] for row in rows if row["name"] in svg}
    assert drawn == {row["name"] for row in rows[12:] if row["people"]}
    assert len(drawn) == printing.BARS
    table = {"rows": list(rows), "cells": [[str(number)] for number in people]}
    assert printing.fold(table) == 14
    assert table["rows"] == [row for row in rows if row["people"]]
    assert table["cells"] == [[str(number)] for number in people if number]
    few = {"rows": rows[:30], "cells": people[:30]}
    assert printing.fold(few) == 0
    assert len(few["rows"]) == len(few["cells"]) == 30


def test_regions_are_prefectures_then_the_rest_of_their_province_then_the_rest(everything):
    """Former codes count as what they became; what is no prefecture's is the province's."""
    rows = shown("Q")["insured"]["region"]
    assert {"4401", "3412", "44xx", "other", "unknown"} <= set(rows)
    assert not {"44", "3421", "4499"} & set(rows)
    assert store.regions("2026-11").facts["apart"] == sorted(set(rows) - {"other", "unknown"})


def test_totals_count_a_person_once_however_many_policies_he_has(everything):
    people = {
        recount.person(row)
        for row in recount.held(everything, PARENTS, "Q", DAY)
        if recount.natural(row)
    }
    assert shown("Q")["insured"]["people"] == len(people)
    everybody = {recount.person(row) for row in recount.held(everything, PARENTS, "Q", DAY)}
    assert shown("Q")["policies"]["people"] == len(everybody)


def test_run_again_and_told_twice_the_tables_are_the_same(everything, aws):
    before = {one: store.tables(one, DAY.isoformat()).facts for one in PARENTS}
    daily.run(AT)
    assert set(take(everything)) == {"accepted"}
    assert roll_up(aws)["policies"] == len(everything)
    assert before == {one: store.tables(one, DAY.isoformat()).facts for one in PARENTS}


def test_in_several_passes_the_same_is_counted(everything, monkeypatch):
    before = shown("Q")
    monkeypatch.setattr(daily, "PER_PASS", 100)
    daily.run(AT)
    assert shown("Q") == before


def test_nothing_personal_stands_open(everything, aws):
    items = clients.client("dynamodb").scan(TableName=aws.name("AnalysisTable"))["Items"]
    open_text = json.dumps(
        [{k: v for k, v in item.items() if k != "sealed"} for item in items],
        ensure_ascii=False,
        default=lambda value: base64.b64encode(value).decode(),
    )
    for row in everything:
        for name in ("insured_id_no", "insured_name"):
            assert row[name] not in open_text


def test_a_newer_version_counts_in_place_of_the_old_one_and_a_late_old_one_not_at_all(everything):
    row = next(
        one
        for one in recount.held(everything, PARENTS, "C1", DAY)
        if recount.natural(one) and one["line"] == "motor"
    )
    newer = {**row, "version": row["version"] + 2, "organisation": "C3", "premium": 123_400}
    late = {**row, "version": row["version"] + 1, "organisation": "C2"}
    assert take([newer, late], "news") == ["accepted", "superseded"]
    daily.run(AT)
    place = everything.index(row)
    everything[place] = newer
    for organisation in PARENTS:
        rows = shown(organisation)["policies"]["line"]
        expected = recount.policies(everything, PARENTS, organisation, DAY)["line"]
        for code, found in expected.items():
            if rows and "people" in rows[code]:
                figures = (rows[code][name] for name in ("people", "policies", "premium"))
                assert tuple(figures) == found


def test_who_is_restricted_counts_no_more(everything):
    row = next(one for one in recount.held(everything, PARENTS, "Q", DAY) if recount.natural(one))
    before = shown("Q")["insured"]["people"]
    record = policies.find(row["policy_no"])
    item = restrictions.of(record, "PR1")
    item.save()
    service.note_person(record)
    daily.run(AT)
    assert shown("Q")["insured"]["people"] == before - 1
    item.delete()
    service.note_person(record)
    daily.run(AT)
    assert shown("Q")["insured"]["people"] == before


def test_who_ended_long_ago_is_forgotten(everything, aws, monkeypatch):
    monkeypatch.setattr(daily, "SWEPT_IN", 2)
    size = daily.blocks.size(daily.KIND, daily.BLOCKS)
    later = AT + timedelta(days=1200)
    for day in range(daily.SWEPT_IN):
        daily.refresh(clock.shanghai_day(later) + timedelta(days=day), _rule())
    assert daily.blocks.size(daily.KIND, daily.BLOCKS) < size / 10


def _rule():
    return daily.dated.in_force("data/analysis", DAY)


def test_staff_read_the_tables_of_their_branch_and_below_and_no_others(
    everything, door, staff_token
):
    token = staff_token(["branch_manager"], "P1")
    for organisation, status in (("P1", 200), ("C1", 200), ("P2", 404), ("Q", 404), ("?", 404)):
        reply = door.get(f"/v1/staff/analysis/{organisation}", token=token)
        assert reply.status == status, reply.body
    reply = door.get("/v1/staff/analysis/P1", token=token, headers={"accept-language": "en"})
    ages = next(t for t in reply.body["populations"][0]["tables"] if t["table"] == "age")["rows"]
    assert {"25–34 years", "35–44 years"} <= {row["name"] for row in ages}
    assert door.get("/v1/staff/analysis/P1", token=staff_token(["agent"], "P1")).status == 403
    early = door.get("/v1/staff/analysis/P1", token=token, query={"day": "2026-01-01"})
    assert early.status == 404
    wrong = door.get("/v1/staff/analysis/P1", token=token, query={"day": "x" * 2000})
    assert (wrong.status, wrong.body["errors"][0]["pointer"]) == (400, "/day")


def test_the_newest_tables_until_a_day_are_shown_and_none_of_later(aws, door, staff_token):
    aws.empty()
    announce()
    for day, people in (("2026-11-18", 18), ("2026-11-20", 20), ("2026-11-19", 19)):
        facts = {"insured": {"people": people, "tables": {}}}
        store.put_tables("P1", day, facts, 2**31)
    token = staff_token(["branch_manager"], "P1")
    asked = {"2026-11-18": 18, "2026-11-19": 19, "2026-11-25": 20, None: 20}
    for day, people in asked.items():
        query = {"day": day} if day else {}
        told = door.get("/v1/staff/analysis/P1", token=token, query=query).body
        assert told["populations"][0]["people"] == people
        assert told["day"] == f"2026-11-{people}"
    early = door.get("/v1/staff/analysis/P1", token=token, query={"day": "2026-11-17"})
    assert early.status == 404


def test_what_became_known_meanwhile_is_not_replaced_by_an_older_version(aws):
    aws.empty()
    block = blocks.name("policies", 4, "PDAA1")
    for version in (2, 1):
        blocks.change(block, {"PDAA1": ["PDAA1", version]}, lambda _: True)
    assert list(blocks.read("policies", 4)) == [[["PDAA1", 2]]]


def test_the_import_notes_what_it_accepted_and_nothing_else(aws):
    aws.empty()
    files.announce()
    good, bad = files.row(), files.row(premium="x")
    files.imported(files.as_csv([good, bad]), "a.csv")
    noted = [number for note in store.notes() for number in note.facts["policies"]]
    assert noted == [good["policy_no"]]
    files.imported(files.as_csv([good]), "again.csv")
    assert len(list(store.notes())) == 1
