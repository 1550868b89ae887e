"""Incidents: everybody whom the law names is told in time, and nothing is closed before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.errors import InvalidInputError, NotFoundError
from chalicelib.pages import Page
from chalicelib.privacy import incidents, store

AT = datetime(2026, 11, 21, 4, tzinfo=UTC)
REGISTER = "/v1/staff/incidents"

pytestmark = pytest.mark.usefixtures("aws")


def given(description: str, **changes: Any) -> dict[str, Any]:
    found = {"kind": "leak", "larger": False, "discovered_at": "2026-11-21T11:00:00+08:00"}
    return {**found, "description": description, **changes}


def reported(description: str, at: datetime = AT, **changes: Any) -> dict[str, Any]:
    return incidents.report(given(description, **changes), "C1", "en", at)


def told(number: str, clock: str, at: datetime = AT) -> dict[str, Any]:
    return incidents.act(number, {"action": "told", "clock": clock, "note": "x"}, "C1", "en", at)


def due(incident: dict[str, Any]) -> dict[str, str]:
    return {notice["clock"]: notice["due_at"] for notice in incident["clocks"]}


def test_the_notices_of_a_leak_run_from_its_discovery() -> None:
    assert due(reported("one")) == {
        "people": "2026-11-21T11:00:00+08:00",
        "regulator-first": "2026-11-21T13:00:00+08:00",
        "regulator-written": "2026-11-22T11:00:00+08:00",
    }


def test_a_larger_incident_goes_to_the_cyberspace_administration_within_four_hours() -> None:
    outage = reported("two", kind="outage", larger=True)
    assert due(outage) == {"cyberspace": "2026-11-21T15:00:00+08:00"}
    assert due(reported("three", kind="outage")) == {}


def test_rules_hold_from_their_day_on() -> None:
    before = reported("old", kind="leak", larger=True, discovered_at="2023-05-01T00:00:00+08:00")
    assert set(due(before)) == {"people"}


def test_the_same_report_again_is_the_same_incident() -> None:
    first = reported("again")
    assert reported("again", AT + timedelta(minutes=5))["incident_no"] == first["incident_no"]
    assert reported("another")["incident_no"] != first["incident_no"]


def test_an_incident_is_closed_only_when_everybody_was_told() -> None:
    number = reported("close")["incident_no"]
    closing = {"action": "close", "note": "x"}
    for clock in ("people", "regulator-first", "regulator-written"):
        with pytest.raises(InvalidInputError):
            incidents.act(number, closing, "C1", "en", AT)
        told(number, clock)
    assert incidents.act(number, closing, "C1", "en", AT)["state"] == "closed"
    with pytest.raises(InvalidInputError):
        told(number, "people")
    events = store.page(f"incident/{number}", None, 10)
    assert [item.facts["action"] for item in events] == ["close", "told", "told", "told"]


def test_a_notice_that_came_late_stays_late() -> None:
    number = reported("late")["incident_no"]
    shown = told(number, "regulator-first", AT + timedelta(hours=3))["clocks"]
    late = {notice["clock"]: notice["overdue"] for notice in shown}
    assert late["regulator-first"] is True
    found, _ = incidents.listed(2026, Page(100), "zh-CN", AT + timedelta(days=9))
    (mine,) = (entry for entry in found if entry["incident_no"] == number)
    assert all(notice["overdue"] for notice in mine["clocks"])


def test_what_is_written_of_an_incident_is_sealed() -> None:
    number = reported("王小明的保单")["incident_no"]
    item = store.get("incidents/2026", number)
    assert item is not None
    assert "王小明" not in str(item.facts)


@pytest.mark.parametrize("when", ["2026-11-21T13:00:00+08:00", "2026-02-30T13:00:00+08:00"])
def test_a_discovery_that_cannot_be_is_refused(when: str) -> None:
    with pytest.raises(InvalidInputError):
        reported("when", discovered_at=when)


@pytest.mark.parametrize("number", ["IN202611210000", "x", "IN20261121000000000000"])
def test_an_incident_that_nobody_reported_is_not_found(number: str) -> None:
    with pytest.raises(NotFoundError):
        told(number, "people")


def test_compliance_reports_lists_and_tells(door: Any, staff_token: Any) -> None:
    token = staff_token(["compliance_officer"], "4401")
    made = door.post(
        REGISTER, given("by hand", discovered_at="2026-11-20T11:00:00+08:00"), token=token
    )
    assert made.status == 201, made.body
    number = made.body["incident_no"]
    step = {"action": "told", "clock": "people", "note": "短信"}
    reply = door.post(f"{REGISTER}/{number}/events", step, token=token)
    assert (reply.status, reply.body["clocks"][0]["overdue"]) == (200, True)
    listed = door.get(REGISTER, token=token, query={"year": number[2:6]}).body["items"]
    assert number in {entry["incident_no"] for entry in listed}
    assert door.get(REGISTER, token=staff_token(["system_admin"], "4401")).status == 403
