"""Tokens of staff: everything about one must be right."""

import base64
import json
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from chalicelib.errors import TokenError
from chalicelib.staff import keys, tokens
from infra.local.issuer import AUDIENCE, DevelopmentIssuer

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CLAIMS = {"sub": "A1001", "name": "王芳", "roles": ["agent"], "organisation": "4401"}


@pytest.fixture
def provider(monkeypatch):
    made = DevelopmentIssuer("https://issuer.example")
    monkeypatch.setenv("STAFF_ISSUER", made.issuer)
    monkeypatch.setenv("STAFF_AUDIENCE", AUDIENCE)
    monkeypatch.setenv("STAFF_KEYS_URL", made.keys_url())
    keys.forget()
    return made


def refusal(token, at=NOW):
    with pytest.raises(TokenError) as caught:
        tokens.read(token, at)
    assert caught.value.headers["WWW-Authenticate"].startswith("Bearer")
    return caught.value.detail


def test_a_good_token_tells_who_is_there(provider):
    staff = tokens.read(provider.token({**CLAIMS, "department": "查勘部"}, NOW), NOW)
    assert (staff.sub, staff.name, staff.roles) == ("A1001", "王芳", frozenset({"agent"}))
    assert (staff.organisation, staff.department) == ("4401", "查勘部")


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "another-service"}, "InvalidAudienceError"),
        ({"iss": "https://elsewhere.example"}, "InvalidIssuerError"),
        ({"exp": int((NOW - timedelta(minutes=2)).timestamp())}, "expired"),
        ({"exp": "tomorrow"}, "no time"),
        ({"exp": 1e300}, "no time"),
        ({"nbf": int((NOW + timedelta(minutes=2)).timestamp())}, "not yet valid"),
        ({"iat": int((NOW - timedelta(hours=13)).timestamp())}, "too old"),
        ({"sub": ""}, "claims"),
        ({"sub": "甲"}, "claims"),
        ({"organisation": None}, "claims"),
        ({"roles": "agent"}, "roles"),
        ({"roles": [["agent"]]}, "roles"),
        ({"department": 7}, "department"),
    ],
)
def test_a_wrong_claim_is_refused(provider, claims, reason):
    assert refusal(provider.token({**CLAIMS, **claims}, NOW)) == reason


@pytest.mark.parametrize("name", ["iss", "aud", "sub", "exp", "iat"])
def test_a_claim_that_must_be_there_is_missed(provider, name):
    claims = jwt.decode(provider.token(CLAIMS, NOW), options={"verify_signature": False})
    del claims[name]
    token = jwt.encode(claims, provider.key, "ES256", {"kid": provider.key_id})
    assert refusal(token) == "MissingRequiredClaimError"


def test_clocks_may_differ_by_a_minute(provider):
    token = provider.token(CLAIMS, NOW)
    for at in (NOW - timedelta(seconds=59), NOW + timedelta(hours=8, seconds=59)):
        assert tokens.read(token, at).sub == "A1001"
    for at in (NOW - timedelta(seconds=61), NOW + timedelta(hours=8, seconds=60)):
        refusal(token, at)


def test_no_algorithm_and_shared_secrets_are_refused(provider):
    claims = jwt.decode(provider.token(CLAIMS, NOW), options={"verify_signature": False})
    assert refusal(jwt.encode(claims, None, "none", {"kid": provider.key_id})) == "algorithm"
    secret = b"x" * 32
    assert refusal(jwt.encode(claims, secret, "HS256", {"kid": provider.key_id})) == "algorithm"


def test_a_public_key_used_as_a_shared_secret_opens_nothing(provider):
    published = provider.keys()["keys"][0]["x"].encode()
    claims = jwt.decode(provider.token(CLAIMS, NOW), options={"verify_signature": False})
    assert refusal(jwt.encode(claims, published, "HS256", {"kid": provider.key_id})) == "algorithm"


def test_a_key_of_another_kind_than_the_algorithm_is_refused(provider):
    _, claims, signature = provider.token(CLAIMS, NOW).split(".")
    lying = base64.urlsafe_b64encode(json.dumps({"alg": "RS256", "kid": provider.key_id}).encode())
    assert refusal(f"{lying.decode().rstrip('=')}.{claims}.{signature}") == "InvalidAlgorithmError"


def test_a_strangers_key_under_a_known_or_unknown_name_is_refused(provider):
    claims = jwt.decode(provider.token(CLAIMS, NOW), options={"verify_signature": False})
    stranger = ec.generate_private_key(ec.SECP256R1())
    signed = jwt.encode(claims, stranger, "ES256", {"kid": provider.key_id})
    assert refusal(signed) == "InvalidSignatureError"
    assert refusal(jwt.encode(claims, stranger, "ES256", {"kid": "stranger"})) == "unknown key"
    assert refusal(jwt.encode(claims, stranger, "ES256")) == "unknown key"


def test_rsa_tokens_of_a_provider_are_read_too(provider, monkeypatch):
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = jwt.algorithms.RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    document = {"keys": [{**public, "kid": "rsa", "use": "sig"}, {"kty": "unheard-of"}]}
    encoded = base64.b64encode(json.dumps(document).encode()).decode()
    monkeypatch.setenv("STAFF_KEYS_URL", f"data:application/json;base64,{encoded}")
    claims = jwt.decode(provider.token(CLAIMS, NOW), options={"verify_signature": False})
    assert tokens.read(jwt.encode(claims, private, "RS256", {"kid": "rsa"}), NOW).sub == "A1001"


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "é", "\x00", "e30.e30.e30", "x" * 9000])
def test_what_is_no_token_at_all_is_refused(provider, text):
    refusal(text)


def test_without_an_identity_provider_nobody_gets_in(provider, monkeypatch):
    token = provider.token(CLAIMS, NOW)
    monkeypatch.setenv("STAFF_KEYS_URL", "")
    assert refusal(token) == "no identity provider"
