"""Guessing: it gets dear, then slow, opens nothing, tells nothing, locks nobody out for long."""

import base64
import json
import re
import secrets
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

import altcha
import pytest

from chalicelib import clock, validation
from chalicelib.errors import (
    ChabaoError,
    ChallengeRequiredError,
    TooManyRequestsError,
    VerificationFailedError,
)
from chalicelib.limits import service as limits
from chalicelib.queries import matching, service
from tests.policies.rows import number, policy, take
from tests.queries.visitors import visitor

RULE = validation.load("data/limits")["versions"][-1]
FREE = RULE["targets"]["policy"]["challenge_after"]
LOCK_AFTER = RULE["targets"]["policy"]["lock_after"]
DEAR = re.compile(
    r"^matching |hmac|HASH|sha\d|AES|crypt|kdf|compress|sleep|digest|_make_api_call|_send_request",
    re.I,
)
"""Names of calls that take long or compare: cryptography, and what goes out over the network."""

pytestmark = pytest.mark.usefixtures("aws")


def person() -> str:
    """An ID number (a passport's) that no other test uses."""
    return f"E{secrets.randbelow(10**12):012d}"


def own(**more: Any) -> tuple[str, str]:
    """A motor policy of a person: its number and his ID number."""
    name, id_no = number(), person()
    take(policy(name, insured_id_type="passport", insured_id_no=id_no, **more))
    return name, id_no


def solve(error: ChallengeRequiredError) -> str:
    """The challenge as a browser repeats it, solved."""
    challenge = altcha.Challenge.from_dict(error.challenge)
    solution = altcha.solve_challenge(challenge)
    assert solution is not None
    return altcha.Payload(challenge, solution).to_base64()


def attempt(
    policy_no: str,
    id_no: str,
    at: datetime | None = None,
    asker: service.Asker | None = None,
    challenge: str | None = None,
) -> ChabaoError | None:
    """What a query is refused with, None where it opens."""
    request = {"policy_no": policy_no, "id_no": id_no}
    if challenge is not None:
        request["challenge"] = challenge
    try:
        service.verify(request, asker or visitor(), at or clock.now())
    except ChabaoError as error:
        return error
    return None


def worked(policy_no: str, id_no: str, at: datetime | None = None) -> ChabaoError | None:
    """The same by somebody who solves the challenge where one is wanted."""
    refused = attempt(policy_no, id_no, at)
    if isinstance(refused, ChallengeRequiredError):
        return attempt(policy_no, id_no, at, challenge=solve(refused))
    return refused


def test_a_few_failures_are_free_then_each_attempt_needs_a_solved_challenge() -> None:
    name, id_no = own()
    for _ in range(FREE):
        assert isinstance(attempt(name, person()), VerificationFailedError)
    right_without = attempt(name, id_no)
    wrong_without = attempt(name, person())
    assert isinstance(right_without, ChallengeRequiredError)
    assert isinstance(wrong_without, ChallengeRequiredError)
    assert isinstance(
        attempt(name, person(), challenge=solve(wrong_without)), VerificationFailedError
    )
    assert attempt(name, id_no, challenge=solve(right_without)) is None


def test_a_challenge_serves_once_and_neither_forged_nor_old_ones_serve() -> None:
    name, id_no = own()
    for _ in range(FREE):
        attempt(name, person())
    refused = attempt(name, id_no)
    assert isinstance(refused, ChallengeRequiredError)
    once = solve(refused)
    forged = json.loads(base64.b64decode(once))
    forged["challenge"]["parameters"]["keyPrefix"] = ""
    bad = [
        base64.b64encode(json.dumps(forged).encode()).decode(),
        base64.b64encode(b"{}").decode(),
        base64.b64encode(b"[1]").decode(),
        "not base64 é",
    ]
    later = clock.now() + timedelta(seconds=RULE["challenge"]["life_seconds"] + 1)
    assert isinstance(attempt(name, id_no, later, challenge=once), ChallengeRequiredError)
    for answer in bad[:3]:
        assert isinstance(attempt(name, id_no, challenge=answer), ChallengeRequiredError)
    assert attempt(name, id_no, challenge=once) is None
    assert isinstance(attempt(name, id_no, challenge=once), ChallengeRequiredError)


def test_a_guesser_who_spreads_over_addresses_meets_the_limit_of_the_policy() -> None:
    name, id_no = own()
    for _ in range(LOCK_AFTER):
        attempt(name, person())
    for each in (id_no, person()):
        refused = attempt(name, each)
        assert isinstance(refused, TooManyRequestsError)
        assert 1 <= int(refused.headers["Retry-After"]) <= 900


def test_a_guesser_of_policy_numbers_meets_the_limit_of_the_id_number() -> None:
    id_no = person()
    for _ in range(LOCK_AFTER):
        assert not isinstance(attempt(number(), id_no), TooManyRequestsError)
    assert isinstance(attempt(number(), id_no), TooManyRequestsError)


def test_a_caller_is_counted_by_network_whatever_he_tries() -> None:
    one = service.Asker("2001:db8:9:9::1", "en")
    same = service.Asker("2001:db8:9:9:ffff::2", "en")
    other = service.Asker("2001:db8:9:8::1", "en")
    for _ in range(FREE):
        attempt(number(), person(), asker=one)
    assert isinstance(attempt(number(), person(), asker=same), ChallengeRequiredError)
    assert isinstance(attempt(number(), person(), asker=other), VerificationFailedError)


def test_unknown_policies_and_unsolved_challenges_count_like_all_others() -> None:
    unknown = number()
    refusals = [attempt(unknown, person()) for _ in range(LOCK_AFTER + 1)]
    assert isinstance(refusals[-1], TooManyRequestsError)
    assert [type(found) for found in refusals[:-1]] == [
        *[VerificationFailedError] * FREE,
        *[ChallengeRequiredError] * (LOCK_AFTER - FREE),
    ]


def test_successes_count_nothing() -> None:
    name, id_no = own()
    who = visitor()
    for _ in range(LOCK_AFTER + 2):
        assert attempt(name, id_no, asker=who) is None


def test_locks_grow_end_and_cannot_be_prolonged_by_trying() -> None:
    name, id_no = own()
    now = clock.now()
    for _ in range(LOCK_AFTER):
        attempt(name, person(), now)
    waits = []
    for _ in range(7):
        refused = attempt(name, id_no, now)
        assert isinstance(refused, TooManyRequestsError)
        waits.append(int(refused.headers["Retry-After"]))
        for _ in range(5):
            attempt(name, person(), now)
        again = attempt(name, id_no, now)
        assert isinstance(again, TooManyRequestsError)
        assert int(again.headers["Retry-After"]) == waits[-1], "who waits is not kept waiting"
        now += timedelta(seconds=waits[-1])
        for _ in range(3):
            assert isinstance(attempt(name, person(), now), ChallengeRequiredError)
        assert isinstance(worked(name, person(), now), VerificationFailedError)
    assert waits == [60, 120, 240, 480, 900, 900, 900]


def test_after_the_lock_the_right_person_gets_in_and_later_all_is_forgotten() -> None:
    name, id_no = own()
    now = clock.now()
    for _ in range(LOCK_AFTER):
        attempt(name, person(), now)
    assert worked(name, id_no, now + timedelta(seconds=61)) is None
    forgotten = now + timedelta(seconds=RULE["targets"]["policy"]["forget_seconds"] + 1)
    assert isinstance(attempt(name, person(), forgotten), VerificationFailedError)
    assert attempt(name, id_no, forgotten) is None


def test_every_way_of_writing_an_id_number_is_one_target() -> None:
    def key(id_no: str) -> str:
        return limits.targets("192.0.2.1", "P", id_no)["id"]

    assert key("110105491231002") == key("11010519491231002x") == key("1101 0519491231002X")
    assert key("91110000600037341L") == key("60003734-1")
    assert key("11010519491231002X") != key("110105194912310038")
    v4 = limits.targets("192.0.2.1", "P", None)["caller"]
    assert limits.targets("::ffff:192.0.2.1", "P", None)["caller"] == v4
    assert (
        limits.targets("192.0.2.2", "p-", None)["policy"]
        == limits.targets("x", "P", None)["policy"]
    )


def _guess(count: int, addresses: int, at: datetime | None = None) -> Counter[str]:
    """Outcomes of guesses at one policy from many networks at once, the right one among them."""
    name, id_no = own()
    askers = [visitor() for _ in range(addresses)]
    right = count // 2

    def one(place: int) -> str:
        guess = id_no if place == right else person()
        refused = attempt(name, guess, at, askers[place % addresses])
        return "open" if refused is None else refused.code

    with ThreadPoolExecutor(8) as pool:
        return Counter(pool.map(one, range(count)))


def test_guesses_from_many_addresses_at_once_open_nothing_and_tell_nothing() -> None:
    outcomes = _guess(300, 60)
    assert outcomes["open"] == 0
    decided = outcomes["verification-failed"] + outcomes["challenge-required"]
    assert 1 <= decided <= LOCK_AFTER
    assert outcomes["too-many-requests"] == 300 - decided


@pytest.mark.soak
def test_ten_thousand_guesses_from_two_hundred_addresses_open_nothing() -> None:
    at = clock.now()
    outcomes = _guess(10_000, 200, at)
    assert outcomes == {
        "verification-failed": FREE,
        "challenge-required": LOCK_AFTER - FREE,
        "too-many-requests": 10_000 - LOCK_AFTER,
    }


@pytest.mark.soak
def test_ten_thousand_guesses_over_a_day_get_no_more_decisions_than_the_limits_allow() -> None:
    """A guesser of patience: 200 addresses, every challenge solved, one guess each 8.64 seconds."""
    name, _ = own()
    askers = [visitor() for _ in range(200)]
    began = clock.now()
    decided = 0
    for place in range(10_000):
        at = began + timedelta(seconds=place * 8.64)
        guess, asker = person(), askers[place % 200]
        refused = attempt(name, guess, at, asker)
        if isinstance(refused, ChallengeRequiredError):
            refused = attempt(name, guess, at, asker, challenge=solve(refused))
        assert refused is not None
        decided += refused.code == "verification-failed"
    assert 1 <= decided <= _most_decisions(24 * 3600)


def _most_decisions(seconds: int) -> int:
    """The decisions on one policy in that time by the data of the limits: one more per lock."""
    rule = RULE["targets"]["policy"]
    found, now, lock = LOCK_AFTER, rule["first_lock_seconds"], rule["first_lock_seconds"]
    while now <= seconds:
        found += 1
        lock = min(2 * lock, RULE["longest_lock_seconds"])
        now += lock
    return int(found)


def work_of(policy_no: str) -> Counter[str]:
    """Every call that a refused query of this policy makes, of Python and of C, by name."""
    guess, who = person(), visitor()
    calls: Counter[str] = Counter()

    def note(frame: FrameType, event: str, called: Any) -> None:
        if event == "call":
            code = frame.f_code
            compares = code.co_filename == matching.__file__ and "<" not in code.co_qualname
            calls[f"{'matching ' if compares else ''}{code.co_qualname}"] += 1
        elif event == "c_call":
            calls[called.__qualname__] += 1

    sys.setprofile(note)
    try:
        attempt(policy_no, guess, asker=who)
    finally:
        sys.setprofile(None)
    return calls


def test_an_unknown_number_a_wrong_credential_and_an_excluded_line_take_the_same_work() -> None:
    """The same requests and keyed hashes, nothing unsealed, and calls that differ by little.

    Calls are counted, as time is the machine's; the soak takes the time. What differs is the item
    that is read of a known number, a fourteenth of the calls, none of which takes long.
    """
    unknown, wrong, excluded = (
        # The first of each kind fills what a function remembers.
        [work_of(made()) for _ in range(2)][-1]
        for made in (number, lambda: own()[0], lambda: own(line="special_risk")[0])
    )
    for found in (wrong, excluded):
        dear = {name for name in {*unknown, *found} if DEAR.search(name)}
        assert {name: found[name] for name in dear} == {name: unknown[name] for name in dear}
        assert unknown["hmac_digest"] > 0
        assert 0 <= found.total() - unknown.total() <= 0.08 * unknown.total()
    assert abs(wrong.total() - excluded.total()) <= 0.001 * wrong.total()


@pytest.mark.soak
def test_an_unknown_number_a_wrong_credential_and_an_excluded_line_take_the_same_time() -> None:
    """The medians differ by less than two runs of one case do, or by 5 % on a busy machine."""

    def timed(policy_no: Callable[[], str]) -> list[float]:
        spans = []
        for _ in range(25):
            target, guess, who = policy_no(), person(), visitor()
            began = time.process_time()
            attempt(target, guess, asker=who)
            spans.append(time.process_time() - began)
        return spans

    # A target that nobody failed at yet, each time: its counter's state is part of the work.
    knowns = [own()[0] for _ in range(75)]
    excludeds = [own(line="special_risk")[0] for _ in range(75)]
    runs: dict[str, list[list[float]]] = {"unknown": [], "wrong": [], "excluded": []}
    for _ in range(3):
        runs["unknown"].append(timed(number))
        runs["wrong"].append(timed(knowns.pop))
        runs["excluded"].append(timed(excludeds.pop))
    medians = {case: [statistics.median(run) for run in found] for case, found in runs.items()}
    noise = max(max(found) - min(found) for found in medians.values())
    middle = [statistics.median(found) for found in medians.values()]
    spread = max(middle) - min(middle)
    assert spread <= max(noise, 0.05 * statistics.median(middle)), (medians, noise)
