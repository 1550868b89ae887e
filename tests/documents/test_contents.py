"""What stands in a document, per line, and that a policy's data stay text."""

import json
import re
from typing import Any
from unicodedata import east_asian_width

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from markupsafe import escape

from chalicelib import codes, dated, validation
from chalicelib.documents import contents, templating
from chalicelib.documents.variants import VARIANTS
from chalicelib.policies.model import Policy
from infra.generator.customers import LINES
from tests.documents.samples import DOCUMENT_ID, policy

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=file:///etc/passwd>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "\"'><svg onload=x>",
    "{{ 7 * 7 }}{% include 'policy.css' %}",
    "url(file:///etc/passwd)",
    "&lt;b&gt; &nbsp;",
    "</style><style>@import url(//evil.example)",
    "\\74\\61 ; } * { display: none",
    "%PDF-1.7 (\\) endobj",
]


@pytest.mark.parametrize("line", LINES)
def test_what_the_insurance_law_asks_for_stands_in_the_document_of_every_line(line: str) -> None:
    texts = [f["field"] for f in codes.line(line)["subject"] if f["kind"] == "text"]
    changes: dict[str, Any] = {} if line == "motor" else {"motor_kind": None}
    changes |= dict.fromkeys(texts, "此处为标的") | {"subject": dict.fromkeys(texts, "此处为标的")}
    found = policy(line=line, beneficiary="买买提·艾力", **changes)
    html = contents.document_html(found, DOCUMENT_ID)
    for item in (
        "查保财产保险股份有限公司",  # insurer's name
        "上海市浦东新区示范路100号",  # and domicile
        "𠮷田科技（上海）有限公司",
        "上海市浦东新区世纪大道1000号12楼",
        "艾合买提·买买提",
        "新疆维吾尔自治区乌鲁木齐市天山区解放南路22号",
        "买买提·艾力",  # beneficiary
        "此处为标的" if texts else "以保险条款、投保单及特别约定的记载为准",  # subject
        "责任免除",
        "2026年1月31日",  # period
        "2027年1月30日",
        "保险责任自起保时刻开始",
        "2,186,800.00",  # sum insured
        "人民币叁仟贰佰捌拾元伍角整",  # premium
        "银行转账",
        "在达成协议后十日内赔偿或者给付",  # claim payment
        "违约责任",
        "争议",
        "2026年1月28日",  # date of the contract
        "仅限家庭自用。",
        "400-000-9510",
        "https://www.chabao.example",
        f"verify.html?document={DOCUMENT_ID}",
    ):
        assert item in html, item


@pytest.mark.parametrize("language", VARIANTS)
@pytest.mark.parametrize("line", LINES)
def test_every_line_has_words_of_its_own_in_every_language(line: str, language: str) -> None:
    kinds = [{"motor_kind": kind} for kind in ("commercial", "compulsory")]
    wording = dated.in_force("documents/wording", "2026-01-28")
    for changes in kinds if line == "motor" else [{"motor_kind": None}]:
        found = policy(line=line, **changes)
        kind = contents.kind_of(found)
        html = contents.document_html(found, DOCUMENT_ID, variant=language)
        said = [wording["titles"][kind]]
        if line not in ("other", "special_risk"):
            said += [wording[name][kind] for name in ("cover", "claim") if kind in wording[name]]
            assert kind in wording["cover"]
            assert kind in wording["notices"]
        for words in said:
            for spoken in VARIANTS[language].languages:
                assert str(escape(words[spoken])) in html
        assert "{" not in html.partition("<body")[2]


def test_compulsory_motor_shows_what_article_12_asks_for() -> None:
    html = contents.document_html(policy(motor_kind="compulsory"), DOCUMENT_ID)
    assert "机动车交通事故责任强制保险单" in html
    assert "书面告知需要提供的证明和资料" in html
    for item in ("PDAA202631010000000123", "沪A12345", "2027年1月30日", "400-000-9510"):
        assert item in html
    assert "查保财产保险股份有限公司" in html
    assert "上海市浦东新区示范路100号" in html


def test_a_car_without_a_plate_says_so_on_its_compulsory_policy() -> None:
    html = contents.document_html(policy(motor_kind="compulsory", plate_no=None), DOCUMENT_ID)
    assert "尚未登记" in html


@pytest.mark.parametrize("line", LINES)
def test_every_line_has_a_document_with_its_subject(line: str) -> None:
    fields = codes.line(line)["subject"]
    subject = {field["field"]: _value(field) for field in fields}
    found = policy(line=line, motor_kind=None, product=None, covers=None, subject=subject)
    html = contents.document_html(found, DOCUMENT_ID)
    for field in fields:
        assert field["label"]["zh-CN"] in html
    assert "保险单" in html


def test_a_bare_policy_without_anything_optional_has_a_document() -> None:
    needed = validation.load("imports/policies")["required"]
    full = policy(line="property", motor_kind=None)
    bare = {name: value for name, value in full.items() if name in needed}
    html = contents.document_html(bare, DOCUMENT_ID)  # type: ignore[arg-type] # that is the point
    assert "以保险条款、投保单及特别约定的记载为准" in html


def test_identity_numbers_are_masked() -> None:
    html = contents.document_html(policy(), DOCUMENT_ID)
    assert "110***********002X" in html
    assert "19491231" not in html


@pytest.mark.parametrize("words", HOSTILE)
def test_markup_and_template_words_are_printed_as_they_are(words: str) -> None:
    hostile = _everywhere(words)
    plain = contents.document_html(_everywhere(_alike(words)), DOCUMENT_ID)
    html = contents.document_html(hostile, DOCUMENT_ID)
    assert html.count("<") == plain.count("<")
    assert words not in html or not set(words) & set("<>\"'&")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(HOSTILE) | st.text(max_size=30), max_size=6).map("".join)
    | st.text(alphabet="<>&\"'{}%#/\\\u202e\u200b\u0000😀甲", max_size=200)
)
def test_whatever_stands_in_a_policy_it_changes_nothing_but_text(words: str) -> None:
    html = contents.document_html(_everywhere(f"甲{words}"), DOCUMENT_ID)
    plain = contents.document_html(_everywhere(f"甲{_alike(words)}"), DOCUMENT_ID)
    assert _tags(html) == _tags(plain)


def test_characters_without_a_printed_form_are_left_out() -> None:
    name = "王\u202e小\u200b明\x00\x07\ufe0f\U000e0101\u2066\n\t 甲\ufeff"
    assert templating.printable(name) == "王小明 甲"


def test_the_same_policy_gives_the_same_html_and_names_its_version() -> None:
    assert contents.document_html(policy(), DOCUMENT_ID) == contents.document_html(
        policy(), DOCUMENT_ID
    )


@pytest.mark.parametrize("name", ["documents/wording", "documents/retention", "data/insurer"])
def test_dated_texts_follow_their_schema_and_hold_from_the_first_day(name: str) -> None:
    document = validation.load(name)
    Draft202012Validator(validation.load(f"{name}.schema")).validate(document)
    days = [version["from"] for version in document["versions"]]
    assert days == sorted(set(days))
    assert min(days) <= "2010-01-01"


def test_the_insurer_is_the_one_of_the_day_of_issue(monkeypatch: pytest.MonkeyPatch) -> None:
    versions = validation.load("data/insurer")["versions"]
    later = json.loads(json.dumps(versions[0]))
    later |= {"from": "2026-02-01", "hotline": "400-000-0001"}
    monkeypatch.setattr(
        dated,
        "_versions",
        lambda name: [later, *versions] if name == "data/insurer" else _load(name),
    )
    assert "400-000-9510" in contents.document_html(policy(), DOCUMENT_ID)
    newer = policy(issued_on="2026-02-01")
    assert "400-000-0001" in contents.document_html(newer, DOCUMENT_ID)


def _tags(html: str) -> list[str]:
    """The elements in their order with all that they say; special agreements have a line each."""
    found = re.findall(r"<[^>]*>", html)
    return [tag for tag in found if tag not in ('<p class="agreement">', "</p>")]


def _alike(words: str) -> str:
    """Harmless words of the same widths and lines, so that they are laid out alike."""
    return "".join(
        character if character.isspace() else "甲" if east_asian_width(character) in "WF" else "x"
        for character in words
    )


def _load(name: str) -> list[dict[str, Any]]:
    versions: list[dict[str, Any]] = validation.load(name)["versions"]
    return versions


def _value(field: dict[str, Any]) -> str:
    values = {"date": "2026-05-01", "money": "1234500", "number": "12.5"}
    if field["kind"] == "code":
        return str(next(iter(field["codes"])))
    return values.get(field["kind"], "甲")


def _everywhere(words: str) -> Policy:
    """A policy whose every free text is the words."""
    return policy(
        policyholder_name=words,
        policyholder_address=words,
        insured_name=words,
        insured_address=words,
        beneficiary=words,
        relation=words,
        product=words,
        payment_method=words,
        paid_on=words,
        channel_name=words,
        channel_code=words,
        agent=words,
        special_agreements=words,
        brand_model=words,
        plate_no=words,
        subject={"vehicle_owner": words, "vehicle_use": words},
        covers=[{"name": words, "sum_insured": 1, "premium": 1, "deductible": words}],
    )
