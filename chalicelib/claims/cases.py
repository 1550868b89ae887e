"""How claims stand (案卷): what work lists and clocks are read from, made anew from the log.

The item `case` holds nothing that the log does not say but its version, which every event raises
(`If-Match`), and the alarms that were raised. Whatever comes late or out of order makes it anew.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from zlib import crc32

from chalicelib import clock
from chalicelib.claims import entries, events, folding, numbers, promises, stages, store
from chalicelib.claims.entries import Entry
from chalicelib.claims.promises import Clock, Terms
from chalicelib.organisations import service as organisations
from chalicelib.policies.service import Record

ROUNDS = 8
SHARED = "@"
WARNED, BREACHED = "warned", "breached"
NEVER = "9999"
"""Sorts after every promise."""
LOOK_AGAIN = timedelta(days=1)
"""When a claim whose policy we do not know yet is looked at again."""


class Claim:
    """One claim with all that is known of it, as read at one moment."""

    def __init__(
        self,
        key: str,
        place: str,
        policy_no: str | None,
        record: Record | None,
        log: Sequence[Entry],
        item: store.ClaimItem | None,
        report: store.ClaimItem | None,
    ) -> None:
        self.key = key
        """What staff know it by: its number, with the policy's where two policies share it."""
        self.claim_no = key.partition(SHARED)[0]
        """What its customer knows it by."""
        self.place = place
        """The partition in which its events lie."""
        self.policy_no = policy_no
        """The comparable number of its policy, be that known or not."""
        self.record = record
        """Its policy; of an unverified report that which was named, if there is one."""
        self.log = log
        self.item = item
        self.report = report
        self.terms = Terms.of(record)
        self.uploaded: frozenset[str] = frozenset()
        """Codes of documents that came by upload, where whoever reads the claim needs them."""

    @property
    def version(self) -> int:
        """How often it has changed; 0 while there is no `case` of it."""
        return int(self.item.version) if self.item else 0

    @property
    def etag(self) -> str:
        """For `If-Match`."""
        return f'"{self.version}"'

    @property
    def raised(self) -> list[str]:
        """Alarms that were raised: `<clock>/<start>/<warned or breached>`."""
        return list(self.item.facts["raised"]) if self.item else []

    @property
    def verified(self) -> bool:
        """Whether whoever reported it had proved who he is; the core system's claims count so."""
        return self.report is None or bool(self.report.facts["verified"])

    @property
    def organisation(self) -> str:
        """Whose desks it lies on; nobody's while its policy is unknown."""
        return self.record.organisation if self.record else numbers.NOBODYS

    @cached_property
    def case(self) -> folding.Case:
        """The claim by its open facts."""
        return self.fold(opened=False)

    def fold(self, *, opened: bool) -> folding.Case:
        """The claim by its log and its uploads; names and messages only where they are opened."""
        case = entries.folded(self.log, opened=opened)
        case.received |= self.uploaded
        return case

    @cached_property
    def machine(self) -> stages.Machine:
        """The stages and moves that hold for it."""
        return stages.machine(self.terms.line, self.case.began_on)

    @cached_property
    def clocks(self) -> list[Clock]:
        """Its clocks, those that end first at the beginning."""
        return promises.clocks(self.case, self.terms)

    @property
    def department(self) -> str:
        """On whose desk it lies: the stop's department, or the stage's if we do not know that."""
        known = stages.department(self.case.stops[-1].department)
        return known or str(self.machine.stage(self.case.status)["department"])

    @property
    def departments(self) -> frozenset[str]:
        """The departments on whose desks it lies or lay."""
        stops = [stages.department(stop.department) for stop in self.case.stops]
        stages_ = [
            str(self.machine.stage(stop.stage)["department"])
            for stop, known in zip(self.case.stops, stops, strict=True)
            if known is None
        ]
        return frozenset({*(known for known in stops if known), *stages_, self.department})

    def with_event(self, item: store.ClaimItem) -> "Claim":
        """The same with one event more."""
        log = [*self.log, events.Stop(item)]
        more = Claim(self.key, self.place, self.policy_no, self.record, log, self.item, self.report)
        more.uploaded = self.uploaded
        return more


def item_of(claim: Claim, at: datetime, raised: Iterable[str] = ()) -> store.ClaimItem:
    """The next `case` of a claim: its facts, and its place in the indexes while it waits."""
    case, record = claim.case, claim.record
    running = [one for one in claim.clocks if one.paused is None]
    waits = case.open or bool(claim.clocks)
    promise = clock.stored(running[0].due_at) if running else NEVER
    reply = next((one for one in running if one.code == "reply"), None)
    known = [*claim.raised, *raised]
    facts = {
        "claim_no": claim.key,
        "place": claim.place,
        "policy": claim.policy_no,
        "policy_no": policy_no(claim),
        "line": claim.terms.line,
        "organisation": claim.organisation,
        "verified": claim.verified,
        "status": case.status,
        "department": claim.department,
        "handler": case.handler,
        "since": clock.stored(case.stops[-1].arrived_at),
        "promised_by": clock.stored(running[0].due_at) if running else None,
        "promise": running[0].code if running else None,
        "reply_by": clock.stored(reply.due_at) if reply else None,
        "raised": known,
        "core": any("kind" not in one.facts for one in claim.log),
        "log": fingerprint(claim.log),
    }
    alert = _alert(claim, known, at) if waits else None
    agent = record.facts.get("agent") if record else None
    return store.ClaimItem(
        f"claim/{claim.key}",
        store.CASE,
        facts=facts,
        version=claim.version + 1,
        desk=f"{claim.organisation}/{claim.department}" if waits else None,
        agent=agent if waits else None,
        promise=f"{promise}/{claim.key}" if waits else None,
        clock=f"clock/{crc32(claim.key.encode()) % store.CLOCK_SHARDS}" if alert else None,
        alert_at=alert,
    )


def with_nobodys(found: frozenset[str], own: str) -> frozenset[str]:
    """With the desks of claims without a known policy, if the own organisation is a head office."""
    entry = organisations.entry("organisations", own)
    at_the_top = entry is not None and entry.get("level") == "head_office"
    return found | {numbers.NOBODYS} if at_the_top else found


def fingerprint(log: Iterable[Entry]) -> str:
    """Another one after every event and every correction of a stop."""
    told = sorted(json.dumps([one.key, one.facts], sort_keys=True, default=str) for one in log)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:32]


def _alert(claim: Claim, raised: Iterable[str], at: datetime) -> str | None:
    """When one of its clocks has something to say that was not said yet (storage form)."""
    known = set(raised)
    waiting = [instant for name, instant, _ in alerts(claim) if name not in known]
    if claim.record is None and claim.case.open:
        waiting.append(at + LOOK_AGAIN)
    return clock.stored(min(waiting)) if waiting else None


def alerts(claim: Claim) -> list[tuple[str, datetime, Clock]]:
    """Every alarm that its running clocks will raise: name, instant and clock."""
    return [
        (f"{one.code}/{clock.stored(one.started_at)}/{what}", instant, one)
        for one in claim.clocks
        if one.paused is None
        for what, instant in ((WARNED, one.warn_at), (BREACHED, one.due_at))
    ]


def policy_no(claim: Claim) -> str | None:
    """The policy number as people write it; None where only a plate is known."""
    if claim.report is not None:
        named = claim.report.facts["policy_no"]
        return str(named) if named else None
    written = [one.facts["policy_no"] for one in claim.log if "policy_no" in one.facts]
    return str(written[-1]) if written else claim.policy_no
