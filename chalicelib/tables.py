"""What all DynamoDB models share: names from the template, timeouts below the gateway's."""

import json
from functools import cache
from typing import Any

from pynamodb.attributes import JSONAttribute
from pynamodb.connection import Connection
from pynamodb.exceptions import TransactWriteError

from chalicelib import settings

ITEM_SCHEMA = 1
"""Version of the item layout, written into every item so that old ones stay readable."""


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


class CompactJSONAttribute(JSONAttribute):
    """A JSON document as one string: a tenth of a map's parsing, and Chinese stays readable."""

    def serialize(self, value: Any) -> str:
        """Compact and unescaped."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@cache
def connection() -> Connection:
    """One connection for transactions: PynamoDB would make a client of 60 ms for each."""
    return Connection(
        connect_timeout_seconds=TableMeta.connect_timeout_seconds,
        read_timeout_seconds=TableMeta.read_timeout_seconds,
        max_retry_attempts=TableMeta.max_retry_attempts,
    )


_OVERTAKEN = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


def overtaken(error: TransactWriteError) -> bool:
    """Whether a transaction failed because another writer came first: read again, decide anew."""
    codes = {reason.code for reason in error.cancellation_reasons if reason is not None}
    return bool(codes & _OVERTAKEN) or error.cause_response_code == "TransactionInProgressException"
