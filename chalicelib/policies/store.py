"""Policies in DynamoDB: `current/policy` is the newest version, `history/…` what it replaced.

Beside the policy, under `current/<part>/…`, stand its parts: instalments, endorsements and the
stops of its claims, so that one query of the partition answers everything.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, cast
from zlib import crc32

from pynamodb.attributes import (
    BinaryAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.exceptions import DoesNotExist, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import IncludeProjection, KeysOnlyProjection
from pynamodb.transactions import TransactWrite

from chalicelib import tables
from chalicelib.tables import (
    ITEM_SCHEMA,
    CompactJSONAttribute,
    SecondaryIndex,
    StoredModel,
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
TRANSACTION_ITEMS = 100
TRANSACTION_BYTES = 3_000_000
EXPIRY_SHARDS = 4
"""Partitions of an organisation's month: 4,000 writes a second before the largest one is hot."""


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


class PolicyItem(StoredModel):
    """One version of a policy. Open facts are one JSON string, personal data one sealed value."""

    class Meta(TableMeta):
        table_name = TableName("POLICIES_TABLE")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    schema = NumberAttribute(default=ITEM_SCHEMA)
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


class PartItem(StoredModel):
    """Something that stands beside a policy: open facts, what is personal sealed."""

    class Meta(TableMeta):
        table_name = TableName("POLICIES_TABLE")

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    schema = NumberAttribute(default=ITEM_SCHEMA)
    facts = CompactJSONAttribute()
    sealed = BinaryAttribute(legacy_encoding=False, null=True)
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


Item = dict[str, Any]
"""A new version as DynamoDB takes it."""


class Write(NamedTuple):
    """One version to be stored: as current in place of `replaces`, or straight into history."""

    item: Item
    replaces: PolicyItem | None
    renewals: dict[str, bool]
    """Numbers of policies that this one continues, or (False) no longer does."""


def new(**values: Any) -> Item:
    """A version that is not there yet, by the names and types of `PolicyItem`'s attributes."""
    return tables.as_stored(PolicyItem, {"schema": ITEM_SCHEMA, **values})


def current(policy_no: str) -> PolicyItem | None:
    """The newest version by the comparable policy number."""
    return current_with_parts(policy_no)[0]


def current_beside(policy_no: str) -> tables.Keys:
    """Where the newest version stands."""
    return tables.Keys(PolicyItem, [(policy_no, CURRENT)])


def current_with_parts(policy_no: str) -> tuple[PolicyItem | None, list[PolicyItem]]:
    """The newest version and its parts in the order of their keys: one query.

    Parts come as policy items of which only the attributes of a `PartItem` are set.
    """
    found = list(PolicyItem.query(policy_no, PolicyItem.sk.startswith("current/")))
    newest = next((item for item in found if item.sk == CURRENT), None)
    return newest, [item for item in found if item.sk != CURRENT]


def beside(policy_no: str, kind: str) -> list[PolicyItem]:
    """The parts of a kind as they stand at this moment, before their policy has come too."""
    start = PolicyItem.sk.startswith(f"current/{kind}/")
    return list(PolicyItem.query(policy_no, start, consistent_read=True))


class Place(NamedTuple):
    """Where a policy stands in its person's list: last day (ISO) and comparable number."""

    ends_on: str
    policy_no: str


def of_person(
    person: str, limit: int, after: Place | None = None, *, holder: bool = False
) -> list[Place]:
    """So many of a person's current policies, those that end last first, then by number, downward.

    With `holder` those that he holds for somebody else. `after` is where the list goes on. Of a
    fleet that ends on one day all keys of the day are read: the index does not order them.
    """
    until = None if after is None else PolicyItem.ends_on <= after.ends_on
    found: list[Place] = []
    index: Any = PolicyItem.holders if holder else PolicyItem.persons
    for item in index.query(person, until, scan_index_forward=False):
        place = Place(item.ends_on, item.pk)
        if after is not None and place >= after:
            continue
        if len(found) >= limit and place.ends_on < found[-1].ends_on:
            break
        found.append(place)
    return sorted(found, reverse=True)[:limit]


def of_plate(mark: str, limit: int) -> list[str]:
    """The comparable numbers of a vehicle's current policies."""
    return [item.pk for item in PolicyItem.by_plate.query(mark, limit=limit)]


def parts(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], PartItem]:
    """Parts by policy number and sort key, as far as they are there."""
    found = PartItem.batch_get(keys, consistent_read=True)
    return {(item.pk, item.sk): item for item in found}


class PartWrite(NamedTuple):
    """A part in place of what was read of it, and what changes in its history with that."""

    item: PartItem
    replaces: PartItem | None
    past: Sequence[PartItem] = ()
    gone: Sequence[str] = ()
    """Sort keys of history that is told otherwise by now."""


def past_of(policy_no: str, key: str) -> list[PartItem]:
    """What was replaced of the part with this key, in no order."""
    start = past_key(key, "")
    found = PartItem.query(policy_no, PartItem.sk.startswith(start), consistent_read=True)
    # The number of an endorsement may begin with that of another one.
    return [item for item in found if "/" not in item.sk.removeprefix(start)]


def past(policy_no: str, limit: int) -> list[PartItem]:
    """What was replaced of all parts of a policy, by their keys."""
    start = PartItem.sk.startswith(REPLACED)
    return list(PartItem.query(policy_no, start, limit=limit, consistent_read=True))


def past_key(key: str, name: str) -> str:
    """The sort key of what one row replaced of a part."""
    return f"{REPLACED}{key}/{name}"


def write_parts(writes: Sequence[PartWrite]) -> bool:
    """Stores parts in place of what was read; False if another writer came first.

    Each is stored with its history or not at all; of many some may be stored when it says False.
    """
    done = True
    for together in _together(writes):
        try:
            with TransactWrite(connection=tables.connection()) as transaction:
                for item, replaces, replaced, gone in together:
                    item.revision = int((replaces and replaces.revision) or 0) + 1
                    transaction.save(item, condition=_unwritten(replaces))
                    for one in replaced:
                        transaction.save(one)
                    for key in gone:
                        transaction.delete(PartItem(item.pk, key))
        except TransactWriteError as error:
            done = _overtaken(error)
    return done


def renew_part(item: PartItem, sealed: bytes) -> bool:
    """Puts a new seal in place of the one read; False if another writer came first."""
    try:
        item.update(actions=[PartItem.sealed.set(sealed)], condition=PartItem.sealed == item.sealed)
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _together(writes: Sequence[PartWrite]) -> Iterator[list[PartWrite]]:
    """Transactions of at most 100 items; a part stays with its history."""
    found: list[PartWrite] = []
    items = 0
    for write in writes:
        count = 1 + len(write.past) + len(write.gone)
        if found and items + count > TRANSACTION_ITEMS:
            yield found
            found, items = [], 0
        found.append(write)
        items += count
    if found:
        yield found


def _unwritten(item: PartItem | None) -> Condition:
    """That nobody wrote the part since it was read."""
    if item is None:
        return PartItem.pk.does_not_exist()
    # PynamoDB's types say nothing of null=True.
    revision: float | None = item.revision
    same = PartItem.source == item.source
    if revision is None:
        return cast(Condition, same & PartItem.revision.does_not_exist())
    return cast(Condition, same & (PartItem.revision == revision))


def version(policy_no: str, number: int) -> PolicyItem | None:
    """A version, be it current or history."""
    newest = current(policy_no)
    if newest is None or newest.version == number:
        return newest
    try:
        return PolicyItem.get(policy_no, history_key(number), consistent_read=True)
    except DoesNotExist:
        return None


def currents(policy_nos: Iterable[str], *, consistent: bool = True) -> dict[str, PolicyItem]:
    """The newest versions of many policies, by comparable policy number."""
    keys = [(policy_no, CURRENT) for policy_no in policy_nos]
    return {item.pk: item for item in PolicyItem.batch_get(keys, consistent_read=consistent)}


def expiring(
    organisation: str, month: str, first: str, last: str
) -> Iterator[tuple[str, str, str]]:
    """Last day, person's mark and number of an organisation's policies with cover.

    The days from `first` to `last` lie in the month `yyyy-mm`. In no order; eventually consistent,
    as indexes are: what was imported within the last second may be missing.
    """
    for shard in range(EXPIRY_SHARDS):
        found = PolicyItem.by_expiry.query(
            f"{organisation}#{month}#{shard}", ExpiryIndex.ends_on.between(first, last)
        )
        for item in found:
            yield item.ends_on, item.person, item.pk


def any_expiring(organisation: str, month: str, first: str, last: str) -> bool:
    """Whether there is one at all."""
    return any(
        next(
            iter(
                PolicyItem.by_expiry.query(
                    f"{organisation}#{month}#{shard}",
                    ExpiryIndex.ends_on.between(first, last),
                    limit=1,
                )
            ),
            None,
        )
        for shard in range(EXPIRY_SHARDS)
    )


def expiry(organisation: str, ends_on: str, policy_no: str) -> str:
    """The partition of the expiry index in which a policy stands."""
    shard = crc32(policy_no.encode()) % EXPIRY_SHARDS
    return f"{organisation}#{ends_on[:7]}#{shard}"


class Coming(NamedTuple):
    """An entry of what comes up: nothing in it names a person."""

    on: str
    policy_no: str
    sort_key: str
    person: str | None
    phones: frozenset[str]
    """Marks of the numbers that the policy brought; an instalment has none."""


def coming(agent: str, first: str, last: str, limit: int | None = None) -> list[Coming]:
    """What comes up for an agent from the one day to the other, in the order of days.

    Eventually consistent, as indexes are, as is `on_day`.
    """
    days = AgendaIndex.agenda_on.between(first, last)
    found = PolicyItem.by_agenda.query(agent, days, limit=limit)
    return [_coming(item, item.agenda_on) for item in found]


def on_day(day: str, agent: str | None = None) -> Iterator[Coming]:
    """What falls on a day, in the order of agents; of one agent where given."""
    whose = None if agent is None else DaysIndex.whose.startswith(f"{agent}/")
    for item in PolicyItem.by_day.query(day, whose):
        yield _coming(item, day)


def _coming(item: Any, on: str) -> Coming:
    return Coming(on, item.pk, item.sk, item.person, frozenset(item.phones or ()))


def unreached(organisation: str, after: Place | None, limit: int) -> list[Place]:
    """So many policies of an organisation that came without a number, those that end first first.

    `after` is where the list goes on; of a day on which many end all keys are read.
    """
    since = None if after is None else UnreachedIndex.ends_on >= after.ends_on
    found: list[Place] = []
    for item in PolicyItem.by_unreached.query(organisation, since):
        place = Place(item.ends_on, item.pk)
        if after is not None and place <= after:
            continue
        if len(found) >= limit and place.ends_on > found[-1].ends_on:
            break
        found.append(place)
    return sorted(found)[:limit]


def reached(policy_no: str) -> None:
    """Notes that there is a number by now."""
    item = PolicyItem(policy_no, CURRENT)
    try:
        item.update(
            actions=[PolicyItem.unreached.remove()], condition=PolicyItem.unreached.exists()
        )
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise


def set_agenda(item: PartItem, agent: str | None) -> None:
    """Puts an instalment on the agenda of the agent whose customer it is by now."""
    actions: list[Any] = [PartItem.agenda.remove()]
    if agent:
        due = str(item.day).removeprefix("due/")
        actions = [PartItem.agenda.set(agent), PartItem.agenda_on.set(due)]
    # A file that read the agent of before decides anew.
    actions.append(PartItem.revision.set(int(item.revision or 0) + 1))
    try:
        item.update(actions=actions, condition=_unwritten(item) & PartItem.day.exists())
    except UpdateError as error:
        # Whoever wrote it meanwhile has put it where it belongs.
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise


def continuing(policy_no: str) -> list[str]:
    """Numbers of current policies that name this one as the one before."""
    return [item.pk for item in PolicyItem.by_renewed.query(policy_no)]


def outlasting(person: str, ends_on: str) -> list[str]:
    """Numbers of a person's current policies whose last day is later than the given one."""
    return [item.pk for item in PolicyItem.persons.query(person, PersonIndex.ends_on > ends_on)]


def histories(keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], PolicyItem]:
    """Replaced versions, by policy number and version, as far as they are there."""
    wanted = [(policy_no, history_key(number)) for policy_no, number in keys]
    if not wanted:
        return {}
    found = PolicyItem.batch_get(wanted, consistent_read=True)
    return {(item.pk, int(item.version)): item for item in found}


def versions(policy_no: str, limit: int) -> list[PolicyItem]:
    """The current version and those it replaced, the newest first: one query and one read."""
    older = PolicyItem.query(
        policy_no,
        PolicyItem.sk.startswith(HISTORY),
        scan_index_forward=False,
        limit=limit,
        consistent_read=True,
    )
    newest = get(policy_no, CURRENT)
    return [*([newest] if newest else []), *older]


class Transaction:
    """Versions that are stored together or not at all; made ready first, sent by `commit`."""

    def __init__(self, writes: Iterable[Write]) -> None:
        self._puts: list[dict[str, Any]] = []
        self._deletes: list[dict[str, Any]] = []
        renewals: dict[str, tuple[bool, Item]] = {}
        for item, replaces, renewed in writes:
            renewals |= {number: (stands, item) for number, stands in renewed.items()}
            if replaces is None:
                new = PolicyItem.pk.does_not_exist()
                self._puts.append(tables.put_of(PolicyItem, item, new))
            else:
                history = _as_history(replaces).serialize()
                self._puts.append(tables.put_of(PolicyItem, item, _still(replaces)))
                self._puts.append(tables.put_of(PolicyItem, history))
        for number, (stands, item) in renewals.items():
            if stands:
                self._puts.append(tables.put_of(PartItem, _renewed(number, item)))
            else:
                key = {"pk": {"S": number}, "sk": {"S": RENEWED}}
                self._deletes.append({"TableName": PartItem.Meta.table_name, "Key": key})

    def commit(self) -> bool:
        """False if another writer came first and all must be decided anew."""
        try:
            tables.connection().transact_write_items([], self._deletes, self._puts, [])
        except TransactWriteError as error:
            return _overtaken(error)
        return True


def transactions(writes: Sequence[Write], limit: int) -> list[Transaction]:
    """Transactions of at most `limit` items (DynamoDB: 100 and 4 MB) and at least one row.

    A row whose version replaces another takes two items, one that continues another policy one
    more. Smaller ones after each round that other
    writers won: the fewer rows share a transaction, the fewer wait for each other.
    """
    found: list[Transaction] = []
    part: list[Write] = []
    items = size = 0
    for write in writes:
        versions = 1 if write.replaces is None else 2
        count = versions + len(write.renewals)
        weight = versions * (len(write.item["sealed"]["B"]) + 4 * len(write.item["facts"]["S"]))
        if part and (items + count > limit or size + weight > TRANSACTION_BYTES):
            found.append(Transaction(part))
            part, items, size = [], 0, 0
        part.append(write)
        items, size = items + count, size + weight
    return [*found, Transaction(part)] if part else found


def replaced(policy_no: str) -> list[PolicyItem]:
    """The replaced versions of a policy, the oldest first."""
    found = PolicyItem.query(policy_no, PolicyItem.sk.startswith(HISTORY), consistent_read=True)
    return list(found)


def get(policy_no: str, sort_key: str) -> PolicyItem | None:
    """One item by its full key."""
    try:
        return PolicyItem.get(policy_no, sort_key, consistent_read=True)
    except DoesNotExist:
        return None


def renew(item: PolicyItem, renewed: dict[str, Any]) -> bool:
    """Puts new seals and marks in place of those read; False if another writer came first."""
    actions = [
        getattr(PolicyItem, name).set(value) for name, value in renewed.items() if value is not None
    ]
    try:
        item.update(actions=actions, condition=PolicyItem.sealed == item.sealed)
    except UpdateError as error:
        if error.cause_response_code != "ConditionalCheckFailedException":
            raise
        return False
    return True


def set_document(policy_no: str, number: int, document: dict[str, Any]) -> None:
    """Notes where the document of a version stands, wherever that version is by now."""
    for key in (CURRENT, history_key(number)):
        try:
            PolicyItem(policy_no, key).update(
                actions=[PolicyItem.document.set(document)],
                condition=PolicyItem.version == number,
            )
        except UpdateError as error:
            if error.cause_response_code != "ConditionalCheckFailedException":
                raise
        else:
            return
    raise DoesNotExist(f"version {number} of a policy whose document was made")


def _renewed(policy_no: str, by: Item) -> Item:
    """What says, where the policy is read, that it goes on in another one."""
    return tables.as_stored(
        PartItem,
        {
            "pk": policy_no,
            "sk": RENEWED,
            "schema": ITEM_SCHEMA,
            "facts": {"by": by["pk"]["S"]},
            "source": by["source"]["S"],
            "imported_at": by["imported_at"]["S"],
        },
    )


def _overtaken(error: TransactWriteError) -> bool:
    """False where another writer came first; whatever else went wrong is raised again."""
    if any(
        reason is not None and reason.code in ("ConditionalCheckFailed", "TransactionConflict")
        for reason in error.cancellation_reasons
    ):
        return False
    raise error


def history_key(number: int) -> str:
    """The sort key of a replaced version."""
    return f"{HISTORY}{number:08d}"


def _still(item: PolicyItem) -> Condition:
    """That nobody changed the item since it was read, its document's state included."""
    same = (PolicyItem.version == item.version) & (PolicyItem.source == item.source)
    if item.document is None:
        return cast(Condition, same & PolicyItem.document.does_not_exist())
    return cast(Condition, same & (PolicyItem.document == item.document))


def _as_history(item: PolicyItem) -> PolicyItem:
    """The item under its history key, out of the indexes, which know current policies only."""
    kept = {name: getattr(item, name) for name in PolicyItem.get_attributes()}
    return PolicyItem(**{**kept, "sk": history_key(int(item.version)), **OUT_OF_INDEXES})
