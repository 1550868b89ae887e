"""Queries: who knows, sees; who does not, learns nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib import clock, tokens
from chalicelib.errors import TokenError, VerificationFailedError
from chalicelib.queries import service, store
from tests.policies.rows import number, policy, take
from tests.queries.visitors import visitor

AT = datetime(2026, 11, 21, 1, 2, 3, tzinfo=UTC)
ID_NO = "11010519491231002X"

pytestmark = pytest.mark.usefixtures("aws")


def ask(**request: Any) -> dict[str, Any]:
    """The answer in Chinese."""
    return service.verify(request, visitor("zh-CN"), AT)


def test_the_right_pair_opens_a_motor_policy_masked() -> None:
    name = number()
    take(policy(name, plate_no="粤A12345", vin="LATPAB071W1005301", motor_kind="commercial"))
    answer = ask(policy_no=name, id_no=ID_NO.lower())
    shown = answer["policy"]
    assert answer["assurance"] == "id"
    assert shown["policy_no"] == name
    assert shown["line_name"] == "机动车辆保险"
    assert shown["motor_kind_name"] == "商业险"
    assert shown["insured"] == {"name": "阿****", "id_no": "110***********002X"}
    assert shown["starts_at"] == "2026-03-02T00:00:00+08:00"
    assert shown["ends_at"] == "2027-03-02T00:00:00+08:00"
    assert shown["premium"] == {"amount": 328_050, "currency": "CNY"}
    assert shown["subject"]["plate_no"] == "粤A12345"
    assert shown["subject"]["vin"] == "*************5301"
    assert answer["data_as_of"] == "2026-11-21T09:02:03+08:00"


@pytest.mark.parametrize(
    "credentials",
    [
        {"id_no": "110105194912310038"},
        {"insured_name": "阿卜杜拉·买买提"},
        {"id_no": ID_NO, "insured_name": "阿卜杜拉·买买提提"},
        {"serial_no": "1"},
    ],
)
def test_whatever_does_not_fit_the_rule_of_the_line_fails_alike(
    credentials: dict[str, str],
) -> None:
    name = number()
    take(policy(name))
    with pytest.raises(VerificationFailedError) as wrong:
        ask(policy_no=name, **credentials)
    with pytest.raises(VerificationFailedError) as unknown:
        ask(policy_no=number(), **credentials)
    assert str(wrong.value) == str(unknown.value)
    assert wrong.value.headers == unknown.value.headers


def test_special_risks_are_never_answered() -> None:
    name = number()
    take(policy(name, line="special_risk"))
    with pytest.raises(VerificationFailedError):
        ask(policy_no=name, id_no=ID_NO, insured_name="阿卜杜拉·买买提")


def test_a_name_alone_shows_less_than_an_id_number() -> None:
    name = number()
    take(policy(name, line="cargo", subject={"cargo_name": "茶叶"}, special_agreements="甲;乙"))
    weak = ask(policy_no=name, insured_name="阿卜杜拉•买买提")
    strong = ask(policy_no=name, insured_name="阿卜杜拉•买买提", id_no=ID_NO)
    assert (weak["assurance"], strong["assurance"]) == ("weak", "id")
    assert weak["policy"]["subject"] == {}
    assert weak["policy"]["insured"]["id_no"] is None
    assert strong["policy"]["subject"]["cargo_name"] == "茶叶"
    assert strong["policy"]["special_agreements"] == ["甲", "乙"]


def test_a_token_stands_for_its_policy_and_ends() -> None:
    name = number()
    take(policy(name))
    text, ends = tokens.issue(tokens.QueryToken("q", name, "p", "id"), clock.now())
    assert tokens.read(text) == tokens.QueryToken("q", name, "p", "id")
    assert ends - clock.now() <= tokens.LIFE
    old, _ = tokens.issue(
        tokens.QueryToken("q", name, "p", "id"), clock.now() - tokens.LIFE - timedelta(seconds=2)
    )
    for forged in (old, text[:-2] + "AA", "", "x", "é", "gAAAAA"):
        with pytest.raises(TokenError):
            tokens.read(forged)


def test_every_attempt_is_on_record_without_personal_data() -> None:
    name = number()
    take(policy(name))
    before = _attempts()
    ask(policy_no=name, id_no=ID_NO)
    with pytest.raises(VerificationFailedError):
        ask(policy_no=name, id_no="110105194912310038")
    new = [facts for key, facts in _attempts().items() if key not in before]
    assert sorted(facts["outcome"] for facts in new) == ["failed", "verified"]
    assert ID_NO not in str(new)
    assert name not in str(new)


def _attempts() -> dict[str, Any]:
    return dict(store.day("2026-11-21"))
