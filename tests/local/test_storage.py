"""The front before storage: what S3 would refuse is refused, everything else passes."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from .conftest import Sample

KEY = "policies/保单 1+2=3~.pdf"


@pytest.fixture
def s3(sample: Sample) -> Any:
    return sample.stack.client("s3")


@pytest.fixture
def bucket(sample: Sample) -> str:
    return sample.stack.info["buckets"]["documents"]


@pytest.fixture
def uploads(sample: Sample) -> str:
    return sample.stack.info["buckets"]["uploads"]


def presigned(s3: Any, method: str, bucket: str, key: str, seconds: int = 60, **more: Any) -> str:
    parameters = {"Bucket": bucket, "Key": key, **more}
    return s3.generate_presigned_url(method, Params=parameters, ExpiresIn=seconds)


def signed_at(sample: Sample, url: str, at: datetime, seconds: int) -> str:
    """The URL signed as if it were `at`: botocore's signer with another date."""
    own = sample.stack.info["credentials"]
    keys = Credentials(own["access_key_id"], own["secret_access_key"], own["session_token"])
    signer = S3SigV4QueryAuth(keys, "s3", sample.stack.info["region"], expires=seconds)
    request = AWSRequest("GET", url)
    request.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
    signer._modify_request_before_signing(request)
    to_sign = signer.string_to_sign(request, signer.canonical_request(request))
    signer._inject_signature_to_request(request, signer.signature(to_sign, request))
    return request.url


def refusal(response: requests.Response) -> tuple[int, str]:
    assert response.headers["Content-Type"] == "application/xml"
    return response.status_code, code_of(response)


def code_of(response: requests.Response) -> str:
    return response.text.partition("<Code>")[2].partition("</Code>")[0]


def test_what_is_put_comes_back_by_a_presigned_url(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"%PDF")
    response = requests.get(presigned(s3, "get_object", bucket, KEY), timeout=10)
    assert (response.status_code, response.content) == (200, b"%PDF")


def test_large_objects_stream_through_in_parts_and_whole(s3: Any, bucket: str) -> None:
    body = bytes(range(256)) * 4 * 8192
    s3.put_object(Bucket=bucket, Key="large", Body=body)
    assert s3.get_object(Bucket=bucket, Key="large")["Body"].read() == body
    part = s3.get_object(Bucket=bucket, Key="large", Range="bytes=256-511")["Body"].read()
    assert part == bytes(range(256))
    assert s3.head_object(Bucket=bucket, Key="large")["ContentLength"] == len(body)


def test_a_presigned_put_takes_what_it_was_signed_for(s3: Any, uploads: str) -> None:
    url = presigned(s3, "put_object", uploads, "a.jpg", ContentType="image/jpeg")
    good = requests.put(url, data=b"x", headers={"Content-Type": "image/jpeg"}, timeout=10)
    assert good.status_code == 200
    other = requests.put(url, data=b"x", headers={"Content-Type": "text/html"}, timeout=10)
    assert refusal(other) == (403, "SignatureDoesNotMatch")


@pytest.mark.parametrize(
    "forge",
    [
        lambda url: url[:-4] + "beef",
        lambda url: url.replace("/secret", "/other"),
        lambda url: url.replace("X-Amz-Expires=60", "X-Amz-Expires=6000"),
        lambda url: url + "&response-content-type=text%2Fhtml",
    ],
    ids=["signature", "key", "lifetime", "override"],
)
def test_a_forged_url_is_refused(s3: Any, bucket: str, forge: Any) -> None:
    url = presigned(s3, "get_object", bucket, "secret")
    assert refusal(requests.get(forge(url), timeout=10)) == (403, "SignatureDoesNotMatch")


def test_a_url_for_reading_does_not_write(s3: Any, bucket: str) -> None:
    url = presigned(s3, "get_object", bucket, "secret")
    assert refusal(requests.put(url, b"x", timeout=10)) == (403, "SignatureDoesNotMatch")
    assert refusal(requests.delete(url, timeout=10)) == (403, "SignatureDoesNotMatch")


def test_a_url_expires(sample: Sample, bucket: str) -> None:
    url = f"{sample.stack.info['aws_endpoint']}/{bucket}/secret"
    now = datetime.now(UTC)
    for at, seconds, expected in (
        (now - timedelta(seconds=50), 60, (404, "NoSuchKey")),
        (now - timedelta(seconds=62), 60, (403, "AccessDenied")),
        (now + timedelta(hours=1), 60, (403, "AccessDenied")),
        (now, 604_801, (400, "AuthorizationQueryParametersError")),
    ):
        response = requests.get(signed_at(sample, url, at, seconds), timeout=10)
        assert (response.status_code, code_of(response)) == expected


def test_another_stacks_url_is_refused(s3: Any, bucket: str) -> None:
    url = presigned(s3, "get_object", bucket, "secret")
    parts = urlsplit(url)
    key = parts.query.split("X-Amz-Credential=")[1].split("%2F")[0]
    response = requests.get(url.replace(key, "ASIASOMEBODYELSEXXXX"), timeout=10)
    assert refusal(response) == (403, "InvalidAccessKeyId")


def test_the_old_signature_and_no_signature_are_refused(s3: Any, bucket: str) -> None:
    address = f"{s3.meta.endpoint_url}/{bucket}/secret"
    old = requests.get(f"{address}?AWSAccessKeyId=x&Signature=y&Expires=9999999999", timeout=10)
    assert refusal(old) == (400, "InvalidRequest")
    assert refusal(requests.get(address, timeout=10)) == (403, "AccessDenied")
    assert refusal(requests.put(address, b"x", timeout=10)) == (403, "AccessDenied")


def form(s3: Any, bucket: str, key: str = "claims/1/a.jpg", **more: Any) -> dict[str, Any]:
    conditions = [["content-length-range", 2, 10], {"Content-Type": "image/jpeg"}]
    fields = {"Content-Type": "image/jpeg"}
    return s3.generate_presigned_post(
        bucket, key, Fields=fields, Conditions=conditions, ExpiresIn=60, **more
    )


def post(form: dict[str, Any], content: bytes = b"12345", **changes: str) -> requests.Response:
    fields = {**form["fields"], **changes}
    return requests.post(form["url"], data=fields, files={"file": ("a.jpg", content)}, timeout=10)


def test_a_form_within_its_policy_is_stored(s3: Any, uploads: str) -> None:
    assert post(form(s3, uploads)).status_code == 204
    found = s3.get_object(Bucket=uploads, Key="claims/1/a.jpg")
    assert (found["Body"].read(), found["ContentType"]) == (b"12345", "image/jpeg")


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"x" * 11, "EntityTooLarge"), (b"x" * 200_000, "EntityTooLarge"), (b"x", "EntityTooSmall")],
)
def test_a_form_outside_its_size_is_refused(
    s3: Any, uploads: str, content: bytes, code: str
) -> None:
    assert refusal(post(form(s3, uploads, key="sized"), content)) == (400, code)
    assert "Contents" not in s3.list_objects_v2(Bucket=uploads, Prefix="sized")


@pytest.mark.parametrize(
    "changes",
    [
        {"key": "claims/2/a.jpg"},
        {"Content-Type": "text/html"},
        {"acl": "public-read"},
    ],
)
def test_a_form_that_breaks_a_condition_is_refused(
    s3: Any, uploads: str, changes: dict[str, str]
) -> None:
    response = post(form(s3, uploads), **changes)
    assert refusal(response) == (403, "AccessDenied")
    assert "Invalid according to Policy" in response.text


def test_a_form_for_another_bucket_is_refused(s3: Any, uploads: str, bucket: str) -> None:
    made = form(s3, uploads)
    made["url"] = made["url"].replace(uploads, bucket)
    assert refusal(post(made)) == (403, "AccessDenied")


def test_a_form_with_a_policy_of_ones_own_is_refused(s3: Any, uploads: str) -> None:
    made = form(s3, uploads)
    policy = json.loads(base64.b64decode(made["fields"]["policy"]))
    policy["conditions"] = [c for c in policy["conditions"] if "content-length-range" not in c]
    widened = base64.b64encode(json.dumps(policy).encode()).decode()
    assert refusal(post(made, policy=widened)) == (403, "SignatureDoesNotMatch")


def test_an_expired_form_is_refused(s3: Any, uploads: str) -> None:
    made = s3.generate_presigned_post(uploads, "late", ExpiresIn=-1)
    response = post(made)
    assert refusal(response) == (403, "AccessDenied")
    assert "Policy expired" in response.text


def test_a_form_without_policy_key_or_file_is_refused(s3: Any, uploads: str) -> None:
    made = form(s3, uploads)
    del made["fields"]["policy"]
    assert refusal(post(made)) == (403, "AccessDenied")
    made = form(s3, uploads)
    del made["fields"]["key"]
    assert refusal(post(made)) == (400, "InvalidArgument")
    made = form(s3, uploads)
    nothing = {name: (None, value) for name, value in made["fields"].items()}
    assert refusal(requests.post(made["url"], files=nothing, timeout=10)) == (
        400,
        "InvalidArgument",
    )
