"""Three things to try with a started stack, with numbers that are really in it."""

import json
from collections.abc import Mapping
from typing import Any

from infra.generator.columns import line_rule


def examples(info: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Titles and shell commands, to be pasted as they are."""
    api = info["api"]
    lines = (
        "Which lines there are, and what each asks for",
        f"curl {api}/v1/lines -H 'Accept-Language: en'",
    )
    shown = info["demo"]["policies"]
    if not shown:
        return [lines, _drop(info)]
    # What its line asks for, as on the page; the list of `info` has everything that opens it.
    body = {name: shown[0][name] for name in line_rule(shown[0]["line"])["verification"][0]}
    query = (
        "A policy, after verification",
        f"curl {api}/v1/queries -H 'Content-Type: application/json' \\\n"
        f"  -d '{json.dumps(body, ensure_ascii=False)}'",
    )
    return [query, lines, _drop(info)]


def _drop(info: Mapping[str, Any]) -> tuple[str, str]:
    own = info["credentials"]
    target = f"{info['aws_endpoint']}/{info['buckets']['incoming']}/organisations/mine.csv"
    return (
        "A file dropped as the core system does; its report comes into the documents bucket",
        "printf '机构代码,机构名称,上级机构,级别,行政区划\\n"
        "X0001,示例公司,,head_office,110000\\n' \\\n"
        f"  | curl -X PUT --data-binary @- -H 'Content-Type: text/csv' {target} \\\n"
        f"  --aws-sigv4 aws:amz:{info['region']}:s3 \\\n"
        f"  --user {own['access_key_id']}:{own['secret_access_key']}",
    )
