"""What a policy adds to figures: its newest version without name, number, telephone or address.

Profiles of many policies lie together in sealed blocks; what is shown is made of counts alone.
"""

from datetime import date
from typing import NamedTuple

from chalicelib import identifiers, sealing
from chalicelib.analysis.regions import UNKNOWN
from chalicelib.policies import service as policies
from chalicelib.policies.service import Record

_WITH_ADDRESS_CODE = frozenset({"resident_id", "hk_macao_taiwan_residence"})
_MARK = 22
"""Characters of a keyed hash: 128 bits, the key's version left out."""


class Profile(NamedTuple):
    """One policy; dates are ISO, premium is fen, what is not known is an empty text."""

    policy_no: str
    version: int
    organisation: str
    person: str
    """Keyed hash of the insured: equal for all policies of one, nothing can be read from it."""
    is_person: bool
    born_on: str
    sex: str
    region: str
    """First four digits of the ID number: province and prefecture by GB/T 2260."""
    occupation: str
    line: str
    kind: str
    channel: str
    status: str
    starts_on: str
    ends_on: str
    premium: int
    previous: str
    vin: str
    plate: str

    def covers(self, day: str) -> bool:
        """Whether its cover is in force on the day."""
        return self.status in policies.COVERED and self.starts_on <= day <= self.ends_on

    def fell_due(self, first: str, last: str) -> bool:
        """Whether it ran to its end, and that lies in these days."""
        ran = self.status in policies.COVERED or self.status == "expired"
        return ran and first <= self.ends_on <= last

    def continues(self, other: "Profile") -> bool:
        """Whether it goes on for the same customer's same vehicle (as expiry lists have it)."""
        if self.status not in policies.CONTINUES or self.policy_no == other.policy_no:
            return False
        vehicle = self.vin == other.vin if self.vin and other.vin else self.plate == other.plate
        return (
            vehicle
            and bool(other.vin or other.plate)
            and (self.person, self.line, self.kind) == (other.person, other.line, other.kind)
            and self.starts_on > other.starts_on
            and self.ends_on > other.ends_on
        )


def of(record: Record) -> Profile:
    """The profile of a stored version."""
    policy = record.open()
    id_type, id_no = policy["insured_id_type"], identifiers.id_no(policy["insured_id_no"])
    coded = id_type in _WITH_ADDRESS_CODE and identifiers.resident_id_is_valid(id_no)
    is_person = id_type not in identifiers.ORGANISATION_TYPES
    born = identifiers.birth_date(id_no) if coded else None
    vin, plate = policy.get("vin"), policy.get("plate_no")
    return Profile(
        policy_no=record.policy_no,
        version=record.version,
        organisation=record.organisation,
        person=_mark(*record.identity()),
        is_person=is_person,
        born_on=born.isoformat() if born else policy.get("insured_birth_date") or "",
        sex=identifiers.sex(id_no) if coded else policy.get("insured_sex") or "",
        region=id_no[:4] if coded else "",
        occupation=identifiers.name(policy.get("occupation") or "")[:40] if is_person else "",
        line=record.line,
        kind=policy.get("motor_kind") or "",
        channel=policy.get("channel_type") or "",
        status=policy["status"],
        starts_on=policy["starts_on"],
        ends_on=policy["ends_on"],
        premium=policy["premium"],
        previous=identifiers.policy_no(policy.get("previous_policy_no") or ""),
        vin=_mark("vin", identifiers.serial_no(vin)) if vin else "",
        plate=_mark("plate", identifiers.plate_no(plate)) if plate else "",
    )


def age_band(born_on: str, day: date, bands: list[int]) -> str:
    """The band of the completed years (周岁) on the day by its first year: `25-34`, `75+`."""
    try:
        born = date.fromisoformat(born_on)
    except ValueError:
        return UNKNOWN
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    reached = [first for first in bands if first <= years]
    if not reached:
        return UNKNOWN
    after = bands[len(reached)] if len(reached) < len(bands) else None
    return f"{reached[-1]}+" if after is None else f"{reached[-1]}-{after - 1}"


def _mark(kind: str, value: str) -> str:
    return sealing.keyed_hash(kind, value).partition(":")[2][:_MARK]
