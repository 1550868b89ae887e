"""Documents that came by upload (索赔材料): one that was asked for is an event of its claim.

So it counts wherever the log is read, in the answer of a query too, and the desk sees that it came.
"""

from datetime import datetime

from chalicelib.claims import cases, events, gathering, store
from chalicelib.errors import OvertakenError
from chalicelib.observability import logger


def came(claim_no: str, attachment_id: str, document: str, arrived_at: datetime) -> None:
    """Adds the event of one attachment that was found good; once, however often it is told."""
    for _ in range(cases.ROUNDS):
        claim = gathering.load(claim_no)
        if any(one.key.endswith(f"/{attachment_id}") for one in claim.log):
            return
        facts = {"kind": "documents", "documents": [document]}
        event = events.happened(
            claim.place, claim.claim_no, facts, {}, arrived_at, arrived_at, name=attachment_id
        )
        if claim.report is None:
            store.mark_known(claim.place)
        if store.change(cases.item_of(claim.with_event(event), arrived_at), [event], []):
            logger.info("document came", claim_no=claim.claim_no, document=document)
            return
    raise OvertakenError
