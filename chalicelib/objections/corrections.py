"""Correction orders to the core system: `outgoing/corrections/<day>/<objection_no>.jsonl`.

One line per item that was decided, the same bytes on every try; written only where none is. An item
of a claim, an instalment, a cover names that one (`entry`): its place in an answer tells the core
system nothing.
"""

import json
from datetime import datetime
from typing import Any

from chalicelib import clock, identifiers
from chalicelib.objections import items, store
from chalicelib.objections.cases import Case
from chalicelib.policies import service as policies
from chalicelib.queries import service as queries


def hand_out(case: Case) -> None:
    """Puts the order of an approved result where the core system fetches it; once is enough."""
    proposal = case.objection.proposal
    ordered = next(facts for facts in case.log if facts["kind"] == "correction_ordered")
    if proposal is None:
        raise LookupError("a correction without a result")
    at = clock.parse(ordered["at"])
    lines = [
        {
            "objection_no": case.number,
            "policy_no": case.policy_no,
            "ordered_at": clock.shown(at),
            "item": one["item"],
            "old": one.get("old"),
            "decided": one["decided"],
            **({"entry": one["entry"]} if one.get("entry") else {}),
        }
        for one in case.words(proposal).get("items", [])
    ]
    text = "".join(
        json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
        for line in lines
    )
    day = clock.shanghai_day(at).isoformat()
    store.put_outgoing(f"outgoing/corrections/{day}/{case.number}.jsonl", text.encode())


def made(case: Case, at: datetime) -> bool:
    """Whether every item that was decided says so in the answer of now."""
    record = policies.find(case.policy_no) if case.policy_no else None
    proposal = case.objection.proposal
    if record is None or proposal is None:
        return False
    answer = queries.answer_of(record, "id", case.objection.filed["language"], at)
    clear = queries.unmasked(record)
    decided = [one for one in case.words(proposal).get("items", []) if "decided" in one]
    return bool(decided) and all(_says(answer, clear, one) for one in decided)


def _says(answer: dict[str, Any], clear: dict[str, str], one: dict[str, Any]) -> bool:
    if one["item"] in clear:
        # 李** is neither what was decided nor told from another 李**.
        return identifiers.name(clear[one["item"]]) == identifiers.name(str(one["decided"]))
    return bool(items.value_in(answer, one["item"], one.get("entry")) == one["decided"])
