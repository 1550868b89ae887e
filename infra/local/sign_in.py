"""Sign-in at the development issuer: OpenID Connect's code flow with PKCE, for the staff pages.

It asks for no password: the form lets whoever sits here be anybody. Everything else is as with the
insurer's provider, so that the pages need no other way in on one machine.
"""

import base64
import hashlib
import html
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from chalicelib import schemas

CLIENT = "chabao-staff-pages"
ASKED = ("client_id", "redirect_uri", "response_type", "state", "code_challenge")
_PEOPLE = {"sub": "S4401", "name": "李合规", "organisation": "44000000"}
"""What the form proposes: somebody of the demonstration's provincial branch."""


class RefusedError(Exception):
    """When a request is not as the protocol wants it; the message says why."""


@dataclass(frozen=True)
class _Grant:
    redirect_uri: str
    challenge: str
    person: dict[str, Any]


class SignIn:
    """Authorisation and token endpoint; codes are good once."""

    def __init__(self, issuer: str) -> None:
        self._issuer = issuer
        self._grants: dict[str, _Grant] = {}

    def discovery(self) -> dict[str, Any]:
        """What `/.well-known/openid-configuration` answers."""
        issuer = self._issuer
        return {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/authorize",
            "token_endpoint": f"{issuer}/token",
            "jwks_uri": f"{issuer}/staff-keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
        }

    def authorise(self, query: Mapping[str, list[str]]) -> tuple[str | None, str]:
        """Where to go on, and the form while nobody was named; RefusedError."""
        asked = {name: query.get(name, [""])[0] for name in ASKED}
        self._check(asked, query)
        if "sub" not in query:
            return None, _form(asked, query)
        person: dict[str, Any] = {name: query.get(name, [""])[0] for name in _PEOPLE}
        person["roles"] = query.get("roles", [])
        if department := query.get("department", [""])[0]:
            person["department"] = department
        code = secrets.token_urlsafe(24)
        self._grants[code] = _Grant(asked["redirect_uri"], asked["code_challenge"], person)
        back = {"code": code, "state": asked["state"], "iss": self._issuer}
        return f"{asked['redirect_uri']}?{urlencode(back)}", ""

    def redeem(self, body: bytes) -> dict[str, Any]:
        """Whom a code names; RefusedError for one that is used, or whose verifier is another."""
        sent = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        grant = self._grants.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            sent.get("grant_type") != "authorization_code"
            or sent.get("client_id") != CLIENT
            or grant is None
            or grant.redirect_uri != sent.get("redirect_uri")
            or not secrets.compare_digest(grant.challenge, challenge)
        ):
            raise RefusedError("invalid_grant")
        return grant.person

    def _check(self, asked: dict[str, str], query: Mapping[str, list[str]]) -> None:
        own = urlsplit(self._issuer)
        back = urlsplit(asked["redirect_uri"])
        if (back.scheme, back.netloc) != (own.scheme, own.netloc) or back.query or back.fragment:
            raise RefusedError("redirect_uri is none of this stack's pages")
        if asked["client_id"] != CLIENT or asked["response_type"] != "code":
            raise RefusedError("unknown client or response type")
        if query.get("code_challenge_method") != ["S256"] or not asked["code_challenge"]:
            raise RefusedError("PKCE with S256 is needed")


def _form(asked: dict[str, str], query: Mapping[str, list[str]]) -> str:
    """A page without scripts: who to be."""
    hidden = {**asked, "code_challenge_method": query["code_challenge_method"][0]}
    kept = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">'
        for name, value in hidden.items()
    )
    fields = "".join(
        f'<p><label>{name} <input name="{name}" value="{value}" required></label></p>'
        for name, value in _PEOPLE.items()
    )
    roles = "".join(
        f'<p><label><input type="checkbox" name="roles" value="{code}"'
        f"{' checked' if code.startswith('compliance') else ''}>"
        f" {html.escape(name['zh-CN'])} {html.escape(name['en'])}</label></p>"
        for code, name in schemas.load("access")["roles"].items()
    )
    return (
        '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<title>登录（演示） Sign in (demonstration)</title>"
        "<h1>登录（演示） Sign in (demonstration)</h1>"
        f'<form>{kept}{fields}<p><label>department <input name="department"></label></p>'
        f"<fieldset><legend>角色 Roles</legend>{roles}</fieldset>"
        "<p><button>登录 Sign in</button></p></form></html>"
    )
