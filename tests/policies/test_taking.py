"""Taking: batches that follow each other, and what is read for them."""

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.policies import service, store
from tests import rounds
from tests.policies.rows import AT, number, policy

pytestmark = pytest.mark.usefixtures("aws")


def taken(
    batches: Sequence[Sequence[dict[str, Any]]], file: str = "f"
) -> tuple[list[list[str]], list[int]]:
    """Outcomes of batches of one file, each decided on while the one before waits to be stored,
    and how many reads each decision took."""
    waiting: service.Taking | None = None
    outcomes, reads = [], []
    with rounds.sent([store.PolicyItem]) as operations:
        for place, batch in enumerate(batches):
            rows = [service.Row(row, f"{file}#{place}-{line}") for line, row in enumerate(batch)]
            before = operations.count("BatchGetItem")
            following = service.Taking(rows, AT, waiting)
            reads.append(operations.count("BatchGetItem") - before)
            if waiting is not None:
                outcomes.append([found.outcome for found in waiting.store()])
            waiting = following
    assert waiting is not None
    return [*outcomes, [found.outcome for found in waiting.store()]], reads


def fresh(count: int) -> list[dict[str, Any]]:
    return [policy(number()) for _ in range(count)]


def test_after_new_policies_nobody_looks_for_what_is_there_of_the_next() -> None:
    assert taken([fresh(2), fresh(2), fresh(2)]) == ([["accepted"] * 2] * 3, [1, 0, 0])


def test_a_policy_that_is_there_after_all_is_found_and_from_then_on_all_are_looked_for() -> None:
    old, more, last = fresh(3), fresh(3), fresh(1)
    taken([old])
    newer = {**old[0], "version": 2, "premium": 1}
    other = {**old[1], "premium": 1}
    batches = [fresh(2), [*fresh(1), newer, other, old[2]], more, fresh(2), last]
    outcomes, reads = taken(batches)
    second = ["accepted", "accepted", "version-conflict", "unchanged"]
    assert outcomes == [["accepted"] * 2, second, ["accepted"] * 3, ["accepted"] * 2, ["accepted"]]
    # The third was decided on before the second was stored.
    assert reads == [1, 0, 0, 1, 0]
    assert service.version(old[0]["policy_no"], 2)["premium"] == 1
    assert service.version(old[0]["policy_no"], 1)["premium"] == 328_050
    assert service.version(old[1]["policy_no"], 1)["premium"] == 328_050


def test_a_file_of_policies_that_are_there_is_looked_for_batch_by_batch() -> None:
    old = [fresh(2) for _ in range(3)]
    taken(old)
    assert taken(old, file="again") == ([["unchanged"] * 2] * 3, [1, 1, 1])


def test_rows_that_wait_for_the_batch_before_find_what_it_stored() -> None:
    first, row = fresh(1), policy(number())
    again = {**row, "version": 2}
    assert taken([first, [row], [again, row]]) == (
        [["accepted"], ["accepted"], ["accepted", "unchanged"]],
        [1, 0, 0],
    )
