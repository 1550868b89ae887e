"""Who acts when a test calls into a room: the function whose way into the room it is.

Rooms are called without their handlers by most tests. So that these, too, are held to the policy
of the function that would run them, and so that what they use counts as used, the ways in act:
what the handlers of chalicelib/events.py call, as they say themselves.

A function remembers only what it has read itself (tests/remembering.py), and a thread acts as
whoever started it.
"""

import ast
import contextvars
import importlib
import inspect
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from chalicelib import events, observability
from infra import counted
from infra.permissions.guard import Guard
from tests import remembering


def entrances() -> dict[str, list[str]]:
    """Function → the ways into rooms that its handler has, each as `module:name`."""
    tree = ast.parse(Path(events.__file__).read_text("utf-8"))
    found = {
        handler.name: sorted(set(_called(handler)))
        for handler in tree.body
        if isinstance(handler, ast.FunctionDef) and not handler.name.startswith("_")
    }
    found["render_document"] += [f"{module}:render" for module in events.LETTERS.values()]
    return {f"{name}": [f"chalicelib.events:{name}", *ways] for name, ways in found.items()}


def hold(guard: Guard, functions: set[str], patch: pytest.MonkeyPatch) -> None:
    """Has every way in act as its function, unless somebody acts already.

    Of a way that two functions share, the last by name is taken, in every run alike.
    """
    for function, ways in sorted(entrances().items()):
        for place, _, name in (way.partition(":") for way in ways if function in functions):
            module = importlib.import_module(place)
            patch.setattr(module, name, _held(guard, function, getattr(module, name)))
    patch.setattr(ThreadPoolExecutor, "submit", _submitted(ThreadPoolExecutor.submit))
    patch.setattr(observability, "count", _noted(guard, observability.count))
    remembering.apart(guard, patch)


def _called(handler: ast.FunctionDef) -> Iterator[str]:
    """What it calls, or hands on to be called, of the modules that it imports itself."""
    modules = {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(handler)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for node in ast.walk(handler):
        match node:
            case ast.Attribute(ast.Name(name), attribute) if module := modules.get(name):
                if inspect.isfunction(getattr(importlib.import_module(module), attribute)):
                    yield f"{module}:{attribute}"


def _held(guard: Guard, function: str, call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    def held(*arguments: Any, **named: Any) -> Any:
        if guard.busy:
            return call(*arguments, **named)
        with guard.acting(function):
            return call(*arguments, **named)

    return held


def _submitted(submit: Callable[..., Future[Any]]) -> Callable[..., Future[Any]]:
    @wraps(submit)
    def submitted(pool: Any, call: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        return submit(pool, contextvars.copy_context().run, call, *args, **named)

    return submitted


def _noted(guard: Guard, count: Callable[..., None]) -> Callable[..., None]:
    """What functions count is noted for the alarms that wait for it (infra/counted.py)."""
    notes = counted.notes()

    @wraps(count)
    def counting(metric: str, value: int = 1, **dimensions: str) -> None:
        if notes is not None and guard.function is not None:
            told = sorted((name, str(text)) for name, text in dimensions.items())
            notes.note(counted.Count(metric, tuple(told)))
        count(metric, value, **dimensions)

    return counting
