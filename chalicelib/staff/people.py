"""What the service is told about a member of staff: an undertaking by two people, a leaver at once.

Letting in needs four eyes, shutting out does not: a leaver is out before anybody has to agree.
"""

from datetime import datetime
from typing import Any

from chalicelib import clock
from chalicelib.approvals import service as approvals
from chalicelib.approvals.service import Approval
from chalicelib.staff import service
from chalicelib.staff.model import Staff

ACTION = "record_undertaking"


def change(staff: Staff, subject: str, told: dict[str, Any], at: datetime) -> Approval | None:
    """Carries out or asks for what is told of a person; the approval that is waited for, if any."""
    if told["change"] == "left":
        service.leave(subject, at)
        return None
    content = {"subject": subject, "signed_on": told["signed_on"]}
    return approvals.ask(staff, ACTION, None, content, at)


@approvals.performs(ACTION)
def _record(approval: Approval) -> None:
    service.undertake(approval.content["subject"], clock.parse(str(approval.decided_at)))
