"""The directory: entries are upserts, and files count in the order in which they were dropped."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from chalicelib.organisations import service, store
from chalicelib.policies import parts
from chalicelib.policies import service as policies

pytestmark = pytest.mark.usefixtures("aws")

AT = datetime(2026, 11, 21, tzinfo=UTC)
LATER = AT + timedelta(hours=1)


def standing(kind: str, code: str) -> dict[str, object]:
    return service._content(store.some(kind, [code])[code])


@pytest.mark.parametrize("kind", ["organisations", "agents", "intermediaries"])
def test_an_older_file_that_is_worked_on_later_overwrites_nothing(kind: str) -> None:
    code = uuid4().hex[:8]
    newer = {"code": code, "name": "新"}
    older = {"code": code, "name": "旧", "organisation": "4401"}
    assert service.take(kind, [(newer, "new.csv#2")], LATER) == ["accepted"]
    assert service.take(kind, [(older, "old.csv#2")], AT) == ["accepted"]
    assert standing(kind, code) == {"code": code, "name": "新", "organisation": "4401"}
    assert service.take(kind, [(older, "older.csv#2")], AT) == ["superseded"]
    assert service.take(kind, [(newer, "newest.csv#2")], LATER) == ["unchanged"]


def test_the_last_line_of_a_file_counts_whichever_range_is_done_first() -> None:
    code = uuid4().hex[:8]
    first, last = ({"code": code, "name": name} for name in ("上", "下"))
    assert service.take("agents", [(last, "a.csv#900")], AT) == ["accepted"]
    assert service.take("agents", [(first, "a.csv#2")], AT) == ["accepted"]
    assert standing("agents", code)["name"] == "下"


def test_two_files_at_once_lose_nothing_of_each_other() -> None:
    code = uuid4().hex[:8]
    rows = [{"code": code, "name": "某"}, {"code": code, "organisation": "4401"}]
    with ThreadPoolExecutor(2) as workers:
        done = [
            workers.submit(service.take, "agents", [(row, f"{place}.csv#2")], AT)
            for place, row in enumerate(rows)
        ]
        assert [found.result() for found in done] == [["accepted"], ["accepted"]]
    assert standing("agents", code) == {"code": code, "name": "某", "organisation": "4401"}


def test_an_older_file_of_payments_that_is_worked_on_later_overwrites_nothing() -> None:
    number = f"PDZA{uuid4().hex[:16].upper()}"
    row = {"policy_no": number, "instalment": 1, "due_amount": 100}
    paid = {**row, "paid_amount": 100}
    assert parts.take_payments([(paid, "new.csv#2")], LATER) == ["accepted"]
    # What it says is kept as history.
    assert parts.take_payments([({**row, "paid_amount": 1}, "old.csv#2")], AT) == ["accepted"]
    (item,) = policies.store.parts([(number, "current/payment/000001")]).values()
    assert item.facts["paid_amount"] == 100


def test_an_organisation_that_is_closed_stands_below_its_successor_from_that_day() -> None:
    old, new, lost = (uuid4().hex[:8] for _ in range(3))
    rows = [
        {"code": new, "name": "新", "level": "city"},
        {"code": old, "name": "旧", "parent": "P", "closed_on": "2026-12-01", "successor": new},
        {"code": lost, "name": "误", "parent": "P", "closed_on": "2026-12-01", "successor": "?"},
    ]
    service.take("organisations", [(row, "closed.csv#2") for row in rows], AT)
    assert service.parents(date(2026, 11, 30))[old] == "P"
    after = service.parents(date(2026, 12, 1))
    # Whom nobody knows goes on with nothing: it stays in the sight of those above.
    assert (after[old], after[lost]) == (new, "P")
