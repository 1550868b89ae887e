"""What is put on record of a request, and how: one event, no personal data of customers."""

import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from chalicelib import clock, sealing, texts, validation
from chalicelib.audit import store
from chalicelib.pages import Page

OBJECTS = 100
"""Keys of things in one event; a list page is no longer."""
PURPOSE_LENGTH = 200
FREE_TEXT = "free_text"
"""What stands in the facts for a purpose that is no code: people write names into such fields."""
_LONG_NUMBER = re.compile(r"\d(?:[\s-]?\d){5,}[Xx]?")


@dataclass
class Trace:
    """What a request has touched, filled in by the view while it works."""

    objects: list[str] = field(default_factory=list)
    fields: set[str] = field(default_factory=set)
    purpose: str | None = None

    def touch(self, *objects: str, fields: Iterable[str] = (), purpose: str | None = None) -> None:
        """Notes keys of things (`claim/R2026…`), names of fields seen or changed, and why."""
        self.objects.extend(objects)
        self.fields.update(fields)
        self.purpose = purpose or self.purpose


@dataclass(frozen=True)
class Actor:
    """Who: a member of staff by subject, or `public` without roles and organisation."""

    subject: str
    roles: tuple[str, ...] = ()
    organisation: str | None = None
    department: str | None = None


def record(
    actor: Actor,
    *,
    action: str,
    outcome: str,
    status: int,
    trace: Trace,
    request_id: str,
    caller: str,
    at: datetime,
) -> str:
    """Adds an event and returns its id. `caller` is an address; only its keyed hash is kept."""
    event_id = secrets.token_hex(8)
    day = clock.shanghai_day(at)
    written = without_numbers(trace.purpose)
    is_code = written is None or _purpose(written, day.isoformat()) is not None
    facts = {
        "event_id": event_id,
        "at": clock.stored(at),
        "subject": actor.subject,
        "roles": sorted(actor.roles),
        "organisation": actor.organisation,
        "department": actor.department,
        "caller": sealing.keyed_hash("caller", caller),
        "action": action,
        "outcome": outcome,
        "status": status,
        "objects": trace.objects[:OBJECTS],
        "object_count": len(trace.objects),
        "fields": sorted(trace.fields),
        "purpose": written if is_code else FREE_TEXT,
        "request_id": request_id,
    }
    event = store.Event(
        day.isoformat(),
        clock.stored(at),
        event_id,
        json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True),
        actor.subject,
        trace.objects[0] if trace.objects else None,
    )
    if not is_code:
        content = {"purpose": written}
        event = event._replace(sealed=sealing.seal("audit", "/".join(event.key), content))
    store.add(event)
    return event_id


def events(
    *, day: str | None, subject: str | None, thing: str | None, page: Page
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of events by one of the three, the newest first, and the key to go on after."""
    if subject is not None:
        items = store.of_subject(subject, page.after, page.limit)
    elif thing is not None:
        items = store.of_object(thing, page.after, page.limit)
    else:
        items = store.of_day(str(day), page.after, page.limit)
    after = items[-1].sk if len(items) == page.limit else None
    return [_whole(item) for item in items], after


def purpose_name(event: dict[str, Any], language: str) -> str | None:
    """The purpose in words: a code's name, or what somebody wrote."""
    purpose, day = event["purpose"], str(clock.shanghai_day(clock.parse(event["at"])))
    named = _purpose(purpose, day) if purpose else None
    return str(named.get(language, named[texts.BASE])) if named else purpose


def reseal(key: str, sort_key: str) -> bool:
    """Seals one purpose anew if an older key sealed it; whether anything had to be written."""
    item = store.get(key, sort_key)
    if item is None or item.sealed is None or sealing.is_current("audit", item.sealed):
        return False
    content = sealing.unseal("audit", f"{key}/{sort_key}", item.sealed)
    store.renew(item, sealing.seal("audit", f"{key}/{sort_key}", content))
    return True


def without_numbers(purpose: str | None) -> str | None:
    """A purpose as it may be kept: people write telephone and ID numbers into such fields."""
    return purpose and _LONG_NUMBER.sub("***", purpose)[:PURPOSE_LENGTH]


def _whole(item: store.AuditItem) -> dict[str, Any]:
    """An event for those who may read the audit: with the purpose as it was written."""
    facts: dict[str, Any] = json.loads(item.facts)
    if item.sealed is not None:
        facts |= sealing.unseal("audit", f"{item.pk}/{item.sk}", item.sealed)
    return facts


def _purpose(text: str, day: str) -> dict[str, str] | None:
    """The names of a purpose that is a code of the list on the day."""
    found = _purposes().get(text)
    return found if found is not None and found["from"] <= day else None


@cache
def _purposes() -> dict[str, dict[str, str]]:
    purposes: dict[str, dict[str, str]] = validation.load("data/purposes")["purposes"]
    return purposes
