"""History: superseded data stay readable, by role, with when and which file; numbers accumulate."""

from datetime import UTC, datetime

import pytest

from chalicelib.claims import service as claims
from chalicelib.contacts import service as contacts
from chalicelib.organisations import service as organisations
from chalicelib.policies import grouping, parts
from chalicelib.policies import service as policies
from chalicelib.privacy import dossier
from tests.policies.rows import number, policy, take

NAME, ID_NO = "欧阳静", "110105194912310021"


@pytest.fixture
def changed(aws):
    """A policy of H1 whose second version came first, then its first, then its third."""
    rows = [{"code": c, "name": c, "parent": "H", "level": "city"} for c in ("H1", "H2")]
    organisations.take("organisations", [(row, f"history#{row['code']}") for row in rows])
    organisations._tree.cache_clear()
    name = number()
    sold = {"organisation": "H1", "agent": "A1", "insured_name": NAME, "insured_id_no": ID_NO}
    one = policy(name, version=1, premium=100, mobile="13800138001", **sold)
    two = policy(name, version=2, premium=200, mobile="13800138002", **sold)
    three = policy(name, version=3, premium=300, mobile="13800138003", **sold)
    assert take(two) == ["accepted"]
    assert take(one) == ["superseded"]
    assert take(three) == ["accepted"]
    return name


def past(door, token, name, **query):
    return door.get(f"/v1/staff/policies/{name}/history", token=token, query=query)


def test_versions_are_told_newest_first_with_file_moment_and_values(door, staff_token, changed):
    token = staff_token(["compliance_officer"], "H1")
    reply = past(door, token, changed)
    assert reply.status == 200, reply.body
    shown = reply.body["versions"]
    assert [(v["version"], v["current"], v["outcome"]) for v in shown] == [
        (3, True, "accepted"),
        (2, False, "accepted"),
        (1, False, "superseded"),
    ]
    premium = next(c for c in shown[0]["changes"] if c["field"] == "premium")
    assert premium == {"field": "premium", "label": "保费", "before": 200, "after": 300}
    assert {"insured_name", "premium"} <= {c["field"] for c in shown[2]["changes"]}
    assert all(version["came_at"] and "row" in version for version in shown)


def test_personal_values_are_masked_and_a_summary_has_none(door, staff_token, changed):
    full = past(door, staff_token(["compliance_officer"], "H1"), changed).body
    for secret in (NAME, ID_NO, "13800138001", "13800138003"):
        assert secret not in str(full)
    summary = past(door, staff_token(["branch_manager"], "H1"), changed).body
    assert summary["detail"] == "summary"
    assert all(set(c) == {"field", "label"} for v in summary["versions"] for c in v["changes"])


def test_what_is_out_of_reach_is_not_there(door, staff_token, changed):
    assert past(door, staff_token(["compliance_officer"], "H2"), changed).status == 404
    assert past(door, staff_token(["agent"], "H1", sub="A9"), changed).status == 404
    assert past(door, staff_token(["agent"], "H1", sub="A1"), changed).status == 200
    assert past(door, staff_token(["compliance_officer"], "H1"), "NOSUCHPOLICY").status == 404


def test_a_look_is_on_record_with_its_purpose(door, staff_token, changed):
    token = staff_token(["compliance_officer"], "H1", sub="reader")
    past(door, token, changed, purpose="异议核实")
    seen = door.get("/v1/staff/audit", token=token, query={"subject": "reader"}).body["items"]
    assert seen[0]["objects"] == [f"policies/{changed}"]
    assert "premium" in seen[0]["fields"]


def test_numbers_of_all_versions_and_files_stand_with_source_date_and_marks(
    door, staff_token, changed
):
    told = {
        "policy_no": changed,
        "phone": "13900139000",
        "phone_kind": "mobile",
        "source": "renewal",
        "recorded_on": "2026-03-01",
    }
    wrong = {"policy_no": changed, "phone": "13900139000", "reported_on": "2026-03-05"}
    contacts.take([(told, "c#1")])
    contacts.take([(wrong, "w#1")])
    token = staff_token(["claims_handler"], "H1")
    shown = past(door, token, changed).body["contacts"]
    assert len(shown) == 4
    marked = shown[-1]
    assert (marked["phone"], marked["wrong_since"]) == ("139****9000", "2026-03-05")
    assert (marked["source"], marked["source_name"]) == ("renewal", "续保到期")
    contacts.take([({**told, "recorded_on": "2026-03-06"}, "c#2")])
    shown = past(door, token, changed).body["contacts"]
    assert not [one for one in shown if one["wrong_since"]]


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ([("property", None, 1), ("motor", "compulsory", 2), ("motor", "commercial", 3)], 2),
        ([("motor", "commercial", 3), ("motor", "commercial", 2)], 1),
        ([("property", None, 1), ("motor", "compulsory", 2)], 1),
        ([("property", None, 2), ("accident", None, 1)], 1),
    ],
)
def test_the_first_commercial_motor_policy_stands_for_a_customer(aws, kinds, expected):
    names = []
    for line, kind, month in kinds:
        names.append(number())
        more = {"motor_kind": kind} if kind else {}
        row = policy(names[-1], line=line, starts_on=f"2026-0{month}-01", **more)
        assert take(row) == ["accepted"]
    records = [policies.find(name) for name in names]
    assert grouping.main(records) == names[expected]


def test_what_rows_replaced_of_instalments_and_stops_is_told_with_both_files(
    door, staff_token, changed
):
    early, later = (datetime(2026, 11, day, tzinfo=UTC) for day in (20, 21))
    due = {"policy_no": changed, "instalment": 1, "due_amount": 100}
    parts.take_payments([(due, "payments/a.csv/0123#7")], early)
    parts.take_payments([({**due, "due_amount": 200}, "payments/b.csv/4567#3")], later)
    stop = {"policy_no": changed, "claim_no": "C1", "seq": 1, "stage": "reported"}
    stop |= {"at": "2026-11-19T00:00:00Z", "message": f"请{NAME}补充材料"}
    claims.take([(stop, "claims/a.csv/0123#7")], early)
    claims.take([({**stop, "message": "谢谢"}, "claims/b.csv/4567#3")], later)
    shown = past(door, staff_token(["compliance_officer"], "H1"), changed).body["replaced"]
    assert [(one["part"], one["number"]) for one in shown] == [
        ("payment", "000001"),
        ("claim", "C1/000001"),
    ]
    came = {"came_at": "2026-11-21T08:00:00+08:00", "file": "payments/b.csv", "row": 3}
    brought = {"came_at": "2026-11-20T08:00:00+08:00", "file": "payments/a.csv", "row": 7}
    value = {"field": "due_amount", "label": "应缴金额", "before": 100, "brought": brought}
    assert shown[0] == {"part": "payment", "number": "000001", **came, "values": [value]}
    assert NAME not in str(shown)
    summary = past(door, staff_token(["branch_manager"], "H1"), changed).body["replaced"]
    assert all(set(v) == {"field", "label", "brought"} for one in summary for v in one["values"])
    copy = dossier.collect(changed, "DR2026-1", later)
    (mine,) = [one for one in copy["policies"] if one["policy"]["policy_no"] == changed]
    assert [one["values"] for one in mine["replaced"]] == [
        {"message": f"请{NAME}补充材料"},
        {"due_amount": 100},
    ]
