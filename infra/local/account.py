"""Who the local stack pretends to be: region, partition, credentials, and clients of its services.

The region is the first of AWS's China partition unless the environment names another, so that
whatever is not partition-aware breaks here and not in Beijing.
"""

import os
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config


@dataclass(frozen=True)
class Credentials:
    """What Lambda gives a function: temporary credentials, other ones at each start."""

    access_key: str = field(
        default_factory=lambda: (
            "ASIA" + "".join(secrets.choice(string.ascii_uppercase) for _ in range(16))
        )
    )
    secret_key: str = field(default_factory=lambda: secrets.token_urlsafe(30))
    token: str = field(default_factory=lambda: secrets.token_urlsafe(60))


@cache
def _session() -> botocore.session.Session:
    """One session: it keeps the services' models, which take longer to read than to use."""
    return botocore.session.Session()


def default_region() -> str:
    """AWS_REGION, else the first region of the China partition as botocore knows it."""
    regions = _session().get_available_regions("s3", partition_name="aws-cn")
    return os.environ.get("AWS_REGION") or sorted(regions)[0]


@dataclass(frozen=True)
class Account:
    """Region and credentials, with endpoints once the engines are up."""

    region: str = field(default_factory=default_region)
    credentials: Credentials = field(default_factory=Credentials)

    @property
    def partition(self) -> str:
        return str(_session().get_partition_for_region(self.region))

    @property
    def url_suffix(self) -> str:
        partitions = _session().get_data("endpoints")["partitions"]
        return str(next(p for p in partitions if p["partition"] == self.partition)["dnsSuffix"])

    def client(self, service: str, endpoint: str) -> Any:
        """A low-level client; Any because the stubs type each service by a package of its own."""
        return _session().create_client(
            service,
            region_name=self.region,
            endpoint_url=endpoint,
            aws_access_key_id=self.credentials.access_key,
            aws_secret_access_key=self.credentials.secret_key,
            aws_session_token=self.credentials.token,
            config=Config(retries={"max_attempts": 2}, proxies={}, max_pool_connections=32),
        )

    def environment(self, endpoints: Mapping[str, str]) -> dict[str, str]:
        """The standard variables from which every AWS client takes place, key and endpoint.

        `endpoints` as from `Engines.endpoints`: {"aws": url, "dynamodb": url}.
        """
        return {
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self.credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": self.credentials.secret_key,
            "AWS_SESSION_TOKEN": self.credentials.token,
            "AWS_ENDPOINT_URL": endpoints["aws"],
            "AWS_ENDPOINT_URL_DYNAMODB": endpoints["dynamodb"],
        }
