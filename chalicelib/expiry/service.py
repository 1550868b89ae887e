"""From a moment to the lists of every organisation: begun once, made one by one, then announced.

Every step may be repeated: a list made again from the same policies has the same bytes, and only
what differs from before becomes a new version in storage.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chalicelib import clock, observability
from chalicelib.expiry import periods, store
from chalicelib.expiry.periods import Period
from chalicelib.observability import logger
from chalicelib.organisations import service as organisations
from chalicelib.policies import expiring


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
            observability.count("ExpiryListsFinished")
        begun[period.key] = len(wanted)
    logger.info("expiry lists begun", at=clock.stored(at), lists=begun)
    return begun


def work(message: dict[str, Any]) -> None:
    """Makes one organisation's list; the one that finds nothing left writes the manifest.

    A message with an `order` is a list that somebody asked for, of one agent where it names one.
    """
    period, organisation = periods.parse(message["period"]), message["organisation"]
    if "order" in message:
        store.fulfil(message["order"], _ordered(period, organisation, message["agent"]))
        return
    if not store.current(period.key, message["run"]):
        return
    from chalicelib.expiry import making

    making.renew(period, organisation, message["units"])
    if store.done(period.key, message["run"], organisation):
        _announce(period)
        # What the alarm on a missed run waits for (docs/runbook/expiry-lists-missing.md).
        observability.count("ExpiryListsFinished")


def _ordered(period: Period, organisation: str, agent: str | None) -> dict[str, Any]:
    """Makes what was asked for and puts it where a run would; what it holds."""
    # Imported here, as below: spreadsheets and templates are for the function that lists only.
    from chalicelib.expiry import making

    below = organisations.below(organisation)
    units = sorted(unit for unit in below if expiring.exist(unit, period.first, period.last))
    if agent is None:
        result = making.renew(period, organisation, units)
        _announce(period)
        return result
    with TemporaryDirectory(prefix="expiry-") as place:
        figures = making.make(period, organisation, units, Path(place), agent)
        for form in store.FORMS:
            making.put(period, organisation, agent, Path(place) / f"{organisation}.{form}", figures)
    return figures.summary()


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
