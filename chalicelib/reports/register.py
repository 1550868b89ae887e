"""The register of reports: what stands, who signed it, when and to whom it was submitted.

Nobody signs alone: the second signature is another person's. Whatever is on record stays.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib import clock
from chalicelib.errors import (
    AlreadyDecidedError,
    MoveNotAllowedError,
    NotFoundError,
    OvertakenError,
    PreconditionFailedError,
    SamePersonError,
)
from chalicelib.figures.units import HEAD_OFFICE
from chalicelib.observability import logger
from chalicelib.organisations import service as organisations
from chalicelib.reports import periods, store
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff

SIGNATURES = 2
"""Who prepared it, and who signed it off (S3)."""


@dataclass
class Standing:
    """The newest version of an organisation's report, and what became of it and of earlier ones."""

    period: str
    organisation: str
    version: int
    facts: dict[str, Any]
    pdf: dict[str, Any] | None = None
    signatures: list[dict[str, Any]] = field(default_factory=list)
    submissions: list[dict[str, Any]] = field(default_factory=list)
    """Of every version: an earlier one that was submitted is still what the regulator has."""

    @property
    def state(self) -> str:
        """`unsigned`, `signed_once`, `signed` or `submitted`; a newer version begins anew."""
        if any(one["version"] == self.version for one in self.submissions):
            return "submitted"
        return ("unsigned", "signed_once", "signed")[len(self.signatures)]

    @property
    def etag(self) -> str:
        """For `If-Match`."""
        return f'"{self.version}-{len(self.signatures)}-{len(self.submissions)}"'

    @property
    def files(self) -> dict[str, dict[str, Any]]:
        """SHA-256 and size of each form there is, by its ending."""
        return {**self.facts["files"], **({"pdf": self.pdf} if self.pdf else {})}


def newest(period: str) -> dict[str, tuple[int, dict[str, Any]]]:
    """The newest version of each organisation's report and its entry, by organisation."""
    return {unit: (one.version, one.facts) for unit, one in standing(period).items()}


def standing(period: str, organisation: str | None = None) -> dict[str, Standing]:
    """How the reports of a quarter stand, by organisation in order."""
    entries = store.entries(period, f"{organisation}/" if organisation else "")
    found: dict[str, Standing] = {}
    submissions: dict[str, list[dict[str, Any]]] = {}
    for sort_key, facts in entries.items():
        unit, number, *rest = sort_key.split("/")
        if not rest:
            found[unit] = Standing(period, unit, int(number), facts)
            found[unit].submissions = submissions.setdefault(unit, [])
        else:
            _take(found[unit], rest[0], facts)
    return found


def _take(standing: Standing, what: str, facts: dict[str, Any]) -> None:
    """What became of a version, into how it stands."""
    if what == "pdf":
        standing.pdf = {name: facts[name] for name in ("sha256", "size")}
    elif what == "signature":
        standing.signatures.append(facts)
    else:
        standing.submissions.append({**facts, "version": standing.version})


def versions(found: Standing) -> list[Standing]:
    """Every version of a report as it stands, the newest first, each with what is its own."""
    unit = found.organisation
    every: dict[int, Standing] = {}
    for sort_key, facts in store.entries(found.period, f"{unit}/").items():
        _, number, *rest = sort_key.split("/")
        version = int(number)
        if not rest:
            every[version] = Standing(found.period, unit, version, facts)
        else:
            _take(every[version], rest[0], facts)
    return [every[version] for version in sorted(every, reverse=True)]


def listed(
    staff: Staff, scope: Scope, period: str | None, organisation: str | None
) -> Iterator[Standing]:
    """Reports within reach, the newest quarter first, organisations in order."""
    known = [periods.parse(period).key] if period else store.periods()
    for one in known:
        for unit, found in standing(one).items():
            if organisation in (None, unit) and _reached(staff, scope, unit):
                yield found


def reached(staff: Staff, scope: Scope, place: tuple[str, str]) -> Standing:
    """The report of a quarter and organisation; NotFoundError for none, or out of reach."""
    period, unit = periods.parse(place[0]).key, place[1]
    found = standing(period, unit).get(unit) if _reached(staff, scope, unit) else None
    if found is None:
        raise NotFoundError
    return found


def read(period: str, unit: str, version: int) -> dict[str, Any]:
    """A version as it was filed."""
    report: dict[str, Any] = json.loads(store.get(store.key(period, unit, version, "json")))
    return report


def sign(
    staff: Staff,
    scope: Scope,
    place: tuple[str, str],
    given: dict[str, Any],
    expected: str | None,
    at: datetime,
) -> Standing:
    """Signs the newest version; SamePersonError if this person has signed it already.

    `given` may name the `version` and `figures_sha256` that were read: PreconditionFailedError if
    the newest is another, as with If-Match. AlreadyDecidedError once two have signed.
    """
    found = _expected(staff, scope, place, given, expected)
    if any(staff.is_subject(one["signed_by"]) for one in found.signatures):
        raise SamePersonError
    if len(found.signatures) == SIGNATURES:
        raise AlreadyDecidedError
    facts = {
        "signed_by": staff.sub,
        "roles": sorted(staff.roles),
        "signed_at": clock.stored(at),
        "figures_sha256": found.facts["figures_sha256"],
    }
    _add(found, f"signature/{len(found.signatures) + 1}", facts)
    logger.info("report signed", period=place[0], organisation=place[1], version=found.version)
    return standing(*place)[place[1]]


def submit(
    staff: Staff,
    scope: Scope,
    place: tuple[str, str],
    given: dict[str, Any],
    expected: str | None,
    at: datetime,
) -> Standing:
    """Puts on record that the newest version went to the regulator: when, to whom, with receipt.

    `given` has `submitted_at` as an instant, `recipient` and `receipt`. MoveNotAllowedError before
    two have signed it. The same again is on record already.
    """
    found = _expected(staff, scope, place, given, expected)
    told = {
        "submitted_at": clock.stored(given["submitted_at"]),
        "recipient": given["recipient"],
        "receipt": given["receipt"],
    }
    own = [one for one in found.submissions if one["version"] == found.version]
    if any(all(one[name] == told[name] for name in told) for one in own):
        return found
    if len(found.signatures) < SIGNATURES:
        raise MoveNotAllowedError
    facts = {**told, "recorded_by": staff.sub, "recorded_at": clock.stored(at)}
    _add(found, f"submission/{len(own) + 1}", facts)
    logger.info("report submitted", period=place[0], organisation=place[1], version=found.version)
    return standing(*place)[place[1]]


def _expected(
    staff: Staff,
    scope: Scope,
    place: tuple[str, str],
    given: dict[str, Any],
    expected: str | None,
) -> Standing:
    found = reached(staff, scope, place)
    other = given.get("version", found.version) != found.version
    sha256 = found.facts["figures_sha256"]
    if other or given.get("figures_sha256", sha256) != sha256 or expected not in (None, found.etag):
        raise PreconditionFailedError
    return found


def _add(found: Standing, name: str, facts: dict[str, Any]) -> None:
    """OvertakenError if somebody else did the same a moment ago."""
    if not store.add(found.period, f"{found.organisation}/{found.version:04d}/{name}", facts):
        raise OvertakenError


def _reached(staff: Staff, scope: Scope, unit: str) -> bool:
    """The company's report is for whoever of the head office may see reports."""
    if unit != HEAD_OFFICE:
        return scope.detail(unit) is not None
    entry = organisations.entry("organisations", staff.organisation) or {}
    return entry.get("level") == HEAD_OFFICE and scope.detail(staff.organisation) is not None
