"""Clients of AWS with our timeouts, made when first needed and kept for the life of the process."""

from functools import cache
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

__all__ = ["BotoCoreError", "ClientError", "client"]


@cache
def client(service: str) -> Any:
    """A boto3 client. API Gateway gives up after 29 s, so a call must give up well before."""
    import boto3
    from botocore.config import Config

    return boto3.client(  # type: ignore[call-overload]  # the service is only known at run time
        service,
        config=Config(
            connect_timeout=2,
            read_timeout=60 if service == "s3" else 5,
            retries={"mode": "standard", "max_attempts": 4},
            # Without it a presigned address falls back to the old signature in some regions.
            signature_version="s3v4" if service == "s3" else None,
        ),
    )
