"""One request of a member of staff, from the gate to the record: who, how far, what he touched."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.audit import refusals
from chalicelib.audit import service as audit
from chalicelib.errors import TokenError
from chalicelib.observability import logger
from chalicelib.staff import service, tokens
from chalicelib.staff.access import Scope

_OUTCOMES = ((500, "failed"), (404, "not_found"), (403, "denied"), (400, "refused"), (0, "done"))


class Visit:
    """A signed-in request. It goes on record whatever becomes of it, denied ones too."""

    def __init__(
        self, method: str, path: str, headers: Mapping[str, str], context: Any, at: datetime
    ) -> None:
        """TokenError without a good token, or with one that the gate has not seen.

        The token is verified here once more: the gateway remembers the gate's answer for minutes,
        and a route that was deployed without its gate must not stand open.
        """
        self._caller = context["identity"]["sourceIp"]
        try:
            self.staff = tokens.sign_in(headers.get("authorization", ""), at)
            if (context.get("authorizer") or {}).get("principalId") != self.staff.sub:
                logger.error("staff route reached around its gate")
                raise TokenError("around the gate", headers={"WWW-Authenticate": "Bearer"})
        except TokenError as error:
            refusals.record(error.detail, self._caller, at)
            raise
        self.trace = audit.Trace()
        self._widened: list[str] = []
        self._method, self._path, self._at = method, path, at

    def admit(self) -> Scope:
        """How far the route reaches for the person; ForbiddenError and the like for not at all."""
        scope = service.admit(self.staff, self._method, self._path, self._at)
        self._widened = [f"approvals/{one.approval_id}" for one in scope.exceptions]
        return scope

    def touched(self, parameters: Mapping[str, str]) -> None:
        """Names the thing of the path, once a view has found it and has named nothing itself."""
        if parameters and not self.trace.objects:
            room = self._path.split("/")[3]
            self.trace.touch("/".join([room, *parameters.values()]))

    def recorded(self, status: int, request_id: str) -> bool:
        """Whether the request is on record now; what is not must not be answered."""
        staff = self.staff
        # Whoever reads the event sees that the person reached further than his role does.
        self.trace.touch(*self._widened)
        try:
            audit.record(
                audit.Actor(
                    staff.sub, tuple(sorted(staff.roles)), staff.organisation, staff.department
                ),
                action=f"{self._method} {self._path}",
                outcome=next(word for least, word in _OUTCOMES if _fits(status, least)),
                status=status,
                trace=self.trace,
                request_id=request_id,
                caller=self._caller,
                at=self._at,
            )
        # Whatever keeps the event from being kept, the answer must not leave.
        except Exception:  # noqa: BLE001 - see above; it is logged and answered as a failure
            logger.exception("request not recorded", action=self._path)
            return False
        return True


def _fits(status: int, least: int) -> bool:
    """403 and 404 are words of their own; the others stand for all from there on."""
    return status == least if least in (403, 404) else status >= least
