"""One request as a view sees it and what the view answers; the door (`http.py`) makes both."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chalicelib import clock, texts, tokens, validation
from chalicelib.audit import service as audit
from chalicelib.errors import (
    FieldError,
    InvalidInputError,
    TokenError,
    TooLargeError,
    UnsupportedMediaTypeError,
)
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff
from chalicelib.staff.visits import Visit

_KEY = re.compile(r"[\x20-\x7e]{1,255}")
"""What an Idempotency-Key may be: printable characters of ASCII, a space among them (contract)."""
_YEAR = re.compile(r"20[0-9]{2}")

BODY_LIMIT = 64 * 1024
"""Bytes of a JSON body; every form of ours fits well below, files go to storage directly."""


@dataclass(frozen=True)
class Call:
    """One request as a view sees it."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    caller: str
    """The address that API Gateway reports; never logged or stored in clear."""
    language: str
    request_id: str
    body: Any = None
    token: tokens.QueryToken | None = None
    """Set where the route's access is `query`."""
    visit: Visit | None = None
    """Set where the route's access is `staff`; views use what follows."""
    reach: Scope | None = None

    @property
    def staff(self) -> Staff:
        """Who is signed in, on a route of staff."""
        return self._visit.staff

    @property
    def trace(self) -> audit.Trace:
        """Where a view of a staff route notes what it touches and why, for the audit."""
        return self._visit.trace

    @property
    def scope(self) -> Scope:
        """How far the route reaches for who is signed in."""
        if self.reach is None:
            raise TypeError("nobody signs in on this route")
        return self.reach

    @property
    def _visit(self) -> Visit:
        if self.visit is None:
            raise TypeError("nobody signs in on this route")
        return self.visit

    def idempotency_key(self) -> str | None:
        """The Idempotency-Key, if one came; InvalidInputError for what cannot be one."""
        key = self.headers.get("idempotency-key")
        if key is not None and not _KEY.fullmatch(key):
            detail = texts.text("field.idempotency-key", self.language)
            raise InvalidInputError([FieldError("", "idempotency-key", detail)])
        return key

    def year(self, at: datetime) -> int:
        """`year` of the query, Shanghai's at `at` if none is asked for; InvalidInputError."""
        year = self.query.get("year", str(clock.shanghai_day(at).year))
        if not _YEAR.fullmatch(year):
            detail = texts.text("field.invalid", self.language)
            raise InvalidInputError([FieldError("/year", "invalid", detail)])
        return int(year)

    def bearer(self) -> tokens.QueryToken:
        """The query token of a route whose access is `query`."""
        if self.token is None:
            raise TokenError
        return self.token

    def optional_bearer(self) -> tokens.QueryToken | None:
        """The query token of a public route that takes one; TokenError if it is a bad one."""
        return query_token(self.headers) if "authorization" in self.headers else None

    def manage_bearer(self) -> str:
        """The token that came with a lead, as sent; TokenError without any."""
        return _bearer(self.headers)

    def claim_bearer(self) -> tokens.QueryToken | tokens.TrackingToken:
        """The token of a route whose access is `claim`."""
        return tokens.read_any(_bearer(self.headers))


@dataclass(frozen=True)
class Answer:
    """A status with a body (any JSON value, or None for 204) and further headers.

    A body that is a function is called once the request is on record: what must not exist before
    that, such as a link to a document, is made in it.
    """

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


View = Callable[[Call], Answer | dict[str, Any]]


def query_token(headers: Mapping[str, str]) -> tokens.QueryToken:
    """The query token that a request brings; TokenError without a good one."""
    return tokens.read(_bearer(headers))


def _bearer(headers: Mapping[str, str]) -> str:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenError(headers={"WWW-Authenticate": "Bearer"})
    return token.strip()


def document(
    raw: bytes | str, headers: Mapping[str, str], schema: str | None, language: str
) -> Any:
    """The JSON body by the schema of that name; None where a route takes none."""
    if schema is None:
        return None
    if len(raw) > BODY_LIMIT:
        raise TooLargeError
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaTypeError
    try:
        found = json.loads(raw, parse_constant=_refuse_constant)
        # Half of a surrogate pair is text that nothing after this can encode.
        json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise InvalidInputError(
            [FieldError("", "not-json", texts.text("field.not-json", language))]
        ) from error
    validation.validate(schema, found, language)
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
