"""The queries of a day, counted: one pass over its partitions, memory for one of them at a time.

That is twelve bytes for each of its queries: a sixteenth of the day's.
"""

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from chalicelib.queries import service as queries

DIMENSIONS = (
    "organisation",
    "line",
    "channel",
    "partner",
    "outcome",
    "assurance",
    "language",
)
"""What a row is told apart by; after them come the attempts and the parts of answers opened."""
ATTEMPT = "attempt/"
RANGES = 64
"""Parts of a partition by query: sections come in the order of their queries, so that one part at
a time is looked up in. All others wait at twelve bytes a query, a tenth of what a mapping takes."""
_DAY, _DAY_AND_ID = 8, 24
"""Where the random digits of a query's id begin, and how far they are read: 64 bits."""
_RANGE = 2**64 // RANGES

Key = tuple[str | None, ...]


@dataclass
class Counted:
    """Attempts by what tells them apart, and how often each section of their answers was opened."""

    attempts: Counter[Key] = field(default_factory=Counter)
    views: defaultdict[Key, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    orphans: int = 0
    """Sections opened of attempts that are not on record: counted with nothing known of them."""

    def rows(self) -> Iterator[list[Any]]:
        """Each with its attempts and sections, in one order."""
        keys = {*self.attempts, *self.views}
        for key in sorted(keys, key=lambda parts: [part or "" for part in parts]):
            yield [*key, self.attempts[key], dict(sorted(self.views[key].items()))]

    @property
    def events(self) -> dict[str, int]:
        """How many events stand behind it."""
        views = sum(sum(found.values()) for found in self.views.values())
        return {"queries": sum(self.attempts.values()), "views": views}


def count(day: str) -> Counted:
    """The attempts and opened sections of Shanghai's day (ISO).

    Attempts that are alike have the same text of facts: it is parsed once for all of them.
    """
    texts: dict[str, int] = {}
    attempts: list[int] = []
    views: Counter[tuple[int, str]] = Counter()
    for partition in queries.partitions(day):
        _count(partition, texts, attempts, views)
    found = Counted(orphans=sum(n for (place, _), n in views.items() if place < 0))
    keys = [_key(text) for text in texts]
    for key, number in zip(keys, attempts, strict=True):
        found.attempts[key] += number
    nothing: Key = (None,) * len(DIMENSIONS)
    for (place, section), number in views.items():
        found.views[keys[place] if place >= 0 else nothing][section] += number
    return found


def _count(
    partition: Iterable[tuple[str, str]],
    texts: dict[str, int],
    attempts: list[int],
    views: Counter[tuple[int, str]],
) -> None:
    """Counts one partition, in which attempts come before the views of their answers."""
    ids = [array("Q") for _ in range(RANGES)]
    places = [array("I") for _ in range(RANGES)]
    known: dict[int, int] = {}
    within: int | None = None
    for key, facts in partition:
        if key.startswith(ATTEMPT):
            place = texts.get(facts)
            if place is None:
                place = texts[facts] = len(attempts)
                attempts.append(0)
            attempts[place] += 1
            query = _query(key.rpartition("/")[2])
            ids[query // _RANGE].append(query)
            places[query // _RANGE].append(place)
        else:
            _, query_id, section = key.split("/")
            query = _query(query_id)
            if query // _RANGE != within:
                within = query // _RANGE
                known = dict(zip(ids[within], places[within], strict=True))
            views[known.get(query, -1), section] += 1


def _query(query_id: str) -> int:
    """What tells a query from all others of its day: the digits after the day, as it is sorted."""
    return int(query_id[_DAY:_DAY_AND_ID], 16)


def _key(text: str) -> Key:
    facts: dict[str, str | None] = json.loads(text)
    return tuple(facts.get(name) for name in DIMENSIONS)
