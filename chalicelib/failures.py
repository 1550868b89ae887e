"""What fails of many things that have nothing to do with each other."""

from collections.abc import Iterator
from contextlib import contextmanager

from chalicelib.observability import logger


class Failures:
    """Lets each have its turn: a failure is logged at once and raised when all are through."""

    def __init__(self, message: str) -> None:
        self._message = message
        self._found: list[Exception] = []

    @contextmanager
    def kept(self, **which: str) -> Iterator[None]:
        """Around one of them; `which` names it in the log and holds nothing personal."""
        try:
            yield
        # Whatever is wrong with one must not keep the others from their turn.
        except Exception as error:  # noqa: BLE001 - see above; it is logged and raised at the end
            logger.exception(self._message, extra=which)
            self._found.append(error)

    def tell(self) -> None:
        """Raises what failed, if anything did, as an ExceptionGroup."""
        if self._found:
            raise ExceptionGroup(self._message, self._found)
