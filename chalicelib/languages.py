"""The languages of the service (Q10): schemas/data/languages.json alone says which are offered."""

from collections.abc import Mapping
from functools import cache

from chalicelib import schemas

BASE = "zh-CN"
"""Chinese is always authoritative: what has no words in another language is said in Chinese."""


@cache
def offered() -> dict[str, str]:
    """The catalogue (`zh_CN`) of every language that is on, by its tag (`zh-CN`)."""
    found = schemas.load("data/languages")["languages"]
    return {one["tag"]: one["catalogue"] for one in found if one["status"] == "on"}


def name(tag: str) -> str:
    """What a language is called in Chinese; its tag where it was never offered."""
    found = schemas.load("data/languages")["languages"]
    return next((str(one["name"]) for one in found if one["tag"] == tag), tag)


def label[Words](names: Mapping[str, Words], language: str) -> Words:
    """What data say in the language (`{"zh-CN": …, "en": …}`), in Chinese where they lack it."""
    return names[language] if language in names else names[BASE]
