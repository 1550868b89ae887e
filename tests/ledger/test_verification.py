"""The verifier: every planted manipulation is found, by its kind and at its place."""

import base64
import json
from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chalicelib import sealing
from chalicelib.audit.__main__ import main
from chalicelib.ledger import chain, signing, store, verification
from tests.ledger.register import (
    DAY,
    NEXT,
    add,
    facts,
    remove,
    remove_object,
    replace_object,
    seal,
    standing,
    write,
)

LAST = date(2026, 11, 22)
SHARD = "03"


class Sealed(NamedTuple):
    """Three sealed days; the sort keys of the first day's six events in one shard."""

    keys: list[str]
    objects: dict[str, bytes]


@pytest.fixture(scope="module")
def sealed(aws: Any) -> Sealed:
    """Sealed once: it is the dearest part."""
    aws.empty()
    keys = _events()
    for day in (DAY, NEXT, LAST):
        seal(day)
    return Sealed(keys, standing())


@pytest.fixture
def keys(aws: Any, sealed: Sealed) -> list[str]:
    """The three days as they were sealed; the sort keys of `Sealed`."""
    aws.empty()
    _events()
    for key, content in sealed.objects.items():
        replace_object(key, content)
    return sealed.keys


def _events() -> list[str]:
    keys = [add(DAY, SHARD, number) for number in range(6)]
    add(DAY, "11", 0)
    add(NEXT, SHARD, 0)
    return keys


def found(first: date = DAY, last: date = LAST) -> set[tuple[str, str, str]]:
    """What the verifier tells: day, kind and place of each finding."""
    findings = verification.verify(first, last, signing.public_key())
    return {(finding.day, finding.kind, finding.place) for finding in findings}


def place(key: str, shard: str = SHARD) -> str:
    return f"audit/{shard}/{key}"


def test_registers_that_nobody_touched_are_whole(keys: list[str]) -> None:
    assert found() == set()


def edit(keys: list[str]) -> None:
    write(DAY, SHARD, keys[2], facts(DAY, SHARD, keys[2]).replace("GET", "PUT"))


def edit_one_space(keys: list[str]) -> None:
    write(DAY, SHARD, keys[2], facts(DAY, SHARD, keys[2]) + " ")


def delete_in_the_middle(keys: list[str]) -> None:
    remove(DAY, SHARD, keys[2])


def delete_the_first(keys: list[str]) -> None:
    remove(DAY, SHARD, keys[0])


def cut_off_the_tail(keys: list[str]) -> None:
    for key in keys[3:]:
        remove(DAY, SHARD, key)


def cut_off_the_whole_shard(keys: list[str]) -> None:
    for key in keys:
        remove(DAY, SHARD, key)


def insert_between(keys: list[str]) -> None:
    write(DAY, SHARD, keys[2] + "0", '{"action":"GET /v1/y"}')


def insert_into_an_empty_shard(keys: list[str]) -> None:
    write(DAY, "07", keys[2], '{"action":"GET /v1/y"}')


def swap_two(keys: list[str]) -> None:
    one, other = facts(DAY, SHARD, keys[1]), facts(DAY, SHARD, keys[4])
    write(DAY, SHARD, keys[1], other)
    write(DAY, SHARD, keys[4], one)


def move_in_time(keys: list[str]) -> None:
    write(DAY, SHARD, keys[4] + "0", facts(DAY, SHARD, keys[1]))
    remove(DAY, SHARD, keys[1])


def move_to_another_shard(keys: list[str]) -> None:
    write(DAY, "05", keys[1], facts(DAY, SHARD, keys[1]))
    remove(DAY, SHARD, keys[1])


def rewrite_lines(keys: list[str]) -> None:
    """With the event edited to match: only the digest knows better."""
    edit(keys)
    digest = store.digest(DAY)
    assert digest is not None
    stored = digest["registers"]["audit"]["shards"][SHARD]["lines"]
    lines = [chain.line(key, facts(DAY, SHARD, key)) for key in keys]
    replace_object(stored, chain.as_text(lines))


def lose_lines(keys: list[str]) -> None:
    digest = store.digest(DAY)
    assert digest is not None
    remove_object(digest["registers"]["audit"]["shards"][SHARD]["lines"])


def rewrite_the_digest(keys: list[str]) -> None:
    digest = store.digest(DAY)
    assert digest is not None
    digest["registers"]["audit"]["count"] -= 1
    replace_object(store.digest_key(DAY), json.dumps(digest).encode())


def sign_with_another_key(keys: list[str]) -> None:
    digest = store.digest(LAST)
    assert digest is not None
    own = ec.generate_private_key(ec.SECP256R1())
    message = f"chabao ledger digest {chain.sha256(digest)}".encode()
    value = base64.b64encode(own.sign(message, ec.ECDSA(SHA256()))).decode()
    digest["signature"]["value"] = value
    replace_object(store.digest_key(LAST), json.dumps(digest).encode())


def scribble_over_the_digest(keys: list[str]) -> None:
    replace_object(store.digest_key(LAST), b"{")


def put_another_days_digest(keys: list[str]) -> None:
    replace_object(store.digest_key(LAST), store.get(store.digest_key(DAY)) or b"")


def lose_a_digest_in_the_middle(keys: list[str]) -> None:
    remove_object(store.digest_key(NEXT))


def cut_off_the_ledger(keys: list[str]) -> None:
    remove_object(store.digest_key(LAST))


FIRST = DAY.isoformat()
MANIPULATIONS: list[tuple[Callable[[list[str]], None], str, str, Callable[[list[str]], str]]] = [
    (edit, FIRST, "edited", lambda keys: place(keys[2])),
    (edit_one_space, FIRST, "edited", lambda keys: place(keys[2])),
    (delete_in_the_middle, FIRST, "deleted", lambda keys: place(keys[2])),
    (delete_the_first, FIRST, "deleted", lambda keys: place(keys[0])),
    (cut_off_the_tail, FIRST, "cut-off", lambda keys: place(keys[3])),
    (cut_off_the_whole_shard, FIRST, "cut-off", lambda keys: place(keys[0])),
    (insert_between, FIRST, "inserted", lambda keys: place(keys[2] + "0")),
    (insert_into_an_empty_shard, FIRST, "inserted", lambda keys: place(keys[2], "07")),
    (move_in_time, FIRST, "moved", lambda keys: place(keys[4] + "0")),
    (move_to_another_shard, FIRST, "moved", lambda keys: place(keys[1], "05")),
    (rewrite_lines, FIRST, "lines-changed", lambda _: f"audit/{SHARD}"),
    (lose_lines, FIRST, "lines-changed", lambda _: f"audit/{SHARD}"),
    (sign_with_another_key, LAST.isoformat(), "digest-forged", lambda _: ""),
    (scribble_over_the_digest, LAST.isoformat(), "digest-forged", lambda _: ""),
    (put_another_days_digest, LAST.isoformat(), "digest-misplaced", lambda _: ""),
    (cut_off_the_ledger, LAST.isoformat(), "digest-missing", lambda _: ""),
]


@pytest.mark.parametrize(
    ("manipulate", "day", "kind", "where"),
    MANIPULATIONS,
    ids=[manipulation[0].__name__ for manipulation in MANIPULATIONS],
)
def test_a_manipulation_is_told_by_its_kind_and_place(
    keys: list[str],
    manipulate: Callable[[list[str]], None],
    day: str,
    kind: str,
    where: Callable[[list[str]], str],
) -> None:
    manipulate(keys)
    assert found() == {(day, kind, where(keys))}


def test_events_that_changed_places_are_both_named(keys: list[str]) -> None:
    swap_two(keys)
    assert found() == {(FIRST, "moved", place(keys[1])), (FIRST, "moved", place(keys[4]))}


def test_a_rewritten_digest_breaks_its_signature_and_the_chain_after_it(keys: list[str]) -> None:
    rewrite_the_digest(keys)
    assert found() == {(FIRST, "digest-forged", ""), (NEXT.isoformat(), "chain-broken", "")}


def test_a_lost_digest_is_missed_by_its_day_and_by_the_next(keys: list[str]) -> None:
    lose_a_digest_in_the_middle(keys)
    assert found() == {
        (NEXT.isoformat(), "digest-missing", ""),
        (LAST.isoformat(), "chain-broken", ""),
    }


def test_many_manipulations_at_once_are_each_told(keys: list[str]) -> None:
    edit(keys)
    remove(DAY, SHARD, keys[0])
    insert_into_an_empty_shard(keys)
    remove(DAY, SHARD, keys[5])
    assert {kind for _, kind, _ in found()} == {"edited", "deleted", "inserted", "cut-off"}


def test_a_forged_digest_cannot_pass_off_an_insertion_as_late(keys: list[str]) -> None:
    insert_between(keys)
    digest = store.digest(NEXT)
    assert digest is not None
    sha256 = chain.line("", '{"action":"GET /v1/y"}').sha256
    late = {"register": "audit", "day": FIRST, "shard": SHARD, "key": keys[2] + "0"}
    digest["late"] = [{**late, "sha256": sha256}]
    replace_object(store.digest_key(NEXT), json.dumps(digest).encode())
    assert (FIRST, "inserted", place(keys[2] + "0")) in found()
    assert (NEXT.isoformat(), "digest-forged", "") in found()


def test_a_late_event_is_told_and_no_breach_until_it_is_touched(aws: Any) -> None:
    aws.empty()
    add(DAY, SHARD, 0)
    seal(DAY)
    late = add(DAY, SHARD, 7)
    seal(NEXT)
    assert found(last=NEXT) == {(FIRST, "late", place(late))}
    write(DAY, SHARD, late, "{}")
    assert found(last=NEXT) >= {(FIRST, "edited", place(late))}
    remove(DAY, SHARD, late)
    assert found(last=NEXT) >= {(FIRST, "cut-off", place(late))}


def test_the_erasure_of_personal_data_beside_the_facts_leaves_the_ledger_whole(aws: Any) -> None:
    aws.empty()
    key = add(DAY, SHARD, 0)
    kept = facts(DAY, SHARD, key)
    sealed = {"B": sealing.seal("audit", key, {"name": "王小明"})}
    write(DAY, SHARD, key, kept, sealed=sealed)
    seal(DAY)
    write(DAY, SHARD, key, kept)
    assert found(last=DAY) == set()


def test_anyone_verifies_with_the_public_key_alone(
    keys: list[str], tmp_path: Any, monkeypatch: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    pem = tmp_path / "ledger.pem"
    public = signing.public_key()
    pem.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    monkeypatch.delenv("SIGNING_KEY_ID")
    asked = ["verify", "--from", FIRST, "--to", LAST.isoformat(), "--public-key", str(pem)]
    assert main(asked) == 0
    assert capsys.readouterr().out.endswith("3 days: whole\n")
    delete_in_the_middle(keys)
    assert main(asked) == 1
    assert f"{FIRST} deleted {place(keys[2])}" in capsys.readouterr().out
