"""The yearly scorecard (年度评分表, R7) of an organisation and all below it: data and service.

Put once, from what is already kept, when the days for late data after the year's end are over.
What is not known is named as missing, never shown as zero; small cells are hidden as in the tables.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from chalicelib import clock, dated, texts
from chalicelib.analysis import publishing, store, words
from chalicelib.analysis.counting import Counts, Person
from chalicelib.analysis.tree import Tree
from chalicelib.documents import service as documents
from chalicelib.figures import service as figures
from chalicelib.observability import logger
from chalicelib.organisations import service as organisations
from chalicelib.reports import periods
from chalicelib.upkeep import quality

LETTER = "scorecard"
LAST_QUARTER = 4
OBJECTIONS, ANSWER = "objections", "answer"
ON_TIME, LATE = "on_time", "late"
_FROM_TABLES = ("service", "satisfaction")
Scorecard = dict[str, Any]


def begin(at: datetime) -> int:
    """Makes the scorecards of the year that ended and asks for their PDF; how many, 0 if made.

    Run again after it was cut short, it makes those that are not there: none is made twice.
    """
    day, quarter = clock.shanghai_day(at), periods.last_ended(at)
    waits = dated.in_force("data/analysis", day)["service_report_days"]
    if quarter.number != LAST_QUARTER or (day - quarter.last).days <= waits:
        return 0
    year = quarter.year
    if store.begun(f"{year}"):
        return 0
    first, last = date(year, 1, 1), date(year, 12, 31)
    parents = organisations.parents()
    tree = Tree(parents)
    missing_days, closed = _objections(tree, first, last)
    of_data = _quality(tree, parents, year)
    for organisation in sorted(parents):
        facts = {
            "made_on": day.isoformat(),
            "missing_days": missing_days,
            "objections": None if closed is None else closed.get(organisation, _NOBODY),
            **of_data[organisation],
            **_tables(organisation, first, last),
        }
        store.put_scorecard(organisation, str(year), facts)
        documents.request_letter(LETTER, f"{year}/{organisation}")
    store.note_begun(f"{year}", len(parents))
    logger.info("scorecards made", year=year, organisations=len(parents))
    return len(parents)


def newest(organisation: str, until: date, language: str) -> Scorecard | None:
    """The scorecard of the last year that was over on a day and has one."""
    found = store.scorecard(organisation, str(until.year - 1))
    return None if found is None else shown(organisation, found.sk, found.facts, language)


def shown(organisation: str, year: str, facts: Mapping[str, Any], language: str) -> Scorecard:
    """What staff see of a scorecard; `missing` names what is not known."""
    missing = list(_missing(facts, year))
    return {
        "year": int(year),
        "made_on": facts["made_on"],
        "document": key(year, organisation, "pdf"),
        "missing": [
            {"code": one, "name": texts.text(f"analysis.scorecard.missing.{one}", language)}
            for one in missing
        ],
        "missing_days": facts["missing_days"],
        "quality": _of_year(facts),
        "objections": _answered(facts["objections"]),
        "tables_day": facts["tables_day"],
        "promises": _rows(facts["service"], "promise", language),
        "satisfaction": _rows(facts["satisfaction"], "score", language),
    }


def key(year: str, organisation: str, form: str) -> str:
    """Where a scorecard stands in storage."""
    return f"service/{year}/{organisation}-scorecard.{form}"


_NOBODY: dict[str, Any] = {"people": 0, "tables": {ANSWER: []}}


def _objections(
    tree: Tree, first: date, last: date
) -> tuple[list[str], dict[str, dict[str, Any]] | None]:
    """Days without figures, and objections closed in the year; None if no day has figures."""
    days = figures.days(first, last)
    span = range(first.toordinal(), last.toordinal() + 1)
    missing = [day for n in span if (day := date.fromordinal(n).isoformat()) not in days]
    if not days:
        return missing, None
    counts = Counts()
    for rolled_up in days.values():
        for entry in figures.happened(rolled_up):
            if entry["kind"] == "closed":
                one = Person()
                counted_by = tree.counted_by(entry["organisation"] or entry["unit"])
                one.add(counted_by, {ANSWER: ON_TIME if entry["on_time"] else LATE})
                counts.add(OBJECTIONS, one)
    return missing, publishing.population(counts, tree, OBJECTIONS, {ANSWER: ()})


def _quality(tree: Tree, codes: Collection[str], year: int) -> dict[str, dict[str, Any]]:
    """What files say of data: of each organisation so far, of it and all below in the year.

    The year is what came since the scorecards before; without any it is all files so far, and is
    named so. Each organisation is compared with itself: one that moved takes its figures along.
    """
    before = store.scorecards(codes, str(year - 1))
    since = max((facts["made_on"] for facts in before.values()), default=None)
    own = quality.totals(codes)
    of_year: dict[str, Counter[str]] = {}
    for code, counts in own.items():
        new = Counter(counts)
        new.subtract(before[code]["quality_own"] if code in before else {})
        for above in tree.counted_by(code):
            of_year.setdefault(above, Counter()).update(new)
    return {
        code: {
            "quality": of_year.get(code),
            "quality_own": own.get(code, {}),
            "quality_since": since,
        }
        for code in codes
    }


def _tables(organisation: str, first: date, last: date) -> dict[str, Any]:
    """The newest tables of the year: 365 days up to theirs."""
    found = store.tables(organisation, last.isoformat())
    if found is None or found.sk < first.isoformat():
        return {"tables_day": None, **dict.fromkeys(_FROM_TABLES)}
    return {"tables_day": found.sk, **{one: found.facts.get(one) for one in _FROM_TABLES}}


def _missing(facts: Mapping[str, Any], year: str) -> Iterator[str]:
    if facts["quality"] is None:
        yield "quality"
    elif facts["quality_since"] is None:
        yield "quality_before"
    if facts["objections"] is None:
        yield "objections"
    elif facts["missing_days"]:
        yield "objection_days"
    if facts["tables_day"] is None:
        yield "tables"
        return
    if facts["tables_day"] != f"{year}-12-31":
        yield "tables_of_last_day"
    yield from (one for one in _FROM_TABLES if facts[one] is None)


def _of_year(facts: Mapping[str, Any]) -> dict[str, Any] | None:
    if facts["quality"] is None:
        return None
    counts = dict(facts["quality"])
    rows, complete = counts.pop("rows", 0), counts.pop("complete", 0)
    return {
        "since": facts["quality_since"],
        "rows": rows,
        "complete": complete,
        "missing": {name: number for name, number in sorted(counts.items()) if number},
    }


def _answered(held: dict[str, Any] | None) -> dict[str, Any] | None:
    """Objections closed in the year, on time and late; null where hidden."""
    if held is None:
        return None
    if held["people"] is None or held["tables"][ANSWER] is None:
        return {"closed": held["people"], ON_TIME: None, LATE: None}
    rows = {row["code"]: row.get("people") for row in held["tables"][ANSWER]}
    return {"closed": held["people"], ON_TIME: rows.get(ON_TIME, 0), LATE: rows.get(LATE, 0)}


def _rows(held: dict[str, Any] | None, table: str, language: str) -> list[dict[str, Any]] | None:
    """A table's rows with names; None if it is missing or hidden as a whole."""
    rows = held and held["tables"].get(table)
    if not rows:
        return None
    return [
        {
            "code": row["code"],
            "name": words.category(table, row["code"], language),
            "people": row.get("people"),
            **({"times": row.get("times")} if table == "promise" else {}),
        }
        for row in words.ordered(table, rows)
    ]
