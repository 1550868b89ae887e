"""Pages of lists: `limit` and `cursor` as the contract has them, opaque to whoever sends it."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib import texts
from chalicelib.errors import FieldError, InvalidInputError

LIMIT = 100
DEFAULT = 50


@dataclass(frozen=True)
class Page:
    """What was asked for: how many, and after which key (None from the beginning)."""

    limit: int
    after: str | None = None


def asked(query: Mapping[str, str], language: str) -> Page:
    """The page that a query string asks for; InvalidInputError names a broken parameter."""
    limit = query.get("limit", str(DEFAULT))
    if not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:4]) <= LIMIT):
        raise InvalidInputError([_broken("limit", language)])
    cursor = query.get("cursor")
    if cursor is None:
        return Page(int(limit))
    try:
        return Page(int(limit), base64.urlsafe_b64decode(cursor.encode("ascii")).decode())
    except ValueError as error:
        raise InvalidInputError([_broken("cursor", language)]) from error


def answer(items: Sequence[Any], after: str | None) -> dict[str, Any]:
    """The page as answered; `after` is the key to go on after, None at the end."""
    cursor = after and base64.urlsafe_b64encode(after.encode()).decode()
    return {"items": list(items), "cursor": cursor}


def _broken(name: str, language: str) -> FieldError:
    return FieldError(f"/{name}", "invalid", texts.text("field.invalid", language))
