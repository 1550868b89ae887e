"""Deadlines of upkeep: per seller with whose commission is to be held, and the clean-up table."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from chalicelib import clock, codes
from chalicelib.errors import NotFoundError
from chalicelib.imports import identity
from chalicelib.organisations import service as organisations
from chalicelib.policies.service import Record
from chalicelib.staff.access import Scope
from chalicelib.upkeep import service, store

COUNTED = 1000
"""Drawn policies of an organisation, the newest deadlines, that figures are made of."""


def figures(scope: Scope, organisation: str, language: str, at: datetime) -> dict[str, Any]:
    """Deadlines per intermediary with whose commission is to be held, and the clean-up table.

    Complete is what the policy's data are now, whatever was found when it was drawn.
    """
    if scope.detail(organisation) is None:
        raise NotFoundError
    drawn = store.of_organisation(organisation, COUNTED)
    records = service.unrestricted(drawn)
    today = clock.shanghai_day(at).isoformat()
    sellers: dict[tuple[str, str], Counter[str]] = {}
    states: dict[str, Counter[str]] = {}
    for policy_no, items in _by_policy(drawn).items():
        record = records.get(policy_no)
        if record is None:
            continue
        incomplete = bool(identity.missing_items(dict(record.open())))
        wrong = incomplete or any(item.state == service.TO_CORRECT for item in items)
        overdue = wrong and min(item.due_on for item in items) < today
        counted = {
            "drawn": 1,
            "called": int(any(item.facts["calls"] for item in items)),
            "complete": int(not wrong),
            "to_correct": int(wrong),
            "overdue": int(overdue),
        }
        states.setdefault(record.facts["status"], Counter()).update(counted)
        sellers.setdefault(_seller(record), Counter()).update(counted)
    return {
        "organisation": organisation,
        "sellers": [
            {
                "kind": kind,
                "code": code,
                "name": _name(kind, code),
                **counts,
                "hold_commission": counts["overdue"] > 0,
            }
            for (kind, code), counts in sorted(sellers.items())
        ],
        "states": [
            {
                "status": status,
                "status_name": codes.name("policy_status", status, language),
                **counts,
            }
            for status, counts in sorted(states.items())
        ],
    }


def _by_policy(drawn: Iterable[store.DrawnItem]) -> dict[str, list[store.DrawnItem]]:
    found: dict[str, list[store.DrawnItem]] = {}
    for item in drawn:
        found.setdefault(item.sk, []).append(item)
    return found


def _seller(record: Record) -> tuple[str, str]:
    """Who has to see to the data: the intermediary where there is one, else the agent."""
    if code := record.facts.get("channel_code"):
        return "intermediaries", str(code)
    return "agents", str(record.facts.get("agent") or "")


def _name(kind: str, code: str) -> str | None:
    entry = organisations.entry(kind, code or None)
    return None if entry is None else str(entry["name"])
