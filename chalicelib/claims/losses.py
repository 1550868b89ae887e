"""What was reported of one policy or plate, to know the same loss when it comes again."""

from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock
from chalicelib.claims import store
from chalicelib.claims.reporters import Reporter, marks

NEAR = timedelta(hours=1)
"""Losses of one policy no further apart, from the same reporter, are one loss (contract)."""
KNOWN_LOSSES = 500


def same(
    known: store.ClaimItem | None, body: dict[str, Any], reporter: Reporter, occurred_at: datetime
) -> str | None:
    """The number of the claim that this loss already is; None for a new one."""
    ours = set(marks(body, reporter))
    for loss in known.facts["losses"] if known else []:
        near = abs(clock.parse(loss["occurred_at"]) - occurred_at) <= NEAR
        alike = loss["verified"] == (reporter.token is not None)
        if near and alike and not ours.isdisjoint(loss["marks"]):
            return str(loss["claim_no"])
    return None


def with_another(
    place: str,
    known: store.ClaimItem | None,
    claim_no: str,
    body: dict[str, Any],
    reporter: Reporter,
    occurred_at: datetime,
) -> store.ClaimItem:
    """The losses known at the place and this one, in the next version."""
    loss = {
        "claim_no": claim_no,
        "occurred_at": clock.stored(occurred_at),
        "verified": reporter.token is not None,
        "marks": marks(body, reporter),
    }
    earlier = (known.facts["losses"] if known else [])[-KNOWN_LOSSES:]
    return store.ClaimItem(
        place,
        store.LOSSES,
        facts={"losses": [*earlier, loss]},
        version=(int(known.version) if known else 0) + 1,
    )
