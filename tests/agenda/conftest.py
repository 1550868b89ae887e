"""Counting what is asked of DynamoDB."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chalicelib import tables
from chalicelib.leads import store as leads
from chalicelib.policies import store as policies
from tests.conftest import Aws


@pytest.fixture
def round_trips(aws: Aws) -> Iterator[Callable[[], int]]:
    """How many requests the models and batches have sent so far."""
    sent: list[str] = []

    def count(model: Any, **_: Any) -> None:
        sent.append(model.name)

    connections = {
        id(one): one
        for one in (
            tables.connection(),
            *(m._get_connection().connection for m in (policies.PolicyItem, leads.LeadItem)),
        )
    }
    for one in connections.values():
        one.client.meta.events.register("before-call.dynamodb", count)
    yield lambda: len(sent)
    for one in connections.values():
        one.client.meta.events.unregister("before-call.dynamodb", count)
