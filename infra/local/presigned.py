"""Presigned URLs, verified as S3 verifies them: signature, expiry, signed headers.

The signature is computed again with botocore's own signer. Rules and messages: Amazon S3 API
reference, "Authenticating requests: using query parameters (AWS Signature Version 4)".
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, unquote

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as SigningCredentials

from infra.local.account import Account
from infra.local.s3_errors import S3RefusedError
from infra.local.wire import Request

ALGORITHM = "AWS4-HMAC-SHA256"
WEEK = 604_800
SKEW = timedelta(minutes=15)
_PARAMETERS = ("Algorithm", "Credential", "Signature", "Date", "SignedHeaders", "Expires")


def is_presigned(request: Request) -> bool:
    """Whether the query carries a signature of any kind."""
    names = {name.lower() for name, _ in parse_qsl(request.query, keep_blank_values=True)}
    return bool(names & {"x-amz-signature", "x-amz-algorithm", "signature", "awsaccesskeyid"})


def verify(request: Request, account: Account, now: datetime) -> None:
    """S3RefusedError unless this very request was signed with the account's key and is in time."""
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    if "X-Amz-Algorithm" not in query:
        raise S3RefusedError(
            400,
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. "
            f"Please use {ALGORITHM}.",
        )
    if any(f"X-Amz-{name}" not in query for name in _PARAMETERS):
        raise _query_error(
            "Query-string authentication version 4 requires the X-Amz-Algorithm, "
            "X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and "
            "X-Amz-Expires parameters."
        )
    verify_time(query, now)
    verify_credential(
        query["X-Amz-Credential"],
        query["X-Amz-Date"],
        query.get("X-Amz-Security-Token", ""),
        account,
    )
    signed = set(query["X-Amz-SignedHeaders"].split(";"))
    unsigned = {n.lower() for n, _ in request.headers.fields if n.lower().startswith("x-amz-")}
    if "host" not in signed or unsigned - signed:
        raise S3RefusedError(
            403,
            "AccessDenied",
            "There were headers present in the request which were not signed",
            {"HeadersNotSigned": ", ".join(sorted(unsigned - signed)) or "host"},
        )
    if not hmac.compare_digest(_signature(request, query, signed, account), _given(query)):
        raise signature_does_not_match()


def verify_time(query: Mapping[str, str], now: datetime) -> None:
    """The URL's own lifetime: from its date on, for its seconds, a week at most."""
    began = signing_time(query["X-Amz-Date"])
    if not query["X-Amz-Expires"].isdigit():
        raise _query_error("X-Amz-Expires should be a number")
    seconds = int(query["X-Amz-Expires"])
    if seconds > WEEK:
        raise _query_error(
            f"X-Amz-Expires must be less than a week (in seconds); that is, {WEEK} seconds"
        )
    if began - now > SKEW:
        raise S3RefusedError(403, "AccessDenied", "Request is not yet valid")
    ends = began + timedelta(seconds=seconds)
    if now > ends:
        raise S3RefusedError(
            403,
            "AccessDenied",
            "Request has expired",
            {
                "X-Amz-Expires": str(seconds),
                "Expires": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "ServerTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        )


def verify_credential(scope: str, date: str, token: str, account: Account) -> None:
    """The key is ours, for this day, region and service, with the session's token."""
    parts = scope.split("/")
    if len(parts) != 5:
        raise _query_error("Error parsing the X-Amz-Credential parameter")
    key, day, region, service, end = parts
    if key != account.credentials.access_key:
        raise S3RefusedError(
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
            {"AWSAccessKeyId": key},
        )
    if (day, region, service, end) != (date[:8], account.region, "s3", "aws4_request"):
        raise _query_error(
            "Error parsing the X-Amz-Credential parameter; the scope is wrong; expecting "
            f"'{date[:8]}/{account.region}/s3/aws4_request'"
        )
    if not hmac.compare_digest(token, account.credentials.token):
        raise S3RefusedError(
            400, "InvalidToken", "The provided token is malformed or otherwise invalid."
        )


def signing_time(text: str) -> datetime:
    """X-Amz-Date, basic ISO 8601 in UTC."""
    try:
        return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise _query_error(
            "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""
        ) from None


def signing_credentials(account: Account) -> SigningCredentials:
    """The account's credentials as botocore's signers take them."""
    own = account.credentials
    return SigningCredentials(own.access_key, own.secret_key, own.token)


def signature_does_not_match() -> S3RefusedError:
    """The one answer to every forgery."""
    return S3RefusedError(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method.",
    )


def _signature(
    request: Request, query: Mapping[str, str], signed: set[str], account: Account
) -> str:
    """What botocore would have signed for this method, path, query and headers."""
    path = quote(unquote(request.path), safe="/-_.~")
    pairs = [(n, v) for n, v in query.items() if n != "X-Amz-Signature"]
    text = "&".join(f"{quote(n, safe='-_.~')}={quote(v, safe='-_.~')}" for n, v in pairs)
    headers = {n: v for n, v in request.headers.fields if n.lower() in signed}
    again = AWSRequest(
        method=request.method,
        url=f"http://{request.headers.get('host')}{path}?{text}",
        headers=headers,
    )
    again.context["timestamp"] = query["X-Amz-Date"]
    signer = S3SigV4QueryAuth(signing_credentials(account), "s3", account.region)
    to_sign = signer.string_to_sign(again, signer.canonical_request(again))
    return str(signer.signature(to_sign, again))


def _given(query: Mapping[str, str]) -> str:
    return query["X-Amz-Signature"].encode("ascii", "replace").decode()


def _query_error(message: str) -> S3RefusedError:
    return S3RefusedError(400, "AuthorizationQueryParametersError", message)
