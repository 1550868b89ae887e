"""`POST /_local/staff-tokens`: a token for whoever asks, the undertaking on record."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from infra.local.issuer import DevelopmentIssuer
from infra.local.resources import Resources

WANTED = {"sub": str, "name": str, "roles": list, "organisation": str}
OPTIONAL = {"department": str}


class StaffDesk:
    """Hands out tokens of the development issuer."""

    def __init__(self, issuer: DevelopmentIssuer, resources: Resources) -> None:
        self.issuer = issuer
        self._resources = resources

    async def hand_out(self, body: bytes) -> str:
        """The token; ValueError that says what the body must be."""
        claims = _claims(body)
        await asyncio.to_thread(self._put_undertaking_on_record, claims["sub"])
        return self.issuer.token(claims)

    def _put_undertaking_on_record(self, subject: str) -> None:
        """As `chalicelib.staff.store` does it; this process has no settings of a function."""
        self._resources.clients.dynamodb.update_item(
            TableName=self._resources.physical("StaffTable").ref,
            Key={"pk": {"S": subject}},
            UpdateExpression="SET undertaking_at = if_not_exists(undertaking_at, :at),"
            " #schema = if_not_exists(#schema, :schema)",
            ExpressionAttributeNames={"#schema": "schema"},
            ExpressionAttributeValues={
                ":at": {"S": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")},
                ":schema": {"N": "1"},
            },
        )


def _claims(body: bytes) -> dict[str, Any]:
    claims = json.loads(body)
    known = WANTED | OPTIONAL
    if (
        not isinstance(claims, dict)
        or not WANTED.keys() <= claims.keys() <= known.keys()
        or not all(isinstance(value, known[name]) for name, value in claims.items())
        or not claims["sub"]
        or not all(isinstance(role, str) for role in claims["roles"])
    ):
        raise ValueError(f"the body has {sorted(WANTED)} and may have {sorted(OPTIONAL)}")
    return claims
