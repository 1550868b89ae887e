"""What the deployment tells a function: tables, buckets, queues and keys by name."""

import os


class MissingSettingError(RuntimeError):
    """When the template gave a function too little; the message names the variable."""


def get(name: str) -> str:
    """The environment variable, which must be there and not empty."""
    value = os.environ.get(name, "")
    if not value:
        raise MissingSettingError(f"environment variable {name} is not set for this function")
    return value


def optional(name: str) -> str | None:
    """The environment variable, None where the deployment leaves it out or empty."""
    return os.environ.get(name) or None
