"""The ledger: a day is sealed once, chained to the one before, locked, and late events told."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib import aws as clients
from chalicelib import settings
from chalicelib.ledger import chain, service, signing, store
from tests.ledger.register import DAY, NEXT, add, at, seal

pytestmark = pytest.mark.usefixtures("aws")


@pytest.fixture(autouse=True)
def _a_new_ledger(aws: Any) -> None:
    aws.empty()


def test_a_digest_counts_names_first_and_last_and_repeats_the_day_before() -> None:
    for number in range(5):
        add(DAY, "03", number)
    add(DAY, "11", 0)
    seal(DAY)
    seal(NEXT)
    digest = store.digest(DAY)
    assert digest is not None
    audit = digest["registers"]["audit"]
    assert (audit["count"], sorted(audit["shards"])) == (6, ["03", "11"])
    assert audit["shards"]["03"]["first"].startswith(at(DAY, 0))
    assert audit["shards"]["03"]["last"].startswith(at(DAY, 4))
    assert digest["previous"] is None
    following = store.digest(NEXT)
    assert following is not None
    assert following["previous"] == {"day": DAY.isoformat(), "sha256": chain.sha256(digest)}
    assert signing.is_valid(signing.public_key(), chain.sha256(digest), digest["signature"])


def test_sealing_again_changes_nothing() -> None:
    add(DAY, "03", 0)
    assert seal(DAY)["sealed"]
    before = store.get(store.digest_key(DAY))
    assert seal(DAY) == {"day": DAY.isoformat(), "sealed": False, "late": 0}
    assert store.get(store.digest_key(DAY)) == before


def test_a_sealer_that_died_between_lines_and_digest_is_followed_by_one_that_finishes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add(DAY, "03", 0)
    with monkeypatch.context() as patch:
        patch.setenv("SIGNING_KEY_ID", "gone")
        with pytest.raises(Exception, match="Sign operation"):
            seal(DAY)
    assert store.digest(DAY) is None
    add(DAY, "03", 1)
    assert seal(DAY)["sealed"]
    assert seal(NEXT)["late"] == 0


def test_digests_and_lines_are_locked_for_as_long_as_the_retention_says() -> None:
    add(DAY, "03", 0)
    seal(DAY)
    bucket, s3 = settings.get("DOCUMENTS_BUCKET"), clients.client("s3")
    found = s3.list_objects_v2(Bucket=bucket, Prefix=f"ledger/{DAY}/")["Contents"]
    assert len(found) == 2
    for entry in found:
        lock = s3.head_object(Bucket=bucket, Key=entry["Key"])
        assert lock["ObjectLockMode"] == "COMPLIANCE"
        assert lock["ObjectLockRetainUntilDate"] == datetime(2036, 11, 20, 16, tzinfo=UTC)


def test_an_event_that_comes_after_its_seal_stands_in_a_later_digest_once() -> None:
    add(DAY, "03", 0)
    seal(DAY)
    late = add(DAY, "03", 7)
    assert seal(NEXT)["late"] == 1
    digest = store.digest(NEXT)
    assert digest is not None
    assert [(entry["day"], entry["key"]) for entry in digest["late"]] == [(DAY.isoformat(), late)]
    after = date(2026, 11, 22)
    assert seal(after)["late"] == 0


def test_days_that_a_missed_run_left_out_are_sealed_by_the_next() -> None:
    add(DAY, "03", 0)
    seal(DAY)
    last = date(2026, 11, 24)
    seal(last)
    # moto goes on naming folders whose objects were deleted: those of other tests lie elsewhere.
    sealed = [day.day for day in store.sealed_days() if DAY <= day <= last]
    assert sealed == [20, 21, 22, 23, 24]
    digest = store.digest(last)
    assert digest is not None
    assert digest["previous"]["day"] == "2026-11-23"


def test_an_event_without_a_day_is_nowhere_and_the_day_is_shanghais() -> None:
    add(DAY, "00", 0)
    result = service.seal_day_before(datetime(2026, 11, 20, 16, 20, tzinfo=UTC))
    assert result["day"] == "2026-11-20"
    assert json.loads(store.get(store.digest_key(DAY)) or b"{}")["registers"]["audit"]["count"] == 1
