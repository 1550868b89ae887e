"""The copy of a person's data as he reads it on paper: a letter with label and value, part by part.

In the language asked for; what people and the core system wrote stays as it is. For the function
that renders.
"""

from datetime import datetime
from typing import Any, cast

from chalicelib import clock, codes, texts, validation
from chalicelib.documents import contents, numerals
from chalicelib.documents import service as documents
from chalicelib.objections import wording
from chalicelib.policies.model import Policy

_SHORT = {"id": "ID", "no": "number", "vin": "VIN"}
"""Words of field names that people write otherwise."""


def pdf(
    content: dict[str, Any], request_no: str, at: datetime, language: str = texts.BASE
) -> bytes:
    """The same for reading; equal bytes for equal arguments, RenderError as any letter.

    `content` was collected in the language.
    """
    data = {
        "person": content["person"],
        "policies": [_printed(policy, language) for policy in content["policies"]],
        "objections": [_objection(one, language) for one in content["objections"]],
        "contacts": [_contact(one, language) for one in content["contacts"]],
        "kept": [
            (texts.text(f"privacy.kept.{rule['kind']}", language), _period(rule, language))
            for rule in content["kept"]
        ],
    }
    return documents.letter(
        __package__,
        "copy.html",
        data,
        title=texts.text("privacy.copy.title", language),
        number=request_no,
        day=clock.shanghai_day(at).isoformat(),
        language=language,
    )


def _printed(found: dict[str, Any], language: str) -> dict[str, Any]:
    """A policy as label and value, field by field in the order of the core system's file."""
    policy = found["policy"]
    label = codes.name("line", policy["line"], language)
    subject = cast(Policy, {"line": policy["line"], "subject": policy.get("subject", {})})
    return {
        "heading": f"{label} {policy['policy_no']}",
        "facts": _rows("policies", policy, language)
        + [(row.label, row.value) for row in contents.subject_rows(subject, language)],
        "covers": policy.get("covers", []),
        "parts": [
            (
                texts.text(f"privacy.copy.{kind}", language),
                [_rows(kind, one, language) for one in found[kind]],
            )
            for kind in ("payments", "endorsements", "claims")
            if found[kind]
        ],
        "telephones": [
            (
                one["phone"],
                codes.name("phone_kind", one["kind"], language),
                codes.name("contact_source", one["source"], language),
                one["recorded_on"],
            )
            for one in found["telephones"]
        ],
        "uploads": [_file(one) for one in found["uploads"]],
    }


def _objection(found: dict[str, Any], language: str) -> dict[str, Any]:
    """An objection: what it is about, what was said on both sides, what was decided and sent."""
    told = ("policy_no", "claim_no", "item_name", "subject_name", "status_name", "filed_at")
    written = ("shown", "claimed", "description", "evidence_described", "phone")
    facts = [
        (texts.text(f"privacy.copy.objection.{name}", language), _said(name, found[name], language))
        for name in (*told, *written)
        if found[name] is not None
    ]
    steps = [
        (_minute(step["at"]), step["event_name"], step["message"] or "")
        for step in found["timeline"]
    ]
    return {
        "number": found["objection_no"],
        "facts": facts,
        "steps": steps,
        "reply": found["reply"] and _reply(found["reply"], language),
        "evidence": [_file(one) for one in found["evidence"]],
    }


def _reply(found: dict[str, Any], language: str) -> dict[str, Any]:
    return {
        "at": _minute(found["replied_at"]),
        "result": found["result_name"],
        "reasons": found["reasons"] or "",
        "items": [
            (wording.item_name(one["item"], language), wording.value(one.get("decided"), language))
            for one in found["items"]
        ],
    }


def _contact(found: dict[str, Any], language: str) -> tuple[str, str, str]:
    """When, how and with what outcome; what was noted of it."""
    channel = found["channel"]
    how = [codes.name("contact_channel", channel, language) or channel] if channel else []
    return (
        _minute(found["at"]),
        " · ".join([*how, found["outcome_name"]]),
        found["note"] or "",
    )


def _file(found: dict[str, Any]) -> tuple[str, str, str]:
    """Name, state, and when the file came or was announced."""
    at = found["arrived_at"] or found["asked_at"]
    return found["filename"], found["status_name"], _minute(at)


def _said(name: str, value: Any, language: str) -> str:
    if name == "filed_at":
        return _minute(value)
    return wording.value(value, language)


def _minute(instant: str) -> str:
    """RFC 3339 as `2026-11-21 10:05`."""
    return instant[:16].replace("T", " ")


def _rows(kind: str, content: dict[str, Any], language: str) -> list[tuple[str, str]]:
    rules = validation.load(f"imports/{kind}")["properties"]
    return [
        (_label(name, rule, language), _value(rule, content[name], language))
        for name, rule in rules.items()
        if name in content and name != "policy_no" and rule.get("x-kind") not in (None, "covers")
    ]


def _label(name: str, rule: dict[str, Any], language: str) -> str:
    """What a field is called: by the file's header in Chinese, by its own name in other words."""
    if language == texts.BASE:
        return str(rule["x-header"])
    words = " ".join(_SHORT.get(word, word) for word in name.split("_"))
    return words[:1].upper() + words[1:]


def _value(rule: dict[str, Any], value: Any, language: str) -> str:
    match rule["x-kind"]:
        case "money":
            return texts.text("objections.value.yuan", language, figure=numerals.amount(value))
        case "boolean":
            return texts.text("privacy.copy.yes" if value else "privacy.copy.no", language)
        case "code":
            return str(codes.name(rule["x-codes"], value, language) or value)
        case "instant":
            return _minute(clock.shown(clock.parse(value)))
        case _:
            return str(value)


def _period(rule: dict[str, Any], language: str) -> str:
    unit = "years" if "years" in rule else "days"
    return texts.text(f"privacy.copy.{unit}", language, count=rule[unit])
