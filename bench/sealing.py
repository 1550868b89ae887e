"""Sealing one policy item against storing it plain: CPU per item, bytes per item, round trips.

Both store the same content of usual size; the plain one as the JSON text that a table would hold.
"""

import importlib
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

from bench import stack

ROUNDS = 9
CALLS = 2_000
WRAPPED_BYTES = 184
"""What KMS makes of a wrapped 256-bit key; moto's own form is shorter."""
CONTENT = {
    "insured_name": "阿卜杜拉·买买提",
    "insured_id_no": "11010519491231002X",
    "insured_address": "广东省广州市天河区体育西路100号",
    "policyholder_name": "阿卜杜拉·买买提",
    "policyholder_id_no": "11010519491231002X",
    "policyholder_phone": "13800138000",
    "policyholder_address": "广东省广州市天河区体育西路100号",
    "plate_no": "粤A12345",
    "vin": "LATPAB071W1005301",
    "engine_no": "L15BN1234567",
    "mobile": "13800138000",
}


def measure() -> list[dict[str, Any]]:
    """Microseconds and bytes that sealing adds to one item, and the KMS calls for a thousand."""
    with stack.acting("api_handler"):
        return _measure()


def _measure() -> list[dict[str, Any]]:
    sealing = importlib.import_module("chalicelib.sealing")
    calls = _count_calls()
    plain = _plain()
    sealed = sealing.seal("policies", "PDZA1/1", CONTENT)

    def both() -> None:
        sealing.unseal("policies", "PDZA1/1", sealing.seal("policies", "PDZA1/1", CONTENT))

    def neither() -> None:
        json.loads(_plain())

    both()
    calls.clear()
    for _ in range(1_000):
        sealing.unseal("policies", "PDZA1/1", sealed)
        sealing.seal("policies", "PDZA1/1", CONTENT)
    made = len(calls)
    wrapped = int.from_bytes(sealed[1:3])
    rounds = [(_cpu(both), _cpu(neither)) for _ in range(ROUNDS)]
    base = statistics.median(bare for _, bare in rounds) * 1e6
    added = statistics.median(mine - bare for mine, bare in rounds) * 1e6
    return [
        {
            "name": "sealing and opening one policy item, added CPU",
            "value": round(added, 1),
            "unit": "µs",
            "goal": 100,
            "baseline": f"the same JSON written and read plain ({base:.1f} µs)",
        },
        {
            "name": "sealing one policy item, added bytes",
            "value": len(sealed) - wrapped + WRAPPED_BYTES - len(plain),
            "unit": "bytes",
            "goal": 400,
            "baseline": f"the same JSON plain ({len(plain)} bytes)",
        },
        {
            "name": "KMS round trips for 1,000 items sealed and opened, warm",
            "value": made,
            "unit": "count",
            "goal": 1,
            "baseline": "",
        },
    ]


def _plain() -> bytes:
    return json.dumps(CONTENT, ensure_ascii=False, separators=(",", ":")).encode()


def _count_calls() -> list[str]:
    """A list that grows by one for every request that KMS gets."""
    sent: list[str] = []
    client = importlib.import_module("chalicelib.aws").client("kms")
    client.meta.events.register("before-send.kms.*", lambda request, **_: sent.append(request.url))
    return sent


def _cpu(call: Callable[[], None]) -> float:
    began = time.process_time()
    for _ in range(CALLS):
        call()
    return (time.process_time() - began) / CALLS
