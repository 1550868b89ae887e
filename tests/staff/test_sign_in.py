"""Where staff sign in, and the provider that the local stack plays."""

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from infra.local.issuer import DevelopmentIssuer
from infra.local.sign_in import CLIENT, RefusedError, SignIn
from tests.door import Door

VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode()[:-1]
BACK = "http://issuer.test/staff/"
ASKED = {
    "client_id": [CLIENT],
    "redirect_uri": [BACK],
    "response_type": ["code"],
    "state": ["s&1"],
    "code_challenge": [CHALLENGE],
    "code_challenge_method": ["S256"],
}
PERSON = {"sub": ["SI-1"], "name": ["何敏"], "organisation": ["4401"], "roles": ["agent"]}


@pytest.fixture
def provider() -> SignIn:
    return SignIn("http://issuer.test")


def test_the_service_says_where_staff_sign_in(door: Door, issuer: DevelopmentIssuer) -> None:
    answer = door.get("/v1/sign-in")
    assert answer.body == {"issuer": issuer.issuer, "client_id": CLIENT}


def test_a_code_names_somebody_once_and_only_with_its_verifier(provider: SignIn) -> None:
    def sent(code: str, **other: str) -> bytes:
        fields = {"grant_type": "authorization_code", "client_id": CLIENT, "redirect_uri": BACK}
        return urlencode({**fields, "code": code, "code_verifier": VERIFIER, **other}).encode()

    def code() -> str:
        onward, _ = provider.authorise({**ASKED, **PERSON})
        asked = parse_qs(urlsplit(onward).query)
        assert asked["state"] == ["s&1"]
        return asked["code"][0]

    with pytest.raises(RefusedError):
        provider.redeem(sent(code(), code_verifier="w" * 43))
    once = code()
    assert provider.redeem(sent(once))["sub"] == "SI-1"
    with pytest.raises(RefusedError):
        provider.redeem(sent(once))


@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uri": ["https://elsewhere.example/"]},
        {"redirect_uri": ["http://issuer.test/staff/?x=1"]},
        {"client_id": ["another"]},
        {"response_type": ["token"]},
        {"code_challenge_method": ["plain"]},
        {"code_challenge": [""]},
    ],
)
def test_what_the_protocol_does_not_allow_is_refused(
    provider: SignIn, change: dict[str, list[str]]
) -> None:
    with pytest.raises(RefusedError):
        provider.authorise({**ASKED, **PERSON, **change})


def test_the_form_escapes_what_it_was_given(provider: SignIn) -> None:
    _, form = provider.authorise({**ASKED, "state": ['"><b>']})
    assert '"><b>' not in form
