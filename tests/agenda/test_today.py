"""The agent's day: leads, contacts, wrong numbers, premiums, birthdays, covers that end."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib import clock
from chalicelib.agenda import service
from chalicelib.contacts import service as contacts
from chalicelib.expiry import periods, rows
from chalicelib.organisations import service as organisations
from chalicelib.pages import Page
from chalicelib.policies import agenda, parts
from tests.conftest import Aws
from tests.door import Door
from tests.policies.rows import number, policy, take

Token = Callable[..., str]
# Tokens live by the real clock: the day of these tests is today.
NOW = clock.now()
DAY = clock.shanghai_day(NOW)


@pytest.fixture(autouse=True)
def the_day_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not that of the run's beginning: a run may begin before midnight and end after it."""
    now = clock.now()
    monkeypatch.setitem(globals(), "NOW", now)
    monkeypatch.setitem(globals(), "DAY", clock.shanghai_day(now))


@pytest.fixture(autouse=True)
def directory(aws: Aws) -> None:
    aws.empty()
    rows = [("4401", None), ("4403", None)]
    organisations.take(
        "organisations",
        [({"code": c, "name": c, "level": "city", "parent": p}, "o") for c, p in rows],
    )
    organisations.take(
        "agents", [({"code": c, "name": c, "organisation": "4401"}, c) for c in ("A1", "A2")]
    )
    for cached in (organisations._open, organisations._cached, organisations._tree):
        cached.cache_clear()


@pytest.fixture
def agent(staff_token: Token) -> str:
    return staff_token(["agent"], "4401", sub="A1")


def sold(**changes: Any) -> str:
    """A policy of A1's with a number of its own, whose cover goes on for long."""
    named = number()
    row = {
        "agent": "A1",
        "ends_on": ahead(300),
        "insured_id_type": "passport",
        "insured_id_no": f"E{named[-10:]}",
        "insured_birth_date": born(100),
        "marketing_consent": True,
        "mobile": f"138{int(named[-8:], 16) % 10**8:08d}",
        **changes,
    }
    row = {name: value for name, value in row.items() if value is not None}
    assert take(policy(named, **row)) == ["accepted"]
    return named


def today(door: Door, token: str, **query: str) -> list[dict[str, Any]]:
    reply = door.get("/v1/staff/today", token=token, query=query)
    assert reply.status == 200, reply.body
    items: list[dict[str, Any]] = reply.body["items"]
    return items


def kinds(items: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(item["kind"], item["policy_no"]) for item in items]


def ahead(days: int) -> str:
    return (DAY + timedelta(days=days)).isoformat()


def born(days: int) -> str:
    """A birth date whose birthday is so many days ahead; 1972 had a 29 February."""
    return f"1972{ahead(days)[4:]}"


def test_covers_that_end_within_sixty_days_are_listed_by_their_day(door: Door, agent: str) -> None:
    late, soon = sold(ends_on=ahead(60)), sold(ends_on=ahead(0), plate_no="粤A12345")
    sold(ends_on=ahead(61)), sold(ends_on=ahead(-1)), sold(ends_on=ahead(9), agent="A2")
    sold(ends_on=ahead(9), status="cancelled"), sold(ends_on=ahead(9), agent=None)
    items = today(door, agent)
    assert kinds(items) == [("expiring", soon), ("expiring", late)]
    assert items[0]["plate_no"] == "粤A12345"
    assert items[0]["phone"].startswith("138")
    assert items[0]["amount"] == {"amount": 328050, "currency": "CNY"}


def test_a_customer_held_by_another_organisation_is_still_the_agents(
    door: Door, agent: str
) -> None:
    far = sold(ends_on=ahead(5), organisation="4403")
    assert kinds(today(door, agent)) == [("expiring", far)]
    month = periods.parse(ahead(5)[:7])
    listed = rows.of(["4401"], month, agent="A1", renewed=[].append)
    assert [row.policy["policy_no"] for row in listed] == [far], "in his list as well (E4)"


def test_a_policy_that_another_one_continues_is_left_out_until_that_is_cancelled(
    door: Door, agent: str
) -> None:
    old = sold(ends_on=ahead(5))
    new = policy(number(), agent="A1", ends_on=ahead(370), previous_policy_no=old.lower())
    # Both halves of a motor policy may name the same one before them, in one file.
    assert take(new, {**new, "policy_no": number()}) == ["accepted", "accepted"]
    assert today(door, agent) == []
    again = [{**new, "version": 2, "status": "cancelled"}]
    assert take(*again) == ["accepted"]
    assert kinds(today(door, agent)) == [("expiring", old)]


def test_a_birthday_is_told_once_a_person_and_only_with_consent(door: Door, agent: str) -> None:
    mine = {"insured_birth_date": born(0), "insured_id_no": "E1"}
    first, second = sold(**mine), sold(**mine)
    sold(insured_birth_date=born(0), marketing_consent=None)
    items = today(door, agent)
    assert kinds(items) == [("birthday", min(first, second))]


def test_who_was_born_on_29_february_has_a_birthday_every_year() -> None:
    named = sold(insured_birth_date="1984-02-29")
    for at, found in (("2027-02-28", 1), ("2028-02-28", 0), ("2028-02-29", 1)):
        found_on = [one.policy_no for one in agenda.birthdays(date.fromisoformat(at), "A1")]
        assert found_on == [named] * found, at


def test_no_birthday_stands_in_a_key(aws: Aws, agent: str) -> None:
    named = policy(number(), agent="A1", insured_id_no="11010519491231002X")
    assert take(named) == ["accepted"]
    (item,) = aws.resources.clients.dynamodb.scan(TableName=aws.name("PoliciesTable"))["Items"]
    for name in ("pk", "sk", "day", "whose", "agenda", "agenda_on", "person"):
        assert "12-31" not in item[name]["S"]
        assert "1231" not in item[name]["S"].replace(named["policy_no"], "")


def pay(policy_no: str, **more: Any) -> None:
    row = {"policy_no": policy_no, "instalment": 2, "due_amount": 100_00, **more}
    at = NOW + timedelta(seconds=len(more))
    assert parts.take_payments([(row, f"p{more}")], at) == ["accepted"]


def test_an_instalment_is_due_until_it_is_paid_in_full(door: Door, agent: str) -> None:
    named = sold()
    pay(named, due_on=ahead(-3))
    (item,) = today(door, agent)
    assert (item["kind"], item["policy_no"], item["overdue"]) == ("premium_due", named, True)
    assert item["amount"]["amount"] == 100_00
    pay(named, due_on=ahead(-3), paid_amount=40_00)
    assert kinds(today(door, agent)) == [("premium_due", named)]
    pay(named, due_on=ahead(-3), paid_amount=100_00, paid_on=DAY.isoformat())
    assert today(door, agent) == []


def test_a_wrong_number_is_to_be_mended_until_a_good_one_is_there(door: Door, agent: str) -> None:
    named = sold(ends_on=ahead(20))
    (item,) = today(door, agent)
    phone = item["phone"]
    report = {"policy_no": named, "phone": phone, "reported_on": ahead(-1)}
    contacts.take([(report, "w")])
    wrong, expiring = today(door, agent)
    assert (wrong["kind"], wrong["phone"], wrong["wrong_phones"]) == ("wrong_number", None, [phone])
    assert expiring["phone"] is None
    told = {"phone": "13912345678", "phone_kind": "mobile", "source": "face_to_face"}
    door.post(f"/v1/staff/policies/{named}/contacts", told, token=agent)
    (item,) = today(door, agent)
    assert (item["kind"], item["phone"]) == ("expiring", "13912345678")
    assert item["phone_source"] == "face_to_face"


WRONG = {"phone": "13812345678", "reported_on": ahead(-1)}


def test_a_number_reported_wrong_without_a_policy_is_not_shown_either(
    door: Door, agent: str
) -> None:
    sold(ends_on=ahead(20), mobile="13812345678")
    contacts.take([(WRONG, "w")])
    assert today(door, agent)[0]["phone"] is None


def test_pages_go_on_where_they_stopped_and_kinds_can_be_asked_for(door: Door, agent: str) -> None:
    numbers = [sold(ends_on=ahead(days)) for days in (1, 2, 3)]
    pay(numbers[2], due_on=ahead(1))
    first = door.get("/v1/staff/today", token=agent, query={"limit": "2"}).body
    assert first["counts"]["expiring"] == 3
    second = door.get(
        "/v1/staff/today", token=agent, query={"limit": "2", "cursor": first["cursor"]}
    ).body
    assert kinds(first["items"] + second["items"]) == [
        ("premium_due", numbers[2]),
        *(("expiring", one) for one in numbers),
    ]
    assert second["cursor"] is None
    assert len(today(door, agent, kind="expiring")) == 3
    assert door.get("/v1/staff/today", token=agent, query={"kind": "hats"}).status == 400


def test_a_day_is_put_together_from_four_reads(
    door: Door, agent: str, round_trips: Callable[[], int]
) -> None:
    pay(sold(), due_on=ahead(1))
    sold(insured_birth_date=born(0))
    contacts.take([({"policy_no": sold(mobile="13812345678"), **WRONG}, "w")])
    for days in range(12):
        sold(ends_on=ahead(days))
    before = round_trips()
    day = service.of("A1", None, Page(15), "zh-CN", NOW)
    assert len(day.items) == 15
    assert round_trips() - before == 4


def test_only_agents_have_a_day(door: Door, staff_token: Token) -> None:
    manager = staff_token(["branch_manager"], "4401", sub="M1")
    assert door.get("/v1/staff/today", token=manager).status == 403
