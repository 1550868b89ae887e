"""What functions say of themselves: past-tense events with keys, and counts that alarms watch.

Never payloads or personal data.
"""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aws_lambda_powertools import Logger

from chalicelib import settings

OWN = Path(__file__).parents[1]
_FRAMES = 12


class WithoutValues(logging.Filter):
    """Tells of an exception its type, its causes' types and our own frames, never its message.

    Messages carry values (`Invalid isoformat string: '王小明'`), and values are personal data.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record pass, its exception replaced."""
        if record.exc_info and record.exc_info[1] is not None:
            record.error = describe(record.exc_info[1])
            record.exc_info = record.exc_text = None
        return True


def describe(error: BaseException) -> dict[str, list[str]]:
    """`types` from the outermost error to its first cause, and the first cause's own `frames`."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) and cause not in chain:
        chain.append(cause)
    frames = [
        f"{Path(frame.filename).relative_to(OWN).as_posix()}:{frame.lineno} {frame.name}"
        for found in reversed(chain)
        for frame in traceback.extract_tb(found.__traceback__)
        if Path(frame.filename).is_relative_to(OWN)
    ]
    return {"types": [type(found).__name__ for found in chain], "frames": frames[-_FRAMES:]}


logger = Logger(service="chabao", utc=True, log_record_order=["level", "message", "timestamp"])
logger.addFilter(WithoutValues())


def begin(function: str, request_id: str) -> None:
    """Starts an invocation: whatever an earlier one left among the keys is gone."""
    logger.clear_state()
    logger.append_keys(function=function, request_id=request_id)


def request_id() -> str:
    """What the invocation's work is known by, from the browser's request on; empty before one."""
    return str(logger.get_current_keys().get("request_id", ""))


@contextmanager
def going_on(with_id: str | None) -> Iterator[None]:
    """Work on what an earlier request stored: logs, and what is queued, go on with that one's id.

    For sweeps, which find many requests' work at once; without an id the invocation's own stays.
    """
    own = request_id()
    logger.append_keys(request_id=with_id or own)
    try:
        yield
    finally:
        logger.append_keys(request_id=own)


def count(metric: str, value: int = 1, **dimensions: str) -> None:
    """Puts a number into a CloudWatch metric of this stack, as a line in the log (EMF).

    What watches it is an alarm of the template (docs/alarms.md). A count of 0 says that somebody
    has looked and found nothing.
    """
    # Imported here: it takes longer than all else of a request, and few requests count anything.
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    namespace = settings.optional("METRICS_NAMESPACE") or "chabao"
    with single_metric(metric, MetricUnit.Count, value, namespace=namespace) as counted:
        for name, text in dimensions.items():
            counted.add_dimension(name, text)
