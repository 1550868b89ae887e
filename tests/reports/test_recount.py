"""Every figure of every form of every report equals a recount from the events, by other code."""

from datetime import date
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from chalicelib import validation
from chalicelib.reports import periods
from tests.figures.world import TREE, World
from tests.reports.conftest import BEFORE, DAYS, LAST, MOVE, report
from tests.reports.recount import RULES, Recount

UNITS = ("11", "31", "44", "65", "9901", "1")


def branch(organisation: str | None, day: date) -> str:
    """Who belongs where, said once more."""
    if organisation in (None, "1"):
        return "1"
    if organisation in ("4402", "440201"):
        return "31" if day >= MOVE else "44"
    if organisation == "1101":
        return "65" if day >= MOVE else "11"
    return {"3101": "31", "4401": "44", "9901": "9901"}[organisation or ""]


def without(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}


@pytest.fixture(scope="module", params=[*UNITS, "head_office"])
def found(request: pytest.FixtureRequest, world: World) -> tuple[dict[str, Any], Recount]:
    unit = None if request.param == "head_office" else request.param
    return report(request.param), Recount(world, set(DAYS), branch, unit)


def test_a3_queries(found: tuple[dict[str, Any], Recount]) -> None:
    filed, recount = found
    form = filed["forms"]["A3"]
    keys = [(g["code"], c["code"]) for g in RULES["line_groups"] for c in RULES["channels"]]
    assert [(row["line_group"], row["channel"]) for row in form["rows"]] == keys
    for row in form["rows"]:
        key = {"line_group": row["line_group"], "channel": row["channel"]}
        assert row == {**key, **recount.a3(row["line_group"], row["channel"])}
    assert form["total"] == recount.a3(None, None)
    for name in ("line", "partner", "language", "organisation"):
        listed = {row["code"]: (row["queries"], row["person_times"]) for row in form[f"by_{name}"]}
        assert listed == recount.detail(name), name


def test_a4_objections(found: tuple[dict[str, Any], Recount]) -> None:
    filed, recount = found
    form = filed["forms"]["A4"]
    assert form["total"] == recount.a4(lambda _: True)
    for row in form["by_line_group"]:
        code = row["line_group"]
        assert without(row, "line_group") == recount.a4(
            lambda f, code=code: recount.group(f["line"]) == code
        ), code
    for kind in ("channel", "subject"):
        for row in form[f"by_{kind}"]:
            code = row[kind]
            assert without(row, kind) == recount.a4(
                lambda f, kind=kind, code=code: f[kind] == code
            ), code
    assert {row["age"]: row["open"] for row in form["ages"]} == recount.ages()
    for row in form["by_partner"]:
        standing = recount.a4(lambda f, row=row: f["partner"] == row["partner"])
        assert row["received"] == standing["received"]


def test_a5_handling(found: tuple[dict[str, Any], Recount]) -> None:
    filed, recount = found
    form = filed["forms"]["A5"]
    for row in form["rows"]:
        code = row["line_group"]
        assert without(row, "line_group") == recount.a5(code), code
    assert form["total"] == recount.a5(None)


def test_a6_violations_and_totals(found: tuple[dict[str, Any], Recount]) -> None:
    filed, recount = found
    cases = filed["forms"]["A6"]["cases"]
    assert sorted({case["objection_no"] for case in cases}) == recount.a6()
    assert filed["forms"]["A6"]["nil"] is (not cases)
    queries, objections = recount.a3(None, None), recount.a4(lambda _: True)
    assert filed["totals"] == {
        "queries": queries["queries"],
        "queries_verified": queries["person_times"],
        "queries_failed": queries["failed"],
        "queries_refused": queries["refused"],
        "views": sum(queries["views"].values()),
        "objections_received": objections["received"],
        "objections_closed": objections["closed"],
        "objections_open": objections["closing"],
        "violation_cases": len(cases),
    }


def test_days_and_what_is_missing(found: tuple[dict[str, Any], Recount]) -> None:
    filed, recount = found
    assert list(Draft202012Validator(validation.load("reports/file")).iter_errors(filed)) == []
    assert [row["day"] for row in filed["days"]] == [day.isoformat() for day in DAYS]
    missing = [day for day in periods.parse("2026Q4").days if day not in DAYS]
    assert filed["missing_days"] == [day.isoformat() for day in missing]
    for name in ("queries", "queries_verified", "views", "objections_received"):
        assert sum(row[name] for row in filed["days"]) == filed["totals"][name], name
    for day in DAYS:
        alone = [made for made in recount.attempts if recount.queries and _on(made, day)]
        row = next(row for row in filed["days"] if row["day"] == day.isoformat())
        assert row["queries"] == len(alone)


def _on(made: dict[str, Any], day: date) -> bool:
    from tests.reports.recount import day_of

    return day_of(made["at"]) == day


def test_the_company_is_the_sum_of_its_branches(world: World) -> None:
    company, branches = report("head_office"), [report(unit) for unit in UNITS]
    for name, total in company["totals"].items():
        assert sum(one["totals"][name] for one in branches) == total, name
    for place, row in enumerate(company["forms"]["A3"]["rows"]):
        own = [one["forms"]["A3"]["rows"][place] for one in branches]
        assert sum(one["queries"] for one in own) == row["queries"]
        for section, number in row["views"].items():
            assert sum(one["views"][section] for one in own) == number
    for name, number in company["forms"]["A4"]["total"].items():
        if name not in ("on_time_rate", "average_days"):
            assert sum(one["forms"]["A4"]["total"][name] for one in branches) == number, name
    for name, number in company["forms"]["A5"]["total"].items():
        assert sum(one["forms"]["A5"]["total"][name] for one in branches) == number, name
    assert {row["code"] for row in company["branches"]} == set(UNITS)
    assert company["forms"]["A4"]["total"]["moved"] == 0


def test_the_world_is_rich_enough_to_prove_anything(world: World) -> None:
    assert {len(code) for code in TREE} == {1, 2, 4, 6}
    company = report("head_office")
    assert all(company["totals"].values())
    assert all(company["forms"]["A5"]["total"].values())
    moved = [report(unit)["forms"]["A4"]["total"]["moved"] for unit in UNITS]
    assert any(moved)
    assert sum(day < BEFORE[-1] for day in BEFORE) == 2
    assert LAST in DAYS
    assert report("65")["forms"]["A6"]["nil"] in (True, False)
