"""The proof of work that stands between some failures and the next try."""

import base64
import hashlib
import json
from typing import Any

import pytest
from playwright.sync_api import expect

from .service import ID_NO, answer, challenged, problem
from .visitor import Visitor


def _derived(parameters: dict[str, Any], counter: int) -> str:
    password = bytes.fromhex(parameters["nonce"]) + counter.to_bytes(4, "big")
    salt = bytes.fromhex(parameters["salt"])
    if parameters["algorithm"] == "SHA-256":
        return hashlib.sha256(salt + password).hexdigest()
    return hashlib.pbkdf2_hmac("sha256", password, salt, 1).hex()


@pytest.mark.parametrize("algorithm", ["SHA-256", "PBKDF2/SHA-256"])
def test_a_challenge_is_solved_and_the_query_repeated_by_itself(
    visitor: Visitor, algorithm: str
) -> None:
    visitor.opens()
    wanted = challenged(algorithm=algorithm)
    visitor.service.says_in_turn("/v1/queries", wanted, answer())
    visitor.types()
    visitor.page.click("button[type=submit]")
    expect(visitor.page.locator("#answer h1")).to_be_focused()
    first, second = (json.loads(asked["body"]) for asked in visitor.service.queries)
    payload = json.loads(base64.b64decode(second.pop("challenge")))
    assert first == second
    assert payload["challenge"] == wanted.body["challenge"]
    key = payload["solution"]["derivedKey"]
    assert key.startswith("00")
    assert key == _derived(wanted.body["challenge"]["parameters"], payload["solution"]["counter"])


def test_the_solver_is_loaded_only_when_a_challenge_is_asked_for(visitor: Visitor) -> None:
    urls: list[str] = []
    visitor.page.on("request", lambda request: urls.append(request.url))
    visitor.sees_answer()
    assert [url for url in urls if "challenge" in url or "altcha" in url] == []


def test_while_it_is_being_solved_the_page_says_so_and_asks_for_nothing(visitor: Visitor) -> None:
    visitor.opens()
    visitor.service.will_say("/v1/queries", challenged("0000000000"))
    visitor.types()
    visitor.page.click("button[type=submit]")
    expect(visitor.page.locator("#progress")).to_contain_text("正在做安全校验")
    expect(visitor.page.locator("button[type=submit]")).to_be_focused()


def test_a_challenge_of_an_unknown_kind_says_what_to_do_and_keeps_everything(
    visitor: Visitor,
) -> None:
    visitor.opens()
    visitor.asks(challenged(algorithm="RIDDLE"))
    expect(visitor.trouble).to_contain_text("安全校验没有完成")
    expect(visitor.page.locator("#id_no")).to_have_value(ID_NO)


def test_a_service_that_goes_on_asking_is_not_asked_for_ever(visitor: Visitor) -> None:
    visitor.opens()
    visitor.asks(challenged())
    expect(visitor.trouble).to_contain_text("安全校验没有完成")
    assert len(visitor.service.queries) == 3


def test_a_solved_challenge_before_a_wrong_number_is_a_refusal(visitor: Visitor) -> None:
    visitor.opens()
    refusal = problem(403, "verification-failed")
    visitor.service.says_in_turn("/v1/queries", challenged(), refusal)
    visitor.types()
    visitor.page.click("button[type=submit]")
    expect(visitor.trouble).to_contain_text("没有查到与这两项都一致的保单")
