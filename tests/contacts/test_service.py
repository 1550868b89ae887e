"""Contacts: numbers accumulate, a wrong one is kept out until it is confirmed again."""

import json
from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from chalicelib import sealing
from chalicelib.contacts import service, store
from chalicelib.leads import desk
from chalicelib.notifications import store as outbox
from tests.conftest import Aws
from tests.policies.rows import policy
from tests.policies.rows import take as sold

pytestmark = pytest.mark.usefixtures("aws")


def number() -> str:
    """A policy number that no other test uses."""
    return f"PDZA{uuid4().hex[:16].upper()}"


def phone() -> str:
    """A telephone number that no other test uses."""
    return f"13{uuid4().int % 10**9:09d}"


def everywhere(phone: str) -> list[tuple[str, str]]:
    """Where reports about a number stand that name no policy."""
    return [(f"phone/{mark}", "everywhere") for mark in sealing.hashes("phone", phone)]


def known(policy_no: str, phone: str, on: str, source: str = "renewal") -> dict[str, Any]:
    """A row of a contacts file."""
    named = {"policy_no": policy_no, "phone": phone, "phone_kind": "mobile"}
    return {**named, "source": source, "recorded_on": on}


def take(*rows: dict[str, Any], file: str = "f") -> list[str]:
    """The outcomes of rows that come in one file."""
    return service.take([(row, f"{file}#{place}") for place, row in enumerate(rows)])


def test_numbers_accumulate_newest_first_with_source_and_date() -> None:
    policy, one, other = number(), phone(), phone()
    assert (
        take(
            known(policy, one, "2026-01-01"),
            known(policy, other, "2026-02-01", "claim_report"),
            known(policy, one, "2025-01-01", "telesales"),
        )
        == ["accepted"] * 3
    )
    found = service.of_policy(policy)
    assert [(contact.phone, contact.source, contact.recorded_on) for contact in found] == [
        (other, "claim_report", "2026-02-01"),
        (one, "renewal", "2026-01-01"),
    ]


def test_the_same_row_is_accepted_in_its_replay_and_unchanged_in_another_file() -> None:
    row = known(number(), phone(), "2026-01-01")
    assert take(row, file="one") == ["accepted"]
    assert take(row, file="one") == ["accepted"]
    assert take(row, row, file="two") == ["unchanged", "unchanged"]


def test_a_wrong_number_is_kept_out_until_confirmed_on_a_later_day() -> None:
    policy, one = number(), phone()
    take(known(policy, one, "2026-01-01"))
    take({"policy_no": policy, "phone": one, "reported_on": "2026-03-05"})
    assert service.good_numbers(policy) == []
    assert service.of_policy(policy)[0].wrong_since == "2026-03-05"
    take(known(policy, one, "2026-03-05"))
    assert service.good_numbers(policy) == []
    take(known(policy, one, "2026-03-06"))
    assert [found.phone for found in service.good_numbers(policy)] == [one]


def test_a_number_reported_without_a_policy_is_wrong_for_all_that_had_it_before() -> None:
    one, other, shared = number(), number(), phone()
    take({"phone": shared, "reported_on": "2026-03-05"})
    take(known(one, shared, "2026-01-01"), known(other, shared, "2026-04-01"))
    assert service.good_numbers(one) == []
    assert [found.phone for found in service.good_numbers(other)] == [shared]


def test_a_number_wrong_for_one_policy_stays_good_for_another() -> None:
    one, other, shared = number(), number(), phone()
    take(known(one, shared, "2026-01-01"), known(other, shared, "2026-01-01"))
    take({"policy_no": one, "phone": shared, "reported_on": "2026-03-05"})
    assert service.good_numbers(one) == []
    assert len(service.good_numbers(other)) == 1


def test_numbers_from_the_policy_itself_count_and_can_be_wrong_too() -> None:
    policy, one = number(), phone()
    row = {"issued_on": "2026-01-01", "mobile": one}
    told = list(service.from_policy(row))
    assert [found.phone for found in service.good_numbers(policy, told)] == [one]
    take({"phone": one, "reported_on": "2026-03-05"})
    assert service.good_numbers(policy, told) == []


def test_no_number_stands_open_in_the_items() -> None:
    policy, one = number(), phone()
    take(known(policy, one, "2026-01-01"), {"phone": one, "reported_on": "2026-03-05"})
    keys = [(policy, "numbers"), *everywhere(one)]
    found = store.some(keys)
    assert len(found) == 2
    for item in found.values():
        stored = json.dumps(item.serialize(), default=str) + item.pk + item.sk
        assert one not in stored


def test_numbers_under_an_older_key_are_found_and_move_to_the_newer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    policy, one = number(), phone()
    take(known(policy, one, "2026-01-01"), {"phone": one, "reported_on": "2026-03-05"})
    mark = everywhere(one)[0][0].removeprefix("phone/")
    monkeypatch.setattr(sealing, "hashes", lambda *_: ["9:new", mark])
    monkeypatch.setattr(sealing, "is_newest", lambda mark: mark.startswith("9:"))
    assert service.good_numbers(policy) == []
    assert not service.reseal(policy, service.NUMBERS), "no mark is in its key"
    assert service.reseal(f"phone/{mark}", service.EVERYWHERE)
    assert not service.reseal("phone/9:new", service.EVERYWHERE)
    assert not store.some([(f"phone/{mark}", service.EVERYWHERE)])
    assert service.good_numbers(policy) == []
    take(known(policy, one, "2026-04-01"))
    assert len(service.good_numbers(policy)) == 1


@pytest.mark.parametrize("function", ["api_handler", "import_rows"])
def test_what_is_said_of_a_number_takes_along_what_stands_under_an_older_key(
    aws: Aws, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    one = phone()
    take({"phone": one, "reported_on": "2026-03-05"})
    mark = everywhere(one)[0][0].removeprefix("phone/")
    monkeypatch.setattr(sealing, "hashes", lambda *_: [f"9:{one[::-1]}", mark])
    with aws.guard.acting(function):
        assert take({"phone": one, "reported_on": "2026-03-06"}) == ["accepted"]
    assert not store.some([(f"phone/{mark}", service.EVERYWHERE)])
    (item,) = store.some([(f"phone/9:{one[::-1]}", service.EVERYWHERE)]).values()
    assert len(service._said(item)[one]) == 2


def test_a_wrong_number_of_a_policy_waits_on_its_agent_s_desk(aws: Aws) -> None:
    named, one = number(), phone()
    sold(policy(named, agent="A7", mobile=one))
    with aws.guard.acting("import_rows"):
        take({"policy_no": named, "phone": one, "reported_on": "2026-03-05"})
    (task,) = desk.of("A7", date(2026, 3, 5))
    assert (task.kind, task.reference) == ("wrong_number", named)


def test_messages_leave_out_a_number_until_it_is_confirmed_again() -> None:
    policy, one = number(), phone()

    def wanted() -> bool:
        return "wrong" not in outbox.number(sealing.hashes("phone", one))

    take(known(policy, one, "2026-01-01"))
    assert wanted()
    take({"phone": one, "reported_on": "2026-02-01"}, file="wrong")
    assert not wanted()
    take(known(policy, one, "2026-01-15"), file="older")
    assert not wanted(), "an older record confirms nothing"
    take(known(policy, one, "2026-03-01"), file="newer")
    assert wanted()
    take({"phone": one, "reported_on": "2026-02-01"}, file="again")
    assert wanted(), "an old report comes again"
