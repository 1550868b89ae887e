"""CloudFormation's intrinsic functions, resolved into real names of what was really created."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_VARIABLE = re.compile(r"\$\{(!?[^}]+)\}")


class TemplateError(Exception):
    """When a template cannot be resolved; names the part that cannot."""


class _NoValue:
    """AWS::NoValue: the property, or the list's element, is left out."""


NO_VALUE = _NoValue()


@dataclass(frozen=True)
class Physical:
    """A resource that exists: what `Ref` gives, and what `Fn::GetAtt` gives by attribute."""

    ref: str
    attributes: Mapping[str, str] = field(default_factory=dict)


class Resolver:
    """Resolves a template's values; `physical` makes or finds the resource of a logical id."""

    def __init__(
        self,
        template: Mapping[str, Any],
        *,
        parameters: Mapping[str, str],
        pseudo: Mapping[str, str],
        physical: Callable[[str], Physical],
    ) -> None:
        self._template = template
        self._overrides = parameters
        self._pseudo = {"AWS::NoValue": NO_VALUE, **pseudo}
        self._physical = physical
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Condition": self.condition,
            "Fn::GetAtt": self._get_att,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::If": self._if,
            "Fn::Select": lambda a: self(a[1])[int(self(a[0]))],
            "Fn::Split": lambda a: self(a[1]).split(a[0]),
            "Fn::FindInMap": self._find_in_map,
            "Fn::Equals": lambda a: self(a[0]) == self(a[1]),
            "Fn::Not": lambda a: not self(a[0]),
            "Fn::And": lambda a: all(self(part) for part in a),
            "Fn::Or": lambda a: any(self(part) for part in a),
        }

    def __call__(self, value: Any) -> Any:
        """The value with every intrinsic function in it resolved."""
        if isinstance(value, dict):
            if len(value) == 1:
                name, argument = next(iter(value.items()))
                # A key "Condition" is a function only with a name; in a policy it holds a dict.
                if name in self._functions and not (
                    name == "Condition" and not isinstance(argument, str)
                ):
                    return self._functions[name](argument)
                if name.startswith("Fn::"):
                    raise TemplateError(f"{name} is not known to the local stack")
            resolved = {key: self(part) for key, part in value.items()}
            return {key: part for key, part in resolved.items() if part is not NO_VALUE}
        if isinstance(value, list):
            return [part for part in map(self, value) if part is not NO_VALUE]
        return value

    def condition(self, name: str) -> bool:
        """Whether the template's condition of that name holds."""
        try:
            return bool(self(self._template["Conditions"][name]))
        except KeyError:
            raise TemplateError(f"there is no condition {name}") from None

    def _ref(self, name: str) -> Any:
        if name in self._pseudo:
            return self._pseudo[name]
        if name in self._template.get("Parameters", {}):
            return self._parameter(name)
        return self._physical(name).ref

    def _parameter(self, name: str) -> Any:
        parameter = self._template["Parameters"][name]
        value = self._overrides.get(name, parameter.get("Default"))
        if value is None:
            raise TemplateError(f"parameter {name} has no default: give --parameter {name}=…")
        if parameter["Type"] == "CommaDelimitedList":
            return [part.strip() for part in str(value).split(",")]
        return str(value)

    def _get_att(self, argument: str | list[str]) -> str:
        parts = argument.split(".") if isinstance(argument, str) else argument
        logical, attribute = parts[0], ".".join(parts[1:])
        attributes = self._physical(logical).attributes
        if attribute not in attributes:
            raise TemplateError(f"the local stack knows no attribute {logical}.{attribute}")
        return attributes[attribute]

    def _sub(self, argument: str | list[Any]) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else argument

        def replaced(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in own:
                return str(self(own[name]))
            return str(self._get_att(name) if "." in name else self._ref(name))

        return _VARIABLE.sub(replaced, text)

    def _join(self, argument: list[Any]) -> str:
        return str(argument[0]).join(str(part) for part in self(argument[1]))

    def _if(self, argument: list[Any]) -> Any:
        name, then, otherwise = argument
        return self(then if self.condition(name) else otherwise)

    def _find_in_map(self, argument: list[Any]) -> Any:
        name, top, second = (self(part) for part in argument)
        try:
            return self._template["Mappings"][name][top][second]
        except KeyError:
            raise TemplateError(f"no value in mapping {name} for {top}, {second}") from None
