"""Data quality (数据质量): the items of the 2013 rule over all files, by who answers for them.

Counted are rows that were accepted: a row that comes again says nothing new. A file counts once,
however often its report is written.
"""

from collections.abc import Iterable
from itertools import batched
from typing import Any

from chalicelib.organisations import service as organisations
from chalicelib.pages import Page
from chalicelib.staff.access import Scope
from chalicelib.upkeep import store

DIMENSIONS = ("organisation", "agent", "intermediary")
ROUNDS = 8


class BusyError(Exception):
    """When other files kept counting first; the caller tries again later."""


def count(import_id: str, figures: dict[str, dict[str, int]]) -> None:
    """Adds a file's figures by `<dimension>/<code>`; counted before, they are not counted again."""
    # In the same order on every replay, so that each part is the same part.
    for chunk, part in enumerate(batched(sorted(figures.items()), store.PER_TRANSACTION)):
        added = {}
        for place, counts in part:
            dimension, _, code = place.partition("/")
            numbers = {name: counts[name] for name in store.FIGURES if counts.get(name)}
            if numbers and code:
                added[dimension, code] = numbers
        if added and not any(store.count(import_id, chunk, added) for _ in range(ROUNDS)):
            raise BusyError(f"figures of a file were overtaken {ROUNDS} times")


def listed(scope: Scope, dimension: str, page: Page) -> tuple[list[dict[str, Any]], str | None]:
    """A page of figures within reach, by code, and the code to go on after.

    Agents are reached by their organisation; intermediaries, who sell for many, from the top alone.
    """
    reach = sorted(scope.organisations)
    if dimension == "organisation":
        wanted = [code for code in reach if page.after is None or code > page.after]
        codes = wanted[: page.limit]
        items = sorted(store.qualities(dimension, codes), key=lambda item: item.sk)
        return [_shown(item) for item in items], codes[-1] if len(wanted) > page.limit else None
    found = store.quality(dimension, page.after, page.limit)
    after = found[-1].sk if len(found) == page.limit else None
    if dimension == "intermediary":
        top = any(_is_top(code) for code in reach)
        return [_shown(item) for item in found] if top else [], after if top else None
    own = [item for item in found if _organisation_of(item.sk) in scope.organisations]
    return [_shown(item) for item in own], after


def totals(codes: Iterable[str]) -> dict[str, dict[str, int]]:
    """What all files so far say of organisations, each by itself, as far as any says something."""
    return {
        item.sk: {name: number for name in store.FIGURES if (number := int(getattr(item, name)))}
        for item in store.qualities("organisation", codes)
    }


def _shown(item: store.QualityItem) -> dict[str, Any]:
    counts = {name: int(getattr(item, name) or 0) for name in store.FIGURES}
    return {
        "code": item.sk,
        "rows": counts.pop("rows"),
        "complete": counts.pop("complete"),
        "missing": {name: number for name, number in counts.items() if number},
    }


def _is_top(code: str) -> bool:
    entry = organisations.entry("organisations", code)
    return entry is not None and entry.get("level") == "head_office"


def _organisation_of(agent: str) -> str | None:
    entry = organisations.entry("agents", agent)
    return None if entry is None else str(entry.get("organisation"))
