"""From a moment to the lists of every organisation: begun once, made one by one, then announced.

Every step may be repeated: a list made again from the same policies has the same bytes, and only
what differs from before becomes a new version in storage.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chalicelib import clock, observability, texts
from chalicelib.expiry import periods, rows, store
from chalicelib.expiry.figures import Figures
from chalicelib.expiry.periods import Period
from chalicelib.observability import logger
from chalicelib.organisations import service as organisations
from chalicelib.policies import expiring

FORMS = ("xlsx", "csv", "pdf")


def begin(at: datetime) -> dict[str, int]:
    """Queues the lists that the moment asks for; how many, by period."""
    parents = organisations.parents()
    begun = {}
    months: dict[Period, set[str]] = {}
    for period in periods.scheduled(at):
        # A day's organisations are among those of its month, which is looked through already.
        known = next((found for month, found in months.items() if period.within(month)), parents)
        units = {unit for unit in known if expiring.exist(unit, period.first, period.last)}
        months[period] = units
        wanted = _concerned(period, units, parents)
        run = clock.stored(at) + "/" + clock.stored(clock.now())
        store.start(period.key, run, set(wanted))
        store.enqueue(
            {
                "period": period.key,
                "organisation": organisation,
                "run": run,
                "units": sorted(wanted[organisation]),
            }
            for organisation in sorted(wanted)
        )
        if not wanted:
            _announce(period)
        begun[period.key] = len(wanted)
    logger.info("expiry lists begun", at=clock.stored(at), lists=begun)
    return begun


def work(message: dict[str, Any]) -> None:
    """Makes one organisation's list; the one that finds nothing left writes the manifest."""
    period, organisation = periods.parse(message["period"]), message["organisation"]
    if not store.current(period.key, message["run"]):
        return
    _renew(period, organisation, message["units"])
    if store.done(period.key, message["run"], organisation):
        _announce(period)


def make(
    period: Period, organisation: str, units: list[str], folder: Path, agent: str | None = None
) -> Figures:
    """Writes an organisation's list of what these units below it hold, in FORMS, into the folder.

    With an agent only the policies in his hands. Memory does not grow with the list but for its
    index entries and the rows that the PDF prints.
    """
    # Imported here: the spreadsheet writer and templates are for the function that lists only.
    from chalicelib.expiry import filing, separated, spreadsheet

    title, owner = _title(period), _owner(organisation, agent)
    figures = Figures(period)
    printed: list[rows.Row] = []
    xlsx, csv = folder / f"{organisation}.xlsx", folder / f"{organisation}.csv"
    with (
        spreadsheet.Spreadsheet(xlsx, f"{owner} {title}", period.first) as sheet,
        separated.Separated(csv) as lines,
    ):
        for row in rows.of(units, period, agent=agent, renewed=figures.add_renewed):
            sheet.add(row)
            lines.add(row)
            figures.add(row)
            if len(printed) < filing.ROWS:
                printed.append(row)
        sheet.finish(figures)
    digests = {"xlsx": _sha256(xlsx), "csv": _sha256(csv)}
    filed = filing.make(title, owner, figures, printed, digests)
    (folder / f"{organisation}.pdf").write_bytes(filed)
    return figures


def _renew(period: Period, organisation: str, units: list[str]) -> None:
    before = store.results(period.key).get(organisation, {"files": {}})
    with TemporaryDirectory(prefix="expiry-") as place:
        folder = Path(place)
        figures = make(period, organisation, units, folder)
        files: dict[str, dict[str, Any]] = {}
        for form in FORMS:
            path = folder / f"{organisation}.{form}"
            files[form] = {"sha256": _sha256(path), "size": path.stat().st_size}
            if before["files"].get(form) != files[form]:
                store.put(f"expiry/{period.key}/{path.name}", path, files[form]["sha256"])
    store.keep(period.key, organisation, {**figures.summary(), "files": files})
    logger.info(
        "expiry list made",
        period=period.key,
        organisation=organisation,
        policies=figures.policies,
        changed=before["files"] != files,
    )


def _announce(period: Period) -> None:
    """The manifest names every list with its digests and nothing that another run would change."""
    manifest = {
        "period": period.key,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "organisations": store.results(period.key),
    }
    store.put_manifest(f"expiry/{period.key}/manifest.json", manifest)
    logger.info("expiry lists finished", period=period.key)
    # What the alarm on a missed run waits for (docs/runbook/expiry-lists-missing.md).
    observability.count("ExpiryListsFinished")


def _concerned(
    period: Period, units: set[str], parents: dict[str, str | None]
) -> dict[str, set[str]]:
    """Whose lists are to be made, from the policies of which units.

    The units, all organisations above them, and those that had a list before.
    """
    wanted: dict[str, set[str]] = {code: set() for code in store.results(period.key)}
    for unit in units:
        for organisation in (unit, *_above(unit, parents)):
            wanted.setdefault(organisation, set()).add(unit)
    return wanted


def _above(organisation: str, parents: dict[str, str | None]) -> Iterator[str]:
    """Parents up to the head office; a circle in the directory ends where it began."""
    seen = {organisation}
    while (above := parents.get(organisation)) and above not in seen:
        seen.add(above)
        yield above
        organisation = above


def _title(period: Period) -> str:
    if period.first == period.last:
        return texts.text("expiry.title.day", rows.LANGUAGE, day=period.first)
    month = f"{period.first.year}年{period.first.month}月"
    return texts.text("expiry.title.month", rows.LANGUAGE, month=month)


def _owner(organisation: str, agent: str | None) -> str:
    entry = organisations.entry("organisations", organisation) or {}
    name = str(entry.get("name") or organisation)
    if agent is None:
        return name
    person = organisations.entry("agents", agent) or {}
    return f"{name} {person.get('name') or agent}"


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
