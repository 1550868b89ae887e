"""The one `validate`: schemas are files, every broken field is named with how to fix it.

The good case runs a compiled validator (fastjsonschema, 15 times faster); jsonschema is loaded only
to explain a failure. A test keeps the two in agreement.
"""

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib import texts
from chalicelib.errors import FieldError, InvalidInputError
from chalicelib.schemas import load, names

if TYPE_CHECKING:
    from jsonschema import ValidationError

__all__ = ["conform", "load", "names", "validate"]

_CODES = {
    "additionalProperties": "unknown-field",
    "enum": "not-listed",
    "format": "format",
    "maxLength": "too-long",
    "minLength": "too-short",
    "pattern": "pattern",
    "required": "required",
    "type": "type",
}


def validate(name: str, document: Any, language: str = texts.BASE) -> None:
    """Raises InvalidInputError with every broken field if the document breaks the schema."""
    if not _compiled(name)(document):
        raise InvalidInputError(list(_explain(load(name), document, language)))


_MADE: dict[str, Callable[[Any], bool]] = {}


def conform(
    name: str, schema: dict[str, Any], document: Any, language: str = texts.BASE, under: str = ""
) -> None:
    """The same for a schema that data make; `name` stands for it, `under` is the pointer so far."""
    if name not in _MADE:
        _MADE[name] = _check(schema)
    if not _MADE[name](document):
        broken = _explain(schema, document, language)
        raise InvalidInputError([one._replace(pointer=under + one.pointer) for one in broken])


@cache
def _compiled(name: str) -> Callable[[Any], bool]:
    return _check(load(name))


def _check(schema: dict[str, Any]) -> Callable[[Any], bool]:
    import fastjsonschema

    check = fastjsonschema.compile(schema, use_default=False)

    def passes(document: Any) -> bool:
        try:
            check(document)
        except fastjsonschema.JsonSchemaValueException:
            return False
        return True

    return passes


def _explain(schema: dict[str, Any], document: Any, language: str) -> Iterator[FieldError]:
    from jsonschema import Draft202012Validator

    for error in _leaves(Draft202012Validator(schema).iter_errors(document)):
        yield from _field_errors(error, language)


def _leaves(errors: Any) -> Iterator["ValidationError"]:
    """Of alternatives the branch that got furthest speaks: `anyOf failed` helps nobody."""
    from jsonschema.exceptions import best_match

    for error in errors:
        if error.validator in ("anyOf", "oneOf") and error.context:
            yield best_match([error])
        else:
            yield error


def _field_errors(error: "ValidationError", language: str) -> Iterator[FieldError]:
    instance: Any = error.instance
    rule: Any = error.validator_value
    schema: Any = error.schema
    code = _CODES.get(str(error.validator), "invalid")
    pointer = "".join(f"/{_escaped(part)}" for part in error.absolute_path)
    if code == "required":
        missing = [name for name in rule if name not in instance]
        pointers = [f"{pointer}/{_escaped(name)}" for name in missing]
    elif code == "unknown-field":
        known = schema.get("properties", {})
        pointers = [f"{pointer}/{_escaped(name)}" for name in instance if name not in known]
    else:
        pointers = [pointer]
    for place in pointers:
        yield FieldError(place, code, texts.text(f"field.{code}", language, limit=_limit(error)))


def _limit(error: "ValidationError") -> str:
    """The rule that was broken, as far as a person can use it."""
    if isinstance(error.validator_value, list) and error.validator == "enum":
        return ", ".join(str(value) for value in error.validator_value)
    return str(error.validator_value) if isinstance(error.validator_value, int | str) else ""


def _escaped(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
