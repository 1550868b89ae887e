"""No leaks (A1, K1): what is counted holds nobody. Days, quarters, tables, letters, scorecards.

Canaries insure themselves, report losses, object and are held responsible; then everything that
counts is run, and keys, logs, metrics, queues, items are searched, and the content of what is made.
"""

import io
import json
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta

import pypdf
import pytest

from chalicelib import aws as clients
from chalicelib import clock, events, settings
from chalicelib.organisations import service as organisations
from tests import test_canary as canary
from tests.test_canary import ADDRESS, AGENT, CANARIES, ID_NO, NAME, PHONE, Mine, leaks
from tests.test_canary_staff import Desk

mine = canary.mine
CLIENT = "91350100M000100Y43"
COMPANY = "福州榕城纺织有限公司"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
AFTER = "2027-01-12T03:30:00+08:00"
"""A quarter and a year are over, and the days for late data: everything is made."""


def resident(number: int) -> str:
    """An ID number that nobody has (GB 11643)."""
    body = f"44010619880707{number:03d}"
    left = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[left]


OTHERS = tuple(resident(number) for number in range(800, 807))


def filled(mine: Mine) -> str:
    """Seven people beside the canary, whose policy is returned, and a corporate client."""
    tree = [("1", "head_office", None), ("4401", "province", "1")]
    rows = [
        {"code": code, "name": code, "level": level} | ({"parent": above} if above else {})
        for code, level, above in tree
    ]
    organisations.take("organisations", [(row, "t") for row in rows])
    # Who asked before there were any is told so for a minute.
    for remembered in (organisations._cached, organisations._tree, organisations._open):
        remembered.cache_clear()
    agent = {"code": "4401001", "name": AGENT, "organisation": "4401"}
    organisations.take("agents", [(agent, "t")])
    # A name in place of an occupation is a category of its own.
    people = [canary.policy(occupation=NAME), canary.policy(occupation=PHONE, status="suspended")]
    people += [canary.policy(insured_id_no=one, occupation="教师") for one in OTHERS]
    client = canary.policy(
        line="liability",
        insured_name=COMPANY,
        insured_id_type="credit_code",
        insured_id_no=CLIENT,
    )
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in (*people, client))
    taken(mine, "policies/figures.jsonl", lines)
    stops = [
        {
            "claim_no": f"C864200{place}",
            "seq": str(seq),
            "policy_no": row["policy_no"],
            "stage": stage,
            "department": "理赔部",
            "handler": AGENT,
            "at": f"2026-11-{seq + 9:02d}T10:00:00+08:00",
            "place": ADDRESS,
            "cause": "collision",
            "message": f"{NAME}受伤 {PHONE}",
            "note": ID_NO,
            "paid_amount": "1200.00" if stage == "paid" else "",
        }
        for place, row in enumerate((people[0], people[2], client))
        for seq, stage in enumerate(("reported", "surveyed", "paid", "closed"), 1)
    ]
    told = "\n".join(json.dumps(row, ensure_ascii=False) for row in stops)
    taken(mine, "claims/figures.jsonl", told)
    # Policy documents are another test's.
    mine.aws.empty_queues()
    return str(people[0]["policy_no"])


def taken(mine: Mine, key: str, lines: str) -> None:
    """A file that comes in, and its rows."""
    bucket = settings.get("INCOMING_BUCKET")
    clients.client("s3").put_object(Bucket=bucket, Key=key, Body=lines.encode())
    event = {"detail": {"bucket": {"name": bucket}, "object": {"key": key}}}
    mine.invoke(events.import_file, event)
    mine.work("IMPORT_QUEUE_URL", events.import_rows)


def answered_for(mine: Mine, desk: Desk, query_id: str, bearer: dict[str, str]) -> None:
    """An objection, with people held responsible for it by name."""
    body = {
        "query_id": query_id,
        "item": "/policy/insured/name",
        "claimed": NAME,
        "description": f"{ID_NO} {ADDRESS}",
        "phone": PHONE,
    }
    number = mine.call("POST", "", "/v1/objections", body, **bearer)["objection_no"]
    person = {"name": NAME, "measure": "warning", "facts": f"{ID_NO} {PHONE}", "rule": ADDRESS}
    step = {"action": "hold_responsible", "persons": [person]}
    route = "/v1/staff/objections/{objection_no}/events"
    desk.call("POST", number, route, step, "E8642")
    assert mine.answers.pop()[0] == 200, "who works on an objection reads of it"


def items(mine: Mine) -> Iterator[str]:
    """Every item of the tables that hold what was counted."""
    for logical in ("FiguresTable", "ReportsTable", "AnalysisTable"):
        found = mine.aws.resources.clients.dynamodb.scan(TableName=mine.aws.name(logical))
        for item in found["Items"]:
            yield json.dumps(item, ensure_ascii=False, default=canary._text)
            if "packed" in item:
                yield zlib.decompress(bytes(item["packed"]["B"])).decode()


def contents(mine: Mine) -> Iterator[tuple[str, str]]:
    """Key and text of everything that was made of figures, as a reader of PDF has it."""
    s3 = mine.aws.resources.clients.s3
    bucket = mine.aws.name("DocumentsBucket")
    for prefix in ("service/", "reports/"):
        for found in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", []):
            content = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
            if found["Key"].endswith(".pdf"):
                read = pypdf.PdfReader(io.BytesIO(content))
                text = "".join(page.extract_text() for page in read.pages) + str(read.metadata)
            else:
                text = content.decode("utf-8", "replace")
            yield found["Key"], text.replace("\n", "")


def test_nobody_is_to_be_found_in_what_is_counted(
    mine: Mine,
    staff_token: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    policy_no = filled(mine)
    desk = Desk(mine, staff_token)
    ask = {"policy_no": policy_no, "id_no": ID_NO}
    answer = mine.call("POST", "", "/v1/queries", ask)
    bearer = {"authorization": f"Bearer {answer['token']}"}
    answered_for(mine, desk, answer["query_id"], bearer)
    mine.call("POST", "", "/v1/queries", {**ask, "id_no": NAME, "insured_name": ADDRESS})
    before = len(mine.answers)
    tonight = clock.stored(clock.now() + timedelta(days=1))
    for at in (tonight, "2027-01-01T02:10:00+08:00"):
        mine.invoke(events.roll_up_day, {"time": at})
    for _ in range(2):
        mine.invoke(events.report_quarter, {"time": AFTER})
        mine.work("RENDER_QUEUE_URL", events.render_document)
    for organisation in ("4401", "1"):
        path = "/v1/staff/analysis/{organisation}"
        desk.call("GET", organisation, path, None, "E8642")
    for name in ("QUERIES_TABLE", "POLICIES_TABLE", "OBJECTIONS_TABLE", "ANALYSIS_TABLE"):
        with monkeypatch.context() as patch:
            patch.setenv(name, "gone")
            mine.invoke(events.roll_up_day, {"time": tonight})
            mine.invoke(events.report_quarter, {"time": AFTER})
    broken = {"kind": "service_report", "reference": f"{NAME}/{ID_NO}"}
    mine.invoke(events.render_document, canary.records(json.dumps(broken)))

    assert [status for status, _ in mine.answers[before:]] == [200, 404]
    logs, printed = mine.logs.getvalue(), capfd.readouterr()
    for done in ("day rolled up", "tables made", "quarter reported", "scorecards made"):
        assert done in logs, done
    assert "service report made" in logs
    everybody = (*CANARIES, *OTHERS, CLIENT, COMPANY)
    for where in (logs, printed.out + printed.err, "".join(mine.told), *mine.messages):
        assert leaks(where, everybody) == set()
    assert leaks("\n".join(mine.object_keys()), everybody) == set()
    assert leaks("\n".join(items(mine)), everybody) == set()
    assert leaks("\n".join(body for _, body in mine.answers[before:]), everybody) == set()
    made = dict(contents(mine))
    assert {key.rpartition("/")[0] for key in made} >= {"service/2026Q4", "service/2026"}
    assert {key[-5:] for key in made if key.startswith("reports/")} >= {".json", ".xlsx", "t.pdf"}
    for organisation in ("1", "4401"):
        # Tables with charts are made of all of them, and name a category that is no name.
        tables = made[f"service/2026-12/{organisation}-tables.pdf"]
        assert "(人数 8)" in tables
        assert "教师" in tables
    punished = set()
    for key, text in made.items():
        # The client reads his own name in his report.
        own = {COMPANY} if key.startswith("service/2026Q4/") else set()
        found = leaks(text, everybody)
        if key.startswith("reports/2026Q4/") and not key.endswith("manifest.json"):
            # Form A6 asks for who answered, by name (decision 0046).
            punished |= found
        else:
            assert found == own, key
    assert punished == {NAME, ID_NO, PHONE, ADDRESS}
