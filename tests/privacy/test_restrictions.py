"""Restriction: a person's policies are kept and used for nothing; he himself still sees them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib import aws as clients
from chalicelib import clock, keys, sealing, settings, tokens
from chalicelib.expiry import rows
from chalicelib.expiry.periods import Period
from chalicelib.pages import Page
from chalicelib.policies import service as policies
from chalicelib.privacy import restrictions, service, store
from chalicelib.queries import service as queries
from infra import keys as operation
from tests.policies.rows import number, policy, take

AT = datetime(2026, 11, 21, 4, tzinfo=UTC)
NAME, ID_NO = "欧阳静", "110105194912310021"
OTHER_NAME, OTHER_ID_NO = "阿卜杜拉·买买提", "11010519491231002X"
SEARCH = "/v1/staff/customers/searches"
MARCH = Period("2027-03", date(2027, 3, 1), date(2027, 3, 31))


@pytest.fixture
def kept(aws: Any) -> Iterator[list[str]]:
    """Two policies of one person, the asked one first, and one of somebody else."""
    secrets = clients.client("secretsmanager")
    before = secrets.get_secret_value(SecretId=settings.get("SECRETS_ID"))["SecretString"]
    aws.empty()
    numbers = [number() for _ in range(3)]
    mine = {"insured_name": NAME, "insured_id_no": ID_NO}
    later = {**mine, "starts_on": "2026-03-11", "ends_on": "2027-03-10"}
    assert (
        take(policy(numbers[0], **mine), policy(numbers[1], **later), policy(numbers[2]))
        == ["accepted"] * 3
    )
    yield numbers
    secrets.put_secret_value(SecretId=settings.get("SECRETS_ID"), SecretString=before)
    keys.forget()
    aws.empty()


def restricted(policy_no: str) -> str:
    """The number of a deletion request that became a restriction."""
    token = tokens.QueryToken("q", policy_no, "p", "id")
    request_no = service.receive(token, {"kind": "delete"}, AT)["request_no"]
    for action in ("accept", "restrict"):
        service.act(request_no, {"action": action}, "C1", lambda _: True, "en", AT)
    return request_no


def listed() -> set[str]:
    """Policy numbers of the month's expiry list."""
    found = rows.of(["4401"], MARCH, agent=None, renewed=[].append)
    return {row.policy["policy_no"] for row in found}


def sees(door: Any, token: str, name: str, id_no: str) -> int:
    asked = {"name": name, "id_no": id_no, "purpose": "续保回访"}
    status: int = door.post(SEARCH, asked, token=token).status
    return status


def test_no_search_of_staff_finds_a_restricted_person(
    door: Any, staff_token: Any, kept: list[str]
) -> None:
    token = staff_token(["outlet_operator"], "4401")
    asked = {"name": NAME, "id_no": ID_NO, "purpose": "续保回访"}
    identity = door.post(SEARCH, asked, token=token).body["customer_id"]
    restricted(kept[0])
    assert sees(door, token, NAME, ID_NO) == 404
    assert door.get(f"/v1/staff/customers/{identity}", token=token).status == 404
    assert sees(door, token, OTHER_NAME, OTHER_ID_NO) == 200


def test_no_expiry_list_has_a_policy_of_a_restricted_person(kept: list[str]) -> None:
    assert listed() == set(kept)
    restricted(kept[0])
    assert listed() == {kept[2]}


def test_a_policy_that_comes_later_is_restricted_too(kept: list[str]) -> None:
    restricted(kept[0])
    late = number()
    take(policy(late, insured_name=NAME, insured_id_no=ID_NO))
    assert listed() == {kept[2]}


def test_the_verified_customer_still_sees_all_his_policies(kept: list[str]) -> None:
    restricted(kept[0])
    record = policies.find(kept[0])
    assert record is not None
    token = tokens.QueryToken("q", kept[0], str(record.person), "id")
    shown = {entry["policy_no"] for entry in queries.own(token, Page(100), "en", AT)[0]}
    assert shown == set(kept[:2])


def test_a_deletion_waits_for_the_last_of_all_the_persons_policies(kept: list[str]) -> None:
    token = tokens.QueryToken("q", kept[0], "p", "id")
    request_no = service.receive(token, {"kind": "delete"}, AT)["request_no"]
    step = {"action": "accept"}
    moved = service.act(request_no, step, "C1", lambda _: True, "en", AT)
    assert moved["kept_until"] == "2037-03-11"


def test_restriction_and_own_policies_outlast_an_exchange_of_the_hash_keys(
    kept: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    restricted(kept[0])
    record = policies.find(kept[0])
    assert record is not None
    token = tokens.QueryToken("q", kept[0], str(record.person), "id")
    operation.add()
    at = clock.now() + operation.ANNOUNCED + timedelta(seconds=1)
    monkeypatch.setattr(clock, "now", lambda: at)
    fresh = number()
    take(policy(fresh, insured_name=NAME, insured_id_no=ID_NO))
    assert listed() == {kept[2]}
    shown = {entry["policy_no"] for entry in queries.own(token, Page(100), "en", AT)[0]}
    assert shown == {*kept[:2], fresh}
    found = policies.find(fresh)
    assert found is not None
    old, new = (restrictions.PREFIX + str(one.person) for one in (record, found))
    assert service.reseal(old, restrictions.STANDING) is True
    assert store.get(old, restrictions.STANDING) is None
    assert service.reseal(new, restrictions.STANDING) is False
    assert listed() == {kept[2]}


def test_a_restriction_holds_no_personal_data_in_clear(kept: list[str]) -> None:
    restricted(kept[0])
    mark = sealing.keyed_hash("id", ID_NO)
    item = store.get(restrictions.PREFIX + mark, restrictions.STANDING)
    assert item is not None
    assert ID_NO not in str(item.facts) + item.pk
    assert ID_NO.encode() not in item.sealed
