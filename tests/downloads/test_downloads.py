"""Compliance downloads: lists without links, each link on record first, archives by four eyes."""

import base64
import io
import json
import tracemalloc
import zipfile
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from chalicelib import aws, events, links, settings
from chalicelib.audit import store as audit
from chalicelib.documents import store as documents
from chalicelib.downloads import archives, service, store
from chalicelib.organisations import service as organisations
from chalicelib.parameters import service as parameters
from tests.test_canary import CONTEXT, records

TREE = (("10", ""), ("44", "10"), ("4401", "44"), ("4403", "44"), ("51", "10"))
KEYS = {
    "expiry/2026-11/4401.xlsx": b"guangzhou",
    "expiry/2026-11/4401/E1.csv": b"one agent",
    "expiry/2026-11/4403.xlsx": b"shenzhen",
    "expiry/2026-11/51.xlsx": b"sichuan",
    "expiry/2026-11/manifest.json": b"{}",
    "expiry/days/2026-11-01/60/4401.csv": b"sixty days",
    "reports/2026Q3/44/0001/report.pdf": b"report",
    "reports/2026Q3/head_office/0001/report.json": b"{}",
    "ledger/2031-11-02/digest.json": b"{}",
    "ledger/2031-12-02/digest.json": b"{}",
    "policies/4401/PDZA1/1.pdf": b"%PDF one",
    "policies/4401/PDZA2/1.pdf": b"%PDF two",
    "policies/4403/PDZA3/1.pdf": b"%PDF three",
    "policies/51/PDZA4/1.pdf": b"%PDF four",
}


@pytest.fixture(scope="module")
def stored(aws):
    aws.empty()
    rows = [
        ({"code": code, "name": code, "level": "city"} | ({"parent": above} if above else {}), code)
        for code, above in TREE
    ]
    rows[0][0]["level"] = "head_office"
    organisations.take("organisations", [(row, f"tree#{code}") for row, code in rows])
    organisations._tree.cache_clear()
    organisations._cached.cache_clear()
    for number, (key, content) in enumerate(KEYS.items()):
        put(key, content)
        if key.startswith("policies/"):
            unit = key.split("/")[1]
            documents.register(
                documents.DocumentItem(
                    f"id-{number}",
                    sha256="0" * 64,
                    key=key,
                    kind="policy",
                    policy_no=key.split("/")[2],
                    version=1,
                    issued_on="2026-11-03",
                    made_at="2026-11-03T00:00:00Z",
                    filed=f"{unit}#2026-11",
                )
            )
    yield aws
    aws.empty()


def put(key: str, content: bytes, **metadata: str) -> None:
    bucket = settings.get("DOCUMENTS_BUCKET")
    aws.client("s3").put_object(
        Bucket=bucket, Key=key, Body=content, ContentType="text/plain", Metadata=metadata
    )


@pytest.fixture
def officer(door, staff_token, stored):
    def asking(unit: str = "44", sub: str = "C1") -> Any:
        token = staff_token(["compliance_officer"], unit, sub=sub)

        def ask(kind: str, period: str, **more: str) -> Any:
            query = {"kind": kind, "period": period, "purpose": "合规抽查", **more}
            return door.get("/v1/staff/documents", query=query, token=token)

        return ask

    return asking


@pytest.fixture
def download(door, staff_token, stored):
    def asked(key: str, unit: str = "44", sub: str = "C1", purpose: str = "合规抽查") -> Any:
        token = staff_token(["compliance_officer"], unit, sub=sub)
        path = f"/v1/staff/documents/{identity(key)}/downloads"
        return door.post(path, {"purpose": purpose}, token=token)

    return asked


@pytest.fixture
def pack(door, staff_token, stored):
    def asked(kind: str, period: str, unit: str = "44", sub: str = "C1", **more: Any) -> Any:
        token = staff_token(["compliance_officer"], unit, sub=sub)
        body = {"kind": kind, "period": period, "purpose": "合规抽查", **more}
        return door.post("/v1/staff/documents/archives", body, token=token)

    return asked


def identity(key: str) -> str:
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def keys(reply: Any) -> list[str]:
    assert reply.status == 200, reply.body
    return [item["key"] for item in reply.body["items"]]


def worked() -> int:
    sqs, url = aws.client("sqs"), settings.get("ARCHIVE_QUEUE_URL")
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        answer = events.pack_documents(records(message["Body"]), CONTEXT)
        assert answer == {"batchItemFailures": []}
    return len(found)


@pytest.mark.parametrize(
    ("kind", "period", "unit", "expected"),
    [
        ("expiry", "2026-11", "44", ["4401.xlsx", "4401/E1.csv", "4403.xlsx"]),
        ("expiry", "2026-11", "4403", ["4403.xlsx"]),
        ("expiry", "2026-11-01", "44", ["60/4401.csv"]),
        ("policies", "2026-11", "44", ["PDZA1/1.pdf", "PDZA2/1.pdf", "PDZA3/1.pdf"]),
        ("policies", "2026-10", "44", []),
        ("reports", "2026Q3", "44", ["44/0001/report.pdf"]),
        ("reports", "2026Q3", "10", ["44/0001/report.pdf", "head_office/0001/report.json"]),
        ("ledger", "2031-11", "44", []),
        ("ledger", "2031-11", "10", ["2031-11-02/digest.json"]),
    ],
)
def test_a_list_has_what_lies_below_the_person_and_nothing_else(
    officer, kind, period, unit, expected
):
    found = keys(officer(unit)(kind, period))
    assert len(found) == len(expected)
    assert all(key.endswith(end) for key, end in zip(found, expected, strict=True))


def test_no_list_holds_a_link(officer):
    for kind, period in (("expiry", "2026-11"), ("policies", "2026-11")):
        assert "http" not in json.dumps(officer()(kind, period).body)


@pytest.mark.parametrize(("kind", "period"), [("policies", "2026-11"), ("expiry", "2026-11")])
def test_pages_give_the_same_in_parts(officer, kind, period):
    ask, found, cursor = officer("10"), [], ""
    while cursor is not None:
        reply = ask(kind, period, limit="1", **({"cursor": cursor} if cursor else {}))
        found += keys(reply)
        cursor = reply.body["cursor"]
    assert found == keys(ask(kind, period))


def test_a_cursor_of_nothing_is_no_failure(officer):
    for text in ("x", "policies/", "policies/zz", "expiry/2027"):
        cursor = base64.urlsafe_b64encode(text.encode()).decode()
        assert officer()("policies", "2026-11", cursor=cursor).status == 200


def test_many_units_take_several_pages_not_one_long_request(stored, monkeypatch):
    monkeypatch.setattr(service, "LOOKS", 1)
    selection = service.Selection(service.kinds.KINDS["policies"], "2026-11", "10", True)
    assert [document.key for document in service.whole(selection)] == [
        key for key in KEYS if key.startswith("policies/")
    ]


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "imports"}, {"period": "2026-13"}, {"period": "11"}, {"purpose": ""}],
)
def test_a_list_of_nothing_nameable_is_refused(officer, wrong):
    asked = {"kind": "policies", "period": "2026-11", **wrong}
    assert officer()(asked.pop("kind"), asked.pop("period"), **asked).status == 400


def test_another_province_is_not_there(officer, download, pack):
    assert officer()("policies", "2026-11", organisation="51").status == 404
    assert download("policies/51/PDZA4/1.pdf").status == 404
    assert download("ledger/2031-11-02/digest.json").status == 404
    assert pack("policies", "2026-11", organisation="51").status == 404


@pytest.mark.parametrize(
    "key",
    ["expiry/2026-11/4499.xlsx", "expiry/2026-11/manifest.json", "imports/x", "policies/../x", ""],
)
def test_what_is_no_document_is_not_there(download, key):
    assert download(key or "%").status == 404


@pytest.mark.parametrize("kind", ["reports", "expiry", "policies", "ledger"])
def test_who_signs_reports_opens_those_of_his_reach_and_nothing_else(
    door, staff_token, stored, kind
):
    officer = staff_token(["reporting_officer"], "44", sub="R1")
    agent = staff_token(["branch_manager"], "44", sub="M1")

    def asked(key: str, token: str) -> int:
        path = f"/v1/staff/documents/{identity(key)}/downloads"
        return int(door.post(path, {"purpose": "核对签发"}, token=token).status)

    for key in (key for key in KEYS if key.startswith(kind)):
        assert asked(key, officer) == (201 if key.startswith("reports/2026Q3/44/") else 404), key
        assert asked(key, agent) == 403
    listed = {"kind": "reports", "period": "2026Q3", "purpose": "核对签发"}
    assert door.get("/v1/staff/documents", query=listed, token=officer).status == 403
    if kind == "reports":
        head = staff_token(["reporting_officer"], "10", sub="R2")
        assert asked("reports/2026Q3/head_office/0001/report.json", head) == 201


def test_a_link_reads_one_version_for_a_minute(download):
    key = "expiry/2026-11/4403.xlsx"
    made = download(key)
    assert made.status == 201
    query = parse_qs(urlsplit(made.body["url"]).query)
    assert query["X-Amz-Expires"] == ["60"]
    assert query["versionId"] == [made.body["version_id"]]
    put(key, b"a later run")
    assert requests.get(made.body["url"], timeout=10).content == b"shenzhen"
    for wrong in (made.body["url"].replace("4403", "4401"), made.body["url"] + "0"):
        assert requests.get(wrong, timeout=10).status_code == 403


def test_a_download_is_on_record_before_its_link_exists(download, monkeypatch):
    key, seen = "policies/4401/PDZA1/1.pdf", []
    signed = links.signed

    def watching(found: links.Standing) -> str:
        seen.append([json.loads(item.facts) for item in audit.of_subject("C7", None, 5)])
        return signed(found)

    monkeypatch.setattr(links, "signed", watching)
    assert download(key, sub="C7").status == 201
    ((event,),) = seen
    assert event["objects"][0] == f"documents/{key}"
    assert (event["purpose"], event["status"]) == ("free_text", 201)
    with monkeypatch.context() as patch:
        patch.setenv("AUDIT_TABLE", "gone")
        assert download(key, sub="C7").status == 500
    assert len(seen) == 1


def test_a_document_of_many_rows_waits_for_another_person(download, door, staff_token):
    put("expiry/2027-01/4401.xlsx", b"long", rows="501")
    waiting = download("expiry/2027-01/4401.xlsx")
    assert (waiting.status, waiting.body["state"], waiting.body["url"]) == (202, "waiting", None)
    second = staff_token(["compliance_reviewer"], "44", sub="C9")
    path = f"/v1/staff/approvals/{waiting.body['approval_id']}"
    assert door.post(path, {"decision": "approve"}, token=second).status == 200
    assert download("expiry/2027-01/4401.xlsx").status == 201


def test_many_documents_come_as_one_archive_made_in_storage(pack):
    asked = pack("policies", "2026-11")
    assert (asked.status, asked.body["state"]) == (202, "making")
    assert pack("policies", "2026-11", sub="C2").body["key"] == asked.body["key"]
    assert worked() == 1
    ready = pack("policies", "2026-11")
    assert (ready.status, ready.body["state"], ready.body["documents"]) == (200, "ready", 3)
    content = requests.get(ready.body["url"], timeout=10).content
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        assert {name: packed.read(name) for name in packed.namelist()} == {
            key: KEYS[key] for key in KEYS if key.startswith(("policies/4401", "policies/4403"))
        }


def test_a_large_archive_waits_for_another_person(pack, door, staff_token, monkeypatch):
    real, few = parameters.value, {"export_documents": 2}
    monkeypatch.setattr(parameters, "value", lambda name, day: few.get(name) or real(name, day))
    asked = {"unit": "10", "purpose": "全省检查"}
    pack("policies", "2026-11", **asked)
    worked()
    waiting = pack("policies", "2026-11", **asked)
    assert (waiting.status, waiting.body["state"], waiting.body["url"]) == (202, "waiting", None)
    second = staff_token(["compliance_reviewer"], "10", sub="C9")
    path = f"/v1/staff/approvals/{waiting.body['approval_id']}"
    assert door.post(path, {"decision": "approve"}, token=second).status == 200
    assert pack("policies", "2026-11", **asked).body["state"] == "ready"


@pytest.mark.parametrize(
    ("period", "key"),
    [
        ("2029-05", "expiry/2029-05/4403.xlsx"),
        ("2029Q2", "reports/2029Q2/44/0001/report.pdf"),
        ("2029", "service/2029/44-scorecard.pdf"),
        ("2029-05", "ledger/2029-05-02/digest.json"),
    ],
)
def test_every_kind_that_is_found_by_its_key_is_opened_and_packed(period, key, download, pack):
    put(key, b"one of its kind")
    opened = download(key, unit="10")
    assert requests.get(opened.body["url"], timeout=10).content == b"one of its kind"
    kind = key.partition("/")[0]
    pack(kind, period, unit="10")
    worked()
    packed = pack(kind, period, unit="10")
    content = requests.get(packed.body["url"], timeout=10).content
    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == [key]
    # Others of this process look at what lies under these beginnings.
    aws.client("s3").delete_object(Bucket=settings.get("DOCUMENTS_BUCKET"), Key=key)


def test_an_archive_of_nothing_says_so(pack):
    pack("policies", "2025-01")
    worked()
    assert pack("policies", "2025-01").body["state"] == "empty"


def test_more_documents_than_can_be_packed_are_refused(pack, monkeypatch):
    monkeypatch.setattr(archives, "MOST", 1)
    pack("policies", "2026-11", unit="4401")
    worked()
    assert pack("policies", "2026-11", unit="4401").status == 413


def test_packing_takes_no_more_memory_for_more_documents(stored, monkeypatch):
    monkeypatch.setattr(store, "PART_BYTES", 5 * 1024 * 1024)
    for number in range(24):
        put(f"expiry/2030-01/big{number:02d}.csv", bytes(1024 * 1024))
    big = [f"expiry/2030-01/big{number:02d}.csv" for number in range(24)]

    def peak(count: int) -> int:
        tracemalloc.start()
        assert store.pack("archives/memory.zip", big[:count]) == (count, count)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    peak(6)
    assert peak(24) < peak(6) * 1.2


def test_an_upload_that_breaks_off_leaves_nothing_behind(stored):
    bucket = settings.get("DOCUMENTS_BUCKET")
    acting = stored.guard.acting("pack_documents")
    with acting, pytest.raises(aws.client("s3").exceptions.NoSuchKey):
        store.pack("archives/broken.zip", ["policies/4401/PDZA1/1.pdf", "policies/none"])
    assert links.standing("archives/broken.zip") is None
    assert "Uploads" not in aws.client("s3").list_multipart_uploads(Bucket=bucket)
