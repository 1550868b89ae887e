"""Branches and outlets (分支机构) for everybody: the directory, with addresses as dated data."""

import time
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from chalicelib import clock, codes, dated, languages
from chalicelib.organisations import store
from chalicelib.organisations.service import CACHE_SECONDS
from chalicelib.pages import Page


class Wanted(NamedTuple):
    """Which branches are asked for; None for all."""

    region: str | None
    """The beginning of a region's six digits (GB/T 2260): 44 for Guangdong, 4401 for Guangzhou."""
    level: str | None


def listed(
    wanted: Wanted, page: Page, language: str, at: datetime
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of branches by code, and the code to go on after; at most a minute old."""
    found = [
        facts
        for facts in _directory(int(time.monotonic() // CACHE_SECONDS))
        if (page.after is None or facts["code"] > page.after)
        and (wanted.region is None or str(facts.get("region", "")).startswith(wanted.region))
        and (wanted.level is None or facts.get("level") == wanted.level)
    ]
    shown = [_shown(facts, language, at) for facts in found[: page.limit]]
    return shown, shown[-1]["code"] if len(found) > page.limit else None


def _shown(facts: dict[str, Any], language: str, at: datetime) -> dict[str, Any]:
    day = clock.shanghai_day(at)
    known = dated.in_force("data/branches", day)["branches"].get(facts["code"], {})
    level = facts.get("level")
    return {
        "code": facts["code"],
        "name": _name(facts["name"], known, language),
        "level": level,
        "level_name": codes.name("organisation_level", level, language),
        "parent": facts.get("parent"),
        "region": facts.get("region"),
        "address": languages.label(known["address"], language) if "address" in known else None,
        "phone": known.get("phone") or dated.in_force("data/insurer", day)["hotline"],
        "hours": known.get("hours"),
    }


def _name(imported: str, known: dict[str, Any], language: str) -> str:
    """The directory has names in Chinese, which is newer than ours; ours has the others."""
    others = {tag: name for tag, name in known.get("name", {}).items() if tag != languages.BASE}
    return str(languages.label({**others, languages.BASE: imported}, language))


@lru_cache(maxsize=1)
def _directory(_period: int) -> list[dict[str, Any]]:
    """The open facts of every organisation, by code: one query of one partition."""
    return [dict(item.facts) for item in store.every("organisations")]
