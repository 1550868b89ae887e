"""Figures of a day: against a recount by other code, again at any time, with what came late."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import clock, events
from chalicelib.figures import counting, service, store, units
from chalicelib.partners import service as partners
from tests.conftest import Aws
from tests.figures.world import MOVED, SECTIONS, TREE, World, announce

DAY = date(2026, 10, 15)
NEXT = datetime(2026, 10, 16, 2, 10, tzinfo=clock.SHANGHAI)


@pytest.fixture
def world(aws: Aws) -> Iterator[World]:
    aws.empty()
    announce(TREE)
    yield World(11)
    aws.empty()


def rolled(day: date) -> dict[tuple[Any, ...], tuple[int, dict[str, int]]]:
    """Attempts and sections of a day by branch and dimensions."""
    found = service.days(day, day)[day.isoformat()]
    return {
        (unit, *row[:-2]): (row[-2], row[-1]) for unit, rows in service.rows(found) for row in rows
    }


def happened(day: date) -> Counter[tuple[str, str, str]]:
    """(branch, objection, kind) of a day."""
    found = service.days(day, day)[day.isoformat()]
    return Counter((e["unit"], e["objection_no"], e["kind"]) for e in service.happened(found))


def test_a_day_equals_a_recount_of_its_events(world: World) -> None:
    for back in (1, 0, -1):
        world.day(DAY - timedelta(days=back), 60)
    # Three that nothing tells apart, who look at the same: a row that stands for more than one.
    alike = {"line": "motor", "organisation": "4401", "channel": "online", "partner": None}
    for _ in range(3):
        made = world.query(NEXT - timedelta(hours=9), outcome="verified", language="en", **alike)
        made["assurance"] = "id"
        world.look(made, "claims", "payment")
    world.write()
    service.roll_up(NEXT)
    branch = {"1101": "11", "5101": "51", "3101": "31", "440201": "44", "4401": "44", "4402": "44"}
    queries, views = Counter[Any](), Counter[Any]()
    keys = {}
    for made in world.attempts:
        if (made["at"] + timedelta(hours=8)).astimezone(UTC).date() == DAY:
            place = made["organisation"]
            named = [made[name] for name in counting.DIMENSIONS]
            key = (branch.get(place, place or "1"), *named)
            queries[key] += 1
            keys[made["query_id"]] = key
    for query_id, section in world.views:
        if query_id in keys:
            views[keys[query_id], section] += 1
    found = rolled(DAY)
    assert {key: count for key, (count, _) in found.items()} == queries
    opened = {(key, s): n for key, (_, sections) in found.items() for s, n in sections.items()}
    assert opened == views


def test_a_day_ends_a_thousandth_before_midnight_in_shanghai(world: World) -> None:
    midnight = clock.end_of_day(DAY)
    before = world.query(midnight - timedelta(milliseconds=1), outcome="verified")
    after = world.query(midnight, outcome="verified")
    # Opened after midnight: it belongs to the day of its query.
    world.look(before, "claims")
    world.look(after, "payment")
    world.objection(midnight - timedelta(milliseconds=1), organisation="4401", violation=False)
    world.objection(midnight, organisation="4401", violation=False)
    world.write()
    service.make(DAY)
    service.make(DAY + timedelta(days=1))
    assert [sections for _, sections in rolled(DAY).values()] == [{"claims": 1}]
    assert [sections for _, sections in rolled(DAY + timedelta(days=1)).values()] == [
        {"payment": 1}
    ]
    received = [number for _, number, kind in happened(DAY) if kind == "received"]
    assert received == [world.objections[0][0]["objection_no"]]


def test_a_day_made_again_is_the_same_and_late_events_are_a_new_revision(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.day(DAY, 20)
    world.objection(clock.start_of_day(DAY) + timedelta(hours=9))
    world.write()
    first = service.roll_up(NEXT)
    assert (first["revision"], first["new"], first["late"]) == (1, True, 0)
    standing = store.current("2026-10-15")
    assert service.roll_up(NEXT)["new"] is False
    assert store.current("2026-10-15") == standing
    before = rolled(DAY)

    late = world.query(clock.start_of_day(DAY), outcome="failed", organisation="1101")
    world.write_queries([late], [])
    # Looked for by the runs of the next two days as well.
    capsys.readouterr()
    assert service.roll_up(NEXT + timedelta(days=2))["late"] == 1
    # What the alarm waits for.
    assert '"LateEvents":[1.0]' in capsys.readouterr().out.replace(" ", "")
    assert store.current("2026-10-15")["revision"] == 2  # type: ignore[index]  # it was made
    assert sum(count for count, _ in rolled(DAY).values()) == 21
    # A section that was opened late is a late event by itself.
    seen = next(made for made in world.attempts if made["outcome"] == "verified")
    unseen = next(s for s in SECTIONS if (seen["query_id"], s) not in world.views)
    world.write_queries([], [(seen["query_id"], unseen)])
    assert service.roll_up(NEXT)["late"] == 1
    kept = service._day("2026-10-15", standing)  # type: ignore[arg-type]  # likewise
    assert {
        (unit, *row[:-2]): (row[-2], row[-1]) for unit, rows in service.rows(kept) for row in rows
    } == before


def test_an_organisation_that_moves_later_stays_where_it_stood_on_the_day(world: World) -> None:
    at = clock.start_of_day(DAY)
    world.query(at, outcome="verified", organisation="440201")
    world.write()
    service.make(DAY)
    announce({**MOVED, "3102": ("city", "31")})
    world.write_queries(
        [
            world.query(at, outcome="verified", organisation="4402"),
            world.query(at, outcome="verified", organisation="3102"),
            world.query(at + timedelta(days=1), outcome="verified", organisation="440201"),
        ],
        [],
    )
    service.make(DAY)
    service.make(DAY + timedelta(days=1))
    assert sorted((key[0], key[1]) for key in rolled(DAY)) == [
        ("31", "3102"),
        ("44", "4402"),
        ("44", "440201"),
    ]
    assert [key[:2] for key in rolled(DAY + timedelta(days=1))] == [("31", "440201")]


def test_organisations_without_a_province_and_circles_have_a_branch_too() -> None:
    tree = {code: units.Office(above, level, code, None) for code, (level, above) in TREE.items()}
    assert units.unit(tree, "9901", "2026-01-01") == "9901"
    assert all(units.unit(tree, code, "2026-01-01") == "1" for code in ("1", None, "nobody's"))
    assert units.unit({}, "4401", "2026-01-01") == units.OWN
    assert (
        units.unit({"head_office": units.Office(None, "head_office", "", None)}, None, "") == "own"
    )
    circle = {
        "A": units.Office("B", "city", "A", None),
        "B": units.Office("A", "city", "B", None),
    }
    assert units.unit(circle, "A", "2026-01-01") in circle
    assert units.branches(tree, "2026-01-01") == ["11", "31", "44", "51", "65"]


def test_a_partner_keeps_the_name_that_he_had_on_the_day(world: World) -> None:
    world.query(clock.start_of_day(DAY), outcome="verified", partner="bank")
    world.write()
    partners.register("bank", {"name": {"zh-CN": "老银行", "en": "Old"}, "active": True}, None)
    service.make(DAY)
    partners.register("bank", {"name": {"zh-CN": "新银行", "en": "New"}, "active": True}, None)
    world.write_queries([world.query(clock.start_of_day(DAY), partner="bank")], [])
    service.make(DAY)
    assert service.days(DAY, DAY)["2026-10-15"].partners == {"bank": "老银行"}


@pytest.mark.parametrize("function", ["roll_up_day", "report_quarter"])
def test_a_directory_is_kept_once_by_whoever_sees_it_first(aws: Aws, function: str) -> None:
    """A quarter whose last day has no figures ends with the directory of the day it is made on."""
    seen = {function: units.Office(None, "head_office", "总公司", None)}
    with aws.guard.acting(function):
        kept = units.keep(seen)
        assert units.keep(seen) == kept
        assert units.kept(kept) == seen


def test_the_scheduled_function_makes_the_day_before_with_what_it_is_allowed(
    world: World, aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    world.day(DAY, 5)
    world.objection(clock.start_of_day(DAY) + timedelta(hours=9))
    world.write()
    context = SimpleNamespace(aws_request_id="test")
    with aws.guard.acting("roll_up_day"):
        made = events.roll_up_day({"time": NEXT.isoformat()}, context)
        again = events.roll_up_day({"time": NEXT.isoformat()}, context)
    assert (made["day"], made["new"], again["new"]) == ("2026-10-15", True, False)
    assert service.days(DAY - timedelta(days=5), DAY).keys() == {"2026-10-15"}
    world.write_queries([world.query(clock.start_of_day(DAY)) for _ in range(3)], [])
    with aws.guard.acting("roll_up_day"):
        capsys.readouterr()
        events.roll_up_day({"time": (NEXT + timedelta(days=1)).isoformat()}, context)
    # The alarm counts them.
    assert '"LateEvents":[3.0]' in capsys.readouterr().out
