"""Reading policies in DynamoDB: by their numbers, as parts, and by what the indexes list."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from zlib import crc32

from chalicelib import tables
from chalicelib.policies.items import (
    CURRENT,
    HISTORY,
    REPLACED,
    AgendaIndex,
    DaysIndex,
    ExpiryIndex,
    PartItem,
    PersonIndex,
    PolicyItem,
    UnreachedIndex,
    history_key,
    past_key,
)

EXPIRY_SHARDS = 4
"""Partitions of an organisation's month: 4,000 writes a second before the largest one is hot."""


def current(policy_no: str) -> PolicyItem | None:
    """The newest version by the comparable policy number."""
    return current_with_parts(policy_no)[0]


def current_beside(policy_no: str) -> tables.Keys:
    """Where the newest version stands."""
    return tables.Keys(PolicyItem, [(policy_no, CURRENT)])


def current_with_parts(policy_no: str) -> tuple[PolicyItem | None, list[PolicyItem]]:
    """The newest version and its parts in the order of their keys: one query.

    Parts come as policy items of which only the attributes of a `PartItem` are set.
    """
    found = list(PolicyItem.query(policy_no, PolicyItem.sk.startswith("current/")))
    newest = next((item for item in found if item.sk == CURRENT), None)
    return newest, [item for item in found if item.sk != CURRENT]


def beside(policy_no: str, kind: str) -> list[PolicyItem]:
    """The parts of a kind as they stand at this moment, before their policy has come too."""
    start = PolicyItem.sk.startswith(f"current/{kind}/")
    return list(PolicyItem.query(policy_no, start, consistent_read=True))


class Place(NamedTuple):
    """Where a policy stands in its person's list: last day (ISO) and comparable number."""

    ends_on: str
    policy_no: str


def of_person(
    person: str, limit: int, after: Place | None = None, *, holder: bool = False
) -> list[Place]:
    """So many of a person's current policies, those that end last first, then by number, downward.

    With `holder` those that he holds for somebody else. `after` is where the list goes on. Of a
    fleet that ends on one day all keys of the day are read: the index does not order them.
    """
    until = None if after is None else PolicyItem.ends_on <= after.ends_on
    found: list[Place] = []
    index: Any = PolicyItem.holders if holder else PolicyItem.persons
    for item in index.query(person, until, scan_index_forward=False):
        place = Place(item.ends_on, item.pk)
        if after is not None and place >= after:
            continue
        if len(found) >= limit and place.ends_on < found[-1].ends_on:
            break
        found.append(place)
    return sorted(found, reverse=True)[:limit]


def of_plate(mark: str, limit: int) -> list[str]:
    """The comparable numbers of a vehicle's current policies."""
    return [item.pk for item in PolicyItem.by_plate.query(mark, limit=limit)]


def parts(keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], PartItem]:
    """Parts by policy number and sort key, as far as they are there."""
    found = PartItem.batch_get(keys, consistent_read=True)
    return {(item.pk, item.sk): item for item in found}


def past_of(policy_no: str, key: str) -> list[PartItem]:
    """What was replaced of the part with this key, in no order."""
    start = past_key(key, "")
    found = PartItem.query(policy_no, PartItem.sk.startswith(start), consistent_read=True)
    # The number of an endorsement may begin with that of another one.
    return [item for item in found if "/" not in item.sk.removeprefix(start)]


def past(policy_no: str, limit: int) -> list[PartItem]:
    """What was replaced of all parts of a policy, by their keys."""
    start = PartItem.sk.startswith(REPLACED)
    return list(PartItem.query(policy_no, start, limit=limit, consistent_read=True))


def version(policy_no: str, number: int) -> PolicyItem | None:
    """A version, be it current or history."""
    newest = current(policy_no)
    if newest is None or newest.version == number:
        return newest
    return PolicyItem.standing(policy_no, history_key(number))


def currents(policy_nos: Iterable[str], *, consistent: bool = True) -> dict[str, PolicyItem]:
    """The newest versions of many policies, by comparable policy number."""
    keys = [(policy_no, CURRENT) for policy_no in policy_nos]
    return {item.pk: item for item in PolicyItem.batch_get(keys, consistent_read=consistent)}


def expiring(
    organisation: str, month: str, first: str, last: str
) -> Iterator[tuple[str, str, str]]:
    """Last day, person's mark and number of an organisation's policies with cover.

    The days from `first` to `last` lie in the month `yyyy-mm`. In no order; eventually consistent,
    as indexes are: what was imported within the last second may be missing.
    """
    for shard in range(EXPIRY_SHARDS):
        found = PolicyItem.by_expiry.query(
            f"{organisation}#{month}#{shard}", ExpiryIndex.ends_on.between(first, last)
        )
        for item in found:
            yield item.ends_on, item.person, item.pk


def any_expiring(organisation: str, month: str, first: str, last: str) -> bool:
    """Whether there is one at all."""
    return any(
        next(
            iter(
                PolicyItem.by_expiry.query(
                    f"{organisation}#{month}#{shard}",
                    ExpiryIndex.ends_on.between(first, last),
                    limit=1,
                )
            ),
            None,
        )
        for shard in range(EXPIRY_SHARDS)
    )


def expiry(organisation: str, ends_on: str, policy_no: str) -> str:
    """The partition of the expiry index in which a policy stands."""
    shard = crc32(policy_no.encode()) % EXPIRY_SHARDS
    return f"{organisation}#{ends_on[:7]}#{shard}"


class Coming(NamedTuple):
    """An entry of what comes up: nothing in it names a person."""

    on: str
    policy_no: str
    sort_key: str
    person: str | None
    phones: frozenset[str]
    """Marks of the numbers that the policy brought; an instalment has none."""


def coming(agent: str, first: str, last: str, limit: int | None = None) -> list[Coming]:
    """What comes up for an agent from the one day to the other, in the order of days.

    Eventually consistent, as indexes are, as is `on_day`.
    """
    days = AgendaIndex.agenda_on.between(first, last)
    found = PolicyItem.by_agenda.query(agent, days, limit=limit)
    return [_coming(item, item.agenda_on) for item in found]


def on_day(day: str, agent: str | None = None) -> Iterator[Coming]:
    """What falls on a day, in the order of agents; of one agent where given."""
    whose = None if agent is None else DaysIndex.whose.startswith(f"{agent}/")
    for item in PolicyItem.by_day.query(day, whose):
        yield _coming(item, day)


def _coming(item: Any, on: str) -> Coming:
    return Coming(on, item.pk, item.sk, item.person, frozenset(item.phones or ()))


def unreached(organisation: str, after: Place | None, limit: int) -> list[Place]:
    """So many policies of an organisation that came without a number, those that end first first.

    `after` is where the list goes on; of a day on which many end all keys are read.
    """
    since = None if after is None else UnreachedIndex.ends_on >= after.ends_on
    found: list[Place] = []
    for item in PolicyItem.by_unreached.query(organisation, since):
        place = Place(item.ends_on, item.pk)
        if after is not None and place <= after:
            continue
        if len(found) >= limit and place.ends_on > found[-1].ends_on:
            break
        found.append(place)
    return sorted(found)[:limit]


def continuing(policy_no: str) -> list[str]:
    """Numbers of current policies that name this one as the one before."""
    return [item.pk for item in PolicyItem.by_renewed.query(policy_no)]


def outlasting(person: str, ends_on: str) -> list[str]:
    """Numbers of a person's current policies whose last day is later than the given one."""
    return [item.pk for item in PolicyItem.persons.query(person, PersonIndex.ends_on > ends_on)]


def histories(keys: Iterable[tuple[str, int]]) -> dict[tuple[str, int], PolicyItem]:
    """Replaced versions, by policy number and version, as far as they are there."""
    wanted = [(policy_no, history_key(number)) for policy_no, number in keys]
    if not wanted:
        return {}
    found = PolicyItem.batch_get(wanted, consistent_read=True)
    return {(item.pk, int(item.version)): item for item in found}


def versions(policy_no: str, limit: int) -> list[PolicyItem]:
    """The current version and those it replaced, the newest first: one query and one read."""
    older = PolicyItem.query(
        policy_no,
        PolicyItem.sk.startswith(HISTORY),
        scan_index_forward=False,
        limit=limit,
        consistent_read=True,
    )
    newest = get(policy_no, CURRENT)
    return [*([newest] if newest else []), *older]


def replaced(policy_no: str) -> list[PolicyItem]:
    """The replaced versions of a policy, the oldest first."""
    found = PolicyItem.query(policy_no, PolicyItem.sk.startswith(HISTORY), consistent_read=True)
    return list(found)


def get(policy_no: str, sort_key: str) -> PolicyItem | None:
    """One item by its full key."""
    return PolicyItem.standing(policy_no, sort_key)
