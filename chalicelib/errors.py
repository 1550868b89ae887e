"""The vocabulary of what can go wrong, mapped once to problem+json (RFC 9457).

ChabaoError
├── InvalidInputError          400 invalid-input
├── TokenError                 401 unauthenticated
├── VerificationFailedError    403 verification-failed
├── ChallengeRequiredError     403 challenge-required
├── AssuranceTooLowError       403 assurance-too-low
├── ForbiddenError             403 forbidden
├── UndertakingRequiredError   403 undertaking-required
├── SamePersonError            403 same-person
├── InterestedPersonError      403 interested-person
├── ApprovalRefusedError       403 approval-refused
├── AlreadyDecidedError        409 already-decided
├── ApprovalExpiredError       409 approval-expired
├── OvertakenError             409 overtaken
├── MoveNotAllowedError        409 move-not-allowed
├── AlreadyTakenError          409 already-taken
├── TooManyAttachmentsError    409 too-many-attachments
├── NotAskedError              409 not-asked
├── NotFoundError              404 not-found
├── DocumentNotReadyError      404 document-not-ready
├── PreconditionFailedError    412 precondition-failed
├── TooLargeError              413 too-large
├── UnsupportedMediaTypeError  415 unsupported-media-type
├── KeyReusedError             422 idempotency-key-reused
├── TooManyRequestsError       429 too-many-requests
│   └── TooManyObjectionsError 429 too-many-objections
└── RenderError                    render-failed (never answered, only reported)
"""

from collections.abc import Sequence
from typing import Any, NamedTuple


class FieldError(NamedTuple):
    """One broken field: RFC 6901 pointer, kebab-case code, and how to fix it."""

    pointer: str
    code: str
    detail: str


class ChabaoError(Exception):
    """Everything that this service says no to. `code` is public, kebab-case and stable."""

    status = 500
    code = "internal-error"

    def __init__(self, detail: str = "", *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.headers = headers or {}


class InvalidInputError(ChabaoError):
    """When a request or a file breaks its schema; every broken field is named."""

    status = 400
    code = "invalid-input"

    def __init__(self, errors: Sequence[FieldError], detail: str = "") -> None:
        super().__init__(detail)
        self.errors = list(errors)


class TokenError(ChabaoError):
    """When the bearer token is missing, forged, expired or of another kind."""

    status = 401
    code = "unauthenticated"


class VerificationFailedError(ChabaoError):
    """When policy and credentials do not match, whatever the reason: one answer for all (Q4)."""

    status = 403
    code = "verification-failed"


class ChallengeRequiredError(ChabaoError):
    """When there were failures before: the same again, with the challenge solved."""

    status = 403
    code = "challenge-required"

    def __init__(self, challenge: dict[str, Any]) -> None:
        super().__init__()
        self.challenge = challenge


class AssuranceTooLowError(ChabaoError):
    """When the token comes from the weak rule and the thing asked for needs the ID number."""

    status = 403
    code = "assurance-too-low"


class ForbiddenError(ChabaoError):
    """When a member of staff has no role for the route, or has left."""

    status = 403
    code = "forbidden"


class UndertakingRequiredError(ChabaoError):
    """When a member of staff has not signed the undertaking of confidentiality (保密承诺书)."""

    status = 403
    code = "undertaking-required"


class SamePersonError(ChabaoError):
    """When who asked for something wants to approve it himself (S3)."""

    status = 403
    code = "same-person"


class InterestedPersonError(ChabaoError):
    """When it is about who wants to take the step: he hands it on and stands back (回避)."""

    status = 403
    code = "interested-person"


class ApprovalRefusedError(ChabaoError):
    """When another person has refused, today, exactly what is asked for (S3)."""

    status = 403
    code = "approval-refused"


class AlreadyDecidedError(ChabaoError):
    """When another decision on an approval came first."""

    status = 409
    code = "already-decided"


class ApprovalExpiredError(ChabaoError):
    """When nobody decided on an approval within its time."""

    status = 409
    code = "approval-expired"


class OvertakenError(ChabaoError):
    """When something was changed since the change was asked for."""

    status = 409
    code = "overtaken"


class MoveNotAllowedError(ChabaoError):
    """When a claim or an objection cannot move that way from where it stands."""

    status = 409
    code = "move-not-allowed"


class AlreadyTakenError(ChabaoError):
    """When somebody else has taken the claim."""

    status = 409
    code = "already-taken"


class TooManyAttachmentsError(ChabaoError):
    """When a claim or an objection holds as many files, or as many bytes of them, as it may."""

    status = 409
    code = "too-many-attachments"


class NotAskedError(ChabaoError):
    """When nobody is asked how he found it: the claim has not ended, or he has told already."""

    status = 409
    code = "not-asked"


class NotFoundError(ChabaoError):
    """When there is no such thing, or it is somebody else's."""

    status = 404
    code = "not-found"


class DocumentNotReadyError(ChabaoError):
    """When the policy is known but its document is not rendered yet."""

    status = 404
    code = "document-not-ready"


class PreconditionFailedError(ChabaoError):
    """When somebody else changed the thing since it was read (If-Match)."""

    status = 412
    code = "precondition-failed"


class TooLargeError(ChabaoError):
    """When a body is longer than the route takes."""

    status = 413
    code = "too-large"


class UnsupportedMediaTypeError(ChabaoError):
    """When a body is sent as anything but application/json."""

    status = 415
    code = "unsupported-media-type"


class KeyReusedError(ChabaoError):
    """When an Idempotency-Key comes again with another body."""

    status = 422
    code = "idempotency-key-reused"


class TooManyRequestsError(ChabaoError):
    """When a caller or a target failed too often; `Retry-After` says how long to wait."""

    status = 429
    code = "too-many-requests"


class TooManyObjectionsError(TooManyRequestsError):
    """When somebody has filed as many objections as are taken at once."""

    code = "too-many-objections"


class RenderError(ChabaoError):
    """When a document cannot be made as it must be: a missing glyph, a missing image."""

    code = "render-failed"
