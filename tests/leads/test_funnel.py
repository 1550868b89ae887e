"""Figures of leads, and leads whose customers an import shows."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import clock, events, validation
from chalicelib.leads import conversions, funnel, service
from chalicelib.policies import service as policies
from infra.permissions.guard import Guard
from tests.door import Door
from tests.leads.test_leads import directory, send  # noqa: F401 - the fixture is used here
from tests.policies import rows as policy_rows

Token = Callable[..., str]
PATH = "/v1/staff/lead-figures"


@pytest.fixture
def tomorrow() -> datetime:
    """When the day of the test's leads is counted."""
    return clock.now() + timedelta(days=1)


def span(at: datetime, **more: str) -> dict[str, str]:
    day = (clock.shanghai_day(at) - timedelta(days=1)).isoformat()
    return {"from": day, "until": day, **more}


def sell(phone: str, **more: Any) -> str:
    """A policy that came in after the lead, with a telephone on it."""
    policy_no = policy_rows.number()
    today = clock.shanghai_day(clock.now()).isoformat()
    row = policy_rows.policy(policy_no, issued_on=today, policyholder_phone=phone)
    policy_rows.take({**row, **more})
    return policy_no


def test_figures_say_how_far_the_leads_of_a_day_got(
    door: Door, staff_token: Token, tomorrow: datetime
) -> None:
    leads = [send(door, f"1380013800{n}").body for n in range(9)]
    for lead in leads[:6]:
        agent = staff_token(["agent"], "4401", lead["agent"]["code"])
        told = {"outcome": "reached"}
        path = f"/v1/staff/leads/{lead['lead_no']}/contacts"
        assert door.post(path, told, token=agent).status == 201
    for n in range(5):
        assert conversions.look(sell(f"+86 138-0013-800{n}"), 1, clock.now()) == [
            leads[n]["lead_no"]
        ]
    assert funnel.roll_up(tomorrow) == 1
    assert funnel.roll_up(tomorrow) == 0
    token = staff_token(["branch_manager"], "44")
    reply = door.get(PATH, token=token, query=span(tomorrow))
    validation.validate("leads/figures", reply.body)
    (web,) = reply.body["items"]
    expected = {"received": 9, "assigned": 9, "contacted": 6, "converted": 5, "found": 5}
    expected |= {"lost": 0, "withdrawn": 0, "within_1": 6, "mean_contact_minutes": 0}
    assert {name: web[name] for name in expected} == expected
    assert reply.body["total"] == {**web, "key": "total"}


def test_small_groups_and_cells_are_not_told_and_cannot_be_worked_out(
    door: Door, staff_token: Token, tomorrow: datetime
) -> None:
    for n in range(12):
        send(door, f"138001380{n:02d}")
    funnel.roll_up(tomorrow)
    token = staff_token(["assessor"], "HO")
    found = door.get(PATH, token=token, query=span(tomorrow, by="agent")).body
    # Three agents of four leads each: too few one by one.
    assert [(one["key"], one["received"]) for one in found["items"]] == [("others", 12)]
    found = door.get(PATH, token=token, query=span(tomorrow, by="organisation")).body
    assert [(one["key"], one["received"]) for one in found["items"]] == [("4401", 12)]
    below = staff_token(["reporting_officer"], "4403", "S4")
    assert door.get(PATH, token=below, query=span(tomorrow)).body["items"] == []


def test_what_is_left_out_is_never_the_difference_to_the_total() -> None:
    def gathered(**received: int) -> list[tuple[str, int]]:
        rest = [0] * (len(funnel.COUNTS) - 1)
        groups = {key: [count, *rest] for key, count in received.items()}
        return [(key, counts[0]) for key, counts in funnel._gathered(groups)]

    assert gathered(a=20, b=9, c=4) == [("a", 20), ("others", 13)]
    assert gathered(a=20, b=3, c=4) == [("a", 20), ("others", 7)]
    assert gathered(a=3) == [("others", 3)]
    assert gathered(a=5) == [("a", 5)]


@pytest.mark.parametrize(
    "query",
    [
        {"by": "name"},
        {"from": "yesterday"},
        {"from": "2026-01-01", "until": "2026-11-01"},
        {"from": "2026-11-02", "until": "2026-11-01"},
        {"until": "0001-01-01"},
    ],
)
def test_what_cannot_be_asked_is_refused(
    door: Door, staff_token: Token, query: dict[str, str]
) -> None:
    reply = door.get(PATH, token=staff_token(["assessor"], "44"), query=query)
    assert reply.status == (200 if query == {"until": "0001-01-01"} else 400)


def test_a_lead_that_moved_counts_where_it_is_now_and_once(
    door: Door, staff_token: Token, tomorrow: datetime
) -> None:
    numbers = [send(door, f"1380013800{n}").body["lead_no"] for n in range(5)]
    funnel.roll_up(tomorrow)
    for number in numbers:
        lead = service.find(number)
        assert lead is not None
        assert service.store.write([], service.changed(lead, organisation="4403"))
    assert funnel.roll_up(tomorrow) == 2
    day = clock.shanghai_day(tomorrow) - timedelta(days=1)
    assert funnel.told(["4401"], day, day, "source")["total"]["received"] == 0
    assert funnel.told(["4401", "4403"], day, day, "source")["total"]["received"] == 5


def test_only_a_policy_issued_since_with_the_leads_telephone_makes_a_customer(door: Door) -> None:
    number = send(door, "13800138001").body["lead_no"]
    for policy_no in (
        sell("13800138009"),
        sell("13800138001", issued_on="2026-01-01"),
        sell("13800138001", status="cancelled"),
        sell("无"),
    ):
        assert conversions.look(policy_no, 1, clock.now()) == []
    bought = sell("", mobile="138 0013 8001")
    assert conversions.look(bought, 1, clock.now()) == [number]
    assert conversions.look(bought, 1, clock.now()) == []
    lead = service.find(number)
    assert lead is not None
    assert (lead.facts["status"], lead.facts["converted_by"]) == ("converted", "import")
    last = service.store.of(number, "event")[-1]
    assert (last.facts["kind"], bought in str(last.facts)) == ("converted", False)
    assert service.unseal(last) == {"note": bought}


def test_who_withdrew_is_not_followed_into_his_policies(door: Door) -> None:
    lead = send(door, "13800138001").body
    path = f"/v1/leads/{lead['lead_no']}/withdrawal"
    assert door.call("POST", path, token=lead["manage_token"]).status == 204
    assert conversions.look(sell("13800138001"), 1, clock.now()) == []


def test_the_function_that_makes_documents_finds_conversions(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    monkeypatch.setattr(
        "chalicelib.documents.service.render",
        lambda policy_no, *_, **__: made.append(policy_no),
    )
    number = send(door, "13800138001").body["lead_no"]
    policy_no = sell("13800138001")
    body = f'{{"policy_no": "{policy_no}", "version": 1}}'
    event = {"Records": [{"messageId": "m", "body": body}]}
    guard: Guard = door.guard
    with guard.acting("render_document"):
        answer = events.render_document(event, SimpleNamespace(aws_request_id="t"))
    assert (answer, made) == ({"batchItemFailures": []}, [policy_no])
    lead = service.find(number)
    assert lead is not None
    assert lead.facts["status"] == "converted"
    assert policies.records([policy_no])


def test_the_nightly_function_counts_leads(door: Door, tomorrow: datetime) -> None:
    send(door)
    event = {"time": tomorrow.isoformat()}
    with door.guard.acting("roll_up_day"):
        made = events.roll_up_day(event, SimpleNamespace(aws_request_id="t"))
    assert made["lead_days"] == 1
