"""What went wrong, as problem+json (RFC 9457) in the caller's language: here and nowhere else."""

from typing import Any

from chalicelib import texts
from chalicelib.calls import Answer
from chalicelib.errors import ChabaoError, ChallengeRequiredError, InvalidInputError


def problem(error: ChabaoError, language: str, request_id: str) -> Answer:
    """The error as problem+json in the caller's language."""
    body: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": texts.text(f"problem.{error.code}.title", language),
        "status": error.status,
        "detail": texts.text(f"problem.{error.code}.detail", language),
        "code": error.code,
        "request_id": request_id,
    }
    if isinstance(error, InvalidInputError):
        body["errors"] = [broken._asdict() for broken in error.errors]
    if isinstance(error, ChallengeRequiredError):
        body["challenge"] = error.challenge
    return Answer(error.status, body, {"Content-Type": "application/problem+json", **error.headers})
