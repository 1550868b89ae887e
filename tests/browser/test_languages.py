"""Chinese is the base, English is complete, and the reader changes between them in place."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from .pages import WEB
from .service import ID_NO, POLICY_NO, problem
from .visitor import Visitor

TEXTS: dict[str, dict[str, str]] = {}
for path in sorted((WEB / "texts").rglob("*.json"), key=lambda one: (one.parent, one.stem)):
    TEXTS.setdefault(path.stem, {}).update(json.loads(path.read_text("utf-8")))
SCHEMAS = Path(__file__).parents[2] / "schemas"
COMPUTED = (
    *("field.", "section.", "status.", "status-means.", "line.", "motor_kind.", "channel."),
    *("stage.", "unit.", "wrong.", "refused.", "verify.", "report.", "photos.", "rate.", "track."),
    *("lead.", "advice.", "region.", "staff.desk.", "staff-", "staff.value.", "offers."),
)
"""Families of keys that the pages put together from a code."""
SLOT = re.compile(r"\{\w+\}")
PAGES = [path for path in sorted(WEB.rglob("*.html")) if path.parent.name != "docs"]
SCRIPT = re.compile(r'<script type="module" src="([^"]+)"')
IMPORT = re.compile(r'(?:from |import |import\()"(\.[^"]+)"')
LOADED = re.compile(r'data-texts="([^"]+)"')
ALSO = re.compile(r'also\("([^"]+)"\)')
LITERAL = re.compile(r'"([a-z][\w.-]*\.[\w.-]+)"')


def test_all_languages_have_the_same_texts_with_the_same_slots() -> None:
    base = TEXTS["zh-CN"]
    for words in TEXTS.values():
        assert list(words) == list(base)
        for key, text in words.items():
            assert sorted(SLOT.findall(text)) == sorted(SLOT.findall(base[key])), key


def test_no_text_is_left_over() -> None:
    files = [*WEB.rglob("*.html"), *(WEB / "assets").glob("*.js"), *(WEB / "staff").glob("*.js")]
    source = "".join(path.read_text("utf-8") for path in files)
    unused = [key for key in TEXTS["zh-CN"] if f'"{key}"' not in source]
    assert [key for key in unused if not key.startswith(COMPUTED)] == []


def _reached(page: Path) -> str:
    """The source of a page and of every module that it may load."""
    waiting = [
        WEB / name.removeprefix("/") if name.startswith("/") else (page.parent / name).resolve()
        for name in SCRIPT.findall(page.read_text("utf-8"))
    ]
    found: dict[Path, str] = {}
    while waiting:
        module = waiting.pop()
        if module not in found:
            found[module] = module.read_text("utf-8")
            names = IMPORT.findall(found[module])
            waiting += [(module.parent / name).resolve() for name in names]
    return page.read_text("utf-8") + "".join(found.values())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(WEB)))
def test_a_page_loads_every_text_that_it_may_show(page: Path) -> None:
    source = _reached(page)
    groups = [*" ".join(LOADED.findall(source)).split(), *ALSO.findall(source)]
    if page.parent.name == "staff":
        groups += [path.name for path in (WEB / "texts").glob("staff-*")]
    words = json.loads((WEB / "texts/en.json").read_text("utf-8"))
    for group in groups:
        words |= json.loads((WEB / "texts" / group / "en.json").read_text("utf-8"))
    named = {key for key in LITERAL.findall(source) if key in TEXTS["en"]}
    assert len(named) > 5
    assert sorted(named - set(words)) == []


def test_codes_have_the_names_that_the_service_uses() -> None:
    codes = _read("data/codes.json")["codes"]
    families = {
        "status": "policy_status",
        "motor_kind": "motor_kind",
        "channel": "channel_type",
        "stage": "claim_stage",
    }
    for language, words in TEXTS.items():
        for family, group in families.items():
            named = {code: names[language] for code, names in codes[group].items()}
            ours = {k.partition(".")[2]: v for k, v in words.items() if k.startswith(family + ".")}
            assert ours == named


def test_the_pages_name_the_same_insurer_as_its_documents() -> None:
    insurer = _read("data/insurer.json")["versions"][-1]
    for language, words in TEXTS.items():
        assert words["insurer.name"] == insurer["name"][language]
        assert words["insurer.domicile"] == insurer["domicile"][language]
        assert words["insurer.hotline"] == insurer["hotline"]


def test_the_vehicle_is_described_in_the_words_of_its_line() -> None:
    for field in _read("lines/motor.json")["subject"]:
        for language, words in TEXTS.items():
            assert words[f"field.{field['field']}"] == field["label"][language]
            unit = field.get("unit", {}).get(language)
            assert words.get(f"unit.{field['field']}") == (unit and f"{{value}} {unit}")


@pytest.mark.parametrize(
    "path", ["index.html", "query.html", "verify.html", "404.html", "docs/index.html"]
)
def test_without_scripts_the_page_reads_as_the_chinese_catalogue_says(
    browser: Browser, site: str, path: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/{path}")
    written = page.locator("[data-text]").evaluate_all(
        """all => all.map((one) => [
            one.dataset.text,
            one.getAttribute(one.dataset.textAttribute) ?? one.textContent])"""
    )
    context.close()
    base = TEXTS["zh-CN"]
    assert written
    for key, text in written:
        assert text == base[key].replace("{hotline}", base["insurer.hotline"])


@pytest.mark.parametrize(
    ("asked", "browser_language", "shown"),
    [
        ("?lang=en", "zh-CN", "en"),
        ("", "en-US", "en"),
        ("", "fr-FR", "zh-CN"),
        ("?lang=xx", "zh-CN", "zh-CN"),
    ],
)
def test_the_address_then_the_browser_choose_the_language(
    browser: Browser, site: str, asked: str, browser_language: str, shown: str
) -> None:
    context = browser.new_context(locale=browser_language)
    page = context.new_page()
    page.goto(f"{site}/index.html{asked}")
    expect(page.locator("h1")).to_have_text(TEXTS[shown]["home.title"])
    assert page.get_attribute("html", "lang") == shown
    context.close()


def test_a_change_of_language_keeps_what_was_typed_and_what_went_wrong(visitor: Visitor) -> None:
    visitor.opens()
    visitor.asks(problem(403, "verification-failed"))
    expect(visitor.trouble).to_be_visible()
    visitor.page.get_by_role("link", name="English").click()
    expect(visitor.trouble).to_contain_text("We found no policy that matches both")
    expect(visitor.page.locator("#policy_no")).to_have_value(POLICY_NO)
    expect(visitor.page.locator("#id_no")).to_have_value(ID_NO)
    expect(visitor.page.get_by_role("link", name="English")).to_be_focused()


def test_an_answer_changes_its_language_without_another_query(visitor: Visitor) -> None:
    shown = visitor.sees_answer()
    visitor.page.get_by_role("link", name="English").click()
    expect(shown).to_contain_text("In force")
    expect(shown).to_contain_text("CNY 4,326.58")
    assert len(visitor.service.queries) == 1
    chinese = shown.get_by_text("陈晓岚")
    expect(chinese).to_have_attribute("lang", "zh-CN")


def test_the_chosen_language_goes_along_to_the_next_page(visitor: Visitor) -> None:
    visitor.opens("index.html")
    visitor.page.get_by_role("link", name="English").click()
    expect(visitor.page.locator("h1")).to_have_text(TEXTS["en"]["home.title"])
    visitor.page.get_by_role("link", name="Check a motor policy").click()
    expect(visitor.page.locator("#ask h1")).to_have_text(TEXTS["en"]["ask.title"])


def _read(name: str) -> dict:
    return json.loads((SCHEMAS / name).read_text("utf-8"))


def test_the_language_chosen_last_stays_however_late_others_come(visitor: Visitor) -> None:
    visitor.opens("index.html")
    held: list[Route] = []
    visitor.page.route("**/texts/en.json", lambda route: held.append(route))
    visitor.page.get_by_role("link", name="English").click()
    with visitor.page.expect_response("**/texts/zh-CN.json"):
        visitor.page.get_by_role("link", name="中文").click()
    with visitor.page.expect_response("**/texts/en.json"):
        held[0].continue_()
    visitor.page.evaluate("fetch('texts/zh-CN.json').then((answer) => answer.json())")
    expect(visitor.page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert visitor.page.evaluate("localStorage.getItem('language')") == "zh-CN"
