"""Finds all that belongs to a claim, wherever it lies, and makes its case anew from it.

The core system's claim and the report of ours that any of its rows names (`report_no`) are one,
also where both were known apart before.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from chalicelib import identifiers
from chalicelib.claims import cases, entries, events, store, telling
from chalicelib.claims.cases import ROUNDS, SHARED, Claim
from chalicelib.claims.entries import Entry
from chalicelib.errors import NotFoundError, OvertakenError
from chalicelib.notifications import service as notifications
from chalicelib.policies import parts
from chalicelib.policies import service as policies
from chalicelib.policies.service import Record

_About = dict[str, store.ClaimItem]


def load(claim_no: str) -> Claim:
    """A claim by its number as typed or by its key; NotFoundError for none."""
    number, _, shared = claim_no.partition(SHARED)
    _may_be_one(number, shared or number)
    key = entries.number(number) + (f"{SHARED}{identifiers.policy_no(shared)}" if shared else "")
    key, about = _follow(key)
    where, item = about.get(store.WHERE), about.get(store.CASE)
    if where is not None:
        place = str(where.facts["place"])
    elif item is not None:
        place = str(item.facts["place"])
    else:
        raise NotFoundError
    policy = item.facts["policy"] if item else None
    return _gather(key, place, policy, policies.find(policy) if policy else None, about)


def of_policy(claim_no: str, policy_no: str) -> Claim:
    """The claim of that number under that policy, as its insured may see it: without reports that
    anybody may have sent; NotFoundError for none."""
    _may_be_one(claim_no, policy_no)
    key, about = _found(entries.number(claim_no), policy_no)
    record = policies.find(policy_no)
    claim = _gather(key, f"policy/{policy_no}", policy_no, record, about)
    if not claim.verified or (claim.item is not None and not claim.item.facts["verified"]):
        theirs = [one for one in claim.log if "kind" not in one.facts]
        claim = Claim(key, claim.place, policy_no, record, theirs, claim.item, None)
    if not claim.log:
        # The core system's number of a claim that was joined to a report of ours.
        names = entries.names(parts.standing(policy_no, entries.KIND))
        known = names.get(entries.number(claim_no))
        if known is None or known == entries.number(claim_no):
            raise NotFoundError
        return of_policy(known, policy_no)
    return claim


def settle(rows: Iterable[dict[str, str]], at: datetime) -> None:
    """Makes the cases anew to which rows of the core system belong; again: no change."""
    touched: dict[str, set[str]] = {}
    for row in rows:
        policy_no = identifiers.policy_no(row["policy_no"])
        touched.setdefault(policy_no, set()).add(entries.number(row["claim_no"]))
    for policy_no, claims in touched.items():
        record = policies.find(policy_no)
        names = entries.names(parts.standing(policy_no, entries.KIND))
        for claim_no in sorted(claims):
            _settle(names.get(claim_no, claim_no), policy_no, record, at)
            if names.get(claim_no, claim_no) != claim_no:
                _retire(claim_no, names[claim_no], policy_no)


def _may_be_one(*typed: str) -> None:
    """NotFoundError for what can be no key, such as letters that unfold to eighteen each."""
    if not all(identifiers.may_be_looked_up(identifiers.policy_no(text)) for text in typed):
        raise NotFoundError


def _settle(number: str, policy_no: str, record: Record | None, at: datetime) -> None:
    for _ in range(ROUNDS):
        key, about = _found(number, policy_no)
        where = about.get(store.WHERE)
        place = str(where.facts["place"]) if where else f"policy/{policy_no}"
        claim = _gather(key, place, policy_no, record, about)
        if claim.item is not None and claim.item.facts["log"] == cases.fingerprint(claim.log):
            return
        messages = telling.of_files(claim, at)
        if store.change(cases.item_of(claim, at), [], messages):
            notifications.wake(messages, at)
            return
    raise OvertakenError


def _retire(number: str, into: str, policy_no: str) -> None:
    """Takes a claim of the core system off the desks that was known apart from its report."""
    for _ in range(ROUNDS):
        item = {one.sk: one for one in store.about(number)}.get(store.CASE)
        if item is None or item.facts["policy"] != policy_no or "joined" in item.facts:
            return
        key, _ = _found(into, policy_no)
        retired = store.ClaimItem(
            item.pk, item.sk, facts={**item.facts, "joined": key}, version=int(item.version) + 1
        )
        if store.change(retired, [], []):
            return
    raise OvertakenError


def _follow(key: str) -> tuple[str, _About]:
    """What stands under a key, or under that of the report which it was joined to."""
    about = {item.sk: item for item in store.about(key)}
    item = about.get(store.CASE)
    joined = item.facts.get("joined") if item else None
    return (key, about) if joined is None else _follow(str(joined))


def _found(number: str, policy_no: str) -> tuple[str, _About]:
    """Under which key the claim of a number and a policy stands, and what stands there.

    One accident gives a claim under the compulsory and one under the commercial policy, and both
    name the same report: the second one's key says its policy too.
    """
    key, about = _follow(number)
    item = about.get(store.CASE)
    # Which policy an unverified report belongs to is a guess until the core system has said.
    said = item is not None and (item.facts["verified"] or item.facts["core"])
    if item is None or not said or item.facts["policy"] in (None, policy_no):
        return key, about
    return _follow(f"{number}{SHARED}{policy_no}")


def _gather(
    key: str, place: str, policy_no: str | None, record: Record | None, about: _About
) -> Claim:
    number = key.partition(SHARED)[0]
    core = parts.standing(policy_no, entries.KIND) if policy_no else []
    items = store.of(place, number)
    stops = [stop for stop, name in _named(core) if name == number]
    told = [item for sk, item in about.items() if sk.startswith(store.MESSAGE)]
    for before in {entries.number(stop.facts["claim_no"]) for stop in stops} - {number}:
        # What happened here before the core system said which report its claim is.
        items = [*items, *store.of(f"policy/{policy_no}", before)]
        told += [one for one in store.about(before) if one.sk.startswith(store.MESSAGE)]
    log: list[Entry] = [
        *(events.Stop(item) for item in items if "/event/" in item.sk),
        *(events.Stop(item) for item in told),
        *stops,
    ]
    report = next((item for item in items if item.sk.endswith("/report")), None)
    return Claim(key, place, policy_no, record, log, about.get(store.CASE), report)


def _named(core: Sequence[parts.Part]) -> Iterable[tuple[parts.Part, str]]:
    names = entries.names(core)
    for stop in core:
        claim_no = entries.number(stop.facts["claim_no"])
        yield stop, names.get(claim_no, claim_no)
