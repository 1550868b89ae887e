"""Documents of other rooms on the insurer's letterhead: a refusal, a copy of one's data …"""

from collections.abc import Mapping
from functools import cache, partial
from importlib.resources import files
from typing import Any

from chalicelib import dated, settings, texts
from chalicelib.documents import templating


def html(
    package: str,
    template: str,
    data: Mapping[str, Any],
    *,
    title: str,
    number: str,
    day: str,
    language: str,
) -> str:
    """The letter as HTML without style; what each argument is, service.letter says."""
    return (
        templating.environment(package)
        .get_template(template)
        .render(
            data,
            title=title,
            number=number,
            issued_on=day,
            language=language,
            insurer=dated.in_force("data/insurer", day),
            site=settings.get("PUBLIC_SITE_URL"),
            words=partial(_words, language),
        )
    )


@cache
def style() -> str:
    """The letterhead's style sheet; a template adds to it in a `<style>` of its own block."""
    return (files(__package__) / "templates" / "letterhead.css").read_text("utf-8")


def _words(language: str, key: str, **values: Any) -> str:
    """A text of the catalogues, for templates: `words("claims.letter.refusal.greeting")`."""
    return texts.text(key, language, **values)
