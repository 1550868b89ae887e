"""The named officer (专岗) of each organisation gets its objections, and hands them over."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chalicelib import aws as clients
from chalicelib import clock, dated, sealing, settings, validation
from chalicelib.audit import store as audit
from chalicelib.notifications import store as outbox
from chalicelib.objections import absences, cases, deadlines, letters, posts, register
from chalicelib.staff import service as staff
from tests.conftest import Aws
from tests.documents import samples
from tests.objections import test_moves
from tests.objections.test_filing import file
from tests.objections.test_moves import Desk

Name = Callable[..., None]
MOBILE = "13800000441"
GIVES = ("filed", "assigned", "suspected")
"""Kinds of events that give an objection to somebody."""
desk = test_moves.desk


@pytest.fixture
def name(monkeypatch: pytest.MonkeyPatch) -> Name:
    """Names officers, each version given as (day, by organisation)."""
    real = dated._versions

    def named(*versions: tuple[str, dict[str, list[dict[str, Any]]]]) -> None:
        held = [{"from": day, "officers": officers} for day, officers in versions]
        found = {"data/objection_officers": held}
        monkeypatch.setattr(dated, "_versions", lambda data: found.get(data) or real(data))

    return named


def person(subject: str, **more: Any) -> dict[str, Any]:
    return {"subject": subject, "name": f"专岗{subject}", "phone": "020-50000001", **more}


def away(days: int = 0) -> dict[str, Any]:
    """Not there from the day so far from today on."""
    day = (clock.shanghai_day(clock.now()) + timedelta(days=days)).isoformat()
    return {"away": [{"from": day, "until": day}]}


def filed(desk: Desk, **more: Any) -> str:
    return str(file(desk.door, desk.answer, **more).body["objection_no"])


def handler(objection_no: str) -> str | None:
    """Of the objection, of its register and of the list that staff see alike."""
    case = cases.load(objection_no)
    assert case.item.facts["handler"] == case.objection.handler
    return case.objection.handler


def looked(desk: Desk, objection_no: str) -> dict[str, Any]:
    """As the head office sees it."""
    reply = desk.door.get(f"/v1/staff/objections/{objection_no}", token=desk.tokens["head"])
    validation.validate("objections/whole", reply.body)
    return dict(reply.body)


def cause(desk: Desk, objection_no: str) -> str | None:
    """Why its handler has it, as the register, the list and the event that gave it to him say."""
    got = cases.load(objection_no)
    (event,) = [one for one in got.log if one["kind"] in GIVES and one["handler"]][-1:]
    shown = looked(desk, objection_no)
    (told,) = [one for one in shown["events"] if one["seq"] == event["seq"]]
    assert shown["desk"]["cause"] == told["facts"]["cause"] == event["cause"]
    assert shown["desk"]["cause_name"] == told["cause_name"]
    return got.objection.cause


def messages(aws: Aws) -> list[tuple[str, str]]:
    """Kind and receiver of what waits to be sent, objections of before apart."""
    found = []
    for item in aws.resources.clients.dynamodb.scan(TableName=aws.name("OutboxTable"))["Items"]:
        if item["pk"]["S"].startswith("message/"):
            identity = item["pk"]["S"].removeprefix("message/")
            kept = outbox.get(identity)
            assert kept is not None
            to = sealing.unseal("outbox", identity, kept.sealed)["to"]
            found.append((kept.facts["kind"], to))
    return sorted(found)


def test_the_officer_of_the_organisation_gets_it_at_once_and_is_told(
    desk: Desk, name: Name, aws: Aws
) -> None:
    name(("2000-01-01", {"4401": [person("clerk", mobile=MOBILE)], "44": [person("province")]}))
    assert handler(filed(desk)) == "clerk"
    assert handler(filed(desk, violation=True)) == "province"
    told = messages(aws)
    assert told.count(("objection_assigned", MOBILE)) == 1
    assert len(told) == 4
    assert desk.followed()["officer"] == {"name": "专岗clerk", "phone": "020-50000001"}


def test_where_nobody_is_named_or_there_the_next_one_above_answers(desk: Desk, name: Name) -> None:
    name(("2000-01-01", {"44": [person("province")]}))
    first = filed(desk)
    assert (handler(first), cause(desk, first)) == ("province", "higher_post")
    name(("2000-01-01", {"4401": [person("clerk", **away())], "1": [person("head")]}))
    assert handler(filed(desk)) == "head"
    both = [person("clerk", **away()), person("second")]
    name(("2000-01-01", {"4401": both}))
    third = filed(desk)
    assert (handler(third), cause(desk, third)) == ("second", "stand_in")
    name(("2000-01-01", {"31": [person("other_province")]}))
    assert handler(filed(desk)) is None


WHY = {"left": "handler_left", "away": "handler_absent", "another": "post_given_up"}


@pytest.mark.parametrize("why", WHY)
def test_who_is_not_there_any_more_hands_over_what_he_has_open(
    desk: Desk, name: Name, aws: Aws, why: str
) -> None:
    people = [person("clerk"), person("second", mobile=MOBILE)]
    name(("2000-01-01", {"4401": people}))
    number = filed(desk)
    version = cases.load(number).version
    later = clock.now() + timedelta(minutes=1)
    # The objection of the fixture, which nobody has.
    assert deadlines.watch(later)["handed_over"] == 1
    assert (handler(desk.number), cases.load(number).version) == ("clerk", version)
    assert (cause(desk, desk.number), cause(desk, number)) == ("nobody", "officer")
    if why == "left":
        staff.leave("clerk", later)
    elif why == "away":
        name(("2000-01-01", {"4401": [{**people[0], **away()}, people[1]]}))
    else:
        today = clock.shanghai_day(later).isoformat()
        name(("2000-01-01", {"4401": people}), (today, {"4401": [people[1]]}))
    assert deadlines.watch(later)["handed_over"] == 2
    assert handler(number) == "second"
    assert cause(desk, number) == WHY[why]
    assert cases.load(number).log[-1]["by"] is None
    assert messages(aws).count(("objection_assigned", MOBILE)) == 2
    assert deadlines.watch(later)["looked_at"] == 0


def test_what_was_given_to_somebody_by_hand_stays_with_him_until_he_leaves(
    desk: Desk, name: Name
) -> None:
    name(("2000-01-01", {"4401": [person("clerk")]}))
    number = filed(desk)
    desk.number = number
    desk.did("clerk", "assign", handler="second")
    assert cause(desk, number) == "by_hand"
    later = clock.now() + timedelta(minutes=1)
    deadlines.watch(later)
    assert handler(number) == "second"
    staff.leave("second", later)
    deadlines.watch(later)
    assert handler(number) == "clerk"


def test_a_suspected_violation_goes_to_the_officer_of_the_province(desk: Desk, name: Name) -> None:
    name(("2000-01-01", {"4401": [person("clerk")], "44": [person("province")]}))
    desk.number = filed(desk)
    desk.did("clerk", "suspect_violation", note="涉嫌误导")
    assert handler(desk.number) == "province"
    assert cases.load(desk.number).objection.cause == "officer"


def test_who_was_assigned_after_the_head_office_urged_was_so_for_that(desk: Desk) -> None:
    desk.did("clerk", "assign", handler="second")
    desk.did("head", "urge", note="尽快答复")
    desk.did("clerk", "assign", handler="third")
    assert cause(desk, desk.number) == "after_urging"
    desk.did("clerk", "assign", handler="second")
    assert cause(desk, desk.number) == "by_hand"


def test_an_objection_from_before_causes_were_noted_stays_readable(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = register.event

    def of_before(number: str, kind: str, facts: dict[str, Any], *rest: Any, **more: Any) -> Any:
        known = {name: value for name, value in facts.items() if name != "cause"}
        return whole(number, kind, known, *rest, **more)

    monkeypatch.setattr(register, "event", of_before)
    number = filed(desk)
    desk.number = number
    desk.did("clerk", "assign", handler="second")
    case = cases.load(number)
    del case.item.facts["cause"]
    case.item.save()
    shown = looked(desk, number)
    assert (shown["desk"]["handler"], shown["desk"]["cause_name"]) == ("second", None)
    assert [one["cause_name"] for one in shown["events"]] == [None, None]


def test_the_letter_of_the_decision_says_whom_to_ask(desk: Desk, name: Name, aws: Aws) -> None:
    name(("2000-01-01", {"4401": [person("clerk")]}))
    desk.propose("unfounded")
    desk.did("reviewer", "review", approve=True)
    desk.did("clerk", "reply")
    with aws.guard.acting("render_document"):
        letters.render(desk.number)
    key = cases.load(desk.number).objection.letter
    kept = clients.client("s3").get_object(Bucket=settings.get("DOCUMENTS_BUCKET"), Key=key)
    found = samples.text(kept["Body"].read())
    for word in ("客户查询专岗", "专岗clerk", "020-50000001"):
        assert word in found, word


def test_every_demonstration_officer_is_of_an_organisation_that_is_there() -> None:
    (version,) = dated.every("data/objection_officers")
    assert {"10000000", "44000000"} <= set(version["officers"])
    assert posts.serving("99999999", clock.now()) is None


OFFICERS = "/v1/staff/objection-officers"


def day(days: int) -> str:
    return (clock.shanghai_day(clock.now()) + timedelta(days=days)).isoformat()


def tells(desk: Desk, who: str, subject: str, **told: Any) -> Any:
    path = f"{OFFICERS}/{subject}/absences"
    body = {"action": "record", "from": day(0), "until": day(2), **told}
    return desk.door.post(path, body, token=desk.tokens[who])


def test_an_absence_told_at_the_desk_holds_at_once_and_open_objections_follow(
    desk: Desk, name: Name
) -> None:
    name(("2026-01-01", {"4401": [person("O1"), person("O2"), person("O3")]}))
    first = filed(desk)
    assert handler(first) == "O1"
    told = tells(desk, "clerk", "O1", stand_in="O3")
    assert told.status == 200, told.body
    validation.validate("objections/officers", told.body)
    assert tells(desk, "second", "O1", stand_in="O3").body == told.body, "told again: no change"
    assert handler(filed(desk)) == "O3"
    with desk.door.guard.acting("watch_deadlines"):
        assert deadlines.watch(clock.now())["handed_over"] >= 1
    assert handler(first) == "O3"
    tells(desk, "clerk", "O3")
    assert handler(filed(desk)) == "O2", "who stands in may be away too"
    tells(desk, "province", "O1", action="end")
    tells(desk, "province", "O1", action="end")
    assert handler(filed(desk)) == "O1"
    seen = [json.loads(one.facts) for one in audit.of_subject("clerk", None, 20)]
    whole = {"people/O1", "people/O3", f"absences/{day(0)}/{day(2)}"}
    assert any(whole == set(one["objects"]) and "record" in one["fields"] for one in seen)


def test_officers_are_listed_with_what_data_and_desk_say(desk: Desk, name: Name) -> None:
    name(("2026-01-01", {"4401": [person("O1", **away(3))], "31": [person("O9")]}))
    tells(desk, "clerk", "O1", **{"from": day(5), "until": day(6)})
    reply = desk.door.get(OFFICERS, token=desk.tokens["clerk"])
    validation.validate("objections/officers", reply.body)
    (found,) = reply.body["items"]
    assert [(one["from"], one["source"]) for one in found["absences"]] == [
        (day(3), "data"),
        (day(5), "desk"),
    ]
    whole = desk.door.get(OFFICERS, token=desk.tokens["head"]).body["items"]
    assert {one["subject"] for one in whole} == {"O1", "O9"}


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"until": "2026-02-30"}, "/until"),
        ({"until": -1, "from": -3}, "/until"),
        ({"from": 3}, "/until"),
        ({"until": 400}, "/until"),
        ({"from": 367, "until": 368}, "/from"),
        ({"stand_in": "O9"}, "/stand_in"),
        ({"stand_in": "O1"}, "/stand_in"),
    ],
)
def test_an_absence_that_cannot_be_is_refused(
    desk: Desk, name: Name, wrong: dict[str, str | int], pointer: str
) -> None:
    name(("2026-01-01", {"4401": [person("O1")], "31": [person("O9")]}))
    told = {key: day(one) if isinstance(one, int) else one for key, one in wrong.items()}
    reply = tells(desk, "clerk", "O1", **told)
    assert (reply.status, reply.body["errors"][0]["pointer"]) == (400, pointer)


def test_nobody_has_absences_without_end(
    desk: Desk, name: Name, monkeypatch: pytest.MonkeyPatch
) -> None:
    name(("2026-01-01", {"4401": [person("O1")]}))
    monkeypatch.setattr(absences, "MOST", 2)
    for first in (1, 3):
        assert tells(desk, "clerk", "O1", **{"from": day(first), "until": day(first)}).status == 200
    assert tells(desk, "clerk", "O1", **{"from": day(5), "until": day(5)}).status == 400


def test_nobody_tells_of_officers_out_of_his_reach(desk: Desk, name: Name) -> None:
    name(("2026-01-01", {"4401": [person("O1")], "44": [person("O5")]}))
    assert tells(desk, "other_province", "O1").status == 404
    assert tells(desk, "clerk", "O5").status == 404, "an officer of the organisation above"
    assert tells(desk, "clerk", "nobody").status == 404
    assert tells(desk, "province", "O1").status == 200
    name(("2026-01-01", {"4401": [person("O1")], "44": [person("O1")]}))
    assert tells(desk, "clerk", "O1").status == 404, "an absence is a person's, in all his posts"
