"""Parts of a policy: instalments (缴费), endorsements (批单), claim stops; each one item beside it.

Parts are upserts by key: what a row leaves out stays, and what it replaces is kept as history
(chalicelib/policies/past.py). They may come before their policy does.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from chalicelib import clock, identifiers, sealing, validation
from chalicelib.origins import Origin
from chalicelib.policies import past, store, writing
from chalicelib.policies.items import CURRENT, PartItem, PolicyItem

PREFIX = "current/"
ROUNDS = 8
"""How often a batch is decided anew when other writers come first, before the message goes back."""

_BATCH = 100  # items of one transaction


class BusyError(Exception):
    """When other writers kept coming first; the caller tries the whole batch again later."""


class Row(NamedTuple):
    """A valid row of the import kind `kind`, its key beside the policy, and where it came from."""

    kind: str
    policy_no: str
    key: str
    content: dict[str, Any]
    source: str


class Part:
    """A stored part: open facts at hand, personal data opened only when asked for."""

    def __init__(self, item: PolicyItem) -> None:
        self._item = item
        self.key: str = item.sk.removeprefix(PREFIX)
        self.facts: dict[str, Any] = item.facts
        self.imported_at: str = item.imported_at
        self.agenda: str | None = item.agenda

    def open(self) -> dict[str, Any]:
        """All that is known of it, unsealed."""
        return past.content(self._item)


def take(rows: Sequence[Row], at: datetime) -> list[str]:
    """Stores rows; `accepted` or `unchanged` for each, in order, the same on every replay."""
    outcomes: list[str] = []
    for start in range(0, len(rows), _BATCH):
        outcomes += _take(rows[start : start + _BATCH], at)
    return outcomes


def standing(policy_no: str, kind: str) -> list[Part]:
    """The parts of a kind as they stand at this moment, before their policy has come too."""
    return [Part(item) for item in store.beside(identifiers.policy_no(policy_no), kind)]


def replaced(policy_no: str, limit: int) -> list[past.Replaced]:
    """What rows replaced of the parts of a policy, so much of it, in the order of those rows."""
    return past.of(identifiers.policy_no(policy_no), limit)


def take_payments(rows: Sequence[tuple[dict[str, Any], str]], at: datetime) -> list[str]:
    """Instalments of premium by policy and number."""
    return take(
        [
            Row("payments", row["policy_no"], f"payment/{row['instalment']:06d}", row, source)
            for row, source in rows
        ],
        at,
    )


def take_endorsements(rows: Sequence[tuple[dict[str, Any], str]], at: datetime) -> list[str]:
    """Endorsements by policy and number."""
    return take(
        [
            Row(
                "endorsements",
                row["policy_no"],
                f"endorsement/{identifiers.policy_no(row['endorsement_no'])}",
                row,
                source,
            )
            for row, source in rows
        ],
        at,
    )


def reseal(policy_no: str, sort_key: str) -> bool:
    """Seals a part anew if an old KMS key sealed it; whether there was anything to do.

    A writer who comes first has sealed it anew himself.
    """
    key = (policy_no, sort_key)
    item = store.parts([key]).get(key)
    sealed: bytes | None = item.sealed if item else None
    if item is None or sealed is None or sealing.is_current("policies", sealed):
        return False
    hidden = sealing.unseal("policies", "/".join(key), sealed)
    return item.renew(sealing.seal("policies", "/".join(key), hidden))


def _take(rows: Sequence[Row], at: datetime) -> list[str]:
    keys = [(identifiers.policy_no(row.policy_no), f"{PREFIX}{row.key}") for row in rows]
    # An instalment stands on the agenda of its policy's agent: read along, in the same batch.
    whole = {(key[0], CURRENT) for key, row in zip(keys, rows, strict=True) if _due(row)}
    stamp = clock.stored(at)
    kinds = {key: row.kind for key, row in zip(keys, rows, strict=True)}
    for _ in range(ROUNDS):
        standing = store.parts({*keys, *whole})
        policies = {key[0]: standing.pop(key) for key in whole & standing.keys()}
        told: dict[tuple[str, str], past.Told] = {}
        outcomes = []
        for key, row in zip(keys, rows, strict=True):
            if key not in told:
                told[key] = past.Told(key, standing.get(key))
            outcomes.append(told[key].add(row.content, Origin(stamp, row.source)))
        writes = [
            _write(found, kinds[key], standing.get(key), policies.get(key[0]))
            for key, found in sorted(told.items())
            if found.changed
        ]
        if not writes or writing.write_parts(writes):
            return outcomes
    raise BusyError(f"{len(rows)} rows were overtaken {ROUNDS} times")


def unpaid(instalment: dict[str, Any]) -> bool:
    """Whether an instalment with a day is still to be paid, in full or in part."""
    if "due_on" not in instalment:
        return False
    due, paid = instalment.get("due_amount"), instalment.get("paid_amount")
    if due is None or paid is None:
        return paid is None and "paid_on" not in instalment
    return bool(paid < due)


def _due(row: Row) -> bool:
    return row.kind == "payments"


def _agenda_keys(
    policy_no: str, content: dict[str, Any], policy: PartItem | None
) -> dict[str, Any]:
    """Where the agent's day and the reminders find an instalment until it is paid."""
    day = content["due_on"]
    agent = policy.facts.get("agent") if policy else None
    return {
        "agenda": agent,
        "agenda_on": agent and day,
        "person": policy and policy.person,
        "phones": policy and policy.phones,
        "day": f"due/{day}",
        "whose": f"{agent or ''}/{policy_no}",
    }


def _write(
    told: past.Told,
    kind: str,
    replaces: PartItem | None,
    policy: PartItem | None,
) -> writing.PartWrite:
    listed = kind == "payments" and unpaid(told.content)
    agenda = _agenda_keys(told.key[0], told.content, policy) if listed else {}
    replaced, gone = told.past(_sealed_fields(kind))
    return writing.PartWrite(told.as_item(_sealed_fields(kind), **agenda), replaces, replaced, gone)


@cache
def _sealed_fields(kind: str) -> frozenset[str]:
    properties = validation.load(f"imports/{kind}")["properties"]
    return frozenset(name for name, rule in properties.items() if rule.get("x-sealed"))
