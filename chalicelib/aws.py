"""Clients of AWS with our timeouts, made when first needed and kept for the life of the process."""

from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

__all__ = ["BotoCoreError", "ClientError", "client"]

_IN_ITS_REGION: Any = {"addressing_style": "virtual", "us_east_1_regional_endpoint": "regional"}
"""Otherwise addresses that are signed name S3's global endpoint, which redirects for a day after a
bucket was made and which the pages' content security policy does not let in."""


@cache
def client(service: str) -> Any:
    """A boto3 client. API Gateway gives up after 29 s, so a call must give up well before."""
    import boto3
    from botocore.config import Config

    return boto3.client(  # type: ignore[call-overload]  # the service is only known at run time
        service,
        config=Config(
            s3=_IN_ITS_REGION if service == "s3" else None,
            connect_timeout=2,
            read_timeout=60 if service == "s3" else 5,
            retries={"mode": "standard", "max_attempts": 4},
            # Without it a presigned address falls back to the old signature in some regions.
            signature_version="s3v4" if service == "s3" else None,
        ),
    )
