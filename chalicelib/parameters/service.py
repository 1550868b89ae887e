"""What holds on a day, and how it changes: asked for by one person, approved by another."""

import time
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from chalicelib import clock, texts, validation
from chalicelib.approvals import service as approvals
from chalicelib.approvals.service import Approval
from chalicelib.errors import FieldError, InvalidInputError, NotFoundError, OvertakenError
from chalicelib.parameters import store
from chalicelib.staff.model import Staff

ACTION = "change_parameter"
CACHE_SECONDS = 60
"""How long a value that was just changed may still be the old one."""


def value(name: str, day: date) -> Any:
    """What holds on the day: the newest version from then or before, else the default."""
    # A span of the process, not a time of day: the clock module is for those.
    return _holding(name, day, _versions(name, int(time.monotonic() // CACHE_SECONDS)))


def every(day: date) -> list[dict[str, Any]]:
    """All parameters with what holds on the day and what is to come."""
    found = []
    for name, definition in _definitions().items():
        versions = _stored(name)
        found.append(
            {
                "name": name,
                "description": definition["description"],
                "value": _holding(name, day, versions),
                "version": versions[0][0] if versions else 0,
                "coming": [
                    {"value": value, "holds_from": holds_from}
                    for _, value, holds_from in reversed(versions)
                    if holds_from > day.isoformat()
                ],
            }
        )
    return found


def ask(staff: Staff, name: str, change: dict[str, Any], language: str, at: datetime) -> Approval:
    """Puts a change before a second person; InvalidInputError if the value is not allowed."""
    definition = _definitions().get(name)
    if definition is None:
        raise NotFoundError
    if not _allowed(definition, change["value"]):
        detail = texts.text("field.invalid", language)
        raise InvalidInputError([FieldError("/value", "invalid", detail)])
    if change["holds_from"] < clock.shanghai_day(at).isoformat() or not _is_day(
        change["holds_from"]
    ):
        detail = texts.text("field.invalid", language)
        raise InvalidInputError([FieldError("/holds_from", "invalid", detail)])
    versions = _stored(name)
    content = {**change, "name": name, "version": (versions[0][0] if versions else 0) + 1}
    return approvals.ask(staff, ACTION, None, content, at)


@approvals.performs(ACTION)
def _change(approval: Approval) -> None:
    """Writes the version that was approved; OvertakenError if another took its number first."""
    content = approval.content
    item = store.ParameterItem(
        content["name"],
        content["version"],
        value=content["value"],
        holds_from=content["holds_from"],
        approval_id=approval.approval_id,
    )
    if store.add(item) != approval.approval_id:
        raise OvertakenError


def _holding(name: str, day: date, versions: tuple[tuple[int, Any, str], ...]) -> Any:
    for _, value, holds_from in versions:
        if holds_from <= day.isoformat():
            return value
    return _definitions()[name]["default"]


@lru_cache(maxsize=256)
def _versions(name: str, _period: int) -> tuple[tuple[int, Any, str], ...]:
    return _stored(name)


def _stored(name: str) -> tuple[tuple[int, Any, str], ...]:
    """(version, value, first day), the newest version first: a later one wins over an earlier."""
    return tuple((int(i.sk), i.value, str(i.holds_from)) for i in store.versions(name))


def _allowed(definition: dict[str, Any], value: Any) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole and bool(definition["least"] <= value <= definition["most"])


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@cache
def _definitions() -> dict[str, Any]:
    definitions: dict[str, Any] = validation.load("data/parameters")["parameters"]
    return definitions
