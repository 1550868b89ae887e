"""Privacy requests: taken once, due on time, moved on by allowed steps, kept while the law says."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import tokens
from chalicelib.errors import InvalidInputError, NotFoundError, PreconditionFailedError
from chalicelib.pages import Page
from chalicelib.privacy import service, store
from tests.door import Door
from tests.policies.rows import number, policy, take

AT = datetime(2026, 11, 21, 4, tzinfo=UTC)

pytestmark = pytest.mark.usefixtures("aws")


def everything(_organisation: str | None) -> bool:
    return True


def asked(kind: str, **more: str) -> dict[str, str]:
    """A request for a fresh policy."""
    name = number()
    take(policy(name))
    return service.receive(tokens.QueryToken("q", name, "p", "id"), {"kind": kind, **more}, AT)


def act(request_no: str, action: str, at: datetime = AT, **more: str) -> dict[str, Any]:
    step = {"action": action, **more}
    return service.act(request_no, step, "C1", everything, "en", at)


@pytest.mark.parametrize("kind", ["access", "correct", "withdraw", "delete"])
def test_a_request_is_due_at_the_end_of_the_fifteenth_day(kind: str) -> None:
    assert asked(kind)["due_at"] == "2026-12-07T00:00:00+08:00"


def test_the_same_request_again_is_the_same_number() -> None:
    name = number()
    take(policy(name))
    token = tokens.QueryToken("q", name, "p", "id")
    first = service.receive(token, {"kind": "access"}, AT)
    assert service.receive(token, {"kind": "access"}, AT + timedelta(minutes=5)) == first
    assert service.receive(token, {"kind": "correct"}, AT) != first


def test_what_people_write_is_sealed() -> None:
    received = asked("correct", corrected="王小明", phone="13800138000")
    item = store.get("requests/2026", received["request_no"])
    assert item is not None
    assert "王小明" not in str(item.facts)
    assert "王小明".encode() not in item.sealed


def test_staff_see_the_requests_of_their_organisations_with_what_is_overdue() -> None:
    received = asked("access", description="请提供全部信息")
    page = Page(100)
    found, _ = service.listed(2026, page, lambda code: code == "4401", AT + timedelta(days=20))
    (mine,) = (entry for entry in found if entry["request_no"] == received["request_no"])
    assert mine["overdue"] is True
    assert mine["description"] == "请提供全部信息"
    assert service.listed(2026, page, lambda code: code == "1101", AT)[0] == []
    step = {"action": "accept"}
    with pytest.raises(NotFoundError):
        service.act(received["request_no"], step, "C1", lambda code: code == "1101", "en", AT)


def test_a_step_names_what_it_was_decided_on() -> None:
    request_no = asked("access")["request_no"]
    step = {"action": "accept"}
    with pytest.raises(PreconditionFailedError):
        service.act(request_no, step, "C1", everything, "en", AT, '"7"')
    moved = service.act(request_no, step, "C1", everything, "en", AT, '"0"')
    assert (moved["status_name"], moved["kind_name"]) == ("Accepted", "Access and copy")
    assert moved["etag"] == '"1"'
    page = Page(100)
    found, _ = service.listed(2026, page, everything, AT)
    assert [one["etag"] for one in found if one["request_no"] == request_no] == ['"1"']


def test_a_deletion_becomes_a_restriction_until_the_law_lets_go() -> None:
    received = asked("delete")
    assert act(received["request_no"], "accept")["kept_until"] == "2037-03-02"
    with pytest.raises(InvalidInputError) as refused:
        act(received["request_no"], "fulfil")
    assert [error.code for error in refused.value.errors] == ["kept-by-law"]
    assert act(received["request_no"], "restrict", message="依法保存")["status"] == "restricted"
    later = datetime(2037, 3, 2, tzinfo=UTC)
    assert act(received["request_no"], "fulfil", at=later)["status"] == "fulfilled"


def test_only_allowed_steps_are_taken_and_every_step_stays_on_record() -> None:
    received = asked("access")
    with pytest.raises(InvalidInputError):
        act(received["request_no"], "fulfil")
    act(received["request_no"], "accept")
    act(received["request_no"], "fulfil", note="已寄出")
    with pytest.raises(InvalidInputError):
        act(received["request_no"], "refuse")
    events = store.page(f"request/{received['request_no']}", None, 10)
    assert [item.facts["action"] for item in events] == ["fulfil", "accept"]
    assert {item.facts["by"] for item in events} == {"C1"}


def test_a_number_that_nobody_gave_is_not_found() -> None:
    for unknown in ("PR202611210000", "x", ""):
        with pytest.raises(NotFoundError):
            act(unknown, "accept")


@pytest.mark.parametrize("year", ["", "20", "9" * 5000, "２０２６"])
def test_a_year_that_is_none_is_named(
    door: Door, staff_token: Callable[..., str], year: str
) -> None:
    token = staff_token(["compliance_officer"], "44")
    reply = door.get("/v1/staff/privacy-requests", token=token, query={"year": year})
    assert (reply.status, reply.body["errors"][0]["pointer"]) == (400, "/year")
