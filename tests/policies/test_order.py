"""Order: reports say what the order of files and lines makes of them, whatever came first."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from chalicelib.policies import service
from tests.policies.rows import policy

pytestmark = pytest.mark.usefixtures("aws")

AT = datetime(2026, 11, 21, tzinfo=UTC)


def outcomes_in(order: tuple[int, ...], versions: list[int]) -> tuple[dict[str, int], int]:
    """Totals of one file with these versions line by line, its rows worked on in another order."""
    number = f"PDZA{uuid4().hex[:16].upper()}"
    totals = {"accepted": 0, "superseded": 0}
    for place in order:
        row = {**policy(number), "version": versions[place]}
        (found,) = service.take([service.Row(row, f"file#{place + 2}")], AT)
        totals[found.outcome] += 1
        totals["accepted"] -= found.demoted
        totals["superseded"] += found.demoted
    record = service.find(number)
    assert record is not None
    return totals, record.version


@pytest.mark.parametrize("versions", [[1, 2, 3], [3, 2, 1], [2, 1, 3], [1, 3, 2], [2, 3, 1]])
def test_the_totals_of_a_file_do_not_depend_on_which_of_its_ranges_is_done_first(
    versions: list[int],
) -> None:
    expected = outcomes_in((0, 1, 2), versions)
    for order in permutations(range(3)):
        assert outcomes_in(order, versions) == expected


def test_a_row_done_again_demotes_the_same_rows_again() -> None:
    number = f"PDZA{uuid4().hex[:16].upper()}"
    older, newer = ({**policy(number), "version": version} for version in (2, 3))
    below, above = service.Row(older, "file#900"), service.Row(newer, "file#2")
    for _ in range(2):
        assert [one.outcome for one in service.take([below], AT)] == ["accepted"]
        (found,) = service.take([above], AT)
        assert (found.outcome, found.demoted) == ("accepted", 1)


def test_an_older_version_of_an_earlier_file_is_accepted_though_a_later_file_was_faster() -> None:
    number = f"PDZA{uuid4().hex[:16].upper()}"
    older, newer = ({**policy(number), "version": version} for version in (1, 2))
    service.take([service.Row(newer, "second#2")], AT + timedelta(seconds=1))
    (found,) = service.take([service.Row(older, "first#2")], AT)
    assert found.outcome == "accepted"
    record = service.find(number)
    assert record is not None
    assert record.version == 2


def test_an_older_version_of_a_later_file_is_superseded() -> None:
    number = f"PDZA{uuid4().hex[:16].upper()}"
    older, newer = ({**policy(number), "version": version} for version in (1, 2))
    service.take([service.Row(newer, "first#2")], AT)
    (found,) = service.take([service.Row(older, "second#2")], AT + timedelta(seconds=1))
    assert found.outcome == "superseded"
