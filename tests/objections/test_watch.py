"""The watch over many objections: what it reads, what it forgets, what one bad one keeps back."""

import json
import resource
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib import clock
from chalicelib.objections import cases, deadlines, store
from chalicelib.organisations import service as organisations
from chalicelib.staff import service as staff
from tests.conftest import Aws
from tests.objections import many, test_posts
from tests.objections.test_posts import Name, person

name = test_posts.name
FILED = clock.parse("2026-11-02T02:00:00Z")
"""A Monday: due to be acknowledged by Tuesday 24:00, warned of four hours before."""
QUIET, NEAR = FILED + timedelta(hours=2), FILED + timedelta(hours=35)
HANDLERS = ("clerk", "second", "third")
TIMEOUT = 900
"""Of watch_deadlines, which looks at claims and reports before."""
SHARDS = store.CLOCK_SHARDS


class Killed(BaseException):
    """What nobody catches."""


@pytest.fixture
def place(aws: Aws) -> None:
    aws.empty()
    row = {"code": "4401", "name": "广州", "level": "city"}
    organisations.take("organisations", [(row, "t")])
    organisations._cached.cache_clear()


def filed(count: int, handlers: tuple[str | None, ...] = HANDLERS) -> list[str]:
    return many.file(
        [
            (FILED + timedelta(milliseconds=n), "4401", handlers[n % len(handlers)])
            for n in range(count)
        ]
    )


def kinds(number: str) -> list[str]:
    return [facts["kind"] for facts in cases.load(number).log]


def counted(told: str, metric: str) -> float:
    """What was counted of a metric, by the lines that CloudWatch reads."""
    lines = [json.loads(line) for line in told.splitlines() if f'"{metric}":' in line]
    return float(sum(sum(line[metric]) for line in lines))


def left_after(looks: int) -> Callable[[], float]:
    """Time enough for so many looks."""
    seconds = iter([900.0] * looks)
    return lambda: next(seconds, 0.0)


def dies_after(looks: int) -> Callable[[], float]:
    seconds = iter([900.0] * looks)

    def remaining() -> float:
        for second in seconds:
            return second
        raise Killed

    return remaining


@pytest.mark.usefixtures("place")
def test_what_has_nothing_to_say_is_not_read_however_many_are_open() -> None:
    numbers = filed(40)
    with many.sent() as few:
        assert deadlines.watch(QUIET)["looked_at"] == 0
    numbers += filed(80)
    with many.sent() as sent:
        assert deadlines.watch(QUIET)["looked_at"] == 0
    # A query for each part of the clocks and for each handler, and one that finds no more.
    assert Counter(sent) == Counter(few) == {"Query": SHARDS + 3 + 1, "BatchGetItem": 1}
    due = numbers[0]
    cases.load(due).item.update(actions=[store.CaseItem.alert_at.set(clock.stored(QUIET))])
    with many.sent() as sent:
        assert deadlines.watch(QUIET)["looked_at"] == 1
    assert Counter(sent) - Counter(few) == {"Query": 1, "BatchGetItem": 1, "PutItem": 1}


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("ends", [left_after, dies_after])
def test_a_run_that_ends_half_way_has_lost_no_warning_and_the_next_goes_on(
    ends: Callable[[int], Callable[[], float]], capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = filed(9)
    try:
        assert deadlines.watch(NEAR, ends(4))["warned"] == 4
    except Killed:
        assert ends is dies_after
    assert sum("warned" in kinds(number) for number in numbers) == 4
    assert deadlines.watch(NEAR, ends(3) if ends is left_after else lambda: 900)["warned"] in (3, 5)
    deadlines.watch(NEAR)
    assert {tuple(kinds(number)) for number in numbers} == {("filed", "warned")}
    assert counted(capsys.readouterr().out, "ObjectionDeadlinesNear") == 9
    assert deadlines.watch(NEAR)["looked_at"] == 0


@pytest.mark.usefixtures("place")
def test_each_run_goes_on_with_those_due_longest_and_counts_what_it_leaves(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # One on each day from Monday on, the newest written first.
    days = [FILED - timedelta(days=ago) for ago in (3, 4, 5, 6, 7)]
    waiting = many.file([(at, "4401", "clerk") for at in days])
    for reached, left in ((2, 3), (1, 2), (2, 0)):
        assert deadlines.watch(NEAR, left_after(reached))["looked_at"] == reached
        assert counted(capsys.readouterr().out, "DeadlinesLeft") == left
        done = [waiting.pop() for _ in range(reached)]
        assert all("breached" in kinds(number) for number in done)
        assert all(kinds(number) == ["filed"] for number in waiting)


@pytest.mark.usefixtures("place")
def test_what_a_leaver_has_that_a_run_left_is_counted_too(
    name: Name, capsys: pytest.CaptureFixture[str]
) -> None:
    name(("2000-01-01", {"4401": [person("second")]}))
    filed(6)
    staff.leave("third", QUIET)
    assert deadlines.watch(QUIET, left_after(1))["handed_over"] == 1
    assert counted(capsys.readouterr().out, "DeadlinesLeft") == 1


@pytest.mark.usefixtures("place")
def test_one_that_cannot_be_looked_at_keeps_no_other_from_its_warning() -> None:
    numbers = filed(6)
    bad = cases.load(numbers[2])
    for entry in store.events(bad.keys):
        entry.delete()
    with pytest.raises(ExceptionGroup) as told:
        deadlines.watch(NEAR)
    assert len(told.value.exceptions) == 1
    others = [number for number in numbers if number != bad.number]
    assert all("warned" in kinds(number) for number in others)


@pytest.mark.usefixtures("place")
def test_what_a_leaver_has_is_found_among_what_all_others_have(name: Name) -> None:
    name(("2000-01-01", {"4401": [person("second")]}))
    numbers = filed(12, (*HANDLERS, None))
    staff.leave("third", QUIET)
    done = deadlines.watch(QUIET, left_after(4))
    assert (done["looked_at"], done["handed_over"]) == (4, 4)
    assert deadlines.watch(QUIET)["handed_over"] == 2
    held = [cases.load(number).objection.handler for number in numbers]
    assert held == ["clerk", "second", "second", "second"] * 3
    # Nobody is there who could take them: they are found again when somebody is.
    name(("2000-01-01", {}))
    staff.leave("clerk", QUIET)
    assert deadlines.watch(QUIET)["looked_at"] == 0
    name(("2000-01-01", {"4401": [person("second")]}))
    assert deadlines.watch(QUIET)["handed_over"] == 3


@pytest.mark.soak
@pytest.mark.usefixtures("place")
def test_twenty_thousand_open_objections_are_watched_within_the_functions_time(name: Name) -> None:
    """Of 200 handlers: at an hour when nothing is due, when a tenth is, when one of them left."""
    subjects = [f"h{n:03d}" for n in range(200)]
    numbers = many.file(
        [
            (FILED + timedelta(days=-(n % 10 == 0)), "4401", subjects[n // 10 % 200])
            for n in range(20_000)
        ]
    )
    name(("2000-01-01", {"4401": [person("second")]}))
    staff.leave("h007", QUIET)
    due = FILED - timedelta(days=1) + timedelta(hours=35)
    for what, at, looked_at in (("one left", QUIET, 100), ("quiet", QUIET, 0), ("due", due, 2_000)):
        began = time.perf_counter()
        with many.sent() as sent:
            done = deadlines.watch(at)
        took = time.perf_counter() - began
        print(what, done, dict(Counter(sent)), f"{took:.1f} s")  # noqa: T201 - what a soak found
        assert done["looked_at"] == looked_at
        assert len(sent) < 250 + 7 * looked_at
        assert took < TIMEOUT
    assert len(numbers) == 20_000
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "MB in all")  # noqa: T201 - see above


@pytest.mark.soak
@pytest.mark.usefixtures("place")
def test_twenty_thousand_due_in_one_quarter_of_an_hour_are_warned_of_once_each() -> None:
    """However many runs it takes: none looks at what one before did."""
    count = 20_000
    numbers = filed(count)
    found: Counter[str] = Counter()
    runs: list[tuple[int, float, float]] = []
    while not runs or runs[-1][0]:
        began, work = time.monotonic(), time.process_time()
        done = deadlines.watch(NEAR, lambda began=began: TIMEOUT - (time.monotonic() - began))
        found.update(done)
        runs.append((done["looked_at"], time.monotonic() - began, time.process_time() - work))
    print([(n, f"{took:.0f} s", f"{cpu:.0f} s CPU") for n, took, cpu in runs])  # noqa: T201 - see above
    assert (found["looked_at"], found["warned"]) == (count, count)
    assert {kinds(number)[-1] for number in numbers[::500]} == {"warned"}
