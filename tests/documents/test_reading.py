"""Documents of generated policies, read back by another maker's program, field by field."""

from collections.abc import Iterator
from datetime import date
from itertools import cycle
from typing import Any

import pytest

from chalicelib import codes, dated, masking, texts
from chalicelib.documents import numerals, service
from chalicelib.imports import rows
from infra import generator
from infra.generator.customers import LINES
from tests.documents.samples import DOCUMENT_ID, bare, text

AS_THEY_ARE = (
    *("policy_no", "policyholder_name", "policyholder_address", "insured_name", "insured_address"),
    *("beneficiary", "relation", "payment_method", "channel_name", "channel_code", "agent"),
    *("previous_policy_no", "lead_insurer"),
)
SPOKEN = {"zh-CN": ("zh-CN",), "en": ("en",), "bilingual": ("zh-CN", "en")}
MONTHS = "January February March April May June July August September October November December"


@pytest.mark.parametrize("line", LINES)
def test_documents_of_every_line_say_what_the_policy_says(line: str) -> None:
    assert _read_back(6, 3, ("zh-CN", "en", "bilingual"), lines=(line,)) > 0


@pytest.mark.soak
def test_five_hundred_documents_over_all_lines_say_what_their_policies_say() -> None:
    assert _read_back(11, 560, ("zh-CN",)) >= 500


@pytest.mark.soak
def test_a_hundred_translations_over_all_lines_say_what_their_policies_say() -> None:
    assert _read_back(12, 110, ("en", "bilingual")) >= 100


def _read_back(seed: int, count: int, languages: tuple[str, ...], **choice: Any) -> int:
    """How many documents were made and read; what one leaves out fails with its policy number."""
    found = generator.portfolio(seed, count, **choice)
    read = [rows.read("policies", dict(row), found.today) for row in found.policies]
    good = [one.row for one in read if not one.errors]
    for row, language in zip(good, cycle(languages), strict=False):
        policy: Any = {**row, "imported_at": "2026-01-01T00:00:00Z"}
        printed = text(service.make(policy, DOCUMENT_ID, language=language))
        expected = [words for one in SPOKEN[language] for words in _expected(policy, one, language)]
        lacking = [words for words in expected if bare(words) not in printed]
        assert not lacking, (row["policy_no"], language, lacking)
    return len(good)


def _expected(policy: dict[str, Any], language: str, variant: str) -> Iterator[str]:
    """Every field as a reader must find it, written anew from the row; and every fixed text."""
    yield from (policy[name] for name in AS_THEY_ARE if policy.get(name))
    for name in ("issued_on", "paid_on"):
        if policy.get(name):
            yield policy[name] if variant == "bilingual" else _day(policy[name], language)
    yield from (_day(policy[name], language) for name in ("starts_on", "ends_on"))
    yield from policy.get("special_agreements", "").splitlines()
    for name in ("insured", "policyholder"):
        if policy.get(f"{name}_id_no"):
            yield masking.id_no(policy[f"{name}_id_no"])
            yield str(codes.name("id_type", policy[f"{name}_id_type"], language))
    yield str(codes.name("policy_status", policy["status"], language))
    if policy.get("channel_type"):
        yield str(codes.name("channel_type", policy["channel_type"], language))
    for name in ("premium", "sum_insured"):
        if policy.get(name) is not None:
            yield f"¥{policy[name] / 100:,.2f}"
            yield f"人民币{numerals.capitals(policy[name])}"
    for cover in policy.get("covers", []):
        yield cover["name"]
        yield from (
            f"{cover[name] / 100:,.2f}"
            for name in ("sum_insured", "premium")
            if cover.get(name) is not None
        )
        yield cover.get("deductible") or ""
    given = {**policy.get("subject", {}), **policy}
    for field in codes.line(policy["line"])["subject"]:
        value = given.get(field["field"])
        if value not in (None, ""):
            yield field["label"][language]
            yield _subject(field, str(value), language, variant)
    yield from _fixed(policy, language)


def _fixed(policy: dict[str, Any], language: str) -> Iterator[str]:
    """What the insurer says to every policy of the kind, whatever its blanks are filled with."""
    kind = "_".join(filter(None, (policy["line"], policy.get("motor_kind"))))
    wording = dated.in_force("documents/wording", policy["issued_on"])
    said = [wording["titles"][kind]]
    said += [wording[name].get(kind, wording[name]["common"]) for name in ("cover", "breach")]
    said += [wording["claim_payment"].get(kind, wording["claim_payment"]["common"])]
    said += [wording["dispute"]["common"], *wording["notices"].get(kind, [])]
    if kind in wording["claim"]:
        said.append(wording["claim"][kind])
    yield from (words[language] for words in said)
    for label in ("parties", "agreements", "liability", "notices", "verification"):
        yield texts.text(f"document.label.{label}", language)


def _subject(field: dict[str, Any], value: str, language: str, variant: str) -> str:
    if field["kind"] == "code" and value in field["codes"]:
        return str(field["codes"][value][language])
    if field["kind"] == "money":
        amount = f"{int(value) / 100:,.2f}"
        return f"{amount}元" if variant == "zh-CN" else f"CNY{amount}"
    if field["kind"] == "date":
        return value if variant == "bilingual" else _day(value, language)
    if "unit" in field and variant != "bilingual":
        return f"{value}{field['unit'][language]}"
    return value


def _day(text_: str, language: str) -> str:
    day = date.fromisoformat(text_)
    if language == "en":
        return f"{day.day} {MONTHS.split()[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"
