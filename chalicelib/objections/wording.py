"""Items and values of an answer in people's words, for letters and lists."""

import json
from collections.abc import Mapping
from typing import Any

from chalicelib import texts
from chalicelib.documents import numerals
from chalicelib.objections import items


def item_name(pointer: str, language: str) -> str:
    """`/claims/0/paid_amount` as 理赔 1 · 赔款金额; a segment without a name stands as it is."""
    _, *told = ["", *items.parts(pointer)]
    named: list[str] = []
    for part in told if told[:1] != ["policy"] else told[1:]:
        if part.isdecimal() and named:
            named[-1] += f" {int(part) + 1}"
            continue
        known = texts.has(f"objections.item.{part}", language)
        named.append(texts.text(f"objections.item.{part}", language) if known else part)
    return " · ".join(named)


def known_name(pointer: str, language: str, subject: Mapping[str, str]) -> str | None:
    """The same where every segment has a name; None for what nobody objects to.

    `subject` names the fields of what is insured, which differ by line.
    """
    *above, last = items.parts(pointer)
    whole = pointer
    if above == ["policy", "subject"] and last in subject:
        return f"{item_name('/policy/subject', language)} · {subject[last]}"
    if not texts.has(f"objections.item.{last}", language):
        whole, last = f"{pointer}_name", f"{last}_name"
    for part in (*above, last):
        named = part == "policy" or part.isdecimal()
        if not named and not texts.has(f"objections.item.{part}", language):
            return None
    return item_name(whole, language)


def value(found: Any, language: str) -> str:
    """A value as people read it: amounts with their currency, lists one after the other."""
    if found is None or found == "":
        return texts.text("objections.value.none", language)
    if isinstance(found, bool):
        return texts.text("objections.value.yes" if found else "objections.value.no", language)
    if isinstance(found, dict) and found.keys() == {"amount", "currency"}:
        figure = numerals.amount(found["amount"])
        if found["currency"] == "CNY":
            return texts.text("objections.value.yuan", language, figure=figure)
        return f"{figure} {found['currency']}"
    if isinstance(found, list):
        return "; ".join(value(one, language) for one in found)
    if isinstance(found, dict):
        return json.dumps(found, ensure_ascii=False)
    return str(found)
