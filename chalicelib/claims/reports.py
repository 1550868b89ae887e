"""Reports of a loss (网上报案): taken in one transaction, once, whoever sends and however often.

A verified report belongs to the policy of its token. An unverified one names a policy number or a
plate, is taken as it comes, and tells nothing: neither whether there is such a policy nor whose.
"""

from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock, identifiers, sealing, texts
from chalicelib.claims import filing, forms, losses, outgoing, repeats, store
from chalicelib.claims.reporters import Reporter
from chalicelib.errors import FieldError, InvalidInputError, NotFoundError, OvertakenError
from chalicelib.limits import service as limits
from chalicelib.notifications import service as notifications
from chalicelib.observability import logger
from chalicelib.policies import service as policies
from chalicelib.tokens import QueryToken

AHEAD = timedelta(minutes=5)
"""How far a telephone's clock may run ahead of ours."""
ROUNDS = 8


def report(
    given: dict[str, Any], reporter: Reporter, key: str | None, at: datetime
) -> tuple[int, dict[str, Any]]:
    """201 with the new claim, 200 with the one that is there already (`duplicate`).

    A solved challenge is not part of what is reported: the same report comes again with it.
    """
    challenge = given.get("challenge")
    body = {name: value for name, value in given.items() if name != "challenge"}
    occurred_at = _occurred_at(body, reporter.language, at)
    named = body.get("policy_no")
    if named and not identifiers.may_be_looked_up(identifiers.policy_no(named)):
        raise InvalidInputError([_field("/policy_no", "invalid", reporter.language)])
    place, number = _place(body, reporter.token)
    at_key = None if key is None else repeats.place(key, reporter)
    counted = False
    for _ in range(ROUNDS):
        seen = store.seen(place, at_key, policies.beside(number))
        answered = repeats.answered(seen.key, body)
        if answered is not None:
            return 200 if "duplicate" in answered else 201, answered
        found = policies.recorded(seen.beside)
        record = None if reporter.token is None else found
        if reporter.token is not None and record is None:
            raise NotFoundError
        if record is not None:
            forms.check(body, record.line, reporter.language, at)
        earlier = losses.same(seen.losses, body, reporter, occurred_at)
        if earlier is not None:
            again = {**_again(place, earlier, reporter), "duplicate": True}
            # The key has been used for this body, though nothing was filed under it.
            if key is None or store.keep(repeats.remembered(key, reporter, body, again, at)):
                return 200, again
            continue
        if record is None and not counted:
            # Everybody at an accident may report it; whoever reports on and on pays and waits.
            limits.count_report(reporter.address, place, challenge, at)
            counted = True
        written = filing.filed(
            place, record, found, body, reporter, key, seen.losses, occurred_at, at
        )
        if store.write(written):
            notifications.wake(written.messages, at)
            outgoing.wake(written.outgoing)
            answer: dict[str, Any] = written.where.facts["answer"]
            logger.info("claim reported", claim_no=answer["claim_no"], verified=answer["verified"])
            return 201, answer
    raise OvertakenError


def _occurred_at(body: dict[str, Any], language: str, at: datetime) -> datetime:
    try:
        occurred_at = clock.parse(body["occurred_at"])
    except ValueError as error:
        raise InvalidInputError([_field("/occurred_at", "not-an-instant", language)]) from error
    if occurred_at > at + AHEAD:
        raise InvalidInputError([_field("/occurred_at", "in-the-future", language)])
    return occurred_at


def _field(pointer: str, code: str, language: str) -> FieldError:
    return FieldError(pointer, code, texts.text(f"field.{code}", language))


def _place(body: dict[str, Any], token: QueryToken | None) -> tuple[str, str]:
    """Under which key the report lies, and the comparable number of the policy to be read.

    A plate names none: then one that nobody has is read, the same work whatever was typed.
    """
    if token is not None:
        number = identifiers.policy_no(token.policy_no)
        if identifiers.policy_no(body.get("policy_no", token.policy_no)) != number:
            raise NotFoundError
        return f"policy/{number}", number
    if "policy_no" in body:
        number = identifiers.policy_no(body["policy_no"])
        return f"policy/{number}", number
    plate = sealing.keyed_hash("plate", identifiers.plate_no(body["plate_no"]))
    return f"plate/{plate}", policies.NOBODYS


def _again(place: str, claim_no: str, reporter: Reporter) -> dict[str, Any]:
    """The answer of the claim that is there already."""
    where = store.get(f"claim/{claim_no}", "where")
    if where is None or where.facts["place"] != place:
        raise NotFoundError
    return {**where.facts["answer"], **filing.words("reported", reporter.language)}
