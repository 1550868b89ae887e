"""Bodies of large requests to DynamoDB, written without botocore's walk through every value.

Items come as DynamoDB takes them already. botocore takes each apart nevertheless, to find what is
binary, and looks for an account in the table's name of each: 40 of 60 µs for a policy. Here the
items pass it by, and come back before the request is checked and signed. All events are public,
and whoever else reads of a call by them, as who checks permissions does, reads the whole of it.
"""

import json
from base64 import b64encode
from collections.abc import Iterable
from typing import Any

_OPERATION = "TransactWriteItems"
_ITEMS = "TransactItems"


class Written(list[dict[str, Any]]):
    """Items of a transaction with their text, written before it is their turn to be sent."""

    def __init__(self, items: Iterable[dict[str, Any]]) -> None:
        super().__init__(items)
        self.text = _encode(self)


def write_plainly(client: Any) -> None:
    """From now on the client, which must not validate, writes its transactions so."""
    events = client.meta.events
    events.register(f"provide-client-params.dynamodb.{_OPERATION}", _copied)
    # Last, and of all operations: what is registered of one alone comes before that of all.
    events.register_last("before-parameter-build", _set_aside)
    # First, so that whoever else looks at the body sees the whole one.
    events.register_first(f"before-call.dynamodb.{_OPERATION}", _put_back)


def _copied(params: dict[str, Any], **_: Any) -> dict[str, Any]:
    """The request is the caller's, who may send it again."""
    return dict(params)


def _set_aside(params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
    """Leaves botocore all but the items to go through; a token has been added already."""
    if model.name == _OPERATION:
        context[_ITEMS], params[_ITEMS] = params[_ITEMS], []


def _put_back(params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
    items = context.pop(_ITEMS)
    text = items.text if isinstance(items, Written) else _encode(items)
    rest = json.loads(params["body"])
    del rest[_ITEMS]
    # Never empty: botocore has added a token.
    params["body"] = f'{{"{_ITEMS}":{text},{_encode(rest)[1:]}'.encode()


def _text(binary: bytes) -> str:
    """Bytes are the one type in items that JSON does not have."""
    return b64encode(binary).decode()


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_text).encode
