"""What all DynamoDB models share: names from the template, timeouts below the gateway's."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import batched
from typing import Any, NamedTuple, Self

from pynamodb.attributes import (
    BinaryAttribute,
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
)
from pynamodb.connection import Connection
from pynamodb.connection.base import BOTOCORE_EXCEPTIONS
from pynamodb.constants import (
    BATCH_GET_ITEM,
    NONE,
    RETURN_CONSUMED_CAPACITY,
    TRANSACT_ITEMS,
    TRANSACT_WRITE_ITEMS,
)
from pynamodb.exceptions import (
    DeleteError,
    DoesNotExist,
    GetError,
    PutError,
    PynamoDBException,
    TransactWriteError,
    UpdateError,
)
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib import bodies, layouts, settings

ITEM_SCHEMA = layouts.newest()
"""Version of the item layout, written into every item so that old ones stay readable."""


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class TableName:
    """The table's name, read from the environment when a model first needs it."""

    def __init__(self, variable: str) -> None:
        self.variable = variable

    def __get__(self, instance: object, owner: type | None = None) -> str:
        return settings.get(self.variable)


class TableMeta:
    """Base of every model's `Meta`. PynamoDB's own defaults wait 30 s, longer than the gateway."""

    connect_timeout_seconds = 2
    read_timeout_seconds = 5
    max_retry_attempts = 4


class StoredModel(Model):
    """What every model is: an item that an older release wrote is read as this one writes it."""

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """By which PynamoDB reads, whatever was asked."""
        table = cls.Meta.table_name
        return super().from_raw_data(layouts.upgraded(table, data))

    @classmethod
    def standing(cls, key: Any, sort_key: Any = None, *, consistent: bool = True) -> Self | None:
        """The item of a full key as it stands now (a moment ago if not `consistent`, at half the
        price), None if there is none."""
        try:
            return cls.get(key, sort_key, consistent_read=consistent)
        except DoesNotExist:
            return None

    def add(self) -> bool:
        """Stores the item where there is none; False if one stands there, which stays."""
        attributes = type(self).get_attributes()
        hash_key = next(found for found in attributes.values() if found.is_hash_key)
        return self.put_if(hash_key.does_not_exist())

    def put_if(self, condition: Condition) -> bool:
        """Stores the item if the condition holds of what stands there; False if it does not."""
        try:
            self.save(condition=condition)
        except PutError as error:
            return _failed_only_its_condition(error)
        return True

    def change_if(self, actions: Iterable[Action], condition: Condition) -> bool:
        """Changes what stands there if the condition holds of it; False if it does not."""
        try:
            self.update(actions=list(actions), condition=condition)
        except UpdateError as error:
            return _failed_only_its_condition(error)
        return True

    def remove_if(self, condition: Condition) -> bool:
        """Deletes what stands there if the condition holds of it; False if it does not."""
        try:
            self.delete(condition=condition)
        except DeleteError as error:
            return _failed_only_its_condition(error)
        return True

    def renew(self, sealed: bytes) -> bool:
        """Puts the same content under a newer key; False if it changed since it was read."""
        attribute = type(self).get_attributes()["sealed"]
        before = attribute == self.attribute_values["sealed"]
        return self.change_if([attribute.set(sealed)], before)


def _failed_only_its_condition(error: PynamoDBException) -> bool:
    """False, as an answer; whatever else went wrong is raised again."""
    if error.cause_response_code != "ConditionalCheckFailedException":
        raise error
    return False


# PynamoDB annotates the making of an index only in part; what is made from this one is typed.
class SecondaryIndex(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]  # see above
    """A global secondary index; its `Meta` names it and what it projects."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)  # type: ignore[no-untyped-call]  # see above


class CompactJSONAttribute(JSONAttribute):
    """A JSON document as one string: a tenth of a map's parsing, and Chinese stays readable."""

    def serialize(self, value: Any) -> str:
        """Compact and unescaped."""
        return _compact(value)


class KeyedModel(StoredModel):
    """An item under a partition and a sort key."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    schema = NumberAttribute(default=ITEM_SCHEMA)


class FactsModel(KeyedModel):
    """An item of open facts; what is personal in it, if anything is, is one sealed value."""

    facts = CompactJSONAttribute()
    sealed = BinaryAttribute(legacy_encoding=False, null=True)


def as_stored(model: type[Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """An item as DynamoDB takes it, by the model's attributes and without an instance of it.

    A model with twenty attributes costs ten times as much: import writes millions.
    """
    attributes = _attributes(model)
    stored = {}
    for name, value in values.items():
        if value is not None:
            stored_name, kind, serialize = attributes[name]
            stored[stored_name] = {kind: serialize(value)}
    return stored


@cache
def _attributes(model: type[Model]) -> dict[str, tuple[str, str, Callable[[Any], Any]]]:
    return {
        name: (attribute.attr_name, attribute.attr_type, attribute.serialize)
        for name, attribute in model.get_attributes().items()
    }


def put_of(
    model: type[Model], item: Mapping[str, Any], condition: Condition | None = None
) -> dict[str, Any]:
    """A put of a transaction, with what must hold for it."""
    put = {"TableName": model.Meta.table_name, "Item": item}
    if condition is not None:
        names: dict[str, str] = {}
        values: dict[str, Any] = {}
        put["ConditionExpression"] = condition.serialize(names, values)
        put["ExpressionAttributeNames"] = {short: name for name, short in names.items()}
        if values:
            put["ExpressionAttributeValues"] = values
    return put


class _Connection(Connection):
    """Asks for no account of what calls consume: nobody reads it, and making it takes time."""

    def get_consumed_capacity_map(self, _asked: str) -> dict[str, str]:
        """PynamoDB asks for the total wherever nothing else is said."""
        return {RETURN_CONSUMED_CAPACITY: NONE}

    def write(self, items: bodies.Written) -> None:
        """A transaction that was written before; TransactWriteError as PynamoDB raises it."""
        try:
            self.dispatch(TRANSACT_WRITE_ITEMS, {TRANSACT_ITEMS: items})
        except BOTOCORE_EXCEPTIONS as error:
            raise TransactWriteError("transaction refused", error) from error


@cache
def connection() -> _Connection:
    """One connection for transactions: PynamoDB would make a client of 60 ms for each."""
    found = _Connection(
        connect_timeout_seconds=TableMeta.connect_timeout_seconds,
        read_timeout_seconds=TableMeta.read_timeout_seconds,
        max_retry_attempts=TableMeta.max_retry_attempts,
    )
    bodies.write_plainly(found.client)
    return found


class Keys(NamedTuple):
    """Items of one model by their full keys (partition, sort), to be read beside others'."""

    model: type[Model]
    keys: Sequence[tuple[str, str]]
    presence: bool = False
    """Whether only their keys come back: enough to know that they are there, however large."""


_BATCH_ROUNDS = 8
_BATCH = 100
"""Keys that DynamoDB reads at once."""


def read_together(*wanted: Keys) -> list[list[Model]]:
    """What is there of each part, as it stands now, in no order: a round trip for 100 keys.

    A table has one part. PynamoDB reads batches of one table only. GetError if DynamoDB keeps
    leaving keys over.
    """
    found: dict[str, list[Any]] = {model.Meta.table_name: [] for model, *_ in wanted}
    parts = [(part, key) for part in wanted for key in part.keys]
    for some in batched(parts, _BATCH):
        for table, items in _read(some).items():
            found[table] += items
    return [
        [model.from_raw_data(item) for item in found[model.Meta.table_name]] for model, *_ in wanted
    ]


def _read(parts: Iterable[tuple[Keys, tuple[str, str]]]) -> dict[str, list[Any]]:
    """Raw items by table."""
    asked: dict[str, Any] = {}
    for (model, _, presence), (key, sort_key) in parts:
        only = {"ProjectionExpression": "pk, sk"} if presence else {}
        of_table = asked.setdefault(
            model.Meta.table_name, {"Keys": [], "ConsistentRead": True, **only}
        )
        of_table["Keys"].append({"pk": {"S": key}, "sk": {"S": sort_key}})
    found: dict[str, list[Any]] = {table: [] for table in asked}
    for _ in range(_BATCH_ROUNDS):
        answer = connection().dispatch(BATCH_GET_ITEM, {"RequestItems": asked})
        for table, items in answer["Responses"].items():
            found[table] += items
        asked = answer.get("UnprocessedKeys") or {}
        if not asked:
            return found
    raise GetError("DynamoDB left keys of a batch over again and again")


_OVERTAKEN = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


def overtaken(error: TransactWriteError) -> bool:
    """Whether a transaction failed because another writer came first: read again, decide anew."""
    codes = {reason.code for reason in error.cancellation_reasons if reason is not None}
    return bool(codes & _OVERTAKEN) or error.cause_response_code == "TransactionInProgressException"


class Together(TransactWrite):
    """Writes that come about all or not at all, in one transaction at the end of its `with`.

    `done` says afterwards whether they did: not, if another writer came first and all must be read
    again and decided anew.
    """

    done = False

    def __init__(self) -> None:
        super().__init__(connection=connection())

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        try:
            super().__exit__(kind, error, trace)  # type: ignore[no-untyped-call]  # of PynamoDB
        except TransactWriteError as refused:
            if not overtaken(refused):
                raise
        else:
            self.done = kind is None
