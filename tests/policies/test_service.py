"""Policies: versions in any order, replays exact, sealed where personal."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import sealing
from chalicelib.errors import NotFoundError
from chalicelib.policies import service, store
from tests.policies.rows import number, policy, take

pytestmark = pytest.mark.usefixtures("aws")


def test_a_new_policy_is_accepted_and_reads_back_whole() -> None:
    row = policy(number(), plate_no="粤A12345", special_agreements="无")
    assert take(row) == ["accepted"]
    found = service.version(row["policy_no"], 1)
    assert {name: found[name] for name in row} == row
    assert found["document"]["status"] == "pending"


def test_the_same_row_again_is_unchanged_and_in_its_own_replay_accepted() -> None:
    row = policy(number())
    assert take(row, file="one") == ["accepted"]
    assert take(row, file="one") == ["accepted"]
    assert take(row, file="two") == ["unchanged"]


def test_the_same_version_with_other_content_is_a_conflict() -> None:
    row = policy(number())
    take(row, file="one")
    assert take({**row, "premium": 1}, file="two") == ["version-conflict"]
    assert service.version(row["policy_no"], 1)["premium"] == 328_050


def test_an_older_version_arriving_late_is_kept_as_history_but_never_current() -> None:
    name = number()
    take(policy(name, 3, premium=3), file="new")
    assert take(policy(name, 2, premium=2), file="old") == ["superseded"]
    assert take(policy(name, 2, premium=2), file="old") == ["superseded"]
    assert take(policy(name, 2, premium=2), file="again") == ["unchanged"]
    record = service.find(name)
    assert record is not None
    assert record.open()["premium"] == 3
    assert service.version(name, 2)["premium"] == 2


def test_versions_within_one_file_follow_each_other() -> None:
    name = number()
    rows = [policy(name, 1, premium=1), policy(name, 2, premium=2), policy(name, 1, premium=1)]
    assert take(*rows) == ["accepted", "accepted", "unchanged"]
    assert take(*rows) == ["accepted", "accepted", "unchanged"]
    assert service.version(name, 1)["premium"] == 1


def test_what_a_newer_version_leaves_out_stays() -> None:
    name = number()
    take(policy(name, 1, engine_no="E1", occupation="教师"))
    take(policy(name, 2))
    found = service.version(name, 2)
    assert found["engine_no"] == "E1"
    assert found["occupation"] == "教师"


def test_a_policy_is_found_by_its_number_however_it_is_typed() -> None:
    name = number()
    take(policy(name))
    assert service.find(f" {name[:4].lower()}-{name[4:]} ") is not None
    assert service.find(f"{name}0") is None
    with pytest.raises(NotFoundError):
        service.version(name, 9)


def test_no_personal_value_stands_open_in_the_item() -> None:
    name = number()
    take(policy(name, insured_address="广州市天河区", mobile="13800138000", plate_no="粤A12345"))
    item = store.current(name)
    assert item is not None
    stored = json.dumps(item.serialize(), ensure_ascii=False, default=str)
    for value in ("阿卜杜拉", "11010519491231002X", "天河", "13800138000", "A12345"):
        assert value not in stored


def test_a_sealed_value_moved_to_another_policy_does_not_open() -> None:
    one, other = number(), number()
    take(policy(one), policy(other))
    here, there = store.current(one), store.current(other)
    assert here is not None
    assert there is not None
    with pytest.raises(sealing.SealError):
        sealing.unseal("policies", f"{other}/1", here.sealed)
    assert sealing.unseal("policies", f"{other}/1", there.sealed)["insured_name"]


def test_the_state_of_the_document_follows_its_version_into_history() -> None:
    name = number()
    take(policy(name, 1))
    take(policy(name, 2))
    service.document_ready(name, 1, "d1", "k1", "s1")
    service.document_failed(name, 2, "missing-glyph")
    assert service.version(name, 1)["document"]["status"] == "ready"
    assert service.version(name, 2)["document"]["status"] == "failed"


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.permutations([1, 2, 3, 4]), st.integers(0, 3))
def test_in_whatever_order_versions_come_the_newest_is_current(
    order: list[int], killed_after: int
) -> None:
    name = number()
    rows = [policy(name, version, premium=version) for version in order]
    take(*rows[:killed_after], file="f")
    take(*rows, file="f")
    record = service.find(name)
    assert record is not None
    assert record.open()["premium"] == 4
    assert [service.version(name, version)["premium"] for version in (1, 2, 3, 4)] == [1, 2, 3, 4]
