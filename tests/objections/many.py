"""Very many open objections at once, written as filing writes them but without its questions."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime

from chalicelib.objections import cases, folding, numbers, register, store
from chalicelib.staff import store as people
from tests import rounds

MODELS = (store.CaseItem, store.RegisterItem, people.StaffItem)


def file(filed: Sequence[tuple[datetime, str, str | None]]) -> list[str]:
    """Objections given as (filed at, organisation, handler); their numbers in that order."""
    found = []
    with store.RegisterItem.batch_write() as events, store.CaseItem.batch_write() as standing:
        for at, organisation, handler in filed:
            number = numbers.make(at)
            facts = {
                "item": "/policy/premium",
                "subject": "underwriting",
                "violation": False,
                "complexity": "general",
                "line": "motor",
                "organisation": organisation,
                "handled_at": organisation,
                "handler": handler,
                "channel_type": None,
                "query_id": "q",
                "channel": "online",
                "partner": None,
                "assurance": "id",
                "language": "zh-CN",
            }
            words = {"shown": "1", "claimed": "2", "description": "多收", "phone": "13800138000"}
            event = register.event(number, "filed", facts, words, seq=0, by=None, at=at)
            seen = folding.fold([register.read(event.entry)])
            key = [[event.entry.pk, event.entry.sk]]
            events.save(event.entry)
            standing.save(cases.item_of(seen, {"policy_no": "P1"}, key, 1, at))
            if event.words is not None:
                standing.save(event.words)
            found.append(number)
    return found


def sent() -> AbstractContextManager[list[str]]:
    """Grows by an operation for every request that leaves for DynamoDB meanwhile."""
    return rounds.sent(MODELS)
