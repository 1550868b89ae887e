"""Reminders: premium due, cover ending, birthday, and agents of their day; each once."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import events, sealing
from chalicelib.contacts import service as contacts
from chalicelib.leads import customers, desk
from chalicelib.notifications import service as notifications
from chalicelib.organisations import service as organisations
from chalicelib.policies import agenda, parts
from chalicelib.policies import service as policies
from tests.conftest import Aws
from tests.policies.rows import number, policy, take

AT = datetime(2027, 3, 8, 22, 30, tzinfo=UTC)
DAY = date(2027, 3, 9)  # a Tuesday: advertising goes out on working days


@pytest.fixture(autouse=True)
def directory(aws: Aws) -> None:
    aws.empty()
    organisations.take("organisations", [({"code": "4401", "name": "广州", "level": "city"}, "o")])
    row = {"code": "A1", "name": "陈晨", "organisation": "4401", "phone": "13700137000"}
    organisations.take("agents", [(row, "a")])
    for cached in (organisations._open, organisations._cached, organisations._tree):
        cached.cache_clear()


def sold(**changes: Any) -> str:
    named = number()
    row = {
        "agent": "A1",
        "ends_on": ahead(300),
        "insured_id_type": "passport",
        "insured_id_no": f"E{named[-10:]}",
        "insured_birth_date": "1980-08-08",
        "marketing_consent": True,
        "mobile": f"138{int(named[-8:], 16) % 10**8:08d}",
        **changes,
    }
    row = {name: value for name, value in row.items() if value is not None}
    assert take(policy(named, **row)) == ["accepted"]
    return named


def ahead(days: int) -> str:
    return (DAY + timedelta(days=days)).isoformat()


def remind(aws: Aws, at: datetime = AT) -> dict[str, int]:
    """What a run of the function says it added, held to its policy file."""
    event = {"time": at.strftime("%Y-%m-%dT%H:%M:%SZ")}
    with aws.guard.acting("remind"):
        told = events.remind(event, SimpleNamespace(aws_request_id="t"))
    return {kind: count for kind, count in told.items() if count}


def written(aws: Aws) -> list[dict[str, Any]]:
    """Messages in the outbox: kind, words, and to whom."""
    found = aws.resources.clients.dynamodb.scan(TableName=aws.name("OutboxTable"))["Items"]
    messages = []
    for item in found:
        key = item["pk"]["S"].removeprefix("message/")
        if item["pk"]["S"] != key:
            content = sealing.unseal("outbox", key, bytes(item["sealed"]["B"]))
            messages.append({**content, "due_at": item["due_at"]["S"]})
    return messages


def pay(policy_no: str, due_on: str, **more: Any) -> None:
    row = {"policy_no": policy_no, "instalment": 2, "due_amount": 100_00, "due_on": due_on, **more}
    assert parts.take_payments([(row, f"p{due_on}{more}")], AT) == ["accepted"]


def test_each_reminder_is_written_once_however_often_the_run_comes(aws: Aws) -> None:
    due, ending = sold(policyholder_phone="13900139000"), sold(ends_on=ahead(30))
    sold(ends_on=ahead(31)), sold(insured_birth_date="1990-03-09")
    pay(due, ahead(7))
    expected = {"premium_due": 1, "policy_expiring": 1, "birthday": 1}
    assert remind(aws) == expected
    assert remind(aws) == {}
    messages = written(aws)
    assert len(messages) == 3
    (premium,) = (one for one in messages if one["to"] == "13900139000")
    assert due[-4:] in premium["body"]
    assert ahead(7) in premium["body"]
    assert Counter(one["to"] for one in messages)[""] == 0
    # The policy that ends in 30 days has another reminder a week before; the birthday is over.
    later = remind(aws, AT + timedelta(days=23))
    assert later == {"policy_expiring": 1}, ending


def test_a_run_makes_up_for_missed_days_but_not_for_birthdays(aws: Aws) -> None:
    pay(sold(), ahead(5))
    sold(insured_birth_date="1990-03-08")
    assert remind(aws) == {"premium_due": 1}


def test_messages_keep_quiet_hours(aws: Aws) -> None:
    pay(sold(), ahead(7))
    assert remind(aws) == {"premium_due": 1}
    (message,) = written(aws)
    assert message["due_at"].startswith("2027-03-09T00:00")  # 08:00 in Shanghai


def test_sales_messages_need_consent_and_nobody_who_wants_no_calls_gets_one(aws: Aws) -> None:
    sold(ends_on=ahead(30), marketing_consent=None)
    sold(ends_on=ahead(30), marketing_consent=False)
    silent = policies.find(sold(ends_on=ahead(30), insured_birth_date="1990-03-09"))
    assert silent is not None
    told = {"outcome": "do_not_call", "policy_no": silent.policy_no}
    marks = sealing.hashes(*silent.identity())
    customers.log(marks, silent.identity(), customers.Told("A1", told, (), AT))
    assert remind(aws) == {}


def test_a_renewed_policy_and_a_paid_instalment_are_not_reminded_of(aws: Aws) -> None:
    old = sold(ends_on=ahead(7))
    sold(previous_policy_no=old, ends_on=ahead(372))
    paid = sold()
    pay(paid, ahead(7), paid_amount=100_00)
    assert remind(aws) == {}


def test_a_vehicle_that_is_covered_further_on_is_not_reminded_of(aws: Aws) -> None:
    mine = {"insured_id_no": "E0000001", "motor_kind": "commercial", "vin": "LFV3A23C0E3000001"}
    sold(ends_on=ahead(7), **mine)
    assert remind(aws) == {"policy_expiring": 1}
    sold(starts_on=ahead(8), ends_on=ahead(372), **mine)
    sold(ends_on=ahead(8), **{**mine, "vin": "LFV3A23C0E3000002"})
    assert remind(aws, AT + timedelta(days=1)) == {"policy_expiring": 1}


def test_wrong_numbers_and_opted_out_ones_get_nothing(aws: Aws) -> None:
    wrong = sold(ends_on=ahead(7), mobile="13811111111")
    contacts.take([({"policy_no": wrong, "phone": "13811111111", "reported_on": ahead(-1)}, "w")])
    sold(ends_on=ahead(7), mobile="13822222222")
    notifications.opt_out("13822222222", AT)
    # What is known of a number is asked when the message goes out (tests/notifications).
    assert remind(aws) == {"policy_expiring": 1}
    assert [one["to"] for one in written(aws)] == ["13822222222"]


def test_agents_hear_how_many_wait_and_desks_are_tidied(aws: Aws) -> None:
    named = sold(mobile="13811111111")
    report = {"policy_no": named, "phone": "13811111111", "reported_on": ahead(-1)}
    contacts.take([(report, "w")])
    record = policies.find(named)
    assert record is not None
    told = {"outcome": "reached", "policy_no": named, "next_on": ahead(0)}
    customers.log(
        sealing.hashes(*record.identity()), record.identity(), customers.Told("A1", told, (), AT)
    )
    assert remind(aws) == {"agent_day": 1}
    (message,) = written(aws)
    assert message["to"] == "13700137000"
    assert "1" in message["body"]
    kinds = {task.kind for task in desk.of("A1", DAY)}
    assert kinds == {"due_contact", "wrong_number"}
    confirmed = {"policy_no": named, "phone": "13811111111", "phone_kind": "mobile"}
    contacts.take([({**confirmed, "source": "telesales", "recorded_on": ahead(0)}, "c")])
    remind(aws, AT + timedelta(days=1))
    assert [task.kind for task in desk.of("A1", DAY)] == ["due_contact"]
    # The customer gets another agent, and with him whoever was to call him again.
    row = {k: v for k, v in record.open().items() if k not in ("document", "imported_at")}
    assert take({**row, "agent": "A2", "version": 2}) == ["accepted"]
    remind(aws, AT + timedelta(days=2))
    assert desk.of("A1", DAY) == []
    assert [task.kind for task in desk.of("A2", DAY)] == ["due_contact"]


def test_instalments_follow_their_customer_to_another_agent(aws: Aws) -> None:
    early = number()
    pay(early, ahead(7))  # before its policy has come
    row = {"agent": "A1", "insured_id_type": "passport", "insured_id_no": "E1", "mobile": "1380013"}
    assert take(policy(early, **row)) == ["accepted"]
    assert agenda.coming("A1", DAY, DAY + timedelta(days=14)) == []
    assert remind(aws) == {"premium_due": 1}
    (entry,) = agenda.coming("A1", DAY, DAY + timedelta(days=14))
    assert (entry.policy_no, entry.on) == (early, ahead(7))
    assert take(policy(early, 2, **{**row, "agent": "A2"})) == ["accepted"]
    remind(aws)
    assert agenda.coming("A1", DAY, DAY + timedelta(days=14)) == []
    assert len(agenda.coming("A2", DAY, DAY + timedelta(days=14))) == 1
