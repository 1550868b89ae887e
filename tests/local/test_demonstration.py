"""What `make run` says of its demonstration data, and what it shows of them at once."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import clock, events, validation
from chalicelib.analysis import service as analysis
from chalicelib.organisations import service as organisations
from infra.local import demonstration, options
from infra.local.demonstration import DemonstrationError, documents_not_made
from infra.local.progress import Progress
from infra.local.workers import Result
from tests.policies.rows import number, policy, take


def test_documents_that_could_not_be_made_are_told_once_each_with_their_policy_number(
    tmp_path: Path,
) -> None:
    lines = (
        '{"level":"ERROR","message":"document not made","policy_no":"P1","reason":"P1: no glyph"}',
        '{"level":"INFO","message":"document made","policy_no":"P2"}',
        "no JSON",
    )
    (tmp_path / "render_document-1.log").write_text("\n".join(lines), "utf-8")
    (tmp_path / "render_document-2.log").write_text(lines[0] + "\n", "utf-8")
    assert documents_not_made(tmp_path) == ["P1: no glyph"]


class Night:
    """The schedules of a stack whose functions run in this process."""

    def __init__(self, guard: Any, *, fails: bool = False) -> None:
        self.guard, self.fails = guard, fails

    async def run(self, name: str, at: datetime) -> Result:
        if self.fails:
            return Result(b'{"errorMessage": "no table"}', "Unhandled")
        context = SimpleNamespace(aws_request_id="night")
        with self.guard.acting(name):
            made = getattr(events, name)({"time": clock.stored(at)}, context)
        return Result(json.dumps(made).encode())


def test_figures_and_tables_are_there_before_a_night_has_passed(
    aws: Any, door: Any, staff_token: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.empty()
    organisations.take(
        "organisations", [({"code": "44", "name": "广东", "level": "province"}, "t")]
    )
    organisations._tree.cache_clear()
    organisations._cached.cache_clear()
    sold = number()
    take(policy(sold, organisation="44"))
    analysis.note([sold])
    manager = staff_token(["branch_manager"], "44", sub="manager")
    assert door.get("/v1/staff/analysis/44", token=manager).status == 404
    asyncio.run(demonstration.count(Night(aws.guard), Progress()))
    shown = door.get("/v1/staff/analysis/44", token=manager)
    assert shown.status == 200
    validation.validate("analysis/tables", shown.body)
    yesterday = clock.shanghai_day(clock.now()) - timedelta(days=1)
    assert shown.body["day"] == yesterday.isoformat()
    assert "figures of 1 organisations are made" in capsys.readouterr().out


def test_a_stack_that_cannot_count_says_so_and_does_not_get_ready(aws: Any) -> None:
    with pytest.raises(DemonstrationError, match="no table"):
        asyncio.run(demonstration.count(Night(aws.guard, fails=True), Progress()))


def test_yesterday_is_counted_unless_somebody_wants_it_left_to_the_night() -> None:
    assert options.parse([]).figures
    assert not options.parse(["--no-figures"]).figures
