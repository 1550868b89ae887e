"""The rows of a list: a policy each, a customer's together, renewed ones left out (E3)."""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import batched
from typing import Any, Literal, NamedTuple

from chalicelib import codes, series, texts
from chalicelib.claims import service as claims
from chalicelib.contacts import service as contacts
from chalicelib.expiry.periods import Period
from chalicelib.organisations import service as organisations
from chalicelib.policies import expiring
from chalicelib.policies.expiring import Expiring
from chalicelib.policies.model import Policy
from chalicelib.privacy import restrictions

LANGUAGE = texts.BASE
BATCH = 100
"""Policies opened together: what DynamoDB gives in one call, and all that memory holds at once."""

Kind = Literal["text", "date", "money", "count"]


class Column(NamedTuple):
    """What a column holds; widths in characters of a spreadsheet, Chinese ones count double."""

    name: str
    kind: Kind
    width: int
    filed: int = 0
    """Width on the page of the PDF in millimetres, 0 where it stands in the spreadsheet only."""

    @property
    def header(self) -> str:
        """Its name for people, the import's wording where the import has it."""
        return texts.text(f"expiry.column.{self.name}", LANGUAGE)


COLUMNS = (
    Column("ends_on", "date", 12, 19),
    Column("customer", "count", 8, 9),
    Column("insured_name", "text", 24, 30),
    Column("mobile", "text", 15, 22),
    Column("mobile_source", "text", 10),
    Column("home_phone", "text", 15),
    Column("home_phone_source", "text", 10),
    Column("office_phone", "text", 15, 24),
    Column("office_phone_source", "text", 10),
    Column("marketing_consent", "text", 12, 15),
    Column("policy_no", "text", 26, 38),
    Column("line", "text", 12, 19),
    Column("motor_kind", "text", 9),
    Column("product", "text", 24),
    Column("status", "text", 10),
    Column("plate_no", "text", 11, 20),
    Column("brand_model", "text", 26),
    Column("series", "text", 12),
    Column("premium", "money", 13, 21),
    Column("claims", "count", 9, 11),
    Column("claims_paid", "money", 13, 19),
    Column("sum_insured", "money", 17),
    Column("covers", "text", 36),
    Column("starts_on", "date", 12),
    Column("policyholder_name", "text", 24),
    Column("organisation", "text", 11),
    Column("organisation_name", "text", 22),
    Column("agent", "text", 13),
    Column("agent_name", "text", 11, 19),
    Column("channel_type", "text", 12),
)

_PHONE_CELLS = {"mobile": "mobile", "home": "home_phone", "office": "office_phone"}
_PHONES = [place for place, column in enumerate(COLUMNS) if column.name in _PHONE_CELLS.values()]


class Row(NamedTuple):
    """One policy of a list: open codes for the figures, cells for the files."""

    policy: Policy
    customer: int
    """Which customer of the list this is, from 1."""
    reachable: bool
    cells: list[Any]
    """In the order of COLUMNS: dates, fen, counts and texts, None where there is nothing."""


def of(
    units: Iterable[str],
    period: Period,
    *,
    agent: str | None,
    renewed: Callable[[int], None],
) -> Iterator[Row]:
    """The rows of these organisations together, or of one agent (工号) where given.

    `renewed` is told how many policies of each batch have been renewed and are therefore left out.
    Memory holds the index entries and one batch of policies.
    """
    customer, before = 0, ""
    # An agent's customers are his wherever their policies are held (E4).
    found = _of_units(units, period) if agent is None else expiring.of_agent(agent, *period.days)
    for entries in batched(_in_order(found), BATCH):
        for entry, policy, claimed in _opened(entries, period, agent, renewed):
            if entry.person != before:
                customer, before = customer + 1, entry.person
            cells = _cells(policy, customer, claimed)
            yield Row(policy, customer, any(cells[place] for place in _PHONES), cells)


def _opened(
    entries: Iterable[Expiring], period: Period, agent: str | None, renewed: Callable[[int], None]
) -> Iterator[tuple[Expiring, Policy, tuple[int, int]]]:
    """Policies of one batch that stand in the list, with how many claims and what was paid.

    A generator of its own: what it opened is gone before the next batch is opened.
    """
    records = {entry.policy_no: expiring.record(entry) for entry in entries}
    usable = restrictions.unrestricted(record for record in records.values() if record)
    found = {record.policy_no: record.open() for record in usable}
    listed = [
        entry
        for entry in entries
        # The index lags behind the policies: what it says must still be true of them.
        if entry.policy_no in found
        and _still(found[entry.policy_no], period)
        and agent in (None, found[entry.policy_no].get("agent"))
    ]
    gone = expiring.renewed(listed, found)
    renewed(len(gone))
    for entry in listed:
        if entry.policy_no not in gone:
            record = records[entry.policy_no]
            stops = record.parts(claims.KIND) if record else []
            yield entry, found[entry.policy_no], claims.reported_and_paid(stops)


def _of_units(units: Iterable[str], period: Period) -> Iterator[Expiring]:
    for unit in units:
        yield from expiring.between(unit, *period.days)


def _in_order(found: Iterable[Expiring]) -> list[Expiring]:
    """Index entries: customers by their earliest last day, a customer's policies by theirs."""
    entries = sorted(found)
    # Sorting again keeps that order within a customer; a number each costs less than a key each.
    rank: dict[str, int] = {}
    for entry in entries:
        rank.setdefault(entry.person, len(rank))
    entries.sort(key=lambda entry: rank[entry.person])
    return entries


def _still(policy: Policy, period: Period) -> bool:
    first, last = period.first.isoformat(), period.last.isoformat()
    return policy["status"] in expiring.COVERED and first <= policy["ends_on"] <= last


def _cells(policy: Policy, customer: int, reported_and_paid: tuple[int, int]) -> list[Any]:
    office = organisations.entry("organisations", policy["organisation"]) or {}
    agent = organisations.entry("agents", policy.get("agent")) or {}
    consent = policy.get("marketing_consent")
    values: dict[str, Any] = {
        **policy,
        "customer": customer,
        "claims": reported_and_paid[0],
        "claims_paid": reported_and_paid[1],
        "ends_on": date.fromisoformat(policy["ends_on"]),
        "starts_on": date.fromisoformat(policy["starts_on"]),
        "line": codes.name("line", policy["line"], LANGUAGE),
        "motor_kind": codes.name("motor_kind", policy.get("motor_kind"), LANGUAGE),
        "status": codes.name("policy_status", policy["status"], LANGUAGE),
        "channel_type": codes.name("channel_type", policy.get("channel_type"), LANGUAGE),
        "covers": "；".join(cover["name"] for cover in policy.get("covers", [])) or None,
        "marketing_consent": None
        if consent is None
        else texts.text("expiry.yes" if consent else "expiry.no", LANGUAGE),
        "series": _series(policy.get("brand_model")),
        "organisation_name": office.get("name"),
        "agent_name": agent.get("name"),
    }
    values |= _phones(policy)
    return [values.get(column.name) for column in COLUMNS]


def _series(brand_model: str | None) -> str | None:
    """The series (车系) by brand, as branches sort their calls (I7); None where it is not known."""
    found = series.of(brand_model) if brand_model else None
    return found and f"{found.brand} {found.name}"


def _phones(policy: Policy) -> dict[str, str | None]:
    """The newest number of each kind that nobody found wrong, and where it came from (I5)."""
    known = contacts.from_policy(dict(policy))
    cells: dict[str, str | None] = dict.fromkeys(_PHONE_CELLS.values())
    for number in reversed(contacts.good_numbers(policy["policy_no"], known)):
        cell = _PHONE_CELLS[number.kind]
        cells[cell] = number.phone
        cells[f"{cell}_source"] = codes.name("contact_source", number.source, LANGUAGE)
    return cells
