"""Erasure of closed objections: words and the policy's number go, the register stays."""

import json
from datetime import timedelta

from chalicelib import clock
from chalicelib.objections import cases, erasure, folding, register, store
from tests.conftest import Aws


def closed(number: str) -> None:
    """An objection that was answered just now."""
    at = clock.now()
    facts = {
        "item": "/policy/premium",
        "subject": "underwriting",
        "violation": False,
        "complexity": "general",
        "line": "motor",
        "organisation": "4401",
        "handled_at": "4401",
        "handler": None,
        "assurance": "id",
    }
    steps = [("filed", facts, {"phone": "13800138000"}), ("replied", {}, {})]
    events = [
        register.event(number, kind, told, words, seq=seq, by=None, at=at + timedelta(seconds=seq))
        for seq, (kind, told, words) in enumerate(steps)
    ]
    letter = register.event(
        number, "letter", {"letter": "k"}, {}, seq=2, by=None, at=at + timedelta(seconds=2)
    )
    events.append(letter)
    found = folding.fold([register.read(event.entry) for event in events])
    keys = [[event.entry.pk, event.entry.sk] for event in events]
    item = cases.item_of(found, {"policy_no": "PDZA1"}, keys, 1, at)
    words = [event.words for event in events if event.words]
    assert store.change(item, [event.entry for event in events], words, [])


def test_what_is_over_is_found_and_erased_once(aws: Aws) -> None:
    aws.empty()
    number = "Y20161120-00000001"
    closed(number)
    assert erasure.due(lambda _: False, 10) == []
    assert erasure.due(lambda _: True, 0) == []
    assert erasure.due(lambda _: True, 10) == [number]
    before = [entry.facts for entry in store.events(cases.load(number).keys)]
    erasure.erase([number])
    erasure.erase([number])
    case = cases.load(number)
    assert (case.policy_no, case.told()) == (None, {})
    assert [entry.facts for entry in store.events(case.keys)] == before
    assert erasure.due(lambda _: True, 10) == []
    dynamodb = aws.resources.clients.dynamodb
    left = dynamodb.scan(TableName=aws.name("ObjectionCasesTable"))["Items"]
    assert "PDZA1" not in json.dumps(left, default=str)
    assert not any("sealed" in item for item in left)
