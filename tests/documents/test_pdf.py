"""The press: text comes out, the same bytes each time, PDF/A and tagged; nothing is fetched."""

import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.documents import contents, fonts, pdf, service, templating, variants
from chalicelib.errors import RenderError
from tests.documents.samples import DOCUMENT_ID, bare, policy, text, word_boxes

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def made() -> bytes:
    return service.make(policy(), DOCUMENT_ID, "浦东支公司")


@pytest.fixture(scope="module")
def opened(made: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(BytesIO(made)) as document:
        yield document


def test_the_text_reads_back_with_rare_characters_and_middle_dots(made: bytes) -> None:
    read = text(made)
    for words in (
        "机动车商业保险保险单",
        "𠮷田科技（上海）有限公司",
        "艾合买提·买买提",
        "3,280.50",
        "人民币叁仟贰佰捌拾元伍角整",
        "浦东支公司",
        "仅供参考的副本",
        "Copy for information",
        "第1页共2页",
    ):
        assert bare(words) in read, words


def test_every_middle_dot_reads_back_as_the_one_that_was_printed() -> None:
    name = "甲·乙•丙・丁‧戊．己∙庚⋅辛"
    assert name in text(service.make(policy(insured_name=name), DOCUMENT_ID))


def test_the_same_policy_gives_the_same_bytes_in_another_process_and_another_second(
    made: bytes,
) -> None:
    program = (
        "import hashlib\n"
        "from chalicelib.documents import service\n"
        "from tests.documents.samples import DOCUMENT_ID, policy\n"
        "made = service.make(policy(), DOCUMENT_ID, '浦东支公司')\n"
        "print(hashlib.sha256(made).hexdigest())\n"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "America/New_York"}
    other = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert other.stdout.strip() == hashlib.sha256(made).hexdigest()


def test_qpdf_finds_no_fault(made: bytes, tmp_path: Path) -> None:
    path = tmp_path / "policy.pdf"
    path.write_bytes(made)
    checked = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_document_is_marked_as_pdf_a_3a_in_chinese(opened: pikepdf.Pdf) -> None:
    with opened.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "3"
        assert metadata["pdfaid:conformance"] == "A"
        assert metadata["dc:title"] == "机动车商业保险保险单 PDAA202631010000000123"
    (intent,) = opened.Root.OutputIntents
    assert intent.S == "/GTS_PDFA1"
    assert intent.DestOutputProfile.N == 3
    assert opened.Root.Lang == "zh-CN"
    assert opened.Root.MarkInfo.Marked
    assert str(opened.docinfo["/CreationDate"]).startswith("D:20260128")


@pytest.mark.parametrize("language", service.LANGUAGES)
@pytest.mark.parametrize(
    "changes", [{}, {"line": "cargo", "motor_kind": None}], ids=["motor", "cargo"]
)
def test_every_variant_is_sound_tagged_pdf_a_in_its_language_and_the_same_bytes_each_time(
    language: str, changes: dict[str, Any], tmp_path: Path
) -> None:
    made = service.make(policy(**changes), DOCUMENT_ID, language=language)
    assert made == service.make(policy(**changes), DOCUMENT_ID, language=language)
    path = tmp_path / "policy.pdf"
    path.write_bytes(made)
    subprocess.run(["qpdf", "--check", path], capture_output=True, check=True)
    with pikepdf.open(path) as opened:
        with opened.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "A")
        assert opened.Root.Lang == ("en" if language == "en" else "zh-CN")
        tags = [str(element.S) for element in _elements(opened.Root.StructTreeRoot)]
        assert tags.count("/H1") == 1
        assert tags.count("/H2") >= 5
        assert {"/Table", "/TR", "/TH", "/TD", "/Figure"} <= set(tags)
        # Every marked content of every page hangs in the tree.
        for page in opened.pages:
            marked = page.Contents.read_bytes().count(b"/MCID")
            nums = opened.Root.StructTreeRoot.ParentTree.Nums
            assert len(nums[2 * int(page.StructParents) + 1]) == marked
    read = text(made)
    assert ("theChinesetextprevails" in read) == (language != "zh-CN")
    assert "Copyforinformation" in read


def test_the_variants_are_those_that_can_be_asked_for() -> None:
    assert tuple(variants.VARIANTS) == service.LANGUAGES


def test_the_tag_tree_has_headings_table_headers_and_a_described_code(
    opened: pikepdf.Pdf,
) -> None:
    elements = list(_elements(opened.Root.StructTreeRoot))
    tags = [str(element.S) for element in elements]
    assert tags.count("/H1") == 1
    assert tags.count("/H2") >= 5
    assert {"/Table", "/TH", "/TD"} <= set(tags)
    figures = [element for element in elements if element.S == "/Figure"]
    assert all(str(figure.Alt) for figure in figures)
    assert "在线核验二维码" in {str(figure.Alt) for figure in figures}


def test_only_packaged_fonts_are_used_embedded_as_subsets_with_unicode(
    opened: pikepdf.Pdf,
) -> None:
    used = [found for found in opened.objects if _is(found, "/Font")]
    names = {str(font.BaseFont).partition("+")[2] for font in used}
    assert all("/ToUnicode" in font for font in used if font.Subtype == "/Type0")
    assert {name.partition("-Medium")[0] for name in names} <= {
        "Noto-Sans-SC",
        "Noto-Sans-SC-Bold",
        "HanaMinA",
        "HanaMinB",
    }
    descriptors = [found for found in opened.objects if _is(found, "/FontDescriptor")]
    assert descriptors
    assert all("/FontFile2" in descriptor for descriptor in descriptors)


def test_no_action_script_or_attachment_is_in_the_document(opened: pikepdf.Pdf) -> None:
    for found in opened.objects:
        if isinstance(found, pikepdf.Dictionary):
            assert not {"/JS", "/JavaScript", "/Launch", "/EmbeddedFiles", "/URI"} & set(found)
            assert "/AA" not in found
    assert "/OpenAction" not in opened.Root


def test_a_character_in_no_font_stops_the_document_and_is_named_with_the_policy() -> None:
    with pytest.raises(RenderError, match=r"PDAA202631010000000123: .*U\+30100") as caught:
        service.make(policy(insured_name="甲\U00030100"), DOCUMENT_ID)
    assert "甲" not in caught.value.detail


@pytest.mark.parametrize(
    "words",
    [
        "<img src='file:///etc/passwd'>",
        "<link rel=attachment href='file:///etc/passwd'>",
        "</td></table><style>@import url(http://127.0.0.1:9/x)</style>",
        "<object data=data:text/plain,x>",
        "&#x1F600; &nbsp; %s ${x}",
        "😀",
    ],
)
def test_hostile_words_are_printed_as_text(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        pytest.fail("the press opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    made = service.make(policy(insured_name=words, special_agreements=words), DOCUMENT_ID)
    assert bare(words) in text(made)
    assert b"root:x:0" not in made


@pytest.mark.parametrize(
    "markup",
    [
        "<img alt='x' src='file:///etc/passwd'/>",
        "<img alt='x' src='http://127.0.0.1:9/x.png'/>",
        "<img alt='x' src='data:image/png;base64,AAAA'/>",
        "<p style='background: url(file:///etc/passwd)'>x</p>",
        "<link rel='stylesheet' href='https://evil.example/x.css'/>",
        "<style>@import url(file:///etc/passwd);</style>",
        "<link rel='attachment' href='file:///etc/passwd'/>",
    ],
)
def test_even_markup_of_our_own_could_not_fetch_anything(markup: str) -> None:
    html = contents.document_html(policy(), DOCUMENT_ID).replace("</body>", f"{markup}</body>")
    with pytest.raises(RenderError) as caught:
        pdf.make(html, DOCUMENT_ID)
    assert "well-formed" not in caught.value.detail


def test_markup_of_our_own_that_is_not_well_formed_stops_the_document() -> None:
    html = contents.document_html(policy(), DOCUMENT_ID).replace("</main>", "")
    with pytest.raises(RenderError, match="not well-formed"):
        pdf.make(html, DOCUMENT_ID)


def test_a_rule_that_the_layout_engine_does_not_know_stops_the_document() -> None:
    html = contents.document_html(policy(), DOCUMENT_ID)
    with pytest.raises(RenderError, match="left out by the layout engine"):
        pdf.make(html.replace("<h1>", "<h1 style='colour: red'>"), DOCUMENT_ID)


@settings(max_examples=8, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from("<>&\"'{}%#:;/\\ \n\t\u202e\u2066\u200b\x00\x07😀𠮷甲乙·ABab01٣ـ"),
        max_size=300,
    )
)
def test_any_mixture_of_characters_is_printed_as_it_is_and_changes_nothing_else(
    words: str,
) -> None:
    visible = str(templating.printable(words))
    if fonts.missing(visible):
        with pytest.raises(RenderError):
            service.make(policy(insured_name=words), DOCUMENT_ID)
    else:
        printed = text(service.make(policy(insured_name=words), DOCUMENT_ID))
        assert bare(visible) in printed
        assert "人民币叁仟贰佰捌拾元伍角整" in printed


@pytest.mark.parametrize("character", ["壹", "W", "<", "😀", "\u3000甲", "𠮷"])
def test_ten_thousand_characters_stay_within_the_margins_of_as_many_pages_as_it_takes(
    character: str,
) -> None:
    long = (character * 10_000)[:10_000]
    cover = {"name": long[:2_000], "sum_insured": 1, "premium": 1, "deductible": long[:2_000]}
    made = service.make(policy(insured_name=long, covers=[cover]), DOCUMENT_ID)
    margin = 16 / 25.4 * 72 - 1
    boxes = word_boxes(made)
    assert len({page for page, *_ in boxes}) > 2
    for _, left, top, right, bottom in boxes:
        assert margin <= left
        assert right <= 595.3 - margin
        assert top >= 20
        assert bottom <= 841.9 - 20


def test_a_name_of_ten_thousand_characters_is_set_on_as_many_pages_as_it_takes() -> None:
    made = service.make(policy(insured_name="壹贰叁肆伍" * 2_000), DOCUMENT_ID)
    with pikepdf.open(BytesIO(made)) as document:
        assert len(document.pages) > 2
    assert text(made).count("壹贰叁肆伍") > 1_900


def _elements(node: Any) -> Iterator[Any]:
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from _elements(child)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from _elements(node.K)


def _is(found: Any, kind: str) -> bool:
    return isinstance(found, pikepdf.Dictionary) and found.get("/Type") == kind
