"""Counters of failures and used challenges, beside the events of queries; they expire.

A counter changes only from exactly what was read, in the transaction that records the attempt: of
any number of attempts at once, one at a time is decided, and no burst slips past a limit.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, cast

from pynamodb.attributes import NumberAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib import tables
from chalicelib.tables import KeyedModel, TableMeta, TableName

SORT_KEY = "limit"
Also = Callable[[TransactWrite], None]
"""What another store writes in the same transaction."""


class CounterItem(KeyedModel):
    """Failures at one target, or one used challenge. Keys hold keyed hashes, nothing personal."""

    class Meta(TableMeta):
        table_name = TableName("QUERIES_TABLE")

    failures = NumberAttribute()
    locked_until = NumberAttribute()
    expires_at = NumberAttribute()


class Counter(NamedTuple):
    """A counter as read (None: it is not there); epoch seconds."""

    key: str
    failures: int | None
    locked_until: int
    expires_at: int


class Change(NamedTuple):
    """What a counter becomes; None where it only must still be what was read."""

    was: Counter
    failures: int | None
    locked_until: int = 0
    expires_at: int = 0


def read(keys: Iterable[str], *beside: tables.Keys) -> tuple[dict[str, Counter], list[list[Model]]]:
    """Counters by key, those that are not there too, and what others want: one round trip."""
    wanted = list(keys)
    own = tables.Keys(CounterItem, [(key, SORT_KEY) for key in wanted])
    found, *others = tables.read_together(own, *beside)
    counters = {key: Counter(key, None, 0, 0) for key in wanted}
    for item in cast(list[CounterItem], found):
        counters[item.pk] = Counter(
            item.pk, int(item.failures), int(item.locked_until), int(item.expires_at)
        )
    return counters, others


def settle(changes: Sequence[Change], used: tuple[str, int] | None, also: Also) -> bool:
    """Writes all changes, the used challenge (key, epoch of expiry) and what else there is.

    False if anything was no longer as read: then nothing was written.
    """
    with tables.Together() as transaction:
        for was, failures, locked_until, expires_at in changes:
            if failures is None:
                transaction.condition_check(CounterItem, was.key, SORT_KEY, condition=_still(was))
                continue
            item = CounterItem(
                was.key,
                SORT_KEY,
                failures=failures,
                locked_until=locked_until,
                expires_at=expires_at,
            )
            transaction.save(item, condition=_still(was))
        if used is not None:
            key, expires_at = used
            spent = CounterItem(key, SORT_KEY, failures=0, locked_until=0, expires_at=expires_at)
            transaction.save(spent, condition=CounterItem.pk.does_not_exist())
        also(transaction)
    return transaction.done


def increment(key: str, expires_at: int) -> int:
    """Adds one to a counter that needs no decision before it; what it then says."""
    item = CounterItem(key, SORT_KEY)
    item.update(
        actions=[
            CounterItem.failures.add(1),
            CounterItem.locked_until.set(0),
            CounterItem.expires_at.set(expires_at),
        ]
    )
    return int(item.failures)


def spend(key: str, expires_at: int) -> bool:
    """Notes that a solved challenge was used; False if it was before."""
    item = CounterItem(key, SORT_KEY, failures=0, locked_until=0, expires_at=expires_at)
    return item.add()


def _still(was: Counter) -> Condition:
    """That nobody changed the counter since it was read."""
    if was.failures is None:
        return CounterItem.pk.does_not_exist()
    same = (CounterItem.failures == was.failures) & (CounterItem.expires_at == was.expires_at)
    return cast(Condition, same)
