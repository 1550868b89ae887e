"""A prepared language is switched on by one word in one file (Q10); all that people read follows.

The words are a pseudo-locale's: English, accented and twice as long. What has none is said in
Chinese. The pages' share is tests/browser/test_around.py.
"""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from chalicelib import clock, languages, schemas, texts, validation
from chalicelib.notifications import templates
from tests.door import Door
from tests.policies.rows import number, policy, take

ROOT = Path(__file__).parents[1]
TAG = "ug-CN"
PSEUDO = str.maketrans("AEIOUaeiouyncs", "ÅÉÎÖÛåéîöûýñçš")
ID_NO = "11010519491231002X"
IN_UYGHUR = {"accept-language": "ug"}


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The tag of a language that was prepared and is on: its one word changed, its words there."""
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    listed = tmp_path / "schemas" / "data" / "languages.json"
    data = json.loads(listed.read_text("utf-8"))
    (entry,) = [one for one in data["languages"] if one["tag"] == TAG]
    entry["status"] = "on"
    listed.write_text(json.dumps(data), "utf-8")
    shutil.copytree(ROOT / "chalicelib" / "locales", tmp_path / "locales")
    with (ROOT / "chalicelib/locales/en/LC_MESSAGES/chabao.po").open("rb") as file:
        words = read_po(file)
    for message in words:
        if message.id:
            message.string = accented(str(message.string))
    # One text that the reviewer has not come to yet.
    words.delete("problem.not-found.detail")
    compiled = tmp_path / "locales" / entry["catalogue"] / "LC_MESSAGES" / "chabao.mo"
    with compiled.open("wb") as file:
        write_mo(file, words)
    monkeypatch.setattr(schemas, "_ROOTS", (tmp_path / "schemas",))
    monkeypatch.setattr(texts, "_LOCALES", tmp_path / "locales")
    _read_anew()
    yield TAG
    monkeypatch.undo()
    _read_anew()


def _read_anew() -> None:
    languages.offered.cache_clear()
    texts._catalogue.cache_clear()


def accented(words: str) -> str:
    """`⟦Ñöñéñöñé⟧` for `None`; placeholders stay."""
    parts = re.split(r"(\{[^}]*\})", words)
    long = [part if part.startswith("{") else part.translate(PSEUDO) * 2 for part in parts]
    return f"⟦{''.join(long)}⟧"


def is_accented(words: str) -> bool:
    return words.startswith("⟦") and words.endswith("⟧")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/v1/queries", {}, 400),
        ("POST", "/v1/queries", {"policy_no": "P" * 12, "id_no": "E1", "x": 1}, 400),
        ("POST", "/v1/queries", {"policy_no": "P" * 12, "id_no": "E77120"}, 403),
        ("GET", "/v1/policies", None, 401),
    ],
)
def test_every_refusal_is_told_in_the_language(
    door: Door, prepared: str, method: str, path: str, body: object, status: int
) -> None:
    caller = "2001:db8:ca7a::1"
    reply = door.call(method, path, body=body, headers=IN_UYGHUR, caller=caller)
    assert reply.status == status
    assert reply.headers["Content-Language"] == prepared
    for name, value in reply.headers.items():
        assert f"{name}: {value}".isascii(), name
    told = [reply.body["title"], reply.body["detail"]]
    told += [error["detail"] for error in reply.body.get("errors", [])]
    assert all(is_accented(text) and not text.isascii() for text in told)


def test_labels_that_data_lack_and_texts_that_wait_are_chinese(door: Door, prepared: str) -> None:
    policy_no = number()
    take(policy(policy_no))
    asked = {"policy_no": policy_no, "id_no": ID_NO}
    answer = door.post("/v1/queries", asked, headers=IN_UYGHUR, caller="2001:db8:ca7b::1")
    assert (answer.status, answer.headers["Content-Language"]) == (200, prepared)
    validation.validate("queries/answer", answer.body)
    shown = answer.body["policy"]
    assert (shown["line_name"], shown["status_name"]) == ("机动车辆保险", "有效")
    assert shown["subject_names"]["plate_no"] == "号牌号码"
    for path in ("/v1/lines", "/v1/links", "/v1/openapi.json", "/v1/health"):
        assert door.get(path, headers=IN_UYGHUR).status == 200, path
    missing = door.get("/go/nobody", headers=IN_UYGHUR)
    assert is_accented(missing.body["title"])
    assert missing.body["detail"] == texts.text("problem.not-found.detail", "zh-CN")


def test_a_report_and_its_message_keep_the_language(door: Door, prepared: str) -> None:
    body = {
        "plate_no": "粤A12345",
        "occurred_at": "2026-10-01T08:30:00+08:00",
        "place": "天河路385号",
        "cause": "collision",
        "description": "追尾",
        "reporter": {"name": "王芳", "phone": "13800138000", "relation": "other"},
    }
    taken = door.post("/v1/claims", body, headers=IN_UYGHUR)
    assert taken.status == 201
    assert all(is_accented(step["text"]) for step in taken.body["next_steps"])
    values = {"claim_no": taken.body["claim_no"]}
    message = templates.text("claim_reported", prepared, values, "sms", clock.now())
    assert message == templates.text("claim_reported", "zh-CN", values, "sms", clock.now())


def test_what_was_said_in_a_language_that_is_off_again_is_said_in_chinese() -> None:
    assert TAG not in languages.offered()
    assert texts.text("problem.not-found.title", TAG) == texts.text(
        "problem.not-found.title", "zh-CN"
    )


def test_labels_of_data_may_come_in_further_languages() -> None:
    assert languages.label({"zh-CN": "有效", "en": "In force", TAG: "x"}, TAG) == "x"
    assert languages.label({"zh-CN": "有效", "en": "In force"}, TAG) == "有效"
    line = validation.load("lines/motor")
    line["name"][TAG] = "x"
    validation.validate("lines/line.schema", line)
