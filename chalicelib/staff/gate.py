"""The gate of staff routes: the function that the gateway asks before it calls the API's."""

from typing import Any

from chalice.app import AuthResponse, AuthRoute, ChaliceAuthorizer

from chalicelib import clock
from chalicelib.errors import TokenError
from chalicelib.staff import tokens


def _allow_staff(request: Any) -> AuthResponse:
    """The first gate of staff routes, before the API function; the door asks again itself.

    Its answer may be remembered by the gateway and therefore names all staff routes.
    """
    at = clock.now()
    try:
        staff = tokens.sign_in(request.token, at)
    except TokenError as error:
        # Here, not above: a good token needs no table, and the SDK takes longer than all else.
        from chalicelib.audit import refusals

        # A gate of this kind is told the token alone, not who sent it.
        refusals.record(error.detail, None, at)
        raise UnauthorizedError from error
    context = {"organisation": staff.organisation, "roles": " ".join(sorted(staff.roles))}
    return AuthResponse([AuthRoute("/v1/staff/*", ["*"])], staff.sub, context)


class UnauthorizedError(Exception):
    """When the gateway shall answer 401: it does so for exactly this message."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


STAFF_GATE = ChaliceAuthorizer("authorize_staff", _allow_staff)
"""Stands on every staff route. The switchboard registers the function that Lambda calls."""
