"""Runs scheduled functions as if at a moment; nothing here runs by the clock."""

import json
from collections.abc import Mapping
from datetime import datetime

from infra.local.events import scheduled_event
from infra.local.functions import Function
from infra.local.pool import Pool
from infra.local.resources import Resources
from infra.local.workers import Result


class Schedules:
    """The functions of a stack that a rule by time would call."""

    def __init__(
        self, resources: Resources, functions: Mapping[str, Function], pools: Mapping[str, Pool]
    ) -> None:
        self._resources = resources
        self._functions = functions
        self._pools = pools

    async def run(self, name: str, at: datetime) -> Result:
        """What the function made of the event of that moment; KeyError for one without a rule."""
        function = self._functions[name]
        if not function.schedules:
            raise KeyError(name)
        schedule = function.schedules[0]
        event = scheduled_event(
            at,
            region=self._resources.account.region,
            account_id=self._resources.account_id,
            rule_arn=self._resources.arn("events", f"rule/{schedule.name}"),
        )
        payload = schedule.payload.encode() if schedule.payload else json.dumps(event).encode()
        return await self._pools[function.arn].invoke(payload)
