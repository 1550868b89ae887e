"""A copy of one's data (查阅、复制, PIPL art. 45): asked for by staff, fetched by the person.

`dossier.py` makes it, in the function that renders. The files go after `privacy_copy` of the
retention data.
"""

from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock, retention
from chalicelib.documents import service as documents
from chalicelib.privacy import store

KIND = "privacy_copy"
ASKED, READY, FAILED = "asked", "ready", "failed"
FORMATS = {"json": "application/json", "pdf": "application/pdf"}


def ask(request_no: str) -> None:
    """Queues the copy; again after a failure or a lost message."""
    documents.request_letter(KIND, request_no)


def links(request_no: str, copy: dict[str, Any], at: datetime) -> list[dict[str, str]]:
    """Addresses of the files for a minute; none before they are made or after their time."""
    made = clock.shanghai_day(clock.parse(copy["at"]))
    if copy["status"] != READY or clock.shanghai_day(at) >= retention.until(KIND, made):
        return []
    expires = clock.shown(at + timedelta(seconds=store.LINK_SECONDS))
    return [
        {
            "format": form,
            "url": store.link(key(request_no, form), f"{request_no}.{form}", FORMATS[form]),
            "expires_at": expires,
            "sha256": copy["sha256"][form],
        }
        for form in FORMATS
    ]


def key(request_no: str, form: str) -> str:
    """Where a file of a request's copy lies."""
    return f"privacy/{request_no}/copy.{form}"
