"""Pages of lists: `limit` and `cursor` as the contract has them, opaque to whoever sends it."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib import texts
from chalicelib.errors import FieldError, InvalidInputError

LIMIT = 100
DEFAULT = 50
QUERY = ("limit", "cursor")
"""What routes of lists declare as their query parameters."""

_ANY = re.compile(".*", re.DOTALL)
_NUMBER = re.compile(r"[0-9]{1,3}")
_KEY_BYTES = 1024
"""The longest sort key of DynamoDB."""


@dataclass(frozen=True)
class Page:
    """What was asked for: how many, and after which key (None from the beginning)."""

    limit: int
    after: str | None = None


def asked(
    query: Mapping[str, str],
    language: str,
    *,
    default: int = DEFAULT,
    form: re.Pattern[str] = _ANY,
) -> Page:
    """The page that a query string asks for; InvalidInputError names a broken parameter.

    `form` is what keys of the list look like, where the store would stumble over others.
    """
    limit = query.get("limit", str(default))
    if not (_NUMBER.fullmatch(limit) and 1 <= int(limit) <= LIMIT):
        raise InvalidInputError([_broken("limit", language)])
    cursor = query.get("cursor")
    if cursor is None:
        return Page(int(limit))
    try:
        key = base64.urlsafe_b64decode(cursor.encode("ascii"))
        after = key.decode()
    except ValueError as error:
        raise InvalidInputError([_broken("cursor", language)]) from error
    if not (1 <= len(key) <= _KEY_BYTES and form.fullmatch(after)):
        raise InvalidInputError([_broken("cursor", language)])
    return Page(int(limit), after)


def answer(items: Sequence[Any], after: str | None) -> dict[str, Any]:
    """The page as answered; `after` is the key to go on after, None at the end."""
    cursor = after and base64.urlsafe_b64encode(after.encode()).decode()
    return {"items": list(items), "cursor": cursor}


def _broken(name: str, language: str) -> FieldError:
    return FieldError(f"/{name}", "invalid", texts.text("field.invalid", language))
