"""What a function remembers between calls, kept apart from what others in this process remember.

In the cloud each function is a process of its own and reads secrets, keys and directories itself.
Here all share one process: without this, what one has read another would not read any more, and
what it is allowed would seem to be used by nobody, or not, as the order of the tests has it.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest

from chalicelib import keys, queues, sealing
from chalicelib.audit import refusals
from chalicelib.imports import kinds
from chalicelib.notifications import adapters
from chalicelib.organisations import service as organisations
from chalicelib.parameters import service as parameters
from chalicelib.partners import service as partners
from infra.permissions.guard import Guard

CACHED: list[tuple[Any, str]] = [
    (sealing, "_opening"),
    (refusals, "_once"),
    (kinds, "_announced"),
    (adapters, "_gateway_key"),
    (organisations, "_open"),
    (organisations, "_tree"),
    (organisations, "_cached"),
    (parameters, "_versions"),
    (partners, "_cached"),
]
"""Module and name of what is asked of AWS once and then remembered (`functools.cache`)."""


class CachedApart:
    """A cached call, with a cache for each function that acts."""

    def __init__(self, cached: Any, guard: Guard) -> None:
        self._cached = cached
        self._guard = guard
        self._by_function: dict[str | None, Any] = {}

    def __call__(self, *arguments: Any) -> Any:
        function = self._guard.function
        if function not in self._by_function:
            size = self._cached.cache_parameters()["maxsize"]
            self._by_function[function] = lru_cache(size)(self._cached.__wrapped__)
        return self._by_function[function](*arguments)

    def cache_clear(self) -> None:
        """Forgets for every function."""
        self._by_function.clear()


class DataKeysApart(dict[Any, Any]):
    """The data keys of `sealing`, by function and table."""

    def __init__(self, guard: Guard) -> None:
        super().__init__()
        self._guard = guard

    def get(self, table: Any, default: Any = None) -> Any:
        return super().get((self._guard.function, table), default)

    def __setitem__(self, table: Any, key: Any) -> None:
        super().__setitem__((self._guard.function, table), key)


def apart(guard: Guard, patch: pytest.MonkeyPatch) -> None:
    """From now on each function has a memory of its own."""
    for module, name in CACHED:
        patch.setattr(module, name, CachedApart(getattr(module, name), guard))
    patch.setattr(sealing, "_sealing_keys", DataKeysApart(guard))
    patch.setattr(keys, "_versions", _read_by_each(guard, keys._versions))
    patch.setattr(queues.Bell, "ring", _rung_by_each(guard, queues.Bell.ring))


def _read_by_each(guard: Guard, versions: Callable[[], Any]) -> Callable[[], Any]:
    """The root keys are the same for all, so it is enough that each has read them once."""
    read: set[str | None] = set()

    def versions_of_function() -> Any:
        if guard.function not in read:
            keys.forget()
        found = versions()
        read.add(guard.function)
        return found

    return versions_of_function


def _rung_by_each(guard: Guard, ring: Callable[..., None]) -> Callable[..., None]:
    bells: dict[tuple[int, str], queues.Bell] = {}

    def ring_of_function(bell: queues.Bell, *arguments: Any) -> None:
        function = guard.function
        if function is not None:
            bell = bells.setdefault((id(bell), function), queues.Bell(bell._queue))
        ring(bell, *arguments)

    return ring_of_function
