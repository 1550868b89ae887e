"""One list made: its files, those of the organisation's own agents, and what is new in storage.

The PDF is set by another function: what is made here is its page.
"""

import hashlib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from chalicelib import texts
from chalicelib.expiry import agents, filing, rows, separated, spreadsheet, store
from chalicelib.expiry.agents import AgentLists
from chalicelib.expiry.figures import Figures
from chalicelib.expiry.periods import Period
from chalicelib.observability import logger
from chalicelib.organisations import service as organisations


def make(
    period: Period,
    organisation: str,
    units: list[str],
    folder: Path,
    agent: str | None = None,
    apart: AgentLists | None = None,
) -> Figures:
    """Writes an organisation's list of what these units below it hold: XLSX, CSV, the PDF's page.

    With an agent only the policies in his hands. `apart` gets every row for the agents' own lists.
    Memory does not grow with the list but for its index entries and the rows that the PDF prints.
    """
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
            if apart:
                apart.add(row)
            if len(printed) < filing.ROWS:
                printed.append(row)
        sheet.finish(figures)
    digests = {"xlsx": _sha256(xlsx), "csv": _sha256(csv)}
    page = filing.page(title, owner, figures, printed, digests)
    (folder / f"{organisation}.html").write_text(page, "utf-8")
    return figures


def renew(period: Period, organisation: str, units: list[str]) -> dict[str, Any]:
    """Makes the lists of an organisation and of its own agents; what the manifest says of them."""
    before = store.results(period.key).get(organisation, {"files": {}})
    with TemporaryDirectory(prefix="expiry-") as place:
        folder, below = Path(place), Path(place) / "agents"
        below.mkdir()
        apart = AgentLists(
            period,
            organisation,
            below,
            lambda agent: f"{_owner(organisation, agent)} {_title(period)}",
        )
        with apart:
            figures = make(period, organisation, units, folder, apart=apart)
            own = apart.finish(also=before.get("agents", {}))
        files = {
            form: put(
                period,
                organisation,
                None,
                folder / f"{organisation}.{form}",
                figures,
                before["files"].get(form),
            )
            for form in store.WRITTEN
        }
        put_page(period, organisation, None, folder / f"{organisation}.html", figures)
        agents = _agents_lists(period, organisation, below, own, before.get("agents", {}))
    result = {**figures.summary(), "files": files, "agents": agents}
    store.keep(period.key, organisation, result)
    logger.info(
        "expiry list made",
        period=period.key,
        organisation=organisation,
        policies=figures.policies,
        changed=any(before["files"].get(form) != file for form, file in files.items()),
    )
    return result


def _agents_lists(
    period: Period,
    organisation: str,
    folder: Path,
    found: dict[str, Figures],
    before: dict[str, Any],
) -> dict[str, Any]:
    """Stores the agents' lists; an agent who had one before and has none now gets an empty one."""
    return {
        agent: {
            "policies": figures.policies,
            "premium": figures.premium,
            "files": {
                form: put(
                    period,
                    organisation,
                    agent,
                    folder / f"{agent}.{form}",
                    figures,
                    before.get(agent, {"files": {}})["files"].get(form),
                )
                for form in agents.FORMS
            },
        }
        for agent, figures in sorted(found.items())
    }


def put(
    period: Period,
    organisation: str,
    agent: str | None,
    path: Path,
    figures: Figures,
    before: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Stores a file unless it is what stood there before; `{"sha256", "size"}`."""
    sha256 = _sha256(path)
    file = {"sha256": sha256, "size": path.stat().st_size}
    if before != file:
        place = store.key(period.key, organisation, agent, path.suffix[1:])
        store.put(place, path, sha256, figures.policies)
    return file


def put_page(
    period: Period, organisation: str, agent: str | None, path: Path, figures: Figures
) -> None:
    """Stores the page of the PDF where render_document finds it."""
    place = store.page_key(period.key, organisation, agent)
    store.put(place, path, _sha256(path), figures.policies)


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
