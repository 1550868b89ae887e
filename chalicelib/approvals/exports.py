"""Exports above a size (S3): many rows leave the house only when another person agrees.

The person who asked repeats his request once it was approved; until the approval's time is over it
goes through, each time on record. How many rows are many is the parameter `export_rows`.
"""

from datetime import datetime
from typing import Any

from chalicelib import clock
from chalicelib.approvals import service
from chalicelib.approvals.service import Approval
from chalicelib.observability import logger
from chalicelib.parameters import service as parameters
from chalicelib.staff.model import Staff

ACTION = "export_rows"


def needed(
    staff: Staff, organisation: str | None, export: dict[str, Any], rows: int, at: datetime
) -> Approval | None:
    """What has to be waited for before this export of so many rows may leave; None: it may now.

    `export` says what leaves so that the second person knows it (kind, key or period, purpose) and
    is compared whole: another content is another export. `organisation` is whose rows they are,
    None for those of several. ApprovalRefusedError if it was refused today.
    """
    if rows <= parameters.value("export_rows", clock.shanghai_day(at)):
        return None
    return service.needed(staff, ACTION, organisation, {**export, "rows": rows}, at)


@service.performs(ACTION)
def _open(approval: Approval) -> None:
    """The approval itself is what opens the way: nothing leaves before its asker comes again."""
    logger.info("export opened", approval_id=approval.approval_id)
