"""A small company and what happened there, written as the service writes it, known as plain facts.

`World.attempts`, `views` and `objections` are what recounts are made from; nothing is read back.
"""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from chalicelib import clock
from chalicelib.objections import cases, folding, register
from chalicelib.objections import store as objections
from chalicelib.organisations import service as organisations
from chalicelib.queries import store as queries

TREE = {
    "1": ("head_office", None),
    "11": ("province", "1"),
    "31": ("province", "1"),
    "44": ("province", "1"),
    "51": ("province", "1"),
    "65": ("province", "1"),
    "1101": ("city", "11"),
    "3101": ("city", "31"),
    "4401": ("city", "44"),
    "4402": ("city", "44"),
    "440201": ("outlet", "4402"),
    "5101": ("city", "51"),
    "9901": ("city", "1"),
}
"""65 has nothing to report; 9901 is a city branch right below the head office."""
MOVED = {**TREE, "4402": ("city", "31"), "1101": ("city", "65")}
"""Later 4402 with its outlet belongs to 31, and 1101 to 65."""
CLOSED = {"9901": ("2026-11-15", "4401"), "51": ("2026-12-31", "11")}
"""A city branch goes on as part of another, and a whole province as part of the next."""
LINES = ("motor", "property", "liability", "cargo", "accident", "health", "agriculture", "other")
SECTIONS = ("underwriting", "payment", "endorsement", "channel", "claims")
SUBJECTS = ("underwriting", "payment", "channel", "claim_amount", "identity", "other")
PEOPLE = ("张三", "李四", "王芳", "欧阳修文")
MEASURES = ("warning", "fine", "demotion", "dismissal", "transfer_to_authority", "other")
RESULTS = ("corrected", "unfounded", "violation", "misunderstanding", "complaint")


def announce(
    tree: dict[str, tuple[str, str | None]],
    name: str = "{}分公司",
    closed: Mapping[str, tuple[str, str]] = MappingProxyType({}),
) -> None:
    """Puts the directory into this form at once; `closed` has days and successors."""
    rows = [
        {"code": code, "name": name.format(code), "level": level, "region": "440000"}
        | ({"parent": above} if above else {})
        | dict(zip(("closed_on", "successor"), closed.get(code, ()), strict=False))
        for code, (level, above) in tree.items()
    ]
    organisations.take("organisations", [(row, "world") for row in rows])
    for cached in (organisations._open, organisations._tree, organisations._cached):
        cached.cache_clear()


Told = tuple[str, dict[str, Any], float]
"""What happened to an objection: kind, facts, days after it was filed."""


@dataclass
class World:
    """What happened, by a seed."""

    seed: int
    attempts: list[dict[str, Any]] = field(default_factory=list)
    views: list[tuple[str, str]] = field(default_factory=list)
    """Query id and section."""
    objections: list[list[dict[str, Any]]] = field(default_factory=list)
    """Events of each, with `at` as an instant."""

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)  # noqa: S311 - a repeatable world

    def query(self, at: datetime, **facts: Any) -> dict[str, Any]:
        """An attempt; what is not said is drawn."""
        draw = self.draw
        outcome = facts.get("outcome") or draw.choice(("verified",) * 6 + ("failed", "locked"))
        known = outcome in ("verified", "failed") and draw.random() < 0.95
        day = at.astimezone(clock.SHANGHAI).strftime("%Y%m%d")
        made = {
            "query_id": f"{day}{draw.getrandbits(96):024x}",
            "at": at,
            "outcome": outcome,
            "assurance": draw.choice(("id", "weak")) if outcome == "verified" else None,
            "line": draw.choice(LINES) if known or outcome == "verified" else None,
            "organisation": None,
            "channel": draw.choice(("online", "online", "hotline", "counter")),
            "partner": draw.choice((None, None, "iac", "gone")),
            "language": draw.choice(("zh-CN", "zh-CN", "en")),
            **facts,
        }
        if made["line"] and not made["organisation"]:
            # Staff of the head office itself write a policy now and then.
            made["organisation"] = draw.choice([*(code for code in TREE if len(code) > 2), "1"])
        self.attempts.append(made)
        return made

    def look(self, query: dict[str, Any], *sections: str) -> None:
        """Sections opened of an answer."""
        self.views += [(query["query_id"], section) for section in sections]

    def day(self, day: date, number: int) -> None:
        """Attempts of a day, its first and last instant among them, and what was opened."""
        last = clock.end_of_day(day) - timedelta(microseconds=1)
        instants = [clock.start_of_day(day), last - timedelta(microseconds=999), last]
        instants += [
            clock.start_of_day(day) + timedelta(seconds=self.draw.randrange(86_400))
            for _ in range(number - 3)
        ]
        for at in instants:
            found = self.query(at)
            if found["outcome"] == "verified":
                self.look(found, *self.draw.sample(SECTIONS, self.draw.randrange(4)))

    def objection(
        self, filed_at: datetime, story: list[Told] | None = None, **facts: Any
    ) -> list[dict[str, Any]]:
        """An objection from filing to as far as it is drawn to come, or by its story."""
        draw = self.draw
        number = f"Y{filed_at.astimezone(clock.SHANGHAI):%Y%m%d}-{len(self.objections):08d}"
        violation = facts.get("violation", draw.random() < 0.2)
        organisation = facts.get("organisation") or draw.choice([c for c in TREE if len(c) > 2])
        filed = {
            "item": "/policy/premium",
            "subject": draw.choice(SUBJECTS),
            "violation": violation,
            "complexity": "complex" if violation else "general",
            "line": draw.choice(LINES),
            "organisation": organisation,
            "handled_at": organisation,
            "handler": None,
            "channel_type": None,
            "query_id": "",
            "channel": draw.choice(("online", "hotline")),
            "partner": draw.choice((None, "iac")),
            "assurance": "id",
            "language": "zh-CN",
            **facts,
        }
        told: list[Told] = [("filed", filed, 0), *(story or self._drawn(violation=violation))]
        events = [
            {**more, "objection_no": number, "kind": kind, "at": filed_at + timedelta(days=days)}
            for kind, more, days in told
        ]
        self.objections.append(events)
        return events

    def _drawn(self, *, violation: bool) -> list[Told]:
        draw = self.draw
        # From here on it is told when things came: after the last one, or so long after filing.
        told: list[Told] = [("filed", {}, 0)]
        if draw.random() < 0.8:
            told.append(("acknowledged", {}, 0.2))
        if draw.random() < 0.3:
            told.append(("breached", {"clock": "acknowledge"}, 0.3))
        if draw.random() < 0.2 and not violation:
            told.append(("suspected", {"handled_at": "44", "handler": None}, 0.4))
        if draw.random() < 0.25:
            told.append(("urged", {}, 0.5))
        late = draw.random() < 0.3
        if late:
            told.append(("breached", {"clock": "reply"}, 3.1))
        if draw.random() < 0.3:
            told.append(("extension_asked", {}, 3.2))
            told.append(("extension_decided", {"approve": draw.random() < 0.6}, 3.3))
        if late and draw.random() < 0.3:
            told.append(("breached", {"clock": "limit"}, 15.1))
        if draw.random() < 0.75:
            result = draw.choice(RESULTS)
            after = told[-1][2]
            told.append(("proposed", {"result": result}, after + 0.3))
            if draw.random() < 0.3:
                told.append(("reviewed", {"approve": False}, after + 0.4))
            told.append(("reviewed", {"approve": True}, after + 0.5))
            told.append(("replied", {"result": result}, after + draw.choice((0.6, 2, 7, 12))))
            if result == "corrected":
                told.append(("correction_ordered", {}, told[-1][2]))
                told.append(("correction_seen", {}, told[-1][2] + 3))
            if result == "violation":
                told.append(("held_responsible", self.responsible(), told[-1][2] + 1))
        if draw.random() < 0.3:
            # Somebody answers for it while it is open, after another result, once more.
            told.append(("held_responsible", self.responsible(), told[-1][2] + 0.5))
        return told[1:]

    def responsible(self) -> dict[str, Any]:
        """Who was held responsible, and how; only names and measures are always known."""
        draw, named = self.draw, []
        for name in draw.sample(PEOPLE, draw.randrange(1, 4)):
            person: dict[str, Any] = {"name": name, "measure": draw.choice(MEASURES)}
            if draw.random() < 0.7:
                person["rule"] = draw.choice(("保险法第一百一十六条", "公司制度第七条"))
            if draw.random() < 0.7:
                person["facts"] = draw.choice(("隐瞒退费", "代签名", "截留保费；已退还"))
            if draw.random() < 0.6:
                person["amount"] = draw.choice((0, 5, 120_000, 3_280_050))
            if draw.random() < 0.8:
                person["reported_to_police"] = draw.random() < 0.4
            named.append(person)
        return {"persons": len(named), "named": named}

    def write(self) -> None:
        """Puts everything where the service would have put it."""
        self.write_queries(self.attempts, self.views)
        for events in self.objections:
            self.write_objection(events)

    def write_queries(
        self, attempts: Iterable[dict[str, Any]], views: Iterable[tuple[str, str]]
    ) -> None:
        """Attempts and opened sections, as `queries.store` writes them."""
        with queries.EventItem.batch_write() as batch:
            for made in attempts:
                facts = {n: v for n, v in made.items() if n not in ("query_id", "at")}
                batch.save(queries._attempt(made["query_id"], made["at"], facts))
            for query_id, section in views:
                item = queries.EventItem(queries._partition(query_id), f"view/{query_id}/{section}")
                item.facts = {"at": "2026-01-01T00:00:00.000000Z"}
                batch.save(item)

    def write_objection(self, events: list[dict[str, Any]]) -> None:
        """Its entries in the register, and the case that leads to them."""
        made = []
        for seq, event in enumerate(events):
            facts = {n: v for n, v in event.items() if n not in ("objection_no", "kind", "at")}
            words = {}
            if event["kind"] == "held_responsible":
                words = {"persons": facts.pop("named")}
            made.append(
                register.event(
                    event["objection_no"],
                    event["kind"],
                    facts,
                    words,
                    seq=seq,
                    by="C1",
                    at=event["at"],
                )
            )
        entries = [one.entry for one in made]
        with objections.RegisterItem.batch_write() as batch:
            for entry in entries:
                batch.save(entry)
        for one in made:
            if one.words is not None:
                one.words.save()
        found = folding.fold(map(register.read, entries))
        keys = [[entry.pk, entry.sk] for entry in entries]
        cases.item_of(found, {"policy_no": None}, keys, 1, events[-1]["at"]).save()
