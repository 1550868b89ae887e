"""What people read, from gettext catalogues by key; Chinese is the base, English complete (Q10)."""

import gettext
from functools import cache
from pathlib import Path

from chalicelib import languages

BASE = languages.BASE
LANGUAGES = tuple(languages.offered())
_LOCALES = Path(__file__).parent / "locales"


class MissingTextError(KeyError):
    """When a key has no words in a language: a defect of the catalogue, caught by the tests."""


def text(key: str, language: str, **values: object) -> str:
    """The words for the key, with `{placeholders}` filled in; Chinese where a language has none."""
    words = _catalogue(language).gettext(key)
    if words == key:
        raise MissingTextError(f"{key} has no text in {language}")
    return words.format(**values) if values else words


def has(key: str, language: str) -> bool:
    """Whether the catalogue knows the key."""
    return _catalogue(language).gettext(key) != key


def negotiate(accept_language: str) -> str:
    """The language for an Accept-Language header (RFC 9110 §12.5.4); Chinese if none fits."""
    wishes: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language.split(",")[:20]):
        tag, _, parameter = part.strip().partition(";")
        name, _, value = parameter.strip().partition("=")
        try:
            weight = float(value) if name.strip() == "q" else 1.0
        except ValueError:
            continue
        if 0 < weight <= 1:
            wishes.append((-weight, position, tag.strip().lower()))
    for _, _, tag in sorted(wishes):
        for language in languages.offered():
            if tag == "*" or tag.split("-")[0] == language.split("-")[0].lower():
                return language
    return BASE


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    # A fact may be older than the list: who reported in a language that is off now reads Chinese.
    name = languages.offered().get(language, languages.offered()[BASE])
    found = gettext.translation("chabao", _LOCALES, [name])
    if language != BASE:
        found.add_fallback(_catalogue(BASE))
    return found
