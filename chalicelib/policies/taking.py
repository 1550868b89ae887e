"""Taking policies in: versions arrive in any order, the newest is current, none is lost."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from chalicelib import clock, identifiers
from chalicelib.origins import Origin
from chalicelib.policies import contents, order, parts, store, writing
from chalicelib.policies.items import CURRENT, PolicyItem, history_key

ACCEPTED, UNCHANGED, SUPERSEDED, CONFLICT = (
    "accepted",
    "unchanged",
    "superseded",
    "version-conflict",
)


class Row(NamedTuple):
    """A valid policy row and where it came from: `<import>#<line>`, the same on every replay."""

    policy: dict[str, Any]
    source: str


class Outcome(NamedTuple):
    """What became of a row; `pending` says that its document is still to be made.

    `demoted` counts rows further down in the file that turned out to be superseded (order.py).
    """

    outcome: str
    policy_no: str
    version: int
    pending: bool
    demoted: int = 0

    @property
    def key(self) -> str:
        """The policy's number in its comparable form."""
        return identifiers.policy_no(self.policy_no)


def take(rows: Sequence[Row], at: datetime) -> list[Outcome]:
    """Stores what is new of the rows; an outcome each, in their order, the same on every replay."""
    return Taking(rows, at).store()


class Taking:
    """Rows on their way in: decided on as soon as they come, so that only writing is left to do.

    If `before` still has to store rows of the same policies, that waits until these are stored.
    While the rows before brought new policies only, nobody looks for what is there of these (0074).
    """

    def __init__(self, rows: Sequence[Row], at: datetime, before: "Taking | None" = None) -> None:
        self._at = at
        self._seen: _Seen = before._seen if before else _Seen()
        self._numbers = {identifiers.policy_no(row.policy["policy_no"]) for row in rows}
        self._waves = list(_waves(rows))
        waits = before is not None and not self._numbers.isdisjoint(before._numbers)
        self._first = None
        if rows and not waits:
            look = self._seen.any
            self._first = _decide(self._waves[0], at, look=look)
            if look:
                self._seen.any = self._first.known

    def store(self) -> list[Outcome]:
        """Writes what is new; an outcome each, in the order of the rows. Once only."""
        outcomes: dict[int, Outcome] = {}
        decision, self._first = self._first, None
        for wave in self._waves:
            outcomes.update(self._store(wave, decision))
            decision = None
        return [outcomes[position] for position in sorted(outcomes)]

    def _store(self, wave: dict[int, Row], decision: "_Decision | None") -> dict[int, Outcome]:
        for attempt in range(parts.ROUNDS):
            decision = decision or _decide(wave, self._at, 100 >> attempt)
            # All are tried, so that the next round has less to do.
            written = [transaction.commit() for transaction in decision.transactions]
            if all(written):
                return decision.outcomes
            decision, self._seen.any = None, True
        raise parts.BusyError(f"{len(wave)} rows were overtaken {parts.ROUNDS} times")


def _waves(rows: Sequence[Row]) -> Iterator[dict[int, Row]]:
    """Parts in which no policy stands twice, so that versions in one file follow each other."""
    waiting = dict(enumerate(rows))
    while waiting:
        wave: dict[int, Row] = {}
        seen: set[str] = set()
        for position, row in waiting.items():
            number = identifiers.policy_no(row.policy["policy_no"])
            if number not in seen:
                seen.add(number)
                wave[position] = row
        for position in wave:
            del waiting[position]
        yield wave


class _Seen:
    """Whether any policy was there when one last looked, or a transaction found out."""

    any = True


class _Decision(NamedTuple):
    """What a wave comes to, and what is to be written for that."""

    outcomes: dict[int, Outcome]
    transactions: list[writing.Transaction]
    known: bool
    """Whether any of the policies was there already."""


def _decide(
    wave: dict[int, Row], at: datetime, limit: int = 100, *, look: bool = True
) -> _Decision:
    """What each row comes to, in transactions of at most `limit` items.

    Without `look` as if all policies were new: where one is not, its transaction fails.
    """
    keys = {place: identifiers.policy_no(row.policy["policy_no"]) for place, row in wave.items()}
    found = store.currents(keys.values()) if look else {}
    older = store.histories(
        (keys[place], row.policy["version"])
        for place, row in wave.items()
        if keys[place] in found and found[keys[place]].version > row.policy["version"]
    )
    stamp = clock.stored(at)
    decided: dict[int, Outcome] = {}
    writes: list[writing.Write] = []
    for place, row in wave.items():
        standing = found.get(keys[place])
        number = row.policy["version"]
        same = older.get((keys[place], number))
        if standing is not None and standing.version == number:
            same = standing
        if same is not None:
            decided[place] = _outcome_again(same, row)
            continue
        seen = order.see(standing, number, Origin(stamp, row.source))
        if standing is not None and standing.version > number:
            outcome = SUPERSEDED if seen.superseded else ACCEPTED
            item = _item(row, row.policy, stamp, history_key(number), outcome, seen.demoted)
            standing, policy = None, {}
        else:
            outcome = ACCEPTED
            policy = (
                row.policy if standing is None else {**contents.content_of(standing), **row.policy}
            )
            item = _item(row, policy, stamp, CURRENT, outcome, seen.demoted)
        writes.append(
            writing.Write(item, standing, _renewals(item, policy, found.get(keys[place])))
        )
        pending = outcome == ACCEPTED
        decided[place] = Outcome(outcome, row.policy["policy_no"], number, pending, seen.demoted)
    return _Decision(decided, writing.transactions(writes, limit), bool(found))


def _renewals(
    item: writing.Item, policy: dict[str, Any], before: PolicyItem | None
) -> dict[str, bool]:
    """What changes in which policies this one continues; nothing for what goes into history."""
    if not policy:
        return {}
    number = item["renews"]["S"] if "renews" in item else None
    # A file may well name a policy as its own predecessor: nothing goes on in itself.
    follows = number is not None and number != item["pk"]["S"]
    stands = {number: policy["status"] in contents.CONTINUES} if number and follows else {}
    left: str | None = before.renews if before else None
    return {left: False, **stands} if left else stands


def _again(item: PolicyItem, row: Row) -> str:
    """A version that is there already: this row's own work, the same content, or a conflict."""
    if item.source == row.source:
        return str(item.outcome)
    standing = contents.content_of(item)
    return UNCHANGED if {**standing, **row.policy} == standing else CONFLICT


def _outcome_again(item: PolicyItem, row: Row) -> Outcome:
    outcome = _again(item, row)
    return Outcome(
        outcome,
        row.policy["policy_no"],
        row.policy["version"],
        pending=outcome == ACCEPTED and item.document["status"] == "pending",
        demoted=int(item.demoted or 0) if item.source == row.source else 0,
    )


def _item(
    row: Row, policy: dict[str, Any], stamp: str, sort_key: str, outcome: str, demoted: int
) -> writing.Item:
    current = sort_key == CURRENT
    sealed = contents.sealed_fields()
    return writing.new(
        pk=identifiers.policy_no(policy["policy_no"]),
        sk=sort_key,
        version=policy["version"],
        facts={name: value for name, value in policy.items() if name not in sealed},
        sealed=contents.sealed(policy),
        **contents.marks(policy, current=current),
        **(contents.expiry_keys(policy) if current else {}),
        **(contents.agenda_keys(policy) if current else {}),
        ends_on=policy["ends_on"],
        source=row.source,
        outcome=outcome,
        demoted=demoted or None,
        imported_at=stamp,
        document={"version": policy["version"], "status": "pending"},
    )
