"""The development issuer: signs tokens for whoever asks, on this machine only.

It stands in for the insurer's identity provider (contract, "The local stack"): the stack serves its
keys and its tokens under /_local; the deployed application knows nothing of it.
"""

import base64
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

AUDIENCE = "chabao-staff"
LIFE = timedelta(hours=8)


class DevelopmentIssuer:
    """An issuer with one fresh ES256 key; `replace_key` makes another, as providers do."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self.replace_key()

    def replace_key(self) -> None:
        """From now on tokens are signed by a new key; the old one is no longer published."""
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.key_id = secrets.token_hex(8)

    def keys(self) -> dict[str, Any]:
        """The public keys as a JWKS document."""
        public = jwt.algorithms.ECAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**public, "kid": self.key_id, "use": "sig", "alg": "ES256"}]}

    def keys_url(self) -> str:
        """The same in an address of its own, for tests without a server."""
        document = base64.b64encode(json.dumps(self.keys()).encode()).decode()
        return f"data:application/json;base64,{document}"

    def token(self, claims: dict[str, Any], at: datetime | None = None) -> str:
        """A token with these claims, good from `at` on for a working day."""
        issued = at or datetime.now(UTC)
        own = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "iat": int(issued.timestamp()),
            "exp": int((issued + LIFE).timestamp()),
        }
        return jwt.encode(
            {**own, **claims}, self.key, algorithm="ES256", headers={"kid": self.key_id}
        )
