"""Consistency checks (I8): extracts are compared with what customers see, nothing is changed."""

import csv
import io
import json
import tracemalloc

import pytest

from chalicelib import aws as clients
from chalicelib import clock, settings
from chalicelib.imports import checking, plan, service, store
from chalicelib.imports.seen import Seen
from chalicelib.policies import service as policies
from tests.imports.chaos import Trouble, deliver, insist, without_waiting
from tests.imports.files import announce, as_csv, imported, row, work_queue


@pytest.fixture(autouse=True)
def _an_organisation(aws):
    aws.empty()
    announce()


def compared(content, kind="policies", name="x.csv", trouble=None, **metadata):
    """Report and differences of an extract."""
    key = f"check/{kind}/{name}"
    bucket = settings.get("INCOMING_BUCKET")
    s3 = clients.client("s3")
    put = s3.put_object(Bucket=bucket, Key=key, Body=content, Metadata=metadata)
    file = store.File(bucket, key, put.get("VersionId"))
    if trouble:
        trouble.begin()
        try:
            insist(service.begin, file, clock.now())
            deliver(trouble)
        finally:
            trouble.end()
    else:
        service.begin(file, clock.now())
        work_queue()
    place = f"checks/{kind}/{name}/{plan.digest([content])[:12]}"
    read = lambda file: s3.get_object(  # noqa: E731 - two files, one way
        Bucket=settings.get("DOCUMENTS_BUCKET"), Key=f"{place}/{file}"
    )["Body"].read()
    found = json.loads(read("report.json"))
    if "refused" in found:
        return found, []
    text = read("differences.csv").decode("utf-8-sig")
    return found, list(csv.reader(io.StringIO(text)))[1:]


def figures(found):
    names = ("rows", "equal", "differs", "missing_here", "unreadable", "only_here")
    return tuple(found[name] for name in names)


def test_an_extract_that_says_what_customers_see_shows_no_difference():
    rows = [row(), row()]
    imported(as_csv(rows), "a.csv")
    found, differences = compared(as_csv(rows))
    assert figures(found) == (2, 2, 0, 0, 0, 0)
    assert (found["fields"], differences) == ({}, [])


def test_every_field_that_differs_is_named_with_both_values_and_personal_ones_masked():
    one, other = row(), row()
    imported(as_csv([one, other]), "a.csv")
    before = policies.version(one["policy_no"], 1)
    changed = {**one, "premium": "3281.50", "insured_id_no": "440308199901101512"}
    found, differences = compared(as_csv([changed, other]))
    assert figures(found) == (2, 1, 1, 0, 0, 0)
    assert found["fields"] == {"insured_id_no": 1, "premium": 1}
    assert ["2", one["policy_no"], "保费", "不一致", "3281.50", "3280.50"] in differences
    assert "440308199901101512" not in str(differences)
    assert policies.version(one["policy_no"], 1) == before


def test_what_is_missing_on_either_side_is_said():
    here, there = row(), row()
    imported(as_csv([here]), "a.csv")
    found, differences = compared(as_csv([there]))
    assert figures(found) == (1, 0, 0, 1, 0, 1)
    assert [line[:4] for line in differences] == [
        ["2", there["policy_no"], "", "查询系统缺少"],
        ["", here["policy_no"], "", "核心系统提取数据缺少"],
    ]
    found, differences = compared(as_csv([there]), name="y.csv", partial="true")
    assert found["only_here"] is None
    assert len(differences) == 1


def test_a_cell_that_the_extract_leaves_empty_but_customers_see_is_a_difference():
    one = row()
    imported(as_csv([one]), "a.csv")
    text = as_csv([one]).decode("utf-8-sig").splitlines()
    imported(f"{text[0]},产品名称\n{text[1].replace(',1,', ',2,', 1)},甲\n".encode(), "b.csv")
    found, differences = compared(f"{text[0]},产品名称\n{text[1]},\n".encode())
    assert found["fields"] == {"product": 1, "version": 1}
    assert [line[2:] for line in differences if line[2] == "产品名称"] == [
        ["产品名称", "不一致", "", "甲"]
    ]


def test_rows_that_cannot_be_read_are_counted_and_said_and_large_files_are_never_stopped():
    found, differences = compared(as_csv([row(premium="x") for _ in range(1200)]))
    assert figures(found)[:2] == (1200, 0)
    assert found["unreadable"] == 1200
    assert len(differences) == 1200
    assert policies.find(differences[0][1]) is None


def test_stops_of_claims_are_compared_one_by_one_but_for_internal_notes():
    one = row()
    imported(as_csv([one]), "a.csv")
    stops = [
        {
            "claim_no": "C2026440100000001",
            "seq": seq,
            "policy_no": one["policy_no"],
            "stage": stage,
            "at": f"2026-11-0{seq}T10:00:00",
            "note": "内部",
        }
        for seq, stage in ((1, "reported"), (2, "surveyed"), (3, "registered"))
    ]
    lines = lambda found: "".join(json.dumps(s) + "\n" for s in found).encode()  # noqa: E731
    assert imported(lines(stops), "c.jsonl", "claims")["accepted"] == 3
    extract = [
        {**stops[0], "note": "别的"},
        {**stops[1], "stage": "assessed"},
        {**stops[2], "seq": 4, "at": "2026-11-04T10:00:00"},
    ]
    found, differences = compared(lines(extract), "claims", "c.jsonl")
    assert figures(found) == (3, 1, 1, 1, 0, 1)
    assert found["fields"] == {"stage": 1}
    assert differences[-1][1].endswith("/000003")


@pytest.mark.parametrize("seed", range(2))
def test_a_check_that_is_killed_and_short_of_time_ends_as_on_a_quiet_day(seed, monkeypatch):
    monkeypatch.setattr(plan.make, "__kwdefaults__", {"range_bytes": 900})
    monkeypatch.setattr(checking, "BATCH", 3)
    without_waiting(monkeypatch)
    rows = [row(ends_on=f"2027-{place % 6 + 1:02d}-01") for place in range(30)]
    imported(as_csv(rows), "a.csv")
    extract = as_csv([*({**one, "premium": "1"} for one in rows[:5]), *rows[5:18], row()])
    quiet, quietly = compared(extract, name="quiet.csv")
    assert figures(quiet) == (19, 13, 5, 1, 0, 12)
    trouble = Trouble(seed)
    found, differences = compared(extract, name="bad-day.csv", trouble=trouble)
    assert "killed" in trouble.happened
    assert differences == quietly
    assert figures(found) == figures(quiet)
    assert found["fields"] == quiet["fields"]


def test_memory_does_not_grow_with_what_an_extract_names(tmp_path):
    def peak(count):
        tracemalloc.start()
        with Seen(tmp_path / str(count)) as seen:
            for start in range(0, count, 500):
                keys = [f"PDZA{place:016d}" for place in range(start, start + 500)]
                seen.add({"seen": keys, "candidates": [], "places": [("4401", "2027-01")]})
            asked = (f"PDZA{place:016d}" for place in range(count - 1, count + 1))
            assert list(seen.missing(asked)) == [f"PDZA{count:016d}"]
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    assert peak(40_000) < 1.2 * peak(10_000)


def test_other_kinds_are_not_compared():
    found, _ = compared(b"x", "agents")
    assert found["reasons"] == {"unknown-kind": 1}


def test_staff_see_a_check_and_get_its_differences(door, staff_token):
    imported(as_csv([row()]), "a.csv")
    compared(as_csv([row()]))
    admin = staff_token(["business_admin"], "44", sub="admin")
    reply = door.get("/v1/staff/imports", token=admin, query={"kind": "check"})
    (entry,) = reply.body["items"]
    assert (entry["file_name"], entry["state"]) == ("policies/x.csv", "finished")
    shown = door.get(f"/v1/staff/imports/{entry['import_no']}", token=admin).body
    assert shown["report"]["missing_here"] == 1
    path = f"/v1/staff/imports/{entry['import_no']}/rejected-rows"
    reply = door.post(path, {"purpose": "核对"}, token=admin)
    assert "differences.csv" in reply.body["url"]
