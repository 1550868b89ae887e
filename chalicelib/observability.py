"""The one logger: structured, past-tense events with keys, never payloads or personal data."""

from aws_lambda_powertools import Logger

logger = Logger(service="chabao", utc=True, log_record_order=["level", "message", "timestamp"])


def begin(function: str, request_id: str) -> None:
    """Starts an invocation: whatever an earlier one left among the keys is gone."""
    logger.clear_state()
    logger.append_keys(function=function, request_id=request_id)
