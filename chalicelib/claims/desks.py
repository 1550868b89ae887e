"""Work lists (工作台): what waits on which desk, the oldest promise first; read by index."""

import heapq
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from chalicelib import clock, codes, texts
from chalicelib.claims import entries, moves, service, store
from chalicelib.errors import FieldError, InvalidInputError
from chalicelib.pages import Page
from chalicelib.staff.access import Scope
from chalicelib.staff.model import Staff

FILTERS = ("department", "organisation", "status", "handler", "line", "overdue", "claim_no")
"""`handler` is a subject, `me` or `nobody`; `overdue` is `true`."""
READ = 1000
"""Claims that one page looks at before it ends early with a cursor: filters may hide many."""

_Source = Callable[[str | None, int], list[tuple[str, str]]]


def listed(
    staff: Staff,
    scope: Scope,
    wanted: dict[str, str],
    page: Page,
    language: str,
    at: datetime,
) -> tuple[list[dict[str, Any]], str | None]:
    """A page of the claims that wait within reach, and the key to go on after."""
    _check(wanted, language)
    found: list[dict[str, Any]] = []
    seen, after = 0, page.after
    merged = heapq.merge(*(_walk(source, page) for source in _sources(staff, scope, wanted)))
    while batch := list(islice(_unique(merged), page.limit)):
        items = store.cases(claim_no for _, claim_no in batch)
        for promise, claim_no in batch:
            item, after, seen = items.get(claim_no), promise, seen + 1
            # The index may be a moment behind what it points to.
            if item is not None and item.desk is not None and _fits(item.facts, wanted, staff, at):
                found.append(shown(item, language, at))
                if len(found) == page.limit:
                    return found, after
        if seen >= READ:
            return found, after
    return found, None


def shown(item: store.ClaimItem, language: str, at: datetime) -> dict[str, Any]:
    """One claim of a list, as far as it names nobody."""
    facts = item.facts
    promised = facts["promised_by"]
    return {
        "claim_no": facts["claim_no"],
        "policy_no": facts["policy_no"],
        "line": facts["line"],
        "line_name": codes.name("line", facts["line"], language),
        "organisation": facts["organisation"],
        "department": facts["department"],
        "department_name": service.department_name(facts["department"], language),
        "handler": {"code": facts["handler"]} if facts["handler"] else None,
        "status": facts["status"],
        "status_name": codes.name("claim_stage", facts["status"], language),
        "verified": facts["verified"],
        "since": clock.shown(clock.parse(facts["since"])),
        "promised_by": _time(promised),
        "promise": facts["promise"],
        "overdue": promised is not None and clock.parse(promised) <= at,
        "warned": bool(facts["raised"]),
        "reply_by": _time(facts["reply_by"]),
        "etag": f'"{int(item.version)}"',
    }


def _sources(staff: Staff, scope: Scope, wanted: dict[str, str]) -> Iterator[_Source]:
    """One source per desk within reach, and the agent's own."""
    mine = moves.department(staff)
    departments = {mine} if mine is not None else set(codes.names("claim_department"))
    if "department" in wanted:
        departments &= {wanted["department"]}
    organisations = moves.reach(staff, scope)
    if "organisation" in wanted:
        organisations &= {wanted["organisation"]}
    for organisation in sorted(organisations):
        for department in sorted(departments):
            yield _desk(f"{organisation}/{department}")
    if scope.own is not None:
        yield _agent(scope.own)


def _desk(desk: str) -> _Source:
    return lambda after, limit: store.on_desk(desk, after, limit)


def _agent(agent: str) -> _Source:
    return lambda after, limit: store.of_agent(agent, after, limit)


def _walk(source: _Source, page: Page) -> Iterator[tuple[str, str]]:
    """All of a source after the page's key, read as far as it is wanted."""
    after = page.after
    while part := source(after, page.limit):
        yield from part
        if len(part) < page.limit:
            return
        after = part[-1][0]


def _unique(merged: Iterator[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """An agent's own claim may lie on a desk within reach too: once is enough."""
    last = None
    for one in merged:
        if one != last:
            yield one
        last = one


def _fits(facts: dict[str, Any], wanted: dict[str, str], staff: Staff, at: datetime) -> bool:
    handler = wanted.get("handler")
    who = {"me": staff.sub, "nobody": None}.get(handler, handler) if handler else None
    promised = facts["promised_by"]
    late = promised is not None and clock.parse(promised) <= at
    return (
        all(facts[name] == wanted[name] for name in ("status", "line") if name in wanted)
        and ("claim_no" not in wanted or facts["claim_no"] == entries.number(wanted["claim_no"]))
        and all(facts[n] == wanted[n] for n in ("department", "organisation") if n in wanted)
        and (handler is None or facts["handler"] == who)
        and (wanted.get("overdue") != "true" or late)
    )


def _check(wanted: dict[str, str], language: str) -> None:
    known = {
        "department": codes.names("claim_department"),
        "status": codes.names("claim_stage"),
        "line": codes.names("line"),
        "overdue": {"true", "false"},
    }
    broken = [name for name, values in known.items() if wanted.get(name) not in (None, *values)]
    if broken:
        detail = texts.text("field.invalid", language)
        raise InvalidInputError([FieldError(f"/{name}", "invalid", detail) for name in broken])


def _time(stored: str | None) -> str | None:
    return None if stored is None else clock.shown(clock.parse(stored))
