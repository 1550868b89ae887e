"""A copy of one's data (查阅、复制, PIPL art. 45): asked for by staff, fetched by the person.

`dossier.py` makes it, in the function that renders: JSON, a PDF in Chinese and, for who asked in
another language, one in that. The files go after `privacy_copy` of the retention data.
"""

from datetime import datetime, timedelta
from typing import Any

from chalicelib import clock, retention, texts
from chalicelib.documents import service as documents
from chalicelib.privacy import store

KIND = "privacy_copy"
ASKED, READY, FAILED = "asked", "ready", "failed"
JSON, PDF = "json", "pdf"
_TYPES = {JSON: "application/json", PDF: "application/pdf"}


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
            "format": kind,
            "language": language,
            "url": store.link(key(request_no, name), f"{request_no}.{name}", content_type),
            "expires_at": expires,
            "sha256": sha256,
        }
        for name, sha256 in copy["sha256"].items()
        for kind, content_type, language in [form(name)]
    ]


def translation(language: str) -> str:
    """What the PDF in another language than Chinese is called among the files of a copy."""
    return f"{language}.{PDF}"


def form(name: str) -> tuple[str, str, str]:
    """Format, content type and language of a file of a copy, by what it is called."""
    language, _, kind = name.rpartition(".")
    return kind, _TYPES[kind], language or texts.BASE


def key(request_no: str, name: str) -> str:
    """Where a file of a request's copy lies."""
    return f"privacy/{request_no}/copy.{name}"
