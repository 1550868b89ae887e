"""The registry of partners and where their links may lead."""

import time
from datetime import datetime
from functools import cache, lru_cache
from html import escape
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from chalicelib import clock, languages, settings, validation
from chalicelib.errors import NotFoundError, PreconditionFailedError
from chalicelib.partners import attribution, store

CACHE_SECONDS = 60
"""How long a change in the registry may go unnoticed."""


def follow(code: str, entry: str, at: datetime) -> str:
    """The address of an allowed page with the partner's attribution (P1); NotFoundError else."""
    page = _data()["entries"].get(entry)
    if page is None or not _active(code):
        raise NotFoundError
    signed = attribution.sign(code, clock.shanghai_day(at))
    allowed = urlsplit(str(page["page"]))
    query = "&".join(part for part in (allowed.query, f"partner={signed}") if part)
    return _site() + urlunsplit(allowed._replace(query=query))


def attributed(text: str | None, at: datetime) -> str | None:
    """The active partner of an attribution as it came, None for none, forged or too old."""
    today = clock.shanghai_day(at)
    code = attribution.partner(text, today, _data()["attribution_days"])
    return code if code is not None and _active(code) else None


def name(code: str) -> str:
    """A partner's name in Chinese, as it stands; the code of one that nobody knows any more."""
    found = _cached(code, int(time.monotonic() // CACHE_SECONDS))
    return code if found is None else str(found["name"]["zh-CN"])


def links(code: str | None, language: str) -> dict[str, Any]:
    """The directory of entry points (P2), with lines to paste for a partner that is named."""
    if code is not None and not _active(code):
        raise NotFoundError
    whom = _data()["maintenance"]
    return {
        "links": [
            {
                "entry": entry,
                **_link(code, entry, languages.label(page["name"], language), page["page"]),
            }
            for entry, page in _data()["entries"].items()
        ],
        "maintenance": {**whom, "name": languages.label(whom["name"], language)},
        "health": f"{_site()}/v1/health",
    }


def register(code: str, facts: dict[str, Any], expected: str | None) -> tuple[str, dict[str, Any]]:
    """Stores a partner: its ETag and what stands now.

    `expected` is the If-Match header; PreconditionFailedError if the registry has moved on,
    NotFoundError for what can be no partner's code.
    """
    if not attribution.CODE.fullmatch(code):
        raise NotFoundError
    found = store.get(code)
    version = found[0] if found else 0
    if expected is not None and expected != _etag(version):
        raise PreconditionFailedError
    if found is None or found[1] != facts:
        version += 1
        if not store.put(code, version, facts):
            raise PreconditionFailedError
        _cached.cache_clear()
    return _etag(version), {"code": code, **facts}


def _link(code: str | None, entry: str, name: str, page: str) -> dict[str, str | None]:
    if code is None:
        return {"name": name, "url": f"{_site()}{page}", "html": None}
    url = f"{_site()}/go/{code}?to={entry}"
    return {"name": name, "url": url, "html": f'<a href="{escape(url)}">{escape(name)}</a>'}


def _active(code: str) -> bool:
    if not attribution.CODE.fullmatch(code):
        return False
    # A span of the process, not a time of day: the clock module is for those.
    found = _cached(code, int(time.monotonic() // CACHE_SECONDS))
    return found is not None and bool(found["active"])


@lru_cache(maxsize=1024)
def _cached(code: str, _period: int) -> dict[str, Any] | None:
    """What staff registered, or else what the data file brings along."""
    found = store.get(code)
    if found is not None:
        return found[1]
    known: dict[str, Any] | None = _data()["partners"].get(code)
    return known


def _etag(version: int) -> str:
    return f'"{version}"'


def _site() -> str:
    return settings.get("PUBLIC_SITE_URL").rstrip("/")


@cache
def _data() -> dict[str, Any]:
    return validation.load("data/partners")
