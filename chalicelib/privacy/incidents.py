"""The register of leaks and other incidents (安全事件, A3): who is to be told by when, who was.

The notices are dated data (schemas/data/incidents.json). Incidents of a year stand together, what
happens to one is added to its events; nothing is taken away. An incident is not closed before
everybody was told.
"""

import hashlib
import json
import re
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib import clock, languages, sealing, texts, validation
from chalicelib.errors import FieldError, InvalidInputError, NotFoundError
from chalicelib.pages import Page
from chalicelib.privacy import store
from chalicelib.privacy.store import PrivacyItem

_NUMBER = re.compile(r"IN[0-9]{8}[0-9A-F]{12}")


def report(given: dict[str, Any], by: str, language: str, at: datetime) -> dict[str, Any]:
    """Puts an incident on the register; the same report again on its day is the same incident."""
    discovered = _instant(given["discovered_at"], language)
    if discovered > at:
        raise InvalidInputError([_broken("/discovered_at", "invalid", language)])
    same = json.dumps([given, by], sort_keys=True).encode()
    short = hashlib.sha256(same).hexdigest()[:12].upper()
    number = f"IN{clock.shanghai_day(at):%Y%m%d}{short}"
    facts = {
        "kind": given["kind"],
        "larger": given["larger"],
        "people": given.get("people"),
        "discovered_at": clock.stored(discovered),
        "reported_at": clock.stored(at),
        "reported_by": by,
        "state": "open",
        "told": {},
    }
    key = _partition(number)
    written = {"description": given["description"]}
    item = PrivacyItem(key, number, facts=facts, sealed=_seal(key, number, written))
    if not store.add(item):
        item = store.get(key, number) or item
    return _shown(item, language, at)


def listed(
    year: int, page: Page, language: str, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the year's incidents, the newest first, and the key to go on after."""
    items = store.page(f"incidents/{year}", page.after, page.limit)
    after = items[-1].sk if len(items) == page.limit else None
    return [_shown(item, language, at) for item in items], after


def act(number: str, step: dict[str, str], by: str, language: str, at: datetime) -> dict[str, Any]:
    """Notes a notice or closes; InvalidInputError names which notices are still to be given."""
    item = store.get(_partition(number), number) if _NUMBER.fullmatch(number) else None
    if item is None:
        raise NotFoundError
    facts = _after(item.facts, step, language, at)
    key, sort_key = f"incident/{number}", f"event/{int(item.events) + 1:04d}"
    known = {name: step[name] for name in ("action", "clock") if name in step}
    event = PrivacyItem(
        key,
        sort_key,
        facts={"at": clock.stored(at), "by": by, **known},
        sealed=_seal(key, sort_key, {"note": step["note"]}),
    )
    if not store.append(item, facts, event):
        return act(number, step, by, language, at)
    item.facts = facts
    return _shown(item, language, at)


def _after(
    facts: dict[str, Any], step: dict[str, str], language: str, at: datetime
) -> dict[str, Any]:
    """What the step makes of an incident."""
    waiting = [rule["clock"] for rule in _clocks(facts) if rule["clock"] not in facts["told"]]
    if facts["state"] == "closed":
        raise InvalidInputError([_broken("/action", "invalid", language)])
    if step["action"] == "told":
        if step.get("clock") not in waiting:
            raise InvalidInputError([_broken("/clock", "not-listed", language, waiting)])
        return {**facts, "told": {**facts["told"], step["clock"]: clock.stored(at)}}
    if waiting:
        # Closing with notices outstanding would hide them: each is given or noted first.
        raise InvalidInputError([_broken("/clock", "not-listed", language, waiting)])
    return {**facts, "state": "closed", "closed_at": clock.stored(at)}


def _shown(item: PrivacyItem, language: str, at: datetime) -> dict[str, Any]:
    facts = item.facts
    written = sealing.unseal("privacy", f"{item.pk}/{item.sk}", item.sealed)
    return {
        "incident_no": item.sk,
        **{name: facts[name] for name in ("kind", "larger", "people", "state")},
        "discovered_at": clock.shown(clock.parse(facts["discovered_at"])),
        "description": written["description"],
        "clocks": [_notice(facts, rule, language, at) for rule in _clocks(facts)],
    }


def _notice(
    facts: dict[str, Any], rule: dict[str, Any], language: str, at: datetime
) -> dict[str, Any]:
    due = clock.parse(facts["discovered_at"]) + timedelta(hours=rule["hours"])
    told = facts["told"].get(rule["clock"])
    return {
        "clock": rule["clock"],
        "to": languages.label(rule["to"], language),
        "due_at": clock.shown(due),
        "told_at": told and clock.shown(clock.parse(told)),
        "overdue": (clock.parse(told) if told else at) > due,
    }


def _clocks(facts: dict[str, Any]) -> list[dict[str, Any]]:
    """The notices that the rules of the day of discovery ask for, the most urgent first."""
    day: date = clock.shanghai_day(clock.parse(facts["discovered_at"]))
    held = [
        rule
        for rule in validation.load("data/incidents")["clocks"]
        if rule["from"] <= day.isoformat()
        and facts["kind"] in rule["kinds"]
        and (facts["larger"] or not rule["larger"])
    ]
    return sorted(held, key=lambda rule: int(rule["hours"]))


def _instant(text: str, language: str) -> datetime:
    try:
        return clock.parse(text)
    except ValueError as error:
        raise InvalidInputError([_broken("/discovered_at", "invalid", language)]) from error


def _broken(pointer: str, code: str, language: str, allowed: list[str] | None = None) -> FieldError:
    words = {"limit": ", ".join(allowed)} if allowed else {}
    return FieldError(pointer, code, texts.text(f"field.{code}", language, **words))


def _partition(number: str) -> str:
    return f"incidents/{number[2:6]}"


def _seal(key: str, sort_key: str, content: dict[str, Any]) -> bytes:
    return sealing.seal("privacy", f"{key}/{sort_key}", content)
