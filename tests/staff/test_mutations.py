"""A thousand mutations of good tokens: none of them lets anybody in as somebody else."""

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.errors import TokenError
from chalicelib.staff import keys, tokens
from infra.local.issuer import AUDIENCE, DevelopmentIssuer

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CLAIMS = {"sub": "A1001", "name": "王芳", "roles": ["agent"], "organisation": "4401"}
HEADS = st.fixed_dictionaries(
    {},
    optional={
        "alg": st.sampled_from(["none", "None", "HS256", "HS512", "RS256", "ES384", "", 7]),
        "kid": st.sampled_from(["", "x", "../../key", None, 0, ["a"]]),
        "typ": st.text(max_size=5),
        "crit": st.lists(st.text(max_size=5), min_size=1, max_size=2),
        "jwk": st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=2),
        "b64": st.booleans(),
    },
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "sub": st.one_of(st.text(max_size=8), st.none(), st.integers()),
        "roles": st.lists(st.sampled_from(["system_admin", "agent", "emperor"]), max_size=3),
        "organisation": st.sampled_from(["0", "44", "", None]),
        "exp": st.integers(0, 2**40),
        "aud": st.one_of(st.just(AUDIENCE), st.text(max_size=5)),
        "iss": st.text(max_size=5),
    },
)


@pytest.fixture(scope="module")
def provider():
    made = DevelopmentIssuer("https://issuer.example")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STAFF_ISSUER", made.issuer)
        patch.setenv("STAFF_AUDIENCE", AUDIENCE)
        patch.setenv("STAFF_KEYS_URL", made.keys_url())
        keys.forget()
        yield made


def parts(token):
    return [json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def joined(head, body, signature):
    texts = (json.dumps(part, ensure_ascii=False).encode() for part in (head, body))
    encoded = (base64.urlsafe_b64encode(text).decode().rstrip("=") for text in texts)
    return ".".join([*encoded, signature])


def lets_in(token):
    try:
        return tokens.read(token, NOW)
    except TokenError:
        return None


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(head=HEADS, body=BODIES)
def test_no_changed_header_or_claim_gets_in(provider, head, body):
    good = provider.token(CLAIMS, NOW)
    before = parts(good)
    after = [{**before[0], **head}, {**before[1], **body}]
    token = joined(*after, good.split(".")[2])
    # Written as the signer writes it, an unchanged token is a good one: nothing was mutated.
    if token.split(".")[:2] == good.split(".")[:2]:
        return
    assert lets_in(token) is None


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_changed_character_gets_in(provider, data):
    good = provider.token(CLAIMS, NOW)
    place = data.draw(st.integers(0, len(good) - 1))
    how = data.draw(st.sampled_from(["replace", "insert", "cut", "drop"]))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=0x2FFF))
    token = {
        "replace": good[:place] + other + good[place + 1 :],
        "insert": good[:place] + other + good[place:],
        "cut": good[:place],
        "drop": good[:place] + good[place + 1 :],
    }[how]
    staff = lets_in(token)
    # Base64 has spellings that mean the same bytes; then it is the same signed token.
    assert staff is None or same_bytes(token, good)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=BODIES, stranger=st.booleans())
def test_no_token_of_another_signer_gets_in(provider, body, stranger):
    other = DevelopmentIssuer(provider.issuer)
    if stranger:
        other.key_id = provider.key_id
    assert lets_in(other.token({**CLAIMS, **body}, NOW)) is None


def same_bytes(token, good):
    try:
        halves = [
            [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in text.split(".")]
            for text in (token, good)
        ]
    except ValueError:
        return False
    return halves[0] == halves[1]
