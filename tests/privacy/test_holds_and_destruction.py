"""Legal holds, the end of restrictions, and destruction: by two people, on record, sealed."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib import clock, tokens
from chalicelib.ledger import service as ledger
from chalicelib.ledger import signing, verification
from chalicelib.organisations import service as organisations
from chalicelib.privacy import closed, destruction, holds, service, store
from tests.policies.rows import number, policy, take

REQUESTS, HOLDS = "/v1/staff/privacy-requests", "/v1/staff/legal-holds"
DESTRUCTIONS = "/v1/staff/destructions"
SEARCH = "/v1/staff/customers/searches"
NAME, ID_NO = "欧阳静", "110105194912310021"
LONG_AGO = datetime(2022, 3, 1, 4, tzinfo=UTC)


@pytest.fixture
def mine(aws: Any) -> str:
    aws.empty()
    organisations.take("organisations", [({"code": "4401", "name": "广州", "level": "city"}, "t")])
    organisations._tree.cache_clear()
    found = number()
    take(policy(found, insured_name=NAME, insured_id_no=ID_NO))
    return found


@pytest.fixture
def people(mine: str, staff_token: Any) -> tuple[str, str]:
    """Who asks and who reviews."""
    return (
        staff_token(["compliance_officer"], "4401", sub="asks"),
        staff_token(["compliance_reviewer"], "4401", sub="reviews"),
    )


def decide(door: Any, token: str, reply: Any, decision: str = "approve") -> Any:
    identity = reply if isinstance(reply, str) else reply.body["approval_id"]
    return door.post(f"/v1/staff/approvals/{identity}", {"decision": decision}, token=token)


def asked(
    policy_no: str, kind: str = "delete", at: datetime | None = None, query: str = "q"
) -> str:
    token = tokens.QueryToken(query, policy_no, "p", "id")
    return service.receive(token, {"kind": kind}, at or clock.now())["request_no"]


def act(door: Any, token: str, request_no: str, action: str) -> Any:
    path = f"{REQUESTS}/{request_no}/events"
    return door.post(path, {"action": action, "note": "见来函"}, token=token)


def found(door: Any, token: str) -> int:
    body = {"id_no": ID_NO, "name": NAME, "purpose": "audit"}
    return int(door.post(SEARCH, body, token=token).status)


def lift(door: Any, first: str, second: str, request_no: str) -> None:
    assert act(door, first, request_no, "lift").status == 202
    (waiting,) = door.get("/v1/staff/approvals", token=second).body["items"]
    assert decide(door, second, waiting["approval_id"]).body["state"] == "done"


def test_a_restriction_ends_when_two_people_lift_it(
    door: Any, mine: str, people: tuple[str, str]
) -> None:
    first, second = people
    request_no = asked(mine)
    act(door, first, request_no, "accept")
    act(door, first, request_no, "restrict")
    assert found(door, first) == 404
    waiting = act(door, first, request_no, "lift")
    assert (waiting.status, waiting.body["status"]) == (202, "restricted")
    assert found(door, first) == 404
    lift(door, first, second, request_no)
    assert found(door, first) == 200
    assert act(door, first, request_no, "fulfil").status == 400
    item = store.page(f"request/{request_no}", None, 1)[0]
    assert (item.facts["by"], item.facts["reviewed_by"]) == ("asks", "reviews")


def test_a_restriction_that_another_request_asks_for_too_stands(
    door: Any, mine: str, people: tuple[str, str]
) -> None:
    first, second = people
    numbers = [asked(mine, query="one"), asked(mine, query="two")]
    for request_no in numbers:
        act(door, first, request_no, "accept")
        act(door, first, request_no, "restrict")
    lift(door, first, second, numbers[0])
    assert found(door, first) == 404
    lift(door, first, second, numbers[1])
    assert found(door, first) == 200


def hold(door: Any, token: str, action: str, thing: str) -> Any:
    return door.post(HOLDS, {"action": action, "thing": thing, "reason": "诉讼保全"}, token=token)


def test_a_hold_keeps_what_the_law_would_let_go_until_two_people_lift_it(
    door: Any, mine: str, people: tuple[str, str]
) -> None:
    first, second = people
    request_no = asked(mine)
    act(door, first, request_no, "accept")
    placed = hold(door, first, "place", f"policy/{mine}")
    assert holds.held([f"policy/{mine}"]) == set()
    assert decide(door, first, placed).status == 403
    assert decide(door, second, placed).body["state"] == "done"
    assert [one["thing"] for one in door.get(HOLDS, token=first).body["items"]] == [
        f"policy/{mine}"
    ]
    later = datetime(2040, 1, 1, tzinfo=UTC)

    def fulfil() -> Any:
        step = {"action": "fulfil"}
        return service.act(request_no, step, "C1", lambda _: True, "en", later)

    with pytest.raises(Exception, match="invalid-input") as refused:
        fulfil()
    assert [error.code for error in refused.value.errors] == ["held"]  # type: ignore[attr-defined]
    assert hold(door, first, "place", f"policy/{mine}").status == 400
    assert decide(door, second, hold(door, first, "lift", f"policy/{mine}")).status == 200
    assert hold(door, first, "lift", f"policy/{mine}").status == 400
    assert fulfil()["status"] == "fulfilled"


def closed_long_ago(mine: str, query: str) -> str:
    request_no = asked(mine, "access", LONG_AGO, query)
    for action in ("accept", "fulfil"):
        service.act(request_no, {"action": action}, "C1", lambda _: True, "en", LONG_AGO)
    return request_no


def test_what_is_due_goes_by_two_people_and_what_went_is_on_record(
    door: Any, mine: str, people: tuple[str, str]
) -> None:
    first, second = people
    gone, kept = closed_long_ago(mine, "one"), closed_long_ago(mine, "two")
    young, open_still = asked(mine, "access"), asked(mine, "access", LONG_AGO, "three")
    thing = f"{closed.KIND}/{kept}"
    decide(door, second, hold(door, first, "place", thing))
    body = {"kind": closed.KIND, "reason": "保存期满"}
    wanted = door.post(DESTRUCTIONS, body, token=first)
    assert (wanted.status, wanted.body["state"]) == (202, "waiting")
    assert store.get("requests/2022", gone) is not None
    assert decide(door, first, wanted).status == 403
    assert decide(door, second, wanted).body["state"] == "done"
    assert store.get("requests/2022", gone) is None
    assert store.page(f"request/{gone}", None, 5) == []
    assert store.get("requests/2022", kept) is not None
    assert store.get("requests/2022", open_still) is not None
    assert store.get(f"requests/{young[2:6]}", young) is not None
    (record,) = door.get(DESTRUCTIONS, token=second).body["items"]
    assert record["keys"] == [gone]
    assert (record["asked_by"], record["reviewed_by"]) == ("asks", "reviews")
    assert (record["kind"], record["reason"]) == (closed.KIND, "保存期满")
    decide(door, second, hold(door, first, "lift", thing))
    assert destruction.due(closed.KIND, clock.now()) == [kept]


@pytest.mark.parametrize("kind", ["customer_contact", "lead", "objection"])
def test_rooms_are_asked_for_what_is_due_of_theirs(
    door: Any, people: tuple[str, str], kind: str
) -> None:
    wanted = door.post(DESTRUCTIONS, {"kind": kind, "reason": "保存期满"}, token=people[0])
    assert (wanted.status, wanted.body["state"]) == (202, "waiting")
    assert decide(door, people[1], wanted).body["state"] == "done"


def test_a_kind_that_nobody_erases_is_named(door: Any, people: tuple[str, str]) -> None:
    reply = door.post(DESTRUCTIONS, {"kind": "policy", "reason": "保存期满"}, token=people[0])
    assert (reply.status, reply.body["errors"][0]["code"]) == (400, "not-listed")


def test_another_room_registers_how_its_records_go(
    door: Any, mine: str, people: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As leads will: erased after 365 days since the last contact."""
    first, second = people
    contacts = {"L1": date(2024, 1, 1), "L2": clock.shanghai_day(clock.now())}
    monkeypatch.setattr(destruction, "_ERASERS", {})
    destruction.erases(
        "lead",
        destruction.Eraser(
            lambda is_over, _: [key for key, day in contacts.items() if is_over(day)],
            lambda keys: [contacts.pop(key, None) for key in keys] and None,
            contacts.get,
        ),
    )
    wanted = door.post(DESTRUCTIONS, {"kind": "lead", "reason": "保存期满"}, token=first)
    assert decide(door, second, wanted).body["state"] == "done"
    assert set(contacts) == {"L2"}


def test_the_register_is_sealed_and_an_entry_that_was_changed_is_found(
    door: Any, mine: str, people: tuple[str, str]
) -> None:
    first, second = people
    decide(door, second, hold(door, first, "place", f"policy/{mine}"))
    today = clock.shanghai_day(clock.now())
    ledger._seal(today)
    key = signing.public_key(None)
    assert [one.kind for one in verification.verify(today, today, key) if one.kind != "late"] == []
    entry = next(
        item
        for shard in range(16)
        for item in store.page(f"{today.isoformat()}/{shard:02d}", None, 5)
    )
    changed = {**entry.facts, "thing": "policy/ANOTHER"}
    entry.update(actions=[store.PrivacyItem.facts.set(changed)])
    found = [(one.kind, one.place) for one in verification.verify(today, today, key)]
    assert any(kind == "edited" and "privacy" in place for kind, place in found), found
