"""Correction orders to the core system: `outgoing/corrections/<day>/<objection_no>.jsonl`.

One line per item that was decided, the same bytes on every try; written only where none is.
"""

import json

from chalicelib import clock
from chalicelib.objections import store
from chalicelib.objections.cases import Case


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
        }
        for one in case.words(proposal).get("items", [])
    ]
    text = "".join(
        json.dumps(line, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"
        for line in lines
    )
    day = clock.shanghai_day(at).isoformat()
    store.put_outgoing(f"outgoing/corrections/{day}/{case.number}.jsonl", text.encode())
