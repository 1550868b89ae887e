"""How objections stand (案卷): events folded, and the item that work lists and clocks read."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from zlib import crc32

from chalicelib import clock
from chalicelib.errors import NotFoundError
from chalicelib.objections import clocks, folding, numbers, register, store
from chalicelib.objections.folding import Objection

ROUNDS = 8
OPEN, CLOSED = "open", "closed"
WARNED, BREACHED = "warned", "breached"
HANDED_OUT = "handed_out"
"""Among what was raised: the correction was handed to the core system."""
PASSED = "ObjectionDeadlinesPassed"
"""The metric of clocks that ran out, whoever comes upon it."""
LOOK_AGAIN = timedelta(hours=12)
"""How long until the core system's data are looked at again for an ordered correction."""
LETTER_WITHIN = timedelta(days=30)
"""How long after the reply its letter is asked for again: what cannot be set by then never can."""


class Next(NamedTuple):
    """What a case becomes by further events: what is stored, and the log with them."""

    item: store.CaseItem
    entries: list[store.RegisterItem]
    words: list[store.CaseItem]
    log: list[dict[str, Any]]
    found: Objection


class Case:
    """One objection with its events, as read at one moment."""

    def __init__(
        self,
        item: store.CaseItem,
        entries: Sequence[store.RegisterItem],
        words: dict[str, store.CaseItem],
    ) -> None:
        self.item = item
        self.number: str = item.facts["objection_no"]
        self.log = sorted(map(register.read, entries), key=lambda facts: int(facts["seq"]))
        self.keys = [[entry.pk, entry.sk] for entry in entries]
        self._words = words

    @property
    def version(self) -> int:
        """How often it has changed."""
        return int(self.item.version)

    @property
    def etag(self) -> str:
        """For `If-Match`."""
        return f'"{self.version}"'

    @property
    def written(self) -> list[store.CaseItem]:
        """The items that hold what people wrote."""
        return list(self._words.values())

    @cached_property
    def objection(self) -> Objection:
        """What the events make of it."""
        return folding.fold(self.log)

    @property
    def policy_no(self) -> str | None:
        """The policy objected to; None once personal data are erased."""
        named: str | None = self.item.facts.get("policy_no")
        return named

    def words(self, facts: dict[str, Any]) -> dict[str, Any]:
        """What was written at an event."""
        return register.open_words(facts, self._words.get(facts["event_id"]))

    def told(self) -> dict[str, Any]:
        """What the customer wrote when he filed it."""
        return self.words(self.log[0])

    def unraised(self, at: datetime) -> list[tuple[str, clocks.Clock]]:
        """Alarms that are due and that nothing has told of yet."""
        known = set(self.item.facts["raised"])
        return [
            (name, one)
            for name, instant, one in alarms(self.objection)
            if name not in known and instant <= at
        ]

    def stamp(self, at: datetime) -> datetime:
        """When the next event is: somebody may have taken a step since; the register keeps its
        order."""
        return max(at, clock.parse(self.log[-1]["at"]))

    def event(
        self,
        kind: str,
        facts: dict[str, Any],
        words: dict[str, Any],
        *,
        by: str | None,
        at: datetime,
        place: int = 1,
    ) -> register.Event:
        """The event that would come next, or `place` further on."""
        return register.event(
            self.number,
            kind,
            facts,
            words,
            seq=self.objection.seq + place,
            by=by,
            at=self.stamp(at),
        )

    def then(
        self, events: Sequence[register.Event], at: datetime, raised: Iterable[str] = ()
    ) -> Next:
        """What the case becomes by these events."""
        entries = [event.entry for event in events]
        log = [*self.log, *map(register.read, entries)]
        keys = [*self.keys, *([entry.pk, entry.sk] for entry in entries)]
        found = folding.fold(log)
        item = item_of(found, self.item.facts, keys, self.version + 1, at, raised)
        words = [event.words for event in events if event.words is not None]
        return Next(item, entries, words, log, found)


def load(objection_no: str) -> Case:
    """An objection as it stands now; NotFoundError if there is none of that number."""
    number = numbers.read(objection_no)
    if number is None:
        raise NotFoundError
    items = store.about(number)
    item = next((one for one in items if one.sk == store.CASE), None)
    if item is None:
        raise NotFoundError
    words = {
        one.sk.removeprefix(store.WORDS): one for one in items if one.sk.startswith(store.WORDS)
    }
    return Case(item, store.events(item.facts["events"]), words)


def item_of(
    found: Objection,
    facts: dict[str, Any],
    keys: Sequence[Sequence[str]],
    version: int,
    at: datetime,
    raised: Iterable[str] = (),
) -> store.CaseItem:
    """The next `case`: what of its facts stays, what the events say, its place in the indexes."""
    known = sorted({*facts.get("raised", []), *raised})
    due = clocks.due(found)
    number = found.filed["objection_no"]
    shard, alert = _wait(found, number, known, at, erased=facts.get("erased", False))
    return store.CaseItem(
        f"objection/{number}",
        store.CASE,
        facts={
            "objection_no": number,
            "policy_no": facts.get("policy_no"),
            "person": facts.get("person"),
            "line": found.filed["line"],
            "subject": found.filed["subject"],
            "organisation": found.filed["organisation"],
            "handled_at": found.handled_at,
            "status": found.status,
            "violation": found.violation,
            "handler": found.handler,
            "cause": found.cause,
            "filed_at": clock.stored(found.filed_at),
            "due_at": clock.stored(due),
            "paused": found.question is not None,
            "extended": found.extended,
            "extension_asked": found.asked_extension is not None,
            "urged_at": clock.stored(found.urged_at) if found.urged_at else None,
            "replied_at": clock.stored(found.replied_at) if found.replied_at else None,
            "correction": found.correction,
            "events": [list(key) for key in keys],
            "raised": known,
            "erased": facts.get("erased", False),
        },
        version=version,
        desk=desk(found.handled_at, OPEN if found.open else CLOSED),
        due=f"{clock.stored(due)}/{number}",
        clock=shard,
        alert_at=alert,
        held=store.HELD if found.open else None,
        held_by=store.held_by(found.handler, found.handled_at, number) if found.open else None,
        person=facts.get("person"),
    )


def desk(organisation: str, state: str) -> str:
    """The partition of a work list."""
    return f"{organisation}/{state}"


def alarms(found: Objection) -> list[tuple[str, datetime, clocks.Clock]]:
    """Every alarm that the running clocks will raise: name, instant and clock."""
    return [
        (f"{one.code}/{clock.stored(one.due_at)}/{what}", instant, one)
        for one in clocks.running(found)
        if not one.paused
        for what, instant in ((WARNED, one.warn_at), (BREACHED, one.due_at))
    ]


def _wait(
    found: Objection, number: str, known: Iterable[str], at: datetime, *, erased: bool
) -> tuple[str | None, str | None]:
    """Partition and place in the index of clocks; nowhere once nothing is left to be done."""
    alert = None if erased else alert_at(found, known, at)
    if alert is not None:
        return f"clock/{crc32(number.encode()) % store.CLOCK_SHARDS}", alert
    if found.replied_at is None or erased:
        return None, None
    return store.ENDED, clock.stored(found.replied_at)


def letter_due(found: Objection, at: datetime) -> bool:
    """Whether the letter of the reply is still to be made."""
    return bool(found.replied_at and not found.letter and at < found.replied_at + LETTER_WITHIN)


def alert_at(found: Objection, raised: Iterable[str], at: datetime) -> str | None:
    """When somebody has to look at it next (storage form)."""
    known = set(raised)
    waiting = [instant for name, instant, _ in alarms(found) if name not in known]
    if found.correction == "ordered":
        waiting.append(at + LOOK_AGAIN if HANDED_OUT in known else at)
    if letter_due(found, at):
        waiting.append(at + LOOK_AGAIN)
    return clock.stored(min(waiting)) if waiting else None
