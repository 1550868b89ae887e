"""The rules of failing: a few are free, then each costs a proof of work, then everybody waits.

Counted are failed attempts per caller, per policy number and per ID number, whatever the answer
was; the numbers are dated data (schemas/data/limits.json). What is refused while a target is locked
neither counts nor prolongs the lock, so that nobody can be kept out for longer than one lock lasts.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from chalicelib import clock, identifiers, sealing, tables, validation
from chalicelib.errors import (
    ChallengeRequiredError,
    TooManyObjectionsError,
    TooManyRequestsError,
)
from chalicelib.limits import challenges, store

PREFIX = "limit/"
_BEGIN = int(clock.start_of_day(date(1970, 1, 1)).timestamp())
"""Windows are counted from a midnight in Shanghai, so that a window of a day is a day there."""


@dataclass(frozen=True)
class Standing:
    """Where the targets of one attempt stand, and the challenge that came solved, if one did."""

    counters: Mapping[str, store.Counter]
    """By kind of target: `caller`, `policy`, `id`."""
    rule: dict[str, Any]
    at: datetime
    used: tuple[str, int] | None = None
    """The solved challenge: its key and the epoch at which it ends."""
    challenged: bool = False
    """Whether the attempt needs a challenge that did not come."""
    beside: bool = False
    """Whether any of what was to be read beside the counters is there."""

    def locked_seconds(self) -> int:
        """How long the attempt has to wait, 0 if it may be decided now."""
        now = int(self.at.timestamp())
        return max(0, *(counter.locked_until - now for counter in self.counters.values()))


def targets(
    caller: str, policy_no: str, id_no: str | None, *, by_staff: bool = False
) -> dict[str, str]:
    """The counters' keys of an attempt, by kind; keyed hashes, made alike whatever was typed.

    Staff have counters of their own: a lock that strangers caused must not close the hotline.
    """

    def _key(kind: str, value: str) -> str:
        side = "staff" if by_staff else "public"
        return f"{PREFIX}{kind}/{sealing.keyed_hash(f'limit {side} {kind}', value)}"

    found = {"caller": _key("caller", _network(caller))}
    found["policy"] = _key("policy", identifiers.policy_no(policy_no))
    if id_no is not None:
        # Every way of writing one number, a credit code and the code within, is one target.
        kinds = dict(identifiers.id_keys(id_no))
        within = kinds.get("organisation") or kinds.get("organisation-within")
        found["id"] = _key("id", within or kinds["id"])
    return found


def count_report(caller: str, place: str, answer: str | None, at: datetime) -> None:
    """Counts a report that nobody verified, against its caller and the policy or plate it names.

    Many people report one accident at once, so nobody waits for another's count: each target has a
    plain counter per window. ChallengeRequiredError or TooManyRequestsError once there are many.
    """
    _count({"report_caller": _network(caller), "report_target": place}, answer, at)


def count_lead(caller: str, answer: str | None, at: datetime) -> None:
    """Counts a lead against its caller: only many in one day cost a challenge."""
    _count({"lead_caller": _network(caller)}, answer, at)


def count_objection(session: str, person: str, at: datetime) -> None:
    """Counts an objection against the query it came from and the person who asked.

    Both have proved who they are: no challenge, TooManyObjectionsError once there are many.
    """
    targets = {"objection_session": session, "objection_person": person}
    _count(targets, None, at, TooManyObjectionsError)


def _count(
    targets: Mapping[str, str],
    answer: str | None,
    at: datetime,
    refusal: type[TooManyRequestsError] = TooManyRequestsError,
) -> None:
    rule = _rule(clock.shanghai_day(at).isoformat())
    now = int(at.timestamp())
    wait, challenged = 0, False
    for kind, value in targets.items():
        limit = rule["targets"][kind]
        window = limit["forget_seconds"]
        ends = _BEGIN + ((now - _BEGIN) // window + 1) * window
        mark = sealing.keyed_hash(f"limit {kind}", value)
        counted = store.increment(f"{PREFIX}{kind}/{mark}/{ends}", ends)
        challenged |= counted > limit["challenge_after"]
        if counted > limit["lock_after"]:
            wait = max(wait, min(ends - now, rule["longest_lock_seconds"]))
    if wait:
        raise refusal(headers={"Retry-After": str(wait)})
    solution = challenges.solved(answer, at) if challenged and answer is not None else None
    if challenged and not (solution and store.spend(*solution)):
        raise ChallengeRequiredError(challenges.make(rule["challenge"], at))


def look(
    keys: Mapping[str, str],
    answer: str | None,
    at: datetime,
    *beside: tables.Keys,
    by_staff: bool = False,
) -> Standing:
    """Where the targets stand: one round trip; `answer` is the solved challenge as it came.

    `beside` is what another room reads in the same round trip, whoever asks. Nobody at the hotline
    or the counter solves challenges; locks hold there too.
    """
    rule = _rule(clock.shanghai_day(at).isoformat())
    solution = None if answer is None else challenges.solved(answer, at)
    wanted = [*keys.values(), *([solution[0]] if solution else [])]
    found, others = store.read(wanted, *beside)
    fresh = {kind: _fresh(found[key], at) for kind, key in keys.items()}
    needed = not by_staff and any(
        (counter.failures or 0) >= rule["targets"][kind]["challenge_after"]
        for kind, counter in fresh.items()
        if (counter.expires_at > at.timestamp())
    )
    unused = solution is not None and found[solution[0]].failures is None
    return Standing(
        fresh,
        rule,
        at,
        used=solution if needed and unused else None,
        challenged=needed and not unused,
        beside=any(others),
    )


def settle(standing: Standing, *, failed: bool, also: store.Also) -> bool:
    """Counts a failure, or checks that a success came within the limits, with what else is written.

    False if somebody else's attempt came first: the caller looks again.
    """
    changes = []
    for kind, counter in standing.counters.items():
        # Whoever still has to get a challenge must not be locked out for asking: after the first
        # lock only attempts that were decided count on.
        asks = standing.challenged and _failures(standing, kind) >= _lock_after(standing, kind)
        if failed and not asks:
            changes.append(_failure(standing, kind))
        elif kind != "caller":
            # It counts nothing, but must not overtake the failures that are sent along with it.
            changes.append(store.Change(counter, None))
    return store.settle(changes, standing.used, also)


def refuse(standing: Standing) -> TooManyRequestsError:
    """The error that says how long to wait."""
    seconds = max(1, standing.locked_seconds())
    return TooManyRequestsError(headers={"Retry-After": str(seconds)})


def challenge(standing: Standing) -> ChallengeRequiredError:
    """The error that carries a new challenge."""
    return ChallengeRequiredError(challenges.make(standing.rule["challenge"], standing.at))


def _failure(standing: Standing, kind: str) -> store.Change:
    counter, rule = standing.counters[kind], standing.rule["targets"][kind]
    now = int(standing.at.timestamp())
    failures = _failures(standing, kind) + 1
    lock = 0
    if failures >= rule["lock_after"]:
        # Doubling is capped before it is computed: the exponent grows with every failure.
        doubled = rule["first_lock_seconds"] * 2 ** min(failures - rule["lock_after"], 20)
        lock = now + min(doubled, standing.rule["longest_lock_seconds"])
    return store.Change(counter, failures, lock, max(now + rule["forget_seconds"], lock))


def _failures(standing: Standing, kind: str) -> int:
    """Failures that are not forgotten yet."""
    counter = standing.counters[kind]
    return (counter.failures or 0) if counter.expires_at > standing.at.timestamp() else 0


def _lock_after(standing: Standing, kind: str) -> int:
    return int(standing.rule["targets"][kind]["lock_after"])


def _fresh(counter: store.Counter, at: datetime) -> store.Counter:
    """The counter with its lock forgotten where its time is over; the rest stays as read."""
    return counter if counter.expires_at > at.timestamp() else counter._replace(locked_until=0)


def _network(address: str) -> str:
    """The caller's network: an IPv4 address, or the /64 that one subscriber gets of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False))
    return str(parsed)


def _rule(day: str) -> dict[str, Any]:
    """The version that holds on the day (ISO)."""
    held = [version for version in _versions() if version["from"] <= day]
    newest: dict[str, Any] = max(held, key=lambda version: str(version["from"]))
    return newest


@cache
def _versions() -> list[dict[str, Any]]:
    versions: list[dict[str, Any]] = validation.load("data/limits")["versions"]
    return versions
