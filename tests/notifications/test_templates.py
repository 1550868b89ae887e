"""Templates: every text fits, in every language, with the longest values to be expected."""

import pytest

from chalicelib import clock, texts, validation
from chalicelib.notifications import templates

AT = clock.parse("2026-11-21T10:00:00+08:00")
TEMPLATES = validation.load("notifications/templates")["versions"][-1]["templates"]


@pytest.mark.parametrize("name", ["templates", "hours"])
def test_the_data_files_keep_to_their_schemas(name: str) -> None:
    validation.validate(
        f"notifications/{name}.schema", validation.load(f"notifications/{name}"), "en"
    )


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_text_with_its_longest_values_fits_into_its_segments(kind: str, language: str) -> None:
    made = templates.text(kind, language, TEMPLATES[kind]["example"], "sms", AT)
    assert templates.segments(made.body) <= TEMPLATES[kind]["segments"]


@pytest.mark.parametrize(
    ("body", "segments"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 307, 3),
        ("保" * 70, 1),
        ("保" * 71, 2),
        ("保" * 134, 2),
        ("保" * 135, 3),
        ("𠮷" * 36, 2),
        ("a" * 70 + "保", 2),
    ],
)
def test_segments_are_counted_as_networks_count_them(body: str, segments: int) -> None:
    assert templates.segments(body) == segments


def test_words_that_cost_more_than_was_approved_are_refused() -> None:
    with pytest.raises(templates.TooLongError):
        templates.text("claim_stage", "zh-CN", {**_STAGE, "needs": "请补充" * 50}, "sms", AT)


_STAGE = TEMPLATES["claim_stage"]["example"]
