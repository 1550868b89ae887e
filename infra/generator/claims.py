"""Claims (赔案): one row per stop, as a parcel is tracked, up to the day before today."""

from bisect import bisect
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any

from infra.generator.draws import Row, data, digits, pick, stream, yuan
from infra.generator.people import everyday_name
from infra.generator.places import address, cities
from infra.generator.servicing import fen

_FREQUENCY = 0.16
_OFFSET = "+08:00"
_OPENS, _CLOSES = 9, 18


def claims(seed: int, row: Row, today: date) -> Iterator[Row]:
    """The stops of the policy's claims; nothing happens after 24:00 of the day before `today`."""
    chance = stream(seed, "claim", row["policy_no"])
    frequency = _FREQUENCY if row["line"] != "special_risk" else 0.0
    number = 0
    while chance.random() < frequency and number < 3:
        number += 1
        yield from _one(chance, row, f"C{row['policy_no'][1:]}{number}", today)


def _one(chance: Random, row: Row, claim_no: str, today: date) -> Iterator[Row]:
    starts_on = date.fromisoformat(row["starts_on"])
    last = min(today - timedelta(days=1), date.fromisoformat(row["ends_on"]))
    if last < starts_on:
        return
    day = starts_on + timedelta(days=int(chance.random() * ((last - starts_on).days + 1)))
    occurred_at = _instant(day) + timedelta(minutes=int(chance.random() * 1320))
    reported_at = occurred_at + timedelta(minutes=5 + int(chance.random() ** 3 * 2800))
    facts = _facts(chance, row, claim_no, occurred_at, reported_at)
    path = _path(chance)
    amounts = _amounts(chance, row, path)
    arrivals = _arrivals(chance, path, reported_at)
    departures = [*arrivals[1:], arrivals[-1] + timedelta(days=1)]
    for seq, stage in enumerate(path):
        at, left_at = arrivals[seq], departures[seq]
        if at >= _instant(today):
            return
        department = data("claims")["stages"][stage]["department"]
        stop = {
            **facts,
            **amounts[seq],
            "seq": str(seq + 1),
            "stage": stage,
            "at": _text(at),
            "department": department,
            "handler": pick(chance, _staff(row["organisation"][:4], department)),
            "message": data("claims")["stages"][stage]["message"],
        }
        accepted_at = at + timedelta(
            seconds=int(chance.random() ** 2 * (left_at - at).total_seconds())
        )
        if accepted_at < _instant(today):
            stop["accepted_at"] = _text(accepted_at)
        if stage == "refused":
            stop["refusal_reason"] = pick(chance, data("claims")["refusal_reasons"])
        if chance.random() < 0.1:
            stop["note"] = pick(chance, data("claims")["notes"])
        yield stop


def _arrivals(chance: Random, path: list[str], at: datetime) -> list[datetime]:
    """When the claim reaches each stage: calls come at all hours, paper moves by day."""
    arrivals = [at]
    for stage in path[1:]:
        low, high = data("claims")["stages"][stage]["hours"]
        at += timedelta(minutes=1 + int((low + chance.random() * (high - low)) * 60))
        if stage != "dispatched" and not _OPENS <= at.hour < _CLOSES:
            opens = at.replace(hour=_OPENS, minute=int(chance.random() * 60))
            at = opens if at.hour < _OPENS else opens + timedelta(days=1)
        arrivals.append(at)
    return arrivals


def _amounts(chance: Random, row: Row, path: list[str]) -> list[Row]:
    """What is known of the amounts at each stage: assessed from the assessment on, then paid."""
    assessed = _assessed(chance, row)
    known: Row = {}
    amounts = []
    for stage in path:
        if stage == "assessed":
            known = {**known, "assessed_amount": yuan(assessed)}
        if stage == "paid":
            known = {**known, "paid_amount": yuan(assessed * (70 + len(path)) // 100)}
        amounts.append(known)
    return amounts


def _facts(
    chance: Random, row: Row, claim_no: str, occurred_at: datetime, reported_at: datetime
) -> Row:
    city = next(city for city in cities() if city.code[:4] == row["organisation"][:4])
    facts = {
        "claim_no": claim_no,
        "policy_no": row["policy_no"],
        "reported_at": _text(reported_at),
        "occurred_at": _text(occurred_at),
        "place": address(chance, city, pick(chance, city.counties)),
        "cause": pick(chance, data("claims")["causes"][row["line"]]),
    }
    if chance.random() < 0.3:  # came in through the web: our number, which joins the two
        facts["report_no"] = f"W{occurred_at:%Y%m%d}{digits(chance, 6)}"
    return facts


def _assessed(chance: Random, row: Row) -> int:
    """Fen; mostly small, never above the sum insured."""
    return int((0.002 + chance.random() ** 6 * 0.3) * fen(row["sum_insured"]))


def _path(chance: Random) -> list[str]:
    paths, bounds = _paths()
    stages: list[str] = paths[bisect(bounds, chance.random() * bounds[-1])]["stages"]
    return stages


@cache
def _paths() -> tuple[list[dict[str, Any]], list[int]]:
    paths = data("claims")["paths"]
    return paths, list(accumulate(path["weight"] for path in paths))


@cache
def _staff(city: str, department: str) -> tuple[str, ...]:
    """The five people who work there."""
    chance = stream("handlers", city, department)
    return tuple(everyday_name(chance, pick(chance, ("male", "female"))) for _ in range(5))


def _instant(day: date) -> datetime:
    """Midnight as Shanghai's wall clock shows it: rows carry the offset, sums need none."""
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 wall clock of one fixed zone


def _text(instant: datetime) -> str:
    return f"{instant.isoformat(timespec='seconds')}{_OFFSET}"
