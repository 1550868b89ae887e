"""HTTP of policies: what staff may read of their past."""

from typing import Any

from chalicelib.http import Call, Routes
from chalicelib.policies import history

routes = Routes(__name__)


@routes.get(
    "/v1/staff/policies/{policy_no}/history",
    access="staff",
    answer="policies/history",
    query=("purpose",),
)
def past(call: Call) -> dict[str, Any]:
    """The versions of a policy with when and which file, and its telephone numbers."""
    call.trace.touch(purpose=call.query.get("purpose"))
    found = history.of(call.scope, call.path["policy_no"], call.language)
    fields = {change["field"] for version in found["versions"] for change in version["changes"]}
    call.trace.touch(f"policies/{found['policy_no']}", fields=fields)
    return found
