"""Series: found by brand and model together, never guessed."""

import pytest

from chalicelib import series, validation


@pytest.mark.parametrize(
    ("brand_model", "found"),
    [
        ("广汽本田HG7240A 雅阁", ("广汽本田", "雅阁")),
        ("广本 奥德赛", ("广汽本田", "奥德赛")),
        ("特斯拉TSL7000 Model 3", ("特斯拉", "MODEL 3")),
        ("上汽通用SGM6522 别克GL8", ("上汽通用", "别克GL8")),
        ("广汽本田HG7240A", None),
        ("雅阁", None),
        ("未知厂牌 X1", None),
    ],
)
def test_a_series_needs_its_brand_and_its_name(
    brand_model: str, found: tuple[str, str] | None
) -> None:
    assert series.of(brand_model) == found


def test_the_data_file_names_the_series_of_the_brief_and_each_once() -> None:
    validation.validate("data/series.schema", validation.load("data/series"))
    brands = validation.load("data/series")["brands"]
    honda = next(entry for entry in brands if entry["brand"] == "广汽本田")
    assert honda["series"] == ["奥德赛", "锋范", "思迪", "雅阁", "飞度"]
    for entry in brands:
        assert len(set(entry["series"])) == len(entry["series"])
