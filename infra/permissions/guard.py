"""Refuses, in this process, the calls that the acting function may not make; notes the others."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from infra.permissions import needs
from infra.permissions.policy import Statement, allowed, covering
from infra.permissions.use import Notes, Use


class Guard:
    """Stands between boto3 and AWS. As long as nobody acts, nobody is held to anything."""

    def __init__(
        self, policies: Mapping[str, Sequence[Statement]], notes: Notes[Use] | None = None
    ) -> None:
        self._policies = policies
        self._notes = notes
        self._here: ContextVar[str | None] = ContextVar("acting", default=None)
        self._acting: str | None = None

    def install(self) -> None:
        """On every client that is made from now on."""
        from botocore import handlers

        # The list is what each new session of botocore begins with.
        handlers.BUILTIN_HANDLERS.append(("before-parameter-build", self._on_call))

    def become(self, function: str) -> None:
        """From now on this process is that function's."""
        self._acting = function

    @property
    def busy(self) -> bool:
        """Whether somebody acts in this thread."""
        return self._here.get() is not None

    @property
    def function(self) -> str | None:
        """Who acts here: in this thread, or else in this process."""
        return self._here.get() or self._acting

    @contextmanager
    def acting(self, function: str) -> Iterator[None]:
        """Calls that this thread makes meanwhile are this function's."""
        token = self._here.set(function)
        try:
            yield
        finally:
            self._here.reset(token)

    def _on_call(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        acting = self.function
        if acting is None:
            return
        from botocore.exceptions import ClientError

        service, operation = str(model.service_model.service_name), str(model.name)
        for need in needs.of(service, operation, params):
            if not allowed(self._policies[acting], need):
                # As AWS words it, but for who and where: those are names of this machine.
                message = f"{acting} is not authorized to perform: {need.action}"
                kind = "AccessDenied" if service == "s3" else "AccessDeniedException"
                raise ClientError({"Error": {"Code": kind, "Message": message}}, operation)
            if self._notes is not None:
                for statement, resource in covering(self._policies[acting], need):
                    self._notes.note(Use(acting, statement["Sid"], need.action, resource))
