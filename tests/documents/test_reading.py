"""Documents of generated policies, read back by another maker's program, field by field."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from chalicelib import codes, masking
from chalicelib.documents import numerals, service
from chalicelib.imports import rows
from infra import generator
from infra.generator.customers import LINES
from tests.documents.samples import DOCUMENT_ID, bare, text

AS_THEY_ARE = (
    *("policy_no", "policyholder_name", "policyholder_address", "insured_name", "insured_address"),
    *("beneficiary", "relation", "payment_method", "channel_name", "channel_code", "agent"),
    "previous_policy_no",
)


@pytest.mark.parametrize("line", LINES)
def test_documents_of_every_line_say_what_the_policy_says(line: str) -> None:
    assert _read_back(6, 3, lines=(line,)) > 0


@pytest.mark.soak
def test_five_hundred_documents_over_all_lines_say_what_their_policies_say() -> None:
    assert _read_back(11, 560) >= 500


def _read_back(seed: int, count: int, **choice: Any) -> int:
    """How many documents were made and read; what one leaves out fails with its policy number."""
    found = generator.portfolio(seed, count, **choice)
    read = [rows.read("policies", dict(row), found.today) for row in found.policies]
    good = [one.row for one in read if not one.errors]
    for row in good:
        policy: Any = {**row, "imported_at": "2026-01-01T00:00:00Z"}
        printed = text(service.make(policy, DOCUMENT_ID))
        lacking = [words for words in _expected(policy) if bare(words) not in printed]
        assert not lacking, (row["policy_no"], lacking)
    return len(good)


def _expected(policy: dict[str, Any]) -> Iterator[str]:
    """Every field as a reader must find it, written anew from the row."""
    yield from (policy[name] for name in AS_THEY_ARE if policy.get(name))
    for name in ("issued_on", "starts_on", "ends_on", "paid_on"):
        if policy.get(name):
            yield _day(policy[name])
    yield from policy.get("special_agreements", "").splitlines()
    for name in ("insured", "policyholder"):
        if policy.get(f"{name}_id_no"):
            yield masking.id_no(policy[f"{name}_id_no"])
            yield codes.name("id_type", policy[f"{name}_id_type"], "zh-CN")
    yield codes.name("policy_status", policy["status"], "zh-CN")
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
            yield field["label"]["zh-CN"]
            yield _subject(field, str(value))


def _subject(field: dict[str, Any], value: str) -> str:
    if field["kind"] == "code" and value in field["codes"]:
        return str(field["codes"][value]["zh-CN"])
    if field["kind"] == "money":
        return f"{int(value) / 100:,.2f}元"
    if field["kind"] == "date":
        return _day(value)
    return value + (field["unit"]["zh-CN"] if "unit" in field else "")


def _day(text_: str) -> str:
    day = date.fromisoformat(text_)
    return f"{day.year}年{day.month}月{day.day}日"
