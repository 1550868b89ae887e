"""The rules of privacy requests: due when the dated data say, moved on by allowed steps only.

Deletion becomes restriction while the law demands keeping (PIPL art. 47): `fulfil` is refused until
the retention of all the person's policies is over.
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib import clock, codes, retention, sealing, texts, validation
from chalicelib.analysis import service as analysis
from chalicelib.approvals import service as approvals
from chalicelib.approvals.service import Approval
from chalicelib.errors import (
    FieldError,
    InvalidInputError,
    NotFoundError,
    PreconditionFailedError,
)
from chalicelib.pages import Page
from chalicelib.policies import service as policies
from chalicelib.privacy import copies, holds, restrictions, store
from chalicelib.staff.model import Staff
from chalicelib.tokens import QueryToken

_NUMBER = re.compile(r"PR[0-9]{8}[0-9A-F]{12}")
_WRITTEN = ("description", "item", "corrected", "phone")
"""What people wrote: sealed."""
LIFT = "lift_restriction"
_LIFTED = "lifted"
_POLICIES = 100
_EVENTS = 20
"""The newest events of a request that are looked through."""


def receive(
    token: QueryToken, request: dict[str, str], at: datetime, language: str = texts.BASE
) -> dict[str, str]:
    """Takes a request of the token's bearer; the same request again is the same number.

    In the language of the first time a copy is made too, beside Chinese.
    """
    day = clock.shanghai_day(at)
    number = _number(token, request, day)
    record = policies.find(token.policy_no)
    facts: dict[str, Any] = {
        "kind": request["kind"],
        "status": "received",
        "received_at": clock.stored(at),
        "due_at": clock.stored(clock.end_of_day(day + timedelta(days=_days(request["kind"], day)))),
        "policy_no": token.policy_no,
        "organisation": record.organisation if record else None,
        "assurance": token.assurance,
        "language": language,
    }
    written = {name: request[name] for name in _WRITTEN if name in request}
    key = _partition(number)
    item = store.PrivacyItem(key, number, facts=facts, sealed=_seal(key, number, written))
    if not store.add(item):
        standing = store.get(key, number)
        facts = standing.facts if standing else facts
    return {"request_no": number, "due_at": clock.shown(clock.parse(facts["due_at"]))}


def listed(
    year: int,
    page: Page,
    sees: Callable[[str | None], bool],
    at: datetime,
    language: str = texts.BASE,
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the year's requests that the reader may see, the newest first."""
    items = store.page(f"requests/{year}", page.after, page.limit)
    after = items[-1].sk if len(items) == page.limit else None
    seen = [item for item in items if sees(item.facts["organisation"])]
    return [_shown(item, language, at) for item in seen], after


def act(
    number: str,
    step: dict[str, str],
    by: str,
    sees: Callable[[str | None], bool],
    language: str,
    at: datetime,
    expected: str | None = None,
) -> dict[str, Any]:
    """Moves a request on; InvalidInputError names what is allowed from where it stands.

    `expected` is the If-Match header; PreconditionFailedError if the request has moved on.
    """
    item = _seen(number, sees, expected)
    _check(item.facts, step["action"], language, clock.shanghai_day(at))
    facts = {**item.facts, "status": _rules()["actions"][step["action"]]}
    if step["action"] == "copy":
        facts["copy"] = {"status": copies.ASKED, "at": clock.stored(at)}
    written: dict[str, Any] = {name: text for name, text in step.items() if name != "action"}
    key, sort_key = f"request/{number}", f"event/{int(item.events) + 1:04d}"
    event = store.PrivacyItem(
        key,
        sort_key,
        facts={"at": clock.stored(at), "by": by, "action": step["action"]},
        sealed=_seal(key, sort_key, written),
    )
    record = policies.find(facts["policy_no"]) if step["action"] == "restrict" else None
    also = restrictions.of(record, number) if record else None
    if record:
        analysis.note_person(record)
    if not store.append(item, facts, event, also):
        return act(number, step, by, sees, language, at, expected)
    if step["action"] == "copy":
        copies.ask(number)
    item.facts, item.events = facts, int(item.events) + 1
    return _shown(item, language, at)


def ask_to_lift(
    staff: Staff,
    number: str,
    step: dict[str, str],
    sees: Callable[[str | None], bool],
    language: str,
    at: datetime,
    expected: str | None = None,
) -> tuple[dict[str, Any], str]:
    """Puts the end of a restriction before another person: the request and the approval's id."""
    item = _seen(number, sees, expected)
    _check(item.facts, "lift", language, clock.shanghai_day(at))
    content = {"request_no": number, "reason": step.get("note"), "message": step.get("message")}
    approval = approvals.ask(staff, LIFT, item.facts["organisation"], content, at)
    return _shown(item, language, at), approval.approval_id


@approvals.performs(LIFT)
def _lift(approval: Approval) -> None:
    """Ends the restriction, unless another request asks for it too."""
    number = approval.content["request_no"]
    item = store.get(_partition(number), number)
    if item is None or item.facts["status"] == _LIFTED:
        return
    record = policies.find(item.facts["policy_no"])
    standing = restrictions.standing_of(record) if record else None
    left = restrictions.without(standing, number) if standing else None
    if record:
        analysis.note_person(record)
    key, sort_key = f"request/{number}", f"event/{int(item.events) + 1:04d}"
    at, told = approval.decided_at, {"at": approval.decided_at, "by": approval.asked_by}
    written = {"message": approval.content["message"], "note": approval.content["reason"]}
    event = store.PrivacyItem(
        key,
        sort_key,
        facts={**told, "action": "lift", "reviewed_by": approval.decided_by},
        sealed=_seal(key, sort_key, {name: text for name, text in written.items() if text}),
    )
    facts = {**item.facts, "status": _LIFTED, "lifted_at": at}
    if not store.append(item, facts, event, left, None if left else standing):
        _lift(approval)


def of_person(token: QueryToken, number: str, language: str, at: datetime) -> dict[str, Any]:
    """A request as who made it sees it; NotFoundError for another's.

    The copy of one's data opens to a query by ID number only.
    """
    item = store.get(_partition(number), number) if _NUMBER.fullmatch(number) else None
    if item is None or item.facts["policy_no"] != token.policy_no:
        raise NotFoundError
    facts = item.facts
    copy = facts.get("copy") if token.assurance == "id" else None
    return {
        "request_no": number,
        **_named(facts, language),
        "received_at": clock.shown(clock.parse(facts["received_at"])),
        "due_at": clock.shown(clock.parse(facts["due_at"])),
        "message": _message(number),
        "copies": copies.links(number, copy, at) if copy else [],
    }


def reseal(key: str, sort_key: str) -> bool:
    """Seals one item anew if an older key sealed it; whether anything had to be written."""
    item = store.get(key, sort_key)
    newest = restrictions.moved(item) if item and key.startswith(restrictions.PREFIX) else None
    if item and newest:
        return store.move(item, newest)
    if item is None or sealing.is_current("privacy", item.sealed):
        return False
    content = sealing.unseal("privacy", f"{key}/{sort_key}", item.sealed)
    return item.renew(_seal(key, sort_key, content))


def _check(facts: dict[str, Any], action: str, language: str, day: date) -> None:
    allowed = _rules()["steps"][facts["status"]]
    if action not in allowed:
        detail = texts.text("field.not-listed", language, limit=", ".join(allowed))
        raise InvalidInputError([FieldError("/action", "not-listed", detail)])
    if action == "copy" and (facts["kind"] != "access" or facts["assurance"] != "id"):
        # What the weak rule opened shows less; a copy shows everything.
        detail = texts.text("field.invalid", language)
        raise InvalidInputError([FieldError("/action", "invalid", detail)])
    if action == "fulfil" and facts["kind"] == "delete" and _held(facts):
        detail = texts.text("field.held", language)
        raise InvalidInputError([FieldError("/action", "held", detail)])
    kept = _kept_until(facts)
    if action == "fulfil" and kept is not None and kept > day:
        detail = texts.text("field.kept-by-law", language, limit=kept.isoformat())
        raise InvalidInputError([FieldError("/action", "kept-by-law", detail)])


def _held(facts: dict[str, Any]) -> bool:
    """Whether a legal hold keeps any policy of the person who asks for deletion."""
    record = policies.find(facts["policy_no"])
    mine = policies.of_marks(sealing.hashes(*record.identity()), _POLICIES) if record else []
    numbers = {one.policy_no for one in mine} | ({record.policy_no} if record else set())
    return bool(holds.held(f"policy/{number}" for number in numbers))


def _seen(
    number: str, sees: Callable[[str | None], bool], expected: str | None
) -> store.PrivacyItem:
    """A request that the reader may see; NotFoundError otherwise."""
    item = store.get(_partition(number), number) if _NUMBER.fullmatch(number) else None
    if item is None or not sees(item.facts["organisation"]):
        raise NotFoundError
    if expected is not None and expected not in ("*", etag(item)):
        raise PreconditionFailedError
    return item


def _kept_until(facts: dict[str, Any]) -> date | None:
    """Until when the law keeps what a deletion asks for, of all the person's policies.

    None for other kinds of requests.
    """
    record = policies.find(facts["policy_no"]) if facts["kind"] == "delete" else None
    if record is None:
        return None
    last = policies.of_marks(sealing.hashes(*record.identity()), 1)
    ends_on = max(str(one.facts["ends_on"]) for one in [record, *last])
    return retention.until("policy", date.fromisoformat(ends_on))


def _message(number: str) -> str | None:
    """The newest words for the customer."""
    for item in store.page(f"request/{number}", None, _EVENTS):
        written = sealing.unseal("privacy", f"{item.pk}/{item.sk}", item.sealed)
        if "message" in written:
            return str(written["message"])
    return None


def _named(facts: dict[str, Any], language: str) -> dict[str, Any]:
    """Kind and status, each with its name."""
    return {
        "kind": facts["kind"],
        "kind_name": codes.name("privacy_request", facts["kind"], language),
        "status": facts["status"],
        "status_name": codes.name("privacy_status", facts["status"], language),
    }


def etag(entry: store.PrivacyItem) -> str:
    """What a step names in If-Match."""
    return f'"{int(entry.events)}"'


def _shown(item: store.PrivacyItem, language: str, at: datetime) -> dict[str, Any]:
    facts = item.facts
    kept = _kept_until(facts)
    open_still = bool(_rules()["steps"][facts["status"]])
    written = sealing.unseal("privacy", f"{item.pk}/{item.sk}", item.sealed)
    return {
        "request_no": item.sk,
        **_named(facts, language),
        "organisation": facts["organisation"],
        "assurance": facts["assurance"],
        "policy_no": facts["policy_no"],
        "received_at": clock.shown(clock.parse(facts["received_at"])),
        "due_at": clock.shown(clock.parse(facts["due_at"])),
        "overdue": open_still and facts["due_at"] < clock.stored(at),
        "kept_until": kept and kept.isoformat(),
        "copy": facts.get("copy", {}).get("status"),
        **{name: written.get(name) for name in _WRITTEN},
        "etag": etag(item),
    }


def _number(token: QueryToken, request: dict[str, str], day: date) -> str:
    content = json.dumps([token.query_id, token.policy_no, request], sort_keys=True).encode()
    return f"PR{day:%Y%m%d}{hashlib.sha256(content).hexdigest()[:12].upper()}"


def _partition(number: str) -> str:
    return f"requests/{number[2:6]}"


def _seal(key: str, sort_key: str, content: dict[str, Any]) -> bytes:
    return sealing.seal("privacy", f"{key}/{sort_key}", content)


def _days(kind: str, day: date) -> int:
    """Days until a request of the kind is due, by the deadlines that hold on the day."""
    versions = sorted(_rules()["deadlines"], key=lambda version: str(version["from"]))
    held = (v for v in reversed(versions) if v["from"] <= day.isoformat())
    return int(next(held, versions[0])["days"][kind])


def _rules() -> dict[str, Any]:
    return validation.load("data/privacy")
