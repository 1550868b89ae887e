"""Reports of a loss (网上报案): taken in one transaction, once, whoever sends and however often.

A verified report belongs to the policy of its token. An unverified one names a policy number or a
plate, is taken as it comes, and tells nothing: neither whether there is such a policy nor whose.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib import clock, codes, identifiers, sealing, texts
from chalicelib.claims import numbers, store
from chalicelib.errors import (
    FieldError,
    InvalidInputError,
    KeyReusedError,
    NotFoundError,
    OvertakenError,
)
from chalicelib.notifications import service as notifications
from chalicelib.observability import logger
from chalicelib.policies import service as policies
from chalicelib.policies.service import Record
from chalicelib.tokens import QueryToken

NEAR = timedelta(hours=1)
"""Losses of one policy no further apart, from the same reporter, are one loss (contract)."""
AHEAD = timedelta(minutes=5)
"""How far a telephone's clock may run ahead of ours."""
KEYS_KEPT = timedelta(days=7)
KNOWN_LOSSES = 500
ROUNDS = 8
_OPEN = ("cause", "injured", "on_scene")
"""What of a report is nobody's business alone and may stand open."""


@dataclass(frozen=True)
class Reporter:
    """Who reports: the token of a verified query or none, the address (hashed), the language."""

    token: QueryToken | None
    address: str
    language: str


def report(
    body: dict[str, Any], reporter: Reporter, key: str | None, at: datetime
) -> tuple[int, dict[str, Any]]:
    """201 with the new claim, 200 with the one that is there already (`duplicate`)."""
    occurred_at = _occurred_at(body, reporter.language, at)
    named = body.get("policy_no")
    if named and not identifiers.may_be_looked_up(identifiers.policy_no(named)):
        raise InvalidInputError([_field("/policy_no", "invalid", reporter.language)])
    for _ in range(ROUNDS):
        answered = _answered(key, reporter, body)
        if answered is not None:
            return 201, answered
        place, record = _place(body, reporter.token)
        losses = store.get(place, "losses")
        earlier = _same_loss(losses, body, reporter, occurred_at)
        if earlier is not None:
            return 200, {**_again(place, earlier, reporter), "duplicate": True}
        written = _prepared(place, record, body, reporter, key, losses, occurred_at, at)
        if store.write(written):
            notifications.wake(written.messages, at)
            answer: dict[str, Any] = written.where.facts["answer"]
            logger.info("claim reported", claim_no=answer["claim_no"], verified=answer["verified"])
            return 201, answer
    raise OvertakenError


def of_policy(policy_no: str) -> list["Stop"]:
    """The stops of verified web reports of a policy, as its answer shows them."""
    items = store.of(f"policy/{identifiers.policy_no(policy_no)}")
    verified = {
        item.facts["claim_no"]
        for item in items
        if item.sk.endswith("/report") and item.facts["verified"]
    }
    return [
        Stop(item) for item in items if "/event/" in item.sk and item.facts["claim_no"] in verified
    ]


def stops_of(claim_no: str) -> tuple[dict[str, Any], list["Stop"]]:
    """The open facts of a report and its stops; NotFoundError if there is none of that number."""
    where = store.get(f"claim/{claim_no}", "where")
    if where is None:
        raise NotFoundError
    items = store.of(where.facts["place"], claim_no)
    report_item = next(item for item in items if item.sk.endswith("/report"))
    return report_item.facts, [Stop(item) for item in items if "/event/" in item.sk]


def opens(claim_no: str | None, phone: str) -> bool:
    """Whether the telephone is the one that the claim was reported with."""
    given = set(sealing.hashes("phone", identifiers.id_no(phone)))
    where = store.get(f"claim/{claim_no or 'nobody'}", "where")
    return where is not None and where.facts["phone"] in given


class Stop:
    """A stop of a web report, in the form of the core system's stops."""

    def __init__(self, item: store.ClaimItem) -> None:
        self.key: str = item.sk
        self.facts: dict[str, Any] = item.facts
        self._item = item

    def open(self) -> dict[str, Any]:
        """All that is known of it, unsealed."""
        sealed = self._item.sealed
        return {**self.facts, **sealing.unseal("claims", _full_key(self._item), sealed)}


def reseal(key: str, sort_key: str) -> bool:
    """Seals one item anew if an older key sealed it; whether anything had to be written."""
    item = store.get(key, sort_key)
    if item is None or sealing.is_current("claims", item.sealed):
        return False
    content = sealing.unseal("claims", _full_key(item), item.sealed)
    return store.renew(item, sealing.seal("claims", _full_key(item), content))


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


def _place(body: dict[str, Any], token: QueryToken | None) -> tuple[str, Record | None]:
    """Under which key the report lies, and the policy of a verified one."""
    if token is not None:
        named = body.get("policy_no", token.policy_no)
        record = policies.find(token.policy_no)
        same = identifiers.policy_no(named) == identifiers.policy_no(token.policy_no)
        if record is None or not same:
            raise NotFoundError
        return f"policy/{record.policy_no}", record
    if "policy_no" in body:
        return f"policy/{identifiers.policy_no(body['policy_no'])}", None
    plate = sealing.keyed_hash("plate", identifiers.policy_no(body["plate_no"]).replace("·", ""))
    return f"plate/{plate}", None


def _answered(key: str | None, reporter: Reporter, body: dict[str, Any]) -> dict[str, Any] | None:
    """The answer that this key got before; KeyReusedError if that was for another body."""
    if key is None:
        return None
    found = store.get(*_key(key, reporter))
    if found is None:
        return None
    if found.facts["body"] not in sealing.hashes("body", _canonical(body)):
        raise KeyReusedError
    answer: dict[str, Any] = found.facts["answer"]
    return answer


def _key(key: str, reporter: Reporter) -> tuple[str, str]:
    """Scoped to route and caller: the token's person and policy, else the address."""
    token = reporter.token
    caller = f"{token.person}/{token.policy_no}" if token else reporter.address
    scoped = f"claims\x00{sealing.keyed_hash('caller', caller)}\x00{key}"
    return f"key/{hashlib.sha256(scoped.encode()).hexdigest()}", "key"


def _canonical(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _marks(body: dict[str, Any], reporter: Reporter) -> list[str]:
    """What makes two reporters the same: the query, or the telephone."""
    marks = [sealing.keyed_hash("phone", identifiers.id_no(body["reporter"]["phone"]))]
    if reporter.token is not None:
        marks.append(f"query/{reporter.token.query_id}")
    return marks


def _same_loss(
    losses: store.ClaimItem | None, body: dict[str, Any], reporter: Reporter, occurred_at: datetime
) -> str | None:
    marks = set(_marks(body, reporter))
    for known in losses.facts["losses"] if losses else []:
        near = abs(clock.parse(known["occurred_at"]) - occurred_at) <= NEAR
        alike = known["verified"] == (reporter.token is not None)
        if near and alike and not marks.isdisjoint(known["marks"]):
            return str(known["claim_no"])
    return None


def _again(place: str, claim_no: str, reporter: Reporter) -> dict[str, Any]:
    """The answer of the claim that is there already."""
    where = store.get(f"claim/{claim_no}", "where")
    if where is None or where.facts["place"] != place:
        raise NotFoundError
    return {**where.facts["answer"], **_words("reported", reporter.language)}


def _words(status: str, language: str) -> dict[str, Any]:
    steps = ("keep-number", "stay-reachable", "keep-proof")
    return {
        "status_name": codes.name("claim_stage", status, language),
        "next_steps": [
            {"code": code, "text": texts.text(f"claims.next.{code}", language)} for code in steps
        ],
    }


def _prepared(
    place: str,
    record: Record | None,
    body: dict[str, Any],
    reporter: Reporter,
    key: str | None,
    losses: store.ClaimItem | None,
    occurred_at: datetime,
    at: datetime,
) -> store.Report:
    claim_no = numbers.make(record.organisation if record else numbers.NOBODYS, at)
    verified = record is not None
    outside = record is not None and not _covered(record, occurred_at)
    language = reporter.language
    answer: dict[str, Any] = {
        "claim_no": claim_no,
        "reported_at": clock.shown(at),
        "status": "reported",
        "verified": verified,
        "notices": [
            {"code": code, "text": texts.text(f"claims.notice.{code}", language)}
            for code in (["outside-period"] if outside else [])
        ],
        **_words("reported", language),
    }
    marks = _marks(body, reporter)
    facts = {
        "claim_no": claim_no,
        "verified": verified,
        "outside_period": outside,
        "reported_at": clock.stored(at),
        "occurred_at": clock.stored(occurred_at),
        "policy_no": record.open()["policy_no"] if record else body.get("policy_no"),
        "line": record.line if record else None,
        "organisation": record.organisation if record else None,
        "motor_kind": record.facts.get("motor_kind") if record else None,
        **{name: body[name] for name in _OPEN if name in body},
    }
    report_item = store.ClaimItem(place, f"claim/{claim_no}/report", facts=facts)
    report_item.sealed = sealing.seal("claims", _full_key(report_item), body)
    event = store.ClaimItem(
        place,
        f"claim/{claim_no}/event/{clock.stored(at)}/{secrets.token_hex(4)}",
        facts={
            "claim_no": claim_no,
            "seq": 0,
            "stage": "reported",
            "at": clock.stored(at),
            "reported_at": clock.stored(at),
            "occurred_at": clock.stored(occurred_at),
            "cause": body["cause"],
        },
    )
    event.sealed = sealing.seal("claims", _full_key(event), {})
    known = (losses.facts["losses"] if losses else [])[-KNOWN_LOSSES:]
    entry = {
        "claim_no": claim_no,
        "occurred_at": clock.stored(occurred_at),
        "verified": verified,
        "marks": marks,
    }
    message = notifications.Message(
        "claim_reported", claim_no, body["reporter"]["phone"], language, {"claim_no": claim_no}
    )
    return store.Report(
        report_item,
        event,
        store.ClaimItem(
            f"claim/{claim_no}",
            "where",
            facts={"place": place, "phone": marks[0], "answer": answer},
        ),
        store.ClaimItem(
            place,
            "losses",
            facts={"losses": [*known, entry]},
            version=(int(losses.version) if losses else 0) + 1,
        ),
        None if key is None else _remembered(key, reporter, body, answer, at),
        [notifications.outbox_item(message, at)],
    )


def _remembered(
    key: str, reporter: Reporter, body: dict[str, Any], answer: dict[str, Any], at: datetime
) -> store.ClaimItem:
    return store.ClaimItem(
        *_key(key, reporter),
        facts={"body": sealing.keyed_hash("body", _canonical(body)), "answer": answer},
        expires_at=int((at + KEYS_KEPT).timestamp()),
    )


def _covered(record: Record, occurred_at: datetime) -> bool:
    """Whether the loss lies within the policy's period; 24:00 of the last day still counts."""
    starts = clock.start_of_day(date.fromisoformat(record.facts["starts_on"]))
    ends = clock.end_of_day(date.fromisoformat(record.facts["ends_on"]))
    return starts <= occurred_at <= ends


def _full_key(item: store.ClaimItem) -> str:
    return f"{item.pk}/{item.sk}"
