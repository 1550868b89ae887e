"""A quarter's reports: made from its days, filed as new versions where figures differ, queued."""

from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock, retention
from chalicelib.documents import service as documents
from chalicelib.errors import NotFoundError, OvertakenError
from chalicelib.figures import service as figures
from chalicelib.observability import logger
from chalicelib.reports import gathering, periods, register, spreadsheet, store, versions
from chalicelib.reports.gathering import Gathered
from chalicelib.reports.periods import Quarter
from chalicelib.reports.versions import Report

LETTER = "quarter_report"
"""What `render_document` knows the PDF of a report by."""
ROUNDS = 8


def run(at: datetime) -> dict[str, Any]:
    """Reports of the last quarter that had ended by then, as its days stand now.

    A report with the same figures as the newest version is that version.
    """
    quarter = periods.last_ended(at)
    gathered = gathering.gather(quarter)
    standing = register.newest(quarter.key)
    made = 0
    manifest: dict[str, Any] = {}
    for unit, content in versions.contents(gathered, _earlier(quarter)).items():
        version, facts = standing.get(unit, (0, {}))
        if facts.get("figures_sha256") != versions.figures_sha256(content):
            version, facts = _file(gathered, unit, content, version)
            made += 1
        manifest[unit] = {"version": f"{version:04d}", **_listed(facts)}
    store.put_manifest(
        quarter.key,
        {
            "period": quarter.key,
            "first": quarter.first.isoformat(),
            "last": quarter.last.isoformat(),
            "due_on": quarter.due_on.isoformat(),
            "missing_days": gathered.missing,
            "organisations": manifest,
        },
    )
    entries = store.entries(quarter.key)
    for unit, listed in manifest.items():
        # One that was lost on its way is asked for again.
        if f"{unit}/{listed['version']}/pdf" not in entries:
            documents.request_letter(LETTER, f"{quarter.key}/{unit}/{listed['version']}")
    result = {
        "period": quarter.key,
        "reports": len(manifest),
        "new_versions": made,
        "missing_days": len(gathered.missing),
    }
    logger.info("quarter reported", period=quarter.key, reports=len(manifest), made=made)
    return result


def read(period: str, unit: str, version: int) -> Report:
    """A version as it was filed; NotFoundError if the register has none."""
    if f"{unit}/{version:04d}" not in store.entries(period, f"{unit}/{version:04d}"):
        raise NotFoundError
    return register.read(period, unit, version)


def reproduce(period: str, unit: str, version: int) -> bytes:
    """A version made again from stored data alone: the bytes that were filed, or they were bent."""
    filed = read(period, unit, version)
    quarter, sources = periods.parse(period), filed["sources"]
    days = {one["day"]: figures.named(one["day"], one["rollup"]) for one in sources["days"]}
    first, last = sources["directories"]
    gathered = gathering.collect(quarter, days, sources["opening"], (first, last))
    earlier = {
        name: _reference(reference["period"], unit, reference["version"])
        for name, reference in filed["comparison"]["references"].items()
        if reference
    }
    content = versions.contents(gathered, {unit: earlier})[unit]
    before = read(period, unit, version - 1) if version > 1 else None
    return versions.written(versions.whole(gathered, unit, content, version, before))


def locked_until(report: Report) -> datetime:
    """Until when storage lets nobody change or delete a report."""
    return _locked_until(periods.parse(report["period"]))


def _locked_until(quarter: Quarter) -> datetime:
    """A quarter of long ago, made now, is kept for a day at least: storage locks for no past."""
    kept = clock.start_of_day(retention.until("report", quarter.last))
    return max(kept, clock.now() + timedelta(days=1))


def _file(
    gathered: Gathered, unit: str, content: Report, version: int
) -> tuple[int, dict[str, Any]]:
    """Stores a new version after this one, and registers it last; its number and entry.

    Files that stand there unregistered, from a run that was cut short, are taken over.
    """
    period = gathered.quarter.key
    until = _locked_until(gathered.quarter)
    for number in range(version + 1, version + 1 + ROUNDS):
        before = register.read(period, unit, number - 1) if number > 1 else None
        report = versions.whole(gathered, unit, content, number, before)
        put = store.put(store.key(period, unit, number, "json"), versions.written(report), until)
        if not put.first:
            report = register.read(period, unit, number)
        sheet = spreadsheet.make(report)
        book = store.put(store.key(period, unit, number, "xlsx"), sheet, until)
        facts = {
            "figures_sha256": report["figures_sha256"],
            "files": {
                form: {"sha256": found.sha256, "size": found.size}
                for form, found in (("json", put), ("xlsx", book))
            },
            "totals": report["totals"],
            "missing_days": len(report["missing_days"]),
            "name": report["organisation"]["name"],
            "comparable": versions.comparable(report),
            "made_at": clock.stored(clock.now()),
        }
        store.add(store.PERIODS, period, {})
        store.add(period, f"{unit}/{number:04d}", facts)
        if report["figures_sha256"] == versions.figures_sha256(content):
            logger.info("report filed", period=period, organisation=unit, version=number)
            return number, facts
    raise OvertakenError


def _earlier(quarter: Quarter) -> dict[str, dict[str, Any]]:
    """What each organisation's figures are compared with: the newest reports of two quarters."""
    found: dict[str, dict[str, Any]] = {}
    for name, then in (
        ("previous_quarter", quarter.before),
        ("year_before", Quarter(quarter.year - 1, quarter.number)),
    ):
        for unit, (version, facts) in register.newest(then.key).items():
            found.setdefault(unit, {})[name] = _compared(then.key, version, facts)
    return found


def _reference(period: str, unit: str, version: int) -> dict[str, Any]:
    facts = store.entries(period, f"{unit}/{version:04d}")[f"{unit}/{version:04d}"]
    return _compared(period, version, facts)


def _compared(period: str, version: int, facts: dict[str, Any]) -> dict[str, Any]:
    reference = {"period": period, "version": version, "figures_sha256": facts["figures_sha256"]}
    return {"reference": reference, "figures": facts["comparable"]}


def _listed(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in ("figures_sha256", "files", "totals")}
