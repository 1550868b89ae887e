"""The service report (服务报告) of a corporate client and its brokers for a quarter, as PDF (K2).

Figures of the client's own policies and claims: nobody insured or injured is named.
"""

from collections import Counter, defaultdict
from datetime import datetime
from typing import Any, NamedTuple

from markupsafe import Markup

from chalicelib import clock, codes, languages, sealing, texts
from chalicelib.analysis import chart, store
from chalicelib.claims import performance
from chalicelib.claims.performance import Performance
from chalicelib.documents import service as documents
from chalicelib.errors import RenderError
from chalicelib.identifiers import ORGANISATION_TYPES
from chalicelib.observability import logger
from chalicelib.organisations import service as organisations
from chalicelib.policies import service as policies
from chalicelib.policies.service import Record
from chalicelib.privacy import restrictions
from chalicelib.reports import periods
from chalicelib.reports.periods import Quarter

LANGUAGE = texts.BASE
LISTED = 2000
"""Policies of a client, those that end last first, that a report is made of."""
_NEVER_BEGAN = frozenset({"pending"})
_SHORT = 12
"""Characters of the client's id that are printed; all of them stand in the key."""


class Times(NamedTuple):
    """How long something took: its name, how often, how often late, mean in hours."""

    name: str
    times: int
    late: int
    hours: float


def render(reference: str) -> None:
    """Makes the report of a quarter for the client who holds a policy: `<quarter>/<policy_no>`."""
    name, _, policy_no = reference.partition("/")
    quarter, record = periods.parse(name), policies.find(policy_no)
    if record is None or not restrictions.unrestricted([record]):
        return
    policy = record.open()
    if policy["insured_id_type"] not in ORGANISATION_TYPES:
        return
    client = client_id(record)
    mine = _policies(record, quarter)
    data = {"client": policy["insured_name"], **figures(mine, quarter)}
    try:
        content = documents.letter(
            __package__,
            "service.html",
            {**data, "chart": _chart(data["promises"])},
            title=texts.text("analysis.service.title", LANGUAGE),
            number=f"{quarter.key}-{client.partition('-')[2][:_SHORT]}",
            day=quarter.last.isoformat(),
            language=LANGUAGE,
        )
    except RenderError as error:
        logger.error("service report not made", quarter=quarter.key, reason=error.detail)
        return
    store.put_report(f"service/{quarter.key}/{client}.pdf", content)
    logger.info("service report made", quarter=quarter.key, policies=len(mine))


def client_id(record: Record) -> str:
    """The id by which staff know the customer (`GET /v1/staff/customers/{id}`), safe in keys."""
    return sealing.keyed_hash(*record.identity()).replace(":", "-", 1)


def figures(mine: list[Record], quarter: Quarter) -> dict[str, Any]:
    """What the report says of these policies, read with their parts, in the quarter."""
    began, ended = clock.start_of_day(quarter.first), clock.end_of_day(quarter.last)
    claims = [claim for record in mine for claim in performance.of_policy(record)]
    known = [claim for claim in claims if claim.reported_at < ended]

    def within(instant: datetime | None) -> bool:
        return instant is not None and began <= instant < ended

    paid = [claim for claim in known if within(claim.paid_at)]
    over = [claim for claim in known if within(claim.ended_at)]
    return {
        "first": quarter.first.isoformat(),
        "last": quarter.last.isoformat(),
        "brokers": _brokers(mine),
        "lines": _lines(mine),
        "policies": len(mine),
        "premium": sum(record.facts["premium"] for record in mine),
        "reported": sum(within(claim.reported_at) for claim in known),
        "ended": len(over),
        "refused": sum(claim.status == "refused" for claim in over),
        "open": sum(claim.ended_at is None or claim.ended_at >= ended for claim in known),
        "paid": len(paid),
        "paid_amount": sum(claim.paid for claim in paid),
        "promises": _promises(known, within),
        "stages": _stages(known, within),
    }


def _policies(record: Record, quarter: Quarter) -> list[Record]:
    """The client's policies with cover in the quarter, with their parts."""
    first, last = quarter.first.isoformat(), quarter.last.isoformat()
    found = policies.of_marks(sealing.hashes(*record.identity()), LISTED)
    served = [
        one.policy_no
        for one in found
        if one.facts["starts_on"] <= last
        and one.facts["ends_on"] >= first
        and one.facts["status"] not in _NEVER_BEGAN
    ]
    return [whole for number in sorted(served) if (whole := policies.find(number))]


def _brokers(mine: list[Record]) -> list[str]:
    named = {record.facts.get("channel_code") for record in mine if _brokered(record)}
    entries = [organisations.entry("intermediaries", code) for code in sorted(filter(None, named))]
    return [str(entry["name"]) for entry in entries if entry]


def _brokered(record: Record) -> bool:
    return record.facts.get("channel_type") == "broker"


def _lines(mine: list[Record]) -> list[dict[str, Any]]:
    """Policies and premium by line, the largest premium first."""
    count: Counter[str] = Counter(record.line for record in mine)
    premium: Counter[str] = Counter()
    for record in mine:
        premium[record.line] += record.facts["premium"]
    return [
        {
            "name": codes.name("line", line, LANGUAGE),
            "policies": count[line],
            "premium": premium[line],
        }
        for line, _ in sorted(premium.items(), key=lambda one: (-one[1], one[0]))
    ]


def _promises(claims: list[Performance], within: Any) -> list[Times]:
    """Every promise that came to its end in the quarter."""
    names: dict[str, str] = {}
    took: defaultdict[str, list[tuple[bool, float]]] = defaultdict(list)
    for one in (kept for claim in claims for kept in claim.kept if within(kept.ended_at)):
        names[one.code] = str(languages.label(one.name, LANGUAGE))
        took[one.code].append((one.in_time, _hours(one.started_at, one.ended_at)))
    return [_times(names[code], took[code]) for code in sorted(took)]


def _stages(claims: list[Performance], within: Any) -> list[Times]:
    took: defaultdict[str, list[tuple[bool, float]]] = defaultdict(list)
    for stay in (stay for claim in claims for stay in claim.stays if within(stay.left_at)):
        took[stay.stage].append((True, _hours(stay.arrived_at, stay.left_at)))
    order = list(codes.names("claim_stage"))
    return [
        _times(str(codes.name("claim_stage", stage, LANGUAGE)), took[stage])
        for stage in sorted(took, key=order.index)
    ]


def _times(name: str, took: list[tuple[bool, float]]) -> Times:
    late = sum(not in_time for in_time, _ in took)
    return Times(name, len(took), late, sum(hours for _, hours in took) / len(took))


def _hours(first: datetime, last: datetime) -> float:
    return (last - first).total_seconds() / 3600


def _chart(promises: list[Times]) -> Markup:
    if not promises:
        return Markup()
    return chart.stacked(
        [one.name for one in promises],
        {
            texts.text("analysis.service.in_time", LANGUAGE): [o.times - o.late for o in promises],
            texts.text("analysis.service.late", LANGUAGE): [o.late for o in promises],
        },
    )
