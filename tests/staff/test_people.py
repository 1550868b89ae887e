"""People: let in and widened by two, shut out and narrowed by one, at the next request."""

from datetime import timedelta

import pytest

from chalicelib import clock
from chalicelib.organisations import service as organisations
from chalicelib.staff import service, store, tokens
from tests.policies.rows import number, policy, take

SEARCH = "/v1/staff/customers/searches"
PERSON = "/v1/staff/people/wide-1"
CUSTOMER = {"id_no": "11010519491231002X", "name": "阿卜杜拉·买买提", "purpose": "customer_request"}


def today(days=0):
    return (clock.shanghai_day(clock.now()) + timedelta(days=days)).isoformat()


EXCEPTION = {"change": "scope_exception", "organisation": "W2", "reason": "跨省协查"}


@pytest.fixture
def admins(aws, staff_token):
    aws.empty()
    rows = [("W", ""), ("W1", "W"), ("W2", "W"), ("W21", "W2"), ("W3", "W")]
    entries = [
        {"code": c, "name": c, "level": "city"} | ({"parent": p} if p else {}) for c, p in rows
    ]
    organisations.take("organisations", [(row, f"w#{row['code']}") for row in entries])
    organisations._tree.cache_clear()
    for place in ("W21", "W3"):
        take(policy(number(), organisation=place), file=place)
    return [staff_token(["business_admin"], "0", sub=sub) for sub in ("admin-1", "admin-2")]


@pytest.fixture
def clerk(admins, staff_token):
    """An outlet operator of W1, who sees nothing of W2 by his role."""
    return staff_token(["outlet_operator"], "W1", sub="wide-1")


def tell(door, token, **told):
    return door.call("PUT", PERSON, body=told, token=token)


def approve(door, token, reply):
    path = f"/v1/staff/approvals/{reply.body['approval_id']}"
    return door.post(path, {"decision": "approve"}, token=token)


def places(door, token):
    """Where the policies lie that a search finds."""
    found = door.post(SEARCH, CUSTOMER, token=token)
    return found.status == 200 and {entry["organisation"] for entry in found.body["policies"]}


def test_an_exception_widens_the_scope_once_two_people_agreed_and_until_one_ends_it(
    door, admins, clerk
):
    first, second = admins
    asked = tell(door, first, **EXCEPTION, **{"from": today(), "until": today(30)})
    assert (asked.status, asked.body["state"]) == (202, "waiting")
    assert places(door, clerk) is False
    own = approve(door, first, asked)
    assert (own.status, own.body["code"]) == (403, "same-person")
    assert places(door, clerk) is False
    assert approve(door, second, asked).body["state"] == "done"
    # The organisation and all below it, and nothing beside it.
    assert places(door, clerk) == {"W21"}
    known = door.get(PERSON, token=first).body
    assert [entry["organisation"] for entry in known["exceptions"]] == ["W2"]
    ended = tell(door, first, change="exception_ended", organisation="W2")
    assert ended.body["state"] == "done"
    assert places(door, clerk) is False


def test_an_exception_holds_from_its_first_day_to_its_last(door, admins, clerk, monkeypatch):
    first, second = admins
    approve(door, second, tell(door, first, **EXCEPTION, **{"from": today(2), "until": today(3)}))
    seen = []
    at = clock.now()
    staff = tokens.sign_in(f"Bearer {clerk}", at)
    for days in range(5):
        scope = service.admit(staff, "POST", SEARCH, at + timedelta(days=days))
        seen.append("W21" in scope.organisations)
    assert seen == [False, False, True, True, False]


def test_what_is_seen_by_an_exception_names_its_approval_in_the_audit(
    door, admins, clerk, staff_token
):
    first, second = admins
    asked = tell(door, first, **EXCEPTION, **{"from": today(), "until": today(1)})
    approve(door, second, asked)
    places(door, clerk)
    officer = staff_token(["compliance_officer"], "W", sub="officer")
    events = door.get("/v1/staff/audit", token=officer, query={"subject": "wide-1"}).body["items"]
    assert f"approvals/{asked.body['approval_id']}" in events[0]["objects"]


def test_an_exception_gives_an_agent_and_the_machinery_nothing(door, admins, staff_token):
    first, second = admins
    approve(door, second, tell(door, first, **EXCEPTION, **{"from": today(), "until": today(1)}))
    for role in ("agent", "system_admin"):
        assert places(door, staff_token([role], "W1", sub="wide-1")) is False


@pytest.mark.parametrize(
    "told",
    [
        {"from": today(-1), "until": today(1)},
        {"from": today(), "until": today(-1)},
        {"from": today(), "until": today(92)},
        {"from": "2026-13-01", "until": today(1)},
        {"from": today()},
        {"from": today(), "until": today(1), "organisation": "unheard-of"},
    ],
)
def test_an_exception_that_cannot_be_is_not_even_asked_for(door, admins, told):
    assert tell(door, admins[0], **{**EXCEPTION, **told}).status == 400


def test_a_leaver_returns_when_two_people_say_so(door, admins, clerk):
    first, second = admins
    back = {"change": "returned", "signed_on": today()}
    assert tell(door, first, **back).status == 404
    tell(door, first, change="left")
    assert door.post(SEARCH, CUSTOMER, token=clerk).status == 403
    asked = tell(door, first, **back)
    assert approve(door, first, asked).status == 403
    assert door.post(SEARCH, CUSTOMER, token=clerk).status == 403
    assert approve(door, second, asked).body["state"] == "done"
    assert door.post(SEARCH, CUSTOMER, token=clerk).status == 404
    known = door.get(PERSON, token=second).body
    assert (known["left_at"], known["exceptions"]) == (None, [])


def test_who_left_once_more_meanwhile_does_not_return_by_the_old_approval(door, admins, clerk):
    first, second = admins
    tell(door, first, change="left")
    asked = tell(door, first, change="returned", signed_on=today())
    tell(door, first, change="left")
    reply = approve(door, second, asked)
    assert (reply.status, reply.body["code"]) == (409, "overtaken")
    assert door.post(SEARCH, CUSTOMER, token=clerk).status == 403


def test_two_exceptions_approved_at_once_both_stand(admins):
    standing = store.get("nobody")
    one = {"organisation": "W2", "from": today(), "until": today(), "approval_id": "1"}
    assert store.except_("nobody", standing, [one])
    assert not store.except_("nobody", standing, [])
    assert store.get("nobody").exceptions == [one]


def test_of_somebody_unheard_of_nothing_is_known(door, admins):
    assert door.get("/v1/staff/people/unheard-of", token=admins[0]).status == 404
