"""What the copy of a person's data says of his objections (PIPL art. 45): all that is kept of them.

As tracking shows them, with telephone and evidence; staff are named as little as there. Files of
the evidence are named with the address that opens each to its customer (decision 0070).
"""

from datetime import datetime
from typing import Any

from chalicelib import masking
from chalicelib.attachments import service as attachments
from chalicelib.objections import evidence, persons, tracking
from chalicelib.objections.cases import Case


def of(identity: tuple[str, str], language: str, at: datetime, limit: int) -> list[dict[str, Any]]:
    """The objections of the insured with this identity, the oldest first."""
    return [_kept(case, language, at) for case in persons.of(identity, limit)]


def _kept(case: Case, language: str, at: datetime) -> dict[str, Any]:
    told = case.told()
    digests = {facts.get("attachment_id"): facts.get("sha256") for facts in case.log}
    # Whoever proved less than the ID number may have been somebody else.
    proven = case.objection.filed["assurance"] == "id"
    return {
        "policy_no": case.policy_no,
        "claim_no": told.get("claim_no"),
        **tracking.shown(case, language, at),
        "phone": told["phone"] if proven else masking.phone(told["phone"]),
        "evidence_described": told.get("evidence"),
        "evidence": [
            {
                **file,
                "sha256": digests.get(file["attachment_id"]),
                "opened_by": _opened_by(case.number, file) if proven else None,
            }
            for file in evidence.of(case, language, at, named=True)
        ],
    }


def _opened_by(objection_no: str, file: dict[str, Any]) -> str | None:
    """The route that links a file which was found good, to a query of its policy by ID number."""
    if file["status"] != attachments.RECEIVED:
        return None
    return f"/v1/objections/{objection_no}/attachments/{file['attachment_id']}"
