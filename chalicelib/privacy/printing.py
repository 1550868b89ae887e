"""The copy of a person's data as he reads it on paper: a letter with label and value, part by part.

For the function that renders.
"""

from datetime import datetime
from typing import Any, cast

from chalicelib import clock, codes, texts, validation
from chalicelib.documents import contents, numerals
from chalicelib.documents import service as documents
from chalicelib.objections import wording
from chalicelib.policies.model import Policy

LANGUAGE = texts.BASE


def pdf(content: dict[str, Any], request_no: str, at: datetime) -> bytes:
    """The same for reading; equal bytes for equal arguments, RenderError as any letter."""
    data = {
        "person": content["person"],
        "policies": [_printed(policy) for policy in content["policies"]],
        "objections": [_objection(one) for one in content["objections"]],
        "contacts": [_contact(one) for one in content["contacts"]],
        "kept": [
            (texts.text(f"privacy.kept.{rule['kind']}", LANGUAGE), _period(rule))
            for rule in content["kept"]
        ],
    }
    return documents.letter(
        __package__,
        "copy.html",
        data,
        title=texts.text("privacy.copy.title", LANGUAGE),
        number=request_no,
        day=clock.shanghai_day(at).isoformat(),
    )


def _printed(found: dict[str, Any]) -> dict[str, Any]:
    """A policy as label and value, field by field in the order of the core system's file."""
    policy = found["policy"]
    label = codes.name("line", policy["line"], LANGUAGE)
    subject = cast(Policy, {"line": policy["line"], "subject": policy.get("subject", {})})
    return {
        "heading": f"{label} {policy['policy_no']}",
        "facts": _rows("policies", policy)
        + [(row.label, row.value) for row in contents.subject_rows(subject, LANGUAGE)],
        "covers": policy.get("covers", []),
        "parts": [
            (
                texts.text(f"privacy.copy.{kind}", LANGUAGE),
                [_rows(kind, one) for one in found[kind]],
            )
            for kind in ("payments", "endorsements", "claims")
            if found[kind]
        ],
        "telephones": [
            (
                one["phone"],
                codes.name("phone_kind", one["kind"], LANGUAGE),
                codes.name("contact_source", one["source"], LANGUAGE),
                one["recorded_on"],
            )
            for one in found["telephones"]
        ],
        "uploads": [_file(one) for one in found["uploads"]],
    }


def _objection(found: dict[str, Any]) -> dict[str, Any]:
    """An objection: what it is about, what was said on both sides, what was decided and sent."""
    told = ("policy_no", "claim_no", "item_name", "subject_name", "status_name", "filed_at")
    written = ("shown", "claimed", "description", "evidence_described", "phone")
    facts = [
        (texts.text(f"privacy.copy.objection.{name}", LANGUAGE), _said(name, found[name]))
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
        "reply": found["reply"] and _reply(found["reply"]),
        "evidence": [_file(one) for one in found["evidence"]],
    }


def _reply(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": _minute(found["replied_at"]),
        "result": found["result_name"],
        "reasons": found["reasons"] or "",
        "items": [
            (wording.item_name(one["item"], LANGUAGE), wording.value(one.get("decided"), LANGUAGE))
            for one in found["items"]
        ],
    }


def _contact(found: dict[str, Any]) -> tuple[str, str, str]:
    """When, how and with what outcome; what was noted of it."""
    channel = found["channel"]
    how = [codes.name("contact_channel", channel, LANGUAGE) or channel] if channel else []
    return (
        _minute(found["at"]),
        " · ".join([*how, found["outcome_name"]]),
        found["note"] or "",
    )


def _file(found: dict[str, Any]) -> tuple[str, str, str]:
    """Name, state, and when the file came or was announced."""
    at = found["arrived_at"] or found["asked_at"]
    return found["filename"], found["status_name"], _minute(at)


def _said(name: str, value: Any) -> str:
    if name == "filed_at":
        return _minute(value)
    return wording.value(value, LANGUAGE)


def _minute(instant: str) -> str:
    """RFC 3339 as `2026-11-21 10:05`."""
    return instant[:16].replace("T", " ")


def _rows(kind: str, content: dict[str, Any]) -> list[tuple[str, str]]:
    rules = validation.load(f"imports/{kind}")["properties"]
    return [
        (rule["x-header"], _value(rule, content[name]))
        for name, rule in rules.items()
        if name in content and name != "policy_no" and rule.get("x-kind") not in (None, "covers")
    ]


def _value(rule: dict[str, Any], value: Any) -> str:
    match rule["x-kind"]:
        case "money":
            return f"{numerals.amount(value)} 元"
        case "boolean":
            return texts.text("privacy.copy.yes" if value else "privacy.copy.no", LANGUAGE)
        case "code":
            return str(codes.name(rule["x-codes"], value, LANGUAGE) or value)
        case "instant":
            return _minute(clock.shown(clock.parse(value)))
        case _:
            return str(value)


def _period(rule: dict[str, Any]) -> str:
    unit = "years" if "years" in rule else "days"
    return texts.text(f"privacy.copy.{unit}", LANGUAGE, count=rule[unit])
