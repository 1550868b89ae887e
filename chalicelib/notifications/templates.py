"""The words of messages: approved texts by kind and language, dated, short enough for an SMS."""

from datetime import datetime
from typing import Any, NamedTuple

from chalicelib import clock, dated, languages

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


class Text(NamedTuple):
    """What is sent; the subject is for mail alone."""

    subject: str
    body: str


class TooLongError(Exception):
    """When the words do not fit into the segments that their template allows."""


def template(kind: str, at: datetime) -> dict[str, Any]:
    """The template of a kind as approved on the day: class, at_once, segments, texts."""
    version = dated.in_force("notifications/templates", clock.shanghai_day(at))
    found: dict[str, Any] = version["templates"][kind]
    return found


def text(kind: str, language: str, values: dict[str, str], channel: str, at: datetime) -> Text:
    """The words with their values; TooLongError if an SMS would cost more than was approved."""
    found = template(kind, at)
    words = languages.label(found["texts"], language)
    made = Text(words["subject"], words["body"].format_map(values))
    if channel == "sms" and segments(made.body) > found["segments"]:
        raise TooLongError(f"{kind} in {language} takes {segments(made.body)} segments")
    return made


def segments(body: str) -> int:
    """How many short messages the text takes: 160 of GSM 03.38 or 70 of UCS-2, less when joined."""
    if _GSM.issuperset(body):
        return 1 if len(body) <= 160 else -(-len(body) // 153)
    units = len(body.encode("utf-16-be")) // 2
    return 1 if units <= 70 else -(-units // 67)
