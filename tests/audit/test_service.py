"""The audit: every request of staff, denied ones too, once and for good, without personal data."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from pynamodb.exceptions import PutError

from chalicelib import clock, pages, sealing
from chalicelib.audit import refusals, service, store, use

AUDIT = "/v1/staff/audit"
AT = datetime(2026, 1, 31, 17, 30, tzinfo=UTC)


def record(at=AT, subject="A1", thing="claim/1", **more):
    trace = service.Trace()
    trace.touch(thing, fields=["phone"], purpose=more.pop("purpose", None))
    actor = service.Actor(subject, ("agent",), "4401")
    facts = {"action": "GET /x", "outcome": "done", "status": 200, **more}
    return service.record(actor, trace=trace, request_id="r", caller="192.0.2.7", at=at, **facts)


def page(limit=100, after=None):
    return pages.Page(limit, after)


def found(**by):
    wanted = {"day": None, "subject": None, "thing": None, "page": page(), **by}
    return service.events(**wanted)


def test_an_event_stands_under_shanghais_day_in_the_order_of_time(aws):
    event_id = record()
    (item,) = [item for item in store.of_day("2026-02-01", None, 10) if event_id in item.sk]
    assert item.pk == f"2026-02-01/{int(event_id[:4], 16) % 16:02d}"
    assert item.sk == f"2026-01-31T17:30:00.000000Z/{event_id}"
    facts = json.loads(item.facts)
    assert facts["event_id"] == event_id
    assert (facts["subject"], facts["fields"], facts["objects"]) == ("A1", ["phone"], ["claim/1"])
    assert "192.0.2.7" not in item.facts


def test_no_event_overwrites_another(aws):
    event = store.Event("2026-02-02", clock.stored(AT), "00aa", "{}", "A1")
    store.add(event)
    with pytest.raises(PutError):
        store.add(event)


def test_events_are_found_by_person_thing_and_day_page_by_page(aws):
    made = [
        record(datetime(2026, 3, 5, hour, tzinfo=UTC), "finder", f"claim/{hour % 2}")
        for hour in range(5)
    ]
    newest_first = made[::-1]
    for by in ({"subject": "finder"}, {"day": "2026-03-05"}):
        first, after = found(**by, page=page(3))
        rest, end = found(**by, page=page(3, after))
        assert [event["event_id"] for event in first + rest] == newest_first
        assert end is None
    events, _ = found(thing="claim/1")
    assert {made[1], made[3]} <= {event["event_id"] for event in events}


def test_long_numbers_are_taken_out_of_a_purpose():
    written = "回访 110105 19491231002X，电话 138-0013-8000，赔案 12345"
    assert service.without_numbers(written) == "回访 ***，电话 ***，赔案 12345"
    assert service.without_numbers(None) is None
    assert len(service.without_numbers("续保" * 500)) == 200


@pytest.mark.parametrize("written", ["替王小明查询", "王小明", "Wang Xiaoming asked"])
def test_a_purpose_in_ones_own_words_is_sealed_and_shown_to_who_may_read_the_audit(aws, written):
    event_id = record(datetime(2026, 4, 1, tzinfo=UTC), purpose=written)
    (item,) = [item for item in store.of_day("2026-04-01", None, 100) if event_id in item.sk]
    assert json.loads(item.facts)["purpose"] == service.FREE_TEXT
    assert written not in item.facts
    assert written.encode() not in item.sealed
    shown = {event["event_id"]: event for event in found(day="2026-04-01")[0]}
    assert shown[event_id]["purpose"] == written


def test_a_purpose_of_the_list_stands_as_its_code_and_is_shown_in_words(door, staff_token):
    officer = staff_token(["compliance_officer"], "T9", sub="coded")
    for _ in range(2):
        reply = door.get(AUDIT, token=officer, query={"subject": "coded", "purpose": "audit"})
    (event,) = reply.body["items"]
    assert (event["purpose"], event["purpose_name"]) == ("audit", "稽核检查")
    (item,) = [i for i in store.of_subject("coded", None, 5) if event["event_id"] in i.sk]
    assert item.sealed is None


def test_a_sealed_purpose_cannot_be_moved_to_another_event(aws):
    for thing in ("claim/1", "claim/2"):
        record(datetime(2026, 4, 3, tzinfo=UTC), purpose=f"为{thing}", thing=thing)
    one, other = store.of_day("2026-04-03", None, 10)
    one.update(actions=[store.AuditItem.sealed.set(other.sealed)])
    with pytest.raises(sealing.SealError):
        found(day="2026-04-03")


def refused(door, officer):
    """What the audit shows of refused sign-ins today."""
    events = door.get(AUDIT, token=officer, query={"subject": "unknown"}).body["items"]
    return [(event["caller"], event["fields"]) for event in events]


def test_refused_sign_ins_are_on_record_once_a_minute_and_caller(
    aws, door, staff_token, issuer, monkeypatch
):
    aws.empty()
    refusals._once.cache_clear()
    at = clock.now().replace(second=10)
    monkeypatch.setattr(clock, "now", lambda: at)
    officer = staff_token(["compliance_officer"], "T9", sub="officer")
    for attempt in range(30):
        reply = door.get(AUDIT, token=f"secret-{attempt}.王小明", gate=False, caller="192.0.2.9")
        assert reply.status == 401
    ((caller, fields),) = refused(door, officer)
    assert caller.startswith(sealing.keyed_hash("caller", "192.0.2.9")[:2])
    assert fields
    later = at + timedelta(minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    door.get(AUDIT, token="x", gate=False, caller="192.0.2.9")
    assert len(refused(door, officer)) == 2
    door.get(AUDIT, token="x.y.z")
    assert "gate" in {caller for caller, _ in refused(door, officer)}
    whole = "".join(item.facts for item in store.of_subject("unknown", None, 100))
    assert "secret" not in whole
    assert "192.0.2.9" not in whole


def test_strangers_cannot_fill_the_audit(aws):
    aws.empty()
    refusals._once.cache_clear()
    for stranger in range(300):
        refusals.record("malformed", f"192.0.2.{stranger}", AT)
    assert len(store.of_subject("unknown", None, 300)) <= refusals.BUCKETS
    refusals._once.cache_clear()
    refusals.record("malformed", "192.0.2.1", AT)
    assert len(store.of_subject("unknown", None, 300)) <= refusals.BUCKETS


def test_every_request_of_staff_is_on_record_denied_ones_too(aws, door, staff_token):
    aws.empty()
    officer = staff_token(["compliance_officer"], "T9", sub="officer")
    agent = staff_token(["agent"], "T9", sub="nosy")
    assert door.get(AUDIT, token=agent, headers={"x-request-id": "denied-1"}).status == 403
    assert door.get(AUDIT, token=officer, query={"limit": "0"}).status == 400
    shown = door.get(AUDIT, token=officer, query={"subject": "nosy", "purpose": "检查"}).body
    (event,) = shown["items"]
    assert event["outcome"] == "denied"
    assert (event["action"], event["status"]) == ("GET /v1/staff/audit", 403)
    assert event["request_id"] == "denied-1"
    own = door.get(AUDIT, token=officer, query={"subject": "officer"}).body["items"]
    assert [event["outcome"] for event in own] == ["done", "refused"]
    assert own[0]["purpose"] == "检查"
    assert own[0]["objects"] == ["audit/nosy"]


def test_another_organisations_events_are_not_shown(door, staff_token):
    door.get(AUDIT, token=staff_token(["agent"], "T8", sub="far"))
    near = staff_token(["compliance_officer"], "T9", sub="officer")
    assert door.get(AUDIT, token=near, query={"subject": "far"}).body["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"day": "tomorrow"},
        {"subject": "?"},
        {"cursor": "§"},
        {"cursor": ""},
        {"cursor": "QUFB" * 400},
        {"limit": "000101"},
        {"cursor": "x"},
    ],
)
def test_a_broken_parameter_is_named(door, staff_token, query):
    reply = door.get(AUDIT, token=staff_token(["compliance_officer"], "T9"), query=query)
    assert reply.status == 400
    assert reply.body["errors"][0]["pointer"] == f"/{next(iter(query))}"


def test_what_cannot_be_recorded_is_not_answered(door, staff_token, monkeypatch):
    token = staff_token(["compliance_officer"], "T9")
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", "CRITICAL")

    def fail(*_):
        raise ConnectionError

    monkeypatch.setattr(store, "add", fail)
    reply = door.get(AUDIT, token=token)
    assert (reply.status, reply.body["code"]) == (500, "internal-error")


def test_use_per_person_is_a_figure_and_what_stands_out_comes_first(aws, door, staff_token):
    aws.empty()
    nosy = staff_token(["agent"], "T9", sub="nosy-2")
    busy = staff_token(["agent"], "T9", sub="calm")
    far = staff_token(["agent"], "T8", sub="elsewhere")
    for token, times in ((nosy, 10), (busy, 2), (far, 1)):
        for _ in range(times):
            door.get(AUDIT, token=token)
    officer = staff_token(["compliance_officer"], "T9", sub="officer")
    shown = door.get(f"{AUDIT}/use", token=officer).body["items"]
    assert [(line["subject"], line["requests"], line["unusual"]) for line in shown] == [
        ("nosy-2", 10, True),
        ("calm", 2, False),
    ]
    assert shown[0]["denied"] == 10


def test_use_beyond_the_parameter_is_unusual(aws, door, staff_token, monkeypatch):
    aws.empty()
    officer = staff_token(["compliance_officer"], "T9", sub="busy-officer")
    monkeypatch.setattr(use.parameters, "value", lambda *_: 3)
    for _ in range(4):
        door.get(AUDIT, token=officer)
    (line,) = door.get(f"{AUDIT}/use", token=officer).body["items"]
    assert (line["requests"], line["denied"], line["unusual"]) == (4, 0, True)
    assert door.get(f"{AUDIT}/use", token=officer, query={"day": "2026-13-01"}).status == 400
