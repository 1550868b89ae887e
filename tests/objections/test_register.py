"""The register of objections in the ledger: what was bent is found, whatever was erased beside."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from chalicelib import clock, sealing
from chalicelib.ledger import service as ledger
from chalicelib.ledger import signing, verification
from chalicelib.ledger.verification import Finding
from chalicelib.objections import cases, register, store
from tests.conftest import Aws

DAY = date(2026, 11, 20)
NUMBER = "Y20261120-7K3QX9M2"


def at(minute: int) -> datetime:
    return datetime.combine(DAY, time(12), clock.SHANGHAI) + timedelta(minutes=minute)


@pytest.fixture
def entries(aws: Aws) -> Iterator[list[store.RegisterItem]]:
    """Twelve events of one objection in one shard of a day that was sealed."""
    aws.empty()
    found = []
    while len(found) < 12:
        seq = len(found)
        event = register.event(
            NUMBER, "investigated", {}, {"note": f"查{seq}"}, seq=seq, by="C1", at=at(seq)
        )
        if event.entry.pk.endswith("/03"):
            event.entry.save()
            assert event.words is not None
            event.words.save()
            found.append(event.entry)
    ledger.seal_day_before(at(13 * 60).astimezone(UTC))
    assert findings() == []
    yield found
    aws.empty()


def findings() -> list[Finding]:
    return list(verification.verify(DAY, DAY, signing.public_key()))


def put(entry: store.RegisterItem, **facts: Any) -> None:
    store.RegisterItem(
        entry.pk, entry.sk, facts=json.dumps({**register.read(entry), **facts})
    ).save()


def edit(entries: list[store.RegisterItem]) -> None:
    put(entries[4], by="C2")


def delete(entries: list[store.RegisterItem]) -> None:
    entries[4].delete()


def cut_off(entries: list[store.RegisterItem]) -> None:
    for entry in entries[9:]:
        entry.delete()


def cut_off_all(entries: list[store.RegisterItem]) -> None:
    for entry in entries:
        entry.delete()


def reorder(entries: list[store.RegisterItem]) -> None:
    first, second = entries[2].facts, entries[3].facts
    for entry, facts in ((entries[2], second), (entries[3], first)):
        store.RegisterItem(entry.pk, entry.sk, facts=facts).save()


def insert(entries: list[store.RegisterItem]) -> None:
    store.RegisterItem(
        entries[4].pk, f"{clock.stored(at(4))}/{'f' * 16}", facts=entries[4].facts[:-1] + " }"
    ).save()


@pytest.mark.parametrize(
    ("bend", "kinds"),
    [
        (edit, {"edited"}),
        (delete, {"deleted"}),
        (cut_off, {"cut-off"}),
        (cut_off_all, {"cut-off"}),
        (reorder, {"moved"}),
        (insert, {"inserted"}),
    ],
)
def test_the_verifier_finds_what_was_bent(
    entries: list[store.RegisterItem],
    bend: Callable[[list[store.RegisterItem]], None],
    kinds: set[str],
) -> None:
    bend(entries)
    found = findings()
    assert {finding.kind for finding in found} == kinds
    assert all(finding.place.startswith("objections/03/") for finding in found)


def test_erasing_what_people_wrote_leaves_the_register_whole(
    entries: list[store.RegisterItem],
) -> None:
    for item in store.about(NUMBER):
        item.delete()
    assert findings() == []
    assert register.open_words(register.read(entries[0]), None) == {}


def test_words_that_were_changed_beside_the_register_do_not_open(
    entries: list[store.RegisterItem],
) -> None:
    facts = register.read(entries[0])
    words = store.get(f"objection/{NUMBER}", f"{store.WORDS}{facts['event_id']}")
    assert words is not None
    assert register.open_words(facts, words) == {"note": "查0"}
    place = f"{words.pk}/{words.sk}"
    words.sealed = sealing.seal("objections", place, {"note": "另一句", "salt": "0"})
    with pytest.raises(sealing.SealError):
        register.open_words(facts, words)


def test_a_case_that_points_to_nothing_is_no_objection(aws: Aws) -> None:
    aws.empty()
    with pytest.raises(cases.NotFoundError):
        cases.load(NUMBER)
