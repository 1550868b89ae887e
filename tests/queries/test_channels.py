"""Channels: partner's link, hotline, counter; the same rule, told apart in the statistics (Q8)."""

import secrets

from chalicelib import clock
from chalicelib.partners import service as partners
from chalicelib.queries import store
from tests.policies.rows import number, policy, take
from tests.queries.visitors import visitor

WRONG = "110105194912310038"


def _policy() -> tuple[str, str]:
    name, id_no = number(), f"E{secrets.randbelow(10**12):012d}"
    take(policy(name, insured_id_type="passport", insured_id_no=id_no))
    return name, id_no


def _facts(query_id: str) -> dict[str, str]:
    today = clock.shanghai_day(clock.now()).isoformat()
    return next(facts for key, facts in store.day(today) if query_id in key)


def test_staff_query_for_a_caller_by_the_same_rule_and_on_record(door, staff_token, aws) -> None:
    token = staff_token(["outlet_operator"], "4401")
    name, id_no = _policy()
    body = {"channel": "hotline", "policy_no": name, "id_no": id_no}
    reply = door.post("/v1/staff/queries", body, token=token)
    assert reply.status == 200, reply.body
    assert reply.body["policy"]["insured"]["id_no"] != id_no, "masked for staff too"
    assert _facts(reply.body["query_id"])["channel"] == "hotline"
    wrong = door.post("/v1/staff/queries", {**body, "id_no": WRONG}, token=token)
    assert (wrong.status, wrong.body["code"]) == (403, "verification-failed")


def test_a_lock_that_strangers_caused_does_not_close_the_counter(door, staff_token, aws) -> None:
    name, id_no = _policy()
    body = {"policy_no": name, "id_no": id_no}
    for _ in range(11):
        last = door.post(
            "/v1/queries", {**body, "id_no": "E" + secrets.token_hex(6)}, caller=visitor().address
        )
    assert last.status == 429
    assert 1 <= int(last.headers["Retry-After"]) <= 900
    token = staff_token(["outlet_operator"], "4401")
    reply = door.post("/v1/staff/queries", {**body, "channel": "counter"}, token=token)
    assert reply.status == 200


def test_a_partner_link_is_on_record_with_the_query_and_a_forged_one_is_not(door, aws) -> None:
    name, id_no = _policy()
    signed = partners.follow("iac", "query", clock.now()).partition("partner=")[2]
    for sent, kept in ((signed, "iac"), ("iac", None)):
        body = {"policy_no": name, "id_no": id_no, "partner": sent}
        reply = door.post("/v1/queries", body, caller=visitor().address)
        assert reply.status == 200, reply.body
        assert _facts(reply.body["query_id"])["partner"] == kept
