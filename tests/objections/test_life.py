"""Random moves by random people over objections, against what the law asks of their register.

Never an illegal state, nobody alone closes one, no clock runs while the customer is waited for, no
event is lost or out of order, no internal word before the customer's eyes; then the day is sealed
and holds.
"""

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from chalicelib import clock, dated, validation
from chalicelib.errors import ChabaoError
from chalicelib.ledger import signing, verification
from chalicelib.ledger.verification import Finding
from chalicelib.notifications import hours
from chalicelib.objections import cases, clocks, deadlines, folding, moves, register, store
from chalicelib.staff import access
from chalicelib.staff.model import Staff
from tests.ledger import register as bent
from tests.objections import test_moves
from tests.objections.test_filing import file, query
from tests.objections.test_moves import ITEM, PEOPLE, Desk

desk = test_moves.desk
SECRET = "内部文字切勿外传"
ASKED, ANSWERED, REASONS = "请提供收据。", "收据在此。", "录入有误。"
RESULTS = ("corrected", "unfounded", "violation", "misunderstanding", "complaint")
ACTIONS = dated.in_force("data/objection_actions", date(2026, 11, 22))["actions"]
OWED = {"received", "acknowledged", "investigating", "waiting", "proposed", "approved"}
FORWARD = {
    "received": {"acknowledged"},
    "acknowledged": {"investigating", "waiting", "proposed"},
    "investigating": {"waiting", "proposed"},
    "waiting": {"investigating"},
    "proposed": {"investigating", "approved"},
    "approved": {"replied"},
    "replied": set(),
}
"""Where each status may lead: 922号's filing, investigation, review and reply, in that order."""
RIPENS = {"received", "waiting", "proposed"}
"""From where somebody else's step leads back to work that anybody may take up."""
HANDS_ON = ("investigate", "ask", "propose")
REVIEWERS = ("reviewer", "both")
MOVERS = sorted(set(PEOPLE) - {"head_reviewer"})
"""Who never works on one is always left to review it."""
ABOVE = {"44", "31", "1"}
REACH = {"4401": {"4401"}, "44": {"44", "4401"}, "31": {"31"}, "1": {"1", "44", "31", "4401"}}
PLOTS = (
    *("the_customer_is_asked_and_lets_time_pass",) * 4,
    *("whoever_had_a_hand_in_it_would_review_it",) * 4,
    *("somebody_moves", "the_watch_looks") * 3,
    *("a_clock_rings_at_its_moment_and_the_watch_comes_late",) * 4,
    *("whoever_asks_for_more_time_would_grant_it", "those_who_can_take_it_further"),
    *("the_customer_answers", "time_passes"),
)
"""What may happen next; faults hide where people are tempted, and walks go there more often."""
MOSTLY = st.sampled_from([True, True, True, False])
EVENTS = "/v1/staff/objections/{objection_no}/events"
EXAMPLES, STEPS = 3, 15
"""What CI walks."""
SEALED = 3
"""Days of a walk that are sealed: half of its time, though they are the busiest."""
SOAK = 60


class Wait(NamedTuple):
    """When the customer was waited for; `until` None: still."""

    since: str
    until: str | None


def waits(log: list[dict[str, Any]]) -> list[Wait]:
    """By the events alone, whatever the product makes of them."""
    asked = [facts["at"] for facts in log if facts["kind"] == "asked"]
    answered = [facts["at"] for facts in log if facts["kind"] == "answered"]
    assert 0 <= len(asked) - len(answered) <= 1
    answers: list[str | None] = [*answered, None]
    return [Wait(since, until) for since, until in zip(asked, answers, strict=False)]


def promised(complexity: str, log: list[dict[str, Any]]) -> datetime:
    """When the working days for an answer are over, those not counted on which one waits."""
    stood = [
        (clock.parse(wait.since).astimezone(clock.SHANGHAI).date(), wait.until)
        for wait in waits(log)
    ]

    def waited(day: date) -> bool:
        return any(
            until and since < day <= clock.parse(until).astimezone(clock.SHANGHAI).date()
            for since, until in stood
        )

    return working_days({"general": 3, "complex": 7}[complexity], log, waited)


def working_days(
    left: int, log: list[dict[str, Any]], waited: Callable[[date], bool] = lambda _: False
) -> datetime:
    """When so many working days after that of filing are over."""
    day = clock.parse(log[0]["at"]).astimezone(clock.SHANGHAI).date()
    while left:
        day += timedelta(days=1)
        left -= hours.is_working_day(day) and not waited(day)
    return datetime.combine(day + timedelta(days=1), time(), clock.SHANGHAI)


def rings(complexity: str, log: list[dict[str, Any]]) -> dict[tuple[str, str], datetime]:
    """When each clock that runs warns and is over, by the events and the standard alone."""
    kinds, filed = {facts["kind"] for facts in log}, clock.parse(log[0]["at"])
    extended = any(one["kind"] == "extension_decided" and one["approve"] for one in log)
    midnight = datetime.combine(filed.astimezone(clock.SHANGHAI).date(), time(), clock.SHANGHAI)
    due = {"limit": midnight + timedelta(days=31 if extended else 16)}
    if "acknowledged" not in kinds:
        due["acknowledge"] = working_days(1, log)
    if not extended and not any(wait.until is None for wait in waits(log)):
        due["reply"] = promised(complexity, log)
    before = {"acknowledge": 4, "reply": 24, "limit": 72}
    found = {(code, "warned"): at - timedelta(hours=before[code]) for code, at in due.items()}
    return {} if "replied" in kinds else found | {(code, "breached"): due[code] for code in due}


def staff(who: str) -> Staff:
    """As the token of that person says."""
    role, organisation = PEOPLE[who]
    return Staff(who, "员工", frozenset({role}), organisation)


def machine(desk: Desk) -> type[RuleBasedStateMachine]:
    """Bound to the running tables and to people who may sign in."""

    class Objections(RuleBasedStateMachine):
        @initialize(violation=st.booleans())
        def an_objection(self, violation: bool) -> None:
            self.now = clock.now()
            self.answered: list[dict[str, Any]] = []
            self._file(violation)

        @rule(plot=st.sampled_from(PLOTS), data=st.data())
        def something_happens(self, plot: str, data: st.DataObject) -> None:
            """By weight, since Hypothesis leaves whole rules out of a walk that is short."""
            status = cases.load(desk.number).objection.status
            if status in ("approved", "replied") and data.draw(MOSTLY):
                # Little more can go wrong with that one.
                self._further(approve=True)
                self.answered += cases.load(desk.number).log
                self._file(data.draw(st.booleans()))
            getattr(self, plot)(data.draw)

        def somebody_moves(self, draw: Any) -> None:
            """Any action, offered or not; what is offered is accepted, all else is refused."""
            who, stale = draw(st.sampled_from(MOVERS)), not draw(MOSTLY)
            before = cases.load(desk.number)
            within = before.objection.handled_at in REACH[PEOPLE[who][1]]
            offered = moves.allowed(before, staff(who), self.now) if within else []
            among = offered if offered and draw(MOSTLY) else sorted(ACTIONS)
            action = draw(st.sampled_from(among))
            etag = '"0"' if stale else before.etag
            results = RESULTS if PEOPLE[who][1] in ABOVE else sorted({*RESULTS} - {"violation"})
            more = {"approve": draw(st.booleans()), "result": draw(st.sampled_from(results))}
            moved = self._act(who, action, etag, **more)
            if not within:
                assert moved == 404
            elif stale:
                assert moved == 412
            elif action in offered:
                assert moved == 200, (who, action)
                self._lawful(before, who, action)
            else:
                assert moved in (403, 409), (who, action)
            if moved != 200:
                assert cases.load(desk.number).log == self.written

        def the_customer_answers(self, draw: Any) -> None:
            """What he says to the question reaches whoever writes it down, and only then."""
            who = draw(st.sampled_from(["clerk", "province", "head"]))
            before = cases.load(desk.number)
            moved = self._act(who, "receive_answer", before.etag)
            waiting = before.objection.status == "waiting"
            within = before.objection.handled_at in REACH[PEOPLE[who][1]]
            assert moved == (200 if waiting and within else 409 if within else 404)

        def those_who_can_take_it_further(self, draw: Any) -> None:
            """The way to the end, so that short walks see one: two people, in their order."""
            self._further(approve=draw(st.booleans()))

        def whoever_had_a_hand_in_it_would_review_it(self, draw: Any) -> None:
            """What he did himself is another's to review, whatever else he may do."""
            who, action = draw(st.sampled_from(REVIEWERS)), draw(st.sampled_from(HANDS_ON))
            while (before := cases.load(desk.number)).objection.status in RIPENS:
                self._further(approve=False)
            if before.objection.status not in ACTIONS[action]["from"]:
                return
            assert self._act(who, action, before.etag) == 200
            while (ripe := cases.load(desk.number)).objection.status != "proposed":
                self._further(approve=True)
            assert self._act(who, "review", ripe.etag) == 403
            assert "review" not in moves.allowed(ripe, staff(who), self.now)

        def the_customer_is_asked_and_lets_time_pass(self, draw: Any) -> None:
            """The clock stands while he thinks, and goes on from there when he has answered."""
            while (before := cases.load(desk.number)).objection.status in RIPENS - {"waiting"}:
                self._further(approve=False)
            if before.objection.status in ACTIONS["ask"]["from"]:
                assert self._act("province", "ask", before.etag) == 200
            if cases.load(desk.number).objection.status == "waiting":
                self.no_clock_runs_while_the_customer_is_waited_for()
                self.now += timedelta(hours=draw(st.sampled_from([80, 30, 200])))
                if draw(MOSTLY):
                    self._further(approve=True)

        def whoever_asks_for_more_time_would_grant_it(self, draw: Any) -> None:
            """More time is another's to grant."""
            who, before = draw(st.sampled_from(REVIEWERS)), cases.load(desk.number)
            asked = self._act(who, "ask_extension", before.etag)
            offered = "ask_extension" in moves.allowed(before, staff(who), self.now)
            assert asked == (200 if offered else 409)
            if asked == 200:
                approve, now = draw(st.booleans()), cases.load(desk.number)
                assert self._act(who, "decide_extension", now.etag, approve=approve) == 403

        def time_passes(self, draw: Any) -> None:
            self.now += timedelta(hours=draw(st.sampled_from([1, 5, 20, 30, 80, 200])))

        def the_watch_looks(self, draw: Any) -> None:
            """At this hour, or begun before somebody moved; never twice the same."""
            at = self.now
            if draw(st.booleans()):
                self.now += timedelta(hours=1)
                self._further(approve=True)
            before = cases.load(desk.number)
            deadlines.watch(at)
            after = cases.load(desk.number)
            assert after.log[: len(before.log)] == before.log
            new = after.log[len(before.log) :]
            assert {facts["kind"] for facts in new} <= {"warned", "breached"}
            running = {one.code for one in clocks.running(before.objection) if not one.paused}
            assert {facts["clock"] for facts in new} <= running
            again = deadlines.watch(at)
            assert (again["warned"], again["breached"]) == (0, 0)

        def a_clock_rings_at_its_moment_and_the_watch_comes_late(self, draw: Any) -> None:
            """Not a second before; and what somebody did meanwhile stands before it."""
            before = cases.load(desk.number)
            coming = rings(before.objection.complexity, before.log)
            later = sorted((at, what) for what, at in coming.items() if at > self.now)
            if not later:
                self.time_passes(draw)
                return
            moment, (code, kind) = draw(st.sampled_from(later))
            deadlines.watch(moment - timedelta(seconds=1))
            early = cases.load(desk.number)
            self.now = moment + timedelta(minutes=draw(st.sampled_from([1, 90])))
            # Whoever urges ends no clock.
            assert self._act("head", "urge", early.etag) == 200
            deadlines.watch(moment)
            rung = cases.load(desk.number).log
            for log, new, at in (
                (before.log, early.log, moment - timedelta(seconds=1)),
                (early.log, rung, moment),
            ):
                told = {(one["clock"], one["kind"]) for one in new[len(log) :] if "clock" in one}
                assert told <= {what for what, then in coming.items() if then <= at}, told
                assert ((code, kind) in told) is (at == moment)

        @invariant()
        def no_event_is_lost_or_out_of_order(self) -> None:
            case = cases.load(desk.number)
            assert case.log[: len(self.written)] == self.written
            self.written = case.log
            assert [facts["seq"] for facts in case.log] == list(range(len(case.log)))
            told = [facts["at"] for facts in case.log]
            assert told == sorted(told)
            assert len(store.events(case.item.facts["events"])) == len(case.log)
            shuffled = list(case.log)
            random.Random(len(told)).shuffle(shuffled)  # noqa: S311 - an order, no secret
            assert folding.fold(shuffled) == case.objection

        @invariant()
        def every_status_follows_from_the_one_before(self) -> None:
            log = cases.load(desk.number).log
            trail = [folding.fold(log[:end]).status for end in range(1, len(log) + 1)]
            assert trail[0] == "received"
            for before, after in pairwise(trail):
                assert after == before or after in FORWARD[before], trail

        @invariant()
        def the_index_says_what_the_log_says(self) -> None:
            case = cases.load(desk.number)
            facts, found = case.item.facts, case.objection
            assert (facts["status"], facts["handler"]) == (found.status, found.handler)
            half = "open" if found.status in OWED else "closed"
            assert case.item.desk == f"{found.handled_at}/{half}"
            assert facts["paused"] is (found.status == "waiting")
            assert not found.violation or found.handled_at in ABOVE

        @invariant()
        def nobody_alone_closes_one(self) -> None:
            log = cases.load(desk.number).log
            for place, facts in enumerate(log):
                if facts["kind"] != "replied":
                    continue
                until = log[:place]
                proposal = [one for one in until if one["kind"] == "proposed"][-1]
                review = [one for one in until if one["kind"] == "reviewed"][-1]
                assert (review["approve"], review["proposal"]) == (True, proposal["event_id"])
                assert review["seq"] > proposal["seq"]
                assert review["by"] != proposal["by"]
                role, place_of = PEOPLE[review["by"]]
                assert role == "compliance_reviewer"
                assert place_of in ABOVE
                touched = {
                    one["by"]
                    for one in until
                    if one["kind"] in ("acknowledged", "investigated", "asked", "answered")
                }
                assert review["by"] not in touched
                assert facts["result"] == proposal["result"]

        @invariant()
        def no_clock_runs_while_the_customer_is_waited_for(self) -> None:
            case = cases.load(desk.number)
            told = waits(case.log)
            waiting = bool(told) and told[-1].until is None
            due = rings(case.objection.complexity, case.log)
            for one in clocks.running(case.objection):
                assert one.paused is (waiting and one.code == "reply")
                if one.paused:
                    due["reply", "breached"] = promised(case.objection.complexity, case.log)
                assert one.due_at == due.pop((one.code, "breached"))
            assert not any(kind == "breached" for _, kind in due), due
            for facts in case.log:
                if facts["kind"] in ("warned", "breached") and facts["clock"] == "reply":
                    seq = facts["seq"]
                    told = waits(case.log[:seq])
                    assert not told or told[-1].until is not None, facts
            closed = [facts["seq"] for facts in case.log if facts["kind"] == "replied"]
            rung = [f["seq"] for f in case.log if f["kind"] in ("warned", "breached")]
            assert not closed or all(seq < closed[0] for seq in rung)

        @invariant()
        def the_customer_sees_nothing_internal(self) -> None:
            followed = desk.followed()
            text = str(followed)
            assert SECRET not in text
            assert not any(f"'{sub}'" in text for sub in PEOPLE)
            replied = followed["status"] == "replied"
            assert (followed["reply"] is not None) is replied
            assert (REASONS in text) is replied
            asked = followed["status"] == "waiting"
            assert followed["question"] == (ASKED if asked else None)

        def teardown(self) -> None:
            if hasattr(self, "written"):
                assert findings([*self.answered, *self.written]) == []

        def _file(self, violation: bool) -> None:
            # One query takes so many objections and no more.
            desk.answer = query(desk.door, desk.policy_no)
            filed = file(desk.door, desk.answer, violation=violation)
            assert filed.status == 201, filed.body
            desk.number = filed.body["objection_no"]
            self.written = cases.load(desk.number).log
            self.now = max(self.now, clock.now())

        def _further(self, *, approve: bool) -> None:
            """The next step on the way to the end, by whoever may take it."""
            before = cases.load(desk.number)
            status, worked = before.objection.status, before.objection.worked
            if status == "replied":
                return
            action = {"received": "acknowledge", "proposed": "review", "approved": "reply"}
            step = action.get(status, "receive_answer" if status == "waiting" else "propose")
            fresh = next(one for one in ("reviewer", "both", "head_reviewer") if one not in worked)
            who = fresh if step == "review" else "province"
            moved = self._act(who, step, before.etag, approve=approve, result="corrected")
            assert moved == 200

        def _act(self, who: str, action: str, etag: str, **more: Any) -> int:
            """The step with all that it needs, and inner words in every field it leaves free."""
            step: dict[str, Any] = {"note": SECRET}
            asks = {"ask": ASKED, "receive_answer": ANSWERED}
            step["message"] = asks.get(action, SECRET)
            step["reasons"] = REASONS if action == "propose" else SECRET
            step["persons"] = [{"name": SECRET, "measure": "warning", "facts": SECRET}]
            step["handler"] = "second"
            if action in ("review", "decide_extension"):
                step["approve"] = more.get("approve", True)
            if action == "propose":
                step |= {"items": [ITEM], "result": more.get("result", "unfounded")}
                step["complaint_no"] = desk.complaint
            body = {"action": action, **step}
            validation.validate("objections/step", body)
            person = staff(who)
            granted = access.grants("POST", EVENTS, person.roles)
            reach = access.Scope(person, granted)
            try:
                moves.act(desk.number, body, person, reach, etag, "zh-CN", self.now)
            except ChabaoError as refusal:
                return refusal.status
            return 200

        @staticmethod
        def _lawful(before: cases.Case, who: str, action: str) -> None:
            """The move was open from there, to that person's role and organisation."""
            move, (role, organisation) = ACTIONS[action], PEOPLE[who]
            assert before.objection.status in move["from"]
            assert role in move["roles"]
            levels = {"any": set(REACH), "province": ABOVE, "head_office": {"1"}}
            assert organisation in levels[move["level"]]
            assert not (move["other_person"] and who in before.objection.worked)

    return Objections


def findings(log: list[dict[str, Any]]) -> list[Finding]:
    """What the verifier finds of the days on which most of these stand, each sealed anew."""
    found: list[Finding] = []
    days = Counter(clock.shanghai_day(clock.parse(facts["at"])) for facts in log)
    for day, _ in days.most_common(SEALED):
        bent.no_ledger()
        bent.seal(day)
        found += verification.verify(day, day, signing.public_key())
    return found


def walk(desk: Desk, examples: int, steps: int, seeded: int | None = None, **more: Any) -> None:
    walks = machine(desk)
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # as shipped
        walks if seeded is None else seed(seeded)(walks),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=examples < SOAK,
            suppress_health_check=list(HealthCheck),
            # A trial of the walk is over with the first that fails.
            report_multiple_bugs=False,
            **more,
        ),
    )


def test_random_moves_by_random_people_keep_to_the_law(desk: Desk) -> None:
    walk(desk, EXAMPLES, STEPS)


@pytest.mark.soak
def test_long_walks_of_random_moves_keep_to_the_law(desk: Desk) -> None:
    walk(desk, SOAK, 40)


@pytest.mark.soak
@pytest.mark.parametrize("seeded", range(10))
@pytest.mark.parametrize("fault", ["same person", "clock runs", "days count", "late watch"])
def test_short_walks_find_planted_faults(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, fault: str, seeded: int
) -> None:
    """The walk as CI takes it, by ten other seeds."""
    as_it_is = clocks._clock
    if fault == "same person":
        # Nobody is known to have worked on anything.
        monkeypatch.setattr(folding, "WORKED", frozenset())
    elif fault == "clock runs":
        monkeypatch.setattr(clocks, "_clock", lambda *told: as_it_is(*told)._replace(paused=False))
    elif fault == "days count":
        # Days on which the customer was waited for count against the limit.
        monkeypatch.setattr(clocks, "_waited", lambda _found, _day: False)
    else:
        # What the watch raises stands at its own time, whatever happened since.
        monkeypatch.setattr(cases.Case, "stamp", lambda _case, at: at)
    with pytest.raises(AssertionError):
        walk(desk, EXAMPLES, STEPS, seeded, phases=[Phase.generate])


def test_whoever_bends_a_handled_objection_is_found_out(desk: Desk) -> None:
    """The check of the check: the same verification, one event not what it was."""
    desk.propose()
    desk.did("reviewer", "review", approve=True)
    desk.did("clerk", "reply")
    case = cases.load(desk.number)
    assert findings(case.log) == []
    day = clock.shanghai_day(case.objection.filed_at)
    events = store.events(case.keys)
    for entry in (events[2], events[-1]):
        shard = [one.sk for one in store.of_day(day.isoformat()) if one.pk == entry.pk]
        for bend, kind in (
            (lambda one: edited(one).save(), "edited"),
            (lambda one: one.delete(), "cut-off" if entry.sk == shard[-1] else "deleted"),
        ):
            bend(entry)
            (found,) = verification.verify(day, day, signing.public_key())
            assert (found.kind, found.place.rpartition("/")[0]) == (
                kind,
                f"objections/{entry.pk[-2:]}/{entry.sk.rpartition('/')[0]}",
            )
            entry.save()
    assert list(verification.verify(day, day, signing.public_key())) == []


def edited(entry: store.RegisterItem) -> store.RegisterItem:
    """The event as if somebody else had done it."""
    facts = json.dumps({**register.read(entry), "by": "someone"}, ensure_ascii=False)
    return store.RegisterItem(entry.pk, entry.sk, facts=facts)


def test_what_the_watch_raises_late_stands_after_what_came_before_it(desk: Desk) -> None:
    """It began before the step and reached the objection after it."""
    begun = working_days(3, cases.load(desk.number).log) - timedelta(hours=2)
    person = staff("clerk")
    reach = access.Scope(person, access.grants("POST", EVENTS, person.roles))
    step = {"action": "acknowledge"}
    moves.act(desk.number, step, person, reach, None, "zh-CN", begun + timedelta(seconds=30))
    deadlines.watch(begun)
    log = cases.load(desk.number).log
    # That it was to be acknowledged long before comes with the step.
    kinds = [facts["kind"] for facts in log]
    assert kinds == ["filed", "breached", "acknowledged", "warned"]
    told = [facts["at"] for facts in log]
    assert told == sorted(told)
