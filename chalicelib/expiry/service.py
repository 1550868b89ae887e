"""From a moment to the lists of every organisation: begun, made, set as PDF, then announced.

Every step may be repeated: a list made again from the same policies has the same bytes, and only
what differs from before becomes a new version in storage.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chalicelib import clock, observability
from chalicelib.documents import service as documents
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
    """Makes one organisation's list and has its PDF set.

    A message with an `order` is a list that somebody asked for, of one agent where it names one.
    """
    period, organisation = periods.parse(message["period"]), message["organisation"]
    if "order" in message:
        figures = _ordered(period, organisation, message["agent"])
    elif store.current(period.key, message["run"]):
        from chalicelib.expiry import making

        figures = making.renew(period, organisation, message["units"])
    else:
        return
    kept = ("policies", "renewed", "customers", "premium")
    asked = {name: part for name, part in message.items() if name != "units"}
    documents.request_letter(
        "expiry_list", {**asked, "figures": {name: figures[name] for name in kept}}
    )


def render(reference: dict[str, Any]) -> None:
    """Sets and keeps a list's PDF; the one that finds nothing left writes the manifest.

    `reference` is the message of `work` with the list's `figures`. For render_document.
    """
    period, organisation = periods.parse(reference["period"]), reference["organisation"]
    agent = reference.get("agent")
    if "run" in reference and not store.current(period.key, reference["run"]):
        return
    _file(period, organisation, agent, reference["figures"]["policies"])
    if "order" in reference:
        if agent is None:
            _announce(period)
        store.fulfil(reference["order"], reference["figures"])
    elif store.done(period.key, reference["run"], organisation):
        _announce(period)
        # What the alarm on a missed run waits for (docs/runbook/expiry-lists-missing.md).
        observability.count("ExpiryListsFinished")


def _file(period: Period, organisation: str, agent: str | None, rows: int) -> None:
    """Sets the page that waits; of an organisation's own list only what differs is new."""
    # Imported here, as below: the layout engine is for the function that sets only.
    from chalicelib.expiry import filing

    content = filing.sheet(store.page(store.page_key(period.key, organisation, agent)))
    file: dict[str, Any] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    standing = store.results(period.key).get(organisation, {"files": {}})["files"].get("pdf")
    if agent is None and standing == file:
        return
    with TemporaryDirectory(prefix="expiry-") as place:
        path = Path(place) / "list.pdf"
        path.write_bytes(content)
        store.put(store.key(period.key, organisation, agent, "pdf"), path, file["sha256"], rows)
    if agent is None:
        store.keep_filed(period.key, organisation, file)


def _ordered(period: Period, organisation: str, agent: str | None) -> dict[str, Any]:
    """Makes what was asked for and puts it where a run would; what it holds."""
    # Imported here, as below: spreadsheets and templates are for the function that lists only.
    from chalicelib.expiry import making

    below = organisations.below(organisation)
    units = sorted(unit for unit in below if expiring.exist(unit, period.first, period.last))
    if agent is None:
        return making.renew(period, organisation, units)
    with TemporaryDirectory(prefix="expiry-") as place:
        figures = making.make(period, organisation, units, Path(place), agent)
        for form in store.WRITTEN:
            making.put(period, organisation, agent, Path(place) / f"{organisation}.{form}", figures)
        making.put_page(period, organisation, agent, Path(place) / f"{organisation}.html", figures)
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
