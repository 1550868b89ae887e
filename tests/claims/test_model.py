"""Random moves by random people and files, against a model (Done when of the issue).

Never an illegal state, no event lost, no internal note before the customer's eyes.
"""

import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from chalicelib import clock
from chalicelib.claims import deadlines, gathering, service, stages
from tests.claims import test_moves
from tests.claims.desk import DEPARTMENTS, Desk, yuan
from tests.claims.test_routes import report, token
from tests.policies.rows import number, policy, take

door = test_moves.door
desk = test_moves.desk
SECRET = "内部备注切勿外传"
WORDS = {"message": "请您放心。", "reason": "说明理由。"}
SOAK = 100
STAGES = sorted({"dispatched", "surveyed", "registered", "assessed", "docs_pending", "closed"})


def machine(desk: Desk) -> type[RuleBasedStateMachine]:
    """Bound to the running tables and to people who may sign in."""

    class Claims(RuleBasedStateMachine):
        @initialize()
        def a_report(self) -> None:
            self.policy_no = number()
            take(policy(self.policy_no, organisation="4401"))
            self.bearer = token(desk.door, self.policy_no)
            self.claim_no = str(report(desk.door, bearer=self.bearer).body["claim_no"])
            self.begun = clock.now()
            self.events = 1
            self.rows: dict[int, str] = {}
            self.holder: str | None = None
            self.joined = False

        @rule(
            who=st.sampled_from(sorted(DEPARTMENTS)),
            pick=st.integers(0, 30),
            stale=st.booleans(),
            note=st.booleans(),
        )
        def somebody_moves(self, who: str, pick: int, stale: bool, note: bool) -> None:
            """Any action, allowed or not; what the service offers it must then accept."""
            seen = desk.look(who, self.claim_no)
            if seen.status == 404:
                return
            offered = seen.body["moves"]
            rest = sorted(stages.machine("motor", "2026-11-22").moves)
            action = (
                (offered or rest)[pick % len(offered or rest)]
                if pick % 4
                else rest[pick % len(rest)]
            )
            step: dict[str, Any] = {**WORDS, "amount": yuan(0), "department": "claims"}
            step["documents"] = ["other_document"]
            step["note"] = SECRET
            if not note and action not in ("note", "send_back"):
                del step["note"]
            etag = '"0"' if stale else seen.headers["ETag"]
            before = gathering.load(self.claim_no).case
            moved = desk.act(who, self.claim_no, action, etag, **step)
            if stale:
                assert moved.status == 412
            elif action in offered and self._in_the_present(before):
                assert moved.status == 200, (action, moved.body)
            else:
                assert moved.status in (200, 403, 404, 409), (action, moved.body)
            if moved.status == 200:
                self.events += 1
                self._legal(before, action, who)

        @rule(
            seq=st.integers(1, 4),
            stage=st.sampled_from(STAGES),
            minutes=st.integers(-600, 0),
            names_it=st.booleans(),
        )
        def a_file_comes(self, seq: int, stage: str, minutes: int, names_it: bool) -> None:
            """A row of the core system, late, out of order or again, as whole files are."""
            at = clock.stored(self.begun + timedelta(minutes=minutes, seconds=seq))
            row = {"claim_no": f"C{self.policy_no}", "seq": seq, "policy_no": self.policy_no}
            row |= {"stage": stage, "at": at, "note": SECRET}
            if names_it:
                row["report_no"] = self.claim_no
            for _ in range(2):
                service.take([(dict(row), f"f#{seq}-{at}-{stage}-{names_it}")], clock.now())
            self.rows[seq] = stage
            self.joined = self.joined or names_it

        @rule()
        def the_customer_writes(self) -> None:
            path = f"/v1/claims/{self.claim_no}/messages"
            sent = desk.door.post(path, {"text": "请问进展如何?"}, token=self.bearer)
            assert sent.status in (201, 429)
            self.events += sent.status == 201

        @rule(days=st.integers(0, 90))
        def the_watch_looks(self, days: int) -> None:
            at = clock.now() + timedelta(days=days)
            deadlines.watch(at)
            again = deadlines.watch(at)
            assert (again["warned"], again["breached"]) == (0, 0)

        @invariant()
        def no_event_is_lost(self) -> None:
            claim = gathering.load(self.claim_no)
            ours = [one for one in claim.log if "kind" in one.facts]
            assert len(ours) == self.events
            theirs = {one.facts["seq"]: one.facts["stage"] for one in claim.log if one not in ours}
            assert theirs == (self.rows if self.joined else {})
            assert claim.case.status in stages.machine("motor", "2026-11-22").stages
            shuffled = list(claim.log)
            random.Random(self.events).shuffle(shuffled)  # noqa: S311 - an order, no secret
            other = gathering.Claim("K", "", None, claim.record, shuffled, None, claim.report)
            assert other.case == claim.case

        @invariant()
        def the_index_says_what_the_log_says(self) -> None:
            claim = gathering.load(self.claim_no)
            assert claim.item is not None
            facts = claim.item.facts
            assert (facts["status"], facts["handler"]) == (claim.case.status, claim.case.handler)
            assert facts["department"] == claim.department
            waits = claim.case.open or bool(claim.clocks)
            assert (claim.item.desk is not None) == waits

        @invariant()
        def the_customer_sees_no_note(self) -> None:
            followed = desk.door.get(f"/v1/claims/{self.claim_no}", token=self.bearer)
            assert followed.status == 200
            box = desk.door.get(f"/v1/claims/{self.claim_no}/messages", token=self.bearer)
            assert SECRET not in str(followed.body)
            assert SECRET not in str(box.body)
            arrived = [stop["arrived_at"] for stop in followed.body["timeline"]]
            assert arrived == sorted(arrived)

        @staticmethod
        def _in_the_present(before: Any) -> bool:
            return bool(before.stops[-1].arrived_at <= clock.now() + timedelta(minutes=5))

        def _legal(self, before: Any, action: str, who: str) -> None:
            """The move was open from there, to that person's role and department."""
            role, department = DEPARTMENTS[who]
            move = stages.machine("motor", "2026-11-22").moves.get(action)
            if move is None:
                return
            assert before.status in move.from_
            assert role in move.roles
            assert stages.department(department) in move.departments
            held = before.handler not in (None, f"{who}-4401")
            assert not held or role == "claims_reviewer"

    return Claims


def walk(desk: Desk, examples: int, steps: int) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # as shipped
        machine(desk),
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=examples < SOAK,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_random_moves_by_random_people_and_files_keep_to_the_model(desk: Desk) -> None:
    walk(desk, 4, 20)


@pytest.mark.soak
def test_long_walks_of_random_moves_keep_to_the_model(desk: Desk) -> None:
    walk(desk, SOAK, 60)
