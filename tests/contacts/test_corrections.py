"""Staff and telephone numbers, over HTTP: adding at once, correcting by two people."""

from datetime import timedelta

import pytest

from chalicelib import clock
from chalicelib.contacts import service
from chalicelib.organisations import service as organisations
from tests.policies.rows import number, policy, take

OLD, NEW = "13812345678", "13987654321"
ADD = {"phone": NEW, "phone_kind": "mobile", "source": "face_to_face"}
OVERWRITE = {**ADD, "action": "overwrite", "replaces": OLD, "reason": "客户当面更正"}
UNMARK = {"action": "unmark", "phone": OLD, "reason": "误标"}


def day(ago=0):
    return (clock.shanghai_day(clock.now()) - timedelta(days=ago)).isoformat()


@pytest.fixture
def mine(aws):
    """A policy of P1 with one number, sold by agent A1."""
    aws.empty()
    rows = [("P", ""), ("P1", "P"), ("P11", "P1"), ("P2", "P")]
    entries = [
        {"code": c, "name": c, "level": "city"} | ({"parent": p} if p else {}) for c, p in rows
    ]
    organisations.take("organisations", [(row, f"p#{row['code']}") for row in entries])
    organisations._tree.cache_clear()
    found = number()
    take(policy(found, organisation="P11", agent="A1", mobile=OLD, issued_on="2026-03-01"))
    return found


@pytest.fixture
def clerk(mine, staff_token):
    return staff_token(["outlet_operator"], "P1", sub="clerk")


@pytest.fixture
def manager(mine, staff_token):
    return staff_token(["branch_manager"], "P", sub="manager")


def tell(door, token, policy_no, body):
    return door.post(f"/v1/staff/policies/{policy_no}/contacts", body, token=token)


def approve(door, token, reply, decision="approve"):
    path = f"/v1/staff/approvals/{reply.body['approval_id']}"
    return door.post(path, {"decision": decision}, token=token)


def report_wrong(policy_no, ago=1, file="w"):
    row = {"policy_no": policy_no, "phone": OLD, "reported_on": day(ago)}
    service.take([(row, f"{file}#1")])


def numbers(policy_no):
    """The good numbers and the wrong ones."""
    known = [{"phone": OLD, "phone_kind": "mobile", "source": "underwriting"}]
    found = service.of_policy(policy_no, [{**known[0], "recorded_on": "2026-03-01"}])
    good = {one.phone for one in found if one.wrong_since is None}
    return good, {one.phone for one in found} - good


def test_adding_a_number_is_single_handed_immediate_and_on_record(door, mine, clerk, staff_token):
    added = tell(door, clerk, mine, {**ADD, "phone": " +86 139-8765-4321"})
    assert (added.status, added.body) == (201, {"approval_id": None, "state": "done"})
    assert numbers(mine) == ({OLD, NEW}, set())
    assert tell(door, clerk, mine, ADD).status == 201
    assert len(service.of_policy(mine)) == 1
    officer = staff_token(["compliance_officer"], "P", sub="officer")
    seen = door.get("/v1/staff/audit", token=officer, query={"object": f"policies/{mine}"})
    assert [(event["subject"], event["outcome"]) for event in seen.body["items"]] == [
        ("clerk", "done")
    ] * 2
    assert NEW not in str(seen.body)


def test_an_agent_adds_to_his_own_customers_only(door, mine, staff_token):
    assert tell(door, staff_token(["agent"], "P11", sub="A1"), mine, ADD).status == 201
    assert tell(door, staff_token(["agent"], "P11", sub="A2"), mine, ADD).status == 404


@pytest.mark.parametrize(
    ("role", "place", "status"),
    [("outlet_operator", "P2", 404), ("branch_manager", "P1", 403), ("system_admin", "P1", 403)],
)
def test_others_do_not(door, mine, staff_token, role, place, status):
    assert tell(door, staff_token([role], place, sub="x"), mine, ADD).status == status


def test_overwriting_waits_for_another_person_and_keeps_the_old_number_as_wrong(
    door, mine, clerk, manager, staff_token
):
    asked = tell(door, clerk, mine, OVERWRITE)
    assert (asked.status, asked.body["state"]) == (202, "waiting")
    assert numbers(mine) == ({OLD}, set())
    (shown,) = door.get("/v1/staff/approvals", token=manager).body["items"]
    content = shown["content"]
    assert (content["phone"], content["replaces"]) == ("139****4321", "138****5678")
    both = staff_token(["branch_manager", "outlet_operator"], "P", sub="clerk")
    assert approve(door, both, asked).body["code"] == "same-person"
    far = staff_token(["branch_manager"], "P2", sub="far")
    assert approve(door, far, asked).status == 404
    assert approve(door, manager, asked).body["state"] == "done"
    assert numbers(mine) == ({NEW}, {OLD})


def test_a_refused_correction_changes_nothing(door, mine, clerk, manager):
    asked = tell(door, clerk, mine, OVERWRITE)
    assert approve(door, manager, asked, "refuse").body["state"] == "refused"
    assert numbers(mine) == ({OLD}, set())


def test_unmarking_waits_for_another_person_and_a_later_report_counts_again(
    door, mine, clerk, manager
):
    report_wrong(mine, ago=5)
    report_wrong(mine, ago=3)
    assert numbers(mine) == (set(), {OLD})
    asked = tell(door, clerk, mine, UNMARK)
    assert asked.status == 202
    assert numbers(mine) == (set(), {OLD})
    assert approve(door, manager, asked).body["state"] == "done"
    assert numbers(mine) == ({OLD}, set())
    assert approve(door, manager, asked).body["state"] == "done"
    report_wrong(mine, ago=1)
    assert numbers(mine) == (set(), {OLD})


def test_a_number_that_is_wrong_everywhere_is_unmarked_for_the_policy(door, mine, clerk, manager):
    service.take([({"phone": OLD, "reported_on": day(2)}, "everywhere#1")])
    assert numbers(mine) == (set(), {OLD})
    approve(door, manager, tell(door, clerk, mine, UNMARK))
    assert numbers(mine) == ({OLD}, set())


def test_adding_a_number_that_is_marked_wrong_does_not_get_around_the_second_person(
    door, mine, clerk, manager
):
    report_wrong(mine)
    asked = tell(door, clerk, mine, {**ADD, "phone": OLD})
    assert asked.status == 202
    assert numbers(mine) == (set(), {OLD})
    approve(door, manager, asked)
    assert numbers(mine) == ({OLD}, set())


@pytest.mark.parametrize(
    "body",
    [
        {"phone": NEW},
        {**ADD, "phone": "王小明的电话"},
        {**OVERWRITE, "replaces": "13700000000"},
        {**OVERWRITE, "replaces": NEW},
        {**ADD, "action": "overwrite"},
        UNMARK,
        {**UNMARK, "phone": NEW},
    ],
)
def test_what_cannot_be_is_refused(door, mine, clerk, body):
    assert tell(door, clerk, mine, body).status == 400


def test_a_policy_that_is_not_there_is_not_found(door, clerk):
    assert tell(door, clerk, number(), ADD).status == 404
