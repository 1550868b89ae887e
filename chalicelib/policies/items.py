"""Items of policies: `current/policy` is the newest version, `history/…` what it replaced.

Beside the policy, under `current/<part>/…`, stand its parts: instalments, endorsements and the
stops of its claims, so that one query of the partition answers everything.
"""

from typing import Any

from pynamodb.attributes import (
    BinaryAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.indexes import IncludeProjection, KeysOnlyProjection

from chalicelib.tables import (
    CompactJSONAttribute,
    FactsModel,
    KeyedModel,
    SecondaryIndex,
    TableMeta,
    TableName,
)

CURRENT = "current/policy"
RENEWED = "current/renewed"
"""Stands beside a policy while another one continues it; read by its key, without a search."""
HISTORY = "history/"
REPLACED = "replaced/"
"""Begins what was replaced of parts (docs/decisions/0058)."""
OUT_OF_INDEXES: dict[str, Any] = dict.fromkeys(
    ("person", "holder", "plate", "expiry", "renews", "agenda", "day", "unreached")
)


class ExpiryIndex(SecondaryIndex):
    """Current policies with cover by organisation, month and shard, by their last day (E2).

    With the person's mark, so that customers are grouped before any policy is opened.
    """

    class Meta:
        index_name = "expiry"
        projection = IncludeProjection(["person"])

    expiry = UnicodeAttribute(hash_key=True)
    ends_on = UnicodeAttribute(range_key=True)
    person = UnicodeAttribute()


class RenewsIndex(SecondaryIndex):
    """Current policies by the comparable number of the policy that they continue."""

    class Meta:
        index_name = "renews"
        projection = KeysOnlyProjection()

    renews = UnicodeAttribute(hash_key=True)


class PersonIndex(SecondaryIndex):
    """A person's current policies by the day on which their cover ends; keys only."""

    class Meta:
        index_name = "person"
        projection = KeysOnlyProjection()

    person = UnicodeAttribute(hash_key=True)
    ends_on = UnicodeAttribute(range_key=True)


class PlateIndex(SecondaryIndex):
    """Current policies of a vehicle by the keyed hash of its plate."""

    class Meta:
        index_name = "plate"
        projection = KeysOnlyProjection()

    plate = UnicodeAttribute(hash_key=True)


class HolderIndex(SecondaryIndex):
    """The same for policyholders, where somebody else is insured."""

    class Meta:
        index_name = "holder"
        projection = KeysOnlyProjection()

    holder = UnicodeAttribute(hash_key=True)
    ends_on = UnicodeAttribute(range_key=True)


class AgendaIndex(SecondaryIndex):
    """What comes up for an agent, by day: policies with cover that end, instalments not yet paid.

    With the marks by which numbers and customers are read beside them (docs/decisions/0053).
    """

    class Meta:
        index_name = "agenda"
        projection = IncludeProjection(["person", "phones"])

    agenda = UnicodeAttribute(hash_key=True)
    agenda_on = UnicodeAttribute(range_key=True)
    person = UnicodeAttribute(null=True)
    phones = UnicodeSetAttribute(null=True)


class DaysIndex(SecondaryIndex):
    """What falls on a day: `due/<day>` instalments, under a keyed hash birthdays; by the agent."""

    class Meta:
        index_name = "days"
        projection = IncludeProjection(["person", "phones"])

    day = UnicodeAttribute(hash_key=True)
    whose = UnicodeAttribute(range_key=True)
    person = UnicodeAttribute(null=True)
    phones = UnicodeSetAttribute(null=True)


class UnreachedIndex(SecondaryIndex):
    """Policies with cover that came without any telephone number, by organisation."""

    class Meta:
        index_name = "unreached"
        projection = IncludeProjection(["person"])

    unreached = UnicodeAttribute(hash_key=True)
    ends_on = UnicodeAttribute(range_key=True)
    person = UnicodeAttribute()


class PolicyItem(KeyedModel):
    """One version of a policy. Open facts are one JSON string, personal data one sealed value."""

    class Meta(TableMeta):
        table_name = TableName("POLICIES_TABLE")

    version = NumberAttribute()
    facts = CompactJSONAttribute()
    sealed = BinaryAttribute(legacy_encoding=False)
    id_marks = UnicodeSetAttribute()
    name_mark = UnicodeAttribute()
    serial_mark = UnicodeAttribute(null=True)
    person = UnicodeAttribute(null=True)
    holder = UnicodeAttribute(null=True)
    phones = UnicodeSetAttribute(null=True)
    """Marks of the numbers that this version brought."""
    plate = UnicodeAttribute(null=True)
    ends_on = UnicodeAttribute()
    expiry = UnicodeAttribute(null=True)
    renews = UnicodeAttribute(null=True)
    agenda = UnicodeAttribute(null=True)
    agenda_on = UnicodeAttribute(null=True)
    day = UnicodeAttribute(null=True)
    whose = UnicodeAttribute(null=True)
    unreached = UnicodeAttribute(null=True)
    by_agenda = AgendaIndex()
    by_day = DaysIndex()
    by_unreached = UnreachedIndex()
    by_expiry = ExpiryIndex()
    by_renewed = RenewsIndex()
    by_plate = PlateIndex()
    source = UnicodeAttribute()
    outcome = UnicodeAttribute()
    demoted = NumberAttribute(null=True)
    imported_at = UnicodeAttribute()
    document = CompactJSONAttribute(null=True)
    persons = PersonIndex()
    holders = HolderIndex()


class PartItem(FactsModel):
    """Something that stands beside a policy: open facts, what is personal sealed."""

    class Meta(TableMeta):
        table_name = TableName("POLICIES_TABLE")

    source = UnicodeAttribute()
    imported_at = UnicodeAttribute()
    said = CompactJSONAttribute(null=True)
    """Which rows said its cells, where it was not one row alone (chalicelib/origins.py)."""
    revision = NumberAttribute(null=True)
    """Counts how often it was written; what was written before that was counted has none."""
    agenda = UnicodeAttribute(null=True)
    agenda_on = UnicodeAttribute(null=True)
    day = UnicodeAttribute(null=True)
    whose = UnicodeAttribute(null=True)
    person = UnicodeAttribute(null=True)
    phones = UnicodeSetAttribute(null=True)
    """Of an instalment: the marks of its policy when it came, to be read along with it."""


def past_key(key: str, name: str) -> str:
    """The sort key of what one row replaced of a part."""
    return f"{REPLACED}{key}/{name}"


def history_key(number: int) -> str:
    """The sort key of a replaced version."""
    return f"{HISTORY}{number:08d}"
