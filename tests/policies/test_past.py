"""Parts: whatever order their rows are worked on in, value and history end as in that of files."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import groupby, permutations
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.organisations import service as organisations
from chalicelib.organisations import store as organisation_store
from chalicelib.origins import Origin, insert, upsert
from chalicelib.policies import parts, past, store

AT = datetime(2026, 11, 21, tzinfo=UTC)
FIELDS = ("due_amount", "paid_amount", "payer")

rows = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(FIELDS), st.sampled_from([1, 2]), max_size=3),
        st.integers(0, 2),
    ),
    min_size=2,
    max_size=6,
)
"""Rows as cells and the instant of their file: several files of one instant, lines of one file."""


def origins(found: Sequence[tuple[dict[str, int], int]]) -> list[tuple[dict[str, int], Origin]]:
    """Each row with where it came from, in the order that counts."""
    instants: dict[int, int] = {}
    told = []
    for place, (row, instant) in enumerate(found):
        line = instants[instant] = instants.get(instant, 1) + 1
        name = "ab"[place % 2]
        told.append((row, Origin(f"2026-11-21T00:00:0{instant}Z", f"{name}.csv#{line}")))
    return sorted(told, key=lambda one: one[1].place)


def values(told: Sequence[tuple[dict[str, int], Origin]], name: str) -> list[int]:
    """What a cell was, one after the other."""
    said = [row[name] for row, _ in told if name in row]
    return [value for value, _ in groupby(said)]


def worked(mixed: Sequence[tuple[dict[str, int], Origin]], name: str) -> list[int]:
    """What the runs of a cell are, after the rows came in this order."""
    runs: list[Any] = []
    for row, origin in mixed:
        if name in row:
            runs = insert(runs, row[name], origin)
    assert all(run.first.place <= run.last.place for run in runs)
    return [run.value for run in runs]


@settings(max_examples=300, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_the_values_of_a_cell_follow_each_other_in_the_order_of_files_whichever_row_is_late(
    found: list[tuple[dict[str, int], int]], dice: Any
) -> None:
    told = origins(found)
    late = dice.randrange(len(told))
    mixed = [*told[:late], *told[late + 1 :]]
    mixed.insert(dice.randrange(late, len(told)), told[late])
    for _ in range(dice.randrange(3)):
        again = dice.randrange(len(mixed))
        mixed.insert(dice.randrange(again, len(mixed)) + 1, mixed[again])
    for name in FIELDS:
        assert worked(mixed, name) == values(told, name)


@settings(max_examples=300, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_in_any_order_a_cell_begins_and_ends_the_same_and_tells_nothing_that_was_not_said(
    found: list[tuple[dict[str, int], int]], dice: Any
) -> None:
    told = origins(found)
    mixed = [*told, *dice.sample(told, dice.randrange(len(told)))]
    dice.shuffle(mixed)
    for name in FIELDS:
        runs, said = worked(mixed, name), values(told, name)
        assert (runs[:1], runs[-1:]) == (said[:1], said[-1:])
        assert runs == [value for value, _ in groupby(runs)]
        left = iter(said)
        assert all(value in left for value in runs)


def test_a_return_between_two_late_rows_is_not_known() -> None:
    """The price of keeping two rows of a run: only history is short of it (decision 0058)."""
    said = enumerate((1, 2, 1, 2, 1))
    told = [({"payer": value}, Origin("", f"a#{line}")) for line, value in said]
    mixed = [told[place] for place in (0, 4, 2, 3, 1)]
    assert worked(mixed, "payer") == [1, 2, 1] != values(told, "payer")


@settings(max_examples=300, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_an_entry_without_history_ends_the_same_in_any_order(
    found: list[tuple[dict[str, int], int]], dice: Any
) -> None:
    told = origins(found)
    mixed = [*told, *dice.sample(told, dice.randrange(len(told)))]
    dice.shuffle(mixed)
    cells: Any = {}
    for row, origin in mixed:
        cells = upsert(cells, row, origin).cells
    for name in FIELDS:
        assert [cells[name].value for _ in cells.keys() & {name}] == values(told, name)[-1:]


def paid(number: str, **cells: Any) -> dict[str, Any]:
    return {"policy_no": number, "instalment": 1, **cells}


def stands(number: str) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    """An instalment and what was replaced of it, by the file that did it."""
    (item,) = store.parts([(number, "current/payment/000001")]).values()
    older = sorted(store.past_of(number, "payment/000001"), key=lambda one: past._own(one).place)
    return past.content(item), [(one.source, past.content(one)) for one in older]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_an_instalment_and_its_history_end_the_same_in_any_order(aws: Any, order: Any) -> None:
    number = f"PDZA{uuid4().hex[:16].upper()}"
    told = [
        paid(number, due_amount=100, paid_amount=1),
        paid(number, due_amount=200),
        paid(number, due_amount=100, paid_amount=2),
        paid(number, due_amount=100),
    ]
    for place in [*order, order[0]]:
        at = AT + timedelta(milliseconds=place)
        assert parts.take_payments([(told[place], f"f{place}#2")], at) in (
            ["accepted"],
            ["unchanged"],
        )
    content, older = stands(number)
    assert content == paid(number, due_amount=100, paid_amount=2)
    before = {name: [was[name] for _, was in older if name in was] for name in content}
    assert before == {
        "policy_no": [],
        "instalment": [],
        "due_amount": [100, 200],
        "paid_amount": [1],
    }
    if [*order] == sorted(order):
        assert [source for source, _ in older] == ["f1#2", "f2#2"]


def test_what_was_said_again_is_not_overwritten_by_what_came_between(aws: Any) -> None:
    code, number = uuid4().hex[:8], f"PDZA{uuid4().hex[:16].upper()}"
    for place, name in ((1, "甲"), (3, "甲"), (2, "乙")):
        at = AT + timedelta(hours=place)
        organisations.take("agents", [({"code": code, "name": name}, f"f{place}#2")], at)
        row = paid(number, due_amount=len(name.encode("gb18030")) + (name == "乙"))
        parts.take_payments([(row, f"f{place}#2")], at)
    assert organisations._content(organisation_store.some("agents", [code])[code])["name"] == "甲"
    assert stands(number)[0]["due_amount"] == 2


def test_two_rows_that_come_too_late_at_once_both_add_what_they_say(
    aws: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = f"PDZA{uuid4().hex[:16].upper()}"
    parts.take_payments([(paid(number, due_amount=100), "new#2")], AT + timedelta(hours=1))
    both, read = Barrier(2, timeout=20), store.parts
    waiting = [True, True]

    def together(keys: Any) -> Any:
        found = read(keys)
        if waiting and waiting.pop():
            both.wait()
        return found

    monkeypatch.setattr(store, "parts", together)
    with ThreadPoolExecutor(2) as workers:
        late = [{"paid_amount": 1}, {"payer": "某"}]
        done = [
            workers.submit(parts.take_payments, [(paid(number, **row), f"old{place}#2")], AT)
            for place, row in enumerate(late)
        ]
        assert [one.result() for one in done] == [["accepted"], ["accepted"]]
    assert stands(number)[0] == paid(number, due_amount=100, paid_amount=1, payer="某")


def test_who_handles_a_claim_and_what_is_said_of_it_lie_sealed_replaced_or_not(aws: Any) -> None:
    number = f"PDZA{uuid4().hex[:16].upper()}"
    for hour, who in enumerate(("阿不都热西提", "买买提明")):
        row = {"claim_no": "C1", "handler": who, "message": f"请联系{who}", "stage": "survey"}
        told = parts.Row("claims", number, "stop/C1/000001", row, f"f{hour}#2")
        assert parts.take([told], AT + timedelta(hours=hour)) == ["accepted"]
    stored = aws.resources.clients.dynamodb.query(
        TableName=aws.name("PoliciesTable"),
        KeyConditionExpression="pk = :number",
        ExpressionAttributeValues={":number": {"S": number}},
    )["Items"]
    assert len(stored) == 2
    assert "阿不都热西提" not in str(stored)
    assert "买买提明" not in str(stored)
    assert past.of(number, 9)[0].values["handler"] == "阿不都热西提"
