"""HTTP of organisations."""

import re
from typing import Any

from chalicelib import clock, codes, pages, texts
from chalicelib.errors import FieldError, InvalidInputError
from chalicelib.http import Call, Routes
from chalicelib.organisations import branches
from chalicelib.organisations.branches import Wanted

routes = Routes(__name__)

_REGION = re.compile(r"[0-9]{2,6}")


@routes.get(
    "/v1/branches",
    access="public",
    answer="organisations/branches",
    problems=(InvalidInputError,),
    query=("region", "level", *pages.QUERY),
)
def listed(call: Call) -> dict[str, Any]:
    """Branches and outlets with address and hours; `region` by its first two to six digits."""
    wanted = Wanted(call.query.get("region"), call.query.get("level"))
    for name, fits in (
        ("region", wanted.region is None or _REGION.fullmatch(wanted.region)),
        ("level", wanted.level is None or wanted.level in codes.names("organisation_level")),
    ):
        if not fits:
            detail = texts.text("field.invalid", call.language)
            raise InvalidInputError([FieldError(f"/{name}", "invalid", detail)])
    page = pages.asked(call.query, call.language)
    found = pages.answer(*branches.listed(wanted, page, call.language, clock.now()))
    return {"branches": found["items"], "cursor": found["cursor"]}
