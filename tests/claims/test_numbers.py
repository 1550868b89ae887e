"""Claim numbers: read as they are said, and no slip goes unnoticed."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib import clock
from chalicelib.claims import numbers

AT = clock.parse("2026-11-21T00:30:00+08:00")
ORGANISATIONS = st.sampled_from(["44010000", "0", "440100-A1", "粤"])


@given(ORGANISATIONS)
def test_a_number_is_read_however_it_is_written(organisation: str) -> None:
    number = numbers.make(organisation, AT)
    assert numbers.read(number) == number
    assert numbers.read(f" {number.lower().replace('-', ' ')} ") == number
    assert numbers.read(number.replace("-", "")) == number
    assert number.split("-")[1] == "261121", "the day is Shanghai's"


@given(ORGANISATIONS, st.integers(0, 40), st.integers(1, len(numbers.ALPHABET) - 1))
def test_one_wrong_character_is_noticed(organisation: str, draw: int, further: int) -> None:
    # The number is drawn anew each time: what is wrong in it must not depend on what it is.
    number = numbers.make(organisation, AT)
    places = [place for place, character in enumerate(number) if character != "-"]
    place = places[draw % len(places)]
    right = numbers.ALPHABET.index(number[place])
    wrong = numbers.ALPHABET[(right + further) % len(numbers.ALPHABET)]
    assert numbers.read(number[:place] + wrong + number[place + 1 :]) is None


@given(ORGANISATIONS, st.integers(0, 6))
def test_two_neighbours_changed_round_are_noticed(organisation: str, place: int) -> None:
    number = numbers.make(organisation, AT)
    at = len(number) - 10 + place
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert swapped == number or numbers.read(swapped) is None


def test_letters_that_are_heard_wrong_are_read_right() -> None:
    number = next(n for n in (numbers.make("1", AT) for _ in range(1000)) if "1" in n[9:17])
    head, tail = number[:9], number[9:]
    assert numbers.read(head + tail[:8].replace("1", "I") + tail[8:]) == number


def test_chance_is_spread_over_all_characters_so_that_nobody_guesses_the_next() -> None:
    drawn = [numbers.make("1", AT).split("-")[2] for _ in range(2_000)]
    for place in range(numbers.LENGTH):
        seen = {chance[place] for chance in drawn}
        assert seen == set(numbers.ALPHABET), place


def test_numbers_do_not_follow_each_other() -> None:
    made = {numbers.make("1", AT) for _ in range(10_000)}
    assert len(made) == 10_000
