"""What is put on record of a request, and how: one event, no personal data of customers."""

import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib import clock, sealing
from chalicelib.audit import store
from chalicelib.pages import Page

OBJECTS = 100
"""Keys of things in one event; a list page is no longer."""
PURPOSE_LENGTH = 200
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


PUBLIC = Actor("public")


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
        "purpose": without_numbers(trace.purpose),
        "request_id": request_id,
    }
    store.add(
        clock.shanghai_day(at).isoformat(),
        clock.stored(at),
        event_id,
        json.dumps(facts, ensure_ascii=False, separators=(",", ":"), sort_keys=True),
        actor.subject,
        trace.objects[0] if trace.objects else None,
    )
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
    return [json.loads(item.facts) for item in items], after


def without_numbers(purpose: str | None) -> str | None:
    """A purpose as it may be kept: people write telephone and ID numbers into such fields."""
    return purpose and _LONG_NUMBER.sub("***", purpose)[:PURPOSE_LENGTH]
