"""Documents of other rooms: on the letterhead, by the same press, with its refusals."""

import json
import sys
from io import BytesIO
from types import ModuleType, SimpleNamespace
from typing import Any

import pikepdf
import pytest

from chalicelib import aws, events, settings
from chalicelib.documents import service
from chalicelib.errors import RenderError
from tests.documents.samples import bare, text

FACTS = [("保险单号", "PDAA202631010000000123"), ("赔款", "3,280.50")]


def letter(language: str = "zh-CN", **changes: Any) -> bytes:
    data = {"greeting": "艾合买提·买买提 先生：", "facts": FACTS, "text": "第一段。\n\n第二段。"}
    return service.letter(
        "tests.documents",
        "letter.html",
        {**data, **changes},
        title="拒赔通知书",
        number="CL2026-0007",
        day="2026-03-01",
        language=language,
    )


def test_a_letter_says_its_data_on_the_insurers_letterhead() -> None:
    read = text(letter())
    for words in (
        *("查保财产保险股份有限公司", "拒赔通知书", "编号 CL2026-0007", "2026年3月1日"),
        *("艾合买提·买买提 先生：", "PDAA202631010000000123", "3,280.50", "第一段。", "第二段。"),
        *("400-000-9510", "https://www.chabao.example", "1 / 1"),
    ):
        assert bare(words) in read, words


def test_an_english_letter_has_english_particulars() -> None:
    read = text(letter("en", greeting="Dear Sir or Madam,"))
    for words in ("No. CL2026-0007", "1 March 2026", "100 Shifan Road, Pudong", "Hotline"):
        assert bare(words) in read, words


def test_a_letter_is_tagged_pdf_a_and_the_same_bytes_each_time() -> None:
    made = letter()
    assert made == letter()
    with pikepdf.open(BytesIO(made)) as opened:
        with opened.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
            assert metadata["dc:title"] == "拒赔通知书 CL2026-0007"
        assert opened.Root.MarkInfo.Marked


@pytest.mark.parametrize("words", ["<img src='file:///etc/passwd'>", "{{ 7 * 7 }}", "&lt;"])
def test_hostile_words_are_printed_as_text_in_a_letter_too(words: str) -> None:
    assert bare(words) in text(letter(text=words))


def test_a_letter_that_cannot_be_printed_is_named_by_its_number() -> None:
    with pytest.raises(RenderError, match=r"CL2026-0007: .*U\+30100"):
        letter(text="甲\U00030100")


@pytest.mark.usefixtures("aws")
def test_a_queued_letter_is_made_by_its_room(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    room = ModuleType("room_with_letters")
    room.__dict__["render"] = made.append
    monkeypatch.setitem(sys.modules, "room_with_letters", room)
    monkeypatch.setitem(events.LETTERS, "copy", "room_with_letters")
    service.request_letter("copy", "PR-1")
    queue = settings.get("RENDER_QUEUE_URL")
    bodies = []
    while messages := aws.client("sqs").receive_message(QueueUrl=queue).get("Messages"):
        bodies += [message["Body"] for message in messages]
    # The queue is the process's: letters of other tests may wait there too.
    body = next(body for body in bodies if "PR-1" in body)
    assert json.loads(body) == {"kind": "copy", "reference": "PR-1"}
    record = {"messageId": "1", "body": body}
    context = SimpleNamespace(aws_request_id="1")
    answer = events.render_document({"Records": [record]}, context)
    assert answer == {"batchItemFailures": []}
    assert made == ["PR-1"]
