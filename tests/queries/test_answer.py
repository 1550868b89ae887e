"""Answers: claims as a parcel, instalments, endorsements, the lead insurer, the look-back."""

import secrets
from datetime import UTC, datetime
from typing import Any

import pytest

from chalicelib import clock, tokens, validation
from chalicelib.claims import service as claims
from chalicelib.errors import (
    AssuranceTooLowError,
    NotFoundError,
    VerificationFailedError,
)
from chalicelib.pages import Page
from chalicelib.policies import parts
from chalicelib.queries import service, store
from tests.door import Door
from tests.policies.rows import number, policy, take
from tests.queries.visitors import visitor

AT = datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC)
ID_NO = "11010519491231002X"
NAME = "阿卜杜拉·买买提"

pytestmark = pytest.mark.usefixtures("aws")


def ask(at: datetime = AT, **request: Any) -> dict[str, Any]:
    """The answer in English, valid by its schema."""
    answer = service.verify(request, visitor(), at)
    validation.validate("queries/answer", answer)
    return answer


def stop(policy_no: str, seq: int, stage: str, at: str, **more: Any) -> dict[str, Any]:
    """A stop of the policy's one claim."""
    stored = clock.stored(clock.parse(at))
    return {
        "claim_no": f"C{policy_no}",
        "seq": seq,
        "policy_no": policy_no,
        "stage": stage,
        "at": stored,
        "department": "理赔部",
        "handler": "王芳",
        **more,
    }


def follow(*stops: dict[str, Any], file: str = "c") -> list[str]:
    """The outcomes of stops that come in one file."""
    return claims.take([(row, f"{file}#{n}") for n, row in enumerate(stops)], AT)


def test_a_claim_is_followed_like_a_parcel() -> None:
    name = number()
    take(policy(name))
    follow(
        stop(name, 2, "assessed", "2026-11-05T10:00:00+08:00", assessed_amount=500_000),
        stop(
            name,
            1,
            "reported",
            "2026-11-01T09:30:00+08:00",
            accepted_at=clock.stored(clock.parse("2026-11-01T09:31:00+08:00")),
            message="已受理",
            note="疑似老客户",
            cause="碰撞",
        ),
    )
    (claim,) = ask(policy_no=name, id_no=ID_NO)["claims"]
    assert [found["stage"] for found in claim["timeline"]] == ["reported", "assessed"]
    assert claim["timeline"][0] == {
        "stage": "reported",
        "stage_name": "Reported",
        "department": "理赔部",
        "handler": "王芳",
        "arrived_at": "2026-11-01T09:30:00+08:00",
        "accepted_at": "2026-11-01T09:31:00+08:00",
        "left_at": "2026-11-05T10:00:00+08:00",
        "message": "已受理",
    }
    assert claim["timeline"][1]["left_at"] is None
    assert (claim["status"], claim["cause"]) == ("assessed", "碰撞")
    assert claim["assessed_amount"] == {"amount": 500_000, "currency": "CNY"}
    assert claim["promised_by"] == "2026-12-02T00:00:00+08:00"  # 30 days, 24:00 of the last
    assert claim["overdue"] is False
    assert "疑似老客户" not in str(claim), "the insurer's own notes stay inside"


def test_a_promise_that_is_past_is_said_to_be_past_and_ends_with_the_case() -> None:
    name = number()
    take(policy(name))
    follow(stop(name, 1, "reported", "2026-09-01T09:30:00+08:00"))
    assert ask(policy_no=name, id_no=ID_NO)["claims"][0]["overdue"] is True
    follow(
        stop(name, 2, "paid", "2026-11-10T09:00:00+08:00", paid_amount=1),
        stop(name, 3, "closed", "2026-11-11T09:00:00+08:00"),
        file="d",
    )
    (claim,) = ask(policy_no=name, id_no=ID_NO)["claims"]
    assert (claim["overdue"], claim["promised_by"]) == (False, None)
    assert claim["paid_at"] == "2026-11-10T09:00:00+08:00"
    assert claim["closed_at"] == "2026-11-11T09:00:00+08:00"


def test_the_weak_rule_shows_stages_without_amounts_names_and_words() -> None:
    name = number()
    take(policy(name, line="accident"))
    reason = {"refusal_reason": "免责", "message": "见通知书", "assessed_amount": 5}
    follow(stop(name, 1, "refused", "2026-11-01T09:30:00+08:00", **reason))
    (weak,) = ask(policy_no=name, insured_name=NAME)["claims"]
    (strong,) = ask(policy_no=name, insured_name=NAME, id_no=ID_NO)["claims"]
    assert weak["status"] == strong["status"] == "refused"
    hidden = ("refusal_reason", "assessed_amount")
    assert all(weak[field] is None and strong[field] is not None for field in hidden)
    assert weak["timeline"][0]["handler"] is None
    assert weak["timeline"][0]["message"] is None


def test_stops_come_in_any_order_even_before_their_policy_and_replays_are_exact() -> None:
    name = number()
    first = stop(name, 1, "reported", "2026-11-01T09:30:00+08:00", message="甲")
    assert follow(first) == ["accepted"]
    assert follow(first) == ["accepted"]
    assert follow(first, file="c-again") == ["unchanged"]
    assert follow({**first, "message": "乙"}, file="correction") == ["accepted"]
    take(policy(name))
    (claim,) = ask(policy_no=name, id_no=ID_NO)["claims"]
    assert [found["message"] for found in claim["timeline"]] == ["乙"]


def test_instalments_and_endorsements_come_from_their_own_files() -> None:
    name = number()
    take(policy(name, paid_on="2026-03-01"))
    assert len(ask(policy_no=name, id_no=ID_NO)["policy"]["payments"]) == 1
    paid = {"policy_no": name, "instalment": 2, "due_amount": 7, "due_on": "2026-06-01"}
    parts.take_payments([({**paid, "instalment": 1, "paid_amount": 7}, "p#1"), (paid, "p#2")], AT)
    changed = {
        "policy_no": name,
        "endorsement_no": "E-1",
        "kind": "保额变更",
        "effective_on": "2026-05-01",
        "premium_change": -12_000,
        "summary": "减保",
    }
    parts.take_endorsements([(changed, "e#1")], AT)
    shown = ask(policy_no=name, id_no=ID_NO)["policy"]
    assert [one["instalment"] for one in shown["payments"]] == [1, 2]
    assert shown["payments"][1]["paid_amount"] is None
    assert shown["endorsements"][0]["premium_change"] == {"amount": -12_000, "currency": "CNY"}
    assert shown["endorsements"][0]["summary"] == "减保"


def test_a_policy_that_another_insurer_leads_answers_with_its_name_after_verification() -> None:
    led, own = number(), number()
    other = "华东联合财产保险股份有限公司"
    take(policy(led, coinsurance=True, lead_insurer=other), policy(own, coinsurance=True))
    answer = ask(policy_no=led, id_no=ID_NO)
    assert answer["policy"] is None
    assert answer["claims"] == []
    assert answer["lead_insurer"]["name"] == other
    assert answer["lead_insurer"]["url"].startswith("https://")
    with pytest.raises(VerificationFailedError):
        ask(policy_no=led, id_no="110105194912310038")
    assert ask(policy_no=own, id_no=ID_NO)["policy"]["policy_no"] == own


def test_a_policy_stays_queryable_for_the_years_that_the_rule_says() -> None:
    name = number()
    take(policy(name, starts_on="2020-02-29", ends_on="2021-02-28", issued_on="2020-02-28"))
    inside = datetime(2023, 2, 28, 15, 59, tzinfo=UTC)
    assert ask(inside, policy_no=name, id_no=ID_NO)["policy"]
    with pytest.raises(VerificationFailedError):
        ask(datetime(2023, 2, 28, 16, 0, tzinfo=UTC), policy_no=name, id_no=ID_NO)


def test_cover_in_force_open_claims_and_their_closure_keep_a_policy_queryable() -> None:
    long, claimed = number(), number()
    take(policy(long, starts_on="2019-01-01", ends_on="2029-01-01"))
    take(policy(claimed, starts_on="2019-01-01", ends_on="2019-12-31"))
    assert ask(policy_no=long, id_no=ID_NO)["policy"]
    with pytest.raises(VerificationFailedError):
        ask(policy_no=claimed, id_no=ID_NO)
    follow(stop(claimed, 1, "reported", "2019-06-01T09:30:00+08:00"))
    assert ask(policy_no=claimed, id_no=ID_NO)["policy"]
    follow(stop(claimed, 2, "closed", "2023-11-22T09:30:00+08:00"), file="closing")
    assert ask(policy_no=claimed, id_no=ID_NO)["policy"]
    with pytest.raises(VerificationFailedError):
        ask(datetime(2026, 11, 23, tzinfo=UTC), policy_no=claimed, id_no=ID_NO)


def _token(answer: dict[str, Any]) -> tokens.QueryToken:
    return tokens.QueryToken(
        answer["query_id"],
        answer["policy"]["policy_no"],
        _person(answer["policy"]["policy_no"]),
        answer["assurance"],
    )


def _person(policy_no: str) -> str:
    record = service.policies.find(policy_no)
    assert record is not None
    assert record.person is not None
    return record.person


def test_a_person_sees_and_opens_his_own_policies_and_nobody_elses() -> None:
    mine = {"insured_id_no": "440105198001018135", "insured_name": "李雷"}
    one, two, old = number(), number(), number()
    foreign = number()
    take(
        policy(one, **mine),
        policy(two, line="cargo", ends_on="2028-03-01", insured_id_type="other", **mine),
        policy(old, **mine, starts_on="2019-01-01", ends_on="2019-12-31"),
        policy(foreign, insured_name="李雷"),
    )
    token = _token(ask(policy_no=one, id_no="440105198001018135"))
    listed, after = service.own(token, Page(100), "en", AT)
    validation.validate("queries/policies", {"policies": listed, "cursor": after})
    assert after is None
    assert [found["policy_no"] for found in listed] == [two, one]
    assert listed[0]["line_name"] == "Cargo"
    opened = service.open_own(token, two, visitor(), AT)
    validation.validate("queries/answer", opened)
    assert opened["assurance"] == "id"
    assert opened["policy"]["policy_no"] == two
    assert opened["query_id"] != token.query_id
    for other in (foreign, old, number()):
        with pytest.raises(NotFoundError):
            service.open_own(token, other, visitor(), AT)


def test_a_fleets_policies_come_page_by_page_each_once_though_all_end_on_one_day(
    door: Door,
) -> None:
    """Contract: 100 come unasked; a cursor leads on, in whatever order the index holds a day."""
    fleet = {"insured_id_no": "E" + secrets.token_hex(8), "insured_id_type": "passport"}
    names = [number() for _ in range(7)]
    days = ["2028-03-01", *["2027-03-01"] * 5, "2027-01-01"]
    take(*(policy(name, ends_on=day, **fleet) for name, day in zip(names, days, strict=True)))
    asked = {"policy_no": names[0], "id_no": fleet["insured_id_no"]}
    token = ask(clock.now(), **asked)["token"]
    whole = door.get("/v1/policies", token=token).body
    in_order = [one["policy_no"] for one in whole["policies"]]
    assert sorted(in_order) == sorted(names)
    assert whole["cursor"] is None
    assert [one["ends_on"] for one in whole["policies"]] == days
    pages: list[list[str]] = []
    query = {"limit": "3"}
    while True:
        body = door.get("/v1/policies", token=token, query=query).body
        validation.validate("queries/policies", body)
        pages.append([one["policy_no"] for one in body["policies"]])
        if body["cursor"] is None:
            break
        query["cursor"] = body["cursor"]
    assert pages == [in_order[:3], in_order[3:6], in_order[6:]]
    for wrong in ({"limit": "0"}, {"limit": "101"}, {"cursor": "!"}, {"cursor": "eHg="}):
        refused = door.get("/v1/policies", token=token, query=wrong)
        assert (refused.status, refused.body["code"]) == (400, "invalid-input")


def test_the_weak_rule_lists_no_other_policies() -> None:
    name = number()
    take(policy(name, line="cargo"))
    token = _token(ask(policy_no=name, insured_name=NAME))
    with pytest.raises(AssuranceTooLowError):
        service.own(token, Page(100), "en", AT)
    with pytest.raises(AssuranceTooLowError):
        service.open_own(token, name, visitor(), AT)


def test_a_section_that_was_opened_counts_once_under_the_day_of_its_query() -> None:
    name = number()
    take(policy(name))
    late = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)
    token = _token(ask(late, policy_no=name, id_no=ID_NO))
    after_midnight = datetime(2026, 11, 21, 16, 5, tzinfo=UTC)
    for section in ("claims", "payment", "claims"):
        service.view(token, token.query_id, section, after_midnight)
    found = [key for key, _ in store.day("2026-11-21") if token.query_id in key]
    assert sorted(key.partition("/")[0] for key in found) == ["attempt", "view", "view"]
    with pytest.raises(NotFoundError):
        service.view(token, "0" * 32, "claims", late)
