"""What staff see of imports, in-process through the door: lists, progress, reports, another try."""

from urllib.parse import urlsplit

import pytest

from chalicelib import clock
from chalicelib.imports import overview, service, store, working
from tests.imports.files import (
    KilledError,
    announce,
    as_csv,
    die,
    drop,
    imported,
    row,
    work_queue,
)

IMPORTS = "/v1/staff/imports"


@pytest.fixture(autouse=True)
def _an_organisation(aws):
    aws.empty()
    announce()


@pytest.fixture
def admin(staff_token):
    return staff_token(["business_admin"], "44", sub="admin")


@pytest.fixture
def machinist(staff_token):
    return staff_token(["system_admin"], "44", sub="machinist")


def begun(content, name="a.csv", kind="policies"):
    file = drop(content, name, kind)
    service.begin(file, clock.now())
    return file


def items(door, token, **query):
    reply = door.get(IMPORTS, token=token, query=query)
    assert reply.status == 200, reply.body
    return reply.body["items"]


def test_a_finished_import_stands_in_the_list_with_what_its_rows_came_to(door, machinist):
    begun(as_csv([row(), row(premium="free")]))
    work_queue()
    (entry,) = items(door, machinist)
    assert (entry["kind"], entry["state"], entry["state_name"]) == (
        "policies",
        "finished",
        "已完成",
    )
    assert entry["file_name"].endswith("-a.csv")
    assert entry["rows"] == {"done": 2, "total": 2}
    assert entry["outcomes"] == {"accepted": 1, "unchanged": 0, "superseded": 0, "rejected": 1}


def test_a_running_import_shows_how_far_it_is(door, machinist, monkeypatch):
    monkeypatch.setattr(working, "BATCH", 100)
    begun(as_csv([row() for _ in range(250)]))
    (entry,) = items(door, machinist)
    assert (entry["state"], entry["rows"]) == ("running", {"done": 0, "total": 250})
    time_left = iter([1.0, 900.0, 900.0, 900.0])
    import_id = next(iter(store.states([overview._get(entry["import_no"]).pk])))
    service.work(import_id, 0, lambda: next(time_left))
    (entry,) = items(door, machinist)
    assert entry["rows"] == {"done": 100, "total": 250}
    assert entry["outcomes"]["accepted"] == 100
    work_queue()
    assert items(door, machinist)[0]["rows"] == {"done": 250, "total": 250}


def test_a_refused_file_stands_in_the_list_and_its_first_report_stays(door, admin):
    file = begun(b"\x00\x01 no table", "x.csv")
    (entry,) = items(door, admin)
    assert (entry["state"], entry["outcomes"]) == ("refused", None)
    shown = door.get(f"{IMPORTS}/{entry['import_no']}", token=admin).body
    assert shown["report"]["refused"]
    service.begin(file, clock.now())
    assert items(door, admin) == [entry]
    again = door.get(f"{IMPORTS}/{entry['import_no']}", token=admin).body
    assert again == shown


def test_lists_come_in_pages_and_filter_by_kind_and_state(door, admin):
    for _ in range(3):
        begun(as_csv([row()]))
    begun(b"code,name,level\n99,x,city\n", "o.csv", "organisations")
    work_queue()
    begun(as_csv([row()]))
    assert [entry["state"] for entry in items(door, admin)] == ["running", *["finished"] * 4]
    assert len(items(door, admin, kind="organisations")) == 1
    assert len(items(door, admin, state="running")) == 1
    seen, cursor = [], None
    while True:
        query = {"limit": "2", **({"cursor": cursor} if cursor else {})}
        reply = door.get(IMPORTS, token=admin, query=query)
        seen += [entry["import_no"] for entry in reply.body["items"]]
        cursor = reply.body["cursor"]
        if cursor is None:
            break
    assert seen == [entry["import_no"] for entry in items(door, admin)]
    assert len(set(seen)) == 5


@pytest.mark.parametrize("query", [{"kind": "x"}, {"state": "x"}, {"cursor": "eA=="}])
def test_a_filter_that_means_nothing_is_named(door, admin, query):
    reply = door.get(IMPORTS, token=admin, query=query)
    (name,) = query
    assert (reply.status, reply.body["errors"][0]["pointer"]) == (400, f"/{name}")


def test_the_report_shows_cells_of_rejected_rows_only_to_who_may_see_them(door, admin, machinist):
    begun(as_csv([row(), row(insured_id_no="110105194912310029")]))
    work_queue()
    (entry,) = items(door, admin)
    path = f"{IMPORTS}/{entry['import_no']}"
    full = door.get(path, token=admin).body
    assert full["rejected_rows"] is True
    assert full["report"]["rejections"][0]["code"] == "checksum"
    assert "110105194912310029" not in str(full)
    figures = door.get(path, token=machinist).body
    assert "rejections" not in figures["report"]
    assert figures["report"]["reasons"] == {"checksum": 1}


def test_rejected_rows_come_by_a_link_for_a_purpose_and_the_look_is_on_record(
    door, admin, machinist, staff_token
):
    begun(as_csv([row(), row(premium="free")]))
    work_queue()
    (entry,) = items(door, admin)
    path = f"{IMPORTS}/{entry['import_no']}/rejected-rows"
    reply = door.post(path, {"purpose": "更正退回数据"}, token=admin)
    assert reply.status == 200, reply.body
    assert "X-Amz-Expires=60" in urlsplit(reply.body["url"]).query
    assert reply.body["rows"] == 1
    assert door.post(path, {"purpose": "看看"}, token=machinist).status == 403
    officer = staff_token(["compliance_officer"], "44", sub="officer")
    seen = door.get("/v1/staff/audit", token=officer, query={"subject": "admin"}).body["items"]
    assert seen[0]["action"] == "POST /v1/staff/imports/{import_no}/rejected-rows"
    assert seen[0]["purpose"] == "更正退回数据"
    assert seen[0]["objects"][0].startswith("imports/policies/")


def test_without_rejected_rows_there_is_no_link(door, admin):
    begun(as_csv([row()]))
    work_queue()
    (entry,) = items(door, admin)
    path = f"{IMPORTS}/{entry['import_no']}/rejected-rows"
    assert door.post(path, {"purpose": "更正"}, token=admin).status == 404


def test_an_import_whose_worker_died_for_good_goes_on_when_it_is_tried_again(
    door, machinist, monkeypatch
):
    begun(as_csv([row() for _ in range(3)]))
    with monkeypatch.context() as patch:
        patch.setattr(working.kinds.Intake, "take", die)
        with pytest.raises(KilledError):
            work_queue()
    # The message is in flight and will not come back in this test: as if it were a dead letter.
    (entry,) = items(door, machinist)
    reply = door.post(
        f"{IMPORTS}/{entry['import_no']}/retries", {"reason": "死信"}, token=machinist
    )
    assert (reply.status, reply.body["queued"]) == (202, True)
    work_queue()
    (entry,) = items(door, machinist)
    assert entry["outcomes"]["accepted"] == 3
    reply = door.post(
        f"{IMPORTS}/{entry['import_no']}/retries", {"reason": "再试"}, token=machinist
    )
    assert (reply.status, reply.body["queued"]) == (202, False)


def test_a_stopped_file_is_forced_by_who_answers_for_the_business_alone(door, admin, machinist):
    begun(as_csv([row(**({} if place < 300 else {"premium": "x"})) for place in range(1000)]))
    work_queue()
    (entry,) = items(door, admin)
    assert (entry["state"], entry["outcomes"]["rejected"]) == ("stopped", 1000)
    path = f"{IMPORTS}/{entry['import_no']}/retries"
    body = {"force": True, "reason": "已与核心系统核对"}
    assert door.post(path, body, token=machinist).status == 403
    assert door.post(path, {"reason": "再试"}, token=admin).body["queued"] is False
    forced = door.post(path, body, token=admin).body
    assert (forced["queued"], forced["state"]) == (True, "starting")
    work_queue()
    (entry,) = items(door, admin)
    assert entry["state"] == "finished"
    assert (entry["outcomes"]["accepted"], entry["outcomes"]["rejected"]) == (300, 700)


@pytest.mark.parametrize(
    "name", ["x", "20261121T010203000000Z-0123456789abcdef", "20269999T990203000000Z-" + "0" * 16]
)
def test_an_import_that_is_not_there_is_not_found(door, admin, name):
    assert door.get(f"{IMPORTS}/{name}", token=admin).status == 404


def test_imports_are_not_for_agents(door, staff_token):
    imported(as_csv([row()]), "a.csv")
    assert door.get(IMPORTS, token=staff_token(["agent"], "4401")).status == 403
