"""Tokens of staff: any OIDC provider's JWT, believed only if everything about it is right (S1)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib import settings
from chalicelib.errors import TokenError
from chalicelib.observability import logger
from chalicelib.staff import keys
from chalicelib.staff.model import Staff

ALGORITHMS = ("RS256", "PS256", "ES256")
"""RFC 8725: never `none`, never a shared secret. The key itself decides which of them it is for."""
SKEW = timedelta(seconds=60)
LONGEST = timedelta(hours=12)
"""A working day: an older token is not believed, whatever end it names."""
_LENGTH = 8192
_SUBJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@:|-]{0,254}")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")


def is_subject(text: str) -> bool:
    """Whether somebody may be known by that as `sub`."""
    return _SUBJECT.fullmatch(text) is not None


def sign_in(authorization: str, at: datetime) -> Staff:
    """The bearer of the Authorization header's token; TokenError without a good one."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenError("no bearer token", headers={"WWW-Authenticate": "Bearer"})
    try:
        return read(token.strip(), at)
    except TokenError as error:
        logger.warning("sign-in refused", reason=error.detail)
        raise


def read(text: str, at: datetime) -> Staff:
    """The bearer; TokenError, whose `detail` is for the log, if anything is wrong or missing."""
    import jwt

    if len(text) > _LENGTH:
        raise _refused("too long")
    try:
        header = jwt.get_unverified_header(text)
        if header.get("alg") not in ALGORITHMS:
            raise _refused("algorithm")
        key = keys.find(str(header.get("kid", "")))
        if key is None:
            raise _refused("unknown key")
        claims = jwt.decode(
            text,
            key,
            algorithms=[key.algorithm_name] if key.algorithm_name in ALGORITHMS else [],
            audience=settings.get("STAFF_AUDIENCE"),
            issuer=settings.get("STAFF_ISSUER"),
            # Times are judged below, by the one clock.
            options={
                "require": ["iss", "aud", "sub", "exp", "iat"],
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except settings.MissingSettingError as error:
        raise _refused("no identity provider") from error
    # A token may be any bytes at all: what a library stumbles over is no token.
    except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError) as error:
        raise _refused(type(error).__name__) from error
    _check_times(claims, at)
    return _staff(claims)


def _check_times(claims: dict[str, Any], at: datetime) -> None:
    issued, ends = _instant(claims["iat"]), _instant(claims["exp"])
    begins = _instant(claims["nbf"]) if "nbf" in claims else issued
    if at >= ends + SKEW:
        raise _refused("expired")
    if at < max(issued, begins) - SKEW:
        raise _refused("not yet valid")
    if at >= issued + LONGEST + SKEW:
        raise _refused("too old")


def _instant(seconds: Any) -> datetime:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise _refused("no time")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise _refused("no time") from error


def _staff(claims: dict[str, Any]) -> Staff:
    roles, department = claims.get("roles"), claims.get("department")
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise _refused("roles")
    if department is not None and not isinstance(department, str):
        raise _refused("department")
    return Staff(
        sub=_text(claims["sub"], _SUBJECT),
        name=str(claims.get("name", "")),
        roles=frozenset(roles),
        organisation=_text(claims.get("organisation"), _CODE),
        department=department,
    )


def _text(value: Any, form: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise _refused("claims")
    return value


def _refused(reason: str) -> TokenError:
    return TokenError(reason, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
