"""History (历史): what each version of a policy changed, when it came and with which file (I5)."""

from typing import Any

from chalicelib import clock, codes, masking, texts, validation
from chalicelib.contacts import service as contacts
from chalicelib.errors import NotFoundError
from chalicelib.policies import service, store
from chalicelib.policies.service import Record
from chalicelib.privacy import restrictions
from chalicelib.staff.access import Scope

VERSIONS = 100
"""Of one policy, the newest; a policy has a few."""
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
        file, _, row = item.source.rpartition("#")
        versions.append(
            {
                "version": int(item.version),
                "current": item.sk == store.CURRENT,
                "outcome": item.outcome,
                "came_at": clock.shown(clock.parse(item.imported_at)),
                "file": file.rpartition("/")[0],
                "row": int(row) if row.isdigit() else None,
                "changes": [
                    _change(name, before, content, detail, language)
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


def _change(name: str, before: Any, after: Any, detail: str, language: str) -> dict[str, Any]:
    rule = validation.load("imports/policies")["properties"].get(name, {})
    label = rule.get("x-header", name) if language == texts.BASE else name
    found = {"field": name, "label": label}
    if detail != "transactions":
        return found
    return {**found, "before": _shown(rule, name, before), "after": _shown(rule, name, after)}


def _shown(rule: dict[str, Any], name: str, side: Any) -> Any:
    value = side.get(name)
    if value is None or not (rule.get("x-sealed") or name == "subject"):
        return value
    # What is personal, or may be: that it changed is seen, and how it begins.
    return masking.name(str(value)) if name.endswith("_name") else masking.id_no(str(value))
