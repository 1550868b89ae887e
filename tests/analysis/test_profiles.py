"""What a person is told apart by, at the edges of it."""

from datetime import date

import pytest

from chalicelib.analysis import profiles

BANDS = [18, 25, 35]


@pytest.mark.parametrize(
    ("born_on", "band"),
    [
        ("2001-11-22", "25-34"),
        ("2001-11-23", "18-24"),
        ("2008-11-22", "18-24"),
        ("2008-11-23", profiles.UNKNOWN),
        ("1991-11-22", "35+"),
        ("1991-11-23", "25-34"),
        ("1900-02-28", "35+"),
        ("", profiles.UNKNOWN),
    ],
)
def test_a_year_is_completed_on_the_birthday_and_a_band_begins_with_its_first_year(
    born_on: str, band: str
) -> None:
    assert profiles.age_band(born_on, date(2026, 11, 22), BANDS) == band
