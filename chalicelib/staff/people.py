"""What the service is told about a member of staff: by two people what lets in, at once what shuts.

Letting in needs four eyes (S3): the undertaking of confidentiality, a leaver's return, an exception
from the scope of the role table. Shutting out does not: a leaver is out before anybody has to
agree, and an exception ends when one person says so.
"""

from datetime import date, datetime
from typing import Any

from chalicelib import clock, texts, validation
from chalicelib.approvals import service as approvals
from chalicelib.approvals.service import Approval
from chalicelib.errors import FieldError, InvalidInputError, NotFoundError, OvertakenError
from chalicelib.organisations import service as organisations
from chalicelib.staff import service, store
from chalicelib.staff.model import Staff

UNDERTAKING, RETURN, EXCEPTION = "record_undertaking", "reinstate", "scope_exception"


def change(
    staff: Staff, subject: str, told: dict[str, Any], language: str, at: datetime
) -> Approval | None:
    """Carries out or asks for what is told of a person; the approval that is waited for, if any."""
    if told["change"] == "left":
        service.leave(subject, at)
        return None
    if told["change"] == "exception_ended":
        _end(subject, told["organisation"])
        return None
    content = {"subject": subject, **{n: v for n, v in told.items() if n != "change"}}
    if told["change"] == "undertaking":
        return approvals.ask(staff, UNDERTAKING, None, content, at)
    if told["change"] == "returned":
        standing = store.get(subject)
        if standing is None or standing.left_at is None:
            raise NotFoundError
        return approvals.ask(staff, RETURN, None, {**content, "left_at": standing.left_at}, at)
    _check(told, language, clock.shanghai_day(at))
    return approvals.ask(staff, EXCEPTION, None, content, at)


def of(subject: str) -> dict[str, Any]:
    """What is known of a person; NotFoundError of somebody unheard of."""
    standing = store.get(subject)
    if standing is None:
        raise NotFoundError
    times = {"undertaking_at": standing.undertaking_at, "left_at": standing.left_at}
    return {
        "subject": subject,
        **{name: at and clock.shown(clock.parse(at)) for name, at in times.items()},
        "exceptions": standing.exceptions or [],
    }


@approvals.performs(UNDERTAKING)
def _record(approval: Approval) -> None:
    service.undertake(approval.content["subject"], clock.parse(str(approval.decided_at)))


@approvals.performs(RETURN)
def _reinstate(approval: Approval) -> None:
    """Opens the way back, with the undertaking signed anew and no exception of before."""
    subject, left_at = approval.content["subject"], approval.content["left_at"]
    if not store.reinstate(subject, left_at, str(approval.decided_at), approval.approval_id):
        raise OvertakenError


@approvals.performs(EXCEPTION)
def _except(approval: Approval) -> None:
    content = approval.content
    entry = {name: content[name] for name in ("organisation", "from", "until")}
    entry |= {"approval_id": approval.approval_id}
    while True:
        standing = store.get(content["subject"])
        held = (standing.exceptions if standing else None) or []
        if any(one["approval_id"] == approval.approval_id for one in held):
            return
        day = clock.shanghai_day(clock.parse(str(approval.decided_at))).isoformat()
        kept = [one for one in held if one["until"] >= day]
        if store.except_(content["subject"], standing, [*kept, entry]):
            return


def _end(subject: str, organisation: str) -> None:
    """Ends the exceptions of a person for an organisation; NotFoundError if there are none."""
    while True:
        standing = store.get(subject)
        held = (standing.exceptions if standing else None) or []
        kept = [one for one in held if one["organisation"] != organisation]
        if standing is None or len(kept) == len(held):
            raise NotFoundError
        if store.except_(subject, standing, kept):
            return


def _check(told: dict[str, Any], language: str, today: date) -> None:
    """An exception is for an organisation that exists, begins today or later, and ends soon."""
    if not organisations.known("organisations", [told["organisation"]]):
        raise InvalidInputError([_broken("organisation", language)])
    begins, ends = (_day(told, name, language) for name in ("from", "until"))
    if begins < today:
        raise InvalidInputError([_broken("from", language)])
    longest = validation.load("data/approvals")["actions"][EXCEPTION]["days"]
    if not 0 <= (ends - begins).days < longest:
        raise InvalidInputError([_broken("until", language)])


def _day(told: dict[str, Any], name: str, language: str) -> date:
    try:
        return date.fromisoformat(told[name])
    except ValueError as error:
        raise InvalidInputError([_broken(name, language)]) from error


def _broken(name: str, language: str) -> FieldError:
    return FieldError(f"/{name}", "invalid", texts.text("field.invalid", language))
