"""History (历史): what each version of a policy changed, when it came and with which file (I5).

And what later rows replaced of its instalments, endorsements and the stops of its claims.
"""

from typing import Any

from chalicelib import clock, codes, masking, texts, validation
from chalicelib.contacts import service as contacts
from chalicelib.errors import NotFoundError
from chalicelib.origins import Origin
from chalicelib.policies import parts, past, service, store
from chalicelib.policies.items import CURRENT
from chalicelib.policies.service import Record
from chalicelib.privacy import restrictions
from chalicelib.staff.access import Scope

VERSIONS = 100
"""Of one policy, the newest; a policy has a few."""
REPLACED = 500
"""Rows that replaced something of one policy's parts; a policy has a few of these too."""
_KINDS = {"payment": "payments", "endorsement": "endorsements", "claim": "claims"}
_TOLD_APART = frozenset({"policy_no", "version", "imported_at", "document"})


def of(scope: Scope, policy_no: str, language: str) -> dict[str, Any]:
    """The versions of a policy, the newest first, and its telephone numbers.

    A summary names the fields that changed; transactions have the values, personal ones masked.
    NotFoundError out of reach.
    """
    record = service.find(policy_no)
    if record is None or not restrictions.unrestricted([record]):
        raise NotFoundError
    detail = scope.require(record.organisation, record.facts.get("agent"))
    items = store.versions(record.policy_no, VERSIONS)
    # Contents follow each other by version, whatever the order in which they came.
    opened: list[Any] = [Record(item).open() for item in items]
    versions = []
    for place, (item, content) in enumerate(zip(items, opened, strict=True)):
        before = opened[place + 1] if place + 1 < len(opened) else {}
        versions.append(
            {
                "version": int(item.version),
                "current": item.sk == CURRENT,
                "outcome": item.outcome,
                **_came(Origin(item.imported_at, item.source)),
                "changes": [
                    _change("policies", name, before, content, detail, language)
                    for name in sorted(before.keys() | content.keys())
                    if name not in _TOLD_APART and before.get(name) != content.get(name)
                ],
            }
        )
    known = list(contacts.from_policies(opened))
    return {
        "policy_no": record.facts["policy_no"],
        "detail": detail,
        "versions": versions,
        "replaced": [
            _replaced(one, detail, language)
            for one in reversed(parts.replaced(record.policy_no, REPLACED))
        ],
        "contacts": [
            {
                "phone": masking.phone(one.phone),
                "phone_kind": one.kind,
                "phone_kind_name": codes.name("phone_kind", one.kind, language),
                "source": one.source,
                "source_name": codes.name("contact_source", one.source, language),
                "recorded_on": one.recorded_on,
                "wrong_since": one.wrong_since,
            }
            for one in contacts.of_policy(record.policy_no, known)
        ],
    }


def _replaced(found: past.Replaced, detail: str, language: str) -> dict[str, Any]:
    """What one row replaced of a part; each value with the file that had brought it."""
    part, _, number = found.key.partition("/")
    return {
        "part": part,
        "number": number,
        **_came(found.by),
        "values": [
            {
                **_change(_KINDS[part], name, found.values, {}, detail, language),
                "brought": _came(found.brought[name]),
            }
            for name in sorted(found.values)
        ],
    }


def _came(origin: Origin) -> dict[str, Any]:
    file, _, row = origin.source.rpartition("#")
    return {
        "came_at": clock.shown(clock.parse(origin.stamp)),
        "file": file.rpartition("/")[0],
        "row": int(row) if row.isdigit() else None,
    }


def _change(
    kind: str, name: str, before: Any, after: Any, detail: str, language: str
) -> dict[str, Any]:
    rule = validation.load(f"imports/{kind}")["properties"].get(name, {})
    label = rule.get("x-header", name) if language == texts.BASE else name
    found = {"field": name, "label": label}
    if detail != "transactions":
        return found
    shown = {"before": _shown(rule, name, before)}
    return {**found, **shown, **({"after": _shown(rule, name, after)} if after else {})}


def _shown(rule: dict[str, Any], name: str, side: Any) -> Any:
    value = side.get(name)
    if value is None or not (rule.get("x-sealed") or name == "subject"):
        return value
    # What is personal, or may be: that it changed is seen, and how it begins.
    return masking.name(str(value)) if name.endswith("_name") else masking.id_no(str(value))
