"""What a report says, as bytes: the same figures are the same version, others list what differs."""

import hashlib
import json
from typing import Any

from chalicelib import clock
from chalicelib.figures.units import HEAD_OFFICE
from chalicelib.objections import service as objections
from chalicelib.reports import forms
from chalicelib.reports.gathering import Gathered

SCHEMA = 1
Report = dict[str, Any]
_COMPARED = ("totals", "missing_days", "forms", "days")


def contents(gathered: Gathered, earlier: dict[str, dict[str, Any]]) -> dict[str, Report]:
    """What each organisation's report says, without what tells its versions apart.

    `earlier` has by organisation what `compared` needs.
    """
    cases = {unit: _cases(gathered, unit) for unit in gathered.organisations if unit != HEAD_OFFICE}
    cases[HEAD_OFFICE] = [case for found in cases.values() for case in found]
    return {
        unit: _content(gathered, unit, cases[unit], earlier.get(unit, {}))
        for unit in gathered.organisations
    }


def figures_sha256(content: Report) -> str:
    """The digest of what a report says: two versions never have the same."""
    return hashlib.sha256(written(_figures(content))).hexdigest()


def written(content: Any) -> bytes:
    """JSON in one form."""
    return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def whole(
    gathered: Gathered, unit: str, content: Report, version: int, before: Report | None
) -> Report:
    """A version of a report; `before` is the one that it takes the place of."""
    previous = before and {
        "version": before["version"],
        "figures_sha256": before["figures_sha256"],
    }
    return {
        **content,
        "schema": SCHEMA,
        "version": version,
        "figures_sha256": figures_sha256(content),
        "previous": previous,
        "differences": differences(before, content) if before else [],
        "sources": {
            "days": [{"day": day, "rollup": found.name} for day, found in gathered.days.items()],
            "directories": list(gathered.directories),
            "opening": gathered.owed(unit),
        },
    }


def differences(before: Report, after: Report) -> list[dict[str, Any]]:
    """Every figure that is another now, by JSON pointer; null where there was or is none."""
    old, new = (dict(_flat("", _figures(report))) for report in (before, after))
    return [
        {"pointer": pointer, "before": old.get(pointer), "after": new.get(pointer)}
        for pointer in sorted({*old, *new})
        if old.get(pointer) != new.get(pointer)
    ]


def comparable(report: Report) -> dict[str, int]:
    """What later quarters are compared with, from a report."""
    rows = report["forms"]["A3"]["rows"]
    groups = dict.fromkeys((row["line_group"] for row in rows), 0)
    for row in rows:
        groups[row["line_group"]] += row["queries"]
    names = ("queries", "queries_verified", "objections_received", "objections_closed")
    return {
        **{name: report["totals"][name] for name in (*names, "violation_cases")},
        **{f"queries/{code}": number for code, number in groups.items()},
    }


def _figures(report: Report) -> dict[str, Any]:
    """What makes two reports different: names of things may change, and what else is known."""
    figures = {name: report[name] for name in _COMPARED}
    return {**figures, "comparison": {"rows": report["comparison"]["rows"]}}


def _content(
    gathered: Gathered, unit: str, cases: list[dict[str, Any]], earlier: dict[str, Any]
) -> Report:
    quarter, tally = gathered.quarter, gathered.tally(unit)
    office = gathered.directory.get(unit)
    content: Report = {
        "period": quarter.key,
        "first": quarter.first.isoformat(),
        "last": quarter.last.isoformat(),
        "due_on": quarter.due_on.isoformat(),
        "organisation": {
            "code": unit,
            "name": office.name if office else None,
            "region": office.region if office else None,
        },
        "totals": forms.totals(tally, len(cases)),
        "missing_days": gathered.missing,
        "forms": {
            "A3": forms.queries(quarter, tally),
            "A4": forms.objections(quarter, tally),
            "A5": forms.handling(quarter, tally),
            "A6": {"nil": not cases, "cases": cases},
        },
        "days": forms.by_day(tally, gathered.days),
        "names": _names(gathered, unit),
    }
    if unit == HEAD_OFFICE:
        content["branches"] = [
            {
                "code": code,
                "name": gathered.directory[code].name if code in gathered.directory else None,
                **forms.totals(gathered.tally(code), sum(c["branch"] == code for c in cases)),
            }
            for code in gathered.organisations
            if code != HEAD_OFFICE
        ]
    if mergers := gathered.mergers(unit):
        content["mergers"] = mergers
    content["comparison"] = compared(content, earlier)
    return content


def compared(content: Report, earlier: dict[str, Any]) -> dict[str, Any]:
    """Figures beside those of the quarter before and of the year before.

    `earlier` has by `previous_quarter` and `year_before` the `reference` to a report and its
    `figures` (`comparable`), or nothing where there was none.
    """
    found = {name: earlier.get(name) or {} for name in ("previous_quarter", "year_before")}
    rows = []
    for figure, number in comparable(content).items():
        row: dict[str, Any] = {"figure": figure, "now": number}
        for name, report in found.items():
            then = report.get("figures", {}).get(figure)
            row[name] = then
            row[f"{name}_change"] = (
                None if then is None else forms.tenths(100 * (number - then), then)
            )
        rows.append(row)
    references = {name: report.get("reference") for name, report in found.items()}
    return {"references": references, "rows": rows}


def _names(gathered: Gathered, unit: str) -> dict[str, dict[str, str]]:
    """Names of what the report's tables show by code, as they were at the end of the quarter."""
    tally = gathered.tally(unit)
    organisations = {code for name, code, _ in tally.details if name == "organisation"} | {unit}
    if unit == HEAD_OFFICE:
        organisations |= {*gathered.organisations}
    organisations |= {str(one["successor"]) for one in gathered.mergers(unit)}
    partners = {code for name, code, _ in tally.details if name == "partner"}
    return {
        "organisations": {
            code: gathered.directory[code].name or code
            for code in sorted(organisations)
            if code in gathered.directory
        },
        "partners": {code: gathered.partners.get(code, code) for code in sorted(partners) if code},
    }


def _cases(gathered: Gathered, unit: str) -> list[dict[str, Any]]:
    """Form A6 of a branch: violations that were found or punished in the quarter."""
    tally, until = gathered.tally(unit), clock.end_of_day(gathered.quarter.last)
    found_at = forms.violations(gathered.tally(HEAD_OFFICE))
    mine = [number for number, branch in found_at.items() if branch == unit]
    lines = {entry["objection_no"]: entry["line"] for entry in tally.entries}
    return [
        _case(f"{gathered.quarter.key}-{unit}-{place:03d}", unit, number, lines[number], found)
        for place, number in enumerate(mine, 1)
        for found in [objections.violation(number, until)]
    ]


def _case(case_no: str, unit: str, number: str, line: str, found: dict[str, Any]) -> dict[str, Any]:
    persons = found["persons"]

    def said(name: str) -> str | None:
        return "；".join(dict.fromkeys(p[name] for p in persons if p.get(name))) or None

    return {
        "case_no": case_no,
        "branch": unit,
        "discovered_on": found["discovered_on"],
        "objection_no": number,
        "line": line,
        "facts": said("facts"),
        "rule": said("rule"),
        "amount": max((p["amount"] for p in persons if p.get("amount") is not None), default=None),
        "persons": [{"name": p["name"], "measure": p["measure"]} for p in persons],
        "rectification": found["correction"],
        "reported_to_police": any(p.get("reported_to_police") for p in persons),
        "status": "closed" if found["closed_on"] else "open",
    }


def _flat(pointer: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = [(str(place), part) for place, part in enumerate(value)]
    else:
        return [(pointer, value)]
    return [pair for name, part in parts for pair in _flat(f"{pointer}/{name}", part)]
