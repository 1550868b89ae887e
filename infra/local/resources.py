"""Creates what the packaged template names, each resource when something first asks for it."""

import secrets
import string
from collections.abc import Mapping
from typing import Any

from infra.local.account import Account
from infra.local.intrinsics import Physical, Resolver, TemplateError
from infra.local.makers import MAKERS, Clients

# Played elsewhere or not at all: functions by workers, the API by the gateway, rules by the bus;
# alarms by `alarms.py`; permissions, logs and the like have no meaning on one machine.
FUNCTION = "AWS::Serverless::Function"


class Resources:
    """The resources of one stack; two with the same template share nothing but the engines."""

    def __init__(
        self,
        template: Mapping[str, Any],
        *,
        account: Account,
        clients: Clients,
        parameters: Mapping[str, str] | None = None,
        name: str = "chabao",
    ) -> None:
        self.template = template
        self.account = account
        self.clients = clients
        self.account_id = str(clients.sts.get_caller_identity()["Account"])
        self.stack_name = f"{name}-{_random(6)}"
        self.resolve = Resolver(
            template,
            parameters=parameters or {},
            pseudo={
                "AWS::Region": account.region,
                "AWS::Partition": account.partition,
                "AWS::AccountId": self.account_id,
                "AWS::URLSuffix": account.url_suffix,
                "AWS::StackName": self.stack_name,
                "AWS::StackId": self.arn("cloudformation", f"stack/{self.stack_name}"),
            },
            physical=self.physical,
        )
        self.made: dict[str, Physical] = {}
        self._making: list[str] = []

    def create_all(self) -> None:
        """Creates everything of a type that the engines play and whose condition holds."""
        for logical, resource in self.template["Resources"].items():
            if resource["Type"] in MAKERS and self.wanted(resource):
                self.physical(logical)

    def wanted(self, resource: Mapping[str, Any]) -> bool:
        """Whether the resource's own condition holds, where it has one."""
        return "Condition" not in resource or self.resolve.condition(resource["Condition"])

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Logical id → properties, still unresolved, of the wanted resources of that type."""
        return {
            logical: resource.get("Properties", {})
            for logical, resource in self.template["Resources"].items()
            if resource["Type"] == kind and self.wanted(resource)
        }

    def physical(self, logical: str) -> Physical:
        """The resource behind a logical id, made now if nobody asked before."""
        if logical in self.made:
            return self.made[logical]
        if logical in self._making:
            raise TemplateError(f"a circle of references: {' → '.join([*self._making, logical])}")
        if logical not in self.template["Resources"]:
            raise TemplateError(f"the template refers to {logical}, which is not in it")
        self._making.append(logical)
        try:
            self.made[logical] = self._make(logical, self.template["Resources"][logical])
        finally:
            self._making.pop()
        return self.made[logical]

    def arn(self, service: str, resource: str) -> str:
        """An ARN of this account."""
        place = f"{self.account.partition}:{service}:{self.account.region}:{self.account_id}"
        return f"arn:{place}:{resource}"

    def _make(self, logical: str, resource: Mapping[str, Any]) -> Physical:
        kind = resource["Type"]
        properties = resource.get("Properties", {})
        if kind in MAKERS:
            return MAKERS[kind](self.clients, self._name(logical), self.resolve(properties))
        if kind == FUNCTION:
            named = self.resolve(properties.get("FunctionName")) or f"{self.stack_name}-{logical}"
            return Physical(named, {"Arn": self.arn("lambda", f"function:{named}")})
        name = f"{self.stack_name}-{logical}"
        service = kind.split("::")[1].lower()
        return Physical(name, {"Arn": self.arn(service, name)})

    def _name(self, logical: str) -> str:
        """As CloudFormation names what its template does not: stack, logical id, random end."""
        return f"{self.stack_name}-{logical}-{_random(8)}"


def _random(length: int) -> str:
    alphabet = string.ascii_lowercase + string.digits
    return "".join(secrets.choice(alphabet) for _ in range(length))
