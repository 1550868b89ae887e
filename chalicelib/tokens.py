"""Short-lived query tokens (Q8): encrypted and authenticated, telling their bearer nothing.

Fernet (`cryptography`) makes them; several keys may be live at once while one is being replaced.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from chalicelib import clock, sealing
from chalicelib.errors import TokenError

LIFE = timedelta(minutes=30)


@dataclass(frozen=True)
class QueryToken:
    """What a verified query gave: this policy, this person (keyed hash), this assurance."""

    query_id: str
    policy_no: str
    person: str
    assurance: str
    """`id` (opened by ID number) or `weak` (by name or serial number alone)."""


@dataclass(frozen=True)
class TrackingToken:
    """What claim number and the reporter's telephone gave: that one claim."""

    claim_no: str


def issue_tracking(claim_no: str, at: datetime) -> tuple[str, datetime]:
    """The token for whoever reported a claim, and the instant at which it ends."""
    content = json.dumps(["claim", claim_no], ensure_ascii=False).encode()
    return _fernet().encrypt_at_time(content, int(at.timestamp())).decode(), at + LIFE


def issue(token: QueryToken, at: datetime) -> tuple[str, datetime]:
    """The token for its bearer and the instant at which it ends."""
    content = json.dumps(["query", *asdict(token).values()], ensure_ascii=False).encode()
    return _fernet().encrypt_at_time(content, int(at.timestamp())).decode(), at + LIFE


def read(text: str) -> QueryToken:
    """What the token stands for; TokenError if it is forged, too old or of another kind."""
    token = read_any(text)
    if not isinstance(token, QueryToken):
        raise TokenError(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return token


def read_any(text: str) -> QueryToken | TrackingToken:
    """The same of either kind, for what both may see."""
    at = int(clock.now().timestamp())
    try:
        content = _fernet().decrypt_at_time(text, int(LIFE.total_seconds()), at)
    # ValueError is what Fernet raises for a token that is not even ASCII.
    except (InvalidToken, ValueError) as error:
        raise TokenError(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}) from error
    kind, *fields = json.loads(content)
    if kind == "claim":
        return TrackingToken(*fields)
    if kind != "query":
        raise TokenError(headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
    return QueryToken(*fields)


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in sealing.token_keys()])
