"""Writes the templates into the documents bucket: `python -m infra.templates BUCKET`, or a stack's.

They follow from the schemas and change with a deployment only, so that deploying is when it runs.
"""

import sys
from typing import Any

import boto3

from chalicelib import validation
from chalicelib.imports import templates

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write(s3: Any, bucket: str) -> list[str]:
    """One workbook per kind; their keys. The same bytes again are another object version only."""
    keys = []
    for kind in validation.names("imports"):
        key = f"templates/{kind}.xlsx"
        body = templates.make(kind)
        s3.put_object(Bucket=bucket, Key=key, Body=body, ContentType=CONTENT_TYPE)
        keys.append(key)
    return keys


if __name__ == "__main__":
    for written in write(boto3.client("s3"), sys.argv[1]):
        print(written)
