"""The customer's answer to a question (补充说明): the clock goes on, staff are told."""

from datetime import datetime
from typing import Any

from chalicelib import clock
from chalicelib.errors import MoveNotAllowedError, OvertakenError, PreconditionFailedError
from chalicelib.notifications import service as notifications
from chalicelib.objections import cases, clocks, posts, repeats, store, tracking
from chalicelib.observability import logger
from chalicelib.tokens import QueryToken


def answer(
    objection_no: str,
    body: dict[str, Any],
    token: QueryToken,
    key: str | None,
    expected: str | None,
    at: datetime,
) -> dict[str, Any]:
    """Where the objection stands after the answer; the same again for a key that came before.

    NotFoundError for another's objection, MoveNotAllowedError if nothing is asked, OvertakenError
    for the answer to a question that is no longer asked, PreconditionFailedError by `expected`
    (If-Match).
    """
    for _ in range(cases.ROUNDS):
        case = tracking.own(objection_no, token)
        route = f"objections/{case.number}/answers"
        answered = repeats.answered(route, key, token, body)
        if answered is not None:
            return answered
        if expected is not None and expected != case.etag:
            raise PreconditionFailedError
        question = case.objection.question
        if question is None:
            raise MoveNotAllowedError
        if body.get("question_id", question) != question:
            raise OvertakenError
        words = {"message": body["message"]}
        event = case.event("answered", {"question": question}, words, by=None, at=at)
        after = case.then([event], at)
        found = after.found
        told = {
            "objection_no": case.number,
            "status": found.status,
            "due_at": clock.shown(clocks.due(found)),
        }
        officer = posts.serving(found.handled_at, at)
        messages = posts.messages("objection_answered", case.number, found.seq, officer, at)
        remembered = None if key is None else repeats.remembered(route, key, token, body, told, at)
        if store.change(after.item, after.entries, after.words, messages, remembered):
            notifications.wake(messages, at)
            logger.info("objection answered", objection_no=case.number)
            return told
    raise OvertakenError
