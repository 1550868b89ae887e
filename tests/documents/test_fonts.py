"""What the packaged fonts can print, checked against fontTools' own reading of them."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from chalicelib.documents import fonts
from tests.documents.samples import FONTS

FILES = ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf", "HanaMinA.ttf", "HanaMinB.ttf")


@pytest.mark.parametrize("name", FILES)
def test_characters_are_read_from_a_font_as_fonttools_reads_them(name: str) -> None:
    with TTFont(FONTS / name, lazy=True) as font:
        assert fonts.characters(name).keys() == font.getBestCmap().keys()


def test_rare_characters_of_names_are_in_one_of_the_fonts() -> None:
    assert fonts.missing("𠮷𡈽𠀀喆堃玥珺翀镕祎頔㛃𬭎瑄劼昇") == []


def test_every_middle_dot_of_the_contract_can_be_printed() -> None:
    assert fonts.missing("·•・‧．∙⋅") == []


def test_what_is_in_no_font_is_named_and_private_use_counts_as_missing() -> None:
    assert fonts.missing("甲\U00030100\ue000 \n乙\ud800") == ["\ud800", "\ue000", "\U00030100"]


def test_each_double_has_a_glyph_of_its_own_in_a_fallback_font() -> None:
    doubles = fonts.ambiguous()
    fallback = {**fonts.characters("HanaMinB.ttf"), **fonts.characters("HanaMinA.ttf")}
    assert len(doubles) > 400
    assert set(doubles) <= fallback.keys()


def test_everyday_ideographs_and_the_usual_middle_dot_stay_in_the_main_font() -> None:
    doubles = {chr(code) for code in fonts.ambiguous()}
    assert not doubles & set("·一人日山车金自用中不车胶ABC012-…")
    assert doubles >= set("•‧・⼀⼈‑")


def test_the_layout_engine_is_told_of_the_packaged_folder_alone(tmp_path: Path) -> None:
    configuration = fonts.configuration(tmp_path)
    assert configuration.count("<dir>") == 1
    assert f"<dir>{FONTS}</dir>" in configuration
    assert "<include" not in configuration
