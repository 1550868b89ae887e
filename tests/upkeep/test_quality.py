"""Data quality over all files: counted once, new rows alone, shown as far as one's roles reach."""

import pytest

from chalicelib import clock
from chalicelib.imports import finishing, identity, service
from chalicelib.imports import store as imports
from chalicelib.organisations import service as organisations
from chalicelib.upkeep import store
from tests.imports.files import AT, as_csv, drop, row, work_queue


@pytest.fixture(autouse=True)
def tree(aws):
    aws.empty()
    levels = [("Q", "head_office"), ("4401", "city"), ("Q2", "city")]
    entries = [{"code": c, "name": c, "level": v, "parent": "Q"} for c, v in levels]
    entries[0].pop("parent")
    organisations.take("organisations", [(e, f"quality#{e['code']}") for e in entries])
    organisations._tree.cache_clear()
    organisations._cached.cache_clear()


def imported(content):
    file = drop(content, "a.csv")
    service.begin(file, AT)
    work_queue()
    return file


def shown(door, token, dimension="organisation"):
    reply = door.get(f"/v1/staff/quality/{dimension}", token=token)
    assert reply.status == 200, reply.body
    return {item["code"]: item for item in reply.body["items"]}


def test_every_figure_is_an_item_of_the_rule():
    items = {item for _, of_everyone, of_persons in identity.ITEMS for item in of_everyone}
    items |= {item for _, of_everyone, of_persons in identity.ITEMS for item in of_persons}
    assert set(store.FIGURES) == items | {"rows", "complete"}


def test_files_add_up_and_rows_that_come_again_or_are_rejected_do_not(door, staff_token):
    one, other = row(), row()
    imported(as_csv([one]))
    imported(as_csv([one, other, row(premium="x")]))
    figures = shown(door, staff_token(["branch_manager"], "4401"))["4401"]
    assert (figures["rows"], figures["complete"]) == (2, 0)
    assert figures["missing"]["policyholder_phone"] == 2


def test_a_report_that_is_written_again_counts_once(door, staff_token):
    file = imported(as_csv([row(), row()]))
    token = staff_token(["branch_manager"], "4401")
    before = shown(door, token)
    (import_id,) = imports.begun_at(clock.stored(AT))
    assert import_id.startswith(file.key)
    finishing.finish(import_id, imports.get(import_id))
    assert shown(door, token) == before
    assert before["4401"]["rows"] == 2


def test_organisations_see_their_own_and_intermediaries_are_for_the_top(door, staff_token):
    imported(as_csv([row()]))
    store.count("x", 0, {("intermediary", "B1"): {"rows": 3}, ("agent", "A9"): {"rows": 1}})
    assert shown(door, staff_token(["branch_manager"], "Q2")) == {}
    top = staff_token(["branch_manager"], "Q", sub="top")
    assert set(shown(door, top)) == {"4401"}
    assert shown(door, top, "intermediary")["B1"]["rows"] == 3
    assert shown(door, staff_token(["branch_manager"], "4401"), "intermediary") == {}
    assert shown(door, top, "agent") == {}
    assert door.get("/v1/staff/quality/planet", token=top).status == 404
