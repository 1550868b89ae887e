"""Parts of a policy: instalments (缴费), endorsements (批单), claim stops; each one item beside it.

Parts are upserts by key: what a row leaves out stays, and an older file that is worked on later
adds only what nobody had said. They may come before their policy does.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from chalicelib import clock, identifiers, sealing, validation
from chalicelib.origins import Origin, upsert
from chalicelib.policies import store

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

    def __init__(self, item: store.PolicyItem) -> None:
        self._item = item
        self.key: str = item.sk.removeprefix(PREFIX)
        self.facts: dict[str, Any] = item.facts
        self.imported_at: str = item.imported_at
        self.agenda: str | None = item.agenda

    def open(self) -> dict[str, Any]:
        """All that is known of it, unsealed."""
        return _content(self._item)


def take(rows: Sequence[Row], at: datetime) -> list[str]:
    """Stores rows; `accepted` or `unchanged` for each, in order, the same on every replay."""
    outcomes: list[str] = []
    for start in range(0, len(rows), _BATCH):
        outcomes += _take(rows[start : start + _BATCH], at)
    return outcomes


def standing(policy_no: str, kind: str) -> list[Part]:
    """The parts of a kind as they stand at this moment, before their policy has come too."""
    return [Part(item) for item in store.beside(identifiers.policy_no(policy_no), kind)]


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
    renewed = store.PartItem(
        *key,
        facts=item.facts,
        sealed=sealing.seal("policies", "/".join(key), hidden),
        source=item.source,
        imported_at=item.imported_at,
        agenda=item.agenda,
        agenda_on=item.agenda_on,
        day=item.day,
        whose=item.whose,
        person=item.person,
        phones=item.phones,
    )
    return store.write_parts([(renewed, item)])


def _take(rows: Sequence[Row], at: datetime) -> list[str]:
    keys = [(identifiers.policy_no(row.policy_no), f"{PREFIX}{row.key}") for row in rows]
    # An instalment stands on the agenda of its policy's agent: read along, in the same batch.
    whole = {(key[0], store.CURRENT) for key, row in zip(keys, rows, strict=True) if _due(row)}
    stamp = clock.stored(at)
    for _ in range(ROUNDS):
        standing = store.parts({*keys, *whole})
        policies = {key[0]: standing.pop(key) for key in whole & standing.keys()}
        known = {
            key: (_content(item), Origin(item.imported_at, item.source))
            for key, item in standing.items()
        }
        changed: set[tuple[str, str]] = set()
        kinds = {key: row.kind for key, row in zip(keys, rows, strict=True)}
        outcomes = []
        for key, row in zip(keys, rows, strict=True):
            found = upsert(known.get(key), row.content, Origin(stamp, row.source))
            outcomes.append(found.outcome)
            if found.changed:
                known[key] = (found.content, found.origin)
                changed.add(key)
        if not changed or store.write_parts(
            [
                (_item(key, kinds[key], *known[key], policies.get(key[0])), standing.get(key))
                for key in sorted(changed)
            ]
        ):
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
    policy_no: str, content: dict[str, Any], policy: store.PartItem | None
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


def _item(
    key: tuple[str, str],
    kind: str,
    content: dict[str, Any],
    origin: Origin,
    policy: store.PartItem | None = None,
) -> store.PartItem:
    listed = kind == "payments" and unpaid(content)
    hidden = {name: value for name, value in content.items() if name in _sealed_fields(kind)}
    return store.PartItem(
        *key,
        facts={name: value for name, value in content.items() if name not in hidden},
        sealed=sealing.seal("policies", "/".join(key), hidden) if hidden else None,
        source=origin.source,
        imported_at=origin.stamp,
        **(_agenda_keys(key[0], content, policy) if listed else {}),
    )


def _content(item: "store.PartItem | store.PolicyItem") -> dict[str, Any]:
    # PynamoDB's types say nothing of null=True.
    sealed: bytes | None = item.sealed
    if sealed is None:
        return dict(item.facts)
    return {**item.facts, **sealing.unseal("policies", f"{item.pk}/{item.sk}", sealed)}


@cache
def _sealed_fields(kind: str) -> frozenset[str]:
    properties = validation.load(f"imports/{kind}")["properties"]
    return frozenset(name for name, rule in properties.items() if rule.get("x-sealed"))
