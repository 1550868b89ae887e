"""HTTP of staff."""

from chalicelib import clock
from chalicelib.http import Answer, Call, Routes
from chalicelib.staff import people

routes = Routes(__name__)


@routes.put(
    "/v1/staff/people/{subject}",
    access="staff",
    body="people/change",
    answer="approvals/asked",
    also=202,
)
def change(call: Call) -> Answer:
    """Tells of an undertaking, which a second person confirms, or of a leaver, who is out now."""
    call.trace.touch(f"people/{call.path['subject']}", fields=[call.body["change"]])
    approval = people.change(call.staff, call.path["subject"], call.body, clock.now())
    if approval is None:
        return Answer(200, {"approval_id": None, "state": "done"})
    return Answer(202, {"approval_id": approval.approval_id, "state": approval.state})
