"""HTTP of objections."""

import re
from typing import Any

from chalicelib import clock, texts
from chalicelib.errors import (
    FieldError,
    InvalidInputError,
    KeyReusedError,
    NotFoundError,
    OvertakenError,
)
from chalicelib.http import Answer, Call, Routes

# `erasure` registers how what is personal goes.
from chalicelib.objections import erasure, filing, tracking  # noqa: F401 - see above

routes = Routes(__name__)

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


@routes.post(
    "/v1/objections",
    access="query",
    body="objections/objection",
    answer="objections/filed",
    success=201,
    problems=(NotFoundError, KeyReusedError, OvertakenError),
)
def file(call: Call) -> Answer:
    """Takes an objection to an item of the answer just seen."""
    key = call.headers.get("idempotency-key")
    if key is not None and not _KEY.fullmatch(key):
        detail = texts.text("field.idempotency-key", call.language)
        raise InvalidInputError([FieldError("", "idempotency-key", detail)])
    answer = filing.file(call.body, call.bearer(), key, call.language, clock.now())
    return Answer(201, answer, {"Location": f"/v1/objections/{answer['objection_no']}"})


@routes.get(
    "/v1/objections/{objection_no}",
    access="query",
    answer="objections/followed",
    problems=(NotFoundError,),
)
def follow(call: Call) -> dict[str, Any]:
    """An objection of one's own: status, timeline, reply."""
    number = call.path["objection_no"]
    return tracking.follow(number, call.bearer(), call.language, clock.now())
