"""Every figure of every form of every report equals a recount from the events, by other code."""

import io
from collections import Counter
from datetime import date, timedelta
from typing import Any

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from chalicelib import validation
from chalicelib.figures import units
from chalicelib.reports import filed, gathering, periods, service
from tests.figures.world import TREE, World
from tests.reports.conftest import BEFORE, DAYS, LAST, MOVE, YEAR_BEFORE, report, stored
from tests.reports.recount import RULES, SECTIONS, Recount, change, day_of

UNITS = ("11", "31", "44", "51", "65", "9901", "1")
UNITS_IN_ORDER = sorted(UNITS)


def branch(organisation: str | None, day: date) -> str:
    """Who belongs where, said once more."""
    if organisation in (None, "1"):
        return "1"
    if organisation in ("4402", "440201"):
        return "31" if day >= MOVE else "44"
    if organisation == "1101":
        return "65" if day >= MOVE else "11"
    if organisation == "9901":
        return "44" if day >= date(2026, 11, 15) else "9901"
    if organisation == "5101":
        return "11" if day >= date(2026, 12, 31) else "51"
    return {"3101": "31", "4401": "44"}[organisation or ""]


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
    listed = {row["partner"]: row["received"] for row in form["by_partner"]}
    for partner in ("iac", "gone", None):
        standing = recount.a4(lambda f, partner=partner: f["partner"] == partner)
        assert listed.get(partner, 0) == (standing["received"] if partner else 0)


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
    told = recount.a6()
    if recount.unit is None:
        told.sort(key=lambda case: (UNITS_IN_ORDER.index(case["branch"]), case["objection_no"]))
    assert [without(case, "case_no") for case in cases] == told
    for unit in UNITS:
        numbers = [case["case_no"] for case in cases if case["branch"] == unit]
        assert numbers == [f"2026Q4-{unit}-{n:03d}" for n in range(1, len(numbers) + 1)]
    assert filed["forms"]["A6"]["nil"] is (not told)
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
        "violation_cases": len(told),
    }


@pytest.mark.parametrize(("period", "days"), [("2026Q3", BEFORE), ("2025Q4", YEAR_BEFORE)])
def test_a6_says_what_was_known_at_the_end_of_its_quarter(
    world: World, period: str, days: list[date]
) -> None:
    """All of it had happened already when these reports were made."""
    cases = report("head_office", period)["forms"]["A6"]["cases"]
    told = Recount(world, set(days), branch, None).a6()
    told.sort(key=lambda case: (case["branch"], case["objection_no"]))
    assert [without(case, "case_no") for case in cases] == told


def test_figures_of_the_quarter_and_the_year_before(
    found: tuple[dict[str, Any], Recount], world: World
) -> None:
    filed, recount = found
    then: dict[str, dict[str, int]] = {}
    for name, days in (("previous_quarter", BEFORE), ("year_before", YEAR_BEFORE)):
        earlier = Recount(world, set(days), branch, recount.unit)
        reported = recount.unit in (None, "11", "31", "44", "51", "65") or not earlier.nothing()
        then[name] = earlier.compared() if reported else {}
        assert bool(filed["comparison"]["references"][name]) is reported
    expected = [
        {
            "figure": figure,
            "now": number,
            **{name: told.get(figure) for name, told in then.items()},
            **{f"{name}_change": change(number, told.get(figure)) for name, told in then.items()},
        }
        for figure, number in recount.compared().items()
    ]
    assert filed["comparison"]["rows"] == expected


def test_every_form_that_is_filed_has_these_figures_and_no_others(
    found: tuple[dict[str, Any], Recount],
) -> None:
    """The workbook, cell by cell in its own order, where text may stand in place of nothing."""
    filed, _ = found
    unit = filed["organisation"]["code"]
    book = openpyxl.load_workbook(io.BytesIO(stored(f"reports/2026Q4/{unit}/0001/report.xlsx")))

    def numbers(sheet: str) -> list[float]:
        rows = book[sheet].iter_rows(values_only=True)
        return [cell for row in rows for cell in row if isinstance(cell, int | float)]

    def a3(rows: list[dict[str, Any]]) -> list[float]:
        names = ("queries", "person_times", "failed", "refused")
        own = [sum(row[name] for row in rows) for name in names]
        return [*own, *(sum(row["views"][name] for row in rows) for name in SECTIONS)]

    forms, expected = filed["forms"], []
    for group in RULES["line_groups"]:
        rows = [row for row in forms["A3"]["rows"] if row["line_group"] == group["code"]]
        expected += [cell for row in rows for cell in a3([row])] + a3(rows)
    assert numbers("A3") == expected + a3(forms["A3"]["rows"])
    days = book["逐日明细"]
    # Its names stand on every page.
    assert days[days.print_title_rows][0].value == "日期"

    standing = [one["code"] for one in RULES["forms"]["A4"]["columns"]]
    parts = [[*forms["A4"][f"by_{k}"], forms["A4"]["total"]] for k in ("line_group", "channel")]
    parts.append([*forms["A4"]["by_subject"], forms["A4"]["total"]])
    cells = [row[code] for part in parts for row in part for code in standing]
    cells += [row["open"] for row in forms["A4"]["ages"]]
    assert numbers("A4") == [cell for cell in cells if cell is not None]

    handled = [one["code"] for one in RULES["forms"]["A5"]["columns"]]
    rows = [*forms["A5"]["rows"], forms["A5"]["total"]]
    assert numbers("A5") == [row[code] for row in rows for code in handled]

    texts = [cell for row in book["A6"].iter_rows(values_only=True) for cell in row if cell]
    cases = forms["A6"]["cases"]
    assert ("本期无违法违规案例（零报告）" in texts) is (not cases)
    assert numbers("A6") == [case["amount"] / 100 for case in cases if case["amount"] is not None]
    for case in cases:
        line = next(r for r in book["A6"].iter_rows(values_only=True) if case["case_no"] in r)
        said = (case["objection_no"], case["discovered_on"], case["facts"], case["rule"])
        named = "、".join(person["name"] for person in case["persons"]) or None
        assert {one for one in (*said, named) if one} <= set(line)


def test_days_and_what_is_missing(found: tuple[dict[str, Any], Recount], world: World) -> None:
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
        that = Recount(world, {day}, branch, recount.unit)
        standing = that.a4(lambda _: True)
        assert row == {
            "day": day.isoformat(),
            "queries": len(alone),
            "queries_verified": that.a3(None, None)["person_times"],
            "views": sum(that.a3(None, None)["views"].values()),
            "objections_received": standing["received"],
            "objections_closed": standing["closed"],
        }


def _on(made: dict[str, Any], day: date) -> bool:
    return day_of(made["at"]) == day


def _code(one: dict[str, Any]) -> str:
    return str(one["organisation"]["code"])


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
    for row, one in zip(company["branches"], sorted(branches, key=_code), strict=True):
        listed = {"code": _code(one), "name": one["organisation"]["name"]}
        assert row == {**listed, **one["totals"]}
    assert company["forms"]["A4"]["total"]["moved"] == 0


def test_an_organisation_that_is_closed_goes_on_under_its_successor(world: World) -> None:
    """Until the day before it has its own report, from then on the successor has its figures."""
    closed = {"51": ("2026-12-31", "11"), "9901": ("2026-11-15", "4401")}
    told = {
        code: {"code": code, "name": f"新{code}", "closed_on": day, "successor": to}
        for code, (day, to) in closed.items()
    }
    for unit, mergers in {"51": ["51"], "11": ["51"], "44": ["9901"], "9901": ["9901"]}.items():
        assert report(unit)["mergers"] == [told[code] for code in mergers], unit
    assert report("head_office")["mergers"] == [told["51"], told["9901"]]
    assert "mergers" not in report("31")
    for unit, last in (("51", "2026-11-18"), ("9901", "2026-11-14")):
        found = report(unit)
        assert max(row["day"] for row in found["days"] if row["queries"]) == last
        assert found["totals"]["objections_open"] == 0
    listed = {
        unit: {row["code"] for row in report(unit)["forms"]["A3"]["by_organisation"]}
        for unit in UNITS
    }
    assert {"9901"} < listed["44"]
    assert listed["9901"] == {"9901"}
    assert "5101" in listed["11"] & listed["51"]
    book = openpyxl.load_workbook(io.BytesIO(stored("reports/2026Q4/51/0001/report.xlsx")))
    cells = [cell for row in book["A3"].iter_rows(values_only=True) for cell in row]
    assert "机构撤并：新51自2026-12-31起撤销，业务由新11承继" in cells
    directory = units.kept(report("head_office")["sources"]["directories"][1])
    assert "51" in units.branches(directory, "2026-10-01")
    assert "51" not in units.branches(directory, "2027-01-01")


def test_a_backlog_begins_the_next_quarter_with_who_has_its_organisation_then(
    world: World,
) -> None:
    """Not where it was filed: 4402 has come to another branch since."""
    first = LAST + timedelta(days=1)
    backlog = Recount(world, set(DAYS), branch, None).at_end_of(LAST)
    owed = Counter(branch(events[0]["organisation"], first) for events in backlog)
    filed = Counter(
        branch(events[0]["organisation"], day_of(events[0]["at"])) for events in backlog
    )
    gathered = gathering.gather(periods.parse("2027Q1"))
    assert {unit: len(gathered.tally(unit).opening) for unit in UNITS} == {
        unit: owed[unit] for unit in UNITS
    }
    assert owed != filed


def test_a_report_with_mergers_is_made_again_bit_for_bit(world: World) -> None:
    for unit in ("11", "44", "51", "9901", "head_office"):
        filed = stored(f"reports/2026Q4/{unit}/0001/report.json")
        assert service.reproduce("2026Q4", unit, 1) == filed


def test_the_world_is_rich_enough_to_prove_anything(world: World) -> None:
    assert {len(code) for code in TREE} == {1, 2, 4, 6}
    company = report("head_office")
    assert all(company["totals"].values())
    assert all(company["forms"]["A5"]["total"].values())
    moved = {unit: report(unit)["forms"]["A4"]["total"]["moved"] for unit in UNITS}
    assert moved["51"] < 0
    assert moved["9901"] < 0
    cases = company["forms"]["A6"]["cases"]
    for name in ("facts", "rule", "amount", "rectification", "reported_to_police", "status"):
        assert len({case[name] for case in cases}) > 1, name
    assert any(len(case["persons"]) > 1 for case in cases if case["reported_to_police"])
    happened = Recount(world, set(DAYS), branch, None).everywhere()
    assert any(len(where) > 1 for where in happened.values()), "one case, two branches"
    assert sum(day < BEFORE[-1] for day in BEFORE) == 2
    assert LAST in DAYS
    assert report("65")["forms"]["A6"]["nil"] in (True, False)


def test_a_week_that_the_quarter_cuts_off_says_how_many_days_it_has(world: World) -> None:
    found = report("44")
    (_, weeks), *_ = filed._charts(found, filed.Wording(found))
    assert ">12-31·1天</text>" in weeks
    assert "12-24<" in weeks
