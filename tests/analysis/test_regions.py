"""Regions below the province (K1): one division for everybody, which no subtraction undoes."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib import validation
from chalicelib.analysis import daily, regions, store, words
from chalicelib.analysis.counting import Counts
from chalicelib.analysis.protection import FEWEST, Cell
from chalicelib.analysis.regions import Division
from tests.analysis.test_protection import SEARCHED, counted, protected, published

DAY = date(2026, 11, 20)
DIGITS = ("4401", "4403", "4405", "4499", "3301", "3302", "8100", "")
"""Of four provinces and of nobody; 4499 is no prefecture, and 81 has none."""
PARTS = sorted({Division(DAY).unit(one) for one in DIGITS} | {"44xx", "33xx"})
RULE = {"enter": 20, "stay": 10, "most": 3}
_PRIME = 2**61 - 1


class Known:
    """What somebody can work out who has every table: sums of the fewest places there are.

    A place is an organisation without any below it, and a prefecture; equations are kept solved
    modulo a prime, which no few equations of zeros and ones are all divisible by.
    """

    def __init__(self):
        self.rows = {}

    def _left(self, form):
        form = dict(form)
        for pivot, row in self.rows.items():
            if factor := form.get(pivot, 0):
                for place, value in row.items():
                    form[place] = (form.get(place, 0) - factor * value) % _PRIME
        return {place: value for place, value in form.items() if value}

    def learn(self, form):
        left = self._left(form)
        if not left:
            return
        pivot = min(left)
        inverse = pow(left[pivot], -1, _PRIME)
        row = {place: value * inverse % _PRIME for place, value in left.items()}
        for other in self.rows.values():
            if factor := other.get(pivot, 0):
                for place, value in row.items():
                    other[place] = (other.get(place, 0) - factor * value) % _PRIME
        self.rows[pivot] = row

    def tells(self, form):
        return not self._left(form)


def below(family, organisation):
    """The organisations without any below them that one is the sum of."""
    under = [one for one, above in family.items() if above == organisation]
    return [leaf for one in under for leaf in below(family, one)] or [organisation]


@settings(max_examples=200, deadline=None)
@given(counted(DIGITS), st.sets(st.sampled_from(PARTS)), st.booleans(), SEARCHED)
def test_neither_prefectures_nor_provinces_of_a_few_follow_from_all_tables_together(
    found, apart, decided, hub
):
    """With the division that fits the day, and with any other: it is that of a month ago."""
    parents, by_digits = found
    units = merged(by_digits, Division(DAY).unit)
    if decided:
        whole = {unit: people for (one, unit), people in units.items() if one == "0"}
        apart = regions.divide(whole, apart, RULE)
    division = Division(DAY, apart)
    _, _, family, fine = published(parents, units)
    _, _, _, kept = published(parents, merged(units, division.part))
    shown = protected(family, kept, hub)
    every = {Division(DAY).unit(one) for one in DIGITS}

    def form(organisation, wanted):
        leaves = below(family, organisation)
        return {(leaf, unit): 1 for leaf in leaves for unit in every if wanted(unit)}

    known = Known()
    for organisation in family:
        known.learn(form(organisation, lambda _: True))
        for part in () if organisation in shown.left_out else {division.part(u) for u in every}:
            counted_there = form(organisation, lambda unit, part=part: division.part(unit) == part)
            if Cell(organisation, part) not in kept:
                for place in counted_there:
                    known.learn({place: 1})
            elif Cell(organisation, part) not in shown.hidden:
                known.learn(counted_there)
    wholes = [
        *({unit} for unit in every),
        *({unit for unit in every if division.part(unit) == part} for part in PARTS),
        *({unit for unit in every if unit[:2] == province} for province in ("44", "33", "81")),
    ]
    for organisation in family:
        for whole in wholes:
            if known.tells(form(organisation, whole.__contains__)):
                people = sum(fine.get(Cell(organisation, unit), 0) for unit in whole)
                assert people == 0 or people >= FEWEST, (organisation, whole)


def merged(cells, category):
    """The same people, by other categories."""
    found = {}
    for cell, people in cells.items():
        place = Cell(cell.organisation, category(cell.category))
        found[place] = found.get(place, 0) + people
    return found


def test_every_code_has_one_place_and_what_nobody_knows_is_not_guessed():
    everywhere = Division(DAY)
    codes = validation.load("data/prefectures")["versions"][-1]
    assert everywhere.unit("4403") == "4403"
    assert everywhere.unit("3712") == "3701"
    assert everywhere.unit("1421") == "1421"
    assert [everywhere.unit(one) for one in ("4499", "8300", "9944", "")] == [
        "44xx",
        "83xx",
        "unknown",
        "unknown",
    ]
    assert {one["now"] for one in codes["former"].values() if "now" in one} <= set(
        codes["prefectures"]
    )
    assert not set(codes["former"]) & set(codes["prefectures"])
    provinces = validation.load("data/regions")["regions"]
    assert {one[:2] for group in ("former", "prefectures") for one in codes[group]} <= set(
        provinces
    )


def test_where_few_are_they_are_the_rest_of_the_province_and_then_the_rest_of_all():
    people = {"4401": 90, "4403": 20, "4405": 19, "44xx": 1, "3301": 12, "81xx": 30, "unknown": 99}
    apart = regions.divide(people, (), {**RULE, "most": 100})
    assert apart == {"4401", "4403", "44xx", "81xx"}
    division = Division(DAY, apart)
    assert {unit: division.part(unit) for unit in people} == {
        "4401": "4401",
        "4403": "4403",
        "4405": "44xx",
        "44xx": "44xx",
        "3301": "other",
        "81xx": "81xx",
        "unknown": "unknown",
    }
    assert division.part("6501") == "other"


def test_who_stood_apart_stays_so_with_fewer_people_and_before_others():
    people = {"4401": 30, "4403": 25, "4405": 12, "3301": 9, "3302": 40}
    assert regions.divide(people, (), RULE) == {"4401", "4403", "3302"}
    assert regions.divide(people, {"4405", "3301"}, RULE) == {"4405", "4401", "3302", "44xx"}


@pytest.mark.parametrize(
    ("code", "chinese", "english"),
    [
        ("4403", "广东省深圳市", "Shenzhen, Guangdong"),
        ("1101", "北京市市辖区", "districts, Beijing"),
        ("44xx", "广东省其他地区", "Rest of Guangdong"),
        ("1421", "山西省雁北地区(代码用至1992年)", "Yanbei, Shanxi (code in use to 1992)"),
        ("81xx", "香港特别行政区", "Hong Kong"),
        ("44", "广东省", "Guangdong"),
        ("other", "其他", "Others"),
        ("unknown", "未知", "Not known"),
        ("99", "99", "99"),
    ],
)
def test_parts_have_names(code, chinese, english):
    assert words.category("region", code, "zh-CN") == chinese
    assert words.category("region", code, "en") == english


def test_rows_stand_by_province_with_its_rest_after_its_prefectures():
    rows = [{"code": one} for one in ("other", "44xx", "unknown", "4453", "1101", "4401")]
    told = [row["code"] for row in words.ordered("region", rows)]
    assert told[:4] == ["1101", "4401", "4453", "44xx"]


class Nights:
    """Nights of a company of which only the people of prefectures are counted."""

    def __init__(self):
        self.people, self.counted_by = {}, []

    def _count(self, division):
        counts = Counts()
        counts.units.update(self.people)
        self.counted_by.append(division.apart)
        return counts

    def pass_(self, day, **people):
        self.people = {code.removeprefix("r"): number for code, number in people.items()}
        self.counted_by = []
        daily.by_regions(self._count, date.fromisoformat(day), RULE, 2**31)
        return [sorted(one) for one in self.counted_by]


def test_the_division_of_a_month_is_that_of_its_first_night(aws):
    """Then one day's table tells no more than the next: prefectures neither come nor go."""
    aws.empty()
    nights = Nights()
    assert nights.pass_("2026-11-28", r4401=7) == [[]]
    assert store.regions("2026-12") is None
    assert nights.pass_("2026-11-29", r4401=70, r4403=19) == [[], ["4401"]]
    assert nights.pass_("2026-11-30", r4401=9, r4403=900) == [["4401"]]
    assert nights.pass_("2026-12-01", r4401=15, r4403=900) == [["4401"], ["4401", "4403"]]
    assert nights.pass_("2026-12-31", r4401=1, r4403=1) == [["4401", "4403"]]
    assert nights.pass_("2027-01-01", r4401=11, r4403=60) == [["4401", "4403"]]
    assert nights.pass_("2026-11-30", r4401=1, r4403=1) == [["4401"]]
    assert nights.pass_("2027-01-02", r3301=99) == [["4401", "4403"]]


def test_of_two_runs_that_decide_a_month_at_once_both_count_by_the_first_one(aws):
    aws.empty()
    assert store.put_regions("2026-12", ["4401"], 2**31) == ["4401"]
    assert store.put_regions("2026-12", ["4403"], 2**31) == ["4401"]
