"""Catalogues (Q10): every key that is used has words, every key is used, others wait their turn."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from chalicelib import codes, errors, languages, texts, validation
from chalicelib.expiry import rows as expiry
from infra import pages

ROOT = Path(__file__).parents[1]
LOCALES = ROOT / "chalicelib" / "locales"
LANGUAGES = validation.load("data/languages")["languages"]
ON = [language for language in LANGUAGES if language["status"] == "on"]
OFF = [language for language in LANGUAGES if language["status"] == "off"]
REVIEW = "needs a native reviewer"

HELPERS = {"expiry": "expiry."}
"""What is put before the key where a room's templates say `words(key)`: elsewhere nothing."""
ELSEWHERE = {"analysis.scorecard.item.": ("upkeep",), "row.": ("imports", "policies")}
"""Families whose last part is said in other rooms than the one that asks for the text."""


def catalogue(name: str) -> dict[str, str]:
    """The texts of a catalogue by key, empty ones too."""
    with (LOCALES / name / "LC_MESSAGES" / "chabao.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def room(path: Path) -> str:
    """The room of a file, or `` for what belongs to all."""
    parts = path.relative_to(ROOT / "chalicelib").parts
    return parts[0] if len(parts) > 1 else ""


def sources() -> list[Path]:
    """The product's own modules."""
    return sorted((ROOT / "chalicelib").rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def said_in(name: str) -> frozenset[str]:
    """Every string that stands in a room's modules, and every key of its templates' words."""
    found = {
        node.value
        for path in sources()
        if room(path) == name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for template in (ROOT / "chalicelib" / name).glob("templates/*.html"):
        found |= set(re.findall(r'words\("([a-z._]+)"', template.read_text("utf-8")))
    return frozenset(found)


def asked() -> Iterator[tuple[str, ast.expr]]:
    """The room and the key of every call of `texts.text` and `texts.has`."""
    for path in sources():
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("text", "has")
                and isinstance(node.func.value, ast.Name)
                and node.func.value.id == "texts"
            ):
                yield room(path), node.args[0]


@cache
def literal() -> set[str]:
    """The keys that the code says whole."""
    found = set()
    for _, key in asked():
        if not isinstance(key, ast.JoinedStr):
            found |= {
                node.value
                for node in ast.walk(key)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            }
    return found


@cache
def families() -> set[tuple[str, str, str]]:
    """The keys that the code puts together: room, what stands before and after the variable."""
    found = set()
    for name, key in asked():
        if isinstance(key, ast.JoinedStr):
            ends = [part.value if isinstance(part, ast.Constant) else "" for part in key.values]
            found.add((name, str(ends[0]), str(ends[-1]) if len(ends) > 2 else ""))
    return found


def is_used(key: str) -> bool:
    """Whether the code says the key, or a family whose variable part the room says."""
    if key in literal() or key in printed() or key in items():
        return True
    for name, before, after in families():
        if not (key.startswith(before) and key.endswith(after)):
            continue
        part = key[len(before) : len(key) - len(after)]
        rooms = ELSEWHERE.get(before, (name, ""))
        if any(part in said_in(one) for one in rooms):
            return True
    return False


@cache
def printed() -> set[str]:
    """The keys that templates say, whole with `words`, of the documents' labels with `label`."""
    found = set()
    for template in (ROOT / "chalicelib").glob("*/templates/*.html"):
        said = template.read_text("utf-8")
        before = HELPERS.get(room(template.parent), "")
        found |= {before + key for key in re.findall(r'words\("([a-z._]+)"', said)}
        found |= {f"document.label.{key}" for key in re.findall(r'\blabel\("([a-z_]+)"', said)}
    return found


@cache
def items() -> set[str]:
    """The keys of items that can be objected to: whatever an answer's schema names."""
    answer = (ROOT / "schemas" / "queries" / "answer.json").read_text("utf-8")
    fields = re.findall(r'"([a-z_]+)"', answer)
    # Beside a code stands its name.
    return {f"objections.item.{field}{name}" for field in fields for name in ("", "_name")}


def problems() -> Iterator[str]:
    for error in vars(errors).values():
        public = isinstance(error, type) and issubclass(error, errors.ChabaoError)
        if public and error is not errors.RenderError:
            yield error.code


def row_reasons() -> Iterator[str]:
    """The codes with which the imports reject rows and files, or warn."""
    for path in sources():
        for node in ast.walk(tree(path)) if room(path) == "imports" else ():
            first: ast.expr | None = None
            if isinstance(node, ast.Call) and node.args:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func
                name = name.id if isinstance(name, ast.Name) else name
                if name in ("CellError", "NoTableError", "Reason", "refusal", "_warning"):
                    first = node.args[0]
            elif isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple):
                first = node.value.elts[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value


def known_keys() -> set[str]:
    """Every key that the code is known to ask for, its families resolved from their data."""
    keys = set(literal())
    keys |= {f"problem.{code}.{part}" for code in problems() for part in ("title", "detail")}
    keys |= {f"field.{code}" for code in ("invalid", *validation._CODES.values())}
    keys |= {f"row.{code}" for code in row_reasons()}
    keys |= {f"expiry.column.{column.name}" for column in expiry.COLUMNS}
    return keys | printed()


@pytest.mark.parametrize("language", [language["catalogue"] for language in ON])
def test_every_key_that_the_code_asks_for_has_words(language: str) -> None:
    words = catalogue(language)
    assert {key for key in known_keys() if not words.get(key)} == set()
    assert [key for key, text in words.items() if not text] == []


def test_every_key_of_the_catalogues_is_used() -> None:
    assert [key for key in catalogue("zh_CN") if not is_used(key)] == []


def test_both_languages_fill_in_the_same_values() -> None:
    chinese, english = catalogue("zh_CN"), catalogue("en")
    for key, text in chinese.items():
        named = set(re.findall(r"\{(\w+)", text))
        assert named == set(re.findall(r"\{(\w+)", english[key])), key


def test_the_data_of_the_languages_keep_to_their_schema_and_agree_with_what_is_offered() -> None:
    validation.validate("data/languages.schema", validation.load("data/languages"))
    assert tuple(language["tag"] for language in ON) == texts.LANGUAGES
    assert {language["catalogue"] for language in LANGUAGES} == {
        path.parents[1].name for path in LOCALES.rglob("chabao.po")
    }


@pytest.mark.parametrize("language", OFF, ids=lambda language: str(language["tag"]))
def test_a_prepared_language_is_well_formed_waits_for_a_reviewer_and_is_off(
    language: dict[str, str],
) -> None:
    with (LOCALES / language["catalogue"] / "LC_MESSAGES" / "chabao.po").open("rb") as file:
        found = read_po(file, abort_invalid=True)
    assert REVIEW in found.header_comment
    assert str(found.locale) == language["catalogue"]
    assert {str(message.id) for message in found if message.id} <= set(catalogue("zh_CN"))
    # Chinese is always authoritative: whoever asks for the language gets Chinese meanwhile.
    assert texts.negotiate(language["tag"]) == texts.BASE


def test_the_pages_offer_what_is_on_and_run_as_the_data_say() -> None:
    assert {path.stem for path in (ROOT / "web" / "texts").glob("*.json")} == set(texts.LANGUAGES)
    script = pages.SCRIPT.read_text("utf-8")
    assert pages.with_languages(script, LANGUAGES) == script, "run python -m infra.pages"


@given(st.text(max_size=60))
def test_whatever_is_asked_for_the_language_is_one_that_is_on(wished: str) -> None:
    assert texts.negotiate(wished) in languages.offered()


def test_names_of_codes_are_there_in_every_language_that_is_on() -> None:
    for line in codes.lines():
        assert {language["tag"] for language in ON} <= line["name"].keys()
