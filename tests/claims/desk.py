"""People of a claims department, and claims for them to work on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.door import Door, Reply

DEPARTMENTS = {
    "clerk": ("claims_handler", "理赔部"),
    "second_clerk": ("claims_handler", "理赔部"),
    "surveyor": ("claims_handler", "查勘部"),
    "reviewer": ("claims_reviewer", "两核部"),
    "cashier": ("claims_handler", "财务部"),
}


@dataclass
class Desk:
    """Signed-in people of one organisation, by what they do."""

    door: Door
    token: Callable[..., str]
    organisation: str = "4401"
    tokens: dict[str, str] = field(default_factory=dict)

    def of(self, who: str) -> str:
        """A token, made once."""
        if who not in self.tokens:
            role, department = DEPARTMENTS[who]
            self.tokens[who] = self.token(
                [role], self.organisation, sub=f"{who}-{self.organisation}", department=department
            )
        return self.tokens[who]

    def listed(self, who: str, **query: str) -> list[dict[str, Any]]:
        """Everything on a person's desk, all pages."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, str] = {}
        while True:
            reply = self.door.get("/v1/staff/claims", token=self.of(who), query={**query, **cursor})
            assert reply.status == 200, reply.body
            found += reply.body["items"]
            if reply.body["cursor"] is None:
                return found
            cursor = {"cursor": reply.body["cursor"]}

    def look(self, who: str, claim_no: str) -> Reply:
        """One claim."""
        return self.door.get(f"/v1/staff/claims/{claim_no}", token=self.of(who))

    def act(
        self, who: str, claim_no: str, action: str, etag: str | None = None, **step: Any
    ) -> Reply:
        """One move."""
        headers = {"if-match": etag} if etag else {}
        path = f"/v1/staff/claims/{claim_no}/events"
        body = {"action": action, **step}
        return self.door.post(path, body, token=self.of(who), headers=headers)


def yuan(amount: int) -> dict[str, Any]:
    return {"amount": amount * 100, "currency": "CNY"}
