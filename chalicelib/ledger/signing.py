"""Signatures: KMS makes them with a key that never leaves it, anyone checks them without AWS."""

import base64
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

from chalicelib import aws, settings

PublicKey = EllipticCurvePublicKey
ALGORITHM = "ECDSA_SHA_256"


def sign(sha256: str) -> dict[str, str]:
    """The signature over a digest's SHA-256, with what it was made by."""
    # RAW takes 4 KB at most and a busy day's statement is longer: its digest is signed instead.
    signed = aws.client("kms").sign(
        KeyId=settings.get("SIGNING_KEY_ID"),
        Message=_message(sha256),
        MessageType="RAW",
        SigningAlgorithm=ALGORITHM,
    )
    value = base64.b64encode(signed["Signature"]).decode()
    return {"algorithm": ALGORITHM, "key": signed["KeyId"], "value": value}


def public_key(pem: bytes | None = None) -> PublicKey:
    """The key to check with: from a PEM file that was handed out, else from KMS."""
    if pem is not None:
        key = load_pem_public_key(pem)
    else:
        answer = aws.client("kms").get_public_key(KeyId=settings.get("SIGNING_KEY_ID"))
        key = load_der_public_key(answer["PublicKey"])
    if not isinstance(key, PublicKey):
        raise TypeError("the ledger is signed with an elliptic-curve key")
    return key


def is_valid(key: PublicKey, sha256: str, signature: Any) -> bool:
    """Whether the signature is this key's over this digest."""
    try:
        value = base64.b64decode(signature["value"], validate=True)
        key.verify(value, _message(sha256), ECDSA(SHA256()))
    # A forger may write anything at all where the signature stands.
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return True


def _message(sha256: str) -> bytes:
    return f"chabao ledger digest {sha256}".encode()
